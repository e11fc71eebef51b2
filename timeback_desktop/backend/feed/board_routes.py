"""Boards over HTTP: streams of server-sent events about a class, a school or one person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from anyio import CancelScope
from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from timeback_desktop.backend.auth.principal import (
    EVENTS_READONLY,
    Principal,
    PrincipalKind,
    bearer_token,
    require_scope,
)
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.environments import door_of
from timeback_desktop.backend.feed.audience import (
    NoSuchGroup,
    may_listen,
    may_see_names,
    people_of,
)
from timeback_desktop.backend.feed.desk import Desk
from timeback_desktop.backend.feed.reporter import BoardReporter
from timeback_desktop.backend.feed.seats import (
    MOST_OF_PERSON,
    MOST_OF_PROGRAM,
    About,
    Reader,
    Seat,
    TooMany,
)
from timeback_desktop.backend.feed.words import KEEP_ALIVE, OPENING, marked
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.ids import from_iri

KEEP_ALIVE_S = 15.0
EVENT_STREAM = "text/event-stream"
_ACCEPTED = frozenset({EVENT_STREAM, "text/*", "*/*"})
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

LastId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=64)]
LastIdAsked = Annotated[str | None, Query(alias="lastEventId", max_length=64)]
Listening = Annotated[Principal, Depends(require_scope(EVENTS_READONLY))]

router = APIRouter(prefix="/feed/1.0", tags=["feed"])


class EventStream(StreamingResponse):
    """An answer that goes on until its seat ends, or its reader leaves."""

    media_type = EVENT_STREAM

    def __init__(self, desk: Desk, seat: Seat, lines: AsyncIterator[bytes]) -> None:
        super().__init__(lines, headers=_HEADERS)
        self._desk, self._seat = desk, seat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; the seat is free again afterwards, however it ends."""
        try:
            with CancelScope() as whole:
                self._seat.abandon = whole.cancel
                await super().__call__(scope, receive, send)
        finally:
            self._desk.leave(self._seat)


_TOLD: dict[int | str, dict[str, Any]] = {
    200: {"description": "Events, as long as the caller may hear them.",
          "content": {EVENT_STREAM: {"schema": {"type": "string"}}}},
    406: {"description": "The caller accepts no event stream."},
    429: {"description": "The caller has too many streams open already."},
}  # fmt: skip


@router.get("/classes/{class_id}", status_code=200, response_class=EventStream, responses=_TOLD)
async def listen_to_class(  # noqa: PLR0913, PLR0917 - who asks for what, and from where on
    class_id: str,
    request: Request,
    principal: Listening,
    platform: CurrentPlatform,
    last_id: LastId = None,
    last_id_asked: LastIdAsked = None,
) -> EventStream:
    """Stream what the students of a class do, to its teachers and whoever may read all."""
    return await _listen(
        request, principal, platform, About.CLASS, class_id, last_id or last_id_asked
    )


@router.get("/orgs/{org_id}", status_code=200, response_class=EventStream, responses=_TOLD)
async def listen_to_org(  # noqa: PLR0913, PLR0917 - who asks for what, and from where on
    org_id: str,
    request: Request,
    principal: Listening,
    platform: CurrentPlatform,
    last_id: LastId = None,
    last_id_asked: LastIdAsked = None,
) -> EventStream:
    """Stream what the students of a school do, to those who may read about all of them."""
    return await _listen(request, principal, platform, About.ORG, org_id, last_id or last_id_asked)


@router.get("/users/{user_id}", status_code=200, response_class=EventStream, responses=_TOLD)
async def listen_to_user(  # noqa: PLR0913, PLR0917 - who asks for what, and from where on
    user_id: str,
    request: Request,
    principal: Listening,
    platform: CurrentPlatform,
    last_id: LastId = None,
    last_id_asked: LastIdAsked = None,
) -> EventStream:
    """Stream what one student does, to himself and to whoever may read about him."""
    return await _listen(
        request, principal, platform, About.USER, user_id, last_id or last_id_asked
    )


async def _listen(  # noqa: PLR0913, PLR0917 - who asks for what, and from where on
    request: Request,
    principal: Principal,
    platform: Platform,
    about: About,
    subject: str,
    last_id: str | None,
) -> EventStream:
    if not _accepts_events(request.headers.get("accept", "*/*")):
        raise HTTPException(406, f"This is answered as {EVENT_STREAM} only.")
    reader = _reader(request, principal, about, from_iri(subject))
    people = await run_in_threadpool(_admitted, platform, principal, reader)
    seat = Seat(reader, people)
    desk = _seated(platform, principal, seat)
    try:
        opening = await _opening(desk, seat, last_id)
    except BaseException:
        desk.leave(seat)
        raise
    return EventStream(desk, seat, _lines(desk, seat, opening))


async def _opening(desk: Desk, seat: Seat, last_id: str | None) -> bytes:
    """Return what a stream begins with, once the desk hears of everything later."""
    await desk.ready()
    if seat.ended:
        raise HTTPException(503, "The platform cannot answer right now.", {"Retry-After": "2"})
    told = await run_in_threadpool(
        desk.reporter.opening, seat.people, named=seat.reader.named, since=last_id
    )
    return marked(*told)


def _accepts_events(accept: str) -> bool:
    """Tell whether an Accept header lets an event stream pass."""
    for told in accept.split(","):
        kind, _, more = told.partition(";")
        refused = more.replace(" ", "").lower() in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
        if kind.strip().lower() in _ACCEPTED and not refused:
            return True
    return False


def _reader(request: Request, principal: Principal, about: About, subject_id: str) -> Reader:
    return Reader(
        token=bearer_token(request) or "",
        environment=door_of(request).environment,
        tenant=principal.publisher_id or "",
        person=principal.user_id or principal.client_id or "",
        about=about,
        subject_id=subject_id,
        named=may_see_names(principal),
    )


def _admitted(platform: Platform, principal: Principal, reader: Reader) -> frozenset[str]:
    """Return whom the board is about; to strangers one that isn't there looks forbidden."""
    with reading(platform.engine) as connection:
        if not may_listen(connection, principal, reader.about, reader.subject_id):
            raise HTTPException(403, "This token may not hear of this.")
        try:
            return people_of(connection, reader.tenant, reader.about, reader.subject_id)
        except NoSuchGroup as error:
            raise HTTPException(404, "There is no such group.") from error


def _seated(platform: Platform, principal: Principal, seat: Seat) -> Desk:
    of_program = principal.kind is PrincipalKind.CLIENT
    most = MOST_OF_PROGRAM if of_program else MOST_OF_PERSON
    try:
        return platform.desks.join(
            platform.arrivals, seat, lambda: BoardReporter(platform, seat.reader.tenant), most
        )
    except TooMany as error:
        message = f"No more than {most} streams may be open at once."
        raise HTTPException(429, message, {"Retry-After": "15"}) from error


async def _lines(desk: Desk, seat: Seat, opening: bytes) -> AsyncIterator[bytes]:
    """Yield what goes over the wire until the seat ends."""
    yield OPENING + opening
    while True:
        blocks = await seat.take(KEEP_ALIVE_S)
        if seat.ended:
            return
        if seat.again is not None:
            why, seat.again = seat.again, None
            told = await run_in_threadpool(
                desk.reporter.again, seat.people, why, named=seat.reader.named
            )
            yield marked(*told)
        elif blocks:
            yield marked(blocks, seat.cursor)
        else:
            yield KEEP_ALIVE
