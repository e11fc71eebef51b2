"""Judgements that a reviewer took back: what they say counts no more."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, select

from timeback_desktop.backend.events.judgements import ReviewResult
from timeback_desktop.backend.events.models import insights, reviews
from timeback_desktop.backend.timeline.accounts import Overturned
from timeback_desktop.backend.timeline.record import LONGEST_STRETCH_MS, Asked, parts_of
from timeback_desktop.partition import Mark, Overlay, State

REVIEW_OF = and_(
    reviews.c.publisher_id == insights.c.publisher_id,
    reviews.c.insight_id == insights.c.id,
    reviews.c.verified,
)
"""The condition that a review counts for an insight."""


def overturned_in(
    connection: Connection, asked: Asked, session_ids: Sequence[str]
) -> list[Overturned]:
    """Return the judgements of these sessions that a reviewer took back."""
    return [
        found
        for part in parts_of(session_ids)
        for found in _overturned(connection, asked, insights.c.session_id.in_(part))
    ]


def overturned_between(
    connection: Connection, asked: Asked, low: int, high: int
) -> list[Overturned]:
    """Return the judgements that a reviewer took back and that may lie in a range."""
    near = and_(insights.c.at_ms >= low - LONGEST_STRETCH_MS, insights.c.at_ms < high)
    return _overturned(connection, asked, near)


def _overturned(
    connection: Connection, asked: Asked, which: ColumnElement[bool]
) -> list[Overturned]:
    rows = connection.execute(
        select(insights, reviews.c.result)
        .join(reviews, REVIEW_OF)
        .where(
            insights.c.publisher_id == asked.publisher_id,
            insights.c.user_id == asked.user_id,
            which,
        )
        .order_by(reviews.c.at_ms, reviews.c.id)
    )
    latest = {row.id: row for row in rows}
    return [
        Overturned(row.session_id, row.measured, Mark(kind, row.started_ms, row.ended_ms))
        for row in latest.values()
        if row.result == ReviewResult.FALSE_POSITIVE
        and row.started_ms is not None
        and row.ended_ms is not None
        and (kind := _kind(row.kind)) is not None
    ]


def _kind(word: str) -> Overlay | State | None:
    for closed in (Overlay, State):
        if word in closed._value2member_map_:
            return closed(word)
    return None
