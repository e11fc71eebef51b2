"""Record one session: ticks through the presence machine, every change into the store.

A change that the store cannot take (a full disk) is not dropped: it stays in memory and
goes in with the next tick, in order, in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from timeback_desktop.clock import Stamp
from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.machine import PresenceMachine, Segment
from timeback_desktop.presence.signal import Tick
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.sessions import wire
from timeback_desktop.sessions.model import (
    EndReason,
    KeptSegment,
    OutgoingEvent,
    Session,
    SessionStore,
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the session bar shows. ``fault`` is set while the store refuses to take it in."""

    session: Session
    state: State
    detail: str | None
    elapsed_ms: int
    totals: Totals
    paused: bool
    fault: EnvironmentFault | None = None


class SessionRecorder:
    """One open session. Not thread-safe: one thread drives it."""

    def __init__(self, session: Session, machine: PresenceMachine, store: SessionStore) -> None:
        self._session = session
        self._machine = machine
        self._store = store
        self._kept: list[KeptSegment] = []
        self._events: list[OutgoingEvent] = []
        self._fault: EnvironmentFault | None = None

    @classmethod
    def begin(
        cls,
        session: Session,
        start: Stamp,
        store: SessionStore,
        thresholds: Thresholds | None = None,
    ) -> Self:
        """Open a session and keep it, with its LoggedIn event, before anything is counted."""
        store.begin(session, [wire.begun(session)])
        return cls(session, PresenceMachine(start, thresholds), store)

    @property
    def snapshot(self) -> Snapshot:
        """The session as it stands."""
        state, detail = self._machine.live
        return Snapshot(
            session=self._session,
            state=state,
            detail=detail,
            elapsed_ms=self._machine.elapsed_ms,
            totals=self._machine.totals,
            paused=self._machine.paused,
            fault=self._fault,
        )

    def tick(self, tick: Tick) -> Snapshot:
        """Take in one sample; end the session if it has timed out."""
        if self._session.end_reason is None:
            self._take(self._machine.tick(tick))
            if self._machine.expiry is not None:
                return self._close(None, EndReason.TIMED_OUT)
        return self._flush()

    def pause(self, stamp: Stamp) -> Snapshot:
        """Stop counting."""
        if not self._machine.paused and self._session.end_reason is None:
            self._take(self._machine.pause(stamp))
        return self._flush()

    def resume(self, stamp: Stamp) -> Snapshot:
        """Count again."""
        if self._machine.paused and self._session.end_reason is None:
            self._take(self._machine.resume(stamp))
        return self._flush()

    def end(self, stamp: Stamp, reason: EndReason = EndReason.ENDED) -> Snapshot:
        """Close the session; a second call only tries again what could not be stored."""
        if self._session.end_reason is None:
            return self._close(stamp, reason)
        return self._flush()

    def _close(self, stamp: Stamp | None, reason: EndReason) -> Snapshot:
        self._take(self._machine.close(stamp))
        self._session = self._session.end(self._machine.totals, reason)
        self._events.append(wire.ended(self._session))
        return self._flush()

    def _take(self, segments: tuple[Segment, ...]) -> None:
        kept = wire.keep(segments)
        self._kept.extend(kept)
        self._events.extend(wire.spent(self._session, kept))

    def _flush(self) -> Snapshot:
        try:
            self._store.record(self._session, self._kept, self._events, self._machine.open_segments)
        except EnvironmentFault as fault:
            self._fault = fault
        else:
            self._kept, self._events, self._fault = [], [], None
        return self.snapshot
