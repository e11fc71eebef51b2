"""Play a person: the steps of a smoke test, a screenshot or a measurement, in the window.

A script is a generator. It yields what it waits for, a Qt signal or a number of
milliseconds, and gets the signal's first argument back. A script that takes too long, or
raises, fails the rehearsal.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

Step = SignalInstance | int
Script = Generator[Step, object, None]


class Rehearsal(QObject):
    """Run one script. ``over`` carries the fault, empty if there was none."""

    over = Signal(str)

    def __init__(self, script: Script, *, limit_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._script = script
        self._awaited: SignalInstance | None = None
        self._limit = QTimer(self, singleShot=True, interval=limit_ms)
        self._limit.timeout.connect(lambda: self._finish(f"nothing happened for {limit_ms} ms"))

    def start(self) -> None:
        """Begin with the first step."""
        self._advance(None)

    def _advance(self, value: object) -> None:
        self._limit.start()
        try:
            step = self._script.send(value)
        except StopIteration:
            self._finish("")
        except Exception as error:  # noqa: BLE001 - whatever went wrong is the finding
            self._finish(f"{type(error).__name__}: {error}")
        else:
            self._await(step)

    def _await(self, step: Step) -> None:
        if isinstance(step, int):
            QTimer.singleShot(step, lambda: self._advance(None))
            return
        self._awaited = step
        step.connect(self._heard)

    def _heard(self, *values: object) -> None:
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            awaited.disconnect(self._heard)
            QTimer.singleShot(0, lambda: self._advance(values[0] if values else None))

    def _finish(self, fault: str) -> None:
        self._limit.stop()
        self._script.close()
        self.over.emit(fault)


def press_key(target: QWidget, key: Qt.Key, text: str = "") -> None:
    """Press and release a key as a keyboard would."""
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
        QApplication.sendEvent(target, event)


def click(target: QWidget, at: QPointF) -> None:
    """Press and release the left button as a mouse would."""
    button, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    where = QPointF(target.mapToGlobal(at))
    for kind, held in (
        (QMouseEvent.Type.MouseButtonPress, button),
        (QMouseEvent.Type.MouseButtonRelease, none),
    ):
        event = QMouseEvent(kind, at, where, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, event)


def until(check: Callable[[], bool], *, every_ms: int = 100, tries: int = 300) -> Script:
    """Wait until something holds; for use with ``yield from``."""
    for _ in range(tries):
        if check():
            return
        yield every_ms
    raise TimeoutError("what was waited for did not happen")
