"""Reviews and contests that come over the Insights API; events bring the same (``events``)."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException
from sqlalchemy import Connection, Row, func, insert, select

from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.events.judgements import ReviewResult
from timeback_desktop.backend.events.models import contests, reviews
from timeback_desktop.backend.insights import judgements
from timeback_desktop.backend.roster.service import may_read, may_review

Json = dict[str, Any]


def readable(connection: Connection, principal: Principal, insight_id: str) -> Row[Any]:
    """Return an insight; one that the caller may not read looks like one that isn't there."""
    tenant = principal.publisher_id
    found = judgements.one(connection, tenant, insight_id) if tenant else None
    if found is None or not may_read(connection, principal, found.user_id):
        raise HTTPException(404, "There is no such insight.")
    return found


def review(  # noqa: PLR0913, PLR0917 - whose word, on what, what it is, and when
    connection: Connection,
    principal: Principal,
    insight: Row[Any],
    result: ReviewResult,
    notes: str | None,
    now_ms: int,
) -> Json:
    """Keep a teacher's review; the latest counts, and saying the same again changes nothing."""
    if not may_review(connection, principal, insight.user_id):
        raise HTTPException(403, "Only a teacher of this student may review.")
    tidy = notes.replace("\0", "") if notes else None
    last = connection.execute(
        select(reviews)
        .where(
            reviews.c.publisher_id == insight.publisher_id,
            reviews.c.insight_id == insight.id,
            reviews.c.verified,
        )
        .order_by(reviews.c.at_ms.desc(), reviews.c.id.desc())
        .limit(1)
    ).one_or_none()
    said = (principal.user_id, str(result), tidy)
    if last is None or (last.user_id, last.result, last.notes) != said:
        connection.execute(
            insert(reviews).values(
                publisher_id=insight.publisher_id,
                id=ids.mint(),
                insight_id=insight.id,
                user_id=principal.user_id,
                result=result,
                notes=tidy,
                # The newest word counts, also after one from a clock that runs ahead.
                at_ms=max(now_ms, last.at_ms + 1 if last else 0),
                verified=True,
            )
        )
    return judgements.written(connection, insight)


def contest(
    connection: Connection,
    principal: Principal,
    insight: Row[Any],
    now_ms: int,
    *,
    withdrawn: bool,
) -> Json:
    """Keep that the student says it is wrong, or takes that back; once is enough.

    Once a teacher has looked, nothing is taken back any more.
    """
    himself = principal.kind is PrincipalKind.USER and not principal.is_lent
    if not himself or principal.user_id != insight.user_id:
        raise HTTPException(403, "Only the student himself may contest.")
    known = judgements.written(connection, insight)
    if known["contested"] is not withdrawn:
        return known
    if withdrawn and known["review"] is not None:
        raise HTTPException(409, "Your teacher has looked at it already.")
    connection.execute(
        insert(contests).values(
            publisher_id=insight.publisher_id,
            id=ids.mint(),
            insight_id=insight.id,
            user_id=insight.user_id,
            withdrawn=withdrawn,
            at_ms=max(now_ms, _last_contest_ms(connection, insight) + 1),
        )
    )
    return judgements.written(connection, insight)


def _last_contest_ms(connection: Connection, insight: Row[Any]) -> int:
    mine = (
        contests.c.publisher_id == insight.publisher_id,
        contests.c.insight_id == insight.id,
        contests.c.user_id == insight.user_id,
    )
    return connection.scalar(select(func.max(contests.c.at_ms)).where(*mine)) or 0
