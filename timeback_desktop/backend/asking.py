"""What questions about learning have in common: instants, time zones, ranges and pages.

The Insights API and EduBridge read their questions here, so that neither takes what the other
refuses. A fault names the parameter by its pointer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Query
from sqlalchemy import Connection, select

from timeback_desktop.backend.events.reading import is_lived
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.clock import local_date, midnight_ms, parse_iso_utc
from timeback_desktop.errors import ContractFault

DAY_MS = 86_400_000
LONGEST_RANGE_MS = 400 * DAY_MS

Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
From = Annotated[str | None, Query(alias="from", max_length=64)]
To = Annotated[str | None, Query(max_length=64)]
Timezone = Annotated[str | None, Query(max_length=64)]
Word = Annotated[str | None, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    limit: int
    offset: int

    def told(self, shown: int, total: int) -> dict[str, Any]:
        """Write it, for ``shown`` rows of ``total``."""
        more = self.offset + shown < total
        return {"limit": self.limit, "offset": self.offset, "total": total, "hasMore": more}


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of time and the zone whose days it is cut into; ``to_ms`` is not in it."""

    from_ms: int
    to_ms: int
    zone: ZoneInfo

    @property
    def first_day(self) -> date:
        """Return the day that it begins on."""
        return local_date(self.from_ms, self.zone)

    @property
    def last_day(self) -> date:
        """Return the last day that any of it lies on."""
        return local_date(self.to_ms - 1, self.zone)

    @property
    def is_of_days(self) -> bool:
        """Tell whether it begins and ends at midnight."""
        after = self.last_day + timedelta(days=1)
        begins = midnight_ms(self.first_day, self.zone)
        return (begins, midnight_ms(after, self.zone)) == (self.from_ms, self.to_ms)


def zone_of(name: str | None, usual: str = "UTC") -> ZoneInfo:
    """Return the time zone that days are counted in; the ``usual`` one when none is named."""
    try:
        return ZoneInfo(usual if name is None else name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ContractFault("This is not an IANA time zone.", pointer="/timezone") from error


def school_zone(connection: Connection, publisher_id: str) -> str:
    """Return the name of the time zone that a tenant's days are counted in."""
    named = select(publishers.c.time_zone).where(publishers.c.id == publisher_id)
    return connection.scalar(named) or "UTC"


def instant_of(text: str, zone: ZoneInfo, pointer: str, *, end: bool = False) -> int:
    """Read an instant, or a bare day: its first millisecond, or at the ``end`` its last."""
    try:
        instant_ms = _instant(text) if "T" in text else _day(text, zone, end=end)
    except (ValueError, OverflowError) as error:
        raise ContractFault("This is not a day or an instant.", pointer=pointer) from error
    if not is_lived(instant_ms):
        raise ContractFault("This instant is out of range.", pointer=pointer)
    return instant_ms


def end_of(text: str, zone: ZoneInfo, pointer: str) -> int:
    """Read where a range ends, itself not in it: an instant, or a bare day that is in it."""
    return instant_of(text, zone, pointer, end=True) + (0 if "T" in text else 1)


def checked_range(from_ms: int, to_ms: int, pointer: str = "/to") -> tuple[int, int]:
    """Return a range whose end is after its beginning, and not too far after."""
    if not 0 < to_ms - from_ms <= LONGEST_RANGE_MS:
        raise ContractFault("A range ends after it begins, by 400 days at most.", pointer=pointer)
    return from_ms, to_ms


def week_around(instant_ms: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return the week, Monday to Sunday, that an instant falls into."""
    day = local_date(instant_ms, zone)
    monday = day - timedelta(days=day.weekday())
    return midnight_ms(monday, zone), midnight_ms(monday + timedelta(days=7), zone)


def _day(text: str, zone: ZoneInfo, *, end: bool) -> int:
    day = date.fromisoformat(text)
    return midnight_ms(day + timedelta(days=1), zone) - 1 if end else midnight_ms(day, zone)


def _instant(text: str) -> int:
    # A plus sign that was not escaped arrives as a space.
    return parse_iso_utc(text.replace(" ", "+"))
