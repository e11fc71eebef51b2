"""Read everything out of the stored batches again: time, sessions, questions and figures by day.

What comes out is what was there, row by row, because it does not depend on the order in which
events came. Judgements and what was said of them stay as they are: reviews also come by the
Insights API, and are in no batch. Run when a school's time zone changes, and after an update
that reads events otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, delete, exists, select

from timeback_desktop.backend.custody.horizons import raw_kept_since
from timeback_desktop.backend.db.bulk import rows_in
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.events import archive, contents
from timeback_desktop.backend.events.contents import Fresh
from timeback_desktop.backend.events.directory import Place, place_of
from timeback_desktop.backend.events.facts import EventFacts, moved, read_event
from timeback_desktop.backend.events.models import (
    activities,
    answers,
    event_batches,
    loose_events,
    time_spent,
)
from timeback_desktop.backend.registry.models import applications, publishers
from timeback_desktop.backend.rollups import service
from timeback_desktop.backend.rollups.days import Calendar
from timeback_desktop.backend.rollups.groups import EVER
from timeback_desktop.backend.rollups.models import (
    day_results,
    day_times,
    group_days,
    group_members,
    group_results,
    group_times,
    rolled_zones,
    student_days,
)
from timeback_desktop.backend.sessions import arrival
from timeback_desktop.backend.sessions.models import sessions
from timeback_desktop.caliper.entities import subject_on_wire
from timeback_desktop.ids import from_iri

_AT_ONCE = 50
_BY_TIME = {
    time_spent: "started_ms",
    loose_events: "event_ms",
    answers: "event_ms",
    activities: "event_ms",
    sessions: "started_ms",
}
_BY_DAY = (student_days, day_times, day_results)
_OF_GROUPS = (group_times, group_results, group_days, group_members)


def rebuild_missing(engine: Engine) -> None:
    """Read the batches of those tenants again whose figures are not there, or in another zone."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(publishers.c.id, publishers.c.time_zone, rolled_zones.c.time_zone.label("kept"))
            .outerjoin(rolled_zones, rolled_zones.c.publisher_id == publishers.c.id)
            .where(exists().where(event_batches.c.publisher_id == publishers.c.id))
        ).all()
    for row in rows:
        if row.kept != row.time_zone:
            with writing(engine) as connection:
                rebuild(connection, row.id)


def rebuild(connection: Connection, tenant: str) -> int:
    """Read a tenant's batches again; return how many events there are.

    Figures of days whose events have expired stay as they are: nothing could bring them back.
    """
    connection.execute(delete(rolled_zones).where(rolled_zones.c.publisher_id == tenant))
    floor_ms = _forget(connection, tenant)
    count, last = 0, -1
    while batches := _next(connection, tenant, last):
        last = batches[-1].id
        fresh = list(_events_of(connection, tenant, batches, floor_ms))
        count += sum(len(each.events) for each in fresh)
        stretches = contents.again(connection, tenant, fresh)
        touched = arrival.note(connection, tenant, fresh)
        service.note(connection, tenant, fresh, stretches, touched)
    return count


def _forget(connection: Connection, tenant: str) -> int:
    """Take away what will be read again; return the instant from which on that is all there is."""
    calendar = Calendar(service.zone_of(connection, tenant))
    since_ms = raw_kept_since(connection, tenant)
    first = calendar.day_of(since_ms) + 1 if since_ms else EVER[0]
    floor_ms = calendar.edges(first)[0] if since_ms else 0
    for table in _OF_GROUPS:
        connection.execute(delete(table).where(table.c.publisher_id == tenant))
    for table in _BY_DAY:
        mine = table.c.publisher_id == tenant
        connection.execute(delete(table).where(mine, table.c.day >= first))
    for table, moment in _BY_TIME.items():
        mine = table.c.publisher_id == tenant
        connection.execute(delete(table).where(mine, table.c[moment] >= floor_ms))
    return floor_ms


def _next(connection: Connection, tenant: str, after: int) -> Sequence[Row[Any]]:
    return connection.execute(
        select(event_batches)
        .where(event_batches.c.publisher_id == tenant, event_batches.c.id > after)
        .order_by(event_batches.c.id)
        .limit(_AT_ONCE)
    ).all()


def _events_of(
    connection: Connection, tenant: str, batches: Iterable[Row[Any]], floor_ms: int
) -> Iterator[Fresh]:
    """Yield the events of each batch by the places that they belong to."""
    read = [(batch, list(_facts_in(batch, floor_ms))) for batch in batches]
    named = {
        from_iri(iri)
        for _, events in read
        for facts in events
        if (iri := facts.about.app_iri) is not None
    }
    named |= {batch.application_id for batch, _ in read if batch.application_id}
    rows = rows_in(connection, applications, ("id", "subject"), {}, "id", sorted(named))
    subjects = {row[0]: subject_on_wire(row[1] or "") for row in rows}
    for batch, events in read:
        places: dict[Place, list[EventFacts]] = {}
        for facts in events:
            places.setdefault(_place(tenant, batch, facts, subjects), []).append(facts)
        for place, mine in places.items():
            yield Fresh(place, batch.measured, mine)


def _facts_in(batch: Row[Any], floor_ms: int) -> Iterator[EventFacts]:
    for raw in archive.unpack(batch.body):
        facts = read_event(msgspec.json.decode(raw))
        if batch.ahead_ms:
            facts = moved(facts, -batch.ahead_ms)
        if facts.began_ms >= floor_ms:
            yield facts


def _place(tenant: str, batch: Row[Any], facts: EventFacts, subjects: dict[str, str]) -> Place:
    about = facts.about
    app_id = batch.application_id
    if app_id is None and about.app_iri is not None:
        app_id = from_iri(about.app_iri)
    subject = subjects.get(app_id or "") or subject_on_wire("")
    judges = facts.is_about_a_judgement
    return place_of(tenant, about, batch.user_id, app_id, subject, judges=judges)
