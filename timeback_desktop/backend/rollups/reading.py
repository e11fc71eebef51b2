"""Read figures by day: each question is one statement over the rows of its answer.

What is asked for a day comes as one JSON text a day, written by the database: to hand over
rows one by one takes longer than to find them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    case,
    literal,
    select,
)

from timeback_desktop.backend.db.expressions import json_rows
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.backend.rollups.figures import Cell, Figures, Results, Spent
from timeback_desktop.backend.rollups.models import (
    day_results,
    day_times,
    group_results,
    group_times,
    rolled_zones,
)

_STATE_ROWS = msgspec.json.Decoder(list[tuple[str, int, int]])
_CELL_ROWS = msgspec.json.Decoder(list[tuple[str, str, str, int, int]])
_RESULTS = (
    "answered",
    "correct",
    "activities",
    "xp_milli",
    "total_questions",
    "correct_questions",
    "mastered_units",
)


def _of_days(table: Table) -> ColumnElement[bool]:
    key = [column.name for column in table.primary_key.columns]
    mine = [table.c[name] == bindparam(name) for name in key[: key.index("day")]]
    return and_(*mine, table.c.day.between(bindparam("first"), bindparam("last")))


def _by_day(table: Table, *columns: str) -> Select[Any]:
    """Write the question for some columns of each day, with what was claimed behind them."""
    claimed_ms = case((table.c.measured, literal(0)), else_=table.c.told_ms)
    rows = json_rows(*(table.c[name] for name in columns), claimed_ms)
    return select(table.c.day, rows).where(_of_days(table)).group_by(table.c.day)


# Written once: to put a statement together takes longer than to answer it.
_STATES_BY_DAY = {table.name: _by_day(table, "state", "ms") for table in (day_times, group_times)}
_CELLS_BY_DAY = {
    table.name: _by_day(table, "application_id", "subject", "state", "ms")
    for table in (day_times, group_times)
}
_RESULT_CELLS = {
    table.name: select(
        *(table.c[name] for name in ("day", "application_id", "subject", *_RESULTS))
    ).where(_of_days(table))
    for table in (day_results, group_results)
}


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose figures are asked for: the tables that hold them, and the row key."""

    times: Table
    results: Table
    key: tuple[tuple[str, str], ...]

    def asked(self, first: int, last: int) -> dict[str, str | int]:
        """Return the values that a statement about some days wants, both ends included."""
        return {**dict(self.key), "first": first, "last": last}


def of_student(tenant: str, user_id: str) -> Whose:
    """Name one student."""
    return Whose(day_times, day_results, (("publisher_id", tenant), ("user_id", user_id)))


def of_group(tenant: str, kind: str, group_id: str) -> Whose:
    """Name a class or a school."""
    key = (("publisher_id", tenant), ("kind", kind), ("group_id", group_id))
    return Whose(group_times, group_results, key)


def rolled_zone(connection: Connection, tenant: str) -> str:
    """Return the name of the zone whose days a tenant's figures are kept by."""
    rolled = select(rolled_zones.c.time_zone).where(rolled_zones.c.publisher_id == tenant)
    wanted = select(publishers.c.time_zone).where(publishers.c.id == tenant)
    return connection.scalar(rolled) or connection.scalar(wanted) or "UTC"


def by_day(connection: Connection, whose: Whose, first: int, last: int) -> dict[int, Spent]:
    """Return how the time of each day went; a day with nothing is absent."""
    rows = connection.execute(_STATES_BY_DAY[whose.times.name], whose.asked(first, last))
    return {day: _spent(_STATE_ROWS.decode(text)) for day, text in rows}


def _spent(rows: Iterable[tuple[str, int, int]]) -> Spent:
    counted: dict[str, int] = {}
    claims: dict[str, int] = {}
    for state, ms, claimed_ms in rows:
        if ms:
            counted[state] = counted.get(state, 0) + ms
        if claimed_ms:
            claims[state] = claims.get(state, 0) + claimed_ms
    return Spent(counted, claims)


def cells(connection: Connection, whose: Whose, first: int, last: int) -> dict[Cell, Figures]:
    """Return the figures of each day, app and subject."""
    rows = connection.execute(_CELLS_BY_DAY[whose.times.name], whose.asked(first, last))
    found: defaultdict[Cell, Figures] = defaultdict(Figures)
    for day, text in rows:
        for app_id, subject, state, ms, claimed_ms in _CELL_ROWS.decode(text):
            found[Cell(day, app_id, subject)].spent.add(state, ms, claimed_ms)
    _add_results(connection, whose, first, last, found)
    return dict(found)


def _add_results(
    connection: Connection, whose: Whose, first: int, last: int, found: defaultdict[Cell, Figures]
) -> None:
    for row in connection.execute(_RESULT_CELLS[whose.results.name], whose.asked(first, last)):
        found[Cell(*row[:3])].achieve(Results(*row[3:]))


def by_student(
    connection: Connection, tenant: str, user_ids: Sequence[str], first: int, last: int
) -> dict[str, Figures]:
    """Return the figures of each of these students over some days together."""
    claimed_ms = case((day_times.c.measured, literal(0)), else_=day_times.c.told_ms)
    rows = connection.execute(
        select(day_times.c.user_id, json_rows(day_times.c.state, day_times.c.ms, claimed_ms))
        .where(_of_these(day_times, tenant, user_ids, first, last))
        .group_by(day_times.c.user_id)
    )
    found: dict[str, Figures] = {user_id: Figures() for user_id in user_ids}
    for user_id, text in rows:
        found[user_id].spent = _spent(_STATE_ROWS.decode(text))
    of = _of_these(day_results, tenant, user_ids, first, last)
    chosen = [day_results.c[name] for name in ("user_id", *_RESULTS)]
    for row in connection.execute(select(*chosen).where(of)):
        found[row[0]].achieve(Results(*row[1:]))
    return found


def _of_these(
    table: Table, tenant: str, user_ids: Sequence[str], first: int, last: int
) -> ColumnElement[bool]:
    return and_(
        table.c.publisher_id == tenant,
        table.c.user_id.in_(user_ids),
        table.c.day.between(first, last),
    )


CELL_COLUMNS = ("applicationId", "subject", "measured", "state", "ms")


class StudentDay(NamedTuple):
    """One day of one student; ``rows`` is a JSON list of lists (:data:`CELL_COLUMNS`)."""

    user_id: str
    day: int
    rows: str


def days_of_students(
    connection: Connection, tenant: str, user_ids: Sequence[str], first: int, last: int
) -> Iterator[StudentDay]:
    """Yield what counts on each day of each of these students, by app, subject and state."""
    table = day_times
    key = (table.c.user_id, table.c.day)
    side = case((table.c.measured, literal(1)), else_=literal(0))  # as a number in every JSON
    columns = (table.c.application_id, table.c.subject, side, table.c.state, table.c.ms)
    rows = connection.execute(
        select(*key, json_rows(*columns))
        .where(_of_these(table, tenant, user_ids, first, last), table.c.ms > 0)
        .group_by(*key)
        .order_by(*key)
    )
    return map(StudentDay._make, rows)
