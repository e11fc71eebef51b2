"""Keep what new events say: time, answers, judgements, and the work that a judge wants to hear.

Called inside the transaction that stored the events, with the student's rows locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from timeback_desktop.backend.events import disputes
from timeback_desktop.backend.events.directory import Place
from timeback_desktop.backend.events.facts import EventFacts
from timeback_desktop.backend.events.models import (
    answers,
    app_events,
    contests,
    insights,
    item_times,
    reviews,
    time_spent,
)
from timeback_desktop.caliper.app_events import AppEventKind

Row = dict[str, Any]
LONGEST_USUAL_MS = 10 * 60_000
"""An answer that took longer says nothing of how long the question usually takes."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """One event that was stored just now."""

    facts: EventFacts
    place: Place


def type_key(item_type: str) -> str:
    """Return the key under which the times of all items of a type are added up."""
    return f"type:{item_type}"[:64]


def note(connection: Connection, tenant: str, fresh: Sequence[Fresh], *, measured: bool) -> None:
    """Keep what the new events of one sender say; ``measured``: the desktop is the sender."""
    rows: list[tuple[Table, list[Row]]] = [
        (time_spent, [row for each in fresh for row in _time(tenant, each, measured=measured)]),
        (answers, [row for each in fresh for row in _answer(tenant, each)]),
        (insights, [row for each in fresh for row in _insights(tenant, each, measured=measured)]),
        (contests, [row for each in fresh for row in _contest(tenant, each)]),
        (reviews, [row for each in fresh for row in _review(tenant, each)]),
    ]
    dialect = _dialect(connection)
    for table, found in rows:
        if found:
            # An event id may be made up so that two insights come out with one id.
            connection.execute(dialect.insert(table).on_conflict_do_nothing(), found)
    disputes.verify(connection, tenant, _judged(fresh))
    _note_work(connection, tenant, fresh)


def _dialect(connection: Connection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


def _home(tenant: str, each: Fresh) -> Row:
    return {
        "publisher_id": tenant,
        "event_id": each.facts.id,
        "user_id": each.place.user_id,
        "application_id": each.place.application_id,
        "session_id": each.place.session_id,
    }


def _time(tenant: str, each: Fresh, *, measured: bool) -> Iterator[Row]:
    for item, stretch in enumerate(each.facts.stretches):
        # Written out, because this is the row that a school sends by the million.
        yield {
            **_home(tenant, each),
            "item": item,
            "measured": measured,
            "type": stretch.type,
            "sub_type": stretch.sub_type,
            "started_ms": stretch.started_ms,
            "ms": stretch.ms,
        }


def _answer(tenant: str, each: Fresh) -> Iterator[Row]:
    if each.facts.answer is not None:
        yield {
            **_home(tenant, each),
            **asdict(each.facts.answer),
            "event_ms": each.facts.event_ms,
        }


def _insights(tenant: str, each: Fresh, *, measured: bool) -> Iterator[Row]:
    for told in each.facts.insights:
        at_ms = each.facts.event_ms if told.started_ms is None else told.started_ms
        yield {**_home(tenant, each), **asdict(told), "measured": measured, "at_ms": at_ms}


def _contest(tenant: str, each: Fresh) -> Iterator[Row]:
    if each.facts.contest is not None:
        yield {**_said(tenant, each), **asdict(each.facts.contest)}


def _review(tenant: str, each: Fresh) -> Iterator[Row]:
    if each.facts.review is not None:
        yield {**_said(tenant, each), **asdict(each.facts.review), "verified": False}


def _said(tenant: str, each: Fresh) -> Row:
    return {
        "publisher_id": tenant,
        "id": each.facts.id,
        "user_id": each.place.user_id,
        "at_ms": each.facts.event_ms,
    }


def _judged(fresh: Iterable[Fresh]) -> Iterator[str]:
    for each in fresh:
        yield from (told.id for told in each.facts.insights)
        if each.facts.review is not None and each.facts.review.insight_id is not None:
            yield each.facts.review.insight_id


def _note_work(connection: Connection, tenant: str, fresh: Sequence[Fresh]) -> None:
    """Keep what apps tell of the work, numbered by its arrival for each student."""
    rows: list[Row] = []
    last: dict[str, int] = {}
    for each in fresh:
        if each.facts.work is None:
            continue
        user_id = each.place.user_id
        if user_id not in last:
            last[user_id] = _last_seq(connection, tenant, user_id)
        last[user_id] += 1
        row = {**_home(tenant, each), **asdict(each.facts.work), "seq": last[user_id]}
        rows.append({**row, "event_ms": each.facts.event_ms})
    if rows:
        connection.execute(insert(app_events), rows)
        _add_times(connection, tenant, rows)


def _last_seq(connection: Connection, tenant: str, user_id: str) -> int:
    mine = (app_events.c.publisher_id == tenant, app_events.c.user_id == user_id)
    return connection.scalar(select(func.max(app_events.c.seq)).where(*mine)) or 0


def _add_times(connection: Connection, tenant: str, rows: Iterable[Row]) -> None:
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
