"""The Insights API: for the student himself, his teachers, and clients with the scope."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import CurrentPrincipal, Principal
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.insights import service
from timeback_desktop.backend.insights.record import Asked
from timeback_desktop.backend.roster.service import may_read
from timeback_desktop.backend.runtime import CurrentPlatform
from timeback_desktop.clock import parse_iso_utc
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import from_iri

router = APIRouter(prefix="/insights/1.0", tags=["insights"])

_DAY_MS = 86_400_000
LONGEST_RANGE_MS = 400 * _DAY_MS
_LATEST_MS = 32_503_680_000_000  # the year 3000, as in events.directory

Instant = Annotated[str | None, Query(max_length=64)]
From = Annotated[str | None, Query(alias="from", max_length=64)]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Include = Annotated[str | None, Query(max_length=64)]
Timezone = Annotated[str, Query(max_length=64)]


@router.get("/users/{user_id}/sessions")
def list_sessions(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    user_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    from_: From = None,
    to: Instant = None,
    limit: Limit = 50,
    offset: Offset = 0,
    include: Include = None,
) -> dict[str, Any]:
    """Return a student's sessions that touch the range, newest first."""
    segments = "segments" in (include or "").split(",")
    with reading(platform.engine) as connection:
        asked = _asked(
            connection, principal, user_id, _instant(from_, "/from"), _instant(to, "/to")
        )
        page = service.Page(limit, offset)
        return service.sessions_page(connection, asked, page, with_segments=segments)


@router.get("/users/{user_id}/overview")
def show_overview(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    user_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    from_: From = None,
    to: Instant = None,
    timezone: Timezone = "UTC",
) -> dict[str, Any]:
    """Return a student's time and questions by local day; the last 7 days unless told."""
    zone = _zone(timezone)
    to_ms = _instant(to, "/to")
    to_ms = platform.now() if to_ms is None else to_ms
    from_ms = _instant(from_, "/from")
    from_ms = max(0, to_ms - 7 * _DAY_MS) if from_ms is None else from_ms
    if not 0 < to_ms - from_ms <= LONGEST_RANGE_MS:
        raise ContractFault("to comes after from, by 400 days at most.", pointer="/to")
    with reading(platform.engine) as connection:
        asked = _asked(connection, principal, user_id, from_ms, to_ms)
        return service.overview(connection, asked, zone)


def _asked(
    connection: Connection,
    principal: Principal,
    user_id: str,
    from_ms: int | None,
    to_ms: int | None,
) -> Asked:
    student = from_iri(user_id)
    if principal.publisher_id is None or not may_read(connection, principal, student):
        raise HTTPException(403, "This token may not read about this person.")
    return Asked(principal.publisher_id, student, from_ms, to_ms)


def _instant(text: str | None, pointer: str) -> int | None:
    if text is None:
        return None
    try:
        # A plus sign that was not escaped arrives as a space.
        instant_ms = parse_iso_utc(text.replace(" ", "+"))
    except (ValueError, OverflowError) as error:
        raise ContractFault("This is not an instant with a time zone.", pointer=pointer) from error
    if not 0 <= instant_ms < _LATEST_MS:
        raise ContractFault("This instant is out of range.", pointer=pointer)
    return instant_ms


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ContractFault("This is not an IANA time zone.", pointer="/timezone") from error
