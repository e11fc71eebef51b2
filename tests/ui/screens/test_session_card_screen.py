"""The session card: the figures of the summary, nothing computed anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import settle
from timeback_desktop.coaching.summary import SessionSummary, Stretch, longest_focus_ms, totals_of
from timeback_desktop.partition import State
from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui.screens import SessionCardScreen, SessionCardView
from timeback_desktop.ui.screens.flagged import FlaggedLine
from timeback_desktop.ui.screens.session_card import kind_sentence
from timeback_desktop.ui.widgets import Button, Figure, Ring, Strip, Text
from timeback_desktop.ui.window import MainWindow
from timeback_desktop.waste.verdict import Insight


def _session(*parts: tuple[State, int]) -> SessionSummary:
    stretches = tuple(Stretch(state, None, 0, ms) for state, ms in parts)
    return replace(
        samples.session(),
        stretches=stretches,
        totals=totals_of(stretches),
        longest_focus_ms=longest_focus_ms(stretches),
    )


@pytest.fixture
def card(window: MainWindow) -> SessionCardScreen:
    window.session_card.set_view(samples.session_card())
    window.show_session_card()
    return window.session_card


def test_the_figures_are_those_of_the_summary(card: SessionCardScreen) -> None:
    figures = [figure.accessibleName() for figure in card.findChildren(Figure)]
    assert figures == [
        "On task: 29 min 28 s",
        "Longest stretch in a row: 11 min 39 s",
        "From start to end: 36 min 27 s",
    ]
    assert card.findChild(Ring).accessibleName() == "29 of 34 min on task"


def test_the_strip_has_every_stretch(card: SessionCardScreen) -> None:
    assert card.findChild(Strip).count() == len(samples.session().stretches)


@pytest.mark.parametrize(("key", "signal"), [("done", "done"), ("again", "again")])
def test_the_ways_on(qtbot: QtBot, card: SessionCardScreen, key: str, signal: str) -> None:
    button = {"done": card.done_button, "again": card.again_button}[key]
    with qtbot.waitSignal(getattr(card, signal)):
        qtbot.keyClick(button, Qt.Key.Key_Return)


def test_the_keyboard_starts_on_done(card: SessionCardScreen) -> None:
    assert card.window().focusWidget() is card.done_button


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([], "A short visit"),
        ([(State.ON_TASK, 5_000)], "A short visit"),
        ([(State.ON_TASK, 5_000), (State.UNKNOWN, 60_000)], "We could not see most"),
        ([(State.ON_TASK, 700_000)], "11 min 40 s in a row"),
        ([(State.ON_TASK, 300_000), (State.IDLE, 900_000)], "You worked for 5 min."),
    ],
)
def test_the_sentence_is_true_and_kind(parts: list[tuple[State, int]], words: str) -> None:
    sentence = kind_sentence(_session(*parts))
    assert words in sentence
    assert not any(word in sentence.lower() for word in ("lazy", "bad", "fail", "cheat", "waste"))


def test_a_session_of_nothing_is_shown(card: SessionCardScreen) -> None:
    card.set_view(SessionCardView(replace(_session(), ended_at_ms=None), "Nowhere/At All"))
    assert card.findChild(Ring).accessibleName() == "0 of 0 s on task"


def _lines(card: SessionCardScreen) -> list[FlaggedLine]:
    lines = [line for line in card.findChildren(FlaggedLine) if not line.isHidden()]
    return sorted(lines, key=lambda line: line.y())


def test_each_flagged_moment_can_be_said_to_be_work(qtbot: QtBot, card: SessionCardScreen) -> None:
    _, rushing, _, off_app = _lines(card)
    for line in (rushing, off_app):
        with qtbot.waitSignal(card.contested) as contested:
            qtbot.keyClick(line.button, Qt.Key.Key_Return)
        assert contested.args == [line.judgement.id, False]
        assert not line.button.isEnabled()


def test_a_call_for_help_is_not_contested(card: SessionCardScreen) -> None:
    help_line = _lines(card)[2]
    assert help_line.judgement.verdict.kind is Insight.NEEDS_HELP
    assert not help_line.button.isVisible()


def test_a_contested_moment_is_shown_as_such_and_can_be_taken_back(
    qtbot: QtBot, card: SessionCardScreen
) -> None:
    line = _lines(card)[1]
    line.button.setFocus()
    line.button.click()
    card.show_judgement(replace(line.judgement, contested=True))
    assert line.button.text() == "Take that back"
    assert card.window().focusWidget() is line.button
    strip = card.findChild(Strip)
    assert any("Said to be work" in strip.words(n) for n in range(strip.count()))
    with qtbot.waitSignal(card.contested) as contested:
        line.button.click()
    assert contested.args == [line.judgement.id, True]


def test_a_word_that_cannot_be_kept_says_why_and_can_be_said_again(card: SessionCardScreen) -> None:
    line = _lines(card)[1]
    line.button.click()
    card.show_fault("Your coach has looked at it.")
    assert card.notice.isVisible()
    assert line.button.isEnabled()


def test_what_a_coach_looked_at_is_settled(card: SessionCardScreen) -> None:
    card.set_view(samples.answered_session_card())
    settle()
    said = [text.text() for text in card.findChildren(Text) if text.isVisible()]
    assert "Your coach looked: this counts as work." in said
    assert "Your coach looked at this." in said
    assert not any(line.button.isVisible() for line in _lines(card))


def test_many_moments_are_shown_a_few_at_first(qtbot: QtBot, card: SessionCardScreen) -> None:
    session = samples.session()
    many = tuple(
        replace(session.verdicts[1], kept=replace(session.verdicts[1].kept, id=str(n)))
        for n in range(9)
    )
    card.set_view(SessionCardView(replace(session, verdicts=many), samples.TIMEZONE))
    settle()
    assert len(_lines(card)) == 4
    more = next(b for b in card.findChildren(Button) if b.text() == "Show 5 more")
    qtbot.keyClick(more, Qt.Key.Key_Return)
    assert len(_lines(card)) == 9


def test_a_session_without_flags_says_nothing_of_them(card: SessionCardScreen) -> None:
    card.set_view(SessionCardView(replace(samples.session(), verdicts=()), samples.TIMEZONE))
    said = [text.text() for text in card.findChildren(Text) if text.isVisible()]
    assert "Moments to look at" not in said
