"""The only module that reads a clock; everything else is handed a :class:`Stamp`.

Three readings travel together, because no single clock tells the whole story:
the wall clock labels, the monotonic clock that keeps counting in suspend measures,
and the one that stops in suspend tells how much of the difference was sleep.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """One instant, in integer milliseconds, read from three clocks at once.

    ``mono_ms`` counts through suspend and never steps: durations come from it.
    ``awake_ms`` stops in suspend where the system offers such a clock, else it equals
    ``mono_ms``. ``utc_ms`` is the wall clock since 1970: it only labels.
    """

    mono_ms: int
    utc_ms: int
    awake_ms: int


class Clock(Protocol):
    """Something that can be asked what time it is."""

    def stamp(self) -> Stamp:
        """Return the present instant."""
        ...


def _reader(name: str, fallback: int | None) -> int | None:
    return getattr(time, name, fallback)


if sys.platform == "linux":
    _COUNTING, _STOPPING = _reader("CLOCK_BOOTTIME", time.CLOCK_MONOTONIC), time.CLOCK_MONOTONIC
elif sys.platform == "darwin":
    _COUNTING, _STOPPING = time.CLOCK_MONOTONIC, _reader("CLOCK_UPTIME_RAW", time.CLOCK_MONOTONIC)
else:
    _COUNTING, _STOPPING = None, None


def _read_ms(clock_id: int | None) -> int:
    if clock_id is None:
        return time.monotonic_ns() // 1_000_000
    return time.clock_gettime_ns(clock_id) // 1_000_000  # type: ignore[attr-defined,unused-ignore]


class SystemClock:
    """The machine's own clocks."""

    def stamp(self) -> Stamp:
        """Read the wall clock and both monotonic clocks."""
        return Stamp(
            mono_ms=_read_ms(_COUNTING),
            utc_ms=time.time_ns() // 1_000_000,
            awake_ms=_read_ms(_STOPPING),
        )


def now_ms() -> int:
    """Return the wall clock in milliseconds since 1970, for labels and expiry."""
    return time.time_ns() // 1_000_000


def iso_utc(utc_ms: int) -> str:
    """Write a wall-clock instant as Caliper wants it: ``2026-11-23T10:24:00.000Z``.

    Raises ``ValueError`` for an instant outside the years 1 to 9999.
    """
    try:
        moment = datetime.fromtimestamp(utc_ms // 1000, tz=UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError(f"{utc_ms} ms is not a date") from error
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{utc_ms % 1000:03d}Z"


def parse_iso_utc(text: str) -> int:
    """Read an ISO 8601 instant with a zone into milliseconds since 1970.

    Microseconds are tolerated and cut; an instant without a zone is a ``ValueError``,
    because guessing one would move a child's day.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def local_date(utc_ms: int, zone: ZoneInfo) -> date:
    """Return the calendar day that an instant falls on in a zone."""
    return datetime.fromtimestamp(utc_ms / 1000, zone).date()


@lru_cache(maxsize=1024)
def midnight_ms(day: date, zone: ZoneInfo) -> int:
    """Return when a local day begins; days of a clock change have 23 or 25 hours."""
    return int(datetime.combine(day, time_of_day(), zone).timestamp()) * 1000
