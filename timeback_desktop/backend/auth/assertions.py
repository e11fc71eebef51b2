"""Clients that prove themselves by a key instead of a secret: private_key_jwt (RFC 7523).

The client signs a short-lived statement about itself with a key of which we know the public
half, and may use it once. Its header tells which key that was, but not how to judge it: the
algorithms are ours to choose, and an address of keys in a header is not looked at.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from timeback_desktop.backend.auth.client_keys import ClientKey
from timeback_desktop.backend.auth.models import client_assertions
from timeback_desktop.backend.secret import digest

ALGORITHMS = ("ES256", "PS256", "RS256")
_MAX_LENGTH = 8192
_MAX_NAME = 255
_SKEW_S = 60
_LONGEST_LIFE_S = 300


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion as it was sent: what it says of its signer is only said."""

    text: str
    client_id: str
    kid: str | None


@dataclass(frozen=True, slots=True)
class ProvenAssertion:
    """What is left to remember of an assertion: its name, until it expires by itself."""

    client_id: str
    jti: str
    expires_ms: int


def read_assertion(text: str) -> Assertion | None:
    """Return what an assertion says of its signer, or ``None`` when it cannot be read."""
    if len(text) > _MAX_LENGTH or not text.isascii():
        return None
    try:
        extracted = jws.extract_compact(text.encode())
        claims = json.loads(extracted.payload)
    except (JoseError, ValueError, RecursionError):
        return None
    client_id = _name(claims.get("sub")) if isinstance(claims, dict) else None
    kid = extracted.headers().get("kid")
    if client_id is None or not (client_id.isascii() and client_id.isprintable()):
        return None
    if not (kid is None or isinstance(kid, str)):
        return None
    return Assertion(text, client_id, kid)


def prove_assertion(
    sent: Assertion, key: ClientKey, audiences: Collection[str], now_ms: int
) -> ProvenAssertion | None:
    """Return what an assertion proves now, at one of ``audiences``; ``None`` for nothing."""
    try:
        claims = jwt.decode(sent.text, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
    jti, expires_s = _name(claims.get("jti")), _timely(claims, now_ms / 1000)
    own = claims.get("iss") == claims.get("sub") == sent.client_id
    if jti is None or expires_s is None or not own or not _is_for(claims.get("aud"), audiences):
        return None
    return ProvenAssertion(sent.client_id, jti, math.ceil((expires_s + _SKEW_S) * 1000))


def use_up(connection: Connection, proven: ProvenAssertion, now_ms: int) -> bool:
    """Note that an assertion was used; tell whether this was the first time."""
    connection.execute(delete(client_assertions).where(client_assertions.c.expires_ms < now_ms))
    key = {"client_id": proven.client_id, "jti_sha256": digest(proven.jti)}
    used = select(client_assertions.c.expires_ms).filter_by(**key)
    if connection.execute(used).first() is not None:
        return False
    try:
        connection.execute(insert(client_assertions).values(**key, expires_ms=proven.expires_ms))
    except IntegrityError:  # used at the same moment, on a database that lets two write at once
        return False
    return True


def _is_for(audience: Any, audiences: Collection[str]) -> bool:
    named = audience if isinstance(audience, list) else [audience]
    return any(isinstance(name, str) and name in audiences for name in named)


def _timely(claims: Mapping[str, Any], now_s: float) -> float | None:
    """Return when the claims expire, if they are good now and not for long."""
    expires_s = _instant(claims.get("exp"))
    issued_s = _instant(claims.get("iat", now_s + _SKEW_S))
    begins_s = _instant(claims.get("nbf", now_s))
    if expires_s is None or issued_s is None or begins_s is None:
        return None
    begun = max(issued_s, begins_s) <= now_s + _SKEW_S
    short = expires_s - issued_s <= _LONGEST_LIFE_S
    return expires_s if begun and short and now_s < expires_s + _SKEW_S else None


def _instant(claim: Any) -> float | None:
    number = isinstance(claim, int | float) and not isinstance(claim, bool)
    return float(claim) if number and 0 <= claim < 2**53 else None


def _name(claim: Any) -> str | None:
    return claim if isinstance(claim, str) and 0 < len(claim) <= _MAX_NAME else None
