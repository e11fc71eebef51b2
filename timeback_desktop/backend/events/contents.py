"""Keep what new events say: time, answers, judgements, and the work that a judge wants to hear.

Called inside the transaction that stored the events: no other writer comes between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, fields
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from timeback_desktop.backend.db import bulk
from timeback_desktop.backend.events import disputes
from timeback_desktop.backend.events.activities import ActivityTold
from timeback_desktop.backend.events.directory import Place
from timeback_desktop.backend.events.facts import EventFacts
from timeback_desktop.backend.events.models import (
    activities,
    answers,
    app_events,
    contests,
    insights,
    item_times,
    loose_events,
    reviews,
    time_spent,
)
from timeback_desktop.caliper.app_events import AppEventKind
from timeback_desktop.partition import TimeType

Columns = dict[str, Any]
LONGEST_USUAL_MS = 10 * 60_000
"""An answer that took longer says nothing of how long the question usually takes."""


class Fresh(msgspec.Struct, frozen=True):
    """Events of one envelope that were stored just now, and belong to one place.

    ``measured``: the desktop told them.
    """

    place: Place
    measured: bool
    events: list[EventFacts]


class Row(msgspec.Struct, gc=False):
    """A stretch as it is kept: of one event, or of several whose stretches abut and are alike."""

    event_id: str
    item: int
    type: TimeType
    sub_type: str | None
    started_ms: int
    ms: int


def type_key(item_type: str) -> str:
    """Return the key under which the times of all items of a type are added up."""
    return f"type:{item_type}"[:64]


def note(connection: Connection, tenant: str, fresh: Sequence[Fresh]) -> list[list[Row]]:
    """Keep what the new events say; return the stretches of each group."""
    stretches = again(connection, tenant, fresh)
    telling = [(each, facts) for each in fresh for facts in each.events if _tells_more(facts)]
    if telling:
        _note_more(connection, tenant, telling)
    return stretches


def again(connection: Connection, tenant: str, fresh: Sequence[Fresh]) -> list[list[Row]]:
    """Keep what can be read out of the stored events again at any time."""
    stretches = [_abutting(each) for each in fresh]
    rows = [
        row
        for each, found in zip(fresh, stretches, strict=True)
        for row in _time_rows(tenant, each, found)
    ]
    bulk.insert_rows(connection, time_spent, _TIME, rows)
    loose = [row for each in fresh if each.place.auto for row in _loose(tenant, each)]
    bulk.insert_rows(connection, loose_events, _LOOSE, loose)
    special = [
        (each, facts)
        for each in fresh
        for facts in each.events
        if facts.answer is not None or facts.activity is not None
    ]
    told = [_answer(tenant, *each) for each in special if each[1].answer is not None]
    bulk.insert_rows(connection, answers, _ANSWER, told)
    done = [_activity(tenant, *each) for each in special if each[1].activity is not None]
    bulk.insert_rows(connection, activities, _ACTIVITY, done)
    return stretches


Telling = Sequence[tuple[Fresh, EventFacts]]


def _note_more(connection: Connection, tenant: str, telling: Telling) -> None:
    rows: list[tuple[Table, list[Columns]]] = [
        (insights, [row for each in telling for row in _insights(tenant, *each)]),
        (contests, [row for each in telling for row in _contest(tenant, *each)]),
        (reviews, [row for each in telling for row in _review(tenant, *each)]),
    ]
    dialect = _dialect(connection)
    for table, found in rows:
        if found:
            # An event id may be made up so that two insights come out with one id.
            connection.execute(dialect.insert(table).on_conflict_do_nothing(), found)
    disputes.verify(connection, tenant, _judged(facts for _, facts in telling))
    _note_work(connection, tenant, telling)


def _tells_more(facts: EventFacts) -> bool:
    return bool(facts.insights) or facts.is_about_a_judgement or facts.work is not None


_TIME = (
    "publisher_id",
    "user_id",
    "started_ms",
    "event_id",
    "item",
    "application_id",
    "session_id",
    "measured",
    "subject",
    "type",
    "sub_type",
    "ms",
)
_LOOSE = (
    "publisher_id",
    "user_id",
    "application_id",
    "event_ms",
    "id",
    "started_ms",
    "session_id",
)
_HOME = ("publisher_id", "event_id", "user_id", "application_id", "session_id")
_ANSWER = (*_HOME, "kind", "attempt", "correct", "event_ms")
_ACTIVITY = (*_HOME, "event_ms", "measured", "subject", *(f.name for f in fields(ActivityTold)))


def _abutting(each: Fresh) -> list[Row]:
    """Return the stretches of a group; one that goes on where an alike one ended is part of it.

    A student at work sends a window every half minute: so a sitting is a few rows. Events that
    asked to be attached stay by themselves, because each may move by itself.
    """
    rows: list[Row] = []
    last: Row | None = None
    for facts in each.events:
        for item, stretch in enumerate(facts.stretches):
            if (
                last is not None
                and last.started_ms + last.ms == stretch.started_ms
                and last.type is stretch.type
                and last.sub_type == stretch.sub_type
                and not each.place.auto
            ):
                last.ms += stretch.ms
                continue
            last = Row(
                facts.id, item, stretch.type, stretch.sub_type, stretch.started_ms, stretch.ms
            )
            rows.append(last)
    return rows


def _time_rows(tenant: str, each: Fresh, rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    place = each.place
    for row in rows:
        yield (
            tenant,
            place.user_id,
            row.started_ms,
            row.event_id,
            row.item,
            place.application_id,
            place.session_id,
            each.measured,
            place.subject,
            row.type.value,
            row.sub_type,
            row.ms,
        )


def _loose(tenant: str, each: Fresh) -> Iterator[tuple[Any, ...]]:
    place = each.place
    for facts in each.events:
        yield (
            tenant,
            place.user_id,
            place.application_id,
            facts.event_ms,
            facts.id,
            facts.started_ms,
            None,
        )


def _answer(tenant: str, each: Fresh, facts: EventFacts) -> tuple[Any, ...]:
    told = facts.answer
    assert told is not None  # noqa: S101 - the caller has looked
    values = (told.kind.value, told.attempt, told.correct, facts.event_ms)
    return (*_home(tenant, each, facts).values(), *values)


def _activity(tenant: str, each: Fresh, facts: EventFacts) -> tuple[Any, ...]:
    told = facts.activity
    assert told is not None  # noqa: S101 - the caller has looked
    values = (facts.event_ms, each.measured, each.place.subject, *astuple(told))
    return (*_home(tenant, each, facts).values(), *values)


def _dialect(connection: Connection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


def _home(tenant: str, each: Fresh, facts: EventFacts) -> Columns:
    return {
        "publisher_id": tenant,
        "event_id": facts.id,
        "user_id": each.place.user_id,
        "application_id": each.place.application_id,
        "session_id": each.place.session_id,
    }


def _insights(tenant: str, each: Fresh, facts: EventFacts) -> Iterator[Columns]:
    for told in facts.insights:
        at_ms = facts.event_ms if told.started_ms is None else told.started_ms
        more = {"measured": each.measured, "at_ms": at_ms}
        yield {**_home(tenant, each, facts), **asdict(told), **more}


def _contest(tenant: str, each: Fresh, facts: EventFacts) -> Iterator[Columns]:
    if facts.contest is not None:
        yield {**_said(tenant, each, facts), **asdict(facts.contest)}


def _review(tenant: str, each: Fresh, facts: EventFacts) -> Iterator[Columns]:
    if facts.review is not None:
        yield {**_said(tenant, each, facts), **asdict(facts.review), "verified": False}


def _said(tenant: str, each: Fresh, facts: EventFacts) -> Columns:
    return {
        "publisher_id": tenant,
        "id": facts.id,
        "user_id": each.place.user_id,
        "at_ms": facts.event_ms,
    }


def _judged(told: Iterable[EventFacts]) -> Iterator[str]:
    for facts in told:
        yield from (insight.id for insight in facts.insights)
        if facts.review is not None and facts.review.insight_id is not None:
            yield facts.review.insight_id


def _note_work(connection: Connection, tenant: str, telling: Telling) -> None:
    """Keep what apps tell of the work, numbered by its arrival for each student."""
    rows: list[Columns] = []
    last: dict[str, int] = {}
    for each, facts in telling:
        if facts.work is None:
            continue
        user_id = each.place.user_id
        if user_id not in last:
            last[user_id] = _last_seq(connection, tenant, user_id)
        last[user_id] += 1
        row = {**_home(tenant, each, facts), **asdict(facts.work), "seq": last[user_id]}
        rows.append({**row, "event_ms": facts.event_ms})
    if rows:
        connection.execute(insert(app_events), rows)
        _add_times(connection, tenant, rows)


def _last_seq(connection: Connection, tenant: str, user_id: str) -> int:
    mine = (app_events.c.publisher_id == tenant, app_events.c.user_id == user_id)
    return connection.scalar(select(func.max(app_events.c.seq)).where(*mine)) or 0


def _add_times(connection: Connection, tenant: str, rows: Iterable[Columns]) -> None:
    """Add up how long answers took, for each item and for all items of a type of an app."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        took, app = row["took_ms"], row["application_id"]
        if row["kind"] is not AppEventKind.ANSWERED or app is None or not took:
            continue
        if took > LONGEST_USUAL_MS:
            continue
        for key in (row["item"], row["item_type"] and type_key(row["item_type"])):
            if key:
                sums.setdefault((app, key), []).append(took)
    dialect = _dialect(connection)
    for (app, key), took in sorted(sums.items()):  # in one order, so that no two writers block
        added = dialect.insert(item_times).values(
            publisher_id=tenant,
            application_id=app,
            item=key,
            answers=len(took),
            total_ms=sum(took),
        )
        connection.execute(
            added.on_conflict_do_update(
                index_elements=list(item_times.primary_key),
                set_={
                    "answers": item_times.c.answers + added.excluded.answers,
                    "total_ms": item_times.c.total_ms + added.excluded.total_ms,
                },
            )
        )
