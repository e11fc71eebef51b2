"""The people that this program can play: the tester, the photographer, the timekeeper.

Each script drives the same controller that the buttons drive.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

from PySide6.QtCore import QPointF, Qt

from timeback_desktop.bootstrap.program import Program, ScriptMaker
from timeback_desktop.coaching.summary import SessionSummary
from timeback_desktop.ids import to_urn
from timeback_desktop.ui.controller import Controller
from timeback_desktop.ui.learning_flow import LearningFlow
from timeback_desktop.ui.rehearsal import Script, Step, click, press_key, until


def smoke(program: Program) -> Script:
    """Sign in, work in an app, end, send, and compare what comes back to the last figure."""
    controller = yield from sign_in(program)
    yield from enter_app(controller)
    flow = _flow(controller)
    for _ in range(3):
        yield from _work(flow)
    flow.set_paused(True)
    yield 1200
    flow.set_paused(False)
    yield from _work(flow)
    flow.end()
    summary = yield controller.card_shown
    if not isinstance(summary, SessionSummary):
        raise TypeError("no summary came back")
    yield from until(lambda: _all_sent(program))
    theirs = _sessions_from_platform(program, controller)
    mine = summary.totals.as_wire()
    _report({"event": "smoke", "session": summary.as_json(), "insights": theirs})
    if theirs.get(to_urn(summary.session_id)) != mine:
        raise AssertionError("the platform tells another story than this computer")


def screenshot(path: Path) -> ScriptMaker:
    """Return a script that signs a student in and takes a picture of Home."""

    def script(program: Program) -> Script:
        yield from sign_in(program)
        yield 600
        path.parent.mkdir(parents=True, exist_ok=True)
        if not program.window.grab().save(str(path)):
            raise OSError(f"the picture could not be written to {path}")
        print(f"A picture of the window lies in {path}")  # noqa: T201 - said to the person

    return script


def first_paint(program: Program) -> Script:
    """Say when Home has been painted."""
    yield from sign_in(program)
    program.window.home.repaint()
    _report({"event": "first_paint"})


def sampling(*, on: bool, seconds: int) -> ScriptMaker:
    """Return a script that keeps an app open for a while, sampled or not."""

    def script(program: Program) -> Script:
        controller = yield from sign_in(program)
        controller.counting = on
        yield from enter_app(controller)
        _report({"event": "sampling_ready"})
        yield seconds * 1000
        _report({"event": "sampling_over"})

    return script


def sign_in(program: Program) -> Generator[Step, object, Controller]:
    """Sign the first student in; return the controller once Home stands."""
    controller = program.controller
    if controller is None:
        raise AssertionError("the program is not prepared")
    yield controller.who_shown
    student = next(p for p in controller.profiles if p.is_student)
    controller.sign_in(student.id)
    yield controller.home_shown
    return controller


def enter_app(controller: Controller) -> Script:
    """Open the first app and wait until its session has begun."""
    app = next(app for app in controller.apps if app.can_launch)
    controller.launch(app.id)
    yield _flow(controller).entered


def _flow(controller: Controller) -> LearningFlow:
    if controller.learning is None:
        raise AssertionError("no app is open")
    return controller.learning


def _work(flow: LearningFlow) -> Script:
    view = flow.view.web_view
    target = view.focusProxy() if view is not None else None
    if target is not None:
        click(target, QPointF(5, 5))
        press_key(target, Qt.Key.Key_Shift)
    yield 1000


def _all_sent(program: Program) -> bool:
    health = program.services.health
    return health is not None and health.counts.pending == 0 and not health.counts.quarantined


def _sessions_from_platform(program: Program, controller: Controller) -> dict[str, object]:
    signed_in = controller.signed_in
    if signed_in is None:
        raise AssertionError("nobody is signed in")
    sessions = program.services.platform.sessions_of(signed_in.access_token, signed_in.user.id)
    return {str(session["id"]): session["time"] for session in sessions}


def _report(fact: dict[str, object]) -> None:
    print(json.dumps(fact), flush=True)  # noqa: T201 - read by the harness that started us
