"""A small icon beside words; it can be told to screen readers but not pressed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from timeback_desktop.ui import icons, theme


class IconMark(QWidget):
    """An icon in the colour of soft (or accent) text."""

    def __init__(self, icon: str, name: str = "", *, side: int = 18, accent: bool = False) -> None:
        super().__init__()
        self._icon, self._side, self._accent = icon, side, accent
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """Return a square that grows with the text."""
        side = theme.current().px(self._side)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the icon."""
        colours = theme.current().colours
        ink = colours.accent_text if self._accent else colours.text_soft
        icons.paint(QPainter(self), self._icon, ink, QRectF(self.rect()))
