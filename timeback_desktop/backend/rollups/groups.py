"""Classes and schools: whose figures are added up for them, when they are asked for.

A class's figures are those of the students who are enrolled in it now; a school's those of
the students whose school it is. An event changes a day of one student, and nothing else: to
write it to each of his classes as well would make every event cost several times as much.
So a group's day is added up at the first question after a change (``group_days``), and all of
its days when its members are others (``group_members``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    func,
    insert,
    literal,
    select,
)

from timeback_desktop.backend.db.bulk import put_rows
from timeback_desktop.backend.rollups.models import (
    RESULTS,
    TIMES,
    day_results,
    day_times,
    group_days,
    group_members,
    group_results,
    group_times,
    student_days,
)
from timeback_desktop.backend.roster.models import enrollments, users


class GroupKind(StrEnum):
    """The kinds of groups that figures are kept of."""

    CLASS = "class"
    ORG = "org"


class Group(NamedTuple):
    """A class or a school of a tenant."""

    tenant: str
    kind: str
    id: str

    def has(self, table: Table) -> ColumnElement[bool]:
        """Return the condition for its rows."""
        mine = table.c.publisher_id == self.tenant, table.c.kind == self.kind
        return and_(*mine, table.c.group_id == self.id)


EVER = (-(2**31), 2**31 - 1)
"""Every day there is."""
_AT_ONCE = 500

_TABLES = ((day_times, group_times, TIMES), (day_results, group_results, RESULTS))


def members(connection: Connection, tenant: str, kind: str, group_id: str) -> list[str]:
    """Return the students of a group, by id."""
    return list(connection.scalars(_members(tenant, kind, group_id).order_by("user_id")))


def _members(tenant: str, kind: str, group_id: str) -> Any:
    if kind == GroupKind.CLASS:
        return (
            select(enrollments.c.user_id)
            .where(
                enrollments.c.publisher_id == tenant,
                enrollments.c.class_id == group_id,
                enrollments.c.role == "student",
                enrollments.c.status == "active",
            )
            .distinct()
        )
    return select(users.c.id.label("user_id")).where(
        users.c.publisher_id == tenant,
        users.c.org_id == group_id,
        users.c.role == "student",
        users.c.status == "active",
    )


def _hash_of(user_ids: Iterable[str]) -> bytes:
    return sha256("\n".join(user_ids).encode("utf-8", "surrogatepass")).digest()


def is_fresh(
    connection: Connection,
    tenant: str,
    kind: str,
    group_id: str,
    days: tuple[int, int] = EVER,
) -> bool:
    """Tell whether a group's rows of these days are what its students' rows add up to now."""
    who = Group(tenant, kind, group_id)
    same = _members_then(connection, who) == _hash_of(members(connection, tenant, kind, group_id))
    return same and not _stale_days(connection, who, days)


def refresh(
    connection: Connection,
    tenant: str,
    kind: str,
    group_id: str,
    days: tuple[int, int] = EVER,
) -> None:
    """Add up those of a group's days that changed, for the students who are in it now."""
    who = Group(tenant, kind, group_id)
    now = _hash_of(members(connection, tenant, kind, group_id))
    if _members_then(connection, who) != now:
        for table in (group_times, group_results, group_days):
            connection.execute(delete(table).where(who.has(table)))
        columns = ("publisher_id", "kind", "group_id", "members_sha256")
        put_rows(connection, group_members, columns, [(*who, now)])
    stale = _stale_days(connection, who, days)
    for of_students, of_group, sums in _TABLES:
        for part in _parts(sorted(stale)):
            connection.execute(delete(of_group).where(who.has(of_group), of_group.c.day.in_(part)))
            connection.execute(_added_up(of_students, of_group, sums, who, part))
    rows = [(*who, day, revisions) for day, revisions in sorted(stale.items())]
    put_rows(connection, group_days, ("publisher_id", "kind", "group_id", "day", "revisions"), rows)


def _members_then(connection: Connection, who: Group) -> bytes | None:
    """Return the hash of those for whom the rows were added up."""
    kept = select(group_members.c.members_sha256).where(who.has(group_members))
    return connection.scalar(kept)


def _stale_days(connection: Connection, who: Group, days: tuple[int, int]) -> dict[int, int]:
    """Return the days on which a student's figures changed since, with their revisions now."""
    theirs = student_days.c
    now = connection.execute(
        select(theirs.day, func.sum(theirs.revision))
        .where(
            theirs.publisher_id == who.tenant,
            theirs.user_id.in_(_members(*who)),
            theirs.day.between(*days),
        )
        .group_by(theirs.day)
    )
    kept = connection.execute(
        select(group_days.c.day, group_days.c.revisions).where(
            who.has(group_days), group_days.c.day.between(*days)
        )
    )
    then = {row[0]: row[1] for row in kept}
    found = {day: int(revisions) for day, revisions in now}
    changed = {day: sum_ for day, sum_ in found.items() if then.get(day) != sum_}
    return changed | dict.fromkeys(then.keys() - found.keys(), 0)


def _added_up(
    of_students: Table, of_group: Table, sums: Sequence[str], who: Group, days: Sequence[int]
) -> Any:
    cell = [column.name for column in of_group.primary_key.columns][3:]
    cells = [of_students.c[name] for name in cell]
    added = (func.sum(of_students.c[name]) for name in sums)
    rows = (
        select(*map(literal, who), *cells, *added)
        .where(
            of_students.c.publisher_id == who.tenant,
            of_students.c.user_id.in_(_members(*who)),
            of_students.c.day.in_(days),
        )
        .group_by(*cells)
    )
    return insert(of_group).from_select(["publisher_id", "kind", "group_id", *cell, *sums], rows)


def _parts(days: Sequence[int]) -> list[Sequence[int]]:
    return [days[start : start + _AT_ONCE] for start in range(0, len(days), _AT_ONCE)]
