"""Two ways to have a backend in a test: a real one on a port, and a bare ASGI app.

``RunningBackend`` is everything, sample apps included, served by a thread. ``InProcess``
is the app over a demo database with a clock that the test turns; it is cheap enough to
have one for each test.
"""

from __future__ import annotations

import asyncio
import copy
import html
import json
import logging
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from fastapi import FastAPI
from starlette.datastructures import State

from tests.helpers import postgres
from timeback_desktop.backend.api import create_app
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, demo_id
from timeback_desktop.backend.keys.signing import SigningKeys
from timeback_desktop.backend.registry.clients import NewClient, register_client
from timeback_desktop.backend.registry.service import (
    ApplicationRegistration,
    RegisteredApplication,
    register_application,
)
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.scopes import SANDBOX
from timeback_desktop.backend.serving import Backend
from timeback_desktop.backend.settings import Settings

RUN_SECRET = "run-secret-of-this-test-run-0123456789"
SESSION = "0199f0a0-0000-7000-8000-00000000beef"
TOOL = "https://tool.example:9501"


@dataclass
class RunningBackend:
    """A whole backend on a port of this machine, with the demo school and its apps."""

    url: str
    run_secret: str
    data: Path
    credentials: dict[str, Any]
    database: str | None = None

    def sign_in(self, user_id: str, pin: str | None = None) -> str:
        """Sign a person in and return the token."""
        answer = httpx.post(
            f"{self.url}/desktop/1.0/sign-in",
            json={"userId": user_id, "pin": pin},
            headers=bearer(self.run_secret),
        )
        return str(answer.raise_for_status().json()["accessToken"])

    def client_token(self, scope: str | None = None) -> str:
        """Return a token of the demo school's API client."""
        answer = httpx.post(
            f"{self.url}/auth/1.0/token",
            data={"grant_type": "client_credentials", **({"scope": scope} if scope else {})},
            auth=(self.credentials["clientId"], self.credentials["clientSecret"]),
        )
        return str(answer.raise_for_status().json()["access_token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def register_developer(database_url: str, name: str) -> tuple[str, str]:
    """Give the demo school an API client that may do everything; return its id and secret."""
    client = NewClient(client_id=name, publisher_id=PUBLISHER_ID, name=name, scopes=SANDBOX)
    engine = open_engine(database_url)
    with writing(engine) as connection:
        secret = register_client(connection, client, 0)
    engine.dispose()
    return name, secret


class ServedThread:
    """A backend in a thread of its own."""

    def __init__(self, data: Path, database: str | None = None) -> None:
        settings = Settings(data, seed="demo", database=database)
        self._backend = Backend(settings, run_secret=RUN_SECRET)
        self._ready = threading.Event()
        self._url = ""
        self._data, self._database = data, database
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        try:
            asyncio.run(self._backend.serve(self._note))
        finally:
            self._ready.set()

    def _note(self, settings: Settings) -> None:
        self._url = settings.url
        self._ready.set()

    def start(self) -> RunningBackend:
        logging.getLogger("uvicorn").setLevel(logging.INFO)  # its traces cost more than answers
        self._thread.start()
        assert self._ready.wait(60)
        assert self._url, "the backend ended before it was ready"
        told = json.loads((self._data / "demo-credentials.json").read_text())
        return RunningBackend(self._url, RUN_SECRET, self._data, told, self._database)

    def stop(self) -> None:
        self._backend.stop()
        self._thread.join(30)
        assert not self._thread.is_alive()


@dataclass
class TurnedClock:
    """A wall clock that stands still until a test turns it."""

    ms: int = 1_795_000_000_000

    def __call__(self) -> int:
        return self.ms

    def pass_seconds(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


_BUILT: dict[tuple[int, str], FastAPI] = {}


def app_of(platform: Platform) -> FastAPI:
    """Return the app of a platform; all of one address share their routes.

    Preparing three hundred routes takes longer than most tests. They hold nothing of a
    platform: it is looked up on the app that a request came to, and each gets one of its own.
    """
    address = (platform.settings.port, platform.settings.issuer_url)
    if address not in _BUILT:
        _BUILT[address] = create_app(platform)
    app = copy.copy(_BUILT[address])
    app.state = State({"platform": platform})
    return app


@dataclass
class InProcess:
    """The ASGI app of one backend, called without a port."""

    platform: Platform
    clock: TurnedClock
    loop: asyncio.Runner
    app: FastAPI = field(init=False)
    tool: RegisteredApplication = field(init=False)

    def __post_init__(self) -> None:
        self.app = app_of(self.platform)
        self.tool = self.register("Tool")

    def register(self, name: str, **changes: Any) -> RegisteredApplication:
        told = {
            "name": name,
            "description": "A tool for tests.",
            "login_url": f"{TOOL}/login",
            "launch_url": f"{TOOL}/start",
            "redirect_uris": (f"{TOOL}/launch",),
        }
        registration = ApplicationRegistration(**{**told, **changes})
        with writing(self.platform.engine) as connection:
            return register_application(connection, PUBLISHER_ID, registration, self.clock())

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.loop.run(self._request(method, path, given))

    async def _request(self, method: str, path: str, given: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        base = self.platform.settings.url
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **given)

    def get(self, path: str, token: str = "", **given: Any) -> httpx.Response:
        return self.request("GET", path, headers=bearer(token) if token else {}, **given)

    def post(self, path: str, token: str = "", **given: Any) -> httpx.Response:
        return self.request("POST", path, headers=bearer(token) if token else {}, **given)

    def sign_in(self, username: str = "ava.thompson", pin: str | None = None) -> str:
        asked = {"userId": demo_id("user", username), "pin": pin}
        answer = self.post("/desktop/1.0/sign-in", RUN_SECRET, json=asked)
        return str(answer.raise_for_status().json()["accessToken"])

    def initiation(self, token: str, app_id: str | None = None) -> dict[str, str]:
        """Start a launch and return what the tool is told at its login address."""
        asked = {"applicationId": app_id or self.tool.id, "sessionId": SESSION}
        answer = self.post("/desktop/1.0/launches", token, json=asked)
        url = answer.raise_for_status().json()["url"]
        return dict(parse_qsl(urlsplit(url).query))

    def good_request(self, initiation: dict[str, str]) -> dict[str, str]:
        """Return what a well-behaved tool asks at the authorization endpoint."""
        return {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": initiation["client_id"],
            "redirect_uri": f"{TOOL}/launch",
            "login_hint": initiation["login_hint"],
            "lti_message_hint": initiation["lti_message_hint"],
            "state": "state-of-the-tool",
            "nonce": "nonce-of-the-tool",
        }

    def authorize(self, asked: Any) -> httpx.Response:
        return self.get("/lti/1.3/authorize", params=asked)


@contextmanager
def opened_site(school: Settings, data: Path) -> Iterator[InProcess]:
    """Open a fresh copy of ``school`` in the folder ``data``, on the same kind of database."""
    shutil.copytree(school.data, data)
    database = postgres.server().copy(school.database) if school.database else None
    settings, clock = Settings(data, port=8899, database=database), TurnedClock()
    engine = open_engine(settings.database_url)
    keys = SigningKeys.open(settings.keys, clock())
    with asyncio.Runner() as loop:
        yield InProcess(Platform(settings, engine, keys, RUN_SECRET, clock), clock, loop)
    engine.dispose()
    if school.database and database:
        postgres.server().give_back(school.database, database)


def form_of(answer: httpx.Response) -> dict[str, str]:
    """Return the fields of the form that a page submits, and its target as ``action``."""
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', answer.text))
    action = re.search(r'<form method="post" action="([^"]*)"', answer.text)
    found = {**fields, "action": action.group(1)} if action else fields
    return {name: html.unescape(value) for name, value in found.items()}
