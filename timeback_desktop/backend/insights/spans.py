"""Sessions counted: on which days they were, how many, and how long. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from timeback_desktop.backend.asking import Range
from timeback_desktop.backend.sessions.span import Origin, SessionSpan
from timeback_desktop.clock import local_date
from timeback_desktop.partition import whole_seconds


def length_ms(span: SessionSpan) -> int | None:
    """Return the length as measured; an explicit session has none before its end."""
    if span.closing and span.closing.duration_ms is not None:
        return span.closing.duration_ms
    if span.closing or span.origin is not Origin.EXPLICIT:
        return span.ended_ms - span.started_ms
    return None


def by_date(spans: Iterable[SessionSpan], over: Range) -> dict[date, set[str]]:
    """Return the sessions of each local day: one over midnight was on both."""
    found: dict[date, set[str]] = {}
    for span in spans:
        start = max(span.started_ms, over.from_ms)
        last = max(start, min(span.ended_ms, over.to_ms) - 1)
        day, end = local_date(start, over.zone), local_date(last, over.zone)
        while day <= end:
            found.setdefault(day, set()).add(span.id)
            day += timedelta(days=1)
    return found


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many sessions touch a range, on how many days, and how long each is as a whole."""

    count: int
    days: int
    lengths_ms: tuple[int, ...]

    @classmethod
    def of(cls, spans: Iterable[SessionSpan], over: Range) -> Lengths:
        """Count sessions; one that is not over has no length yet."""
        known = list(spans)
        lengths = (length_ms(span) for span in known)
        told = tuple(length for length in lengths if length is not None)
        return cls(len(known), len(by_date(known, over)), told)

    def as_wire(self) -> dict[str, Any]:
        """Write it."""
        told = self.lengths_ms
        return {
            "count": self.count,
            "days": self.days,
            "perDay": round(self.count / self.days, 2) if self.days else None,
            "averageSeconds": whole_seconds(sum(told) // len(told)) if told else None,
            "longestSeconds": whole_seconds(max(told)) if told else None,
        }
