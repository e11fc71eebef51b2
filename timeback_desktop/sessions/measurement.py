"""Measure one session: the machine and the judge over the same ticks, joined by the ledger.

Nothing here is stored or sent. The recorder keeps what comes out; a replay of a trace drives
the very same object.
"""

from __future__ import annotations

from dataclasses import dataclass

from timeback_desktop.clock import Stamp
from timeback_desktop.ids import SessionId
from timeback_desktop.partition import Totals
from timeback_desktop.presence.machine import Answer, PresenceMachine
from timeback_desktop.presence.segments import Segment
from timeback_desktop.presence.signal import Tick
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.sessions.bench import Bench, Judge
from timeback_desktop.sessions.ledger import Ledger
from timeback_desktop.sessions.opaque import opaque
from timeback_desktop.sessions.verdicts import KeptVerdict
from timeback_desktop.waste.judge import WasteJudge
from timeback_desktop.waste.limits import RuleLimits


@dataclass(frozen=True, slots=True)
class Measured:
    """What became final with one step: segments first, then the verdicts over final time."""

    segments: tuple[Segment, ...] = ()
    verdicts: tuple[KeptVerdict, ...] = ()


class Measurement:
    """One session as it is being measured.

    ``machine`` says what is known of this moment, ``bench`` what is judged, ``ledger`` what
    it adds up to.
    """

    def __init__(
        self,
        session_id: SessionId,
        start: Stamp,
        thresholds: Thresholds | None = None,
        rules: RuleLimits | None = None,
        *,
        judge: Judge | None = None,
    ) -> None:
        self._session_id = session_id
        self.machine = PresenceMachine(start, thresholds)
        self.ledger = Ledger()
        self.bench = Bench(judge or WasteJudge(start, rules), self.ledger)

    @property
    def expired(self) -> bool:
        """Whether the session should end: nobody has been there for too long."""
        return self.machine.expiry is not None

    @property
    def open_verdicts(self) -> tuple[KeptVerdict, ...]:
        """What is judged but may still change."""
        return self.bench.open_verdicts(self.machine.open_segments)

    @property
    def totals(self) -> Totals:
        """Everything so far, what is open as it looks now."""
        heard = [self.bench.heard(verdict) for verdict in self.open_verdicts]
        return self.ledger.totals(self.machine.open_segments, heard)

    def tick(self, tick: Tick) -> Measured:
        """Take in one sample; what an app told is made opaque first."""
        seen = opaque(tick, self._session_id)
        segments = self._enter(self.machine.tick(seen))
        if not self.expired:
            self.bench.tick(seen, self.machine)
        return Measured(segments, self.bench.settle())

    def pause(self, stamp: Stamp) -> Measured:
        """Stop counting."""
        return self._settled(self.machine.pause(stamp))

    def resume(self, stamp: Stamp) -> Measured:
        """Count again."""
        return self._settled(self.machine.resume(stamp))

    def answer(self, stamp: Stamp, answer: Answer) -> Measured:
        """Take the student's word for what the quiet was."""
        return self._settled(self.machine.answer(stamp, answer))

    def close(self, stamp: Stamp | None) -> Measured:
        """End at a stamp, or where the session expired; everything becomes final."""
        segments = self._enter(self.machine.close(stamp))
        return Measured(segments, self.bench.close(self.machine))

    def _settled(self, segments: tuple[Segment, ...]) -> Measured:
        return Measured(self._enter(segments), self.bench.settle())

    def _enter(self, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
        self.ledger.add(segments)
        self.bench.take(segments)
        return segments
