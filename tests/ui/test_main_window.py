"""The window: its screens, its footer, closing, full screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar
from pytestqt.qtbot import QtBot

from timeback_desktop.ui.widgets import Button, Text
from timeback_desktop.ui.window import MainWindow


@pytest.mark.parametrize("name", ["starting", "who", "home", "learning", "session_card", "coach"])
def test_each_screen_can_be_shown(window: MainWindow, name: str) -> None:
    assert window.current_screen() is None
    getattr(window, f"show_{name}")()
    assert window.current_screen() is getattr(window, name)
    assert getattr(window, name).isVisible()


@pytest.mark.parametrize(("fraction", "bar"), [(None, False), (0.4, True)])
def test_the_footer_tells_how_sending_goes(
    window: MainWindow, fraction: float | None, bar: bool
) -> None:
    window.set_sync("3 waiting, last sent 10:24", fraction)
    said = [t.text() for t in window.findChildren(Text) if t.isVisible()]
    assert "3 waiting, last sent 10:24" in said
    assert [b.isVisible() for b in window.findChildren(QProgressBar)] == [bar]


def test_a_held_window_only_asks(qtbot: QtBot, window: MainWindow) -> None:
    window.hold_open(held=True)
    with qtbot.waitSignal(window.close_asked):
        assert not window.close()
    assert window.isVisible()
    window.hold_open(held=False)
    assert window.close()


def test_full_screen_and_back(qtbot: QtBot, window: MainWindow) -> None:
    window.show_starting()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert window.isVisible()


def test_a_fault_at_the_start_offers_a_way_out(qtbot: QtBot, window: MainWindow) -> None:
    window.show_starting()
    window.starting.show_fault("The disk is full.", "Free some space.")
    said = [t.text() for t in window.starting.findChildren(Text) if t.isVisible()]
    assert said == ["We could not start yet", "The disk is full.", "Free some space."]
    with qtbot.waitSignal(window.starting.retry):
        window.starting.findChild(Button).click()
    window.starting.show_progress("Starting again", None)
    assert not window.starting.findChild(Button).isVisible()
