"""What a session is, and the port through which it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from timeback_desktop.caliper.events import App, Learner, SessionSpan
from timeback_desktop.ids import EventId, SessionId, mint
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.segments import Segment
from timeback_desktop.presence.thresholds import Pace
from timeback_desktop.sessions.verdicts import Dispute, KeptVerdict


class EndReason(StrEnum):
    """Why a session is over."""

    ENDED = "ended"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Session:
    """One session; ``duration_ms`` and ``end_reason`` are ``None`` while it is open."""

    id: SessionId
    learner: Learner
    app: App
    started_at_ms: int
    duration_ms: int | None = None
    end_reason: EndReason | None = None
    suspended_ms: int = 0

    @classmethod
    def begin(cls, learner: Learner, app: App, started_at_ms: int) -> Session:
        """Return a new, open session."""
        return cls(SessionId(mint()), learner, app, started_at_ms)

    def end(self, totals: Totals, reason: EndReason) -> Session:
        """Return the session closed, as long as its states add up to."""
        return replace(
            self,
            duration_ms=totals.span_ms,
            suspended_ms=totals.by_state.get(State.SUSPENDED, 0),
            end_reason=reason,
        )

    @property
    def ended_at_ms(self) -> int | None:
        """The label of the end: start plus the length that the monotonic clock measured."""
        return None if self.duration_ms is None else self.started_at_ms + self.duration_ms

    @property
    def span(self) -> SessionSpan:
        """The session as Caliper's entity."""
        return SessionSpan(
            self.id, self.started_at_ms, self.ended_at_ms, self.duration_ms, self.suspended_ms
        )


@dataclass(frozen=True, slots=True)
class KeptSegment:
    """A segment that is final; its id is also the id of its event."""

    id: EventId
    segment: Segment


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """The final bytes of one Caliper event, ready to be sent."""

    id: EventId
    body: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """What one step of a session adds to its record, and what is still open after it.

    ``pace`` is the student's own, as far as this session knows it.
    """

    segments: Sequence[KeptSegment] = ()
    verdicts: Sequence[KeptVerdict] = ()
    disputes: Sequence[Dispute] = ()
    events: Sequence[OutgoingEvent] = ()
    open_segments: Sequence[Segment] = ()
    open_verdicts: Sequence[KeptVerdict] = ()
    pace: Pace = field(default_factory=Pace)


@dataclass(slots=True)
class Unsaved:
    """What the store has not taken yet, in order."""

    segments: list[KeptSegment] = field(default_factory=list)
    verdicts: list[KeptVerdict] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    events: list[OutgoingEvent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A session that nobody closed, with what was still open at its last tick."""

    session: Session
    kept: tuple[Segment, ...]
    open_segments: tuple[Segment, ...]
    open_verdicts: tuple[KeptVerdict, ...] = ()


class SessionStore(Protocol):
    """Where sessions are kept. Every method is one durable transaction."""

    def begin(self, session: Session, events: Sequence[OutgoingEvent]) -> None:
        """Keep a new session and its first events."""
        ...

    def record(self, session: Session, change: Change) -> None:
        """Keep what became final, its events, and what is still open; close if it ended."""
        ...

    def unfinished(self) -> Sequence[Unfinished]:
        """Return the sessions that were never closed, oldest first."""
        ...
