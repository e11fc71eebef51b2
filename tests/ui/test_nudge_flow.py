"""From the policy to the strip and back again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.coaching.nudges import Snooze
from timeback_desktop.ids import seeded
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.machine import Answer
from timeback_desktop.presence.signal import AppEvent, AppEventKind
from timeback_desktop.sessions.model import Session
from timeback_desktop.sessions.recorder import Snapshot
from timeback_desktop.sessions.verdicts import KeptVerdict
from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui.nudge_flow import NudgeFlow
from timeback_desktop.ui.screens import LearningScreen
from timeback_desktop.ui.widgets import Button
from timeback_desktop.ui.window import MainWindow
from timeback_desktop.waste.sentences import Names

SESSION = Session.begin(
    Learner(seeded("nudge", "user", "1"), "ava@demo.example", "Ava"),
    App(seeded("nudge", "app", "1"), "Fast Math", "Math"),
    0,
)


def snapshot(at_s: int, state: State = State.ON_TASK, **more: object) -> Snapshot:
    return Snapshot(SESSION, state, None, at_s * 1000, Totals(), paused=False, **more)  # type: ignore[arg-type]


@dataclass
class Scene:
    flow: NudgeFlow
    screen: LearningScreen

    @property
    def words(self) -> str:
        return "" if self.screen.nudge.isHidden() else self.screen.nudge.accessibleName()

    def press(self, label: str) -> None:
        buttons = self.screen.nudge.findChildren(Button)
        next(b for b in buttons if b.text() == label and b.isVisible()).click()

    def away(self, state: State) -> None:
        """Be elsewhere for a minute."""
        for second in range(60):
            self.flow.tell(snapshot(second, state))


@pytest.fixture
def scene(window: MainWindow) -> Scene:
    window.show_learning()
    flow = NudgeFlow(window.learning)
    flow.begin(Names("Fast Math"), "3")
    return Scene(flow, window.learning)


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("I was reading", Answer.READING),
        ("On paper", Answer.PAPER),
        ("Asking someone", Answer.ASKING),
        ("Taking a break", Answer.BREAK),
    ],
)
def test_still_with_it(qtbot: QtBot, scene: Scene, label: str, answer: Answer) -> None:
    scene.flow.tell(snapshot(120, State.IDLE, asks=True))
    assert scene.words.startswith("Still with it?")
    with qtbot.waitSignal(scene.flow.answered) as answered:
        scene.press(label)
    assert answered.args == [answer]
    assert scene.words == ""


def test_it_is_painted_once_and_goes_when_it_is_over(scene: Scene) -> None:
    shown: list[str] = []
    scene.screen.nudge.show_nudge = lambda text, _: shown.append(text)  # type: ignore[method-assign]
    for second in range(120, 200):
        scene.flow.tell(snapshot(second, State.IDLE, asks=True))
    assert len(shown) == 1
    del scene.screen.nudge.show_nudge
    scene.screen.nudge.show()
    for second in range(200, 230):
        scene.flow.tell(snapshot(second))
    assert scene.words == ""


@pytest.mark.parametrize("state", [State.OFF_APP, State.OFF_SITE])
def test_one_step_leads_back(qtbot: QtBot, scene: Scene, state: State) -> None:
    scene.away(state)
    assert "Go back to Fast Math?" in scene.words
    with qtbot.waitSignal(scene.flow.go_back) as asked:
        scene.press("Go back")
    assert asked.args == [state is State.OFF_SITE]


def test_a_habit_is_told_after_an_answer(scene: Scene) -> None:
    verdict = samples.session().verdicts[2].verdict
    kept = (KeptVerdict("1", verdict),)
    scene.flow.tell(snapshot(10, verdicts=kept))
    assert scene.words == ""
    scene.flow.hear([AppEvent(AppEventKind.ANSWERED_WRONG)])
    scene.flow.tell(snapshot(11, verdicts=kept))
    assert scene.words.startswith("4 answers in a row")
    scene.press("OK")
    assert scene.words == ""


@pytest.mark.parametrize("act", [lambda s: s.flow.end(), lambda s: s.flow.begin(Names("B"), None)])
def test_a_session_takes_its_question_along(scene: Scene, act: Callable[[Scene], None]) -> None:
    scene.flow.tell(snapshot(120, State.IDLE, asks=True))
    act(scene)
    assert scene.words == ""


def test_put_off_for_the_session(scene: Scene) -> None:
    scene.flow.tell(snapshot(120, State.IDLE, asks=True))
    scene.screen.nudge._snooze(Snooze.SESSION)
    for second in range(121, 4_000, 30):
        scene.flow.tell(snapshot(second, State.IDLE, asks=True))
    assert scene.words == ""


def test_in_an_assessment_nothing_is_asked(scene: Scene) -> None:
    scene.flow.begin(Names("Fast Math"), "3", assessment=True)
    scene.flow.tell(snapshot(120, State.IDLE, asks=True))
    scene.away(State.OFF_APP)
    assert scene.words == ""
