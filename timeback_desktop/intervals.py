"""Half-open intervals ``[from, to)`` of integer milliseconds, as sorted, disjoint lists.

Time is never summed from rows that might overlap: rows become intervals first. Every
operation takes and returns lists as :func:`union` makes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same instants as sorted, disjoint intervals; empty ones are dropped."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def intersect(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """Return the instants that lie in both."""
    shared: list[Interval] = []
    first = second = 0
    while first < len(one) and second < len(other):
        start = max(one[first][0], other[second][0])
        end = min(one[first][1], other[second][1])
        if start < end:
            shared.append((start, end))
        if one[first][1] < other[second][1]:
            first += 1
        else:
            second += 1
    return shared


def subtract(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """Return the instants of one that do not lie in the other."""
    left: list[Interval] = []
    after = 0
    for start, end in one:
        at = start
        while after < len(other) and other[after][1] <= at:
            after += 1
        cut = after
        while cut < len(other) and other[cut][0] < end:
            if at < other[cut][0]:
                left.append((at, other[cut][0]))
            at = max(at, other[cut][1])
            cut += 1
        if at < end:
            left.append((at, end))
    return left


def clip(intervals: Iterable[Interval], from_ms: int, to_ms: int) -> list[Interval]:
    """Return the parts inside ``[from_ms, to_ms)``."""
    clipped = ((max(start, from_ms), min(end, to_ms)) for start, end in intervals)
    return [(start, end) for start, end in clipped if start < end]


def length(intervals: Iterable[Interval]) -> int:
    """Return how many milliseconds they hold."""
    return sum(end - start for start, end in intervals)


def overlap_ms(one: Sequence[Interval], other: Sequence[Interval]) -> int:
    """Return how long both hold at once."""
    return length(intersect(one, other))
