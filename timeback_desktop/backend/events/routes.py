"""The door for events: Caliper's HTTP binding, on TimeBack's paths.

The body is taken as raw bytes and worked on in a thread, because storing waits for the
disk; the answer is written after the commit.
"""

from __future__ import annotations

from dataclasses import replace
from email.message import Message
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import (
    EVENTS_WRITE,
    CurrentPrincipal,
    Principal,
    PrincipalKind,
)
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.events import schemas
from timeback_desktop.backend.events.service import ingest
from timeback_desktop.backend.registry.service import home_publisher
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.caliper.envelope import EnvelopeFault, open_envelope

router = APIRouter(tags=["events"])
PATHS = ("/events/1.0/", "/events/1.0", "/caliper/v1p2", "/caliper/event")


async def send_events(
    request: Request, principal: CurrentPrincipal, platform: CurrentPlatform
) -> JSONResponse:
    """Take a Caliper envelope and answer for each of its items."""
    _check_sender(principal)
    if not _is_json(request):
        text = "Send the envelope as application/json."
        found = schemas.problem(415, "media-type", "This media type is not taken.", text)
        return JSONResponse(found, 415, media_type=schemas.PROBLEM)
    body = await request.body()
    return await run_in_threadpool(_receive, platform, principal, body)


def configuration(principal: CurrentPrincipal) -> dict[str, Any]:
    """Tell a sensor what it may send here."""
    _check_sender(principal)
    return schemas.configuration()


for _path in PATHS:
    router.add_api_route(_path, send_events, methods=["POST"], include_in_schema=_path == PATHS[0])
    router.add_api_route(_path, configuration, methods=["GET"], include_in_schema=_path == PATHS[0])


def _check_sender(principal: Principal) -> None:
    """Let people pass for themselves, the desktop for its own, clients with the scope."""
    if principal.kind is PrincipalKind.CLIENT and EVENTS_WRITE not in principal.scopes:
        raise HTTPException(403, f"This token does not carry the scope {EVENTS_WRITE}.")


def _in_its_school(connection: Connection, principal: Principal) -> Principal:
    """Return the sender with its tenant: the desktop itself delivers for all who learn at it.

    What a student did is queued on the computer and may have to be sent long after the
    student's own token is gone.
    """
    if principal.kind is not PrincipalKind.DESKTOP:
        return principal
    tenant = home_publisher(connection)
    if tenant is None:
        raise HTTPException(409, "No school has been set up here yet.")
    return replace(principal, publisher_id=tenant)


def _is_json(request: Request) -> bool:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    charset = header.get_param("charset", "utf-8")
    return header.get_content_type() == "application/json" and str(charset).lower() == "utf-8"


def _receive(platform: Platform, principal: Principal, body: bytes) -> JSONResponse:
    try:
        envelope = open_envelope(body)
    except EnvelopeFault as fault:
        found = schemas.envelope_problem(fault)
        return JSONResponse(found, fault.status, media_type=schemas.PROBLEM)
    with writing(platform.engine) as connection:
        sender = _in_its_school(connection, principal)
        taken = ingest(connection, sender, envelope, platform.now())
    platform.arrivals.tell(sender.publisher_id, taken.students)
    if schemas.all_refused(taken.results):
        problem = schemas.refused_problem(taken.results)
        return JSONResponse(problem, 422, media_type=schemas.PROBLEM)
    return JSONResponse({"jobId": ids.mint(), "results": schemas.results_json(taken.results)})
