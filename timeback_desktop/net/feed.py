"""What the launched app tells the platform, brought back to the session that it is about.

One thread listens while a session is open, on a long-lived question that the platform
answers when there is something. It runs its own event loop, because that is how a question
in flight can be dropped at once when the session ends. A platform that is away is waited
for in silence: the feed is a second ear, and the student is never told of it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import httpx
import msgspec

from timeback_desktop.clock import parse_iso_utc
from timeback_desktop.errors import BackendUnavailable
from timeback_desktop.net.apart import Apart
from timeback_desktop.net.platform import is_this_computer
from timeback_desktop.presence.signal import AppEvent, AppEventKind

_log = logging.getLogger(__name__)

WAIT_S = 20
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
_TIMEOUT = httpx.Timeout(10.0, connect=3.0, read=WAIT_S + 10.0)
_KINDS = frozenset(AppEventKind)
_FOR_GOOD = frozenset({401, 403, 422})

Hear = Callable[[tuple[AppEvent, ...]], None]


class Place(Protocol):
    """Where the platform is, now."""

    @property
    def origin(self) -> str:
        """Its origin; empty while it is away."""
        ...

    def bearer(self, token: str, *, refused: str = "") -> str | None:
        """Return what speaks for a sign-in now; see ``net.platform``."""
        ...


class _Event(msgspec.Struct, rename="camel"):
    kind: str
    at: str
    id: str | None = None
    item: str | None = None
    skill: str | None = None
    lesson: str | None = None
    took_ms: int | None = None
    usual_ms: int | None = None
    choice: int | None = None


class _Answer(msgspec.Struct):
    events: list[_Event]
    next: int


class SessionFeed:
    """Listen to one session at a time; what is heard comes on the feed's own thread."""

    def __init__(self, place: Place, hear: Hear) -> None:
        self._place = place
        self._hear = hear
        self._listening: _Listening | None = None

    def start(self, token: str, session_id: str) -> None:
        """Listen to this session from its beginning, and to no other any more."""
        self.stop()
        self._listening = _Listening(self._place, self._hear, token, session_id)
        self._listening.start()

    def stop(self) -> None:
        """Stop at once: nothing is heard after this returns."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.stop()


class _Refused(Exception):
    """The platform will not answer this token for this session, however often it is asked."""


class _Listening:
    """One session, one thread."""

    def __init__(self, place: Place, hear: Hear, token: str, session_id: str) -> None:
        self._place, self._hear = place, hear
        self._token, self._session_id = token, session_id
        self._after = 0
        self._apart = Apart("session-feed", self._listen)

    def start(self) -> None:
        self._apart.start()

    def stop(self) -> None:
        self._apart.stop()

    async def _listen(self) -> None:
        with suppress(_Refused):
            await self._ask_on()

    async def _ask_on(self) -> None:
        while True:
            origin = self._place.origin
            direct = is_this_computer(origin)
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=not direct) as client:
                await self._ask_there(client, origin)

    async def _ask_there(self, client: httpx.AsyncClient, origin: str) -> None:
        """Ask one platform, until it is elsewhere."""
        loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_S
        while origin == self._place.origin:
            began = loop.time()
            try:
                answer = await self._ask(client, origin)
            except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError) as error:
                _log.debug("The feed waits: %s.", type(error).__name__)
            else:
                self._tell(answer)
                if answer.events or loop.time() - began > FIRST_PAUSE_S:
                    pause = FIRST_PAUSE_S
                    continue
            # Away, or it answered "nothing" without waiting, as one does that is just stopping.
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _ask(self, client: httpx.AsyncClient, origin: str) -> _Answer:
        bearer = await self._bearer()
        response = await self._get(client, origin, bearer)
        if response.status_code == 401:
            response = await self._get(client, origin, await self._bearer(refused=bearer))
        if response.status_code in _FOR_GOOD:
            raise _Refused
        return msgspec.json.decode(response.raise_for_status().content, type=_Answer)

    async def _get(self, client: httpx.AsyncClient, origin: str, bearer: str) -> httpx.Response:
        return await client.get(
            f"{origin}/desktop/1.0/sessions/{self._session_id}/feed",
            params={"after": self._after, "wait": WAIT_S},
            headers={"Authorization": f"Bearer {bearer}"},
        )

    async def _bearer(self, refused: str = "") -> str:
        """Return what speaks for the sign-in now; renewing it asks the platform, and waits."""
        try:
            found = await asyncio.to_thread(self._place.bearer, self._token, refused=refused)
        except BackendUnavailable as error:
            raise httpx.TransportError(str(error)) from error
        if found is None:
            raise _Refused
        return found

    def _tell(self, answer: _Answer) -> None:
        heard = tuple(found for told in answer.events if (found := _app_event(told)) is not None)
        self._after = max(self._after, answer.next)
        if heard and not self._apart.stopped:
            self._hear(heard)


def _app_event(told: _Event) -> AppEvent | None:
    """Read one event; ``None`` for a word that only a newer platform knows."""
    if told.kind not in _KINDS:
        return None
    try:
        at_ms = parse_iso_utc(told.at)
    except (ValueError, OverflowError):
        at_ms = None
    return AppEvent(
        AppEventKind(told.kind),
        utc_ms=at_ms,
        id=told.id,
        item=told.item,
        skill=told.skill,
        lesson=told.lesson,
        took_ms=told.took_ms,
        usual_ms=told.usual_ms,
        choice=told.choice,
    )
