"""The capability report: on a page for coaches, over the app for students."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import settle
from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui.screens import ComputerDialog
from timeback_desktop.ui.screens.computer import ComputerCard
from timeback_desktop.ui.widgets import Text
from timeback_desktop.ui.window import MainWindow


def test_each_probe_says_what_is_lost_and_the_way_out(window: MainWindow) -> None:
    window.computer.set_lines(samples.computer())
    window.show_computer()
    settle()
    cards = [card for card in window.findChildren(ComputerCard) if not card.isHidden()]
    assert [card.accessibleName() for card in cards] == [
        "Movement on the screen: Works here",
        "The program in front: Not possible here",
        "Time since the last input: Works here",
        "A locked, dark or sleeping screen: Works here",
        "Input outside TimeBack: Switched off",
    ]
    said = [text.text() for text in cards[1].findChildren(Text)]
    assert "Why: Wayland hides this from every program." in said
    assert any(words.startswith("What is lost without it: ") for words in said)
    assert any(words.startswith("What you can do: ") for words in said)


def test_escape_leads_back(qtbot: QtBot, window: MainWindow) -> None:
    window.show_computer()
    with qtbot.waitSignal(window.computer.back):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Escape)


@pytest.mark.parametrize("size", [(1280, 800), (900, 600)])
def test_over_an_app_it_fits_in_the_window(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    window.show_learning()
    dialog = ComputerDialog(samples.computer(), window)
    dialog.open()
    assert dialog.width() < window.width()
    assert dialog.height() < window.height()
    with qtbot.waitSignal(dialog.finished):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
