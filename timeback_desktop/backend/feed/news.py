"""What is new since a place: who did anything, and what happened only once.

Batches of events rise with every commit of a tenant, so whoever goes on from the last one
misses nothing, whichever process took them in. What was said of an insight over the Insights
API is in no batch: it is found by the time in its id, and the last minute is looked at again,
so that a slow transaction is not overtaken.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, select, true

from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.models import (
    activities,
    contests,
    event_batches,
    insights,
    reviews,
)
from timeback_desktop.backend.feed.words import Cursor, Json, Told, Word, block
from timeback_desktop.backend.insights.judgements import every_written
from timeback_desktop.backend.timeline.record import parts_of
from timeback_desktop.clock import iso_utc, now_ms
from timeback_desktop.ids import to_urn, uuid_text

MOST_AT_ONCE = 5_000
MOST_MISSED, LONGEST_MISSED_MS = 500, 3_600_000
"""What is told again to one who was away; past that, that he was."""
OVERLAP_MS = 60_000
_MOST_SAID = 500
_PLAIN = frozenset({"TimeSpentEvent"})
"""By far the most events, and nothing of them happened only once."""


@dataclass(frozen=True, slots=True)
class News:
    """What is new: the students of whom anything is, and what is told of them once.

    ``said`` are the reviews and contests in it; ``missed`` says that there was too much of it
    and ``told`` is not whole.
    """

    cursor: Cursor
    changed: frozenset[str] = frozenset()
    told: tuple[Told, ...] = ()
    said: frozenset[str] = frozenset()
    missed: bool = False


def newest(connection: Connection, tenant: str) -> Cursor:
    """Return the place of somebody who has heard all there is."""
    mine = event_batches.c.publisher_id == tenant
    last = connection.scalar(select(func.max(event_batches.c.id)).where(mine))
    return Cursor(last or 0, now_ms())  # ids are minted by the wall clock itself


def missed(connection: Connection, tenant: str, after: Cursor, people: Collection[str]) -> News:
    """Return what one who was away has not heard of these people."""
    if now_ms() - after.said_ms > LONGEST_MISSED_MS:
        return News(after, missed=True)
    mine = event_batches.c.user_id.in_(sorted(people))
    found = _batches(connection, tenant, after.batch, mine, MOST_MISSED)
    return _news(connection, tenant, after, found, people, (), MOST_MISSED)


def since(
    connection: Connection,
    tenant: str,
    after: Cursor,
    people: Collection[str],
    known: Collection[str] = (),
) -> News:
    """Return what is new about these people; ``known`` are words that were told of already."""
    reached = newest(connection, tenant)
    found: list[tuple[int, str]] = []
    if reached.batch > after.batch:
        found = _batches(connection, tenant, after.batch, true(), MOST_AT_ONCE)
    news = _news(connection, tenant, after, found, people, known, MOST_AT_ONCE)
    return replace(news, cursor=reached)


def _news(  # noqa: PLR0913, PLR0917 - since when, what came, and for whom
    connection: Connection,
    tenant: str,
    after: Cursor,
    found: Sequence[tuple[int, str]],
    people: Collection[str],
    known: Collection[str],
    most: int,
) -> News:
    if len(found) > most:
        return News(after, frozenset(people), missed=True)
    mine = [batch_id for batch_id, user_id in found if user_id in people]
    changed = {user_id for _, user_id in found if user_id in people}
    events = _once(connection, tenant, mine)
    said = said_since(connection, tenant, after.said_ms) - set(known)
    judged = _judged(connection, tenant, events, said, people)
    told = [*judged, *_progress(connection, tenant, events, people)]
    changed |= {each.user_id for each in judged}  # a review changes what counts
    return News(after, frozenset(changed), tuple(told), frozenset(said))


def _batches(
    connection: Connection, tenant: str, after: int, whose: ColumnElement[bool], most: int
) -> list[tuple[int, str]]:
    rows = connection.execute(
        select(event_batches.c.id, event_batches.c.user_id)
        .where(event_batches.c.publisher_id == tenant, event_batches.c.id > after, whose)
        .limit(most + 1)
    )
    return [(row.id, row.user_id) for row in rows]


class _Head(msgspec.Struct):
    id: str
    type: str


_HEAD = msgspec.json.Decoder(_Head)


def _once(connection: Connection, tenant: str, batch_ids: Sequence[int]) -> list[str]:
    """Return the ids of the events in these batches that may tell more than how time went."""
    return [
        uuid_text(head.id)
        for start in range(0, len(batch_ids), _MOST_SAID)
        for batch in archive.batches(connection, tenant, batch_ids[start : start + _MOST_SAID])
        for head in map(_HEAD.decode, archive.unpack(batch.body))
        if head.type not in _PLAIN
    ]


def said_since(connection: Connection, tenant: str, said_ms: int) -> set[str]:
    """Return the reviews and contests that were made since an instant."""
    first = _first_id(max(0, said_ms - OVERLAP_MS))
    found: set[str] = set()
    for table in (contests, reviews):
        mine = (table.c.publisher_id == tenant, table.c.id >= first)
        found.update(connection.scalars(select(table.c.id).where(*mine).limit(_MOST_SAID)))
    return found


def _first_id(at_ms: int) -> str:
    """Return an id below all that are minted from an instant on."""
    time = f"{at_ms:012x}"
    return f"{time[:8]}-{time[8:12]}-7000-8000-000000000000"


def _judged(
    connection: Connection,
    tenant: str,
    events: Sequence[str],
    said: Collection[str],
    people: Collection[str],
) -> list[Told]:
    """Write the insights that came, or of which something was said."""
    new = _named(connection, tenant, insights, insights.c.event_id, insights.c.id, events)
    changed = set(new)
    for table in (contests, reviews):
        words = [*events, *sorted(said)]
        changed |= _named(connection, tenant, table, table.c.id, table.c.insight_id, words)
    found: list[Told] = []
    for part in parts_of(sorted(changed)):
        this = (insights.c.publisher_id == tenant, insights.c.id.in_(part))
        found_rows = connection.execute(select(insights).where(*this))
        rows = [row for row in found_rows if row.user_id in people]
        for written in every_written(connection, tenant, rows):
            told = _insight(written, is_new=written["id"] in new)
            found.append(Told(written["userId"], block(Word.INSIGHT, told)))
    return found


def _named(  # noqa: PLR0913, PLR0917 - what of which table, by what
    connection: Connection, tenant: str, table: Any, key: Any, wanted: Any, ids: Sequence[str]
) -> set[str]:
    return {
        found
        for part in parts_of(ids)
        for found in connection.scalars(
            select(wanted).where(table.c.publisher_id == tenant, key.in_(part))
        )
    }


_OF_INSIGHT = ("userId", "insightType", "applicationId", "sessionId", "startedAtTime",
               "endedAtTime", "durationInSeconds", "measured")  # fmt: skip


def _insight(written: Json, *, is_new: bool) -> Json:
    """Choose what a board shows of an insight: no text that anybody wrote."""
    state = "new" if is_new else "open"
    if written["review"] is not None:
        state = "reviewed"
    elif written["contested"]:
        state = "contested"
    result = written["review"] and written["review"]["reviewResult"]
    chosen = {name: written[name] for name in _OF_INSIGHT}
    return {"insightId": written["id"], "state": state, "reviewResult": result, **chosen}


def _progress(
    connection: Connection, tenant: str, events: Sequence[str], people: Collection[str]
) -> list[Told]:
    found: list[Told] = []
    for part in parts_of(events):
        this = (activities.c.publisher_id == tenant, activities.c.event_id.in_(part))
        rows = connection.execute(select(activities).where(*this).order_by(activities.c.event_ms))
        found += [
            Told(row.user_id, block(Word.PROGRESS, _completed(row)))
            for row in rows
            if row.user_id in people
        ]
    return found


def _completed(row: Row[Any]) -> Json:
    asked = row.total_questions is not None
    return {
        "userId": row.user_id,
        "applicationId": row.application_id,
        "sessionId": row.session_id and to_urn(row.session_id),
        "at": iso_utc(row.event_ms),
        "measured": row.measured,
        "xp": None if row.xp_milli is None else row.xp_milli / 1000,
        "questions": {"total": row.total_questions, "correct": row.correct_questions}
        if asked
        else None,
        "masteredUnits": row.mastered_units,
    }
