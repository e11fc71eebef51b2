"""Read sessions back as summaries, through the one fold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlite_utils import Database

from timeback_desktop.coaching.summary import (
    DaySummary,
    SessionSummary,
    Stretch,
    day_bounds_ms,
    day_of,
    summarise,
)
from timeback_desktop.store.sessions import Row, open_stretches, session_of, stretch_of
from timeback_desktop.store.verdicts import judgements, read_open

LONGEST_SESSION_MS = 36 * 3_600_000
"""No session lasts longer; only those that began this long before a day can reach into it."""


class SummaryReader:
    """Summaries of what is kept on this computer; open sessions as they stand."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def session(self, session_id: str) -> SessionSummary | None:
        """Return one session, or ``None`` if it is not kept here."""
        rows = list(self._db.query("SELECT * FROM sessions WHERE id = ?", [session_id]))
        return self._summarise(rows[0]) if rows else None

    def between(self, student_id: str, from_ms: int, to_ms: int) -> Sequence[SessionSummary]:
        """Return a student's sessions that began in ``[from_ms, to_ms)``, oldest first."""
        rows = self._db.query(
            "SELECT * FROM sessions WHERE student_id = ? AND started_at >= ? AND started_at < ?"
            " ORDER BY started_at, id",
            [student_id, from_ms, to_ms],
        )
        return [self._summarise(row) for row in list(rows)]

    def day(self, student_id: str, day: date, timezone: str) -> DaySummary:
        """Return one student's local day."""
        start, end = day_bounds_ms(day, timezone)
        sessions = self.between(student_id, start - LONGEST_SESSION_MS, end)
        return day_of(sessions, student_id=student_id, day=day, timezone=timezone)

    def students(self) -> Sequence[str]:
        """Return the ids of everybody who has a session here."""
        rows = self._db.query("SELECT DISTINCT student_id FROM sessions ORDER BY student_id")
        return [row["student_id"] for row in rows]

    def _summarise(self, row: Row) -> SessionSummary:
        session = session_of(row)
        kept: Iterable[Stretch] = (
            stretch_of(segment)
            for segment in self._db.query(
                "SELECT * FROM segments WHERE session_id = ? ORDER BY from_ms", [session.id]
            )
        )
        measured = [*kept, *open_stretches(row)]
        verdicts = judgements(self._db, session.id, read_open(str(row["open_verdicts"])))
        return summarise(session, measured, verdicts)
