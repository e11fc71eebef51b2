"""The theme in force: mode, text scale, and how both reach every widget.

Widgets that paint themselves ask :func:`current` at paint time, so a change of theme
needs nothing but a repaint, which ``QApplication.setStyleSheet`` brings about.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from timeback_desktop.partition import State
from timeback_desktop.ui import stylesheet
from timeback_desktop.ui.tokens import (
    FONT_STACK,
    PALETTES,
    TYPE_SCALE,
    Colours,
    Mode,
    TextRole,
)


@dataclass(frozen=True, slots=True)
class Theme:
    """A mode and a text scale: 1.0 is 100 %."""

    mode: Mode = Mode.LIGHT
    text_scale: float = 1.0

    @classmethod
    def system(cls, text_scale: float = 1.0) -> Theme:
        """Return the theme that the operating system asks for."""
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return cls(Mode.DARK if dark else Mode.LIGHT, text_scale)

    @property
    def colours(self) -> Colours:
        """Return the colour table of the mode."""
        return PALETTES[self.mode]

    def px(self, size: float) -> int:
        """Scale a length that belongs to text (an icon, a line) along with the text."""
        return round(size * self.text_scale)

    def state_colour(self, state: State) -> QColor:
        """Return the colour of a state."""
        return QColor(self.colours.states[state])

    def font(self, role: TextRole) -> QFont:
        """Return the font of a text role, for widgets that paint their own text."""
        style = TYPE_SCALE[role]
        font = QFont(list(available_families()))
        font.setPixelSize(self.px(style.px))
        font.setWeight(QFont.Weight(style.weight))
        return font


_in_force: list[Theme] = [Theme()]


def current() -> Theme:
    """Return the theme in force."""
    return _in_force[0]


def available_families() -> tuple[str, ...]:
    """Return the families of the stack that this machine has, at least one.

    Asking Qt for a family that is missing makes it search all aliases, which is slow.
    """
    present = set(QFontDatabase.families())
    found = tuple(name for name in FONT_STACK if name in present)
    return found or (QGuiApplication.font().family(),)


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.page,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.surface_alt,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.Button: colours.surface_alt,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.ToolTipBase: colours.surface,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.text_soft,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Link: colours.accent_text,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    return palette


def apply(theme: Theme, application: QApplication) -> None:
    """Put ``theme`` in force for every present and later widget."""
    if theme == current() and application.styleSheet():
        return  # every widget would be polished anew, to look the same
    _in_force[0] = theme
    if application.style().objectName() != "fusion":
        application.setStyle("Fusion")
    application.setPalette(_palette(theme.colours))
    sheet = stylesheet.write(theme.colours, theme.text_scale, available_families())
    application.setStyleSheet(sheet)
