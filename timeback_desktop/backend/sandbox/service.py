"""Rules of sandboxes: opening one, letting an app in, putting it back to its beginning."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from timeback_desktop import ids
from timeback_desktop.backend.demo.seed import SeededSchool, fill
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry.clients import NewClient, register_client, tier
from timeback_desktop.backend.registry.models import api_clients, publishers
from timeback_desktop.backend.registry.service import Application, PublisherKind, grant
from timeback_desktop.backend.sandbox.wiping import wipe
from timeback_desktop.errors import ContractFault

_MAIL_DOMAIN = "sandbox.example"


@dataclass(frozen=True, slots=True)
class SandboxClient:
    """How an app calls the sandbox; the secret is told once, when the client is made."""

    client_id: str
    scopes: tuple[str, ...]
    secret: str | None = None


def sandbox_of(connection: Connection, publisher_id: str) -> str | None:
    """Return the sandbox of a publisher, if it has one yet."""
    mine = publishers.c.sandbox_of == publisher_id
    return connection.scalar(select(publishers.c.id).where(mine))


def open_sandbox(connection: Connection, publisher_id: str, now_ms: int) -> str:
    """Return the sandbox of a publisher, made and filled when it is the first time."""
    known = sandbox_of(connection, publisher_id)
    if known is not None:
        return known
    sandbox_id = ids.seeded(publisher_id, "publisher", "sandbox")
    connection.execute(
        insert(publishers).values(
            id=sandbox_id,
            name=f"Sandbox of {publisher_id}",
            kind=PublisherKind.SANDBOX,
            sandbox_of=publisher_id,
            created_ms=now_ms,
        )
    )
    fill(connection, _school(publisher_id, sandbox_id), now_ms)
    return sandbox_id


def admit(connection: Connection, app: Application, now_ms: int) -> SandboxClient:
    """Let an app into the sandbox of its publisher, with a client of its own."""
    sandbox_id = open_sandbox(connection, app.publisher_id, now_ms)
    grant(connection, sandbox_id, app.id, now_ms)
    client = NewClient(
        client_id=ids.mint(),
        publisher_id=sandbox_id,
        owner_id=app.publisher_id,
        application_id=app.id,
        environment=Environment.SANDBOX,
        name=app.name,
        scopes=tier(app.status, Environment.SANDBOX),
    )
    secret = register_client(connection, client, now_ms)
    return SandboxClient(client.client_id, client.scopes, secret)


def sandbox_client(connection: Connection, app_id: str) -> SandboxClient | None:
    """Return how an app calls the sandbox, without the secret."""
    found = connection.execute(
        select(api_clients.c.client_id, api_clients.c.scopes).where(
            api_clients.c.application_id == app_id,
            api_clients.c.environment == Environment.SANDBOX,
        )
    ).one_or_none()
    return None if found is None else SandboxClient(found.client_id, tuple(found.scopes.split()))


def reset(connection: Connection, publisher_id: str, now_ms: int) -> str:
    """Put a sandbox back to its beginning; its clients and their tokens stay good."""
    sandbox_id = sandbox_of(connection, publisher_id)
    if sandbox_id is None:
        raise ContractFault("The sandbox is made with the first app: register one.", status=409)
    mine = publishers.c.id == sandbox_id
    connection.execute(select(publishers.c.id).where(mine).with_for_update())
    wipe(connection, sandbox_id)
    fill(connection, _school(publisher_id, sandbox_id), now_ms)
    return sandbox_id


def _school(publisher_id: str, sandbox_id: str) -> SeededSchool:
    return SeededSchool(sandbox_id, publisher_id, _MAIL_DOMAIN)
