"""The nudge strip: quiet, answered by keyboard, told to screen readers, gone by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from timeback_desktop.coaching.nudges import Snooze
from timeback_desktop.ui.screens import LearningScreen
from timeback_desktop.ui.widgets import Button
from timeback_desktop.ui.window import MainWindow

ANSWERS = (("reading", "I was reading"), ("paper", "On paper"))


@pytest.fixture
def learning(window: MainWindow, qtbot: QtBot) -> LearningScreen:
    app = QLineEdit()
    window.learning.set_view(app)
    window.show_learning()
    window.activateWindow()
    app.setFocus()
    qtbot.waitUntil(app.hasFocus)
    return window.learning


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is announced to screen readers."""
    heard: list[str] = []
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: heard.append(event.message())
    )
    return heard


def _button(learning: LearningScreen, name: str) -> Button:
    return next(
        b for b in learning.nudge.findChildren(Button) if name in (b.text(), b.accessibleName())
    )


def test_it_never_takes_the_keyboard_and_is_announced_once(
    learning: LearningScreen, said: list[str]
) -> None:
    app = learning.window().focusWidget()
    learning.show_nudge("Still with it?", ANSWERS)
    assert learning.nudge.isVisible()
    assert learning.window().focusWidget() is app
    assert said == ["Still with it? I was reading, On paper. Press F6 to answer."]


def test_it_is_answered_by_keys_alone(qtbot: QtBot, learning: LearningScreen) -> None:
    app = learning.window().focusWidget()
    learning.show_nudge("Still with it?", ANSWERS)
    qtbot.keyClick(app, Qt.Key.Key_F6)
    assert learning.nudge.has_keyboard()
    qtbot.keyClick(learning.window().focusWidget(), Qt.Key.Key_Tab)
    with qtbot.waitSignal(learning.nudge.answered) as answered:
        qtbot.keyClick(learning.window().focusWidget(), Qt.Key.Key_Return)
    assert answered.args == ["paper"]
    assert learning.nudge.isHidden()
    assert learning.window().focusWidget() is app


def test_the_same_key_leads_back(qtbot: QtBot, learning: LearningScreen) -> None:
    app = learning.window().focusWidget()
    qtbot.keyClick(app, Qt.Key.Key_F6)
    assert learning.window().focusWidget() is app
    learning.show_nudge("Still with it?", ANSWERS)
    qtbot.keyClick(app, Qt.Key.Key_F6)
    qtbot.keyClick(learning.window().focusWidget(), Qt.Key.Key_F6)
    assert learning.window().focusWidget() is app


@pytest.mark.parametrize("at_it", [True, False])
def test_when_it_goes_by_itself_the_app_has_the_keyboard(
    qtbot: QtBot, learning: LearningScreen, at_it: bool
) -> None:
    app = learning.window().focusWidget()
    learning.show_nudge("Still with it?", ANSWERS)
    if at_it:
        qtbot.keyClick(app, Qt.Key.Key_F6)
    learning.hide_nudge()
    learning.hide_nudge()
    assert learning.nudge.isHidden()
    assert learning.window().focusWidget() is app


@pytest.mark.parametrize(("row", "length"), [(0, Snooze.QUARTER_HOUR), (1, Snooze.SESSION)])
def test_it_can_be_put_off(
    qtbot: QtBot, learning: LearningScreen, row: int, length: Snooze
) -> None:
    learning.show_nudge("Still with it?", ANSWERS)
    _button(learning, "Not now").click()
    menu = learning.nudge.findChild(QMenu)
    assert menu.isVisible()
    with qtbot.waitSignal(learning.nudge.snoozed) as snoozed:
        menu.actions()[row].trigger()
    menu.close()
    assert snoozed.args == [length]
    assert learning.nudge.isHidden()


def test_escape_puts_it_away(qtbot: QtBot, learning: LearningScreen) -> None:
    learning.show_nudge("Still with it?", ANSWERS)
    qtbot.keyClick(learning.window().focusWidget(), Qt.Key.Key_F6)
    with qtbot.waitSignal(learning.nudge.dismissed):
        qtbot.keyClick(learning.window().focusWidget(), Qt.Key.Key_Escape)
    assert learning.nudge.isHidden()
