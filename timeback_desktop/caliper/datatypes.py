"""The scalar values of Caliper: how each is written, and a sentence for one that is not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from timeback_desktop.clock import parse_iso_utc

MAX_SECONDS = 86_400
_ALL = 100
MAX_MOMENT = 40  # what no instant exceeds, so that nothing long is remembered
# Spaces are listed, all that Unicode has: naming their class makes the pattern twice as slow.
IRI = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.\-]*:|_:)"
    r"[^\x00-\x20\x7f<>\"{}|\\^`\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
)
EVENT_ID = re.compile(
    r"urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+\-]\d{2}:\d{2})", re.ASCII
)
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = r"\d+(?:\.\d+)?"
DURATION = re.compile(
    rf"P(?=[\dT])(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:(?P<days>{_NUMBER})D)?"
    rf"(?:T(?=\d)(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?"
    rf"(?:(?P<seconds>{_NUMBER})S)?)?",
    re.ASCII,
)


def is_iri(value: object) -> bool:
    """Tell whether a value is an absolute IRI, or a blank node, without spaces."""
    return isinstance(value, str) and IRI.fullmatch(value) is not None


def is_event_id(value: object) -> bool:
    """Tell whether a value is ``urn:uuid:`` and a UUID."""
    return isinstance(value, str) and EVENT_ID.fullmatch(value) is not None


def is_moment(value: object) -> bool:
    """Tell whether a value is an ISO 8601 instant with a zone, to seconds or finer."""
    return isinstance(value, str) and len(value) <= MAX_MOMENT and moment_ms(value) is not None


@lru_cache(maxsize=8192)
def moment_ms(text: str) -> int | None:
    """Read such an instant into milliseconds since 1970; ``None`` for anything else."""
    if (usual := _usual_ms(text)) is not None:
        return usual
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        return parse_iso_utc(text)
    except (ValueError, OverflowError):
        return None


def _usual_ms(text: str) -> int | None:
    """Read an instant in the form that Caliper demands, ``2026-11-23T10:24:00.000Z``."""
    if _USUAL.fullmatch(text) is None:
        return None
    try:
        since = datetime.fromisoformat(text) - _EPOCH
    except ValueError:
        return None
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def is_duration(value: object) -> bool:
    """Tell whether a value is an ISO 8601 duration such as ``PT12.345S``."""
    return isinstance(value, str) and DURATION.fullmatch(value) is not None


def is_number(value: object) -> bool:
    """Tell whether a value is a finite JSON number."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def is_integer(value: object) -> bool:
    """Tell whether a value is a whole number; ``2.0`` is, as JSON does not tell them apart."""
    return is_number(value) and (isinstance(value, int) or float(str(value)).is_integer())


def is_count(value: object) -> bool:
    """Tell whether a value is a whole number from 0."""
    return is_integer(value) and isinstance(value, int | float) and value >= 0


def is_ordinal(value: object) -> bool:
    """Tell whether a value is a whole number from 1."""
    return is_count(value) and value != 0


def is_percent(value: object) -> bool:
    """Tell whether a value is a number from 0 to 100."""
    return is_number(value) and isinstance(value, int | float) and 0 <= value <= _ALL


def is_length(value: object) -> bool:
    """Tell whether a value is a duration, or whole seconds, as some older senders write it."""
    return is_count(value) or is_duration(value)


def is_seconds(value: object) -> bool:
    """Tell whether a value is a length of time within one day, in seconds."""
    return is_number(value) and isinstance(value, int | float) and 0 <= value <= MAX_SECONDS


CHECKS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "string": (lambda value: isinstance(value, str), "must be a string"),
    "type": (lambda value: isinstance(value, str), "must be a type name"),
    "iri": (is_iri, "must be an absolute IRI without spaces"),
    "event-id": (is_event_id, "must be urn:uuid: and a UUID"),
    "dateTime": (is_moment, "must be an ISO 8601 date and time with a zone"),
    "duration": (is_duration, "must be an ISO 8601 duration"),
    "number": (is_number, "must be a finite number"),
    "integer": (is_integer, "must be a whole number"),
    "count": (is_count, "must be a whole number from 0"),
    "ordinal": (is_ordinal, "must be a whole number from 1"),
    "percent": (is_percent, "must be a number from 0 to 100"),
    "length": (is_length, "must be an ISO 8601 duration, or whole seconds"),
    "seconds": (is_seconds, "must be seconds from 0 to 86400"),
    "boolean": (lambda value: isinstance(value, bool), "must be true or false"),
    "map": (lambda value: isinstance(value, dict), "must be an object"),
}


def write_duration(ms: int) -> str:
    """Write milliseconds as an ISO 8601 duration: ``PT12.345S``."""
    whole, rest = divmod(ms, 1000)
    return f"PT{whole}.{rest:03d}S" if rest else f"PT{whole}S"


def read_duration_ms(text: str) -> int | None:
    """Read days, hours, minutes and seconds into milliseconds.

    ``None`` for years, months and weeks: nobody learns that long without a break, and
    their length is not fixed.
    """
    found = DURATION.fullmatch(text)
    if found is None or re.search(r"[YW]|M[^T]*T|^P[^T]*M", text):
        return None
    parts = found.groupdict(default="0")
    days, hours, minutes, seconds = (
        float(parts[name]) for name in ("days", "hours", "minutes", "seconds")
    )
    total = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
    return round(total) if math.isfinite(total) else None
