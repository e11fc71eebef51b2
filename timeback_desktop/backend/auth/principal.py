"""Who is calling: the one answer that every route's authorisation starts from.

Four kinds of caller exist. The desktop itself shows the secret of this run; a person of the
roster shows the token of a sign-in, and so does the account of a developer; an API client
shows a token of the token endpoint. A token of a person who was deactivated, or of a client
whose app was suspended, is no token, and neither is one of the other environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from sqlalchemy import Connection, Row, and_, or_, select

from timeback_desktop.backend.auth.models import access_tokens, accounts
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.environments import Environment, door_of
from timeback_desktop.backend.registry.models import ENDED, api_clients, applications
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.runtime import Platform, current_platform
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.secret import digest, same_secret

__all__ = [
    "EVENTS_READONLY",
    "EVENTS_WRITE",
    "CurrentPrincipal",
    "Principal",
    "PrincipalKind",
    "ScopeCheck",
    "bearer_in",
    "bearer_token",
    "callers",
    "current_principal",
    "holder_of",
    "holders_of",
    "require_desktop",
    "require_scope",
    "require_user",
]


class PrincipalKind(StrEnum):
    """The kinds of caller."""

    DESKTOP = "desktop"
    USER = "user"
    ACCOUNT = "account"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Principal:
    """One authenticated caller.

    ``publisher_id`` is the tenant whose data it works on; the desktop itself and accounts
    belong to none. ``application_id`` is set for the client of an app, ``owner_id`` (the
    publisher that the client belongs to) for every client, ``user_id`` and ``role`` for a
    person of the roster, ``account_id`` for an account.
    """

    kind: PrincipalKind
    user_id: str | None = None
    role: str | None = None
    client_id: str | None = None
    application_id: str | None = None
    publisher_id: str | None = None
    scopes: frozenset[str] = frozenset()
    owner_id: str | None = None
    account_id: str | None = None
    environment: Environment = Environment.PRODUCTION

    @property
    def is_lent(self) -> bool:
        """Tell whether an app holds this token of a person: its scopes are all that it may."""
        return self.kind is not PrincipalKind.CLIENT and self.client_id is not None

    @property
    def measures(self) -> bool:
        """Tell whether its events are measurements of the desktop, not claims of an app."""
        return self.kind in {PrincipalKind.DESKTOP, PrincipalKind.USER} and not self.client_id


_LIVE_USER = and_(users.c.status == "active", users.c.enabled)
_LIVE_CLIENT = and_(
    api_clients.c.revoked_ms.is_(None),
    or_(api_clients.c.application_id.is_(None), applications.c.status.not_in(ENDED)),
)
_TOKEN = (
    select(access_tokens, users.c.role, api_clients.c.application_id, api_clients.c.owner_id)
    .outerjoin_from(
        access_tokens,
        users,
        and_(
            users.c.publisher_id == access_tokens.c.publisher_id,
            users.c.id == access_tokens.c.user_id,
        ),
    )
    .outerjoin(api_clients, api_clients.c.client_id == access_tokens.c.client_id)
    .outerjoin(applications, applications.c.id == api_clients.c.application_id)
    .outerjoin(accounts, accounts.c.id == access_tokens.c.account_id)
    .where(
        access_tokens.c.revoked_ms.is_(None),
        accounts.c.closed_ms.is_(None),
        or_(access_tokens.c.user_id.is_(None), _LIVE_USER),
        or_(access_tokens.c.client_id.is_(None), _LIVE_CLIENT),
    )
)


def holder_of(connection: Connection, token: str, now_ms: int) -> Principal | None:
    """Return who holds an access token that is good now, or ``None``."""
    return holders_of(connection, [token], now_ms).get(token)


def holders_of(connection: Connection, tokens: Iterable[str], now_ms: int) -> dict[str, Principal]:
    """Return who holds each of these tokens; one that is not good now is left out."""
    hashes = {digest(token): token for token in tokens}
    rows = connection.execute(
        _TOKEN.where(
            access_tokens.c.token_sha256.in_(list(hashes)), access_tokens.c.expires_ms > now_ms
        )
    )
    return {hashes[bytes(row.token_sha256)]: _principal(row) for row in rows}


def _principal(found: Row[Any]) -> Principal:
    return Principal(
        kind=PrincipalKind(found.kind),
        user_id=found.user_id,
        role=found.role,
        client_id=found.client_id,
        application_id=found.application_id,
        publisher_id=found.publisher_id,
        scopes=frozenset(found.scopes.split()),
        owner_id=found.owner_id,
        account_id=found.account_id,
        environment=Environment(found.environment),
    )


def bearer_token(request: Request) -> str | None:
    """Return the bearer token of a request, or ``None`` when it shows none."""
    return bearer_in(request.headers.get("authorization", ""))


def bearer_in(header: str) -> str | None:
    """Return the bearer token of an Authorization header, or ``None`` when it shows none."""
    scheme, _, token = header.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def current_principal(request: Request) -> Principal:
    """Return who is calling, or answer 401."""
    platform = current_platform(request)
    shown = (bearer_token(request), door_of(request).environment)
    with reading(platform.engine) as connection:
        (found,) = callers(platform, connection, [shown])
    if isinstance(found, HTTPException):
        raise found
    return found


Shown = tuple[str | None, Environment]
"""What a request shows: its token, and the environment that it came to."""


def callers(
    platform: Platform, connection: Connection, shown: Sequence[Shown]
) -> list[Principal | HTTPException]:
    """Return who is calling with each of these, or the answer that says why nobody is."""
    tokens = {token for token, _ in shown if token is not None}
    desktops = {
        token for token in tokens if platform.run_secret and same_secret(token, platform.run_secret)
    }
    known = dict.fromkeys(desktops, Principal(PrincipalKind.DESKTOP))
    if tokens - desktops:
        known |= holders_of(connection, tokens - desktops, platform.now())
    return [_caller(platform, each, known) for each in shown]


def _caller(
    platform: Platform, shown: Shown, known: Mapping[str, Principal]
) -> Principal | HTTPException:
    token, environment = shown
    if token is None:
        return _unauthorized("Sign in first.", "Bearer")
    principal = known.get(token)
    if principal is None:
        return _unauthorized("This token is not good any more.", _INVALID)
    if principal.kind is not PrincipalKind.DESKTOP and principal.environment is not environment:
        place = f"{platform.settings.issuer_url}{principal.environment.prefix}"
        return _unauthorized(f"This token is for {place}, not for this address.", _INVALID)
    return principal


_INVALID = 'Bearer error="invalid_token"'


def _unauthorized(message: str, challenge: str) -> HTTPException:
    return HTTPException(401, message, headers={"WWW-Authenticate": challenge})


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]


@dataclass(frozen=True, slots=True)
class ScopeCheck:
    """A dependency that lets only holders of one of ``any_of`` pass, compared whole."""

    any_of: tuple[str, ...]

    def __call__(self, principal: CurrentPrincipal) -> Principal:
        """Return the caller, or answer 403 with the scope that is missing."""
        if principal.scopes.isdisjoint(self.any_of):
            needed = " or ".join(self.any_of)
            challenge = f'Bearer error="insufficient_scope", scope="{self.any_of[0]}"'
            raise HTTPException(
                403,
                f"This token does not carry the scope {needed}.",
                headers={"WWW-Authenticate": challenge},
            )
        return principal


def require_scope(*any_of: str) -> ScopeCheck:
    """Return a dependency that lets only holders of one of these scopes pass."""
    return ScopeCheck(any_of)


def require_desktop(principal: CurrentPrincipal) -> Principal:
    """Let only the desktop itself pass: others hold no run secret, hence 401."""
    if principal.kind is not PrincipalKind.DESKTOP:
        raise _unauthorized("Only the desktop window itself may ask this.", "Bearer")
    return principal


def require_user(principal: CurrentPrincipal) -> Principal:
    """Let only a person pass who signed in here; an app in their name has its scopes only."""
    if principal.kind is not PrincipalKind.USER or principal.is_lent:
        raise HTTPException(403, "Only a person who signed in may ask this.")
    return principal
