"""Sessions over HTTP: read them and their events, keep them alive, note something beside them.

TimeBack's documents name what is here, but the addresses of it were not to be found; these
are built like its others: ``/sessions/1.0`` as ``/events/1.0``, the session by its URN below.
Like all routes they stand on top of the packages, and ask ``insights`` how a session reads.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Query
from fastapi.responses import JSONResponse
from sqlalchemy import ColumnElement, Connection, and_, true

from timeback_desktop.backend.asking import (
    From,
    Limit,
    Offset,
    Page,
    To,
    end_of,
    instant_of,
    school_zone,
    zone_of,
)
from timeback_desktop.backend.auth.principal import Principal, PrincipalKind, require_scope
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.events.readers import tenant_of
from timeback_desktop.backend.events.stored import stored
from timeback_desktop.backend.insights.service import Chosen, State
from timeback_desktop.backend.roster.service import may_read
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.sessions import finding, heartbeats, notes, schemas, told
from timeback_desktop.backend.sessions.finding import Known
from timeback_desktop.backend.sessions.heartbeats import Heartbeat, Outcome
from timeback_desktop.backend.sessions.models import sessions
from timeback_desktop.backend.sessions.schemas import HeartbeatIn
from timeback_desktop.backend.sessions.timeouts import timeout_ms
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import from_iri

router = APIRouter(prefix="/sessions/1.0", tags=["sessions"])

Json = dict[str, Any]
Reader = Annotated[Principal, Depends(require_scope(EVENTS_READONLY))]
Writer = Annotated[Principal, Depends(require_scope(EVENTS_WRITE))]
UserId = Annotated[str | None, Query(alias="userId", max_length=2048)]
ApplicationId = Annotated[str | None, Query(alias="applicationId", max_length=2048)]
EventLimit = Annotated[int, Query(ge=1, le=1000)]
Notes = Annotated[Json, Body(examples=[{"lesson": "fractions-3", "device": "tablet"}])]


@router.get("")
@router.get("/", include_in_schema=False)
def list_sessions(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    principal: Reader,
    platform: CurrentPlatform,
    user_id: UserId = None,
    application_id: ApplicationId = None,
    state: State | None = None,
    from_: From = None,
    to: To = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Json:
    """Return sessions that touch the range, newest first; a person's own unless told whose."""
    tenant = tenant_of(principal)
    with reading(platform.engine) as connection:
        student = _student(connection, principal, user_id)
        app_id = application_id and from_iri(application_id)
        chosen = and_(
            _whose(principal, tenant, student),
            Chosen(app_id, state).condition,
            _in_range(connection, tenant, from_, to),
        )
        found, total = finding.page(connection, chosen, limit, offset)
        shown = _written(connection, tenant, found)
    return {"sessions": shown, "pagination": Page(limit, offset).told(len(shown), total)}


def _student(connection: Connection, principal: Principal, user_id: str | None) -> str | None:
    """Return whose sessions are asked for; ``None`` for everybody's, which a client may ask."""
    if user_id is None:
        return None if principal.kind is PrincipalKind.CLIENT else principal.user_id
    student = from_iri(user_id)
    if not may_read(connection, principal, student):
        raise HTTPException(403, "This token may not read about this person.")
    return student


def _whose(principal: Principal, tenant: str, student: str | None) -> ColumnElement[bool]:
    wanted = [sessions.c.publisher_id == tenant]
    if student is not None:
        wanted.append(sessions.c.user_id == student)
    if principal.application_id is not None:
        wanted.append(sessions.c.application_id == principal.application_id)
    return and_(*wanted)


def _in_range(
    connection: Connection, tenant: str, from_: str | None, to: str | None
) -> ColumnElement[bool]:
    """Return the condition for sessions that touch a range."""
    zone = zone_of(None, school_zone(connection, tenant))
    wanted: list[ColumnElement[bool]] = [true()]
    if from_:
        wanted.append(sessions.c.ended_ms >= instant_of(from_, zone, "/from"))
    if to:
        wanted.append(sessions.c.started_ms < end_of(to, zone, "/to"))
    return and_(*wanted)


def _written(connection: Connection, tenant: str, found: list[Known]) -> list[Json]:
    return schemas.written(connection, tenant, found, timeout_ms(connection, tenant))


@router.get("/{session_id}")
def read_session(
    session_id: str, principal: Reader, platform: CurrentPlatform, user_id: UserId = None
) -> Json:
    """Return one session; ``userId`` says whose, should two students have one of this name."""
    with reading(platform.engine) as connection:
        known = _readable(connection, principal, session_id, user_id)
        (shown,) = _written(connection, tenant_of(principal), [known])
        noted = notes.notes_on(connection, tenant_of(principal), known)
    return {"session": {**shown, "metadata": noted}}


def _readable(
    connection: Connection, principal: Principal, session_id: str, user_id: str | None
) -> Known:
    named = finding.named(tenant_of(principal), session_id)
    return finding.readable(connection, principal, named, user_id and from_iri(user_id))


