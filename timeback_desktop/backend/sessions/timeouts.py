"""After how much silence a sitting is over, as each school wants it."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select, update

from timeback_desktop.backend.registry.models import publishers

SHORTEST_MIN, LONGEST_MIN, USUAL_MIN = 1, 240, 10
_MINUTE_MS = 60_000


def timeout_ms(connection: Connection, tenant: str) -> int:
    """Return a tenant's time-out."""
    named = select(publishers.c.session_timeout_min).where(publishers.c.id == tenant)
    minutes = connection.scalar(named)
    return (USUAL_MIN if minutes is None else minutes) * _MINUTE_MS


def set_timeout(connection: Connection, publisher_id: str, minutes: int) -> None:
    """Let a publisher have another time-out, and its sandbox with it."""
    mine = or_(publishers.c.id == publisher_id, publishers.c.sandbox_of == publisher_id)
    connection.execute(update(publishers).where(mine).values(session_timeout_min=minutes))
