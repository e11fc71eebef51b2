"""Authorization codes: a minute to exchange one, once, by whoever asked for it.

A code that comes a second time was stolen, by the first who came or by the second: what
was given out for it ends (RFC 6749, 4.1.2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from timeback_desktop.backend.auth.families import Family, Holder, begin, end_family
from timeback_desktop.backend.secret import digest, fresh_secret
from timeback_desktop.backend.signin.clients import SignInClient
from timeback_desktop.backend.signin.models import authorization_codes

LIFETIME_S = 60
_KEPT_S = 24 * 3600
"""How long a used code is remembered, so that its coming again is noticed."""
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """What a person agreed to: for which client, with which scopes, answered where."""

    client_id: str
    redirect_uri: str
    challenge: str
    scopes: frozenset[str]
    nonce: str | None
    holder: Holder
    signed_in_ms: int


def is_challenge(text: str) -> bool:
    """Tell whether a text can be the challenge of PKCE S256."""
    return _CHALLENGE.fullmatch(text) is not None


def issue_code(connection: Connection, authorization: Authorization, now_ms: int) -> str:
    """Keep what a person agreed to for a minute; return the code that fetches it."""
    long_gone = authorization_codes.c.expires_ms < now_ms - _KEPT_S * 1000
    connection.execute(delete(authorization_codes).where(long_gone))
    code = fresh_secret()
    connection.execute(
        insert(authorization_codes).values(
            code_sha256=digest(code),
            client_id=authorization.client_id,
            redirect_uri=authorization.redirect_uri,
            challenge=authorization.challenge,
            scopes=" ".join(sorted(authorization.scopes)),
            nonce=authorization.nonce,
            **authorization.holder.columns(),
            signed_in_ms=authorization.signed_in_ms,
            expires_ms=now_ms + LIFETIME_S * 1000,
        )
    )
    return code


def use_code(
    connection: Connection, client: SignInClient, shown: Mapping[str, str], now_ms: int
) -> tuple[Family, Authorization] | None:
    """Exchange a code for the beginning of a sign-in, or give ``None``.

    Whoever calls must commit even then: a code that came again ends what it began.
    """
    kept = authorization_codes
    mine = kept.c.code_sha256 == digest(shown["code"])
    found = connection.execute(select(kept).where(mine).with_for_update()).one_or_none()
    if found is None:
        return None
    if found.family_id is not None:
        end_family(connection, found.family_id, now_ms)
        return None
    authorization = Authorization(
        client_id=found.client_id,
        redirect_uri=found.redirect_uri,
        challenge=found.challenge,
        scopes=frozenset(found.scopes.split()),
        nonce=found.nonce,
        holder=Holder.of(found),
        signed_in_ms=found.signed_in_ms,
    )
    if found.expires_ms <= now_ms or not _fits(authorization, client, shown):
        connection.execute(delete(kept).where(mine))  # one wrong try is all that a thief gets
        return None
    family = begin(
        connection, authorization.holder, client.registered_id, authorization.scopes, now_ms
    )
    connection.execute(update(kept).where(mine).values(family_id=family.id))
    return family, authorization


def _fits(authorization: Authorization, client: SignInClient, shown: Mapping[str, str]) -> bool:
    return (
        authorization.client_id == client.id
        and authorization.redirect_uri == shown["redirect_uri"]
        and _proves(shown["code_verifier"], authorization.challenge)
    )


def _proves(verifier: str, challenge: str) -> bool:
    """Tell whether a verifier is the one behind a challenge (RFC 7636, 4.6)."""
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    return hmac.compare_digest(hashed.rstrip(b"=").decode(), challenge)
