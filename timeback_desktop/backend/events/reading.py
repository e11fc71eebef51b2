"""Taking values out of an event's JSON, whose inner shapes may vary from sender to sender."""

from __future__ import annotations

from typing import Any

from timeback_desktop.caliper.datatypes import read_duration_ms
from timeback_desktop.clock import parse_iso_utc

Json = dict[str, Any]
LATEST_MS = 32_503_680_000_000  # the year 3000
LONGEST_SESSION_MS = 366 * 86_400_000


def iri_of(value: object) -> str | None:
    """Return the IRI of an entity, given as one or as an object."""
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None


def within(value: object, *names: str) -> object:
    """Walk into nested objects; ``None`` where the way ends."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def moment(value: object) -> int | None:
    """Read an instant; ``None`` for what is none."""
    if not isinstance(value, str):
        return None
    try:
        return parse_iso_utc(value)
    except (ValueError, OverflowError):
        return None


def is_lived(instant_ms: int) -> bool:
    """Tell whether an instant is a time that somebody may have lived."""
    return 0 <= instant_ms < LATEST_MS


def text(value: object, most: int) -> str | None:
    """Return a text, cut to length; PostgreSQL has no place for a NUL in one."""
    return value.replace("\0", "")[:most] if isinstance(value, str) else None


def lasted(duration: object) -> int | None:
    """Read a duration: as ISO 8601, or in whole seconds as older clients send it."""
    if isinstance(duration, str):
        return length_of(read_duration_ms(duration))
    if isinstance(duration, int) and not isinstance(duration, bool) and duration >= 0:
        return length_of(duration * 1000)
    return None


def length_of(ms: int | None) -> int | None:
    """Return a length that somebody may have lived through, else nothing."""
    return ms if ms is not None and ms <= LONGEST_SESSION_MS else None
