"""The apps that a school lets in, and how much each of them is used."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, distinct, func, select

from timeback_desktop.backend.edubridge.asking import no_such
from timeback_desktop.backend.registry.service import applications_in, is_granted
from timeback_desktop.backend.sessions.models import sessions

Json = dict[str, Any]
ACTIVE_FOR_MS = 30 * 86_400_000
"""Who used an app in the last 30 days is one of its active users."""


def told(connection: Connection, publisher_id: str) -> list[Json]:
    """Write the apps that a tenant lets in."""
    return [
        {
            "sourcedId": app.id,
            "name": app.name,
            "description": app.description,
            "domain": app.allowed_hosts,
            "metadata": app.metadata or {},
        }
        for app in applications_in(connection, publisher_id)
    ]


def metrics(connection: Connection, publisher_id: str, app_id: str, now_ms: int) -> Json:
    """Write how much an app is used in a tenant; the mean length is in seconds."""
    if not is_granted(connection, publisher_id, app_id):
        raise no_such("application", app_id)
    users = distinct(sessions.c.user_id)
    length = func.coalesce(sessions.c.duration_ms, sessions.c.ended_ms - sessions.c.started_ms)
    mine = (sessions.c.publisher_id == publisher_id, sessions.c.application_id == app_id)
    row = connection.execute(
        select(func.count(users), func.count(), func.avg(length)).where(*mine)
    ).one()
    lately = sessions.c.ended_ms >= now_ms - ACTIVE_FOR_MS
    active = connection.scalar(select(func.count(users)).where(*mine, lately))
    return {
        "applicationSourcedId": app_id,
        "totalUsers": row[0],
        "activeUsers": active,
        "totalSessions": row[1],
        "avgSessionDuration": None if row[2] is None else round(float(row[2]) / 1000, 3),
    }
