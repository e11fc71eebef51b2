"""Send Caliper events to the platform in the background, in order, without losing a beat.

A child must never wait for the network: handlers drop events into a queue and return. One
task empties it. An outage keeps the queue; only what the platform refuses for good is let go.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from .config import AppConfig

CONTEXT = "http://purl.imsglobal.org/ctx/caliper/v1p2"
SCOPE = "https://purl.imsglobal.org/spec/caliper/v1p2/scope/events.write"
MOST_WAITING = 10_000
MOST_IN_ENVELOPE = 50
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 30.0
FAREWELL_S = 2.0
_MAY_PASS = frozenset({401, 403, 408, 425, 429})

_log = logging.getLogger(__name__)


class TryLater(Exception):
    """The platform cannot take events right now."""


def timestamp() -> str:
    """Return the present instant as Caliper writes it, to the millisecond."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


class AccessToken:
    """A client-credentials token, fetched when needed and kept until shortly before it ends."""

    def __init__(self, config: AppConfig, http: httpx.AsyncClient) -> None:
        self._config, self._http = config, http
        self._value: str | None = None
        self._good_until = 0.0

    async def get(self) -> str:
        """Return a token that will still be good when it arrives."""
        if self._value is None or time.monotonic() >= self._good_until:
            self._value = await self._fetch()
        return self._value

    def forget(self) -> None:
        """Drop a token that the platform no longer takes."""
        self._value = None

    async def _fetch(self) -> str:
        response = await self._http.post(
            self._config.token_url,
            data={"grant_type": "client_credentials", "scope": SCOPE},
            auth=httpx.BasicAuth(self._config.client_id, self._config.client_secret),
        )
        if response.status_code != 200:
            raise TryLater(f"no access token: {response.status_code}")
        try:
            answer = response.json()
            token, lifetime_s = str(answer["access_token"]), float(answer.get("expires_in", 300))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TryLater("the platform's token cannot be read") from error
        self._good_until = time.monotonic() + max(lifetime_s - 30, 1)
        return token


class EventSender:
    """A queue of events and the task that empties it."""

    def __init__(self, config: AppConfig, http: httpx.AsyncClient) -> None:
        self._config, self._http = config, http
        self._token = AccessToken(config, http)
        self._waiting: deque[Mapping[str, Any]] = deque(maxlen=MOST_WAITING)
        self._filled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._most = MOST_IN_ENVELOPE

    def put(self, *events: Mapping[str, Any]) -> None:
        """Queue events; returns at once. In a very long outage the oldest make room."""
        self._waiting.extend(events)
        self._filled.set()

    @property
    def waiting(self) -> int:
        """Return how many events the platform does not have yet."""
        return len(self._waiting)

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._run(), name="caliper-sender")

    async def stop(self) -> None:
        """Stop, after a short last try to hand over what is left."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        try:
            async with asyncio.timeout(FAREWELL_S):
                while self._waiting:
                    await self._send_some()
        except (TimeoutError, TryLater, httpx.HTTPError):
            _log.warning("%d events were not sent", len(self._waiting))

    async def _run(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            await self._filled.wait()
            try:
                await self._send_some()
                pause = FIRST_PAUSE_S
            except (TryLater, httpx.HTTPError) as problem:
                _log.info("events wait: %s", problem)
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
                pause = min(pause * 2, LONGEST_PAUSE_S)
            if not self._waiting:
                self._filled.clear()

    async def _send_some(self) -> None:
        batch = list(self._waiting)[: self._most]
        if not batch:
            return
        response = await self._post(batch)
        if response.status_code == 401:
            self._token.forget()
            response = await self._post(batch)
        if response.status_code == 413 and self._most > 1:
            self._most = max(1, len(batch) // 2)
            return
        if response.status_code >= 500 or response.status_code in _MAY_PASS:
            raise TryLater(f"the platform answered {response.status_code}")
        self._report_refused(response)
        self._let_go(batch)

    async def _post(self, batch: list[Mapping[str, Any]]) -> httpx.Response:
        envelope = {
            "sensor": self._config.application_urn,
            "sendTime": timestamp(),
            "dataVersion": CONTEXT,
            "data": batch,
        }
        bearer = f"Bearer {await self._token.get()}"
        return await self._http.post(
            self._config.events_url, json=envelope, headers={"Authorization": bearer}
        )

    def _let_go(self, batch: list[Mapping[str, Any]]) -> None:
        # By identity: while we were sending, a full queue may have dropped its oldest.
        sent = {id(event) for event in batch}
        while self._waiting and id(self._waiting[0]) in sent:
            self._waiting.popleft()

    def _report_refused(self, response: httpx.Response) -> None:
        if response.is_error:
            _log.error("events refused with %d: %s", response.status_code, response.text[:500])
            return
        for result in _results(response):
            if result.get("status") == "refused":
                _log.error("event %s refused: %s", result.get("id"), result.get("faults"))


def _results(response: httpx.Response) -> list[Mapping[str, Any]]:
    """Return what the platform says of each event; the standard lets it say nothing."""
    try:
        results = response.json()["results"]
    except (ValueError, KeyError, TypeError):
        return []
    listed = results if isinstance(results, list) else []
    return [result for result in listed if isinstance(result, dict)]
