"""A small drawing board: 960 by 540 units, calm colours, and easing for things that move."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF

WIDTH, HEIGHT = 960, 540


def ease(value: float) -> float:
    """Return 0 to 1 for 0 to 1, slow at both ends; values outside are cut off."""
    value = min(1.0, max(0.0, value))
    return value * value * (3 - 2 * value)


class Canvas:
    """One frame."""

    def __init__(self, ground: str) -> None:
        self.image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
        self.image.fill(QColor(ground))
        self.painter = QPainter(self.image)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def finish(self) -> bytes:
        """Return the pixels, four bytes each."""
        self.painter.end()
        return bytes(self.image.constBits())

    def fade(self, opacity: float) -> None:
        """Draw what follows with this opacity, 0 to 1."""
        self.painter.setOpacity(ease(opacity))

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        """Draw a filled circle."""
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(fill))
        self.painter.drawEllipse(QPointF(x, y), radius, radius)

    def ring(self, x: float, y: float, radius: float, colour: str, width: float = 2) -> None:
        """Draw the outline of a circle, dashed."""
        pen = QPen(QColor(colour), width, Qt.PenStyle.DashLine)
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawEllipse(QPointF(x, y), radius, radius)

    def wedge(self, box: QRectF, start: float, span: float, fill: str) -> None:
        """Draw a piece of a pie; degrees, counter-clockwise from three o'clock."""
        self.painter.setPen(QPen(QColor("#fffaf0"), 5))
        self.painter.setBrush(QColor(fill))
        self.painter.drawPie(box, round(start * 16), round(span * 16))

    def line(self, start: QPointF, end: QPointF, colour: str, width: float = 4) -> None:
        """Draw a line with round ends."""
        pen = QPen(QColor(colour), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self.painter.setPen(pen)
        self.painter.drawLine(start, end)

    def box(self, box: QRectF, fill: str, edge: str = "", radius: float = 10) -> None:
        """Draw a rounded rectangle."""
        self.painter.setPen(QPen(QColor(edge), 3) if edge else Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(fill))
        self.painter.drawRoundedRect(box, radius, radius)

    def shape(self, points: list[QPointF], fill: str) -> None:
        """Draw a filled polygon."""
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(fill))
        self.painter.drawPolygon(QPolygonF(points))

    def text(self, x: float, y: float, words: str, colour: str, size: int = 26) -> None:
        """Write words centred on a point."""
        font = QFont("Inter")
        font.setPixelSize(size)
        font.setWeight(QFont.Weight.DemiBold)
        self.painter.setFont(font)
        self.painter.setPen(QColor(colour))
        room = QRectF(x - 450, y - size, 900, size * 2)
        self.painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
