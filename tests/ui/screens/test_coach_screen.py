"""The coach: list, filter, a student's day, its dates and its strips, all by keyboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.conftest import settle
from timeback_desktop.partition import Overlay
from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui.screens import CoachScreen
from timeback_desktop.ui.screens.coach import StudentTile
from timeback_desktop.ui.screens.student_day import SessionLine, StudentDay
from timeback_desktop.ui.screens.verdict_card import VerdictCard
from timeback_desktop.ui.widgets import Button, Figure, Strip, Text
from timeback_desktop.ui.window import MainWindow
from timeback_desktop.waste.verdict import ReviewResult


@pytest.fixture
def coach(window: MainWindow) -> CoachScreen:
    window.coach.set_view(samples.coach())
    window.show_coach()
    return window.coach


def _button(coach: CoachScreen, name: str) -> Button:
    buttons = [b for b in coach.findChildren(Button) if b.isVisible()]
    return next(b for b in buttons if name in (b.text(), b.accessibleName()))


def _said(coach: CoachScreen) -> list[str]:
    return [t.text() for t in coach.findChildren(Text) if t.isVisible()]


def test_every_student_is_a_row_that_says_the_facts(coach: CoachScreen) -> None:
    tiles = coach.findChildren(StudentTile)
    assert len(tiles) == 30
    assert tiles[0].accessibleName() == "Ava Thompson, Grade 3 Maple, 14 min today, Last seen 10:12"
    assert "Not seen today" in tiles[5].accessibleName()


def test_keys_alone_open_a_student(qtbot: QtBot, coach: CoachScreen) -> None:
    qtbot.keyClick(coach.window().focusWidget(), Qt.Key.Key_Down)
    with qtbot.waitSignal(coach.student_chosen) as chosen:
        qtbot.keyClick(coach.window().focusWidget(), Qt.Key.Key_Return)
    assert chosen.args == [samples.coach().students[1].id]


@pytest.mark.parametrize(("typed", "count"), [("5 river", 10), ("ava t", 1), ("nobody", 0)])
def test_the_filter(qtbot: QtBot, coach: CoachScreen, typed: str, count: int) -> None:
    qtbot.keyClicks(coach.findChild(QLineEdit), typed)
    assert sum(tile.isVisible() for tile in coach.findChildren(StudentTile)) == count
    assert ("Nobody matches. Try fewer letters." in _said(coach)) is (count == 0)


def test_no_students_says_so(window: MainWindow) -> None:
    window.coach.set_view(samples.no_students())
    window.show_coach()
    words = "You have no students yet. The school adds them to your classes."
    assert words in _said(window.coach)


def test_signing_out(qtbot: QtBot, coach: CoachScreen) -> None:
    with qtbot.waitSignal(coach.sign_out):
        _button(coach, "Sign out").click()


def test_a_day_has_its_totals_and_a_strip_a_session(coach: CoachScreen) -> None:
    coach.show_day(samples.day())
    figures = [f.accessibleName() for f in coach.findChildren(Figure) if f.isVisible()]
    assert figures[0] == "On task: 60 of 72 min"
    lines = coach.findChildren(SessionLine)
    assert [line.findChild(Strip).count() > 0 for line in lines] == [True] * 3
    assert "Monday, 23 November 2026" in _said(coach)


def test_each_stretch_of_the_day_can_be_told_by_keyboard(qtbot: QtBot, coach: CoachScreen) -> None:
    coach.show_day(samples.day())
    strip = coach.window().focusWidget()
    assert isinstance(strip, Strip)
    for index in range(strip.count()):
        qtbot.keyClick(strip, Qt.Key.Key_Right)
        assert strip.words(index) in _said(coach)


@pytest.mark.parametrize(
    ("name", "day"), [("Day before", date(2026, 11, 22)), ("Today", None), ("Day after", None)]
)
def test_turning_days_from_today(
    qtbot: QtBot, coach: CoachScreen, name: str, day: date | None
) -> None:
    coach.show_day(samples.day())
    turned: list[date] = []
    coach.day_changed.connect(turned.append)
    _button(coach, name).click()
    assert turned == ([day] if day else [])


@pytest.mark.parametrize("name", ["Day after", "Today"])
def test_coming_back_to_today(qtbot: QtBot, coach: CoachScreen, name: str) -> None:
    coach.show_day(samples.empty_day())
    assert "Nothing was recorded on this day. The arrows lead to other days." in _said(coach)
    with qtbot.waitSignal(coach.day_changed) as turned:
        _button(coach, name).click()
    assert turned.args == [date(2026, 11, 23)]


@pytest.mark.parametrize(
    ("end", "reason", "words"),
    [
        (None, None, "since 09:00, still open"),
        (1_795_447_000_000, "interrupted", "interrupted, for example by a restart"),
        (1_795_447_000_000, "timed_out", "ended by itself after a long quiet time"),
    ],
)
def test_how_a_session_ended_is_said(
    coach: CoachScreen, end: int | None, reason: str | None, words: str
) -> None:
    view = samples.day()
    odd = replace(view.day.sessions[0], ended_at_ms=end, end_reason=reason)
    coach.show_day(replace(view, day=replace(view.day, sessions=(odd,))))
    assert any(words in said for said in _said(coach))


def test_escape_goes_back_to_the_same_student(qtbot: QtBot, coach: CoachScreen) -> None:
    view = samples.day()
    coach.show_day(view)
    with qtbot.waitSignal(coach.back):
        qtbot.keyClick(coach.findChild(StudentDay), Qt.Key.Key_Escape)
    tile = coach.window().focusWidget()
    assert isinstance(tile, StudentTile)
    assert tile.row.id == view.student_id


def _cards(coach: CoachScreen) -> list[VerdictCard]:
    cards = [card for card in coach.findChildren(VerdictCard) if not card.isHidden()]
    return sorted(cards, key=lambda card: card.y())


@pytest.fixture
def day(coach: CoachScreen) -> CoachScreen:
    coach.show_day(samples.day())
    settle()
    return coach


def _press_on(card: VerdictCard, name: str) -> None:
    next(b for b in card.findChildren(Button) if b.text() == name).click()


def _said_on(card: VerdictCard) -> list[str]:
    return [text.text() for text in card.findChildren(Text) if text.isVisible()]


def test_contested_verdicts_come_first_with_all_they_rest_on(day: CoachScreen) -> None:
    cards = _cards(day)
    assert [card.judgement.contested for card in cards] == [True] * 3 + [False] * (len(cards) - 3)
    assert {
        "The student says: that was work.",
        "Idle 1:15 in Fast Math (quiet for 1:45, allowed 1:30). Confidence: medium.",
        "quiet too long, version 1",
        "patience 1 min 30 s",
        "quiet 1 min 45 s",
        "medium (62%)",
        "It was quiet for 1:45. Were you at work? Then tap “That was work”.",
    } <= set(_said_on(cards[0]))


def test_the_evidence_of_others_is_there_on_demand(day: CoachScreen) -> None:
    card = next(c for c in _cards(day) if c.judgement.verdict.kind is Overlay.RUSHING)
    assert "answers 4, right 1, wrong 3" not in _said_on(card)
    _press_on(card, "Why?")
    assert "answers 4, right 1, wrong 3" in _said_on(card)
    _press_on(card, "Less")
    assert "answers 4, right 1, wrong 3" not in _said_on(card)


@pytest.mark.parametrize(
    ("name", "result"),
    [("Confirm", ReviewResult.TRUE_POSITIVE), ("Not right", ReviewResult.FALSE_POSITIVE)],
)
def test_a_coach_answers_with_a_note(
    qtbot: QtBot, day: CoachScreen, name: str, result: ReviewResult
) -> None:
    card = _cards(day)[0]
    _press_on(card, "Note")
    qtbot.keyClicks(day.window().focusWidget(), "On paper. ")
    with qtbot.waitSignal(day.reviewed) as reviewed:
        _press_on(card, name)
    assert reviewed.args == [card.judgement.id, result, "On paper."]


def test_an_answered_verdict_says_so(day: CoachScreen) -> None:
    day.show_day(samples.reviewed_day())
    settle()
    said = _said(day)
    assert "Confirmed. Note: She was drawing the fractions on paper." in said
    assert any(words.startswith("Not right: it counts as work now.") for words in said)


def test_the_keyboard_stays_on_the_verdict_that_was_answered(day: CoachScreen) -> None:
    wanted = _cards(day)[2].judgement.id
    day.show_day(samples.day())
    settle()
    day.focus_verdict(wanted)
    card = next(card for card in _cards(day) if card.judgement.id == wanted)
    assert day.window().focusWidget() is card.confirm_button


def test_the_strip_tells_of_verdicts_in_words(day: CoachScreen) -> None:
    strip = day.findChild(StudentDay).findChild(Strip)
    told = [strip.words(n) for n in range(strip.count())]
    assert any("Quick answers" in words for words in told)
    assert any("Said to be work" in words for words in told)
    assert "Moments to look at: 10." in strip.accessibleName()


def test_what_this_computer_can_tell_is_asked_for(qtbot: QtBot, coach: CoachScreen) -> None:
    with qtbot.waitSignal(coach.about_computer):
        _button(coach, "What this computer can tell").click()
