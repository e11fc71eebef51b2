"""Rules for every test: no display, no user files, no other machine, no unexpected warning."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if hasattr(os, "geteuid") and os.geteuid() == 0:
    # Chromium refuses to start its sandbox for the superuser; nobody else goes without.
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

pytest_plugins = ("tests.helpers.homes", "tests.helpers.logfail", "tests.helpers.loopback")
