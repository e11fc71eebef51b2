"""Signing in on a device that has no browser: a short code is typed elsewhere (RFC 8628).

The user code has eight letters out of twenty (no vowels, so that no word comes out, and
nothing that looks like something else): 34 bits, good for ten minutes, and whoever tries
many of them is slowed down (see ``parts``).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from timeback_desktop.backend.auth.families import Family, Holder, begin
from timeback_desktop.backend.secret import digest, fresh_secret
from timeback_desktop.backend.signin.clients import SignInClient
from timeback_desktop.backend.signin.models import device_codes
from timeback_desktop.errors import ContractFault

LIFETIME_S = 600
INTERVAL_S = 5
_SLOWER_S = 5
_LONGEST_INTERVAL_S = 60
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH = 8
_MOST_OPEN = 2_000


class Polled(StrEnum):
    """What a device is told that asks; the words of RFC 8628, 3.5."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED = "expired_token"
    DENIED = "access_denied"
    UNKNOWN = "invalid_grant"


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a device gets: a secret of its own, and a code for the person to type."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits for a person."""

    user_code: str
    client_id: str
    scopes: frozenset[str]


def open_device(
    connection: Connection, client: SignInClient, scopes: frozenset[str], now_ms: int
) -> DeviceCode:
    """Let a device ask for a person; refuse when thousands are asking already."""
    kept_until = device_codes.c.expires_ms + LIFETIME_S * 1000  # so that it is told "expired"
    connection.execute(delete(device_codes).where(kept_until < now_ms))
    waiting = select(func.count()).select_from(device_codes).where(_is_open(now_ms))
    if (connection.scalar(waiting) or 0) >= _MOST_OPEN:
        raise ContractFault("Too many devices ask at once. Please try again soon.", status=429)
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    code = DeviceCode(fresh_secret(), f"{drawn[:4]}-{drawn[4:]}")
    connection.execute(
        insert(device_codes).values(
            device_sha256=digest(code.device_code),
            user_code_sha256=digest(drawn),
            client_id=client.id,
            scopes=" ".join(sorted(scopes)),
            asked_ms=now_ms,
            expires_ms=now_ms + LIFETIME_S * 1000,
            interval_s=INTERVAL_S,
        )
    )
    return code


def waiting_device(connection: Connection, typed: str, now_ms: int) -> Waiting | None:
    """Return the device that waits for a user code, however it was typed."""
    drawn = _plain(typed)
    found = connection.execute(
        select(device_codes).where(
            device_codes.c.user_code_sha256 == digest(drawn), _is_open(now_ms)
        )
    ).one_or_none()
    if found is None:
        return None
    return Waiting(drawn, found.client_id, frozenset(found.scopes.split()))


def allow(
    connection: Connection, user_code: str, holder: Holder, scopes: frozenset[str], now_ms: int
) -> bool:
    """Let a device act for a person; tell whether it was still waiting."""
    granted = {"scopes": " ".join(sorted(scopes)), **holder.columns()}
    return _decide(connection, user_code, {"allowed": True, "decided_ms": now_ms, **granted})


def deny(connection: Connection, user_code: str, now_ms: int) -> bool:
    """Tell a device no; tell whether it was still waiting."""
    return _decide(connection, user_code, {"allowed": False, "decided_ms": now_ms})


def _decide(connection: Connection, user_code: str, decision: Mapping[str, Any]) -> bool:
    mine = device_codes.c.user_code_sha256 == digest(_plain(user_code))
    waiting = _is_open(decision["decided_ms"])
    return (
        connection.execute(update(device_codes).where(mine, waiting).values(**decision)).rowcount
        == 1
    )


def poll(
    connection: Connection, client: SignInClient, device_code: str, now_ms: int
) -> Family | Polled:
    """Answer a device: a sign-in that begins, once, or why there is none yet."""
    mine = device_codes.c.device_sha256 == digest(device_code)
    found = connection.execute(select(device_codes).where(mine).with_for_update()).one_or_none()
    if found is None or found.client_id != client.id:
        return Polled.UNKNOWN
    if found.expires_ms <= now_ms:
        return Polled.EXPIRED
    if found.allowed is None:
        return _pending(connection, found, now_ms)
    connection.execute(delete(device_codes).where(mine))
    if not found.allowed:
        return Polled.DENIED
    scopes = frozenset(found.scopes.split())
    return begin(connection, Holder.of(found), client.registered_id, scopes, now_ms)


def _pending(connection: Connection, found: Row[tuple[object, ...]], now_ms: int) -> Polled:
    last: int | None = found.polled_ms
    interval_s: int = found.interval_s
    soon = last is not None and now_ms - last < interval_s * 1000
    if soon:
        interval_s = min(interval_s + _SLOWER_S, _LONGEST_INTERVAL_S)
    connection.execute(
        update(device_codes)
        .where(device_codes.c.device_sha256 == found.device_sha256)
        .values(polled_ms=now_ms, interval_s=interval_s)
    )
    return Polled.SLOW_DOWN if soon else Polled.PENDING


def _is_open(now_ms: int) -> ColumnElement[bool]:
    return device_codes.c.allowed.is_(None) & (device_codes.c.expires_ms > now_ms)


def _plain(typed: str) -> str:
    return "".join(letter for letter in typed.upper() if letter in _LETTERS)
