"""Design tokens: the colours, sizes and distances that every screen is made of.

Why a module of plain data: a contrast can be computed and tested without a window, and a
second theme is a second table. The state colours stay apart for the three common kinds
of colour blindness (they differ in lightness as well), and none of them is red.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from timeback_desktop.partition import State


class Mode(StrEnum):
    """How light the window is."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class TextRole(StrEnum):
    """What a piece of text is for; decides its size and weight."""

    DISPLAY = "display"
    TITLE = "title"
    HEADING = "heading"
    BODY = "body"
    LABEL = "label"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Colours:
    """One colour per purpose, as ``#rrggbb``."""

    page: str
    surface: str
    surface_alt: str
    border: str
    border_strong: str
    text: str
    text_soft: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    accent_text: str
    notice: str
    notice_text: str
    shadow: str
    shadow_alpha: int
    states: Mapping[State, str]


@dataclass(frozen=True, slots=True)
class TextStyle:
    """Size in pixels at 100 % and weight (100 to 900)."""

    px: int
    weight: int


TYPE_SCALE: Mapping[TextRole, TextStyle] = MappingProxyType(
    {
        TextRole.DISPLAY: TextStyle(38, 600),
        TextRole.TITLE: TextStyle(28, 600),
        TextRole.HEADING: TextStyle(19, 600),
        TextRole.BODY: TextStyle(16, 400),
        TextRole.LABEL: TextStyle(15, 500),
        TextRole.SMALL: TextStyle(14, 400),
    }
)

FONT_STACK = ("Inter", "Segoe UI", "SF Pro Text", "Helvetica Neue", "Noto Sans", "DejaVu Sans")

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 16, 24, 40
RADIUS_CONTROL, RADIUS_CARD = 10, 16
PAGE_WIDTH = 1120

_STATES_LIGHT: Mapping[State, str] = MappingProxyType(
    {
        State.ON_TASK: "#0b7a6f",
        State.PASSIVE_OK: "#2f74d0",
        State.TRANSIT: "#6f5bb5",
        State.IDLE: "#a8730f",
        State.AWAY: "#82694a",
        State.PAUSED: "#6b7688",
        State.OFF_APP: "#a8458b",
        State.OFF_SITE: "#c2591b",
        State.SUSPENDED: "#7d8596",
        State.UNKNOWN: "#737b8c",
    }
)
_STATES_DARK: Mapping[State, str] = MappingProxyType(
    {
        State.ON_TASK: "#3fc1ae",
        State.PASSIVE_OK: "#72aef5",
        State.TRANSIT: "#a996ea",
        State.IDLE: "#e2b04a",
        State.AWAY: "#b79b78",
        State.PAUSED: "#93a0b5",
        State.OFF_APP: "#da86c3",
        State.OFF_SITE: "#ee9560",
        State.SUSPENDED: "#7f899c",
        State.UNKNOWN: "#8c96a9",
    }
)

LIGHT = Colours(
    page="#f4f5fa",
    surface="#ffffff",
    surface_alt="#eceef6",
    border="#dde1ec",
    border_strong="#7a8399",
    text="#1b2233",
    text_soft="#505a71",
    accent="#3c54cb",
    accent_hover="#2f45b2",
    on_accent="#ffffff",
    accent_soft="#e5e9fc",
    accent_text="#3046b4",
    notice="#fdf1d3",
    notice_text="#573f00",
    shadow="#1b2233",
    shadow_alpha=14,
    states=_STATES_LIGHT,
)
DARK = Colours(
    page="#11141b",
    surface="#1b202b",
    surface_alt="#272d3b",
    border="#333b4c",
    border_strong="#818ba3",
    text="#eef1f8",
    text_soft="#aeb7ca",
    accent="#95a6ff",
    accent_hover="#b0bdff",
    on_accent="#10152c",
    accent_soft="#2b3459",
    accent_text="#b9c4ff",
    notice="#3a3116",
    notice_text="#f6dfa3",
    shadow="#000000",
    shadow_alpha=40,
    states=_STATES_DARK,
)
CONTRAST = Colours(
    page="#000000",
    surface="#000000",
    surface_alt="#1c1c1c",
    border="#ffffff",
    border_strong="#ffffff",
    text="#ffffff",
    text_soft="#ffffff",
    accent="#ffe14d",
    accent_hover="#fff0a0",
    on_accent="#000000",
    accent_soft="#333000",
    accent_text="#ffe14d",
    notice="#333000",
    notice_text="#fff6c2",
    shadow="#000000",
    shadow_alpha=0,
    states=_STATES_DARK,
)
PALETTES: Mapping[Mode, Colours] = MappingProxyType(
    {Mode.LIGHT: LIGHT, Mode.DARK: DARK, Mode.CONTRAST: CONTRAST}
)

AVATAR_COLOURS = (
    "#2f62b5",
    "#0b7a6f",
    "#6f4fb0",
    "#8a5a13",
    "#9a3f80",
    "#3d6b35",
    "#4a5a78",
    "#7a5137",
)
"""Backgrounds on which white initials read well, in light and dark alike."""


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` as WCAG 2 defines it."""

    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def readable_on(background: str) -> str:
    """Return white or near-black, whichever reads better on ``background``."""
    return max(("#ffffff", LIGHT.text), key=lambda ink: contrast(ink, background))
