"""The strip: a session or a day as one band of time, readable without colour.

Height tells the group (full: engaged; lower: not on the app; thin: not counted), the
pattern tells the state, and the colour says both again. Verdicts on how the work was done
stand above the band as brackets; what a student contested is hatched. Left and right walk
the stretches; each is told in words by the tooltip, the caption and the screen reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from timeback_desktop.coaching.summary import Stretch
from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import TextRole
from timeback_desktop.ui.widgets.strip_paint import (
    LANE,
    paint_bracket,
    paint_contested,
    paint_fill,
    share_of_height,
)
from timeback_desktop.ui.widgets.text import plain_tip
from timeback_desktop.ui.words import length_text, state_word, time_of_day

_STEPS_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360)


@dataclass(frozen=True, slots=True)
class _Band:
    """One stretch with the app it belongs to."""

    stretch: Stretch
    label: str

    @property
    def end_ms(self) -> int:
        return self.stretch.ended_at_ms


@dataclass(frozen=True, slots=True)
class StripMark:
    """A verdict on the strip: where it lies, what it is, and how it stands.

    ``above`` ones get a bracket over the band; the band shows the others itself.
    """

    from_ms: int
    to_ms: int
    word: str
    above: bool
    contested: bool = False


class Strip(QWidget):
    """A timeline of stretches; ``told`` carries the words for the one that is picked."""

    told = Signal(str)

    def __init__(self, *, height: int = 40, ticks: bool = True, walkable: bool = True) -> None:
        super().__init__()
        self._height, self._ticks = height, ticks
        self._bands: list[_Band] = []
        self._marks: tuple[StripMark, ...] = ()
        self._zone: tzinfo = UTC
        self._from_ms, self._to_ms = 0, 1
        self._picked = -1
        self.setMouseTracking(walkable)
        policy = Qt.FocusPolicy.StrongFocus if walkable else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(policy)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Nothing was recorded"))

    def set_stretches(
        self,
        stretches: Sequence[tuple[Stretch, str]],
        where: tzinfo,
        *,
        from_ms: int | None = None,
        to_ms: int | None = None,
    ) -> None:
        """Show stretches, each with the name of its app (or nothing), on one time axis."""
        ordered = sorted(stretches, key=lambda pair: pair[0].started_at_ms)
        self._bands = [_Band(s, label) for s, label in ordered if s.ms > 0]
        self._zone, self._picked = where, -1
        self._from_ms = _least([b.stretch.started_at_ms for b in self._bands], from_ms)
        latest = max([b.end_ms for b in self._bands], default=self._from_ms + 1)
        self._to_ms = max(latest, to_ms or 0, self._from_ms + 1)
        self._name_myself()
        self.update()

    def set_marks(self, marks: Sequence[StripMark]) -> None:
        """Show verdicts over the stretches."""
        if tuple(marks) == self._marks:
            return
        self._marks = tuple(marks)
        self._name_myself()
        self.updateGeometry()
        self.update()

    def count(self) -> int:
        """Return how many stretches can be walked."""
        return len(self._bands)

    def picked(self) -> int:
        """Return the index of the stretch that is picked, -1 for none."""
        return self._picked

    def pick(self, index: int) -> None:
        """Pick a stretch and tell it."""
        if not self._bands:
            return
        self._picked = min(max(index, 0), len(self._bands) - 1)
        words = self.words(self._picked)
        self.setAccessibleDescription(words)
        self.told.emit(words)
        self.update()

    def words(self, index: int) -> str:
        """Return one stretch in words: from when to when, what, how long."""
        band = self._bands[index]
        start = time_of_day(band.stretch.started_at_ms, self._zone, seconds=True)
        end = time_of_day(band.end_ms, self._zone, seconds=True)
        word = state_word(band.stretch.state, band.stretch.detail)
        told = self.tr("{start} to {end}: {word}, {length}").format(
            start=start, end=end, word=word, length=length_text(band.stretch.ms)
        )
        if band.label:
            told = self.tr("{told} in {app}").format(told=told, app=band.label)
        return ". ".join([told, *self._mark_words(band)])

    def _mark_words(self, band: _Band) -> list[str]:
        over = [
            mark
            for mark in self._marks
            if mark.from_ms < band.end_ms and mark.to_ms > band.stretch.started_at_ms
        ]
        words = [mark.word for mark in over if mark.above]
        if any(mark.contested for mark in over):
            words.append(self.tr("Said to be work"))
        return list(dict.fromkeys(words))

    def sizeHint(self) -> QSize:
        """Return the height of brackets, band and ticks."""
        look = theme.current()
        ticks = look.px(24) if self._ticks else 0
        return QSize(look.px(120), self._lane() + look.px(self._height) + ticks + 8)

    def minimumSizeHint(self) -> QSize:
        """Return the same height; a strip may become narrow."""
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the band, the ticks and the ring around the picked stretch."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self._band_box()
        self._paint_ground(painter, box)
        for band in self._bands:
            self._paint_band(painter, box, band.stretch)
        for mark in self._marks:
            if mark.contested:
                self._paint_contested(painter, box, mark)
        painter.setClipping(False)
        for mark in self._marks:
            if mark.above:
                self._paint_bracket(painter, box, mark)
        if self._ticks and self._bands:
            self._paint_ticks(painter, box)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 6, 6)
        if 0 <= self._picked < len(self._bands):
            self._paint_pick(painter, box)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk the stretches with left, right, Home and End."""
        last = len(self._bands) - 1
        targets = {
            Qt.Key.Key_Left: self._picked - 1 if self._picked >= 0 else last,
            Qt.Key.Key_Right: self._picked + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        target = targets.get(Qt.Key(event.key()))
        if target is None:
            super().keyPressEvent(event)
        else:
            self.pick(target)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the stretch under the pointer."""
        index = self.index_at(event.position())
        if index >= 0 and self.focusPolicy() != Qt.FocusPolicy.NoFocus:
            self.pick(index)
        else:
            super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell the stretch under the pointer in the tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.index_at(QPointF(event.pos()))
            words = plain_tip(self.words(index)) if index >= 0 else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def index_at(self, point: QPointF) -> int:
        """Return the index of the stretch at a point, -1 between stretches."""
        box = self._band_box()
        for index, band in enumerate(self._bands):
            left = self._x(band.stretch.started_at_ms, box)
            if left <= point.x() < max(self._x(band.end_ms, box), left + 3):
                return index
        return -1

    def _band_box(self) -> QRectF:
        top, height = 4 + self._lane(), theme.current().px(self._height)
        return QRectF(4, top, max(1, self.width() - 8), height)

    def _lane(self) -> int:
        """Return the height of the lane of brackets; without any there is no lane."""
        return theme.current().px(LANE) if any(mark.above for mark in self._marks) else 0

    def _x(self, utc_ms: int, box: QRectF) -> float:
        share = (utc_ms - self._from_ms) / (self._to_ms - self._from_ms)
        return box.x() + share * box.width()

    def _paint_ground(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().colours.surface_alt))
        painter.drawRoundedRect(box, 6, 6)
        clip = QPainterPath()
        clip.addRoundedRect(box, 6, 6)
        painter.setClipPath(clip)

    def _paint_band(self, painter: QPainter, box: QRectF, stretch: Stretch) -> None:
        left = self._x(stretch.started_at_ms, box)
        right = self._x(stretch.ended_at_ms, box)
        height = box.height() * share_of_height(stretch.state)
        width = max(right - left, 1.5)
        paint_fill(painter, QRectF(left, box.bottom() - height, width, height), stretch.state)

    def _span(self, mark: StripMark, box: QRectF, least: float) -> tuple[float, float]:
        left = max(self._x(mark.from_ms, box), box.left())
        right = min(max(self._x(mark.to_ms, box), left + least), box.right())
        return min(left, right - least), right

    def _paint_contested(self, painter: QPainter, box: QRectF, mark: StripMark) -> None:
        left, right = self._span(mark, box, 4)
        paint_contested(painter, QRectF(left, box.y(), right - left, box.height()))

    def _paint_bracket(self, painter: QPainter, box: QRectF, mark: StripMark) -> None:
        lane = self._lane()
        left, right = self._span(mark, box, lane * 1.1)
        paint_bracket(painter, QRectF(left, box.y() - lane, right - left, lane - 2))

    def _paint_ticks(self, painter: QPainter, box: QRectF) -> None:
        painter.setClipping(False)
        look = theme.current()
        font = look.font(TextRole.SMALL)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance("00:00")
        painter.setPen(QColor(look.colours.text_soft))
        previous = -1.0
        for tick in self._tick_times(box, width):
            x = self._x(tick, box)
            left = min(max(x - width / 2, box.x()), box.right() - width)
            if left < previous:
                continue
            previous = left + width + metrics.averageCharWidth()
            painter.drawLine(QPointF(x, box.bottom() + 1), QPointF(x, box.bottom() + look.px(4)))
            text = time_of_day(tick, self._zone)
            painter.drawText(QPointF(left, box.bottom() + look.px(6) + metrics.ascent()), text)

    def _tick_times(self, box: QRectF, label_width: int) -> list[int]:
        room = max(1, int(box.width() / (label_width * 1.8)))
        span_min = (self._to_ms - self._from_ms) / 60_000
        step = next((s for s in _STEPS_MIN if span_min / s <= room), _STEPS_MIN[-1]) * 60_000
        first = -(-self._from_ms // step) * step
        times = list(range(first, self._to_ms + 1, step))
        return times[: room + 1] or [self._from_ms]

    def _paint_pick(self, painter: QPainter, box: QRectF) -> None:
        painter.setClipping(False)
        band = self._bands[self._picked]
        left = self._x(band.stretch.started_at_ms, box)
        width = max(self._x(band.end_ms, box) - left, 4)
        frame = QRectF(left, box.y(), width, box.height()).adjusted(-1, -1, 1, 1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.current().colours.surface), 5))
        painter.drawRoundedRect(frame, 3, 3)
        painter.setPen(QPen(QColor(theme.current().colours.text), 2.5))
        painter.drawRoundedRect(frame, 3, 3)

    def _name_myself(self) -> None:
        if not self._bands:
            self.setAccessibleName(self.tr("Nothing was recorded"))
            return
        start = time_of_day(self._from_ms, self._zone)
        end = time_of_day(self._to_ms, self._zone)
        name = self.tr("Timeline from {start} to {end}, parts: {count}. Arrow keys walk it.")
        told = [name.format(start=start, end=end, count=len(self._bands))]
        if self._marks:
            told.append(self.tr("Moments to look at: {count}.").format(count=len(self._marks)))
        self.setAccessibleName(" ".join(told))


def _least(starts: list[int], wanted: int | None) -> int:
    return min([*starts, *([] if wanted is None else [wanted])], default=0)
