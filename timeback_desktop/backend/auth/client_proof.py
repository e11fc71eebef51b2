"""Proving which client is asking: by its secret, or by an assertion that it signed.

What could tell a stranger which clients exist is said alike: an unknown id and a wrong
proof get one answer. Only a client that proved itself is told that its app is suspended,
or that it knocks at the door of the wrong environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from timeback_desktop.backend.auth.assertions import (
    Assertion,
    prove_assertion,
    read_assertion,
    use_up,
)
from timeback_desktop.backend.auth.client_keys import ClientKey, key_named, keys_in
from timeback_desktop.backend.auth.schemas import ShownClient, TokenRefused, too_often
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.endpoints import PLAIN_TOKEN_PATH, TOKEN_PATH
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.outbound import fetch_json, may_reach_loopback
from timeback_desktop.backend.registry.clients import (
    ApiClient,
    KnownClient,
    has_secret,
    known_client,
)
from timeback_desktop.backend.runtime import Platform

_MAX_ID = 64


@dataclass(frozen=True, slots=True)
class Doorstep:
    """Where a client stands that proves itself: before which door, coming from where."""

    environment: Environment
    address: str


def prove(platform: Platform, shown: ShownClient, at: Doorstep) -> ApiClient | None:
    """Return the client that proves itself, ``None`` when it shows no proof, or refuse."""
    if shown.assertion is not None:
        known = _by_assertion(platform, shown, at)
    elif shown.secret is not None:
        known = _by_secret(platform, shown, at)
    else:
        return None
    _check_place(platform, known, at.environment)
    return known.client


def _by_secret(platform: Platform, shown: ShownClient, at: Doorstep) -> KnownClient:
    client_id, secret = shown.client_id or "", shown.secret or ""
    known = _looked_up(platform, client_id)
    if not has_secret(known, secret, platform.now()) or known is None:
        _refuse(platform, client_id, at)
    return known


def _by_assertion(platform: Platform, shown: ShownClient, at: Doorstep) -> KnownClient:
    sent = read_assertion(shown.assertion or "")
    if sent is None or shown.client_id not in {None, sent.client_id}:
        _refuse(platform, shown.client_id or "", at)
    known = _looked_up(platform, sent.client_id)
    key = None if known is None else _key(platform, known, sent)
    if known is None or key is None or not _holds(platform, sent, key, at.environment):
        _refuse(platform, sent.client_id, at)
    return known


def _looked_up(platform: Platform, client_id: str) -> KnownClient | None:
    with reading(platform.engine) as connection:
        return known_client(connection, client_id) if len(client_id) <= _MAX_ID else None


def _key(platform: Platform, known: KnownClient, sent: Assertion) -> ClientKey | None:
    if known.jwks is not None:
        return key_named(keys_in(known.jwks), sent.kid)
    if known.jwks_url is None:
        return None

    def fetch(url: str) -> Any:
        loopback = may_reach_loopback(platform.settings)
        return fetch_json(url, purpose="keys of a client", loopback=loopback)

    return platform.client_keys.named(known.jwks_url, sent.kid, fetch, platform.now())


def _holds(platform: Platform, sent: Assertion, key: ClientKey, environment: Environment) -> bool:
    issuer, now_ms = f"{platform.settings.issuer_url}{environment.prefix}", platform.now()
    audiences = {issuer, f"{issuer}{TOKEN_PATH}", f"{issuer}{PLAIN_TOKEN_PATH}"}
    proven = prove_assertion(sent, key, audiences, now_ms)
    if proven is None:
        return False
    with writing(platform.engine) as connection:
        return use_up(connection, proven, now_ms)


def _refuse(platform: Platform, client_id: str, at: Doorstep) -> NoReturn:
    """Refuse a proof that does not hold; too many of them are asked to slow down."""
    key = client_id[:_MAX_ID], at.address
    wait_ms = platform.token_throttle.wrong.take(key, platform.now())
    if wait_ms:
        raise too_often(wait_ms)
    raise TokenRefused("invalid_client", "Unknown client, or a proof that is wrong.", status=401)


def _check_place(platform: Platform, known: KnownClient, environment: Environment) -> None:
    own = known.client.environment
    if own is not environment:
        place = f"{platform.settings.issuer_url}{own.prefix}{TOKEN_PATH}"
        message = f"This client belongs to the {own} environment: its tokenUrl is {place}."
        raise TokenRefused("invalid_client", message, status=401)
    if known.ended:
        raise TokenRefused("invalid_client", f"This client's app is {known.ended}.", status=401)
