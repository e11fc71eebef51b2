"""Overviews of a class and of a school, from the figures that are kept of them by day.

They are of whole days of the school's own zone: an instant stands for the day that it lies on,
and the answer tells which range it is about. Students are asked for by name and by page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Table, select

from timeback_desktop.backend.asking import Page, Range
from timeback_desktop.backend.insights.written import (
    Granularity,
    breakdown,
    by_bucket,
    by_day,
    figures_on_wire,
    together,
)
from timeback_desktop.backend.rollups import groups, reading
from timeback_desktop.backend.rollups.days import date_of, number_of
from timeback_desktop.backend.rollups.figures import Spent
from timeback_desktop.backend.roster.models import classes, orgs, users
from timeback_desktop.backend.timeline import record
from timeback_desktop.backend.timeline.record import Asked, parts_of
from timeback_desktop.clock import iso_utc

Json = dict[str, Any]


class Include(StrEnum):
    """What may be asked for besides the totals; days and apps are those of each student."""

    STUDENTS = "students"
    DAYS = "days"
    APPS = "apps"


@dataclass(frozen=True, slots=True)
class Group:
    """A class or a school."""

    tenant: str
    kind: groups.GroupKind
    id: str
    name: str


_ROWS = msgspec.json.Decoder(list[tuple[str, str, int, str, int]])
_TABLES: dict[groups.GroupKind, tuple[Table, str]] = {
    groups.GroupKind.CLASS: (classes, "title"),
    groups.GroupKind.ORG: (orgs, "name"),
}


def find(
    connection: Connection, tenant: str, kind: groups.GroupKind, group_id: str
) -> Group | None:
    """Return a tenant's class or school."""
    table, name = _TABLES[kind]
    named = select(table.c[name]).where(table.c.publisher_id == tenant, table.c.id == group_id)
    found = connection.scalar(named)
    return None if found is None else Group(tenant, kind, group_id, found)


def overview(  # noqa: PLR0913, PLR0917 - whose, when, and how much of it
    connection: Connection,
    group: Group,
    over: Range,
    granularity: Granularity,
    include: frozenset[Include],
    page: Page,
) -> bytes:
    """Return the figures of a group over whole days, as JSON."""
    first, last = number_of(over.first_day), number_of(over.last_day)
    whose = reading.of_group(group.tenant, group.kind, group.id)
    cells = reading.cells(connection, whose, first, last)
    days = by_day(cells)
    whole = together(days.values())
    names = record.app_names(connection, Asked(group.tenant, ""))
    members = groups.members(connection, group.tenant, group.kind, group.id)
    told: Json = {
        str(group.kind): {"id": group.id, "name": group.name, "students": len(members)},
        "range": {"from": iso_utc(over.from_ms), "to": iso_utc(over.to_ms)},
        "timezone": over.zone.key,
        "granularity": str(granularity),
        "buckets": [
            {"date": begin.isoformat(), **figures_on_wire(figures)}
            for begin, figures in sorted(by_bucket(days, granularity).items())
        ],
        "totals": figures_on_wire(whole),
        "breakdown": breakdown(cells, whole, names),
    }
    if include:
        people = _people(connection, group.tenant, members)
        shown = people[page.offset : page.offset + page.limit]
        told |= _students(connection, group.tenant, shown, (first, last), include)
        told["pagination"] = page.told(len(shown), len(people))
    return msgspec.json.encode(told)


def _people(connection: Connection, tenant: str, members: Sequence[str]) -> list[Row[Any]]:
    columns = (users.c.id, users.c.given_name, users.c.family_name)
    rows: list[Row[Any]] = []
    for part in parts_of(members):
        mine = (users.c.publisher_id == tenant, users.c.id.in_(part))
        rows += connection.execute(select(*columns).where(*mine))
    return sorted(rows, key=lambda row: (row.family_name, row.given_name, row.id))


def _students(
    connection: Connection,
    tenant: str,
    people: Sequence[Row[Any]],
    days: tuple[int, int],
    include: frozenset[Include],
) -> Json:
    """Write each student, with as much as is asked for: totals, or days, or days with apps."""
    ids = [person.id for person in people]
    known: dict[str, Json] = {
        person.id: {
            "userId": person.id,
            "givenName": person.given_name,
            "familyName": person.family_name,
        }
        for person in people
    }
    told: Json = {"students": list(known.values())}
    if include == {Include.STUDENTS}:
        for user_id, figures in reading.by_student(connection, tenant, ids, *days).items():
            known[user_id] |= figures_on_wire(figures)
        return told
    for student in known.values():
        student["days"] = []
    with_apps = Include.APPS in include
    dates = {number: date_of(number) for number in range(days[0], days[1] + 1)}
    for user_id, day, rows in reading.days_of_students(connection, tenant, ids, *days):
        mine = known[user_id]["days"]
        mine.append(_with_apps(dates[day], rows) if with_apps else _day(dates[day], rows))
    return told | ({"columns": reading.CELL_COLUMNS} if with_apps else {})


def _with_apps(day: date, rows: str) -> Json:
    return {"date": day, "rows": msgspec.Raw(rows.encode())}


def _day(day: date, rows: str) -> Json:
    spent = Spent()
    for _app, _subject, _side, state, ms in _ROWS.decode(rows):
        spent.add(state, ms, 0)
    totals = spent.totals
    return {"date": day, "time": None if totals is None else totals.as_wire()}
