"""Insights as people read them, with what the student and the coach said of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, select, true, tuple_

from timeback_desktop.backend.events.judgements import ReviewResult
from timeback_desktop.backend.events.models import contests, insights, reviews
from timeback_desktop.backend.insights.accounts import Overturned
from timeback_desktop.backend.insights.record import LONGEST_STRETCH_MS, Asked, parts_of
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import Mark, Overlay, State, whole_seconds

Json = dict[str, Any]


class Status(StrEnum):
    """How far an insight has come: said, doubted, judged."""

    OPEN = "open"
    CONTESTED = "contested"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Said:
    """What was said last of some insights, by their student and by a coach."""

    contested: dict[str, int]
    reviewed: dict[str, Row[Any]]


_LATER = contests.alias("later")
_CONTEST_OF = and_(
    contests.c.publisher_id == insights.c.publisher_id,
    contests.c.insight_id == insights.c.id,
    contests.c.user_id == insights.c.user_id,
    contests.c.withdrawn.is_(False),
    ~exists().where(
        _LATER.c.publisher_id == contests.c.publisher_id,
        _LATER.c.insight_id == contests.c.insight_id,
        _LATER.c.user_id == contests.c.user_id,
        tuple_(_LATER.c.at_ms, _LATER.c.id) > tuple_(contests.c.at_ms, contests.c.id),
    ),
)
_REVIEW_OF = and_(
    reviews.c.publisher_id == insights.c.publisher_id,
    reviews.c.insight_id == insights.c.id,
    reviews.c.verified,
)


def _mine(asked: Asked) -> ColumnElement[bool]:
    return and_(insights.c.publisher_id == asked.publisher_id, insights.c.user_id == asked.user_id)


def page_of(
    connection: Connection, asked: Asked, status: Status | None, limit: int, offset: int
) -> tuple[list[Json], int]:
    """Return one page of a student's insights, newest first, and how many there are."""
    chosen = and_(_mine(asked), _touching(asked), _having(status))
    rows = connection.execute(
        select(insights)
        .where(chosen)
        .order_by(insights.c.at_ms.desc(), insights.c.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    total = connection.scalar(select(func.count()).select_from(insights).where(chosen))
    return _written(connection, asked.publisher_id, rows), total or 0


def _touching(asked: Asked) -> ColumnElement[bool]:
    ends = func.coalesce(insights.c.ended_ms, insights.c.at_ms)
    conditions: list[ColumnElement[bool]] = [true()]
    if asked.from_ms is not None:
        conditions.append((ends > asked.from_ms) | (insights.c.at_ms >= asked.from_ms))
    if asked.to_ms is not None:
        conditions.append(insights.c.at_ms < asked.to_ms)
    return and_(*conditions)


def _having(status: Status | None) -> ColumnElement[bool]:
    contested, reviewed = exists().where(_CONTEST_OF), exists().where(_REVIEW_OF)
    match status:
        case Status.OPEN:
            return and_(~contested, ~reviewed)
        case Status.CONTESTED:
            return and_(contested, ~reviewed)
        case Status.REVIEWED:
            return reviewed
        case None:
            return true()


def in_sessions(
    connection: Connection, asked: Asked, session_ids: Sequence[str]
) -> dict[str, list[Json]]:
    """Return the insights of each of these sessions, in the order in which they lie."""
    found: dict[str, list[Json]] = {}
    for part in parts_of(session_ids):
        rows = connection.execute(
            select(insights)
            .where(_mine(asked), insights.c.session_id.in_(part))
            .order_by(insights.c.at_ms, insights.c.id)
        ).all()
        for row, written in zip(rows, _written(connection, asked.publisher_id, rows), strict=True):
            found.setdefault(row.session_id, []).append(written)
    return found


def one(connection: Connection, publisher_id: str, insight_id: str) -> Row[Any] | None:
    """Return a tenant's insight."""
    return connection.execute(
        select(insights).where(insights.c.publisher_id == publisher_id, insights.c.id == insight_id)
    ).one_or_none()


def written(connection: Connection, row: Row[Any]) -> Json:
    """Write one insight as the Insights API does."""
    return _written(connection, row.publisher_id, [row])[0]


def _written(connection: Connection, publisher_id: str, rows: Sequence[Row[Any]]) -> list[Json]:
    said = _said(connection, publisher_id, rows)
    return [_record(row, said) for row in rows]


def _said(connection: Connection, publisher_id: str, rows: Iterable[Row[Any]]) -> Said:
    contested: dict[str, int] = {}
    reviewed: dict[str, Row[Any]] = {}
    for part in parts_of([row.id for row in rows]):
        for each in connection.execute(
            select(contests.c.insight_id, contests.c.at_ms)
            .join(insights, _CONTEST_OF)
            .where(contests.c.publisher_id == publisher_id, contests.c.insight_id.in_(part))
        ):
            contested[each.insight_id] = each.at_ms
        for review in connection.execute(
            select(reviews)
            .where(
                reviews.c.publisher_id == publisher_id,
                reviews.c.insight_id.in_(part),
                reviews.c.verified,
            )
            .order_by(reviews.c.at_ms, reviews.c.id)
        ):
            reviewed[review.insight_id] = review
    return Said(contested, reviewed)


def _record(row: Row[Any], said: Said) -> Json:
    contested, review = said.contested.get(row.id), said.reviewed.get(row.id)
    return {
        "id": row.id,
        "applicationId": row.application_id,
        "userId": row.user_id,
        "sessionId": None if row.session_id is None else to_urn(row.session_id),
        "insightType": row.kind,
        "detail": row.detail,
        "reason": row.reason,
        "studentReason": row.student_reason,
        "startedAtTime": _instant(row.started_ms),
        "endedAtTime": _instant(row.ended_ms),
        "durationInSeconds": _seconds(row),
        "version": row.version,
        "rule": row.rule,
        "thresholds": row.thresholds,
        "counts": row.counts,
        "confidence": row.confidence,
        "measured": row.measured,
        "contested": contested is not None,
        "contestedAt": _instant(contested),
        "review": None if review is None else _review(review),
    }


def _instant(ms: int | None) -> str | None:
    return None if ms is None else iso_utc(ms)


def _seconds(row: Row[Any]) -> int | None:
    if row.started_ms is None or row.ended_ms is None:
        return None
    return whole_seconds(row.ended_ms - row.started_ms)


def _review(review: Row[Any]) -> Json:
    return {
        "reviewedAt": iso_utc(review.at_ms),
        "reviewedBy": review.user_id,
        "reviewNotes": review.notes,
        "reviewResult": review.result,
    }


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
        .join(reviews, _REVIEW_OF)
        .where(_mine(asked), which)
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
