"""A progress ring with a number in the middle that says what it counts."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import TextRole


class Ring(QWidget):
    """A share of a whole; ``number`` and ``unit`` stand inside."""

    def __init__(self, side: int = 132, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._share = 0.0
        self._number, self._unit = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_share(self, share: float, number: str, unit: str) -> None:
        """Show a share from 0 to 1 (more is shown as full), and the words for it."""
        self._share = min(1.0, max(0.0, share))
        self._number, self._unit = number, unit
        self.setAccessibleName(f"{number} {unit}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square that grows with the text."""
        side = theme.current().px(self._side)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """Return the same: a ring does not shrink."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the track, the arc and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height())
        stroke = side * 0.095
        inset = stroke / 2 + 1
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        self._paint_arcs(painter, box.adjusted(inset, inset, -inset, -inset), stroke)
        self._paint_words(painter, box.adjusted(stroke * 1.6, 0, -stroke * 1.6, 0))

    def _paint_arcs(self, painter: QPainter, box: QRectF, stroke: float) -> None:
        colours = theme.current().colours
        pen = QPen(QColor(colours.surface_alt), stroke)
        painter.setPen(pen)
        painter.drawEllipse(box)
        if self._share > 0:
            pen = QPen(QColor(colours.accent), stroke)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(box, 90 * 16, -round(max(self._share, 0.004) * 360 * 16))

    def _paint_words(self, painter: QPainter, box: QRectF) -> None:
        look = theme.current()
        big, small = look.font(TextRole.DISPLAY), look.font(TextRole.SMALL)
        big.setPixelSize(round(look.px(self._side) * 0.26))
        while QFontMetrics(big).horizontalAdvance(self._number) > box.width():
            if big.pixelSize() <= 8:
                break
            big.setPixelSize(big.pixelSize() - 1)
        while QFontMetrics(small).horizontalAdvance(self._unit) > box.width():
            if small.pixelSize() <= 8:
                break
            small.setPixelSize(small.pixelSize() - 1)
        tall, low = QFontMetrics(big), QFontMetrics(small)
        height = tall.capHeight() + (low.height() + look.px(5) if self._unit else 0)
        baseline = box.center().y() - height / 2 + tall.capHeight()
        painter.setPen(QColor(look.colours.text))
        painter.setFont(big)
        _centred(painter, tall, self._number, box, baseline)
        painter.setPen(QColor(look.colours.text_soft))
        painter.setFont(small)
        _centred(painter, low, self._unit, box, baseline + look.px(5) + low.ascent())


def _centred(
    painter: QPainter, metrics: QFontMetrics, text: str, box: QRectF, baseline: float
) -> None:
    x = box.center().x() - metrics.horizontalAdvance(text) / 2
    painter.drawText(round(x), round(baseline), text)
