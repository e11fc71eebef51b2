"""Measure recorded ticks with the object that the recorder of a session drives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.clock import Stamp
from timeback_desktop.coaching.summary import SessionSummary, Stretch, summarise
from timeback_desktop.ids import seeded
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.segments import Segment
from timeback_desktop.presence.signal import ANSWERS, Surface, Tick
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.replay.trace import STEP_MS
from timeback_desktop.sessions.measurement import Measured, Measurement
from timeback_desktop.sessions.model import EndReason, Session
from timeback_desktop.sessions.verdicts import Judgement, KeptVerdict
from timeback_desktop.waste.limits import RuleLimits

LEARNER = Learner(seeded("replay", "user", "learner"), "learner@replay.invalid", "Replay")
APP = App(seeded("replay", "app", "trace"), "Replay", "None")


@dataclass(slots=True)
class Played:
    """What came of a trace: a label a tick as it was known then and as it is final.

    ``asked`` are the offsets, in milliseconds of the trace, at which the student would have
    been asked what the quiet was.
    """

    live: list[State] = field(default_factory=list)
    final: list[State] = field(default_factory=list)
    sessions: list[SessionSummary] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    @property
    def totals(self) -> Totals:
        """Everything that was measured, over all sessions."""
        return sum((session.totals for session in self.sessions), Totals())

    def as_json(self) -> dict[str, object]:
        """Return the summary that a coach would see, and each of its sessions."""
        return {
            "ticks": len(self.final),
            "time": self.totals.as_wire() if self.sessions else None,
            "sessions": [session.as_json() for session in self.sessions],
        }


@dataclass(slots=True)
class _Run:
    """One session of a trace, and where its ticks ended."""

    session: Session
    measurement: Measurement
    segments: list[Segment] = field(default_factory=list)
    verdicts: list[KeptVerdict] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    @classmethod
    def begin(cls, first: Stamp, limits: Thresholds, rules: RuleLimits | None) -> _Run:
        start = Stamp(first.mono_ms - STEP_MS, first.utc_ms - STEP_MS, first.awake_ms - STEP_MS)
        session = Session.begin(LEARNER, APP, start.utc_ms)
        return cls(session, Measurement(session.id, start, limits, rules))

    def take(self, measured: Measured) -> None:
        self.segments.extend(measured.segments)
        self.verdicts.extend(measured.verdicts)

    def labels(self) -> Iterator[State]:
        """Yield the final state of each tick; behind the session's end nobody was there."""
        at = 0
        for end in self.ends:
            while at < len(self.segments) and self.segments[at].to_ms < end:
                at += 1
            yield self.segments[at].state if at < len(self.segments) else State.IDLE

    def summary(self, *, timed_out: bool) -> SessionSummary:
        reason = EndReason.TIMED_OUT if timed_out else EndReason.ENDED
        session = self.session.end(self.measurement.ledger.totals(), reason)
        measured = [Stretch(s.state, s.detail, s.started_at_ms, s.ms) for s in self.segments]
        return summarise(session, measured, [Judgement(kept) for kept in self.verdicts])


class Player:
    """Play one trace. A session that times out is followed by another at the next sign."""

    def __init__(
        self, thresholds: Thresholds | None = None, rules: RuleLimits | None = None
    ) -> None:
        self._limits = thresholds or Thresholds()
        self._rules = rules
        self._played = Played()
        self._run: _Run | None = None
        self._asking = False

    def play(self, ticks: Iterable[Tick]) -> Played:
        """Play ticks to their end; return what came of them."""
        last: Tick | None = None
        for tick in ticks:
            self._tick(tick)
            last = tick
        if self._run is not None and last is not None:
            self._close(self._run, last.stamp)
        return self._played

    def _tick(self, tick: Tick) -> None:
        played = self._played
        if self._run is None and played.final and not self._wakes(tick):
            played.live.append(_outside(tick))
            played.final.append(_outside(tick))
            return
        run = self._run = self._run or _Run.begin(tick.stamp, self._limits, self._rules)
        run.take(run.measurement.tick(tick))
        machine = run.measurement.machine
        run.ends.append(machine.elapsed_ms)
        played.live.append(machine.live[0])
        if machine.asks and not self._asking:
            played.asked.append(tick.stamp.mono_ms)
        self._asking = machine.asks
        if run.measurement.expired:
            self._close(run, None)

    def _close(self, run: _Run, stamp: Stamp | None) -> None:
        run.take(run.measurement.close(stamp))
        self._played.final.extend(run.labels())
        self._played.sessions.append(run.summary(timed_out=stamp is None))
        self._run = None

    def _wakes(self, tick: Tick) -> bool:
        """Return whether a tick would begin a session: somebody does something on the page."""
        if tick.surface is not Surface.LEARNING or tick.power.locked:
            return False
        answered = any(event.kind in ANSWERS for event in tick.app_events)
        return answered or tick.inputs.discrete > 0 or tick.inputs.path_px >= self._limits.path_px


def _outside(tick: Tick) -> State:
    """Return what a second between two sessions was."""
    if tick.power.locked:
        return State.AWAY
    match tick.surface:
        case Surface.OTHER_PROGRAM:
            return State.OFF_APP
        case Surface.OTHER_SITE:
            return State.OFF_SITE
        case _:
            return State.IDLE
