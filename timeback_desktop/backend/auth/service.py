"""Rules of access tokens: given out once, kept as a hash, good until they are not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from timeback_desktop.backend.auth import token_kinds
from timeback_desktop.backend.auth.models import access_tokens
from timeback_desktop.backend.auth.principal import PrincipalKind, holder_of
from timeback_desktop.backend.auth.token_kinds import TokenFacts
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry.clients import ApiClient
from timeback_desktop.backend.secret import digest, fresh_secret

CLIENT_LIFETIME_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOwner:
    """Whom a token is for; ``family_id`` names the sign-in that it grew out of."""

    kind: PrincipalKind
    publisher_id: str | None = None
    user_id: str | None = None
    account_id: str | None = None
    client_id: str | None = None
    family_id: str | None = None
    environment: Environment = Environment.PRODUCTION


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token as its holder gets it: this once."""

    token: str
    scopes: frozenset[str]
    expires_in: int


def issue_client_token(
    connection: Connection, client: ApiClient, scopes: Iterable[str], now_ms: int
) -> IssuedToken:
    """Give a client a token that carries ``scopes``, out of those that it holds."""
    owner = TokenOwner(
        kind=PrincipalKind.CLIENT,
        publisher_id=client.publisher_id,
        client_id=client.client_id,
        environment=client.environment,
    )
    granted = client.scopes.intersection(scopes)
    return issue(connection, owner, granted, now_ms, CLIENT_LIFETIME_S)


def issue(
    connection: Connection,
    owner: TokenOwner,
    scopes: Iterable[str],
    now_ms: int,
    lifetime_s: int,
) -> IssuedToken:
    """Give out a token; whoever calls has made sure that the owner may have it."""
    connection.execute(_SWEEP, {"now_ms": now_ms})
    token = fresh_secret()
    row = {
        "token_sha256": digest(token),
        "kind": owner.kind,
        "publisher_id": owner.publisher_id,
        "user_id": owner.user_id,
        "account_id": owner.account_id,
        "client_id": owner.client_id,
        "family_id": owner.family_id,
        "environment": owner.environment,
        "scopes": " ".join(sorted(scopes)),
        "issued_ms": now_ms,
        "expires_ms": now_ms + lifetime_s * 1000,
    }
    connection.execute(_INSERT, row)
    return IssuedToken(token, frozenset(scopes), lifetime_s)


# Both run inside the write lock, so they are put together once and not for every token.
_INSERT = insert(access_tokens)
_EXPIRED = (
    select(access_tokens.c.token_sha256)
    .where(access_tokens.c.expires_ms < bindparam("now_ms"))
    .order_by(access_tokens.c.expires_ms)
    .limit(64)
    .with_for_update(skip_locked=True)
)
_SWEEP = delete(access_tokens).where(access_tokens.c.token_sha256.in_(_EXPIRED))
"""A few expired tokens go for each that comes. A bound number, so that the first sign-in of a
morning does not hold the lock while it clears away yesterday."""


def revoke(connection: Connection, token: str, now_ms: int) -> None:
    """End a token of whatever kind, and what goes with it; an unknown one has ended."""
    for kind in token_kinds.registered():
        kind.revoke(connection, token, now_ms)


def facts_of(connection: Connection, token: str, now_ms: int) -> TokenFacts | None:
    """Return what is to know of a token of whatever kind that is good now."""
    for kind in token_kinds.registered():
        if (facts := kind.facts(connection, token, now_ms)) is not None:
            return facts
    return None


class _AccessTokens:
    """The access tokens, as one kind of token."""

    def facts(self, connection: Connection, token: str, now_ms: int) -> TokenFacts | None:
        holder = holder_of(connection, token, now_ms)
        if holder is None:
            return None
        kept = connection.execute(
            select(
                access_tokens.c.client_id, access_tokens.c.issued_ms, access_tokens.c.expires_ms
            ).where(access_tokens.c.token_sha256 == digest(token))
        ).one()
        return TokenFacts(
            token_type="Bearer",  # noqa: S106 the scheme's name
            holder=holder,
            client_id=kept.client_id,
            scopes=holder.scopes,
            issued_ms=kept.issued_ms,
            expires_ms=kept.expires_ms,
        )

    def revoke(self, connection: Connection, token: str, now_ms: int) -> None:
        """End an access token; the launch hints made under it are no good any more."""
        mine = access_tokens.c.token_sha256 == digest(token)
        living = access_tokens.c.revoked_ms.is_(None)
        connection.execute(update(access_tokens).where(mine, living).values(revoked_ms=now_ms))


token_kinds.register(_AccessTokens())
