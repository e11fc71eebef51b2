"""Read what apps told in one session of one student, since a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select

from timeback_desktop.backend.events.contents import type_key
from timeback_desktop.backend.events.models import app_events, item_times
from timeback_desktop.backend.events.work import GRADED
from timeback_desktop.caliper.app_events import AppEventKind
from timeback_desktop.clock import iso_utc

MOST_AT_ONCE = 200
LEAST_ANSWERS = 30
"""Below so many answers a mean says little (time-on-task, 3.4: rapid answer)."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens to which session."""

    publisher_id: str
    user_id: str
    session_id: str


def heard_since(connection: Connection, listener: Listener, after: int) -> tuple[list[Json], int]:
    """Return what the app told after a number, and the number to ask after next."""
    rows = connection.execute(
        select(app_events)
        .where(
            _mine(listener),
            app_events.c.session_id == listener.session_id,
            app_events.c.seq > after,
        )
        .order_by(app_events.c.seq)
        .limit(MOST_AT_ONCE)
    ).all()
    if not rows:
        return [], after
    attempts = _attempts(connection, listener, rows)
    usual = _usual(connection, listener.publisher_id, [r for t in attempts.values() for r in t])
    told = [_told(row, attempts.get(row.attempt, [row]), usual) for row in rows]
    return [each for each in told if each is not None], rows[-1].seq


def _mine(listener: Listener) -> ColumnElement[bool]:
    return and_(
        app_events.c.publisher_id == listener.publisher_id,
        app_events.c.user_id == listener.user_id,
    )


def _attempts(
    connection: Connection, listener: Listener, rows: Sequence[Row[Any]]
) -> dict[str | None, list[Row[Any]]]:
    """Return all that was told of each attempt: its grade alone may not name the item."""
    found: dict[str | None, list[Row[Any]]] = {}
    named = {row.attempt for row in rows if row.attempt is not None}
    if named:
        told = connection.execute(
            select(app_events)
            .where(_mine(listener), app_events.c.attempt.in_(named))
            .order_by(app_events.c.seq)
        )
        for row in told:
            found.setdefault(row.attempt, []).append(row)
    found[None] = [row for row in rows if row.attempt is None]
    return found


def _told(
    row: Row[Any], attempt: Sequence[Row[Any]], usual: Mapping[tuple[str, str], int]
) -> Json | None:
    """Write one event; an answer whose grade is known too is told once, by its grade."""
    same = [row] if row.attempt is None else [row, *attempt]
    if row.kind == AppEventKind.ANSWERED and any(each.kind in GRADED for each in same):
        return None
    item, item_type = _first(same, "item"), _first(same, "item_type")
    return {
        "seq": row.seq,
        "id": row.mark,
        "kind": row.kind,
        "at": iso_utc(row.event_ms),
        "item": item,
        "skill": _first(same, "skill"),
        "lesson": _first(same, "lesson"),
        "tookMs": None if row.kind == AppEventKind.ITEM_STARTED else _first(same, "took_ms"),
        "usualMs": _usual_of(row.application_id, item, item_type, usual),
        "choice": None if row.kind == AppEventKind.ITEM_STARTED else _first(same, "choice"),
    }


def _first(rows: Iterable[Row[Any]], column: str) -> Any:
    return next((found for row in rows if (found := getattr(row, column)) is not None), None)


def _usual_of(
    application_id: str | None,
    item: str | None,
    item_type: str | None,
    usual: Mapping[tuple[str, str], int],
) -> int | None:
    if application_id is None or item is None:
        return None
    of_type = usual.get((application_id, type_key(item_type))) if item_type else None
    return usual.get((application_id, item), of_type)


def _usual(
    connection: Connection, publisher_id: str, rows: Iterable[Row[Any]]
) -> dict[tuple[str, str], int]:
    """Return the mean times that enough answers stand behind, by app and item or type."""
    keys: set[str] = set()
    apps: set[str] = set()
    for row in rows:
        keys |= {key for key in (row.item, row.item_type and type_key(row.item_type)) if key}
        apps |= {row.application_id} if row.application_id else set()
    if not keys or not apps:
        return {}
    found = connection.execute(
        select(item_times).where(
            item_times.c.publisher_id == publisher_id,
            item_times.c.application_id.in_(apps),
            item_times.c.item.in_(keys),
            item_times.c.answers >= LEAST_ANSWERS,
        )
    )
    return {(row.application_id, row.item): row.total_ms // row.answers for row in found}
