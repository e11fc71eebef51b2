"""Who asks about whom: every question to EduBridge is about one tenant, and often one student."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import HTTPException
from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.events.reading import is_lived
from timeback_desktop.backend.roster.service import find_user, find_user_by_email, may_read
from timeback_desktop.clock import local_date, midnight_ms, parse_iso_utc
from timeback_desktop.errors import ContractFault

_DAY_MS = 86_400_000
LONGEST_RANGE_MS = 400 * _DAY_MS


def tenant_of(principal: Principal) -> str:
    """Return whose data the caller works on, or answer 403."""
    if principal.publisher_id is None:
        raise HTTPException(403, "This token belongs to no school.")
    return principal.publisher_id


def client_tenant(principal: Principal) -> str:
    """Return whose data a client works on; a person may not ask about everybody."""
    if principal.kind is not PrincipalKind.CLIENT:
        raise HTTPException(403, "Only an API client may ask this.")
    return tenant_of(principal)


def student_of(
    connection: Connection, principal: Principal, student_id: str | None, email: str | None
) -> str:
    """Return the person that is asked about, when the caller may read about that person."""
    tenant = tenant_of(principal)
    if not student_id and not email:
        raise ContractFault("Name the student by studentId or email.", pointer="/studentId")
    found = find_user(connection, tenant, student_id) if student_id else None
    if not student_id and email:
        found = find_user_by_email(connection, tenant, email)
    if found is not None and may_read(connection, principal, found):
        return found
    if principal.kind is PrincipalKind.CLIENT:
        raise no_such("user", student_id or email or "")
    raise HTTPException(403, "This token may not read about this person.")


def no_such(kind: str, named: str) -> ContractFault:
    """Return the fault that there is no ``kind`` of that name."""
    return ContractFault(f"There is no {kind} {named!r} here.", status=404)


def zone_of(name: str | None) -> ZoneInfo:
    """Return the time zone that days are counted in."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ContractFault("This is not an IANA time zone.", pointer="/timezone") from error


def instant_of(text: str, zone: ZoneInfo, pointer: str, *, end: bool = False) -> int:
    """Read an instant, or a bare day: its first millisecond, or at the ``end`` its last."""
    try:
        instant_ms = _day(text, zone, end=end) if "T" not in text else _instant(text)
    except (ValueError, OverflowError) as error:
        raise ContractFault("This is not a day or an instant.", pointer=pointer) from error
    if not is_lived(instant_ms):
        raise ContractFault("This instant is out of range.", pointer=pointer)
    return instant_ms


def _day(text: str, zone: ZoneInfo, *, end: bool) -> int:
    day = date.fromisoformat(text)
    return midnight_ms(day + timedelta(days=1), zone) - 1 if end else midnight_ms(day, zone)


def _instant(text: str) -> int:
    # A plus sign that was not escaped arrives as a space.
    return parse_iso_utc(text.replace(" ", "+"))


def checked_range(from_ms: int, to_ms: int) -> tuple[int, int]:
    """Return a range whose end is after its beginning, and not too far after."""
    if not 0 < to_ms - from_ms <= LONGEST_RANGE_MS:
        raise ContractFault(
            "endDate comes after startDate, by 400 days at most.", pointer="/endDate"
        )
    return from_ms, to_ms


def week_around(instant_ms: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return the week, Monday to Sunday, that an instant falls into."""
    day = local_date(instant_ms, zone)
    monday = day - timedelta(days=day.weekday())
    return midnight_ms(monday, zone), midnight_ms(monday + timedelta(days=7), zone)
