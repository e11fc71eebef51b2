"""What the app says of its own work: read with distrust, kept for one tick, counted once.

An app's event may come by two ways, from its page and through the platform. The inbox
knows both by the event's id and lets it through the first time only; once more if the second
telling adds the item's usual time, which only the platform knows.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from timeback_desktop.presence.signal import AppEvent, AppEventKind

MOST_WAITING: Final = 64
"""So many events are kept for a tick; a person does not make more in a second."""

_MOST_REMEMBERED: Final = 4096
_LONGEST_MS: Final = 86_400_000
_LATEST_MS: Final = 1 << 43  # year 2248
_KINDS: Final = {str(kind): kind for kind in AppEventKind}
_FUTURE_MS: Final = 2_000
_OPAQUE: Final = re.compile(r"[0-9a-f]{16}\Z")


def read_events(said: object) -> tuple[AppEvent, ...]:
    """Read the events in a frame's answer; whatever is none is left out."""
    if not isinstance(said, list):
        return ()
    read = (_event(item) for item in said[:MOST_WAITING])
    return tuple(event for event in read if event is not None)


def _event(said: object) -> AppEvent | None:
    if not isinstance(said, dict):
        return None
    word = said.get("kind")
    kind = _KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        return None
    return AppEvent(
        kind,
        utc_ms=_whole(said.get("at"), _LATEST_MS),
        id=_opaque(said.get("id")),
        item=_opaque(said.get("item")),
        skill=_opaque(said.get("skill")),
        lesson=_opaque(said.get("lesson")),
        took_ms=_whole(said.get("tookMs"), _LONGEST_MS),
        choice=_whole(said.get("choice"), 99),
    )


def _opaque(value: object) -> str | None:
    return value if isinstance(value, str) and _OPAQUE.match(value) else None


def _whole(value: object, top: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= top else None


class AppEventInbox:
    """Gather events until the next tick takes them.

    ``put`` may be called from any thread; ``take`` and ``clear`` only by who ticks.
    """

    def __init__(self) -> None:
        self._waiting: deque[AppEvent] = deque(maxlen=MOST_WAITING * 4)
        self._seen: dict[str, bool] = {}  # by id, whether the usual time was told

    def put(self, events: Iterable[AppEvent]) -> None:
        """Keep events for the next tick."""
        self._waiting.extend(events)

    def take(self, now_utc_ms: int) -> tuple[AppEvent, ...]:
        """Return what is new; what claims to come from the future happens now."""
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        new = [event for event in taken if self._is_new(event)]
        return tuple(
            replace(event, utc_ms=None) if (event.utc_ms or 0) > now_utc_ms + _FUTURE_MS else event
            for event in new[:MOST_WAITING]
        )

    def clear(self) -> None:
        """Forget what waits; what was seen stays known."""
        self._waiting.clear()

    def _is_new(self, event: AppEvent) -> bool:
        if event.id is None:
            return True
        adds = event.usual_ms is not None
        known = self._seen.get(event.id)
        if known is not None and (known or not adds):
            return False
        self._seen[event.id] = adds
        while len(self._seen) > _MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True
