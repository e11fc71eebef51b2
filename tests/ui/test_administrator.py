"""An administrator looks at what a coach looks at, and judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from tests.helpers.clock import FakeClock
from timeback_desktop.identity.model import Person, SignedIn
from timeback_desktop.ids import UserId
from timeback_desktop.sessions.verdicts import Judgement
from timeback_desktop.ui.coach_flow import CoachFlow
from timeback_desktop.ui.tasks import Tasks
from timeback_desktop.ui.window import MainWindow
from timeback_desktop.waste.verdict import ReviewResult


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    tasks = Tasks()
    yield tasks
    tasks.close()


def flow_of(window: MainWindow, tasks: Tasks, role: str, judged: list[str]) -> CoachFlow:
    """Return a coach's way at which somebody of a role has signed in."""

    def review(verdict_id: str, **_: object) -> Future[Judgement]:
        judged.append(verdict_id)
        return Future()

    ports = SimpleNamespace(
        platform=SimpleNamespace(students=lambda _: []),
        records=SimpleNamespace(days=None),
        recorder=SimpleNamespace(review=review),
        clock=FakeClock(),
    )
    flow = CoachFlow(window.coach, ports, tasks)  # type: ignore[arg-type]
    somebody = Person(UserId("one"), "Morgan", "Ellis", role, "m@demo.example")
    flow._signed_in = SignedIn("token", 60, somebody)
    window.show_coach()
    return flow


@pytest.mark.parametrize(("role", "judged"), [("teacher", ["v-1"]), ("administrator", [])])
def test_only_a_coach_judges(
    window: MainWindow, tasks: Tasks, role: str, judged: list[str]
) -> None:
    said: list[str] = []
    flow = flow_of(window, tasks, role, said)
    flow._review("v-1", ReviewResult.FALSE_POSITIVE, "")
    assert said == judged
    assert window.coach.notice.isVisible() is (role == "administrator")
