"""Stored events out, jobs, and the dry run: what clients ask beside sending.

Envelopes themselves are answered by ``door``, but for EduBridge's own name of it, which
answers in EduBridge's form.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from timeback_desktop.backend.asking import Offset, end_of, instant_of, school_zone, zone_of
from timeback_desktop.backend.auth.principal import (
    CurrentPrincipal,
    Principal,
    PrincipalKind,
    bearer_token,
    require_scope,
)
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.environments import door_of
from timeback_desktop.backend.events import archive, listing, schemas
from timeback_desktop.backend.events.intake import Posted, take
from timeback_desktop.backend.events.jobs import find_job
from timeback_desktop.backend.events.listing import Sought
from timeback_desktop.backend.events.readers import may_see, people_asked_for, tenant_of
from timeback_desktop.backend.events.stored import stored
from timeback_desktop.backend.events.validating import Verdict, validate
from timeback_desktop.backend.runtime import CurrentPlatform
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.caliper.datatypes import is_event_id
from timeback_desktop.caliper.envelope import EnvelopeFault
from timeback_desktop.ids import to_urn

router = APIRouter(tags=["events"])

LIST_PATHS = ("/caliper/events", "/caliper/events/", "/analytics/events")
VALIDATE_PATHS = (
    "/caliper/event/validate",
    "/caliper/v1p2/validate",
    "/caliper/v1p2/events/validate",
    "/ims/caliper/v1p2/events/validate",
    "/events/1.0/validate",
    "/events/validate",
)
EDUBRIDGE_PATH = "/edubridge/caliper/event"

Json = dict[str, Any]
Reader = Annotated[Principal, Depends(require_scope(EVENTS_READONLY))]
EitherWay = Annotated[Principal, Depends(require_scope(EVENTS_WRITE, EVENTS_READONLY))]
Limit = Annotated[int, Query(ge=1, le=1000)]
Sensor = Annotated[str | None, Query(max_length=2048)]
Start = Annotated[str | None, Query(alias="startDate", max_length=64)]
End = Annotated[str | None, Query(alias="endDate", max_length=64)]
ActorId = Annotated[str | None, Query(alias="actorId", max_length=2048)]
ActorEmail = Annotated[str | None, Query(alias="actorEmail", max_length=320)]


def list_events(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    principal: Reader,
    platform: CurrentPlatform,
    limit: Limit = 100,
    offset: Offset = 0,
    sensor: Sensor = None,
    start_date: Start = None,
    end_date: End = None,
    actor_id: ActorId = None,
    actor_email: ActorEmail = None,
) -> Json:
    """Return stored events, the latest to arrive first; the dates are of when they happened."""
    with reading(platform.engine) as connection:
        from_ms, to_ms = _between(connection, principal, start_date, end_date)
        sought = Sought(
            publisher_id=tenant_of(principal),
            people=people_asked_for(connection, principal, actor_id, actor_email),
            application_id=principal.application_id,
            sensor=sensor,
            from_ms=from_ms,
            to_ms=to_ms,
        )
        found, total = listing.page(connection, sought, limit, offset)
    return {
        "events": [stored(kept) for kept in found],
        "pagination": {
            "total": total,
            "totalPages": -(-total // limit),
            "currentPage": offset // limit + 1,
            "limit": limit,
        },
    }


def _between(
    connection: Connection, principal: Principal, start: str | None, end: str | None
) -> tuple[int | None, int | None]:
    """Read the dates; a bare day is one of the school's, and the end is in what is asked for."""
    zone = zone_of(None, school_zone(connection, tenant_of(principal)))
    from_ms = instant_of(start, zone, "/startDate") if start else None
    if not end:
        return from_ms, None
    return from_ms, end_of(end, zone, "/endDate") + (1 if "T" in end else 0)


@router.get("/caliper/events/{external_id}")
def read_event(external_id: str, principal: Reader, platform: CurrentPlatform) -> Json:
    """Return one stored event by the id that it was sent with."""
    named = external_id if ":" in external_id else to_urn(external_id)
    with reading(platform.engine) as connection:
        kept = None
        if is_event_id(named):
            kept = archive.find(connection, tenant_of(principal), named)
        if kept is None or not may_see(connection, principal, kept):
            raise HTTPException(404, "There is no such event here.")
    return {"event": stored(kept)}


@router.get("/jobs/{job_id}/status")
def read_job(job_id: str, principal: EitherWay, platform: CurrentPlatform) -> Json:
    """Return what became of an envelope, by the job that its answer named."""
    with reading(platform.engine) as connection:
        found = find_job(connection, principal, job_id)
    if found is None:
        raise HTTPException(404, "There is no such job here.")
    return {"job": found}


async def validate_events(
    request: Request, principal: CurrentPrincipal, platform: CurrentPlatform
) -> JSONResponse:
    """Tell what would become of an envelope; nothing of it is stored.

    Whatever is wrong is told with 200, as the published client expects it; who asks for
    ``application/problem+json`` is answered with the status that sending would have.
    """
    _check_sender(principal)
    if _media_type(request) != "application/json":
        raise HTTPException(415, "Send the envelope as application/json.")
    body = await request.body()
    verdict = await run_in_threadpool(validate, platform.engine, principal, body, platform.now())
    asked = schemas.PROBLEM in request.headers.get("accept", "")
    return _problem(verdict) if asked and not verdict.is_good else JSONResponse(verdict.as_wire())


def _problem(verdict: Verdict) -> JSONResponse:
    told = verdict.as_problem()
    return JSONResponse(told, told["status"], media_type=schemas.PROBLEM)


def _check_sender(principal: Principal) -> None:
    """Let pass whom the door for events would let send."""
    by_scope = principal.kind is PrincipalKind.CLIENT or principal.is_lent
    if by_scope and EVENTS_WRITE not in principal.scopes:
        raise HTTPException(403, f"This token does not carry the scope {EVENTS_WRITE}.")
    tenant_of(principal)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


@router.post(EDUBRIDGE_PATH)
async def send_to_edubridge(
    request: Request, principal: CurrentPrincipal, platform: CurrentPlatform
) -> JSONResponse:
    """Take a Caliper envelope under EduBridge's name, and answer in its form."""
    _check_sender(principal)
    if _media_type(request) != "application/json":
        raise HTTPException(415, "Send the envelope as application/json.")
    body = await request.body()
    posted = Posted(bearer_token(request), door_of(request).environment, body)
    try:
        taken = await take(platform, posted)
    except EnvelopeFault as fault:
        told = schemas.envelope_problem(fault)
        return JSONResponse({"success": False, **told}, fault.status)
    if schemas.all_refused(taken.results):
        told = schemas.refused_problem(taken.results)
        return JSONResponse({"success": False, **msgspec.to_builtins(told)}, told["status"])
    return JSONResponse({"success": True, **msgspec.to_builtins(schemas.answer(taken))})


for _path in LIST_PATHS:
    router.add_api_route(
        _path, list_events, methods=["GET"], include_in_schema=_path == LIST_PATHS[0]
    )
for _path in VALIDATE_PATHS:
    router.add_api_route(
        _path, validate_events, methods=["POST"], include_in_schema=_path == VALIDATE_PATHS[0]
    )