@router.get("/{session_id}/events")
def list_session_events(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    session_id: str,
    principal: Reader,
    platform: CurrentPlatform,
    user_id: UserId = None,
    limit: EventLimit = 100,
    offset: Offset = 0,
) -> Json:
    """Return the events of a session in the order in which they happened."""
    with reading(platform.engine) as connection:
        known = _readable(connection, principal, session_id, user_id)
        found = told.events_of(connection, tenant_of(principal), known)
    shown = [stored(kept) for kept in found[offset : offset + limit]]
    return {"events": shown, "pagination": Page(limit, offset).told(len(shown), len(found))}


@router.post("/{session_id}/heartbeat")
def send_heartbeat(
    session_id: str,
    principal: Writer,
    platform: CurrentPlatform,
    said: HeartbeatIn | None = None,
) -> JSONResponse:
    """Say that a session goes on: begins one that is unseen, and lengthens one that is open.

    One that is over stays as it is, which is told with 409.
    """
    tenant, asked = tenant_of(principal), said or HeartbeatIn()
    named, user_id = finding.named(tenant, session_id), asked.user_id and from_iri(asked.user_id)
    now_ms = platform.now()
    with writing(platform.engine) as connection:
        known = finding.writable(connection, principal, named, user_id)
        heart = _heartbeat(connection, principal, known, named, asked, now_ms)
        outcome, taken = heartbeats.beat(connection, principal, known, heart, now_ms)
        now = finding.known(connection, principal, named, heart.user_id)
        (shown,) = _written(connection, tenant, [now])
    if taken is not None and taken.students:
        platform.arrivals.tell(tenant, taken.students)
    status = {Outcome.CREATED: 201, Outcome.COMPLETED: 409}.get(outcome, 200)
    told_so = {"message": "This session is over."} if outcome is Outcome.COMPLETED else {}
    return JSONResponse({**told_so, "status": str(outcome), "session": shown}, status)


def _heartbeat(  # noqa: PLR0913, PLR0917 - who says what of which session, and when
    connection: Connection,
    principal: Principal,
    known: Known | None,
    named: str,
    asked: HeartbeatIn,
    now_ms: int,
) -> Heartbeat:
    """Return the heartbeat that was meant: of the session as it is known, or as it is told."""
    at_ms = now_ms
    if asked.at is not None:
        zone = zone_of(None, school_zone(connection, tenant_of(principal)))
        at_ms = instant_of(asked.at, zone, "/at")
    at_ms = heartbeats.whole_second(at_ms)
    if known is not None:
        app_id = known.span.application_id or principal.application_id
        return Heartbeat(known.user_id, app_id, known.span.id, at_ms)
    user_id = from_iri(asked.user_id) if asked.user_id else principal.user_id
    if user_id is None:
        raise ContractFault("Tell whose session this is: it is new.", status=422, pointer="/userId")
    if principal.kind is not PrincipalKind.CLIENT and user_id != principal.user_id:
        raise HTTPException(403, "A person keeps only sessions of their own alive.")
    app_id = from_iri(asked.application_id) if asked.application_id else principal.application_id
    return Heartbeat(user_id, app_id, named, at_ms)


@router.get("/{session_id}/metadata")
def read_metadata(
    session_id: str, principal: Reader, platform: CurrentPlatform, user_id: UserId = None
) -> Json:
    """Return what is noted beside a session."""
    with reading(platform.engine) as connection:
        known = _readable(connection, principal, session_id, user_id)
        return {"metadata": notes.notes_on(connection, tenant_of(principal), known)}


@router.put("/{session_id}/metadata")
def put_metadata(
    session_id: str,
    body: Notes,
    principal: Writer,
    platform: CurrentPlatform,
    user_id: UserId = None,
) -> Json:
    """Note this beside a session, instead of all that was."""
    return _noted(platform, principal, session_id, user_id, body, patch=False)


@router.patch("/{session_id}/metadata")
def patch_metadata(
    session_id: str,
    body: Notes,
    principal: Writer,
    platform: CurrentPlatform,
    user_id: UserId = None,
) -> Json:
    """Merge this into what is noted beside a session, as RFC 7396 says."""
    return _noted(platform, principal, session_id, user_id, body, patch=True)


def _noted(  # noqa: PLR0913 - who notes what beside which session, and how
    platform: Platform,
    principal: Principal,
    session_id: str,
    user_id: str | None,
    body: Json,
    *,
    patch: bool,
) -> Json:
    tenant = tenant_of(principal)
    named = finding.named(tenant, session_id)
    notes.check(body)
    with writing(platform.engine) as connection:
        known = finding.known(connection, principal, named, user_id and from_iri(user_id))
        whole = notes.merged(notes.notes_on(connection, tenant, known), body) if patch else body
        return {"metadata": notes.put_notes(connection, tenant, known, whole, platform.now())}
