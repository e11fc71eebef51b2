"""The queue of events to be sent; the port of :mod:`timeback_desktop.sync.outbox`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from timeback_desktop.store.database import environment_faults
from timeback_desktop.sync.outbox import QueueCounts, QueuedEvent

KEEP_SENT_MS = 14 * 24 * 3_600_000
"""Sent events stay this long, so that "what was sent" can be shown; then they go."""


class OutboxTable:
    """Events that wait, were sent, or were set aside."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def next_batch(self, limit: int) -> Sequence[QueuedEvent]:
        """Return the oldest waiting events."""
        rows = self._db.query(
            "SELECT seq, event_id, body FROM outbox WHERE state = 'pending' ORDER BY seq LIMIT ?",
            [limit],
        )
        return [QueuedEvent(row["seq"], row["event_id"], row["body"]) for row in rows]

    def acknowledge(self, event_ids: Sequence[str], at_ms: int) -> None:
        """Note that the backend has these events."""
        with environment_faults(), self._db.atomic():
            self._db.conn.executemany(
                "UPDATE outbox SET state = 'sent', sent_at = ? WHERE event_id = ?",
                [(at_ms, event_id) for event_id in event_ids],
            )

    def quarantine(self, event_id: str, reason: str) -> None:
        """Set one event aside, with the reason."""
        with environment_faults(), self._db.atomic():
            self._db.execute(
                "UPDATE outbox SET state = 'quarantined', reason = ? WHERE event_id = ?",
                [reason[:500], event_id],
            )

    def counts(self) -> QueueCounts:
        """Return how the queue stands."""
        last = self._db.execute(
            "SELECT sent_at FROM outbox WHERE state = 'sent' ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return QueueCounts(
            self._count("pending"), self._count("quarantined"), last[0] if last else None
        )

    def forget_sent(self, now_ms: int) -> None:
        """Drop what was acknowledged so long ago that nobody asks any more."""
        with environment_faults(), self._db.atomic():
            self._db.table("outbox").delete_where(
                "state = 'sent' AND sent_at < ?", [now_ms - KEEP_SENT_MS]
            )

    def _count(self, state: str) -> int:
        return self._db.table("outbox").count_where("state = ?", [state])
