"""PINs: few digits, so a slow hash and a growing wait after wrong tries.

A try is counted before it is judged, under the write lock, so that a hundred tries at
once are a hundred tries. The wait is bounded: nobody is locked out for longer than five
minutes, and the owner who gets it right starts over at none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, select, update

from timeback_desktop.backend.auth.models import pins
from timeback_desktop.backend.db.engine import writing

_FREE_TRIES = 4
_FIRST_WAIT_MS = 5_000
_LONGEST_WAIT_MS = 300_000
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's minimum


class Outcome(StrEnum):
    """What became of a try."""

    RIGHT = "right"
    WRONG = "wrong"
    NO_PIN = "no_pin"
    TOO_SOON = "too_soon"


@dataclass(frozen=True, slots=True)
class Try:
    """The outcome of a try; ``wait_ms`` is how long the next one has to wait."""

    outcome: Outcome
    wait_ms: int = 0


def set_pin(connection: Connection, publisher_id: str, user_id: str, pin: str) -> None:
    """Give a person a PIN, in place of the one before."""
    connection.execute(delete(pins).where(_of(publisher_id, user_id)))
    connection.execute(
        insert(pins).values(publisher_id=publisher_id, user_id=user_id, pin_hash=_hasher.hash(pin))
    )


def people_with_pin(connection: Connection, publisher_id: str) -> frozenset[str]:
    """Return the ids of the tenant's people who have a PIN."""
    found = select(pins.c.user_id).where(pins.c.publisher_id == publisher_id)
    return frozenset(connection.scalars(found))


def try_pin(engine: Engine, publisher_id: str, user_id: str, pin: str, now_ms: int) -> Try:
    """Judge a PIN; a person without one has none to get right."""
    counted = _count_try(engine, publisher_id, user_id, now_ms)
    if isinstance(counted, Try):
        return counted
    if not _matches(counted, pin):
        return Try(Outcome.WRONG)
    with writing(engine) as connection:
        connection.execute(
            update(pins).where(_of(publisher_id, user_id)).values(wrong_tries=0, closed_until_ms=0)
        )
    return Try(Outcome.RIGHT)


def _count_try(engine: Engine, publisher_id: str, user_id: str, now_ms: int) -> str | Try:
    """Count one try and return the stored hash, unless it comes too soon."""
    with writing(engine) as connection:
        kept = connection.execute(
            select(pins).where(_of(publisher_id, user_id)).with_for_update()
        ).one_or_none()
        if kept is None:
            return Try(Outcome.NO_PIN)
        if kept.closed_until_ms > now_ms:
            return Try(Outcome.TOO_SOON, kept.closed_until_ms - now_ms)
        tries = kept.wrong_tries + 1
        connection.execute(
            update(pins)
            .where(_of(publisher_id, user_id))
            .values(wrong_tries=tries, closed_until_ms=now_ms + wait_after(tries))
        )
        return str(kept.pin_hash)


def wait_after(tries: int) -> int:
    """Return the milliseconds to wait after that many wrong tries in a row."""
    beyond = tries - _FREE_TRIES
    if beyond <= 0:
        return 0
    return min(_FIRST_WAIT_MS << min(beyond - 1, 16), _LONGEST_WAIT_MS)


def _matches(pin_hash: str, pin: str) -> bool:
    try:
        return _hasher.verify(pin_hash, pin)
    except VerifyMismatchError:
        return False


def _of(publisher_id: str, user_id: str) -> ColumnElement[bool]:
    return and_(pins.c.publisher_id == publisher_id, pins.c.user_id == user_id)
