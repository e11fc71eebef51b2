"""What a student says to the judge, what a coach finds, and that both sides count it alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.e2e.person import Person, spin
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import State
from timeback_desktop.sessions.verdicts import Judgement

pytestmark = pytest.mark.e2e


def test_the_students_word_and_the_coachs_change_every_figure(
    person: Callable[[], Person], data: Path
) -> None:
    child = person()
    controller = child.wait("the program", lambda: child.program.controller)
    cards: list[object] = []
    controller.card_shown.connect(cards.append)
    child.press("Ava Thompson")
    child.enter("Math Garden")
    child.answer_question()

    child.press("On paper")  # "Still with it?" has come up by then
    child.wait("work on paper", lambda: "attested" in str(_live(child)))
    child.touch_page()
    child.wait("idle again", lambda: _live(child)[0] is State.IDLE)
    spin(1500)
    child.touch_page()
    child.wait("work again", lambda: _live(child)[0] is State.ON_TASK)
    child.press("End")
    child.wait("the session card", lambda: cards)
    (card,) = cards
    assert {"attested:paper"} <= {stretch.detail for stretch in card.stretches}
    idle_ms = card.totals.by_state[State.IDLE]
    assert idle_ms > 0

    child.press("That was work")
    child.wait("the word to be kept", lambda: child.reads("You said this was work"))
    signed_in = controller.signed_in
    assert signed_in is not None
    token, student = signed_in.access_token, signed_in.user.id
    _all_sent(child)
    (told,) = _sessions(child, token, student)
    assert told["time"] == card.totals.as_wire(), "a contest changes no figure"

    found = child.program.services.store.wait(
        child.program.services.store.store.summaries.session, card.session_id
    )
    contested = [each for each in found.verdicts if each.contested]
    assert len(contested) == 1
    _reviewed(child, contested[0])
    _all_sent(child)
    after = child.program.services.store.wait(
        child.program.services.store.store.summaries.session, card.session_id
    )
    assert after.totals.by_state.get(State.IDLE, 0) == idle_ms - contested[0].verdict.ms
    assert after.totals.waste_ms == card.totals.waste_ms - contested[0].verdict.ms
    coach = controller.signed_in
    assert coach is not None
    (told,) = _sessions(child, coach.access_token, student)
    assert told["id"] == to_urn(card.session_id)
    assert told["time"] == after.totals.as_wire()
    child.leave()


def _live(child: Person) -> tuple[State, str | None]:
    learning = child.program.controller.learning if child.program.controller else None
    assert learning is not None
    return child.program.services.store.wait(lambda: _snapshot(child))


def _snapshot(child: Person) -> tuple[State, str | None]:
    snapshot = child.program.services.desk._open().snapshot
    return snapshot.state, snapshot.detail


def _reviewed(child: Person, judgement: Judgement) -> None:
    """Sign the coach in on the same computer, and let her find the flag wrong."""
    child.press("Done")
    child.press("Switch person")
    child.press("Priya Raman")
    field = child.wait("a field for the PIN", lambda: _pin_field(child))
    QTest.keyClicks(field, "2580")
    QTest.keyClick(field, Qt.Key.Key_Return)
    child.press("Ava Thompson")
    child.press("Not right")
    child.wait("the review", lambda: child.reads("Not right: it counts as work now."))


def _pin_field(child: Person) -> QLineEdit | None:
    screen = child.program.window.current_screen()
    fields = screen.findChildren(QLineEdit) if screen else []
    hidden = QLineEdit.EchoMode.Password
    return next((f for f in fields if f.isVisible() and f.echoMode() is hidden), None)


def _sessions(child: Person, token: str, student: str) -> list[dict[str, object]]:
    return list(child.program.services.platform.sessions_of(token, student))


def _all_sent(child: Person) -> None:
    def sent() -> bool:
        health = child.program.services.health
        return health is not None and not health.counts.pending and not health.counts.quarantined

    child.wait("everything to be sent", sent)
