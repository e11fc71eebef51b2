"""What waits for a reviewer: first what students contested, then what nobody has looked at.

Within both the oldest comes first. A teacher sees the students of his classes; administrators
and clients that may read everybody see all of the school.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException
from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from timeback_desktop.backend.asking import Page
from timeback_desktop.backend.auth.principal import EVENTS_READONLY, Principal, PrincipalKind
from timeback_desktop.backend.events.models import contests, insights
from timeback_desktop.backend.insights.judgements import CONTEST_OF, Status, every_written, having
from timeback_desktop.backend.roster.models import enrollments
from timeback_desktop.backend.roster.service import Role, may_read_all, may_read_class
from timeback_desktop.backend.timeline.overturned import REVIEW_OF

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which part of the queue is asked for."""

    class_id: str | None = None
    kinds: tuple[str, ...] = ()
    status: Status | None = None


def queue(connection: Connection, principal: Principal, waiting: Waiting, page: Page) -> Json:
    """Return one page of what waits, of the students whom the caller may judge over."""
    tenant = principal.publisher_id or ""
    mine = and_(insights.c.publisher_id == tenant, _whose(connection, principal, waiting.class_id))
    if waiting.kinds:
        mine = and_(mine, insights.c.kind.in_(waiting.kinds))
    contested = 0 if waiting.status is Status.OPEN else _contested(connection, mine)
    wanted = page.limit + 1  # one more tells whether any follow
    rows: list[Any] = []
    if contested and page.offset < contested:
        rows += _contested_rows(connection, mine, page.offset, wanted)
    if waiting.status is not Status.CONTESTED and len(rows) < wanted:
        skipped = max(0, page.offset - contested)
        rows += _open_rows(connection, mine, skipped, wanted - len(rows))
    told = {"limit": page.limit, "offset": page.offset, "hasMore": len(rows) == wanted}
    shown = every_written(connection, tenant, rows[: page.limit])
    return {"insights": shown, "contested": contested, "pagination": told}


def _whose(
    connection: Connection, principal: Principal, class_id: str | None
) -> ColumnElement[bool]:
    """Return the condition for the students whom the caller may see here, or answer 403."""
    teacher = principal.kind is PrincipalKind.USER and principal.role == Role.TEACHER
    teacher = teacher and EVENTS_READONLY in principal.scopes
    if not principal.publisher_id or not (teacher or may_read_all(principal)):
        raise HTTPException(403, "Only those who review may see what waits for a review.")
    if class_id is not None and not may_read_class(connection, principal, class_id):
        raise HTTPException(403, "This token may not read about this class.")
    learning, teaching = enrollments.alias("learning"), enrollments.alias("teaching")
    learns = _active(learning, principal.publisher_id, Role.STUDENT)
    learns = and_(learns, learning.c.user_id == insights.c.user_id)
    if class_id is not None:
        return exists().where(learns, learning.c.class_id == class_id)
    if not teacher:
        return insights.c.publisher_id == principal.publisher_id
    taught = _active(teaching, principal.publisher_id, Role.TEACHER)
    taught = and_(taught, teaching.c.user_id == principal.user_id)
    of_his = select(teaching.c.class_id).where(taught)
    himself = insights.c.user_id == principal.user_id
    return and_(exists().where(learns, learning.c.class_id.in_(of_his)), ~himself)


def _active(table: Any, tenant: str, role: Role) -> ColumnElement[bool]:
    return and_(table.c.publisher_id == tenant, table.c.role == role, table.c.status == "active")


_UNSEEN = ~exists().where(REVIEW_OF)


def _contested(connection: Connection, mine: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(insights).join(contests, CONTEST_OF)
    return connection.scalar(found.where(mine, _UNSEEN)) or 0


def _contested_rows(
    connection: Connection, mine: ColumnElement[bool], offset: int, limit: int
) -> list[Any]:
    return list(
        connection.execute(
            select(insights)
            .join(contests, CONTEST_OF)
            .where(mine, _UNSEEN)
            .order_by(contests.c.at_ms, insights.c.id)
            .limit(limit)
            .offset(offset)
        )
    )


def _open_rows(
    connection: Connection, mine: ColumnElement[bool], offset: int, limit: int
) -> list[Any]:
    return list(
        connection.execute(
            select(insights)
            .where(mine, having(Status.OPEN))
            .order_by(insights.c.at_ms, insights.c.id)
            .limit(limit)
            .offset(offset)
        )
    )
