"""Who is learning?: grouping, filter, keys, PIN."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui.screens import ProfileTile, WhoScreen
from timeback_desktop.ui.screens.pin import PinPanel
from timeback_desktop.ui.widgets import Text
from timeback_desktop.ui.window import MainWindow


@pytest.fixture
def who(window: MainWindow) -> WhoScreen:
    window.who.set_profiles(samples.profiles())
    window.show_who()
    return window.who


def _field(who: WhoScreen, name: str) -> QLineEdit:
    return next(f for f in who.findChildren(QLineEdit) if f.accessibleName() == name)


def _shown(who: WhoScreen) -> list[str]:
    return [tile.profile.name for tile in who.tiles() if tile.isVisible()]


def test_students_come_by_class_and_coaches_last(who: WhoScreen) -> None:
    roles = [tile.profile.role for tile in who.tiles()]
    assert roles == ["student"] * 30 + ["teacher"] * 3
    headings = [t.text() for t in who.findChildren(Text) if t.property("role") == "heading"]
    wanted = ["Grade 3 Maple", "Grade 5 River", "Grade 7 Summit", "Coaches"]
    assert [h for h in headings if h in wanted] == wanted


@pytest.mark.parametrize(("people", "shown"), [(12, False), (13, True)])
def test_many_people_get_a_filter(window: MainWindow, people: int, shown: bool) -> None:
    window.who.set_profiles(samples.profiles()[:people])
    window.show_who()
    assert _field(window.who, "Find a name").isVisible() is shown


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("okafor", ["Mia Okafor"]),
        ("  MIA ", ["Mia Okafor"]),
        ("coach", ["Grace Coleman", "Helen Zhao", "Victor Salinas"]),
        ("nobody at all", []),
        ("(.*", []),
    ],
)
def test_the_filter(qtbot: QtBot, who: WhoScreen, typed: str, names: list[str]) -> None:
    qtbot.keyClicks(_field(who, "Find a name"), typed)
    assert _shown(who) == names
    said = [t.text() for t in who.findChildren(Text) if t.isVisible()]
    assert ("Nobody has that name. Try fewer letters." in said) is (names == [])


def test_nobody_is_told_what_to_do(window: MainWindow) -> None:
    window.who.set_profiles(())
    window.show_who()
    said = [t.text() for t in window.who.findChildren(Text) if t.isVisible()]
    assert "No one is here yet. Ask your coach to add you to a class." in said


def test_keys_alone_choose_a_person(qtbot: QtBot, who: WhoScreen) -> None:
    keys = ("Down", "Right", "Right", "Left", "Return")
    with qtbot.waitSignal(who.chosen) as chosen:
        for key in keys:
            target = QApplication.focusWidget() or who.window().focusWidget()
            qtbot.keyClick(target, getattr(Qt.Key, f"Key_{key}"))
    second = who.tiles()[1].profile
    assert chosen.args == [second.id, ""]


def test_typing_a_name_and_enter_is_enough(qtbot: QtBot, who: WhoScreen) -> None:
    field = _field(who, "Find a name")
    qtbot.keyClicks(field, "okafor")
    with qtbot.waitSignal(who.chosen):
        qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_pin_is_asked_inline_and_masked(qtbot: QtBot, who: WhoScreen) -> None:
    tile = next(t for t in who.tiles() if t.profile.needs_pin)
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    pin = _field(who, "PIN")
    assert pin.isVisible()
    assert pin.echoMode() is QLineEdit.EchoMode.Password
    assert _shown(who) == []
    qtbot.keyClicks(pin, "4711")
    with qtbot.waitSignal(who.chosen) as chosen:
        qtbot.keyClick(pin, Qt.Key.Key_Return)
    assert chosen.args == [tile.profile.id, "4711"]


def test_a_pin_is_not_sent_twice(qtbot: QtBot, who: WhoScreen) -> None:
    next(t for t in who.tiles() if t.profile.needs_pin).click()
    sent: list[str] = []
    who.chosen.connect(lambda _id, pin: sent.append(pin))
    pin = _field(who, "PIN")
    qtbot.keyClick(pin, Qt.Key.Key_Return)
    qtbot.keyClicks(pin, "1")
    qtbot.keyClick(pin, Qt.Key.Key_Return)
    qtbot.keyClick(pin, Qt.Key.Key_Return)
    assert sent == ["1"]


def test_a_wrong_pin_is_said_and_typed_again(qtbot: QtBot, who: WhoScreen) -> None:
    next(t for t in who.tiles() if t.profile.needs_pin).click()
    pin = _field(who, "PIN")
    qtbot.keyClicks(pin, "0000")
    qtbot.keyClick(pin, Qt.Key.Key_Return)
    who.show_pin_fault("That PIN did not match. Try once more.")
    assert pin.text() == ""
    assert not pin.isReadOnly()
    assert any("did not match" in t.text() for t in who.findChildren(Text) if t.isVisible())


def test_escape_leaves_the_pin(qtbot: QtBot, who: WhoScreen) -> None:
    next(t for t in who.tiles() if t.profile.needs_pin).click()
    qtbot.keyClick(_field(who, "PIN"), Qt.Key.Key_Escape)
    assert not who.findChild(PinPanel).isVisible()
    assert len(_shown(who)) == 33


def test_hostile_names_stay_names(window: MainWindow) -> None:
    names = ["<h1>Big</h1>", "y" * 300, "\u202eevil", "A & B"]
    tiles = [ProfileTile(str(n), name, "student", "", False) for n, name in enumerate(names)]
    window.who.set_profiles(tiles)
    window.show_who()
    assert [tile.accessibleName() for tile in window.who.tiles()] == sorted(names, key=str.casefold)
    assert window.who.width() <= window.width()
