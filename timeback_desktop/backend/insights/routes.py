"""The Insights API: for the student himself, his teachers, and clients with the scope.

Here is what is asked about one student; ``group_routes`` answer about classes and schools,
``review_routes`` take in what people say of a judgement.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, HTTPException, Query, Response
from sqlalchemy import Connection

from timeback_desktop.backend.asking import (
    DAY_MS,
    From,
    Limit,
    Offset,
    Page,
    Range,
    Timezone,
    To,
    Word,
    checked_range,
    end_of,
    instant_of,
    school_zone,
    zone_of,
)
from timeback_desktop.backend.auth.principal import EVENTS_READONLY, CurrentPrincipal, Principal
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.insights import (
    changes,
    group_routes,
    kinds,
    overview,
    review_routes,
    service,
)
from timeback_desktop.backend.insights.judgements import Sort, Status, Wanted
from timeback_desktop.backend.insights.written import Granularity
from timeback_desktop.backend.roster.service import may_read
from timeback_desktop.backend.runtime import CurrentPlatform
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.ids import from_iri

router = APIRouter(prefix="/insights/1.0", tags=["insights"])
router.include_router(group_routes.router)
router.include_router(review_routes.router)

Json = dict[str, Any]
ApplicationId = Annotated[str | None, Query(alias="applicationId", max_length=64)]
SessionId = Annotated[str | None, Query(alias="sessionId", max_length=64)]
Kinds = Annotated[str | None, Query(alias="type", max_length=512)]
MinSeconds = Annotated[int | None, Query(alias="minSeconds", ge=0, le=400 * 86_400)]


@router.get("/users/{user_id}/sessions")
def list_sessions(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    user_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    from_: From = None,
    to: To = None,
    limit: Limit = 50,
    offset: Offset = 0,
    include: Word = None,
    application_id: ApplicationId = None,
    state: service.State | None = None,
) -> Json:
    """Return a student's sessions that touch the range, newest first."""
    asked_for = (include or "").split(",")
    parts = frozenset(part for part in service.Include if part in asked_for)
    which = service.Chosen(application_id and from_iri(application_id), state)
    with reading(platform.engine) as connection:
        asked = _asked(connection, principal, user_id, from_, to)
        return service.sessions_page(connection, asked, Page(limit, offset), parts, which)


@router.get("/users/{user_id}")
@router.get("/users/{user_id}/insights")
def list_insights(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    user_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    from_: From = None,
    to: To = None,
    limit: Limit = 50,
    offset: Offset = 0,
    status: Status | None = None,
    type_: Kinds = None,
    application_id: ApplicationId = None,
    session_id: SessionId = None,
    min_seconds: MinSeconds = None,
    sort: Sort = Sort.NEWEST,
    since: Word = None,
) -> Json:
    """Return what was noticed about a student, newest first, with what was said of it.

    With ``since`` (a cursor of an answer before, or an instant) it is what changed from then
    on: new insights, contests and reviews; filters and pages are of no account there.
    """
    wanted = Wanted(
        kinds=review_routes.words(type_),
        status=status,
        application_id=application_id and from_iri(application_id),
        session_id=session_id and from_iri(session_id),
        min_seconds=min_seconds,
        sort=sort,
    )
    with reading(platform.engine) as connection:
        asked = _asked(connection, principal, user_id, from_, to)
        if since is not None:
            after = _cursor(connection, asked, since)
            return changes.since(connection, asked, after, platform.now())
        cursor = changes.now_at(connection, asked, platform.now())
        found = service.insights_page(connection, asked, Page(limit, offset), wanted)
        return {**found, "cursor": str(cursor)}


@router.get("/users/{user_id}/overview")
def show_overview(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    user_id: str,
    principal: CurrentPrincipal,
    platform: CurrentPlatform,
    from_: From = None,
    to: To = None,
    timezone: Timezone = None,
    granularity: Granularity = Granularity.DAY,
) -> Response:
    """Return a student's time and results by day, week or month; the last 7 days unless told."""
    with reading(platform.engine) as connection:
        asked = _asked(connection, principal, user_id, None, None)
        zone = zone_of(timezone, school_zone(connection, asked.publisher_id))
        to_ms = platform.now() if to is None else end_of(to, zone, "/to")
        from_ms = max(0, to_ms - 7 * DAY_MS)
        if from_ is not None:
            from_ms = instant_of(from_, zone, "/from")
        over = Range(*checked_range(from_ms, to_ms), zone)
        told = overview.overview(connection, asked, over, granularity)
    return Response(msgspec.json.encode(told), media_type="application/json")


@router.get("/sessions/{session_id}")
def show_session(session_id: str, principal: CurrentPrincipal, platform: CurrentPlatform) -> Json:
    """Return one session with its strip, and what was noticed in it."""
    tenant = principal.publisher_id
    with reading(platform.engine) as connection:
        found = tenant and service.one_session(
            connection,
            tenant,
            from_iri(session_id),
            lambda user_id: may_read(connection, principal, user_id),
        )
    if not found:
        raise HTTPException(404, "There is no such session.")
    return found


@router.get("/types")
def list_types(principal: CurrentPrincipal, platform: CurrentPlatform) -> Json:
    """Return every word for a state, a pattern or an insight, and what it means."""
    if principal.publisher_id is None or EVENTS_READONLY not in principal.scopes:
        raise HTTPException(403, "This token may not read insights.")
    with reading(platform.engine) as connection:
        return {"types": kinds.every_kind(connection, principal.publisher_id)}


def _asked(
    connection: Connection, principal: Principal, user_id: str, from_: str | None, to: str | None
) -> Asked:
    student = from_iri(user_id)
    tenant = principal.publisher_id
    if tenant is None or not may_read(connection, principal, student):
        raise HTTPException(403, "This token may not read about this person.")
    if from_ is None and to is None:
        return Asked(tenant, student)
    zone = zone_of(None, school_zone(connection, tenant))
    from_ms = None if from_ is None else instant_of(from_, zone, "/from")
    return Asked(tenant, student, from_ms, None if to is None else end_of(to, zone, "/to"))


def _cursor(connection: Connection, asked: Asked, text: str) -> changes.Cursor:
    found = changes.Cursor.read(text)
    if found is not None:
        return found
    if "T" not in text:
        raise changes.unreadable()
    zone = zone_of(None)
    return changes.at_instant(connection, asked, instant_of(text, zone, "/since"))
