"""Add what events tell to the figures of their day, or fold the day anew where adding is wrong.

Called inside the transaction that stores the events: no other writer comes between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select, update

from timeback_desktop.backend.db.bulk import add_rows, insert_rows, put_rows, rows_at, rows_in
from timeback_desktop.backend.events.contents import Fresh, Row
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.backend.rollups.days import Calendar
from timeback_desktop.backend.rollups.fold import Cell, answers_on, times_on
from timeback_desktop.backend.rollups.models import (
    ANTI_PATTERN,
    RESULTS,
    TIMES,
    day_results,
    day_times,
    rolled_zones,
    student_days,
)
from timeback_desktop.backend.sessions.arrival import Touched
from timeback_desktop.partition import state_of

Day = tuple[str, int]
"""A student and the number of a day."""

_TIME_CELL = ("application_id", "subject", "measured", "state")
_RESULT_CELL = ("application_id", "subject")
_EVENTS, _ANSWERED, _CORRECT, _ACTIVITIES = range(4)
_METRICS = ("xp_milli", "total_questions", "correct_questions", "mastered_units")


@dataclass(slots=True)
class _Part:
    """A stretch of one day; ``state`` is ``None`` for what lies over the states."""

    from_ms: int
    to_ms: int
    cell: Cell
    over: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a day: how far it has been added up in order, or that it is folded."""

    frontier_ms: int
    folded: bool = False
    revision: int = 0


