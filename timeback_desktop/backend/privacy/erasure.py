"""Take away what is known about a person: what he did, or him with it.

It happens in steps, so that nobody who writes waits long. The first one sets the instant before
which nothing is taken in any more (``custody.horizons.erased_before``) and ends his sign-ins;
then the events go, some batches at a time; the last one takes everything else, with what the
figures of his classes and his school hold of him. What was begun is finished by whoever comes
next, also after a crash (:func:`unfinished`).

What staff did is part of what is kept about others: they are put away in the roster instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, func, select, update

from timeback_desktop.backend.custody import trail
from timeback_desktop.backend.custody.horizons import Scope
from timeback_desktop.backend.custody.models import erased_students
from timeback_desktop.backend.custody.trail import Action, Actor, Deed
from timeback_desktop.backend.db.bulk import put_rows
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.events.models import (
    described_entities,
    event_batches,
    insights,
    reviews,
)
from timeback_desktop.backend.oneroster.files.models import import_refusals
from timeback_desktop.backend.privacy import mentions, raw, sums, tombstone
from timeback_desktop.backend.privacy.giving_way import give_way
from timeback_desktop.backend.privacy.holdings import erased, holdings
from timeback_desktop.backend.privacy.shredding import fold_log, shredding
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.roster.service import Role
from timeback_desktop.errors import ContractFault

_BATCHES_A_STEP = 50
_DOORS = frozenset({"access_tokens", "lti_launch_hints", "sign_ins"})


@dataclass(frozen=True, slots=True)
class Erasing:
    """Whom to erase, how much of him, and who wants it."""

    tenant: str
    user_id: str
    scope: Scope
    actor: Actor

    @property
    def everything(self) -> bool:
        """Tell whether the person goes too."""
        return self.scope is Scope.EVERYTHING


def check(connection: Connection, tenant: str, user_id: str) -> None:
    """Raise :class:`ContractFault` for somebody who is not here, or cannot be erased."""
    who = (users.c.publisher_id == tenant, users.c.id == user_id)
    role = connection.scalar(select(users.c.role).where(*who))
    if role is None:
        raise ContractFault("There is nobody of this id here.", status=404)
    if Role.of(role) in {Role.TEACHER, Role.ADMINISTRATOR}:
        raise ContractFault(
            "What staff did is part of what is kept about others: mark this person tobedeleted.",
            status=409,
        )


def counted(connection: Connection, tenant: str, user_id: str, scope: Scope) -> dict[str, int]:
    """Return how many rows an erasure would take from each table, and from which."""
    everything = scope is Scope.EVERYTHING
    found = {
        each.table.name: _count(connection, each.table, each.of(tenant, user_id))
        for each in erased(everything=everything)
        if each.table is not event_batches  # told in events
    }
    mine = (event_batches.c.publisher_id == tenant, event_batches.c.user_id == user_id)
    found["events"] = int(
        connection.scalar(select(func.sum(event_batches.c.events)).where(*mine)) or 0
    )
    found["reviews"] = _count(connection, reviews, _about(tenant, user_id))
    found["import_refusals"] = _count(
        connection, import_refusals, mentions.refused(tenant, user_id)
    )
    names = mentions.names_of(connection, tenant, user_id)
    found["described_entities"] = sum(1 for _ in mentions.described(connection, tenant, names))
    return {name: number for name, number in sorted(found.items()) if number}


def _count(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(which)) or 0


def erase(engine: Engine, erasing: Erasing, now_ms: int) -> dict[str, int]:
    """Erase a person, and return how many rows were taken from each table."""
    with writing(engine) as connection:
        check(connection, erasing.tenant, erasing.user_id)
        doors = begin(connection, erasing, now_ms)
    return finish(engine, erasing, now_ms, doors)


def begin(connection: Connection, erasing: Erasing, now_ms: int) -> Counter[str]:
    """Set the instant up to which everything goes, and shut the person's doors."""
    row = {
        "publisher_id": erasing.tenant,
        "user_id": erasing.user_id,
        "scope": erasing.scope.value,
        "before_ms": now_ms,
        "actor_kind": erasing.actor.kind,
        "actor_id": erasing.actor.id,
        "finished_ms": None,
    }
    put_rows(connection, erased_students, list(row), [tuple(row.values())])
    taken: Counter[str] = Counter()
    for each in holdings():
        if each.table.name in _DOORS:
            which = each.of(erasing.tenant, erasing.user_id)
            taken[each.table.name] = _take(connection, each.table, which)
    _note(connection, erasing, Action.ERASURE_BEGUN, now_ms, {})
    return taken


