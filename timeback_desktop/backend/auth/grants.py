"""The grants of the token endpoint: each turns one kind of request into a token.

A grant is known by its ``grant_type``. The package that knows how a grant is earned
registers it when it is imported, so that the endpoint and the discovery documents know
all of them and import none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from timeback_desktop.backend.auth.schemas import TokenRefused, too_often
from timeback_desktop.backend.auth.service import IssuedToken, issue_client_token
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry.clients import ApiClient
from timeback_desktop.backend.runtime import Platform


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request for a token that can be read.

    ``client`` is the client that proved itself; a proof that does not hold never gets this
    far. Where it is ``None``, ``client_id`` may still name a public client: whether that is
    enough is for the grant to decide.
    """

    fields: Mapping[str, str]
    client_id: str | None
    client: ApiClient | None
    environment: Environment
    address: str

    def needed(self, name: str) -> str:
        """Return a field that must be there, or refuse."""
        value = self.fields.get(name)
        if value is None:
            raise TokenRefused("invalid_request", f"{name} is missing.")
        return value

    def proven_client(self) -> ApiClient:
        """Return the client that proved itself, or refuse."""
        if self.client is None:
            raise TokenRefused("invalid_client", "Show a client id and its secret.", status=401)
        return self.client

    @property
    def scopes(self) -> frozenset[str] | None:
        """Return the scopes asked for; ``None`` asks for all that there are to have."""
        asked = self.fields.get("scope", "").split()
        return frozenset(asked) if asked else None


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the token endpoint answers; a grant for people may add a refresh token."""

    access: IssuedToken
    refresh_token: str | None = None
    id_token: str | None = None

    def body(self) -> dict[str, str | int]:
        """Return the answer as RFC 6749, section 5.1, has it."""
        told: dict[str, str | int | None] = {
            "access_token": self.access.token,
            "token_type": "Bearer",
            "expires_in": self.access.expires_in,
            "scope": " ".join(sorted(self.access.scopes)),
            "refresh_token": self.refresh_token,
            "id_token": self.id_token,
        }
        return {name: value for name, value in told.items() if value is not None}


class Grant(Protocol):
    """A way to earn a token; refuses by raising :class:`TokenRefused`."""

    def __call__(self, platform: Platform, asked: TokenRequest, /) -> TokenAnswer:
        """Return the token that was earned, in a transaction of its own."""
        ...


_EVERYWHERE = tuple(Environment)
_grants: dict[tuple[Environment, str], Grant] = {}


def register_grant(
    grant_type: str, grant: Grant, environments: Collection[Environment] = _EVERYWHERE
) -> None:
    """Let the token endpoint of these environments answer requests of one more type."""
    for environment in environments:
        _grants[environment, grant_type] = grant


def grant_types(environment: Environment) -> list[str]:
    """Return the types that the token endpoint of an environment answers, by name."""
    return sorted(name for place, name in _grants if place is environment)


def grant_for(environment: Environment, grant_type: str | None) -> Grant:
    """Return the grant of a type, or refuse."""
    if grant_type is None:
        raise TokenRefused("invalid_request", "grant_type is missing.")
    grant = _grants.get((environment, grant_type))
    if grant is None:
        known = ", ".join(grant_types(environment))
        raise TokenRefused("unsupported_grant_type", f"What is granted here: {known}.")
    return grant


def client_credentials(platform: Platform, asked: TokenRequest, /) -> TokenAnswer:
    """Give an API client a token for the scopes it asks for, out of those it holds."""
    client = asked.proven_client()
    scopes = client.scopes if asked.scopes is None else client.scopes & asked.scopes
    if not scopes:
        raise TokenRefused("invalid_scope", "This client holds none of these scopes.")
    if wait_ms := platform.token_throttle.tokens.take(client.client_id, platform.now()):
        raise too_often(wait_ms)
    with writing(platform.engine) as connection:
        return TokenAnswer(issue_client_token(connection, client, scopes, platform.now()))


register_grant("client_credentials", client_credentials)
