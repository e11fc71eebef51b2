"""Take events away where they lie as they came: whole batches, or one coach's words in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, select, tuple_, update

from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.models import event_batches, event_ids, reviews
from timeback_desktop.ids import uuid_bytes

_IDS_AT_ONCE = 500


def take(connection: Connection, tenant: str, user_id: str, limit: int) -> int:
    """Take some batches of a person with the ids of their events; return how many events."""
    asked = select(event_batches).where(
        event_batches.c.publisher_id == tenant, event_batches.c.user_id == user_id
    )
    rows = connection.execute(asked.order_by(event_batches.c.id).limit(limit)).all()
    return take_batches(connection, tenant, rows)


def take_batches(connection: Connection, tenant: str, rows: Sequence[Row[Any]]) -> int:
    """Take these batches away with the ids of their events; return how many events."""
    keys = [uuid_bytes(each.id) for row in rows for each in archive.kept_in(row)]
    for start in range(0, len(keys), _IDS_AT_ONCE):
        some = event_ids.c.id.in_(keys[start : start + _IDS_AT_ONCE])
        connection.execute(delete(event_ids).where(event_ids.c.publisher_id == tenant, some))
    key = tuple_(event_batches.c.user_id, event_batches.c.id)
    these = key.in_([(row.user_id, row.id) for row in rows])
    if rows:
        connection.execute(
            delete(event_batches).where(event_batches.c.publisher_id == tenant, these)
        )
    return len(keys)


def blank_reviews(connection: Connection, tenant: str, which: ColumnElement[bool]) -> None:
    """Take a coach's words about a person out of the events in which he wrote them.

    The event itself is the coach's and stays in its place: it names an insight that is gone.
    The hash that was kept of it stays too, so that it is known again when it is sent again.
    """
    for review_id in connection.scalars(select(reviews.c.id).where(which)).all():
        kept = archive.find(connection, tenant, review_id)
        if kept is None:
            continue
        number, place = divmod(kept.number, archive.EVENTS_A_BATCH)
        (batch,) = archive.batches(connection, tenant, [number])
        events = archive.unpack(batch.body)
        events[place] = _without_words(events[place])
        this = (event_batches.c.publisher_id == tenant, event_batches.c.user_id == kept.user_id)
        connection.execute(
            update(event_batches)
            .where(*this, event_batches.c.id == number)
            .values(body=archive.pack(events))
        )


def _without_words(raw: bytes) -> bytes:
    event: dict[str, Any] = msgspec.json.decode(raw)
    told = event.get("extensions", {}).get("timeback", {}).get("review")
    if isinstance(told, dict):
        told.pop("reviewNotes", None)
    if isinstance(event.get("generated"), dict):
        event["generated"].pop("value", None)
    return msgspec.json.encode(event)
