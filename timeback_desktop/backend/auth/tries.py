"""Trying a secret that a person remembers: a slow hash, and a growing wait after wrong tries.

A try is counted before it is judged, under the write lock, so that a hundred tries at once
are a hundred tries. The wait is bounded: nobody is locked out for longer than five minutes,
and the owner who gets it right starts over at none.

A table of such secrets has the columns ``wrong_tries`` and ``closed_until_ms`` and one
for the hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Column, ColumnElement, Engine, select, update

from timeback_desktop.backend.db.engine import writing

_FREE_TRIES = 4
_FIRST_WAIT_MS = 5_000
_LONGEST_WAIT_MS = 300_000
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's minimum


class Outcome(StrEnum):
    """What became of a try."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE_SET = "none_set"
    TOO_SOON = "too_soon"


@dataclass(frozen=True, slots=True)
class Try:
    """The outcome of a try; ``wait_ms`` is how long the next one has to wait."""

    outcome: Outcome
    wait_ms: int = 0

    @property
    def wait_s(self) -> int:
        """Return the whole seconds to wait, rounded up."""
        return -(-self.wait_ms // 1000)


def hashed(secret: str) -> str:
    """Return what is stored of a secret that a person remembers."""
    return _hasher.hash(secret)


def matches(secret_hash: str, secret: str) -> bool:
    """Tell whether a secret is the one that was stored."""
    try:
        return _hasher.verify(secret_hash, secret)
    except VerifyMismatchError:
        return False


def wait_after(tries: int) -> int:
    """Return the milliseconds to wait after that many wrong tries in a row."""
    beyond = tries - _FREE_TRIES
    if beyond <= 0:
        return 0
    return min(_FIRST_WAIT_MS << min(beyond - 1, 16), _LONGEST_WAIT_MS)


def try_secret(
    engine: Engine, kept: Column[str], owner: ColumnElement[bool], secret: str, now_ms: int
) -> Try:
    """Judge a secret against the column ``kept`` of the one row that ``owner`` chooses."""
    counted = _count_try(engine, kept, owner, now_ms)
    if isinstance(counted, Try):
        return counted
    if not matches(counted, secret):
        return Try(Outcome.WRONG)
    with writing(engine) as connection:
        connection.execute(update(kept.table).where(owner).values(wrong_tries=0, closed_until_ms=0))
    return Try(Outcome.RIGHT)


def _count_try(
    engine: Engine, kept: Column[str], owner: ColumnElement[bool], now_ms: int
) -> str | Try:
    """Count one try and return the stored hash, unless it comes too soon."""
    table = kept.table
    with writing(engine) as connection:
        found = connection.execute(
            select(kept, table.c.wrong_tries, table.c.closed_until_ms)
            .where(owner)
            .with_for_update()
        ).one_or_none()
        if found is None:
            return Try(Outcome.NONE_SET)
        secret_hash, wrong_tries, closed_until_ms = found
        if closed_until_ms > now_ms:
            return Try(Outcome.TOO_SOON, closed_until_ms - now_ms)
        tries = wrong_tries + 1
        connection.execute(
            update(table)
            .where(owner)
            .values(wrong_tries=tries, closed_until_ms=now_ms + wait_after(tries))
        )
        return str(secret_hash)
