"""The parts that screens are made of; each paints from the theme and knows no data source."""

from timeback_desktop.ui.widgets.app_icon import AppIcon
from timeback_desktop.ui.widgets.avatar import Avatar
from timeback_desktop.ui.widgets.buttons import Button, Chip, IconButton, Tile
from timeback_desktop.ui.widgets.card import Card
from timeback_desktop.ui.widgets.figure import Figure
from timeback_desktop.ui.widgets.flow import FlowLayout, GridLayout, TileGrid
from timeback_desktop.ui.widgets.icon_mark import IconMark
from timeback_desktop.ui.widgets.notice import NoticeStrip
from timeback_desktop.ui.widgets.nudge import NudgeStrip
from timeback_desktop.ui.widgets.page import Page
from timeback_desktop.ui.widgets.ring import Ring
from timeback_desktop.ui.widgets.search import SearchField
from timeback_desktop.ui.widgets.state_badge import StateBadge, StateDot
from timeback_desktop.ui.widgets.strip import Strip, StripMark
from timeback_desktop.ui.widgets.strip_paint import Swatch
from timeback_desktop.ui.widgets.text import Text
from timeback_desktop.ui.widgets.timeline import StateLegend, Timeline
from timeback_desktop.ui.widgets.turning import TurningRow

__all__ = [
    "AppIcon",
    "Avatar",
    "Button",
    "Card",
    "Chip",
    "Figure",
    "FlowLayout",
    "GridLayout",
    "IconButton",
    "IconMark",
    "NoticeStrip",
    "NudgeStrip",
    "Page",
    "Ring",
    "SearchField",
    "StateBadge",
    "StateDot",
    "StateLegend",
    "Strip",
    "StripMark",
    "Swatch",
    "Text",
    "Tile",
    "TileGrid",
    "Timeline",
    "TurningRow",
]
