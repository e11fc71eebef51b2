"""API clients: who may ask for a token at the token endpoint, and with which scopes.

A wrong secret is not counted and slows nobody down: nobody finds 256 random bits by
trying, and a count would let a stranger lock the good client out.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, or_, select, update

from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry.models import ENDED, api_clients, applications
from timeback_desktop.backend.secret import digest, fresh_secret, same_digest


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A client that proved who it is."""

    client_id: str
    publisher_id: str
    scopes: frozenset[str]
    environment: Environment = Environment.PRODUCTION


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """A client to be; ``application_id`` is set for the client of an app.

    ``publisher_id`` is the tenant whose data it works on, ``owner_id`` the publisher that
    it belongs to, which is the same one unless told otherwise.
    """

    client_id: str
    publisher_id: str
    name: str
    scopes: tuple[str, ...]
    application_id: str | None = None
    owner_id: str | None = None
    environment: Environment = Environment.PRODUCTION


def register_client(connection: Connection, client: NewClient, now_ms: int) -> str:
    """Store a new client and return its secret, which is told this once."""
    secret = fresh_secret()
    connection.execute(
        insert(api_clients).values(
            client_id=client.client_id,
            publisher_id=client.publisher_id,
            owner_id=client.owner_id or client.publisher_id,
            environment=client.environment,
            application_id=client.application_id,
            name=client.name,
            secret_sha256=digest(secret),
            scopes=" ".join(client.scopes),
            created_ms=now_ms,
        )
    )
    return secret


def renew_secret(connection: Connection, client_id: str) -> str:
    """Give a client a new secret; the old one is no good from now on."""
    secret = fresh_secret()
    connection.execute(
        update(api_clients)
        .where(api_clients.c.client_id == client_id)
        .values(secret_sha256=digest(secret))
    )
    return secret


def proven_client(connection: Connection, client_id: str, secret: str) -> ApiClient | None:
    """Return the client when ``secret`` is its own and its app is not suspended."""
    found = connection.execute(
        select(api_clients)
        .outerjoin(applications, applications.c.id == api_clients.c.application_id)
        .where(
            api_clients.c.client_id == client_id,
            api_clients.c.revoked_ms.is_(None),
            or_(
                api_clients.c.application_id.is_(None),
                applications.c.status.not_in(ENDED),
            ),
        )
    ).one_or_none()
    if found is None or not same_digest(secret, found.secret_sha256):
        return None
    return ApiClient(
        found.client_id,
        found.publisher_id,
        frozenset(found.scopes.split()),
        Environment(found.environment),
    )
