"""The real client at work in an app, telling every tick once it is durable.

Started as a process by the tests that kill it: ``ticking_client.py DATA``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from timeback_desktop.bootstrap.claim import Claim
from timeback_desktop.bootstrap.program import Look, Program, run
from timeback_desktop.bootstrap.scripts import enter_app, sign_in
from timeback_desktop.sessions.recorder import Snapshot
from timeback_desktop.ui.rehearsal import Script


def work(program: Program) -> Script:
    controller = yield from sign_in(program)
    yield from enter_app(controller)
    flow = controller.learning
    assert flow is not None
    flow.counted.connect(tell)
    while True:
        yield flow.counted


def tell(snapshot: Snapshot) -> None:
    kept = {"session": snapshot.session.id, "elapsed_ms": snapshot.elapsed_ms}
    print(json.dumps(kept), flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    raise SystemExit(run(Claim(Path(sys.argv[1]), "demo"), Look(), work))
