"""Record one session: ticks through the machine and the judge, every change into the store.

A change that the store cannot take (a full disk) is not dropped: it stays in memory and
goes in with the next tick, in order, in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from timeback_desktop.clock import Stamp
from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.machine import Answer, PresenceMachine
from timeback_desktop.presence.signal import Tick
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.sessions import disputes, wire
from timeback_desktop.sessions.measurement import Measured, Measurement
from timeback_desktop.sessions.model import Change, EndReason, Session, SessionStore, Unsaved
from timeback_desktop.sessions.verdicts import Dispute, Judgement, KeptVerdict
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.verdict import Kind, ReviewResult

RECENT_MS = 10 * 60_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the session bar shows. ``fault`` is set while the store refuses to take it in.

    ``asks``: "Still with it?" is due; ``verdicts``: what is being judged now, and what was
    within the last ten minutes; ``last_evidence_ms``: the offset of the last sign of a person;
    ``contested``: the kinds of verdicts that the student contested in this session.
    """

    session: Session
    state: State
    detail: str | None
    elapsed_ms: int
    totals: Totals
    paused: bool
    fault: EnvironmentFault | None = None
    asks: bool = False
    verdicts: tuple[KeptVerdict, ...] = ()
    last_evidence_ms: int = 0
    contested: frozenset[Kind] = frozenset()


class SessionRecorder:
    """One open session. Not thread-safe: one thread drives it."""

    def __init__(self, session: Session, measurement: Measurement, store: SessionStore) -> None:
        self._session = session
        self._measurement = measurement
        self._store = store
        self._unsaved = Unsaved()
        self._fault: EnvironmentFault | None = None

    @classmethod
    def begin(
        cls,
        session: Session,
        start: Stamp,
        store: SessionStore,
        thresholds: Thresholds | None = None,
        rules: RuleLimits | None = None,
    ) -> Self:
        """Open a session and keep it, with its LoggedIn event, before anything is counted."""
        store.begin(session, [wire.begun(session)])
        return cls(session, Measurement(session.id, start, thresholds, rules), store)

    @property
    def session(self) -> Session:
        """The session; closed once it has an end reason."""
        return self._session

    @property
    def snapshot(self) -> Snapshot:
        """The session as it stands."""
        return self._snapshot(self._measurement.open_verdicts)

    def tick(self, tick: Tick) -> Snapshot:
        """Take in one sample; end the session if it has timed out."""
        if self._is_open:
            self._take(self._measurement.tick(tick))
            if self._measurement.expired:
                return self._close(None, EndReason.TIMED_OUT)
        return self._flush()

    def pause(self, stamp: Stamp) -> Snapshot:
        """Stop counting."""
        if self._is_open and not self._machine.paused:
            self._take(self._measurement.pause(stamp))
        return self._flush()

    def resume(self, stamp: Stamp) -> Snapshot:
        """Count again."""
        if self._is_open and self._machine.paused:
            self._take(self._measurement.resume(stamp))
        return self._flush()

    def answer(self, stamp: Stamp, answer: Answer) -> Snapshot:
        """Take the student's word for what the quiet was: recorded as attested."""
        if self._is_open:
            self._take(self._measurement.answer(stamp, answer))
        return self._flush()

    def end(self, stamp: Stamp, reason: EndReason = EndReason.ENDED) -> Snapshot:
        """Close the session; a second call only tries again what could not be stored."""
        if self._is_open:
            return self._close(stamp, reason)
        return self._flush()

    def judgement(self, verdict_id: str) -> Judgement | None:
        """Return a verdict of this session, open or kept, with all that was said to it."""
        return self._measurement.bench.judgement(verdict_id, self._machine.open_segments)

    def contest(
        self, verdict_id: str, at_ms: int, *, by: str, withdrawn: bool = False
    ) -> Judgement:
        """Say "that was work" while the session is open, or take it back."""
        case = self._case(verdict_id)
        said = disputes.contest(case, by=by, at_ms=at_ms, withdrawn=withdrawn)
        return self._hear(case.judgement, said)

    def review(
        self, verdict_id: str, at_ms: int, *, by: str, result: ReviewResult, notes: str = ""
    ) -> Judgement:
        """Say whether a verdict was right while the session is open."""
        case = self._case(verdict_id)
        said = disputes.review(case, by=by, at_ms=at_ms, result=result, notes=notes)
        return self._hear(case.judgement, said)

    def _case(self, verdict_id: str) -> disputes.Case:
        judgement = self.judgement(verdict_id)
        if judgement is None:
            raise disputes.unknown()
        return disputes.Case(self._session, judgement)

    def _hear(self, judgement: Judgement, said: Dispute | None) -> Judgement:
        if said is None:
            return judgement
        self._measurement.bench.hear(said)
        self._unsaved.disputes.append(said)
        self._unsaved.events.append(wire.disputed(self._session, said))
        self._flush()
        return disputes.heard(judgement, said)

    @property
    def _machine(self) -> PresenceMachine:
        return self._measurement.machine

    @property
    def _is_open(self) -> bool:
        return self._session.end_reason is None

    def _close(self, stamp: Stamp | None, reason: EndReason) -> Snapshot:
        self._take(self._measurement.close(stamp))
        self._session = self._session.end(self._measurement.ledger.totals(), reason)
        self._unsaved.events.append(wire.ended(self._session))
        return self._flush()

    def _take(self, measured: Measured) -> None:
        kept = wire.keep(measured.segments)
        self._unsaved.segments.extend(kept)
        self._unsaved.events.extend(wire.spent(self._session, kept))
        for verdict in measured.verdicts:
            on_task_ms = self._measurement.ledger.engaged_ms(verdict.verdict)
            self._unsaved.verdicts.append(verdict)
            self._unsaved.events.extend(wire.judged(self._session, verdict, on_task_ms))

    def _flush(self) -> Snapshot:
        unsaved, open_verdicts = self._unsaved, self._measurement.open_verdicts
        change = Change(
            unsaved.segments,
            unsaved.verdicts,
            unsaved.disputes,
            unsaved.events,
            self._machine.open_segments,
            open_verdicts,
            self._machine.pace,
        )
        try:
            self._store.record(self._session, change)
        except EnvironmentFault as fault:
            self._fault = fault
        else:
            self._unsaved, self._fault = Unsaved(), None
        return self._snapshot(open_verdicts)

    def _snapshot(self, open_verdicts: tuple[KeptVerdict, ...]) -> Snapshot:
        state, detail = self._machine.live
        recent = self._measurement.bench.kept_since(self._machine.elapsed_ms - RECENT_MS)
        return Snapshot(
            session=self._session,
            state=state,
            detail=detail,
            elapsed_ms=self._machine.elapsed_ms,
            totals=self._measurement.totals,
            paused=self._machine.paused,
            fault=self._fault,
            asks=self._machine.asks,
            verdicts=(*recent, *open_verdicts),
            last_evidence_ms=self._machine.last_evidence_ms,
            contested=self._measurement.bench.contested,
        )
