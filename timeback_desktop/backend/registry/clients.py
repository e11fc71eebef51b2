"""API clients: who may ask for a token at the token endpoint, and with which scopes.

A wrong secret locks nobody out: nobody finds 256 random bits by trying, and a lock would let
a stranger shut out the good client. What a client may do follows from where its app stands
(:func:`tier`); the credential stays the same when that changes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry.models import ENDED, api_clients, applications
from timeback_desktop.backend.scopes import ACTIVE, DRAFT, SANDBOX
from timeback_desktop.backend.secret import digest, fresh_secret, same_digest

_NO_DIGEST = bytes(32)


def tier(status: str, environment: Environment) -> tuple[str, ...]:
    """Return the scopes that the client of an app holds, by where the app stands."""
    if environment is Environment.SANDBOX:
        return SANDBOX
    return DRAFT if status == "draft" else ACTIVE


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A client that proved who it is."""

    client_id: str
    publisher_id: str
    scopes: frozenset[str]
    environment: Environment = Environment.PRODUCTION


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClient:
    """A client as it is stored, with all that it can prove itself by; nothing is proven yet.

    ``ended`` tells that its app is suspended or archived.
    """

    client: ApiClient
    ended: str | None
    secret_sha256: bytes
    previous_sha256: bytes | None
    previous_until_ms: int
    jwks: dict[str, Any] | None
    jwks_url: str | None


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


def renew_secret(
    connection: Connection, client_id: str, *, old_good_until_ms: int | None = None
) -> str:
    """Give a client a new secret; the one before stays good that long, or ends at once."""
    secret, kept = fresh_secret(), api_clients.c.secret_sha256
    overlaps = old_good_until_ms is not None
    connection.execute(
        update(api_clients)
        .where(api_clients.c.client_id == client_id)
        .values(
            secret_sha256=digest(secret),
            previous_sha256=kept if overlaps else None,
            previous_until_ms=old_good_until_ms,
        )
    )
    return secret


def set_scopes(
    connection: Connection, app_id: str, environment: Environment, scopes: Collection[str]
) -> None:
    """Widen or narrow what the client of an app may ask for; tokens keep what they carry."""
    connection.execute(
        update(api_clients)
        .where(api_clients.c.application_id == app_id, api_clients.c.environment == environment)
        .values(scopes=" ".join(sorted(set(scopes))))
    )


def known_client(connection: Connection, client_id: str) -> KnownClient | None:
    """Return the client of that name, unless it was revoked."""
    found = connection.execute(
        select(api_clients, applications.c.status, applications.c.jwks_url)
        .outerjoin(applications, applications.c.id == api_clients.c.application_id)
        .where(api_clients.c.client_id == client_id, api_clients.c.revoked_ms.is_(None))
    ).one_or_none()
    if found is None:
        return None
    return KnownClient(
        client=ApiClient(
            found.client_id,
            found.publisher_id,
            frozenset(found.scopes.split()),
            Environment(found.environment),
        ),
        ended=found.status if found.status in ENDED else None,
        secret_sha256=found.secret_sha256,
        previous_sha256=found.previous_sha256,
        previous_until_ms=found.previous_until_ms or 0,
        jwks=found.jwks,
        jwks_url=found.jwks_url,
    )


def has_secret(known: KnownClient | None, secret: str, now_ms: int) -> bool:
    """Tell whether a secret is that of a client, by the same work whether there is one."""
    current = known.secret_sha256 if known else _NO_DIGEST
    previous = (known.previous_sha256 if known else None) or _NO_DIGEST
    is_current, is_previous = same_digest(secret, current), same_digest(secret, previous)
    return is_current or (is_previous and known is not None and now_ms < known.previous_until_ms)
