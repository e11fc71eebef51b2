"""Listening to a board in a test: an open stream of the bare app, and what is told to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.helpers.backends import RUN_SECRET, InProcess, bearer
from tests.helpers.event_door import AVA, EVENTS, START, body
from tests.helpers.lived_days import ELEMENTARY, MINUTE, WILLOW, app_of
from timeback_desktop import ids
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper import insights as wire
from timeback_desktop.clock import iso_utc
from timeback_desktop.net.event_stream import EventStream, ServerEvent
from timeback_desktop.partition import State

Json = dict[str, Any]
PATIENCE_S = 5.0
CLASS = f"/feed/1.0/classes/{WILLOW}"
ORG = f"/feed/1.0/orgs/{ELEMENTARY}"
USER = f"/feed/1.0/users/{AVA.id}"
MARKER = "MARKER-walnut-7731"


@dataclass
class Listening:
    """One open stream: its status and headers, and what has come of it."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytearray = field(default_factory=bytearray)
    events: asyncio.Queue[ServerEvent] = field(default_factory=asyncio.Queue)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    stream: EventStream = field(default_factory=EventStream)

    async def send(self, message: Any) -> None:
        """Take what the app sends, as a server would; one who does not read blocks it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            self.begun.set()
            return
        await self.reads.wait()
        self.raw += message.get("body", b"")
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            for event in self.stream.feed(message.get("body", b"")):
                self.events.put_nowait(event)

    async def next(self, *words: str) -> tuple[str, dict[str, Any]]:
        """Return the next event, or the next of these kinds."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event = await self.events.get()
                if not words or event.type in words:
                    return event.type, json.loads(event.data)

    async def ended(self) -> bool:
        """Wait for the stream to end."""
        async with asyncio.timeout(PATIENCE_S):
            await self.over.wait()
        return True

    @property
    def last_id(self) -> str:
        """Return the id to go on from."""
        return self.stream.last_id


@asynccontextmanager
async def listening(
    site: InProcess, path: str, token: str, *, reads: bool = True, **headers: str
) -> AsyncIterator[Listening]:
    """Open a stream, wait for its answer, and hang up at the end."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    told = {"host": urlsplit(site.platform.settings.url).netloc, **bearer(token), **named}
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in told.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    heard, gone = Listening(), asyncio.Event()
    if reads:
        heard.reads.set()
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        if (message := next(asked, None)) is not None:
            return message
        await gone.wait()
        return {"type": "http.disconnect"}

    async def run() -> None:
        try:
            await site.app(scope, receive, heard.send)
        finally:
            heard.over.set()
            heard.begun.set()

    task = asyncio.create_task(run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await heard.begun.wait()
        yield heard
    finally:
        gone.set()
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait([task])


async def ask(site: InProcess, method: str, path: str, token: str, **given: Any) -> httpx.Response:
    """Ask the bare app."""
    transport = httpx.ASGITransport(site.app)
    headers = {"Content-Type": "application/json", **bearer(token)}
    base = site.platform.settings.url
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        return await client.request(method, path, headers=headers, **given)


async def tell(site: InProcess, *events: Json, token: str = RUN_SECRET) -> None:
    """Send events that must be taken."""
    answer = await ask(site, "POST", EVENTS, token, content=body(*events))
    assert {each["status"] for each in answer.json()["results"]} == {"accepted"}, answer.text


def minute(
    site: InProcess,
    session: str,
    number: int,
    state: State = State.ON_TASK,
    learner: caliper.Learner = AVA,
) -> Json:
    """Return a minute of time, some minutes after the start."""
    start = START + number * MINUTE
    found = caliper.time_spent(
        ids.mint(), learner, app_of(site), session, state, None, start, MINUTE
    )
    assert found is not None
    return found


def opened(site: InProcess, session: str) -> Json:
    """Return the beginning of a session."""
    span = caliper.SessionSpan(session, START)
    return caliper.logged_in(ids.mint(), AVA, app_of(site), span, START)


def closed(site: InProcess, session: str, at: int) -> Json:
    """Return the end of a session."""
    span = caliper.SessionSpan(session, START, None, at - START)
    return caliper.logged_out(ids.mint(), AVA, app_of(site), span, at, "ended")


def noticed(site: InProcess, session: str, learner: caliper.Learner = AVA) -> Json:
    """Return something that was noticed, with words that must not go on."""
    found = wire.Insight(
        id=ids.mint(), kind="rushing", detail=None, rule="fast", version=1, started_at_ms=START,
        ms=MINUTE, on_task_ms=0, confidence=0.5, thresholds={}, counts={},
        reasoning=MARKER, student_reasoning=MARKER,
    )  # fmt: skip
    return wire.noted(wire.Place(learner, app_of(site), session), found)


def completed(site: InProcess) -> Json:
    """Return a completed activity as an app tells it."""
    metrics = [("xpEarned", 12.5), ("totalQuestions", 10), ("correctQuestions", 9)]
    return {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:{ids.mint()}",
        "type": "ActivityEvent",
        "profile": "TimebackProfile",
        "actor": {"id": f"urn:uuid:{AVA.id}", "type": "TimebackUser", "email": AVA.email},
        "action": "Completed",
        "object": {"id": "urn:x:context", "type": "TimebackActivityContext", "subject": "Math",
                   "app": {"name": "Tool"}, "course": {"name": MARKER},
                   "activity": {"name": MARKER}},
        "generated": {"id": "urn:x:m", "type": "TimebackActivityMetricsCollection",
                      "items": [{"type": kind, "value": value} for kind, value in metrics]},
        "eventTime": iso_utc(START + MINUTE),
        "edApp": f"urn:uuid:{site.tool.id}",
        "session": "urn:tag:auto-attach",
    }  # fmt: skip


def of(snapshot: Json, learner: caliper.Learner = AVA) -> Json:
    """Return one student of a snapshot."""
    (found,) = [each for each in snapshot["students"] if each["userId"] == learner.id]
    return dict(found)
