"""Ticks and app events in one order, however the events came.

Events come late, twice, out of order and with absurd clocks. Each is placed by its own word
if that can be believed, and waits until ``settle_ms`` have passed since its place: whatever
came within that time is put in order, so the order of arrival changes nothing. An event
that comes later still keeps its own place (its durations stay true) and is heard at once.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import TypeVar

from timeback_desktop.presence.signal import AppEvent, AppEventKind
from timeback_desktop.waste.evidence import Dating, Heard, Moment
from timeback_desktop.waste.limits import RuleLimits

MOST_WAITING = 2_000
"""More events than this in one settling window come from no learner; the rest is dropped."""

_MOST_REMEMBERED = 8_192
_LONGEST_ID = 96
_LONGEST_DURATION_MS = 4 * 3_600_000

_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            AppEventKind.MEDIA_PAUSED,
            AppEventKind.ANSWERED,
            AppEventKind.ANSWERED_WRONG,
            AppEventKind.ANSWERED_RIGHT,
            AppEventKind.FEEDBACK_SHOWN,
            AppEventKind.LESSON_FINISHED,
            AppEventKind.LESSON_STARTED,
            AppEventKind.ITEM_STARTED,
            AppEventKind.MEDIA_PLAYING,
        )
    )
}
"""Within one millisecond an answer ends an item before the next one starts."""

_T = TypeVar("_T", int, str)


def _short(text: object) -> str | None:
    """Return an opaque id of bounded length; the ends and the length tell long ones apart."""
    if not isinstance(text, str) or not text:
        return None
    if len(text) <= _LONGEST_ID:
        return text
    return f"{text[:40]}~{len(text)}~{hash(text):x}~{text[-16:]}"


def _whole(number: object, most: int) -> int | None:
    """Return a number of the app as an integer from 0 to ``most``; ``None`` for any other."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    if isinstance(number, float) and not math.isfinite(number):
        return None
    return int(number) if 0 <= number <= most else None


def cleaned(event: AppEvent) -> AppEvent:
    """Return the event with every field believable or absent."""
    utc = event.utc_ms
    return AppEvent(
        kind=event.kind,
        utc_ms=None if utc is None else _whole(utc, 1 << 62),
        id=_short(event.id),
        item=_short(event.item),
        skill=_short(event.skill),
        lesson=_short(event.lesson),
        took_ms=_whole(event.took_ms, _LONGEST_DURATION_MS) or None,
        usual_ms=_whole(event.usual_ms, _LONGEST_DURATION_MS) or None,
        choice=_whole(event.choice, 1_000),
    )


def _most(one: _T | None, other: _T | None) -> _T | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def _joined(one: AppEvent, other: AppEvent) -> AppEvent:
    """Return what two tellings of one event say together, whichever came first."""
    return AppEvent(
        kind=max(one.kind, other.kind, key=_RANK.__getitem__),
        utc_ms=_most(one.utc_ms, other.utc_ms),
        id=one.id,
        item=_most(one.item, other.item),
        skill=_most(one.skill, other.skill),
        lesson=_most(one.lesson, other.lesson),
        took_ms=_most(one.took_ms, other.took_ms),
        usual_ms=_most(one.usual_ms, other.usual_ms),
        choice=_most(one.choice, other.choice),
    )


class Settling:
    """Hold what was seen until its order is sure, then hand it on, each thing once."""

    def __init__(self, limits: RuleLimits) -> None:
        self._limits = limits
        self._moments: deque[Moment] = deque()
        self._waiting: dict[object, tuple[Heard, int]] = {}
        self._heard: dict[object, None] = {}
        self._count = 0

    def add(self, moment: Moment) -> None:
        """Take in a moment; each must begin where the last one ended or later."""
        self._moments.append(moment)

    def hear(self, events: tuple[AppEvent, ...], now_ms: int, base_ms: int) -> None:
        """Take in app events that arrived at ``now_ms``; ``base_ms`` labels offset 0."""
        for event in events[: MOST_WAITING - len(self._waiting)]:
            if event.kind in _RANK:
                self._take(cleaned(event), now_ms, base_ms)

    def _take(self, event: AppEvent, now_ms: int, base_ms: int) -> None:
        self._count += 1
        key: object = event.id
        if key is None:  # the same words at the same millisecond are the same event
            key = self._count if event.utc_ms is None else event
        if key in self._heard:
            return
        known = self._waiting.get(key)
        if known is not None and event.id is not None:
            heard, order = known
            event = _joined(heard.event, event)
            now_ms = heard.at_ms if heard.dating is not Dating.OWN else now_ms
            self._waiting[key] = self._placed(event, now_ms, base_ms), order
        elif known is None:
            self._waiting[key] = self._placed(event, now_ms, base_ms), self._count

    def _placed(self, event: AppEvent, now_ms: int, base_ms: int) -> Heard:
        if event.utc_ms is None:
            return Heard(event, now_ms, Dating.ARRIVAL)
        at = event.utc_ms - base_ms
        if now_ms - self._limits.stale_ms <= at <= now_ms + self._limits.ahead_ms:
            return Heard(event, at, Dating.OWN)
        return Heard(event, now_ms, Dating.WRONG_CLOCK)

    def settled(self, now_ms: int) -> Iterator[Moment | Heard]:
        """Hand on everything whose place is sure: each moment before the events within it."""
        horizon = now_ms - self._limits.settle_ms
        while self._moments and self._moments[0].to_ms <= horizon:
            moment = self._moments.popleft()
            yield moment
            if self._waiting:
                yield from self._due(moment.to_ms)

    def rest(self) -> Iterator[Moment | Heard]:
        """Hand on everything that still waits: the session is over."""
        while self._moments:
            moment = self._moments.popleft()
            yield moment
            yield from self._due(moment.to_ms)
        yield from self._due(None)

    def _due(self, to_ms: int | None) -> list[Heard]:
        due = [
            (heard.at_ms, _order(heard, order), key, heard)
            for key, (heard, order) in self._waiting.items()
            if to_ms is None or heard.at_ms <= to_ms
        ]
        due.sort(key=lambda entry: entry[:2])
        for _, _, key, _ in due:
            del self._waiting[key]
            self._heard[key] = None
        while len(self._heard) > _MOST_REMEMBERED:
            del self._heard[next(iter(self._heard))]
        return [heard for _, _, _, heard in due]


def _order(heard: Heard, arrival: int) -> tuple[int, int, str, str, int, int]:
    """Return what orders events of one millisecond: their meaning, never their arrival.

    Events with no time of their own have nothing but their arrival.
    """
    event = heard.event
    return (
        arrival if heard.dating is Dating.ARRIVAL else 0,
        _RANK[event.kind],
        event.item or "",
        event.id or "",
        event.took_ms or 0,
        event.choice or 0,
    )
