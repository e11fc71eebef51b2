"""The parts of screens: what they say, what keys do, and what hostile names do not do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import pytest
from PySide6.QtCore import QBuffer, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from timeback_desktop.coaching.summary import Stretch, totals_of
from timeback_desktop.partition import State
from timeback_desktop.ui import theme
from timeback_desktop.ui.theme import Theme
from timeback_desktop.ui.widgets import (
    AppIcon,
    Avatar,
    Button,
    FlowLayout,
    NoticeStrip,
    Ring,
    StateBadge,
    StateLegend,
    Strip,
    Text,
    Tile,
    TileGrid,
    TurningRow,
)
from timeback_desktop.ui.widgets.app_icon import safe_accent, safe_picture, safe_svg
from timeback_desktop.ui.widgets.avatar import avatar_colour, initials

Show = Callable[[QWidget], QWidget]
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HOSTILE = [
    "<b>Bold</b><img src=x onerror=alert(1)>",
    "x" * 300,
    "\u0645\u062d\u0645\u062f \u0627\u0644\u0623\u0645\u064a\u0646 " * 20,
    f"Ana {FAMILY} {FAMILY * 40}",
    "a & b &amp; c",
    "line\nline\ttab\x00nul",
    "",
]
STRETCHES = (
    Stretch(State.ON_TASK, None, 0, 60_000),
    Stretch(State.PASSIVE_OK, "video", 60_000, 30_000),
    Stretch(State.UNKNOWN, "unknown", 90_000, 5_000),
)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("lines", [0, 1, 2])
def test_text_keeps_inside_and_plain(show: Show, name: str, lines: int) -> None:
    text = Text(name, lines=lines)
    text.resize(160, 60)
    show(text)
    assert text.textFormat() is Qt.TextFormat.PlainText
    assert text.minimumSizeHint().width() < 160
    assert not lines or len(text.shown_text().splitlines()) <= lines
    assert "<b>" not in text.toolTip()


def test_a_cut_text_tells_the_rest(show: Show) -> None:
    text = Text("A very long name that does not fit in here", lines=1)
    text.resize(120, 30)
    show(text)
    assert text.shown_text().endswith("\u2026")
    assert "does not fit in here" in text.toolTip()
    text.resize(900, 30)
    assert text.toolTip() == ""


def test_wrapped_text_loses_no_letter(show: Show) -> None:
    words = f"Zo\u00eb {FAMILY} walks to the library and reads for a long time"
    text = Text(words)
    text.resize(90, 400)
    show(text)
    assert text.shown_text().replace("\n", " ").split() == words.split()


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Mia Okafor", "MO"),
        ("Ana Maria de Souza", "AS"),
        ("Cher", "C"),
        ("", ""),
        ("\u00e9mile zola", "\u00c9Z"),
        (f"{FAMILY} Smith", f"{FAMILY}S"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_colour_of_a_person_stays() -> None:
    assert avatar_colour("one") == avatar_colour("one")
    assert len({avatar_colour(str(n)) for n in range(50)}) > 4


@pytest.mark.parametrize("name", HOSTILE)
def test_pictures_of_hostile_names_paint(show: Show, name: str) -> None:
    icon = AppIcon()
    icon.set_app(name, name, name.encode())
    assert not show(icon).grab().isNull()
    assert not show(Avatar(name, name)).grab().isNull()


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        b"not an svg",
        b'<svg><image href="file:///etc/passwd"/></svg>',
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
        b"<svg>" + b" " * 300_000 + b"</svg>",
    ],
)
def test_an_unsafe_icon_is_not_drawn(data: bytes | None) -> None:
    assert safe_svg(data) is None


def _encoded(kind: str, side: int = 64) -> bytes:
    picture = QImage(side, side * 2, QImage.Format.Format_RGB32)
    picture.fill(QColor("#2a7f62"))
    content = QBuffer()
    content.open(QBuffer.OpenModeFlag.WriteOnly)
    assert picture.save(content, kind)
    return bytes(content.data().data())


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_pictures_of_the_common_kinds_are_drawn(show: Show, kind: str) -> None:
    icon = AppIcon()
    icon.set_app("Fractions", "#000000", _encoded(kind))
    middle = show(icon).grab().toImage().pixelColor(icon.width() // 2, icon.height() // 2)
    assert abs(middle.green() - 0x7F) < 8


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        b"\x89PNG",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"GIF89a",
        _encoded("png", 1500),
        _encoded("png")[:60],
        _encoded("png") + b" " * 300_000,
    ],
)
def test_a_picture_that_is_none_or_too_large_is_not_drawn(data: bytes | None) -> None:
    assert safe_picture(data) is None


@pytest.mark.parametrize("colour", ["", "red", "#12", "#gggggg", "url(x)"])
def test_an_accent_that_is_none_becomes_ours(qapp: QApplication, light: None, colour: str) -> None:
    assert safe_accent(colour) == theme.current().colours.accent


def test_enter_presses_a_button_and_an_ampersand_is_no_shortcut(qtbot: QtBot, show: Show) -> None:
    button = Button("Salt & pepper")
    show(button)
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Return)
    assert button.shortcut().isEmpty()


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "0 min"), (0.5, "30 min"), (7.0, "420 min"), (-1.0, "0 min")]
)
def test_ring(show: Show, share: float, words: str) -> None:
    ring = Ring()
    ring.set_share(share, *words.split())
    assert ring.accessibleName() == words
    assert not show(ring).grab().isNull()


@pytest.mark.parametrize("state", State)
def test_badge_says_the_word(show: Show, state: State) -> None:
    badge = StateBadge()
    badge.set_state(state)
    assert badge.word()
    assert badge.word() in badge.accessibleName()
    assert not show(badge).grab().isNull()


def _strip(show: Show) -> Strip:
    strip = Strip()
    strip.set_stretches([(s, "Fast Math") for s in STRETCHES], UTC)
    strip.resize(400, 80)
    show(strip)
    return strip


@pytest.mark.parametrize(
    ("keys", "picked"),
    [
        ([Qt.Key.Key_Right], 0),
        ([Qt.Key.Key_Right] * 2, 1),
        ([Qt.Key.Key_Right] * 9, 2),
        ([Qt.Key.Key_Left], 2),
        ([Qt.Key.Key_End, Qt.Key.Key_Left], 1),
        ([Qt.Key.Key_End, Qt.Key.Key_Home], 0),
    ],
)
def test_the_arrows_walk_the_strip(
    qtbot: QtBot, show: Show, keys: list[Qt.Key], picked: int
) -> None:
    strip = _strip(show)
    for key in keys:
        qtbot.keyClick(strip, key)
    assert strip.picked() == picked
    assert strip.accessibleDescription() == strip.words(picked)


def test_the_strip_tells_stretches_in_words(qtbot: QtBot, show: Show) -> None:
    strip = _strip(show)
    with qtbot.waitSignal(strip.told) as told:
        qtbot.keyClick(strip, Qt.Key.Key_End)
    assert told.args == ["00:01:30 to 00:01:35: Not counted, 5 s in Fast Math"]
    assert strip.words(1) == "00:01:00 to 00:01:30: Watching, 30 s in Fast Math"


def test_the_pointer_finds_the_stretch(show: Show) -> None:
    strip = _strip(show)
    found = [strip.index_at(QPointF(x, 20)) for x in (10, 300, 390, 399)]
    assert found == [0, 1, 2, -1]


def test_an_empty_strip_says_so(qtbot: QtBot, show: Show) -> None:
    strip = Strip()
    strip.set_stretches([], UTC)
    show(strip)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert strip.picked() == -1
    assert strip.accessibleName() == "Nothing was recorded"


def test_the_legend_lists_what_occurred(show: Show) -> None:
    legend = StateLegend()
    show(legend)
    legend.set_totals(totals_of(STRETCHES))
    names = [w.accessibleName() for w in legend.findChildren(QWidget) if w.accessibleName()]
    assert names == ["On task: 1 min", "Reading or watching: 30 s", "Not counted: 5 s"]


def test_the_arrows_move_among_tiles(qtbot: QtBot, show: Show) -> None:
    grid = TileGrid(column=200)
    tiles = [Tile(str(n)) for n in range(5)]
    grid.set_tiles(tiles)
    grid.resize(640, 400)
    show(grid)
    tiles[0].setFocus()
    for key, place in (("Right", 1), ("Down", 4), ("Left", 3), ("Up", 0), ("Left", 0)):
        qtbot.keyClick(grid.focusWidget(), getattr(Qt.Key, f"Key_{key}"))
        assert grid.focusWidget() is tiles[place]


@pytest.mark.parametrize(("scale", "columns"), [(1.0, 4), (2.0, 2)])
def test_columns_follow_width_and_text(qapp: QApplication, show: Show, scale: float,
                                       columns: int) -> None:  # fmt: skip
    theme.apply(Theme(text_scale=scale), qapp)
    grid = TileGrid(column=200)
    grid.set_tiles([Tile(str(n)) for n in range(8)])
    grid.resize(900, 600)
    show(grid)
    assert len({tile.x() for tile in grid.tiles()}) == columns


def test_a_flow_wraps(show: Show) -> None:
    holder = QWidget()
    flow = FlowLayout(holder)
    for n in range(6):
        flow.addWidget(Button(f"Button {n}"))
    holder.resize(300, 300)
    show(holder)
    assert len({button.y() for button in holder.findChildren(Button)}) > 1
    assert all(b.geometry().right() <= 300 for b in holder.findChildren(Button))


@pytest.mark.parametrize(("width", "stacked"), [(900, False), (300, True)])
def test_a_row_turns(show: Show, width: int, stacked: bool) -> None:
    row = TurningRow(least=500)
    row.add(Text("one"))
    row.add(Text("two"))
    row.resize(width, 200)
    show(row)
    assert row.is_stacked() is stacked


def test_a_notice_is_answered_or_put_away(qtbot: QtBot, show: Show) -> None:
    strip = NoticeStrip()
    show(strip)
    strip.show_notice("Still with it?", (("paper", "On paper"), ("break", "Break")))
    button = next(b for b in strip.findChildren(Button) if b.text() == "On paper")
    with qtbot.waitSignal(strip.answered) as answered:
        button.click()
    assert answered.args == ["paper"]
    strip.show_notice("Again")
    with qtbot.waitSignal(strip.dismissed):
        qtbot.keyClick(strip, Qt.Key.Key_Escape)
    assert strip.isHidden()
