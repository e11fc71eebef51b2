"""What changed about a student's insights since a client asked last: new ones, contests, reviews.

A cursor has two halves. What came by events lies in batches whose ids rise with every commit,
so nothing is missed that a slow transaction stored meanwhile. What was said over the Insights
API carries the instant of its saying; there the last minute is told twice rather than missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.models import contests, event_batches, insights, reviews
from timeback_desktop.backend.insights.judgements import every_written
from timeback_desktop.backend.timeline.record import Asked, parts_of
from timeback_desktop.errors import ContractFault

Json = dict[str, Any]
_BATCHES_AT_ONCE = 50
_LAST_MINUTE_MS = 60_000
_LARGEST = 2**62
_CURSOR = re.compile(r"b(\d{1,19})\.(\d{1,19})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read."""

    batch: int
    said_ms: int

    def __str__(self) -> str:
        return f"b{self.batch}.{self.said_ms}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """Read a cursor that was told before; ``None`` when it is something else."""
        found = _CURSOR.fullmatch(text)
        if found is None or max(map(int, found.groups())) > _LARGEST:
            return None
        return cls(*map(int, found.groups()))


def now_at(connection: Connection, asked: Asked, now_ms: int) -> Cursor:
    """Return the cursor of somebody who has read everything there is."""
    newest = connection.scalar(select(func.max(event_batches.c.id)).where(_batches(asked)))
    return Cursor(newest or 0, max(0, now_ms - _LAST_MINUTE_MS))


def at_instant(connection: Connection, asked: Asked, instant_ms: int) -> Cursor:
    """Return the cursor of somebody who has read what was there at an instant."""
    before = and_(_batches(asked), event_batches.c.received_ms < instant_ms)
    last = connection.scalar(select(func.max(event_batches.c.id)).where(before))
    return Cursor(last or 0, instant_ms)


def since(connection: Connection, asked: Asked, after: Cursor, now_ms: int) -> Json:
    """Return the insights of which anything is new, with where to go on; oldest first."""
    rows = connection.execute(
        select(event_batches)
        .where(_batches(asked), event_batches.c.id > after.batch)
        .order_by(event_batches.c.id)
        .limit(_BATCHES_AT_ONCE + 1)
    ).all()
    batches, more = rows[:_BATCHES_AT_ONCE], len(rows) > _BATCHES_AT_ONCE
    came = [kept.id for batch in batches for kept in archive.kept_in(batch)]
    changed = _told_by(connection, asked, came) | _said_since(connection, asked, after.said_ms)
    reached = batches[-1].id if batches else after.batch
    said_ms = after.said_ms if more else max(0, now_ms - _LAST_MINUTE_MS)
    found = _found(connection, asked, sorted(changed))
    return {
        "insights": found,
        "cursor": str(Cursor(reached, said_ms)),
        "hasMore": more,
    }


def _batches(asked: Asked) -> ColumnElement[bool]:
    return and_(
        event_batches.c.publisher_id == asked.publisher_id,
        event_batches.c.user_id == asked.user_id,
    )


def _told_by(connection: Connection, asked: Asked, event_ids: Sequence[str]) -> set[str]:
    """Return the insights that these events tell, contest or review."""
    found: set[str] = set()
    for part in parts_of(event_ids):
        for table, key, insight in (
            (insights, insights.c.event_id, insights.c.id),
            (contests, contests.c.id, contests.c.insight_id),
            (reviews, reviews.c.id, reviews.c.insight_id),
        ):
            mine = (table.c.publisher_id == asked.publisher_id, key.in_(part))
            found.update(connection.scalars(select(insight).where(*mine)))
    return found


def _said_since(connection: Connection, asked: Asked, instant_ms: int) -> set[str]:
    found: set[str] = set()
    for table in (contests, reviews):
        of_student = and_(
            insights.c.publisher_id == table.c.publisher_id,
            insights.c.id == table.c.insight_id,
        )
        rows = connection.scalars(
            select(insights.c.id)
            .join(table, of_student)
            .where(
                insights.c.publisher_id == asked.publisher_id,
                insights.c.user_id == asked.user_id,
                table.c.at_ms >= instant_ms,
            )
        )
        found.update(rows)
    return found


def _found(connection: Connection, asked: Asked, insight_ids: Iterable[str]) -> list[Json]:
    rows = [
        row
        for part in parts_of(list(insight_ids))
        for row in connection.execute(
            select(insights).where(
                insights.c.publisher_id == asked.publisher_id,
                insights.c.user_id == asked.user_id,
                insights.c.id.in_(part),
            )
        )
    ]
    rows.sort(key=lambda row: (row.at_ms, row.id))
    return every_written(connection, asked.publisher_id, rows)


def unreadable() -> ContractFault:
    """Return the fault that a cursor is none of ours."""
    return ContractFault(
        "This is neither a cursor that was told before nor an instant.", pointer="/since"
    )
