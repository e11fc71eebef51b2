"""Sessions and their segments; the port of :mod:`timeback_desktop.sessions.model`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlite_utils import Database

from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.coaching.summary import Stretch
from timeback_desktop.ids import SessionId
from timeback_desktop.partition import State
from timeback_desktop.presence.segments import Segment
from timeback_desktop.presence.thresholds import Pace
from timeback_desktop.sessions.disputes import Case
from timeback_desktop.sessions.model import (
    Change,
    EndReason,
    KeptSegment,
    OutgoingEvent,
    Session,
    Unfinished,
)
from timeback_desktop.sessions.verdicts import Dispute
from timeback_desktop.store.database import environment_faults
from timeback_desktop.store.verdicts import (
    judgements,
    keep_disputes,
    read_open,
    verdict_row,
    write_open,
)

Row = dict[str, object]
_segments = msgspec.json.Decoder(tuple[Segment, ...])
_STAND = (
    "UPDATE sessions SET open_segments = ?, open_verdicts = ?, duration_ms = ?, end_reason = ?,"
    " pace_item_ms = ?, pace_words_per_minute = ? WHERE id = ?"
)

_PACE = (
    "SELECT pace_item_ms, pace_words_per_minute FROM sessions WHERE student_id = ? AND app_id = ?"
    " ORDER BY started_at DESC LIMIT 20"
)


class SessionTable:
    """Keep sessions; each method is one transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, session: Session, events: Sequence[OutgoingEvent]) -> None:
        """Keep a new session and its first events."""
        with environment_faults(), self._db.atomic():
            self._db.table("sessions").insert(_session_row(session))
            self._queue(session, events)

    def record(self, session: Session, change: Change) -> None:
        """Keep what became final with its events, what is still open, and the end if any."""
        standing = [
            msgspec.json.encode(tuple(change.open_segments)).decode(),
            write_open(change.open_verdicts),
            session.duration_ms,
            session.end_reason,
            change.pace.item_ms,
            change.pace.words_per_minute,
            session.id,
        ]
        with environment_faults(), self._db.atomic():
            self._insert("segments", [_segment_row(session, kept) for kept in change.segments])
            self._insert("verdicts", [verdict_row(session.id, kept) for kept in change.verdicts])
            keep_disputes(self._db, session.id, change.disputes)
            self._queue(session, change.events)
            self._db.execute(_STAND, standing)

    def pace(self, student_id: str, app_id: str) -> Pace:
        """Return a student's own pace in an app, as the last session that knew it left it."""
        rows = self._db.query(_PACE, [student_id, app_id])
        found = [(row["pace_item_ms"], row["pace_words_per_minute"]) for row in rows]
        return Pace(
            item_ms=next((item for item, _ in found if item is not None), None),
            words_per_minute=next((speed for _, speed in found if speed is not None), None),
        )

    def unfinished(self) -> Sequence[Unfinished]:
        """Return the sessions that were never closed, oldest first."""
        rows = self._db.query(
            "SELECT * FROM sessions WHERE duration_ms IS NULL ORDER BY started_at"
        )
        return [
            Unfinished(
                session_of(row),
                self._kept(row["id"]),
                _segments.decode(row["open_segments"]),
                read_open(row["open_verdicts"]),
            )
            for row in list(rows)
        ]

    def case(self, verdict_id: str) -> Case | None:
        """Return a verdict that is kept here, with its session and all that was said to it."""
        rows = list(
            self._db.query(
                "SELECT * FROM sessions WHERE id = (SELECT session_id FROM verdicts WHERE id = ?)",
                [verdict_id],
            )
        )
        if not rows:
            return None
        session = session_of(rows[0])
        found = {each.id: each for each in judgements(self._db, session.id)}
        return Case(session, found[verdict_id])

    def dispute(self, session: Session, dispute: Dispute, event: OutgoingEvent) -> None:
        """Keep a contest or a review, with its event."""
        with environment_faults(), self._db.atomic():
            keep_disputes(self._db, session.id, [dispute])
            self._queue(session, [event])

    def _kept(self, session_id: str) -> tuple[Segment, ...]:
        rows = self._db.query(
            "SELECT * FROM segments WHERE session_id = ? ORDER BY from_ms", [session_id]
        )
        return tuple(_segment_of(row) for row in rows)

    def _queue(self, session: Session, events: Sequence[OutgoingEvent]) -> None:
        rows: list[Row] = [
            {
                "event_id": event.id,
                "session_id": session.id,
                "student_id": session.learner.id,
                "body": event.body,
                "state": "pending",
            }
            for event in events
        ]
        self._insert("outbox", rows)

    def _insert(self, table: str, rows: list[Row]) -> None:
        if rows:  # most ticks bring nothing, and an insert of nothing still asks the database
            self._db.table(table).insert_all(rows)


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
        "limit_ms": segment.limit_ms,
    }


def _segment_of(row: Row) -> Segment:
    value = msgspec.convert(row, _SegmentRow)
    return Segment(
        State(value.state),
        value.detail,
        value.from_ms,
        value.to_ms,
        value.started_at,
        value.limit_ms,
    )


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
    segment = _segment_of(row)
    return Stretch(segment.state, segment.detail, segment.started_at_ms, segment.ms)


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
    limit_ms: int