@dataclass(slots=True)
class _Told:
    """What the events of one group tell, sorted by student and day."""

    parts: defaultdict[Day, list[_Part]] = field(default_factory=lambda: defaultdict(list))
    results: defaultdict[str, dict[tuple[Any, ...], list[int]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    answered: set[Day] = field(default_factory=set)

    @property
    def days(self) -> set[Day]:
        """Return the days on which anything was told."""
        return {(user_id, key[0]) for user_id, keys in self.results.items() for key in keys}


def zone_of(connection: Connection, tenant: str) -> ZoneInfo:
    """Return the zone in which a tenant's days are counted; from then on it stays."""
    rolled = select(rolled_zones.c.time_zone).where(rolled_zones.c.publisher_id == tenant)
    found = connection.scalar(rolled)
    if found is None:
        wanted = select(publishers.c.time_zone).where(publishers.c.id == tenant)
        found = connection.scalar(wanted) or "UTC"
        connection.execute(insert(rolled_zones).values(publisher_id=tenant, time_zone=found))
    return ZoneInfo(found)


def note(
    connection: Connection,
    tenant: str,
    fresh: Sequence[Fresh],
    stretches: Sequence[Sequence[Row]],
    touched: Touched,
) -> None:
    """Add what new events tell; ``stretches`` are those of each group."""
    calendar = Calendar(zone_of(connection, tenant))
    told = _gather(calendar, fresh, stretches)
    tangled = set(_days_of(calendar, touched.asleep))
    tangled |= _folded_within(connection, tenant, calendar, touched.moved)
    known = _known(connection, tenant, {*told.parts, *told.days, *tangled}, calendar)
    plain = {day: parts for day, parts in _in_order(told.parts, known) if day not in tangled}
    tangled |= told.parts.keys() - plain.keys()
    _put_days(connection, tenant, told.parts, tangled, known)
    times = _added(plain)
    _write_sums(connection, tenant, times)
    _fold(connection, tenant, calendar, tangled)
    _count_answers(connection, tenant, calendar, told)
    _write_results(connection, tenant, told.results)


def refold(connection: Connection, tenant: str, user_id: str, from_ms: int, to_ms: int) -> None:
    """Fold anew the days of a student that touch a range: what counts there has changed."""
    touched = Touched(asleep=[(user_id, from_ms, max(to_ms, from_ms + 1))])
    note(connection, tenant, (), (), touched)


def _gather(
    calendar: Calendar, fresh: Iterable[Fresh], stretches: Iterable[Sequence[Row]]
) -> _Told:
    told = _Told()
    for each, rows in zip(fresh, stretches, strict=True):
        _gather_time(calendar, told, each, rows)
        _gather_results(calendar, told, each)
    return told


def _gather_time(calendar: Calendar, told: _Told, each: Fresh, rows: Sequence[Row]) -> None:
    place = each.place
    for row in rows:
        state = state_of(row.type, row.sub_type)
        name = ANTI_PATTERN if state is None else state.value
        cell = (place.application_id or "", place.subject, each.measured, name)
        for number, start, end in calendar.cut(row.started_ms, row.started_ms + row.ms):
            part = _Part(start, end, cell, state is None)
            told.parts[place.user_id, number].append(part)


def _gather_results(calendar: Calendar, told: _Told, each: Fresh) -> None:
    place = each.place
    days: dict[int, int] = {}
    for facts in each.events:
        day = calendar.day_of(facts.event_ms)
        days[day] = days.get(day, 0) + 1
    results = told.results[place.user_id]
    for day, count in days.items():
        key = (day, place.application_id or "", place.subject)
        results.setdefault(key, [0] * len(RESULTS))[_EVENTS] += count
    for facts in each.events:
        if facts.activity is None and facts.answer is None:
            continue
        day = calendar.day_of(facts.event_ms)
        if facts.answer is not None:
            told.answered.add((place.user_id, day))
        if facts.activity is not None:
            sums = results[day, place.application_id or "", place.subject]
            sums[_ACTIVITIES] += 1
            for at, name in enumerate(_METRICS, _ACTIVITIES + 1):
                sums[at] += getattr(facts.activity, name) or 0


def _days_of(calendar: Calendar, ranges: Iterable[tuple[str, int, int]]) -> Iterator[Day]:
    for user_id, from_ms, to_ms in ranges:
        for number in range(calendar.day_of(from_ms), calendar.day_of(max(from_ms, to_ms - 1)) + 1):
            yield user_id, number


def _known(
    connection: Connection, tenant: str, days: Iterable[Day], calendar: Calendar
) -> dict[Day, _Known]:
    """Return what is known of each of these days; a new one begins at its midnight."""
    columns = ("user_id", "day", "frontier_ms", "folded", "revision")
    where = {"publisher_id": tenant}
    wanted = sorted(days)
    rows = rows_at(connection, student_days, columns, where, ("user_id", "day"), wanted)
    found = {(row[0], row[1]): _Known(row[2], bool(row[3]), row[4]) for row in rows}
    return {day: found.get(day) or _Known(calendar.edges(day[1])[0]) for day in wanted}


def _in_order(
    parts: Mapping[Day, list[_Part]], known: Mapping[Day, _Known]
) -> Iterator[tuple[Day, list[_Part]]]:
    """Yield the days that go on where they ended, so that their parts need only be added."""
    for day, found in parts.items():
        frontier = known[day].frontier_ms
        found.sort(key=lambda part: part.from_ms)
        for part in found:
            if known[day].folded or part.over or part.from_ms < frontier:
                break
            frontier = part.to_ms
        else:
            yield day, found


def _folded_within(
    connection: Connection,
    tenant: str,
    calendar: Calendar,
    ranges: Iterable[tuple[str, int, int]],
) -> set[Day]:
    """Return the days of these ranges that are folded: there it matters whose a stretch is."""
    found: set[Day] = set()
    for user_id, from_ms, to_ms in ranges:
        first, last = calendar.day_of(from_ms), calendar.day_of(to_ms)
        rows = connection.execute(
            select(student_days.c.day).where(
                student_days.c.publisher_id == tenant,
                student_days.c.user_id == user_id,
                student_days.c.day.between(first, last),
                student_days.c.folded,
            )
        )
        found |= {(user_id, row.day) for row in rows}
    return found


def _put_days(
    connection: Connection,
    tenant: str,
    parts: Mapping[Day, Sequence[_Part]],
    tangled: set[Day],
    known: Mapping[Day, _Known],
) -> None:
    rows = []
    for day, before in known.items():
        frontier = max([before.frontier_ms, *(part.to_ms for part in parts.get(day, ()))])
        folded = before.folded or day in tangled
        rows.append((tenant, *day, frontier, folded, before.revision + 1))
    columns = ("publisher_id", "user_id", "day", "frontier_ms", "folded", "revision")
    put_rows(connection, student_days, columns, rows)


Changes = defaultdict[str, dict[tuple[Any, ...], list[int]]]
"""What changed for each student: the sums of each (day, cell)."""


def _added(plain: Mapping[Day, Sequence[_Part]]) -> Changes:
    changes: Changes = defaultdict(dict)
    for (user_id, number), parts in plain.items():
        mine = changes[user_id]
        for part in parts:
            length = part.to_ms - part.from_ms
            sums = mine.get((number, *part.cell))
            if sums is None:
                mine[number, *part.cell] = [length, length]
            else:
                sums[0] += length
                sums[1] += length
    return changes


def _write_sums(connection: Connection, tenant: str, changes: Changes) -> None:
    columns = ("publisher_id", "user_id", "day", *_TIME_CELL, *TIMES)
    add_rows(connection, day_times, columns, list(_rows(tenant, changes)))


def _rows(tenant: str, changes: Changes) -> Iterator[tuple[Any, ...]]:
    for user_id in sorted(changes):
        for key, sums in sorted(changes[user_id].items()):
            yield (tenant, user_id, *key, *sums)


def _fold(connection: Connection, tenant: str, calendar: Calendar, days: set[Day]) -> None:
    """Write the figures of these days as a fold gives them."""
    columns = ("publisher_id", "user_id", "day", *_TIME_CELL, *TIMES)
    for user_id, number in sorted(days):
        mine = [day_times.c.publisher_id == tenant, day_times.c.user_id == user_id]
        connection.execute(delete(day_times).where(*mine, day_times.c.day == number))
        found = times_on(connection, tenant, user_id, calendar.edges(number))
        rows = [(tenant, user_id, number, *cell, *sums) for cell, sums in sorted(found.items())]
        insert_rows(connection, day_times, columns, rows)


def _count_answers(connection: Connection, tenant: str, calendar: Calendar, told: _Told) -> None:
    """Count the questions of a day anew: two events may tell of one attempt."""
    columns = ("day", *_RESULT_CELL, "answered", "correct")
    for user_id, number in sorted(told.answered):
        where = {"publisher_id": tenant, "user_id": user_id}
        rows = rows_in(connection, day_results, columns, where, "day", [number])
        before = {tuple(row[:3]): row[3:] for row in rows}
        after = answers_on(connection, tenant, user_id, calendar.edges(number))
        mine = told.results[user_id]
        for cell, counts in after.items():
            key = (number, *cell)
            old = before.get(key, (0, 0))
            sums = mine.setdefault(key, [0] * len(RESULTS))
            sums[_ANSWERED] += counts[0] - old[0]
            sums[_CORRECT] += counts[1] - old[1]


def _write_results(connection: Connection, tenant: str, changes: Changes) -> None:
    columns = ("publisher_id", "user_id", "day", *_RESULT_CELL, *RESULTS)
    add_rows(connection, day_results, columns, list(_rows(tenant, changes)))


def set_zone(connection: Connection, tenant: str, name: str) -> None:
    """Count a school's days in another zone; ``rebuild_missing`` then makes its figures anew."""
    mine = publishers.c.id == tenant
    connection.execute(update(publishers).where(mine).values(time_zone=ZoneInfo(name).key))