def finish(
    engine: Engine, erasing: Erasing, now_ms: int, doors: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Do what is left of an erasure that has begun, and write down that it is done.

    ``doors`` is what its beginning took already.
    """
    taken = Counter(doors or {})
    while events := _take_events(engine, erasing):
        taken["events"] += events
        give_way()
    with shredding(engine) as connection:
        taken.update(_take_the_rest(connection, erasing, now_ms))
        counts = {name: number for name, number in sorted(taken.items()) if number}
        if _close(connection, erasing, now_ms):  # nobody else has finished it meanwhile
            _note(connection, erasing, Action.ERASED, now_ms, counts)
    fold_log(engine)
    return counts


def _take_events(engine: Engine, erasing: Erasing) -> int:
    with shredding(engine) as connection:
        return raw.take(connection, erasing.tenant, erasing.user_id, _BATCHES_A_STEP)


def unfinished(engine: Engine) -> list[Erasing]:
    """Return the erasures that were begun and not finished."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(erased_students).where(erased_students.c.finished_ms.is_(None))
        ).all()
    return [
        Erasing(
            row.publisher_id, row.user_id, Scope(row.scope), Actor(row.actor_kind, row.actor_id)
        )
        for row in rows
    ]


def _take_the_rest(connection: Connection, erasing: Erasing, now_ms: int) -> Mapping[str, int]:
    tenant, user_id = erasing.tenant, erasing.user_id
    taken: Counter[str] = Counter()
    sums.take_off(connection, tenant, user_id)
    names = mentions.names_of(connection, tenant, user_id)
    for row in list(mentions.described(connection, tenant, names)):
        own = described_entities.c.id_sha256 == row.id_sha256
        which = and_(described_entities.c.publisher_id == tenant, own)
        taken["described_entities"] += _take(connection, described_entities, which)
    taken["import_refusals"] = _take(connection, import_refusals, mentions.refused(tenant, user_id))
    raw.blank_reviews(connection, tenant, _about(tenant, user_id))
    taken["reviews"] = _take(connection, reviews, _about(tenant, user_id))
    for each in erased(everything=erasing.everything):
        taken[each.table.name] += _take(connection, each.table, each.of(tenant, user_id))
    if erasing.everything:
        tombstone.set_up(connection, tenant, user_id, now_ms)
    return taken


def _about(tenant: str, user_id: str) -> ColumnElement[bool]:
    """Return the condition that a review judges an insight about this person."""
    mine = select(insights.c.id).where(
        insights.c.publisher_id == tenant, insights.c.user_id == user_id
    )
    return and_(reviews.c.publisher_id == tenant, reviews.c.insight_id.in_(mine))


def _take(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(which)).rowcount


def _close(connection: Connection, erasing: Erasing, now_ms: int) -> bool:
    table = erased_students
    mine = (table.c.publisher_id == erasing.tenant, table.c.user_id == erasing.user_id)
    still_open = table.c.finished_ms.is_(None)
    done = update(table).where(*mine, still_open).values(finished_ms=now_ms)
    return connection.execute(done).rowcount == 1


def _note(
    connection: Connection, erasing: Erasing, action: Action, now_ms: int, counts: dict[str, int]
) -> None:
    deed = Deed(
        action=action,
        actor=erasing.actor,
        subject_id=erasing.user_id,
        detail=erasing.scope.value,
        counts=counts,
    )
    trail.write(connection, erasing.tenant, deed, now_ms)
