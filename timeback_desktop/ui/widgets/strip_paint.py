"""How states and verdicts look on a strip and in its legend: fills, brackets, hatches."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from timeback_desktop.partition import ENGAGED, WASTED, State
from timeback_desktop.ui import theme

LANE = 14
"""The height of the lane of brackets over a band, at 100 % text."""

_PATTERNS = {
    State.PASSIVE_OK: Qt.BrushStyle.Dense6Pattern,
    State.TRANSIT: Qt.BrushStyle.VerPattern,
    State.AWAY: Qt.BrushStyle.HorPattern,
    State.OFF_APP: Qt.BrushStyle.BDiagPattern,
    State.OFF_SITE: Qt.BrushStyle.DiagCrossPattern,
    State.UNKNOWN: Qt.BrushStyle.FDiagPattern,
}


def share_of_height(state: State) -> float:
    """Return how high a state stands in the strip: its group, told without colour."""
    if state in ENGAGED:
        return 1.0
    return 0.62 if state in WASTED else 0.36


def paint_fill(painter: QPainter, box: QRectF, state: State) -> None:
    """Fill ``box`` with the colour and the pattern of a state."""
    look = theme.current()
    colour = look.state_colour(state)
    painter.setPen(Qt.PenStyle.NoPen)
    if state is State.UNKNOWN:
        painter.fillRect(box, QColor(look.colours.surface))
        painter.fillRect(box, QBrush(colour, Qt.BrushStyle.FDiagPattern))
        painter.setPen(QPen(colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        return
    painter.fillRect(box, colour)
    if pattern := _PATTERNS.get(state):
        lines = QColor(look.colours.surface)
        lines.setAlpha(120)
        painter.fillRect(box, QBrush(lines, pattern))


def paint_contested(painter: QPainter, box: QRectF) -> None:
    """Hatch ``box`` as contested: light lines with a dark frame, whatever lies below."""
    colours = theme.current().colours
    shade = QColor(colours.surface)
    shade.setAlpha(150)
    painter.fillRect(box, shade)
    painter.fillRect(box, QBrush(QColor(colours.text), Qt.BrushStyle.BDiagPattern))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colours.text), 1.5, Qt.PenStyle.DashLine))
    painter.drawRect(box.adjusted(1, 1, -1, -1))


def paint_bracket(painter: QPainter, box: QRectF) -> None:
    """Draw a bracket that opens downwards, with a knob, as wide as ``box``."""
    ink = QColor(theme.current().colours.text)
    painter.setPen(QPen(ink, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    middle = box.center().y()
    left, right = box.left() + 1, box.right() - 1
    foot = box.bottom()
    painter.drawPolyline(
        [QPointF(left, foot), QPointF(left, middle), QPointF(right, middle), QPointF(right, foot)]
    )
    painter.setBrush(ink)
    knob = box.height() * 0.2
    painter.drawEllipse(QPointF(box.center().x(), middle), knob, knob)


class MarkSample(QWidget):
    """A small bracket, or a small hatched box, for legends."""

    def __init__(self, *, contested: bool) -> None:
        super().__init__()
        self._contested = contested
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return a size that grows with the text."""
        look = theme.current()
        return QSize(look.px(26), look.px(18 if self._contested else LANE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the sample."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw = paint_contested if self._contested else paint_bracket
        draw(painter, QRectF(self.rect()))


class Swatch(QWidget):
    """A small sample of a state's fill, for legends."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return a size that grows with the text."""
        look = theme.current()
        return QSize(look.px(26), look.px(18))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the sample as high as the strip draws the state."""
        painter = QPainter(self)
        box = QRectF(self.rect())
        height = box.height() * share_of_height(self._state)
        paint_fill(painter, QRectF(0, box.height() - height, box.width(), height), self._state)
