"""Sessions and their segments; the port of :mod:`timeback_desktop.sessions.model`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlite_utils import Database

from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.coaching.summary import Stretch
from timeback_desktop.ids import SessionId
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.machine import Segment
from timeback_desktop.sessions.model import (
    EndReason,
    KeptSegment,
    OutgoingEvent,
    Session,
    Unfinished,
)
from timeback_desktop.store.database import environment_faults

Row = dict[str, object]
_segments = msgspec.json.Decoder(tuple[Segment, ...])


class SessionTable:
    """Keep sessions; each method is one transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, session: Session, events: Sequence[OutgoingEvent]) -> None:
        """Keep a new session and its first events."""
        with environment_faults(), self._db.atomic():
            self._db.table("sessions").insert(_session_row(session))
            self._queue(session, events)

    def record(
        self,
        session: Session,
        segments: Sequence[KeptSegment],
        events: Sequence[OutgoingEvent],
        open_segments: Sequence[Segment],
    ) -> None:
        """Keep what became final with its events, what is still open, and the end if any."""
        change = {
            "open_segments": msgspec.json.encode(tuple(open_segments)).decode(),
            "duration_ms": session.duration_ms,
            "end_reason": session.end_reason,
        }
        with environment_faults(), self._db.atomic():
            self._db.table("segments").insert_all(_segment_row(session, kept) for kept in segments)
            self._queue(session, events)
            self._db.table("sessions").update(session.id, change)

    def unfinished(self) -> Sequence[Unfinished]:
        """Return the sessions that were never closed, oldest first."""
        rows = self._db.query(
            "SELECT * FROM sessions WHERE duration_ms IS NULL ORDER BY started_at"
        )
        return [
            Unfinished(
                session_of(row), _segments.decode(row["open_segments"]), self._kept(row["id"])
            )
            for row in list(rows)
        ]

    def _kept(self, session_id: str) -> Totals:
        rows = self._db.query(
            "SELECT state, to_ms - from_ms AS ms FROM segments WHERE session_id = ?", [session_id]
        )
        return Totals.fold((State(row["state"]), row["ms"]) for row in rows)

    def _queue(self, session: Session, events: Sequence[OutgoingEvent]) -> None:
        self._db.table("outbox").insert_all(
            {
                "event_id": event.id,
                "session_id": session.id,
                "student_id": session.learner.id,
                "body": event.body,
                "state": "pending",
            }
            for event in events
        )


def _session_row(session: Session) -> Row:
    return {
        "id": session.id,
        "student_id": session.learner.id,
        "student_name": session.learner.name,
        "student_email": session.learner.email,
        "app_id": session.app.id,
        "app_name": session.app.name,
        "subject": session.app.subject,
        "started_at": session.started_at_ms,
        "open_segments": "[]",
    }


def _segment_row(session: Session, kept: KeptSegment) -> Row:
    segment = kept.segment
    return {
        "id": kept.id,
        "session_id": session.id,
        "state": segment.state,
        "detail": segment.detail,
        "from_ms": segment.from_ms,
        "to_ms": segment.to_ms,
        "started_at": segment.started_at_ms,
    }


def session_of(row: Row) -> Session:
    """Return the session of a row of ``sessions``."""
    value = msgspec.convert(row, _SessionRow)
    return Session(
        id=SessionId(value.id),
        learner=Learner(value.student_id, value.student_email, value.student_name),
        app=App(value.app_id, value.app_name, value.subject),
        started_at_ms=value.started_at,
        duration_ms=value.duration_ms,
        end_reason=None if value.end_reason is None else EndReason(value.end_reason),
    )


class _SessionRow(msgspec.Struct):
    """A row of ``sessions``, typed."""

    id: str
    student_id: str
    student_name: str
    student_email: str
    app_id: str
    app_name: str
    subject: str
    started_at: int
    duration_ms: int | None
    end_reason: str | None


def stretch_of(row: Row) -> Stretch:
    """Return the stretch of a row of ``segments``."""
    value = msgspec.convert(row, _SegmentRow)
    return Stretch(State(value.state), value.detail, value.started_at, value.to_ms - value.from_ms)


def open_stretches(row: Row) -> tuple[Stretch, ...]:
    """Return what a row of ``sessions`` holds as still open."""
    return tuple(
        Stretch(segment.state, segment.detail, segment.started_at_ms, segment.ms)
        for segment in _segments.decode(str(row["open_segments"]))
    )


class _SegmentRow(msgspec.Struct):
    """A row of ``segments``, typed."""

    state: str
    detail: str | None
    from_ms: int
    to_ms: int
    started_at: int
