"""Count what the hands do on an app's page; which key or where on the page is not kept.

A web view paints and listens through a child widget, which Chromium replaces whenever a
page moves to another site, and opens drop-down lists as further children. The counter
listens at each child from the moment it is finished, so that no second is lost.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QChildEvent, QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QMouseEvent, QTouchEvent, QWheelEvent
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

from timeback_desktop.presence.signal import InputCounts

_WHEEL_STEP: Final = 120
_KIND = QEvent.Type


class InputCounter(QObject):
    """Count keys, clicks, wheel steps, touches, moves and the pointer's path."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._counts = InputCounts()
        self._listening = True
        self._wheel_rest = 0
        self._path_rest = 0.0
        self._at: QPointF | None = None

    def watch(self, view: QWebEngineView) -> None:
        """Count the input of a view, through every change of its inner widgets."""
        view.installEventFilter(self)
        for child in view.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            child.installEventFilter(self)

    def listen(self, *, on: bool) -> None:
        """Count from now on, or stop counting and forget what was counted."""
        self._listening = on
        self._counts = InputCounts()
        self._at = None

    def drain(self) -> InputCounts:
        """Return the counts since the last drain, and start again from nothing."""
        counts, self._counts = self._counts, InputCounts()
        return counts

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at an event in passing; never take it."""
        if isinstance(watched, QWebEngineView):
            self._follow(event)
        elif self._listening:
            self._count(event)
        return False

    def _follow(self, event: QEvent) -> None:
        if event.type() != _KIND.ChildPolished or not isinstance(event, QChildEvent):
            return
        child = event.child()
        if isinstance(child, QWidget):
            child.installEventFilter(self)

    def _count(self, event: QEvent) -> None:
        match event:
            case QKeyEvent():
                self._key(event)
            case QWheelEvent():
                self._wheel(event)
            case QMouseEvent():
                self._mouse(event)
            case QTouchEvent():
                self._touch(event)
            case QInputMethodEvent():
                self._composed(event)
            case _:
                pass

    def _key(self, event: QKeyEvent) -> None:
        if event.type() == _KIND.KeyPress and not event.isAutoRepeat():
            self._counts += InputCounts(keys=1)

    def _composed(self, event: QInputMethodEvent) -> None:
        """Count a finished word of an input method, dictation or a switch keyboard."""
        if event.commitString():
            self._counts += InputCounts(keys=1)

    def _mouse(self, event: QMouseEvent) -> None:
        if event.type() in {_KIND.MouseButtonPress, _KIND.MouseButtonDblClick}:
            self._counts += InputCounts(clicks=1)
        elif event.type() == _KIND.MouseMove:
            self._moved(event.globalPosition())

    def _moved(self, to: QPointF) -> None:
        step = QPointF() if self._at is None else to - self._at
        self._at = to
        path = self._path_rest + (step.x() ** 2 + step.y() ** 2) ** 0.5
        self._path_rest = path % 1
        self._counts += InputCounts(moves=1, path_px=int(path))

    def _wheel(self, event: QWheelEvent) -> None:
        turned = abs(event.angleDelta().y()) + abs(event.angleDelta().x()) + self._wheel_rest
        self._wheel_rest = turned % _WHEEL_STEP
        self._counts += InputCounts(wheel=turned // _WHEEL_STEP)

    def _touch(self, event: QTouchEvent) -> None:
        if event.type() in {_KIND.TouchBegin, _KIND.TouchUpdate}:
            pressed = sum(point.state().name == "Pressed" for point in event.points())
            self._counts += InputCounts(touches=pressed)
