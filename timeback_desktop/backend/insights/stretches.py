"""Stretches of a student's time, and the operations that insights need on them. Pure.

Intervals are half-open and in integer milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from timeback_desktop.clock import local_date, midnight_ms
from timeback_desktop.partition import ENGAGED, State, TimeType, Totals, state_of

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of time of one type, in one session of one app."""

    session_id: str | None
    application_id: str | None
    measured: bool
    type: TimeType
    sub_type: str | None
    started_ms: int
    ms: int

    @property
    def ended_ms(self) -> int:
        """Return the first instant after it."""
        return self.started_ms + self.ms

    @property
    def kind(self) -> tuple[object, ...]:
        """Return all that tells it from others besides its place in time."""
        return (self.session_id, self.application_id, self.measured, self.type, self.sub_type)

    @property
    def state(self) -> State | None:
        """Return the state it names; ``None`` for an overlay."""
        return state_of(self.type, self.sub_type)


def counting(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Leave out claimed time that overlaps anything the desktop measured; sort by start."""
    ordered = sorted(stretches, key=lambda each: (each.started_ms, each.ended_ms))
    seen = union((each.started_ms, each.ended_ms) for each in ordered if each.measured)
    return [each for each in ordered if each.measured or not _touches(each, seen)]


def _touches(stretch: Stretch, intervals: Sequence[Interval]) -> bool:
    return any(start < stretch.ended_ms and stretch.started_ms < end for start, end in intervals)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same instants as sorted, disjoint intervals."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def overlap_ms(one: Sequence[Interval], other: Sequence[Interval]) -> int:
    """Return how long two sorted, disjoint lists of intervals hold at once."""
    total = first = second = 0
    while first < len(one) and second < len(other):
        start = max(one[first][0], other[second][0])
        end = min(one[first][1], other[second][1])
        total += max(0, end - start)
        if one[first][1] < other[second][1]:
            first += 1
        else:
            second += 1
    return total


def total_of(stretches: Sequence[Stretch], *, suspended_ms: int = 0) -> Totals | None:
    """Fold stretches into totals; ``None`` when nothing was measured."""
    named = [(each.state, each) for each in stretches]
    states = [(state, each.ms) for state, each in named if state is not None]
    if suspended_ms:
        states.append((State.SUSPENDED, suspended_ms))
    if not states:
        return None
    habits = union((each.started_ms, each.ended_ms) for state, each in named if state is None)
    engaged = union((each.started_ms, each.ended_ms) for state, each in named if state in ENGAGED)
    return Totals.fold(states, habit_ms=overlap_ms(engaged, habits))


def joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Join what abuts and is alike, so that a strip has a piece a change, not one a window."""
    pending: Stretch | None = None
    for each in stretches:
        if pending and pending.ended_ms == each.started_ms and _alike(pending, each):
            pending = replace(pending, ms=pending.ms + each.ms)
            continue
        if pending:
            yield pending
        pending = each
    if pending:
        yield pending


def _alike(one: Stretch, other: Stretch) -> bool:
    return one.kind == other.kind


def clipped(stretch: Stretch, from_ms: int, to_ms: int) -> Stretch | None:
    """Return the part of a stretch within a range."""
    if from_ms <= stretch.started_ms and stretch.ended_ms <= to_ms and stretch.ms:
        return stretch
    start, end = max(stretch.started_ms, from_ms), min(stretch.ended_ms, to_ms)
    return replace(stretch, started_ms=start, ms=end - start) if start < end else None


def split_by_day(stretch: Stretch, zone: ZoneInfo) -> Iterator[tuple[date, Stretch]]:
    """Cut a stretch at local midnights."""
    day = local_date(stretch.started_ms, zone)
    while True:
        after = day + timedelta(days=1)
        part = clipped(stretch, midnight_ms(day, zone), midnight_ms(after, zone))
        if part is not None:
            yield day, part
        if stretch.ended_ms <= midnight_ms(after, zone):
            return
        day = after
