"""Insights as people read them, with what the student and the coach said of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, select, true, tuple_

from timeback_desktop.backend.events.models import contests, insights, reviews
from timeback_desktop.backend.timeline.overturned import REVIEW_OF
from timeback_desktop.backend.timeline.record import Asked, parts_of
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import whole_seconds

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
CONTEST_OF = and_(
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
"""The condition that a contest is the student's last word on an insight."""


def _mine(asked: Asked) -> ColumnElement[bool]:
    return and_(insights.c.publisher_id == asked.publisher_id, insights.c.user_id == asked.user_id)


class Sort(StrEnum):
    """Which insights come first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    SHORTEST = "shortest"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a student's insights are asked for, besides those of a range, and in what order."""

    kinds: tuple[str, ...] = ()
    status: Status | None = None
    application_id: str | None = None
    session_id: str | None = None
    min_seconds: int | None = None
    sort: Sort = Sort.NEWEST

    @property
    def condition(self) -> ColumnElement[bool]:
        """Return it as a condition on the table."""
        wanted = [having(self.status)]
        if self.kinds:
            wanted.append(insights.c.kind.in_(self.kinds))
        if self.application_id is not None:
            wanted.append(insights.c.application_id == self.application_id)
        if self.session_id is not None:
            wanted.append(insights.c.session_id == self.session_id)
        if self.min_seconds is not None:
            wanted.append(self.min_seconds * 1000 - 500 <= _LENGTH)  # as ``whole_seconds`` rounds
        return and_(*wanted)

    @property
    def order(self) -> tuple[Any, ...]:
        """Return the columns to sort by; what has no length comes last."""
        at, own = insights.c.at_ms, insights.c.id
        match self.sort:
            case Sort.NEWEST:
                return at.desc(), own.desc()
            case Sort.OLDEST:
                return at, own
            case Sort.LONGEST:
                return _LENGTH.is_(None), _LENGTH.desc(), at.desc(), own.desc()
            case Sort.SHORTEST:
                return _LENGTH.is_(None), _LENGTH, at.desc(), own.desc()


_LENGTH = insights.c.ended_ms - insights.c.started_ms


def page_of(
    connection: Connection, asked: Asked, wanted: Wanted, limit: int, offset: int
) -> tuple[list[Json], int]:
    """Return one page of a student's insights, and how many there are."""
    chosen = and_(_mine(asked), _touching(asked), wanted.condition)
    rows = connection.execute(
        select(insights).where(chosen).order_by(*wanted.order).limit(limit).offset(offset)
    ).all()
    total = connection.scalar(select(func.count()).select_from(insights).where(chosen))
    return every_written(connection, asked.publisher_id, rows), total or 0


def _touching(asked: Asked) -> ColumnElement[bool]:
    ends = func.coalesce(insights.c.ended_ms, insights.c.at_ms)
    conditions: list[ColumnElement[bool]] = [true()]
    if asked.from_ms is not None:
        conditions.append((ends > asked.from_ms) | (insights.c.at_ms >= asked.from_ms))
    if asked.to_ms is not None:
        conditions.append(insights.c.at_ms < asked.to_ms)
    return and_(*conditions)


def having(status: Status | None) -> ColumnElement[bool]:
    """Return the condition that an insight has come so far."""
    contested, reviewed = exists().where(CONTEST_OF), exists().where(REVIEW_OF)
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
        for row, written in zip(
            rows, every_written(connection, asked.publisher_id, rows), strict=True
        ):
            found.setdefault(row.session_id, []).append(written)
    return found


def one(connection: Connection, publisher_id: str, insight_id: str) -> Row[Any] | None:
    """Return a tenant's insight."""
    return connection.execute(
        select(insights).where(insights.c.publisher_id == publisher_id, insights.c.id == insight_id)
    ).one_or_none()


def written(connection: Connection, row: Row[Any]) -> Json:
    """Write one insight as the Insights API does."""
    return every_written(connection, row.publisher_id, [row])[0]


def every_written(
    connection: Connection, publisher_id: str, rows: Sequence[Row[Any]]
) -> list[Json]:
    """Write insights as the Insights API does."""
    said = _said(connection, publisher_id, rows)
    return [_record(row, said) for row in rows]


def _said(connection: Connection, publisher_id: str, rows: Iterable[Row[Any]]) -> Said:
    contested: dict[str, int] = {}
    reviewed: dict[str, Row[Any]] = {}
    for part in parts_of([row.id for row in rows]):
        for each in connection.execute(
            select(contests.c.insight_id, contests.c.at_ms)
            .join(insights, CONTEST_OF)
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
