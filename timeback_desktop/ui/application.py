"""Set Qt up: once, before anything of it is used.

QtWebEngine must be imported before the application object exists, and runs without its
sandbox only where Chromium refuses to start otherwise: as root, which is a test machine.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from PySide6 import QtWebEngineWidgets
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication

from timeback_desktop.ui.theme import Theme, apply
from timeback_desktop.ui.tokens import Mode

__all__ = ["QtWebEngineWidgets", "create_application", "on_interrupt"]

_INTERRUPT_POLL_MS = 250


def create_application(theme: str, text_scale: float) -> QApplication:
    """Return the application, themed: ``light``, ``dark`` or ``system``."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("TimeBack")
    application.setQuitOnLastWindowClosed(False)
    chosen = Theme.system(text_scale) if theme == "system" else Theme(Mode(theme), text_scale)
    apply(chosen, application)
    return application


def on_interrupt(application: QApplication, call: Callable[[], object]) -> None:
    """Call something when the terminal or the system asks the program to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: call())
    beat = QTimer(application, interval=_INTERRUPT_POLL_MS)
    beat.timeout.connect(lambda: None)  # Python sees a signal only while Python runs
    beat.start()
