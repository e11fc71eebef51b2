"""The session of a class that names none.

The standard demands a term of every class, but published clients create classes without
one. Then the year of the course stands in, and where that is open too, the session of the
tenant that runs today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, case, select

from timeback_desktop.backend.roster.models import academic_sessions, courses


def session_without_terms(
    connection: Connection, tenant: str, rows: Sequence[RowMapping | Mapping[str, Any]], today: date
) -> dict[str, str]:
    """Return the sourcedId of a session for each of these classes, as far as there is one."""
    if not rows:
        return {}
    years = _years(connection, tenant, {row["course_id"] for row in rows})
    running = None
    if any(row["course_id"] not in years for row in rows):
        running = _running(connection, tenant, today)
    found = {row["id"]: years.get(row["course_id"], running) for row in rows}
    return {row: session for row, session in found.items() if session is not None}


def _years(connection: Connection, tenant: str, course_ids: set[str]) -> dict[str, str]:
    asked = select(courses.c.id, courses.c.school_year_id).where(
        courses.c.publisher_id == tenant,
        courses.c.id.in_(sorted(course_ids)),
        courses.c.school_year_id.is_not(None),
    )
    return {row.id: row.school_year_id for row in connection.execute(asked)}


def _running(connection: Connection, tenant: str, today: date) -> str | None:
    """Return the session of ``today``, a term before a year; between two, the latest one."""
    sessions = academic_sessions.c
    today_in_it = and_(sessions.start_date <= today, sessions.end_date >= today)
    closeness = {"term": 0, "semester": 1, "schoolYear": 2}
    asked = (
        select(sessions.id)
        .where(sessions.publisher_id == tenant, sessions.status == "active")
        .order_by(
            case((today_in_it, 0), else_=1),
            case(closeness, value=sessions.type, else_=3),
            sessions.end_date.desc(),
            sessions.entered,
        )
    )
    return connection.scalars(asked.limit(1)).first()
