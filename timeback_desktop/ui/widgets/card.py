"""A rounded surface with a soft shadow, painted by us so that it is crisp at any scale."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import RADIUS_CARD, SPACE_M, Mode

SHADOW = 6
"""How far the shadow reaches; a card keeps this margin to its own edge."""


def paint_surface(
    painter: QPainter,
    bounds: QRectF,
    *,
    lifted: bool = False,
    focused: bool = False,
    flat: bool = False,
) -> None:
    """Draw the surface of a card inside ``bounds``."""
    look = theme.current()
    colours = look.colours
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = bounds.adjusted(SHADOW, SHADOW - 2, -SHADOW, -SHADOW - 1)
    painter.setPen(Qt.PenStyle.NoPen)
    if not flat:
        _paint_shadow(painter, box, strength=2.0 if lifted else 1.0)
    painter.setBrush(QColor(colours.surface))
    edge = QPen(QColor(colours.border), 1.0)
    if focused:
        edge = QPen(QColor(colours.accent), 3.0)
    elif lifted:
        edge = QPen(QColor(colours.accent), 1.5)
    elif look.mode is Mode.LIGHT and not flat:
        edge = QPen(QColor(colours.border).lighter(103), 1.0)
    painter.setPen(edge)
    inset = edge.widthF() / 2
    painter.drawRoundedRect(
        box.adjusted(inset, inset, -inset, -inset), RADIUS_CARD - inset, RADIUS_CARD - inset
    )


def _paint_shadow(painter: QPainter, box: QRectF, *, strength: float) -> None:
    colours = theme.current().colours
    shade = QColor(colours.shadow)
    for reach in (5, 4, 3, 2, 1):
        shade.setAlphaF(min(1.0, colours.shadow_alpha * strength / 255 * (6 - reach) / 7))
        painter.setBrush(shade)
        grown = box.adjusted(-reach, -reach + 2, reach, reach + 1)
        painter.drawRoundedRect(grown, RADIUS_CARD + reach, RADIUS_CARD + reach)


class Card(QWidget):
    """A surface to put things on; ``body`` is its vertical layout."""

    def __init__(
        self, parent: QWidget | None = None, *, padding: int = SPACE_M + 4, flat: bool = False
    ) -> None:
        super().__init__(parent)
        self._flat = flat
        self.body = QVBoxLayout(self)
        edge = padding + SHADOW
        self.body.setContentsMargins(edge, edge - 2, edge, edge + 1)
        self.body.setSpacing(SPACE_M // 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the surface."""
        paint_surface(QPainter(self), QRectF(self.rect()), flat=self._flat)
