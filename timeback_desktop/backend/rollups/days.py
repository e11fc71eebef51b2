"""Days as the figures by day are kept under: of one time zone, as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from timeback_desktop.clock import local_date, midnight_ms

_FIRST = date(1970, 1, 1)


def number_of(day: date) -> int:
    """Return the number of a day: how many days it is after 1970-01-01."""
    return (day - _FIRST).days


def date_of(number: int) -> date:
    """Return the day that has this number."""
    return _FIRST + timedelta(days=number)


@dataclass(slots=True)
class Calendar:
    """The days of one zone, with the one that was asked for last at hand."""

    zone: ZoneInfo
    _number: int = 0
    _from_ms: int = 0
    _to_ms: int = 0
    _edges: dict[int, tuple[int, int]] = field(default_factory=dict)

    def day_of(self, instant_ms: int) -> int:
        """Return the number of the day that an instant falls on."""
        if not self._from_ms <= instant_ms < self._to_ms:
            self._number = number_of(local_date(instant_ms, self.zone))
            self._from_ms, self._to_ms = self.edges(self._number)
        return self._number

    def edges(self, number: int) -> tuple[int, int]:
        """Return the first instant of a day, and the first one after it."""
        found = self._edges.get(number)
        if found is None:
            day = date_of(number)
            found = (midnight_ms(day, self.zone), midnight_ms(day + timedelta(days=1), self.zone))
            self._edges[number] = found
        return found

    def cut(self, from_ms: int, to_ms: int) -> Iterator[tuple[int, int, int]]:
        """Cut a stretch at midnights: the number of each day, and the part that lies on it."""
        while from_ms < to_ms:
            number = self.day_of(from_ms)
            end = min(to_ms, self.edges(number)[1])
            yield number, from_ms, end
            from_ms = end
