"""The live feed of a class, a school or a student, kept open for as long as somebody looks.

It comes as server-sent events. A connection that breaks is taken up again where it broke, after
a pause that grows and is never the same for a whole school; a token that ran out is renewed. A
line that is silent for longer than the platform's signs of life is taken for broken.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from timeback_desktop.errors import BackendUnavailable
from timeback_desktop.net.apart import Apart
from timeback_desktop.net.event_stream import EventStream, ServerEvent, StreamFault
from timeback_desktop.net.feed import Place
from timeback_desktop.net.platform import is_this_computer
from timeback_desktop.sync.faults import retry_after_ms

_log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
LONGEST_RETRY_S = 120.0
SILENCE_S = 40.0
"""The platform gives a sign of life every 15 seconds."""
_FOR_GOOD = frozenset({
    HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
})  # fmt: skip


class Link(StrEnum):
    """How the feed stands: heard, broken and tried again, or refused for good."""

    OPEN = "open"
    BROKEN = "broken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of the feed: its kind, and what it tells."""

    word: str
    told: Mapping[str, Any]


Hear = Callable[[Heard], None]
Notice = Callable[[Link], None]


class LiveFeed:
    """Listen to one board at a time; what is heard comes on the feed's own thread."""

    def __init__(self, place: Place, hear: Hear, notice: Notice = lambda _: None) -> None:
        self._place, self._hear, self._notice = place, hear, notice
        self._listening: _Listening | None = None

    def start(self, token: str, path: str) -> None:
        """Listen to a board (``classes/{id}``, ``orgs/{id}``, ``users/{id}``) and no other."""
        self.stop()
        self._listening = _Listening(self._place, self._hear, self._notice, token, path)
        self._listening.start()

    def stop(self) -> None:
        """Stop at once: nothing is heard after this returns."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.stop()


class _Refused(Exception):
    """The platform will not let this token hear this board, however often it is asked."""


class _Busy(Exception):
    """The platform wants to be asked later."""

    def __init__(self, ms: int) -> None:
        super().__init__("busy")
        self.seconds = min(ms / 1000, LONGEST_RETRY_S)


class _Listening:
    """One board, one thread."""

    def __init__(self, place: Place, hear: Hear, notice: Notice, token: str, path: str) -> None:
        self._place, self._hear, self._notice = place, hear, notice
        self._token, self._path = token, path
        self._last_id = ""
        self._least_pause_s = FIRST_PAUSE_S
        self._pause_s = FIRST_PAUSE_S
        self._link: Link | None = None
        self._apart = Apart("live-feed", self._listen)

    def start(self) -> None:
        self._apart.start()

    def stop(self) -> None:
        self._apart.stop()

    async def _listen(self) -> None:
        try:
            while True:
                pause = await self._until_broken()
                await asyncio.sleep(pause)
        except _Refused:
            self._stands(Link.REFUSED)

    async def _until_broken(self) -> float:
        """Listen for as long as it goes, and return how long to wait then."""
        asked_for = 0.0
        try:
            await self._connect()
        except (httpx.HTTPError, httpx.InvalidURL, StreamFault) as error:
            _log.debug("The live feed waits: %s.", type(error).__name__)
        except _Busy as busy:
            asked_for = busy.seconds
        self._stands(Link.BROKEN)
        pause, self._pause_s = self._pause_s, min(self._pause_s * 2, LONGEST_PAUSE_S)
        jittered = pause * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        return max(jittered, asked_for)

    async def _connect(self) -> None:
        origin = self._place.origin
        timeout = httpx.Timeout(10.0, connect=3.0, read=SILENCE_S)
        direct = is_this_computer(origin)
        async with httpx.AsyncClient(timeout=timeout, trust_env=not direct) as client:
            bearer = await self._bearer()
            if await self._hear_all(client, origin, bearer):
                return
            await self._hear_all(client, origin, await self._bearer(refused=bearer), again=True)

    async def _hear_all(
        self, client: httpx.AsyncClient, origin: str, bearer: str, *, again: bool = False
    ) -> bool:
        """Hear a connection to its end; ``False`` when it asks for another token."""
        headers = {"Authorization": f"Bearer {bearer}", "Accept": "text/event-stream"}
        if self._last_id:
            headers["Last-Event-ID"] = self._last_id
        url = f"{origin}/feed/1.0/{self._path}"
        async with client.stream("GET", url, headers=headers) as response:
            if response.status_code == HTTPStatus.UNAUTHORIZED and not again:
                return False
            _check(response)
            stream = EventStream(last_id=self._last_id)
            async for chunk in response.aiter_raw():
                if origin != self._place.origin:
                    return True
                for event in stream.feed(chunk):
                    self._tell(event)
                self._note(stream)
        return True

    def _note(self, stream: EventStream) -> None:
        """Remember where to go on, and that it went well."""
        self._last_id = stream.last_id
        if stream.retry_ms is not None:
            self._least_pause_s = min(max(stream.retry_ms / 1000, 0.0), LONGEST_PAUSE_S)
        self._pause_s = self._least_pause_s

    async def _bearer(self, refused: str = "") -> str:
        """Return what speaks for the sign-in now; renewing it asks the platform, and waits."""
        try:
            found = await asyncio.to_thread(self._place.bearer, self._token, refused=refused)
        except BackendUnavailable as error:
            raise httpx.TransportError(str(error)) from error
        if found is None:
            raise _Refused
        return found

    def _tell(self, event: ServerEvent) -> None:
        self._stands(Link.OPEN)
        with suppress(msgspec.DecodeError):
            told = msgspec.json.decode(event.data, type=dict[str, Any])
            if not self._apart.stopped:
                self._hear(Heard(event.type, told))

    def _stands(self, link: Link) -> None:
        if link is not self._link and not self._apart.stopped:
            self._link = link
            self._notice(link)


def _check(response: httpx.Response) -> None:
    """Raise for an answer that is no feed."""
    status = response.status_code
    if status in _FOR_GOOD or status == HTTPStatus.UNAUTHORIZED:
        raise _Refused
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        raise _Busy(retry_after_ms(response.headers.get("Retry-After")) or 0)
    response.raise_for_status()
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/event-stream":
        raise httpx.RemoteProtocolError("this is no event stream")
