"""Learning: every control of the bar, the covers, the shield, the notice."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from timeback_desktop.partition import State
from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui import theme
from timeback_desktop.ui.screens import LearningScreen
from timeback_desktop.ui.screens.shield import ShieldPanel
from timeback_desktop.ui.screens.stage import Stage
from timeback_desktop.ui.theme import Theme
from timeback_desktop.ui.widgets import Button, IconButton, Text
from timeback_desktop.ui.window import MainWindow


@pytest.fixture
def learning(window: MainWindow) -> LearningScreen:
    app = samples.apps()[0]
    window.learning.set_app(app.name, app.icon_svg, app.accent)
    window.learning.set_view(QLineEdit("the app"))
    window.learning.set_navigation(True, True)
    window.show_learning()
    return window.learning


def _said(learning: LearningScreen) -> list[str]:
    return [t.text() for t in learning.findChildren(Text) if t.isVisible()]


def _press(learning: LearningScreen, name: str) -> None:
    buttons = [b for b in learning.findChildren(Button) if b.isVisible()]
    next(b for b in buttons if name in (b.text(), b.accessibleName())).click()


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("Back", "back"),
        ("Forward", "forward"),
        ("Load this page again", "reload"),
        ("First page of the app", "home"),
        ("End", "end"),
        ("What is recorded right now", "shield"),
    ],
)
def test_each_control_tells(qtbot: QtBot, learning: LearningScreen, name: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(learning, signal)):
        _press(learning, name)


def test_pause_asks_and_only_the_answer_changes_the_screen(
    qtbot: QtBot, learning: LearningScreen
) -> None:
    with qtbot.waitSignal(learning.pause_toggled) as asked:
        _press(learning, "Pause")
    assert asked.args == [True]
    assert "Only the length of your break is kept. Come back when you are ready." not in _said(
        learning
    )
    learning.set_paused(True)
    assert "Only the length of your break is kept. Come back when you are ready." in _said(learning)
    with qtbot.waitSignal(learning.pause_toggled) as asked:
        _press(learning, "Resume")
    assert asked.args == [False]


def test_a_covered_app_gets_no_input_but_stays_visible(learning: LearningScreen) -> None:
    view = learning.findChild(Stage).view
    assert isinstance(view, QWidget)
    learning.set_paused(True)
    assert view.isVisible()
    assert not view.isEnabled()
    learning.set_paused(False)
    assert view.isEnabled()
    assert learning.window().focusWidget() is view


@pytest.mark.parametrize(
    ("engaged", "elapsed", "words"),
    [
        (0, 0, "0:00 / 0:00"),
        (61_999, 125_000, "1:01 / 2:05"),
        (3_600_000, 4_000_000, "1:00:00 / 1:06:40"),
    ],
)
def test_the_clock(learning: LearningScreen, engaged: int, elapsed: int, words: str) -> None:
    learning.set_clock(engaged, elapsed)
    assert learning.bar.clock_words() == words


def test_the_state_is_a_word(learning: LearningScreen) -> None:
    learning.set_state(State.PASSIVE_OK, "video")
    assert learning.bar.badge.word() == "Watching"


def test_loading_covers_and_uncovers(learning: LearningScreen) -> None:
    learning.show_loading(None, "Opening Fast Math")
    learning.show_loading(0.5, "Almost there")
    assert "Almost there" in _said(learning)
    learning.hide_loading()
    assert "Almost there" not in _said(learning)


def test_a_failure_says_whose_side_and_offers_retry(qtbot: QtBot, learning: LearningScreen) -> None:
    learning.show_loading(0.5, "Opening")
    learning.show_failure("It did not answer.", "Try again soon.", "This is on the app's side.")
    assert {"It did not answer.", "Try again soon.", "This is on the app's side."} <= set(
        _said(learning)
    )
    with qtbot.waitSignal(learning.retry):
        _press(learning, "Try again")
    with qtbot.waitSignal(learning.leave):
        _press(learning, "Go back home")
    learning.show_loading(None, "Opening again")
    assert "It did not answer." not in _said(learning)


def test_the_shield_lists_facts_and_escape_closes_it(
    qtbot: QtBot, learning: LearningScreen
) -> None:
    view = samples.shield()
    learning.set_shield(view)
    learning.bar.shield_button.click()
    assert {*view.recorded, *view.never, view.summary} <= set(_said(learning))
    qtbot.keyClick(learning.window().focusWidget(), Qt.Key.Key_Escape)
    assert not learning.findChild(ShieldPanel).isVisible()
    assert not learning.bar.shield_button.isChecked()


def test_the_same_facts_are_not_listed_anew(learning: LearningScreen) -> None:
    learning.set_shield(samples.shield())
    before = learning.findChild(ShieldPanel).findChildren(Text)
    learning.set_shield(samples.shield())
    assert learning.findChild(ShieldPanel).findChildren(Text) == before


def test_escape_never_ends_a_session(qtbot: QtBot, learning: LearningScreen) -> None:
    with qtbot.assertNotEmitted(learning.end, wait=50):
        qtbot.keyClick(learning, Qt.Key.Key_Escape)
    assert learning.isVisible()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_bar_loses_nothing(
    qtbot: QtBot, qapp: object, learning: LearningScreen, scale: float
) -> None:
    theme.apply(Theme(text_scale=scale), qapp)
    learning.set_app("A rather long name of an app " * 9, None, "")
    learning.window().resize(900, 600)
    qtbot.wait(20)
    for button in learning.bar.findChildren(Button):
        place = button.mapTo(learning.bar, button.rect().bottomRight())
        assert learning.bar.rect().contains(place)
        least = button.sizeHint() if not isinstance(button, IconButton) else button.iconSize()
        assert button.width() >= least.width()


def test_reset_forgets_the_session(learning: LearningScreen) -> None:
    learning.set_clock(5_000, 9_000)
    learning.set_paused(True)
    learning.notice.show_notice("Still with it?")
    learning.reset()
    assert learning.bar.clock_words() == "0:00 / 0:00"
    assert learning.findChild(Stage).view is None
    assert learning.notice.isHidden()


def test_a_taken_view_still_lives(window: MainWindow) -> None:
    view = QLineEdit("kept")
    window.learning.set_view(view)
    window.learning.set_view(None)
    assert view.text() == "kept"
    assert view.parent() is None
    view.deleteLater()
