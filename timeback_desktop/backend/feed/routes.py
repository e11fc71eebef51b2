"""The session feed: asked by the desktop, answered when the app has told something."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.desktop.routes import CurrentPerson
from timeback_desktop.backend.feed.arrivals import Bell
from timeback_desktop.backend.feed.service import Listener, heard_since
from timeback_desktop.backend.runtime import CurrentPlatform, Platform

router = APIRouter(prefix="/desktop/1.0/sessions", tags=["desktop"])

LONGEST_WAIT_S = 25
LOOK_AGAIN_S = 5.0
"""Another process of the platform may have taken the event: its bell does not ring here."""

After = Annotated[int, Query(ge=0, le=2**62)]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT_S, allow_inf_nan=False)]


@router.get("/{session_id}/feed")
async def feed(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    session_id: UUID,
    person: CurrentPerson,
    platform: CurrentPlatform,
    request: Request,
    response: Response,
    after: After = 0,
    wait: Wait = 0,
) -> dict[str, Any]:
    """Return what the app told in the person's own session, waiting for it if need be."""
    response.headers["Cache-Control"] = "no-store"
    listener = Listener(person.publisher_id, person.user_id, str(session_id))
    deadline = asyncio.get_running_loop().time() + wait
    gone = asyncio.create_task(_gone(request))
    try:
        with platform.arrivals.bell(person.publisher_id, person.user_id) as bell:
            while True:
                told, after = await run_in_threadpool(_look, platform, listener, after)
                left = deadline - asyncio.get_running_loop().time()
                if told or left <= 0 or gone.done() or platform.arrivals.closed:
                    return {"events": told, "next": after}
                await _sleep(bell, gone, min(left, LOOK_AGAIN_S))
    finally:
        gone.cancel()


def _look(platform: Platform, listener: Listener, after: int) -> tuple[list[dict[str, Any]], int]:
    with reading(platform.engine) as connection:
        return heard_since(connection, listener, after)


async def _sleep(bell: Bell, gone: asyncio.Task[None], seconds: float) -> None:
    """Wait for the bell, for the listener to hang up, or for the time to pass."""
    rung = asyncio.create_task(bell.wait())
    try:
        await asyncio.wait({rung, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        rung.cancel()


async def _gone(request: Request) -> None:
    """Return when nobody listens to the answer any more."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
