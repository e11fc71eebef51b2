"""What students are doing now: their state, their sessions, and how their day went so far.

The figures of the day are those that ``rollups`` keeps. The present state is the last stretch
of time that anybody told, for as long as the platform takes a session to be going on; what the
desktop measured goes before what an app claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, and_, func, select

from timeback_desktop.backend.events.models import time_spent
from timeback_desktop.backend.feed.words import Json
from timeback_desktop.backend.rollups import reading
from timeback_desktop.backend.rollups.days import number_of
from timeback_desktop.backend.sessions.models import sessions
from timeback_desktop.backend.sessions.service import span_of
from timeback_desktop.backend.sessions.span import INACTIVITY_MS, SessionSpan
from timeback_desktop.backend.timeline.record import parts_of
from timeback_desktop.clock import iso_utc, local_date
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import TimeType, Totals, state_of

_LOOK_BACK_MS = 2 * INACTIVITY_MS
"""A stretch may have begun so long before now and still be the present one."""
_LONGEST_SESSION_MS = 24 * 3_600_000
_LEFT_OUT = frozenset({"states"})


@dataclass(frozen=True, slots=True)
class Present:
    """One student, now; ``until_ms`` is when this would no longer be so by itself."""

    user_id: str
    state: str | None = None
    application_id: str | None = None
    session_id: str | None = None
    measured: bool | None = None
    seen_ms: int | None = None
    until_ms: int | None = None
    today: Totals | None = None
    sessions: Mapping[str, SessionSpan] = field(default_factory=dict)

    def as_wire(self) -> Json:
        """Write it without a name."""
        figures = None if self.today is None else self.today.as_wire()
        return {
            "userId": self.user_id,
            "state": self.state,
            "applicationId": self.application_id,
            "sessionId": self.session_id and to_urn(self.session_id),
            "measured": self.measured,
            "seenAt": None if self.seen_ms is None else iso_utc(self.seen_ms),
            "today": figures and {k: v for k, v in figures.items() if k not in _LEFT_OUT},
        }


def today(connection: Connection, tenant: str, now_ms: int) -> int:
    """Return the number of the school's day."""
    zone = ZoneInfo(reading.rolled_zone(connection, tenant))
    return number_of(local_date(now_ms, zone))


def present(
    connection: Connection, tenant: str, user_ids: Iterable[str], now_ms: int
) -> dict[str, Present]:
    """Return what each of these students is doing."""
    wanted, day = sorted(user_ids), today(connection, tenant, now_ms)
    found: dict[str, Present] = {}
    for part in parts_of(wanted):
        spans = _sessions(connection, tenant, part, now_ms)
        latest = _latest(connection, tenant, part, now_ms)
        days = reading.by_student(connection, tenant, part, day, day)
        for user_id in part:
            mine = spans.get(user_id, {})
            found[user_id] = _present(
                user_id, latest.get(user_id), mine, days[user_id].spent.totals
            )
    return found


def _present(
    user_id: str, row: Row[Any] | None, mine: Mapping[str, SessionSpan], totals: Totals | None
) -> Present:
    ends = [span.ended_ms + INACTIVITY_MS for span in mine.values() if span.closing is None]
    span = None if row is None else mine.get(row.session_id or "")
    if row is None or (span is not None and span.closing is not None):
        return Present(user_id, until_ms=min(ends, default=None), today=totals, sessions=mine)
    seen_ms = row.started_ms + row.ms
    return Present(
        user_id,
        state=state_of(TimeType(row.type), row.sub_type),
        application_id=row.application_id,
        session_id=row.session_id,
        measured=row.measured,
        seen_ms=seen_ms,
        until_ms=min([seen_ms + INACTIVITY_MS, *ends]),
        today=totals,
        sessions=mine,
    )


def _latest(
    connection: Connection, tenant: str, user_ids: Sequence[str], now_ms: int
) -> dict[str, Row[Any]]:
    """Return the last stretch of each student that is not over for too long already."""
    table = time_spent
    newest = (
        select(table.c.user_id, func.max(table.c.started_ms).label("started_ms"))
        .where(
            table.c.publisher_id == tenant,
            table.c.user_id.in_(user_ids),
            table.c.started_ms > now_ms - _LOOK_BACK_MS,
            table.c.type != TimeType.ANTI_PATTERN,
        )
        .group_by(table.c.user_id, table.c.measured)
        .subquery()
    )
    rows = connection.execute(
        select(table)
        .join(
            newest,
            and_(
                table.c.user_id == newest.c.user_id,
                table.c.started_ms == newest.c.started_ms,
            ),
        )
        .where(table.c.publisher_id == tenant, table.c.type != TimeType.ANTI_PATTERN)
    )
    found: dict[str, Row[Any]] = {}
    for row in rows:
        known = found.get(row.user_id)
        if row.started_ms + row.ms <= now_ms - INACTIVITY_MS:
            continue
        if known is None or _weight(row) > _weight(known):
            found[row.user_id] = row
    return found


def _weight(row: Row[Any]) -> tuple[bool, int, str, int]:
    return row.measured, row.started_ms + row.ms, row.event_id, row.item


def _sessions(
    connection: Connection, tenant: str, user_ids: Sequence[str], now_ms: int
) -> dict[str, dict[str, SessionSpan]]:
    """Return the sessions of each student that go on, or were over a moment ago."""
    rows = connection.execute(
        select(sessions).where(
            sessions.c.publisher_id == tenant,
            sessions.c.user_id.in_(user_ids),
            sessions.c.started_ms > now_ms - _LONGEST_SESSION_MS,
            sessions.c.ended_ms > now_ms - INACTIVITY_MS,
        )
    )
    found: dict[str, dict[str, SessionSpan]] = {}
    for row in rows:
        found.setdefault(row.user_id, {})[row.id] = span_of(row)
    return found
