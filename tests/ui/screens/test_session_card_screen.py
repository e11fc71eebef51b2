"""The session card: the figures of the summary, nothing computed anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from timeback_desktop.coaching.summary import SessionSummary, Stretch, longest_focus_ms, totals_of
from timeback_desktop.partition import State
from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui.screens import SessionCardScreen, SessionCardView
from timeback_desktop.ui.screens.session_card import kind_sentence
from timeback_desktop.ui.widgets import Figure, Ring, Strip
from timeback_desktop.ui.window import MainWindow


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
