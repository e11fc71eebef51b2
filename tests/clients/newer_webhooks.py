"""A program asks to be told of events, chooses which, is told of one, and stops."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

from newer_shape import Step
from timeback_caliper import (
    CaliperClient,
    TimebackActivityContext,
    TimebackApp,
    TimebackUser,
    TimeSpentInput,
    TimeSpentMetric,
)
from timeback_common import TimebackProvider
from timeback_oneroster import OneRosterClient

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "s" * 32
_WITHIN_S = 15


class Ours(HTTPServer):
    """Our own server that webhooks are delivered to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Takes)
        self.heard: list[tuple[dict[str, str], bytes]] = []


class _Takes(BaseHTTPRequestHandler):
    server: Ours

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def listening() -> Iterator[Ours]:
    """Open our server."""
    ours = Ours()
    threading.Thread(target=ours.serve_forever, args=[0.05], daemon=True).start()
    yield ours
    ours.shutdown()
    ours.server_close()


class Hooks:
    """One webhook and one filter of it."""

    def __init__(self, client: Any, mark: str) -> None:
        self.client, self.mark = client, mark
        told = {"name": "Ours", "targetUrl": "https://hooks.example/events", "secret": SECRET}
        self.told = {**told, "active": True, "sensor": "https://garden.example"}
        self.id, self.filter_id = "", ""

    def steps(self) -> list[Step]:
        hooks = [self.make, self.find, self.change, self.rest]
        filters = [self.choose, self.chosen, self.choose_again, self.unchoose]
        return [*hooks, *filters, self.end, self.hear]

    async def make(self) -> None:
        self.id = (await self.client.webhooks.create(self.told)).id

    async def find(self) -> None:
        assert (await self.client.webhooks.get(self.id)).name == "Ours"
        assert self.id in {hook.id for hook in await self.client.webhooks.list()}
        other = await self.client.webhooks.list(sensor="https://lantern.example")
        assert self.id not in {hook.id for hook in other}, "the sensor chooses"

    async def change(self) -> None:
        await self.client.webhooks.update(self.id, {**self.told, "name": "Changed"})
        assert (await self.client.webhooks.get(self.id)).name == "Changed"

    async def rest(self) -> None:
        assert (await self.client.webhooks.deactivate(self.id)).active is False
        assert (await self.client.webhooks.activate(self.id)).active is True

    async def choose(self) -> None:
        self.filter = {
            "webhookId": self.id,
            "filterKey": "type",
            "filterValue": "TimeSpentEvent",
            "filterType": "string",
            "filterOperator": "eq",
            "active": True,
        }
        self.filter_id = (await self.client.webhook_filters.create(self.filter)).id

    async def chosen(self) -> None:
        filters = self.client.webhook_filters
        assert (await filters.get(self.filter_id)).webhook_id == self.id
        assert self.filter_id in {row.id for row in await filters.list()}
        assert [row.id for row in await filters.list_by_webhook(self.id)] == [self.filter_id]

    async def choose_again(self) -> None:
        changed = {**self.filter, "filterOperator": "neq"}
        await self.client.webhook_filters.update(self.filter_id, changed)
        found = await self.client.webhook_filters.get(self.filter_id)
        assert found.filter_operator == "neq", "the update is seen"

    async def unchoose(self) -> None:
        await self.client.webhook_filters.delete(self.filter_id)
        assert await self.client.webhook_filters.list_by_webhook(self.id) == []

    async def end(self) -> None:
        await self.client.webhooks.delete(self.id)
        assert self.id not in {hook.id for hook in await self.client.webhooks.list()}

    async def hear(self) -> None:
        """Be told of the one event that we asked for, signed with our secret."""
        with listening() as ours:
            url = f"http://127.0.0.1:{ours.server_port}/events"
            told = {**self.told, "targetUrl": url, "sensor": SENSOR}
            hook = await self.client.webhooks.create(told)
            wanted = {**self.filter, "webhookId": hook.id, "filterValue": "TimeSpentEvent"}
            await self.client.webhook_filters.create(wanted)
            await _spend_time()
            headers, body = await _first(ours)
            await self.client.webhooks.delete(hook.id)
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(headers["X-Caliper-Signature"], signature), "signed by ours"
        assert headers["X-Caliper-Webhook-Id"] == hook.id
        (event,) = json.loads(body)["data"]
        assert event["type"] == headers["X-Caliper-Event-Type"] == "TimeSpentEvent"


SENSOR = "https://garden.example/hooks"


async def _spend_time() -> None:
    """Send one event about a student of the school, with the published client for events."""
    address = os.environ["BASE_URL"]
    provider = TimebackProvider(
        base_url=address,
        auth_url=f"{address}/oauth2/token",
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        path_profile="BEYOND_AI",
    )
    student = await OneRosterClient(provider=provider).students.first()
    garden = TimebackApp(name="Garden")
    await CaliperClient(provider=provider).events.send_time_spent(
        SENSOR,
        TimeSpentInput(
            actor=TimebackUser(id=f"{address}/users/{student.sourced_id}", email=student.email),
            object=TimebackActivityContext(id=f"{SENSOR}/1", subject="Math", app=garden),
            metrics=[TimeSpentMetric(type="active", value=60)],
        ),
    )


async def _first(ours: Ours) -> tuple[dict[str, str], bytes]:
    async with asyncio.timeout(_WITHIN_S):
        while not ours.heard:  # noqa: ASYNC110 - the server runs in a thread of its own
            await asyncio.sleep(0.05)
    return ours.heard[0]
