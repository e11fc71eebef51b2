"""Input counted by pynput's listeners: only where it's switched on and nothing better works.

A listener's callback runs for every event; all it does is add one. What the event was is
dropped there: not even the last key is known.
"""

from __future__ import annotations

from collections import Counter
from math import hypot
from typing import Any

from timeback_desktop.host.probes.foreign import foreign
from timeback_desktop.host.probes.sensor import Unavailable
from timeback_desktop.presence.signal import InputCounts

STOPS_WITHIN_S = 0.9


class Listeners:
    """One listener for keys and one for the pointer, each with a thread until closed."""

    def __init__(self, pynput: Any = None) -> None:
        keyboard, mouse = (pynput.keyboard, pynput.mouse) if pynput else _pynput()
        self._counts: Counter[str] = Counter()
        self._path = 0.0
        self._place: tuple[int, int] | None = None
        self._threads = (
            keyboard.Listener(on_press=self._on_press),
            mouse.Listener(
                on_move=self._on_move, on_click=self._on_click, on_scroll=self._on_scroll
            ),
        )
        for thread in self._threads:
            thread.start()

    def read(self) -> InputCounts:
        """Return the counts since the last look."""
        if not all(thread.is_alive() for thread in self._threads):
            raise RuntimeError("a listener has ended")
        counts, self._counts = self._counts, Counter()
        path, self._path = self._path, 0.0
        return InputCounts(
            keys=counts["key"],
            clicks=counts["click"],
            wheel=counts["wheel"],
            moves=counts["move"],
            path_px=round(path),
        )

    def close(self) -> None:
        """End both threads."""
        for thread in self._threads:
            thread.stop()
        for thread in self._threads:
            thread.join(STOPS_WITHIN_S / len(self._threads))

    def _on_press(self, *_: object) -> None:
        self._counts["key"] += 1

    def _on_move(self, x: int, y: int, *_: object) -> None:
        before, self._place = self._place or (x, y), (x, y)
        self._counts["move"] += 1
        self._path += hypot(x - before[0], y - before[1])

    def _on_click(self, _x: int, _y: int, _button: object, pressed: object, *_: object) -> None:
        self._counts["click"] += int(bool(pressed))

    def _on_scroll(self, *_: object) -> None:
        self._counts["wheel"] += 1


def _pynput() -> tuple[Any, Any]:
    try:
        return foreign("pynput.keyboard"), foreign("pynput.mouse")
    except ModuleNotFoundError as error:
        raise Unavailable("pynput isn't installed.", "Install it beside TimeBack.") from error
