"""The Insights API: for the student himself, his teachers, and clients with the scope.

What is said of a judgement comes in here too: a review by a teacher of the student, a
contest by the student himself.
"""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import CurrentPrincipal, Principal
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.events.reading import is_lived
from timeback_desktop.backend.insights import disputes, service
from timeback_desktop.backend.insights.judgements import Status
from timeback_desktop.backend.insights.record import Asked
from timeback_desktop.backend.insights.schemas import ContestIn, ReviewIn
from timeback_desktop.backend.roster.service import may_read
from timeback_desktop.backend.runtime import CurrentPlatform
from timeback_desktop.clock import parse_iso_utc
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import from_iri

router = APIRouter(prefix="/insights/1.0", tags=["insights"])

_DAY_MS = 86_400_000
LONGEST_RANGE_MS = 400 * _DAY_MS

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
    asked_for = (include or "").split(",")
    parts = frozenset(part for part in service.Include if part in asked_for)
    with reading(platform.engine) as connection:
        asked = _asked(
            connection, principal, user_id, _instant(from_, "/from"), _instant(to, "/to")
        )
        page = service.Page(limit, offset)
        return service.sessions_page(connection, asked, page, parts)


@router.get("/users/{user_id}")
@router.get("/users/{user_id}/insights")
def list_insights(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    user_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    from_: From = None,
    to: Instant = None,
    limit: Limit = 50,
    offset: Offset = 0,
    status: Status | None = None,
) -> dict[str, Any]:
    """Return what was noticed about a student, newest first, with what was said of it."""
    with reading(platform.engine) as connection:
        asked = _asked(
            connection, principal, user_id, _instant(from_, "/from"), _instant(to, "/to")
        )
        return service.insights_page(connection, asked, service.Page(limit, offset), status)


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


@router.post("/insights/{insight_id}/review")
def review_insight(
    insight_id: str, said: ReviewIn, principal: CurrentPrincipal, platform: CurrentPlatform
) -> dict[str, Any]:
    """Take a teacher's word on an insight, and return the insight as it reads now."""
    with writing(platform.engine) as connection:
        row = disputes.readable(connection, principal, from_iri(insight_id))
        return disputes.review(
            connection, principal, row, said.review_result, said.review_notes, platform.now()
        )


@router.post("/insights/{insight_id}/contest")
def contest_insight(
    insight_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    said: ContestIn | None = None,
) -> dict[str, Any]:
    """Take the student's word that an insight is wrong, and return it as it reads now."""
    with writing(platform.engine) as connection:
        row = disputes.readable(connection, principal, from_iri(insight_id))
        withdrawn = said is not None and said.withdrawn
        return disputes.contest(connection, principal, row, platform.now(), withdrawn=withdrawn)


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
    if not is_lived(instant_ms):
        raise ContractFault("This instant is out of range.", pointer=pointer)
    return instant_ms


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ContractFault("This is not an IANA time zone.", pointer="/timezone") from error
