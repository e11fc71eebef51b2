"""The main job as a user does it: real window, real backend process, real sample app."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.person import Person, spin
from timeback_desktop.cli import main
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import State

pytestmark = pytest.mark.e2e


def test_a_student_works_in_math_and_everybody_tells_the_same_story(
    person: Callable[[], Person], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = person()
    controller = child.wait("the program", lambda: child.program.controller)
    cards: list[object] = []
    controller.card_shown.connect(cards.append)

    child.press("Ava Thompson")
    child.enter("Math Garden")
    for _ in range(3):
        child.answer_question()
    child.wait("idle", lambda: _badge(child) == "State: Idle")
    child.touch_page()
    child.wait("on task", lambda: _badge(child) == "State: On task")
    child.press("Pause")
    spin(2300)
    child.press("Resume")
    assert child.holds_the_keyboard_in_page()
    child.touch_page()
    spin(1200)
    child.press("End")
    child.wait("the session card", lambda: cards)

    (card,) = cards
    signed_in = controller.signed_in
    assert signed_in is not None
    child.wait("everything to be sent", lambda: _nothing_waits(child))
    platform = child.program.services.platform
    (told,) = platform.sessions_of(signed_in.access_token, signed_in.user.id, include="segments")

    span_ms = card.ended_at_ms - card.started_at_ms
    assert sum(card.totals.by_state.values()) == span_ms
    assert {State.ON_TASK, State.IDLE, State.PAUSED} <= set(card.totals.by_state)
    assert card.totals.by_state[State.PAUSED] >= 2000
    assert told["id"] == to_urn(card.session_id)
    assert told["time"] == card.totals.as_wire()
    assert told["loggedOut"] is True
    assert told["endReason"] == "ended"
    assert told["questions"]["answered"] == 3
    assert sum(part["ms"] for part in told["segments"] if part["state"]) == span_ms

    child.leave()
    capsys.readouterr()
    assert main(["summary", "--data", str(data), "--student", signed_in.user.id, "--json"]) == 0
    day = json.loads(capsys.readouterr().out)
    assert day["sessions"][0]["time"] == day["time"] == card.totals.as_wire()
    _holds_no_secret(data, signed_in.access_token)


def _badge(child: Person) -> str:
    return child.program.window.learning.bar.badge.accessibleName()


def _nothing_waits(child: Person) -> bool:
    health = child.program.services.health
    return health is not None and not health.counts.pending and not health.counts.quarantined


def _holds_no_secret(data: Path, token: str) -> None:
    """No bearer token and no JWT lies in any file of the data folder."""
    for file in data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert token.encode() not in content, file
            assert b"eyJhbGciOi" not in content, file
