"""Rules of access tokens: given out once, kept as a hash, good until they are not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, update

from timeback_desktop.backend.auth.models import access_tokens
from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.registry.clients import ApiClient
from timeback_desktop.backend.scopes import ALL_SCOPES
from timeback_desktop.backend.secret import digest, fresh_secret

CLIENT_LIFETIME_S = 3600
PERSON_LIFETIME_S = 12 * 3600
"""A sign-in lasts a school day: it cannot be renewed yet, and nobody is thrown out of class."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token as its holder gets it: this once."""

    token: str
    scopes: frozenset[str]
    expires_in: int


def issue_user_token(
    connection: Connection, publisher_id: str, user_id: str, now_ms: int
) -> IssuedToken:
    """Sign a person in: they write and read events about themselves."""
    owner = {"kind": PrincipalKind.USER, "publisher_id": publisher_id, "user_id": user_id}
    return _issue(connection, owner, ALL_SCOPES, now_ms, PERSON_LIFETIME_S)


def issue_client_token(
    connection: Connection, client: ApiClient, scopes: Iterable[str], now_ms: int
) -> IssuedToken:
    """Give a client a token that carries ``scopes``, which it must hold."""
    owner = {
        "kind": PrincipalKind.CLIENT,
        "publisher_id": client.publisher_id,
        "client_id": client.client_id,
        "environment": client.environment,
    }
    granted = client.scopes.intersection(scopes)
    return _issue(connection, owner, granted, now_ms, CLIENT_LIFETIME_S)


def _issue(
    connection: Connection,
    owner: dict[str, str],
    scopes: Iterable[str],
    now_ms: int,
    lifetime_s: int,
) -> IssuedToken:
    connection.execute(delete(access_tokens).where(access_tokens.c.expires_ms < now_ms))
    token = fresh_secret()
    connection.execute(
        insert(access_tokens).values(
            **owner,
            token_sha256=digest(token),
            scopes=" ".join(sorted(scopes)),
            issued_ms=now_ms,
            expires_ms=now_ms + lifetime_s * 1000,
        )
    )
    return IssuedToken(token, frozenset(scopes), lifetime_s)


def revoke_token(connection: Connection, token: str, now_ms: int) -> None:
    """End a token; the launch hints that were made under it are no good any more."""
    connection.execute(
        update(access_tokens)
        .where(access_tokens.c.token_sha256 == digest(token), access_tokens.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )
