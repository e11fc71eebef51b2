"""Home: ring, Continue, search, subjects, keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui.screens import HomeScreen
from timeback_desktop.ui.screens.apps import AppTile, ContinueTile
from timeback_desktop.ui.widgets import Button, Chip, Ring, Text
from timeback_desktop.ui.window import MainWindow


@pytest.fixture
def home(window: MainWindow) -> HomeScreen:
    window.home.set_view(samples.home())
    window.show_home()
    return window.home


def _shown(home: HomeScreen) -> list[str]:
    return [tile.card.name for tile in home.findChildren(AppTile) if tile.isVisible()]


def test_the_ring_says_minutes_of_the_goal(home: HomeScreen) -> None:
    assert home.findChild(Ring).accessibleName() == "Active today: 33 of 60 min"


def test_continue_shows_what_was_used_today(home: HomeScreen) -> None:
    names = [tile.accessibleName() for tile in home.findChildren(ContinueTile)]
    assert names == ["Continue Fast Math, 21 min today", "Continue Story Time, 12 min today"]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("fast", ["Fast Math"]),
        ("READ", ["Story Time"]),
        ("science", ["Lesson Theater", "Lab Bench"]),
        ("zzz", []),
    ],
)
def test_search_filters_while_typing(
    qtbot: QtBot, home: HomeScreen, typed: str, names: list[str]
) -> None:
    search = home.findChild(QLineEdit)
    qtbot.keyClicks(search, typed)
    assert _shown(home) == names
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert len(_shown(home)) == 6


def test_a_chip_keeps_one_subject(qtbot: QtBot, home: HomeScreen) -> None:
    chip = next(c for c in home.findChildren(Chip) if c.text() == "Science")
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert _shown(home) == ["Lesson Theater", "Lab Bench"]
    qtbot.keyClicks(home.findChild(QLineEdit), "lab")
    assert _shown(home) == ["Lab Bench"]


def test_keys_alone_launch_an_app(qtbot: QtBot, home: HomeScreen) -> None:
    search = home.findChild(QLineEdit)
    qtbot.keyClick(search, Qt.Key.Key_Down)
    qtbot.keyClick(home.window().focusWidget(), Qt.Key.Key_Right)
    with qtbot.waitSignal(home.launch) as launch:
        qtbot.keyClick(home.window().focusWidget(), Qt.Key.Key_Return)
    assert launch.args == [samples.apps()[1].id]


def test_the_keyboard_starts_on_the_app_to_go_on_with(home: HomeScreen) -> None:
    assert isinstance(home.window().focusWidget(), ContinueTile)


def test_an_app_that_is_closed_says_why_and_cannot_be_launched(
    qtbot: QtBot, home: HomeScreen
) -> None:
    tile = next(t for t in home.findChildren(AppTile) if t.card.name == "Lab Bench")
    assert "Closed by your school until Monday" in tile.accessibleName()
    with qtbot.assertNotEmitted(home.launch, wait=50):
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
        qtbot.keyClick(tile, Qt.Key.Key_Return)


def test_a_pilot_says_so(home: HomeScreen) -> None:
    tile = next(t for t in home.findChildren(AppTile) if t.card.name == "Word Garden")
    assert "Pilot" in tile.accessibleName()


def test_no_apps_says_what_to_do(window: MainWindow) -> None:
    window.home.set_view(samples.empty_home())
    window.show_home()
    said = [t.text() for t in window.home.findChildren(Text) if t.isVisible()]
    assert "You have no apps yet. Ask your coach to add one to your class." in said


def test_a_new_view_replaces_the_old(qtbot: QtBot, home: HomeScreen) -> None:
    qtbot.keyClicks(home.findChild(QLineEdit), "fast")
    home.set_view(replace(samples.home(), apps=samples.apps()[2:4]))
    assert _shown(home) == ["Lesson Theater", "Word Garden"]


def test_switching_person(qtbot: QtBot, home: HomeScreen) -> None:
    button = next(b for b in home.findChildren(Button) if b.text() == "Switch person")
    with qtbot.waitSignal(home.switch_person):
        qtbot.keyClick(button, Qt.Key.Key_Space)


def test_no_goal_is_no_division_by_nothing(home: HomeScreen) -> None:
    home.set_view(replace(samples.home(), goal_minutes=0))
    assert home.findChild(Ring).accessibleName() == "Active today: 33 of 0 min"
