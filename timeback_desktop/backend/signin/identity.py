"""What a client is told of a person: the id_token, and the claims of ``userinfo``.

An app knows a person by the same random name as in a launch; two apps cannot compare
theirs. Names and e-mail addresses are told at ``userinfo`` only, to a token that carries
the scope for them.
"""

from __future__ import annotations

import base64
import hashlib

from sqlalchemy import Connection

from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.lti.service import subject_of
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.signin.people import EMAIL, PROFILE, Person

LIFETIME_S = 300
ROLE_CLAIM = "urn:timeback:claim:role"


def subject(connection: Connection, application_id: str | None, holder: Holder) -> str:
    """Return the name that a client knows a person by; an account's is its own id."""
    if holder.account_id:
        return holder.account_id
    publisher_id, user_id = holder.publisher_id or "", holder.user_id or ""
    if application_id is None:
        return user_id
    return subject_of(connection, application_id, publisher_id, user_id)


def id_token(platform: Platform, claims: dict[str, object], access_token: str) -> str:
    """Return the signed id_token that goes with an access token."""
    now_ms = platform.now()
    told = {
        **claims,
        "exp": now_ms // 1000 + LIFETIME_S,
        "at_hash": _half_hash(access_token),
    }
    return platform.keys.sign(told, now_ms)


def _half_hash(token: str) -> str:
    """Return ``at_hash`` (OpenID Connect Core, 3.1.3.6)."""
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def claims_of(somebody: Person, scopes: frozenset[str]) -> dict[str, object]:
    """Return what ``userinfo`` tells of a person to a token with these scopes."""
    told: dict[str, object] = {}
    if PROFILE in scopes:
        told = {"name": somebody.name, "given_name": somebody.given_name}
        if somebody.family_name:
            told["family_name"] = somebody.family_name
        if somebody.role is not None:
            told[ROLE_CLAIM] = somebody.role
    if EMAIL in scopes and somebody.email:
        told["email"] = somebody.email
    return told
