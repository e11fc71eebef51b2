"""A state told three ways: a shape, a colour and a word."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from timeback_desktop.partition import State
from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import SPACE_S, TextRole
from timeback_desktop.ui.widgets.text import Text
from timeback_desktop.ui.words import state_word

_Shape = Callable[[QPainter, QRectF, QColor], None]


def _filled(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)


def _outlined(painter: QPainter, colour: QColor, box: QRectF) -> float:
    width = box.width() * 0.17
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    return width / 2


def _disc(painter: QPainter, box: QRectF, colour: QColor) -> None:
    _filled(painter, colour)
    painter.drawEllipse(box)


def _page(painter: QPainter, box: QRectF, colour: QColor) -> None:
    _filled(painter, colour)
    unit = box.height() / 5
    for row, share in ((0, 1.0), (2, 1.0), (4, 0.6)):
        line = QRectF(box.x(), box.y() + row * unit, box.width() * share, unit)
        painter.drawRoundedRect(line, unit / 2, unit / 2)


def _triangle(painter: QPainter, box: QRectF, colour: QColor) -> None:
    _filled(painter, colour)
    tip = QPointF(box.right(), box.center().y())
    painter.drawPolygon(QPolygonF([box.topLeft(), tip, box.bottomLeft()]))


def _arrow(painter: QPainter, box: QRectF, colour: QColor) -> None:
    pen = QPen(colour, box.width() * 0.2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = box.width() * 0.32
    for shift in (-0.22, 0.22):
        x = box.center().x() + box.width() * shift
        y = box.center().y()
        painter.drawPolyline(
            QPolygonF(
                [
                    QPointF(x - half / 2, y - half),
                    QPointF(x + half / 2, y),
                    QPointF(x - half / 2, y + half),
                ]
            )
        )


def _circle(painter: QPainter, box: QRectF, colour: QColor) -> None:
    inset = _outlined(painter, colour, box)
    painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))


def _dashes(painter: QPainter, box: QRectF, colour: QColor) -> None:
    inset = _outlined(painter, colour, box)
    pen = painter.pen()
    pen.setDashPattern([1.6, 1.5])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))


def _bars(painter: QPainter, box: QRectF, colour: QColor) -> None:
    _filled(painter, colour)
    width = box.width() * 0.32
    for x in (box.x() + box.width() * 0.06, box.right() - width - box.width() * 0.06):
        painter.drawRoundedRect(QRectF(x, box.y(), width, box.height()), 1.5, 1.5)


def _polygon(box: QRectF, corners: int) -> QPolygonF:
    centre, radius = box.center(), box.width() / 2
    turn = [2 * pi * n / corners - pi / 2 for n in range(corners)]
    return QPolygonF([centre + QPointF(cos(a), sin(a)) * radius for a in turn])


def _diamond(painter: QPainter, box: QRectF, colour: QColor) -> None:
    _filled(painter, colour)
    painter.drawPolygon(_polygon(box, 4))


def _hexagon(painter: QPainter, box: QRectF, colour: QColor) -> None:
    inset = _outlined(painter, colour, box)
    painter.drawPolygon(_polygon(box.adjusted(inset, inset, -inset, -inset), 6))


def _moon(painter: QPainter, box: QRectF, colour: QColor) -> None:
    whole, bite = QPainterPath(), QPainterPath()
    whole.addEllipse(box)
    bite.addEllipse(box.translated(box.width() * 0.38, -box.height() * 0.2))
    _filled(painter, colour)
    painter.drawPath(whole.subtracted(bite))


def _question(painter: QPainter, box: QRectF, colour: QColor) -> None:
    font = theme.current().font(TextRole.LABEL)
    font.setPixelSize(max(8, round(box.height() * 1.25)))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(box.adjusted(-4, -4, 4, 4), Qt.AlignmentFlag.AlignCenter, "?")


_SHAPES: dict[State, _Shape] = {
    State.ON_TASK: _disc,
    State.PASSIVE_OK: _page,
    State.TRANSIT: _arrow,
    State.IDLE: _circle,
    State.AWAY: _dashes,
    State.PAUSED: _bars,
    State.OFF_APP: _diamond,
    State.OFF_SITE: _hexagon,
    State.SUSPENDED: _moon,
    State.UNKNOWN: _question,
}


class StateDot(QWidget):
    """The shape of a state in its colour, as large as the text beside it."""

    def __init__(self, state: State, detail: str | None = None, *, side: int = 14) -> None:
        super().__init__()
        self._side = side
        self._state, self._detail = state, detail
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_state(self, state: State, detail: str | None) -> None:
        """Show another state."""
        self._state, self._detail = state, detail
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square that grows with the text."""
        side = theme.current().px(self._side) + 2
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shape."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_shape(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._state, self._detail)


def paint_shape(painter: QPainter, box: QRectF, state: State, detail: str | None = None) -> None:
    """Draw the shape of a state into ``box``."""
    watching = state is State.PASSIVE_OK and (detail or "").startswith(("video", "listening"))
    shape = _triangle if watching else _SHAPES[state]
    shape(painter, box, theme.current().state_colour(state))


class StateBadge(QWidget):
    """Shape and word of the state that holds now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[State, str | None] | None = None
        self._dot = StateDot(State.UNKNOWN)
        self._word = Text(role=TextRole.LABEL, lines=1)
        self._word.keep_whole()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._dot)
        row.addWidget(self._word)
        self.set_state(State.UNKNOWN, None)

    def set_state(self, state: State, detail: str | None = None) -> None:
        """Show a state; the same one again costs nothing."""
        if (state, detail) == self._shown:
            return
        self._shown = (state, detail)
        word = state_word(state, detail)
        self._dot.set_state(state, detail)
        if self._word.text() != word:
            self._word.setText(word)
            self._word.updateGeometry()
        self.setAccessibleName(self.tr("State: {word}").format(word=word))

    def word(self) -> str:
        """Return the word that is shown."""
        return self._word.text()
