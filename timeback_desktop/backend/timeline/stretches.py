"""Stretches of a student's time, as events told them, and where they lie. Pure.

How long they are together is told by ``accounts``, which asks ``partition.measure``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from timeback_desktop.intervals import Interval, subtract, union
from timeback_desktop.partition import Overlay, State, TimeType, state_of


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
    subject: str = ""

    @property
    def ended_ms(self) -> int:
        """Return the first instant after it."""
        return self.started_ms + self.ms

    @property
    def kind(self) -> tuple[object, ...]:
        """Return all that tells it from others besides its place in time."""
        return (
            self.session_id,
            self.application_id,
            self.measured,
            self.type,
            self.sub_type,
            self.subject,
        )

    @property
    def state(self) -> State | None:
        """Return the state it names; ``None`` for an overlay."""
        return state_of(self.type, self.sub_type)

    @property
    def overlay(self) -> Overlay | None:
        """Return the overlay it names; ``None`` for a state, and for one unknown here."""
        head = (self.sub_type or "").partition(":")[0]
        known = self.type is TimeType.ANTI_PATTERN and head in Overlay._value2member_map_
        return Overlay(head) if known else None

    @property
    def interval(self) -> Interval:
        """Return where it lies."""
        return self.started_ms, self.ended_ms


def counting(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Leave out claimed time wherever the desktop measured anything; sort by start.

    A claimed overlay stays: it is shown, and charges only what its sender claims.
    """
    ordered = sorted(stretches, key=lambda each: each.interval)
    seen = union(each.interval for each in ordered if each.measured and each.state is not None)
    if not seen:
        return ordered
    return [part for each in ordered for part in _unseen(each, seen)]


def _unseen(each: Stretch, seen: Sequence[Interval]) -> Iterator[Stretch]:
    if each.measured or each.state is None:
        yield each
        return
    for start, end in subtract(union([each.interval]), seen):
        yield replace(each, started_ms=start, ms=end - start)


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
