"""The client's tables, as numbered migrations. Never edit one that was released.

Times are integer milliseconds: ``*_at`` are UTC labels since 1970, ``*_ms`` are lengths or
offsets by the monotonic clock.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations
from sqlite_utils.db import Table

migrations = Migrations("timeback_desktop.client")


def table(db: Database, name: str) -> Table:
    """Return a table (never a view), for the type checker's sake as well."""
    return db.table(name)


@migrations()
def m001_sessions_segments_outbox(db: Database) -> None:
    """Create the first schema."""
    table(db, "sessions").create(
        {
            "id": str,
            "student_id": str,
            "student_name": str,
            "student_email": str,
            "app_id": str,
            "app_name": str,
            "subject": str,
            "started_at": int,
            "duration_ms": int,
            "end_reason": str,
            "open_segments": str,
        },
        pk="id",
        not_null={
            "student_id",
            "student_name",
            "student_email",
            "app_id",
            "app_name",
            "subject",
            "started_at",
            "open_segments",
        },
        strict=True,
    )
    table(db, "sessions").create_index(["student_id", "started_at"])
    table(db, "segments").create(
        {
            "id": str,
            "session_id": str,
            "state": str,
            "detail": str,
            "from_ms": int,
            "to_ms": int,
            "started_at": int,
        },
        pk="id",
        not_null={"session_id", "state", "from_ms", "to_ms", "started_at"},
        foreign_keys=[("session_id", "sessions", "id")],
        strict=True,
    )
    table(db, "segments").create_index(["session_id", "from_ms"], unique=True)
    table(db, "outbox").create(
        {
            "seq": int,
            "event_id": str,
            "session_id": str,
            "student_id": str,
            "body": bytes,
            "state": str,
            "reason": str,
            "sent_at": int,
        },
        pk="seq",
        not_null={"event_id", "session_id", "student_id", "body", "state"},
        strict=True,
    )
    table(db, "outbox").create_index(["event_id"], unique=True)
    table(db, "outbox").create_index(["state", "seq"])


@migrations()
def m002_verdicts_contests_reviews(db: Database) -> None:
    """Keep what was judged, what students and coaches said to it, and the limit that decided.

    The pace is the student's own, as the session knew it at its end; null until known.

    Contests and reviews have no foreign key to ``verdicts``: one that is still open lives in
    its session's row, and may be contested there.
    """
    table(db, "segments").add_column("limit_ms", int, not_null_default=0)
    table(db, "sessions").add_column("open_verdicts", str, not_null_default="[]")
    table(db, "sessions").add_column("pace_item_ms", int)
    table(db, "sessions").add_column("pace_words_per_minute", int)
    table(db, "verdicts").create(
        {
            "id": str,
            "session_id": str,
            "kind": str,
            "detail": str,
            "rule": str,
            "version": int,
            "from_ms": int,
            "to_ms": int,
            "started_at": int,
            "confidence": float,
            "thresholds": str,
            "counts": str,
            "interrupted": int,
        },
        pk="id",
        not_null={
            "session_id",
            "kind",
            "rule",
            "version",
            "from_ms",
            "to_ms",
            "started_at",
            "confidence",
            "thresholds",
            "counts",
            "interrupted",
        },
        foreign_keys=[("session_id", "sessions", "id")],
        strict=True,
    )
    table(db, "verdicts").create_index(["session_id", "from_ms"])
    _create_disputes(db, "contests", {"withdrawn": int})
    _create_disputes(db, "reviews", {"result": str, "notes": str})


def _create_disputes(db: Database, name: str, what: dict[str, type]) -> None:
    columns = {"seq": int, "verdict_id": str, "session_id": str, "by": str, "at": int, **what}
    table(db, name).create(
        columns,
        pk="seq",
        not_null=set(columns) - {"seq"},
        foreign_keys=[("session_id", "sessions", "id")],
        strict=True,
    )
    table(db, name).create_index(["session_id", "seq"])


SCHEMA_VERSION = 2
"""The number of the newest migration; kept in the file as ``user_version``."""
