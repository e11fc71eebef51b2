"""The audit trail: who took, erased, opened or set what, in a chain that shows tampering.

An entry holds the hash of the one before and is hashed with it, so that nothing in between can
be changed, taken out or put in unseen. Whoever can write the whole table could forge a whole
chain: the last hash is handed out with every export and every page of the trail, and
:func:`verify` tells whether the chain still leads through one that was kept elsewhere.

An entry names people by their ids only, and says what was done in words of this program: so it
stays when a person is erased.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.backend.custody.models import audit_entries

_AT_ONCE = 500
_BEGINNING = bytes(32)


class Action(StrEnum):
    """What the trail tells of."""

    EXPORTED = "exported"
    ERASURE_ASKED = "erasure asked"
    ERASURE_DECLINED = "erasure declined"
    ERASURE_BEGUN = "erasure begun"
    ERASED = "erased"
    RETENTION_CHANGED = "retention changed"
    EXPIRED = "expired"
    CREDENTIAL_OPENED = "credential opened"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: a person, an account or a client by id, or the platform by itself."""

    kind: str
    id: str

    @classmethod
    def of(cls, principal: Principal) -> Actor:
        """Return the actor that a caller is; an app in a person's name is the app."""
        known = principal.client_id or principal.user_id or principal.account_id
        kind = "client" if principal.client_id else str(principal.kind)
        return cls(kind, known or kind)


PLATFORM = Actor("platform", "platform")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that was done, as it is written down."""

    action: Action
    actor: Actor
    subject_id: str | None = None
    detail: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a tenant's trail; whoever keeps it can tell later what was changed."""

    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a check of a trail came out; ``fault`` is the number of the first bad entry."""

    head: Head
    fault: int | None

    @property
    def is_intact(self) -> bool:
        """Tell whether nothing was changed."""
        return self.fault is None


def write(connection: Connection, tenant: str, deed: Deed, now_ms: int) -> Head:
    """Add an entry, in a writing transaction: writers take turns, so numbers have no gaps."""
    last = _last(connection, tenant)
    number = 1 if last is None else int(last.number) + 1
    row = {
        "publisher_id": tenant,
        "number": number,
        "at_ms": now_ms,
        "actor_kind": deed.actor.kind,
        "actor_id": deed.actor.id,
        "action": deed.action.value,
        "subject_id": deed.subject_id,
        "detail": deed.detail,
        "counts": dict(deed.counts),
        "previous_sha256": _BEGINNING if last is None else bytes(last.entry_sha256),
    }
    digest = _digest(row)
    connection.execute(insert(audit_entries).values(**row, entry_sha256=digest))
    return Head(number, digest.hex())


def head(connection: Connection, tenant: str) -> Head:
    """Return the end of a tenant's trail; number 0 when there is none."""
    last = _last(connection, tenant)
    return Head(0, "") if last is None else Head(last.number, bytes(last.entry_sha256).hex())


def verify(connection: Connection, tenant: str, kept: Head | None = None) -> Verdict:
    """Check every entry of a tenant's trail, and that it leads through ``kept``."""
    asked = select(audit_entries).where(audit_entries.c.publisher_id == tenant)
    asked = asked.order_by(audit_entries.c.number).execution_options(yield_per=_AT_ONCE)
    with connection.execute(asked) as rows:
        return _followed(rows.mappings(), kept)


def _followed(rows: Iterable[RowMapping], kept: Head | None) -> Verdict:
    """Follow the chain from entry to entry, to its end or the first bad one."""
    number, previous, found = 0, _BEGINNING, kept is None or kept.number == 0
    for row in rows:
        whole = row["number"] == number + 1 and bytes(row["previous_sha256"]) == previous
        if not whole or bytes(row["entry_sha256"]) != _digest(dict(row)):
            return Verdict(Head(number, previous.hex()), number + 1)
        number, previous = row["number"], bytes(row["entry_sha256"])
        if kept is not None and kept.number == number:
            found = kept.sha256 == previous.hex()
            if not found:
                return Verdict(Head(number, previous.hex()), number)
    return Verdict(Head(number, previous.hex() if number else ""), None if found else number + 1)


def _last(connection: Connection, tenant: str) -> Any:
    mine = select(audit_entries.c.number, audit_entries.c.entry_sha256).where(
        audit_entries.c.publisher_id == tenant
    )
    return connection.execute(mine.order_by(audit_entries.c.number.desc()).limit(1)).one_or_none()


_HASHED = (
    "publisher_id",
    "number",
    "at_ms",
    "actor_kind",
    "actor_id",
    "action",
    "subject_id",
    "detail",
    "counts",
)


def _digest(row: Mapping[str, Any]) -> bytes:
    told = [*(row[name] for name in _HASHED), bytes(row["previous_sha256"]).hex()]
    return sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).digest()
