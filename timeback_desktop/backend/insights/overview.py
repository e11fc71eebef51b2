"""A student's overview: totals, buckets, shares, sessions, and the trend against himself.

Days of the school's own zone are read off ``rollups``; anything else is folded (``exact``). Both
come in the same cells, so that nobody can tell by the answer which way it went.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from timeback_desktop.backend.asking import Range
from timeback_desktop.backend.insights import baseline, exact
from timeback_desktop.backend.insights.spans import Lengths, by_date
from timeback_desktop.backend.insights.written import (
    Granularity,
    breakdown,
    by_bucket,
    by_day,
    figures_on_wire,
    together,
)
from timeback_desktop.backend.rollups import reading
from timeback_desktop.backend.rollups.days import number_of
from timeback_desktop.backend.rollups.figures import Cell, Figures
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.backend.sessions.span import SessionSpan
from timeback_desktop.backend.timeline import record
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.clock import iso_utc, midnight_ms

Json = dict[str, Any]
Cells = Mapping[Cell, Figures]


@dataclass(frozen=True, slots=True)
class _Known:
    """The figures of a range, and those of the days before it."""

    cells: Cells
    before: Cells


def overview(
    connection: Connection,
    asked: Asked,
    over: Range,
    granularity: Granularity = Granularity.DAY,
    *,
    folded: bool = False,
) -> Json:
    """Return a student's figures over a range; ``folded`` reads no figures by day."""
    chosen = sessions.touching(asked.publisher_id, asked.user_id, over.from_ms, over.to_ms)
    spans = sessions.every(connection, chosen)
    kept = not folded and is_kept(connection, asked.publisher_id, over)
    known = _read(connection, asked, over) if kept else _folded(connection, asked, over)
    days = by_day(known.cells)
    whole = together(days.values())
    first, last = _baseline_days(over)
    return {
        "range": {"from": iso_utc(over.from_ms), "to": iso_utc(over.to_ms)},
        "timezone": over.zone.key,
        "granularity": str(granularity),
        "buckets": _buckets(days, spans, over, granularity),
        "totals": {**figures_on_wire(whole), "sessions": len(spans)},
        "breakdown": breakdown(known.cells, whole, record.app_names(connection, asked)),
        "sessions": Lengths.of(spans, over).as_wire(),
        "trend": baseline.trend(days, by_day(known.before), first, last),
    }


def is_kept(connection: Connection, tenant: str, over: Range) -> bool:
    """Tell whether figures by day are kept of just these days."""
    return over.is_of_days and over.zone.key == reading.rolled_zone(connection, tenant)


def _baseline_days(over: Range) -> tuple[date, date]:
    first = over.first_day
    return first - timedelta(days=baseline.BASELINE_DAYS), first - timedelta(days=1)


def _read(connection: Connection, asked: Asked, over: Range) -> _Known:
    whose = reading.of_student(asked.publisher_id, asked.user_id)
    before, first = number_of(_baseline_days(over)[0]), number_of(over.first_day)
    found = reading.cells(connection, whose, before, number_of(over.last_day))
    return _Known(
        {cell: figures for cell, figures in found.items() if cell.day >= first},
        {cell: figures for cell, figures in found.items() if cell.day < first},
    )


def _folded(connection: Connection, asked: Asked, over: Range) -> _Known:
    zone = over.zone
    before, low = (midnight_ms(day, zone) for day in (_baseline_days(over)[0], over.first_day))
    return _Known(
        exact.cells(connection, asked, over.from_ms, over.to_ms, zone),
        exact.cells(connection, asked, before, low, zone),
    )


def _buckets(
    days: Mapping[int, Figures],
    spans: Sequence[SessionSpan],
    over: Range,
    granularity: Granularity,
) -> list[Json]:
    """Write the buckets that hold anything, oldest first."""
    figures = by_bucket(days, granularity)
    touched: dict[date, set[str]] = {}
    for day, mine in by_date(spans, over).items():
        touched.setdefault(granularity.begin(day), set()).update(mine)
    return [
        {
            "date": begin.isoformat(),
            **figures_on_wire(figures.get(begin, Figures())),
            "sessions": len(touched.get(begin, ())),
        }
        for begin in sorted({*figures, *touched})
    ]
