"""The queue of events to be sent, as the pump sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """One event, in the order it was queued; ``body`` are its final bytes."""

    seq: int
    event_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How the queue stands. ``last_sent_at`` is UTC milliseconds, ``None`` if never."""

    pending: int
    quarantined: int
    last_sent_at: int | None


class Outbox(Protocol):
    """Where events wait. Nothing is dropped before it was acknowledged."""

    def next_batch(self, limit: int) -> Sequence[QueuedEvent]:
        """Return the oldest waiting events."""
        ...

    def acknowledge(self, event_ids: Sequence[str], at_ms: int) -> None:
        """Note that the backend has these events, durably."""
        ...

    def quarantine(self, event_id: str, reason: str) -> None:
        """Set one event aside that the backend will never take; it is kept, with the reason."""
        ...

    def counts(self) -> QueueCounts:
        """Return how the queue stands."""
        ...
