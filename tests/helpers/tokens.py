"""API clients in a test: making one, and asking the token endpoint as it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import httpx

from tests.helpers.backends import InProcess
from timeback_desktop import ids
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry.clients import NewClient, register_client

GRANT = {"grant_type": "client_credentials"}


@dataclass(frozen=True)
class Client:
    """A client with its secret; ``shown`` is what it shows in a body."""

    client_id: str
    client_secret: str

    @property
    def shown(self) -> dict[str, str]:
        return {"client_id": self.client_id, "client_secret": self.client_secret}


def new_client(
    site: InProcess,
    scopes: tuple[str, ...],
    environment: Environment = Environment.PRODUCTION,
    application_id: str | None = None,
) -> Client:
    """Register a client of the demo school."""
    client = NewClient(
        client_id=ids.mint(),
        publisher_id=PUBLISHER_ID,
        name="A client of a test",
        scopes=scopes,
        environment=environment,
        application_id=application_id,
    )
    with writing(site.platform.engine) as connection:
        secret = register_client(connection, client, site.clock())
    return Client(client.client_id, secret)


def basic(client_id: str, secret: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def ask(site: InProcess, path: str = "/auth/1.0/token", **given: Any) -> httpx.Response:
    return site.request("POST", path, **given)


def ask_as(site: InProcess, client: Any, place: str = "", **fields: str) -> httpx.Response:
    """Ask for a token by client credentials, in the form, at ``place``."""
    shown = {"client_id": client.client_id, "client_secret": client.client_secret}
    return ask(site, f"{place}/auth/1.0/token", data={**GRANT, **shown, **fields})


def token_of(site: InProcess, client: Any, place: str = "", **fields: str) -> str:
    return str(ask_as(site, client, place, **fields).raise_for_status().json()["access_token"])
