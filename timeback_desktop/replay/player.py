"""Drive a session recorder with recorded ticks and keep what would have been stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from timeback_desktop.sessions.model import Change, OutgoingEvent, Session, Unfinished
from timeback_desktop.sessions.recorder import SessionRecorder, Snapshot
from timeback_desktop.sessions.verdicts import Judgement, KeptVerdict
from timeback_desktop.waste.limits import RuleLimits

LEARNER = Learner(seeded("replay", "user", "learner"), "learner@replay.invalid", "Replay")
APP = App(seeded("replay", "app", "trace"), "Replay", "None")


@dataclass(slots=True)
class Kept:
    """A session store in memory: what one session would have left behind."""

    segments: list[Segment] = field(default_factory=list)
    verdicts: list[KeptVerdict] = field(default_factory=list)

    def begin(self, session: Session, events: Sequence[OutgoingEvent]) -> None:
        """Begin with nothing."""

    def record(self, session: Session, change: Change) -> None:  # noqa: ARG002 - the port
        """Keep what became final."""
        self.segments.extend(kept.segment for kept in change.segments)
        self.verdicts.extend(change.verdicts)

    def unfinished(self) -> Sequence[Unfinished]:
        """Return that nothing was left open."""
        return ()


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


class Player:
    """Play one trace. A session that times out is followed by another at the next sign."""

    def __init__(
        self, thresholds: Thresholds | None = None, rules: RuleLimits | None = None
    ) -> None:
        self._limits = thresholds or Thresholds()
        self._rules = rules
        self._played = Played()
        self._recorder: SessionRecorder | None = None
        self._kept = Kept()
        self._start = Stamp(0, 0, 0)
        self._ends: list[int] = []  # offsets in the session at which its ticks ended
        self._asking = False

    def play(self, ticks: Iterable[Tick]) -> Played:
        """Play ticks to their end; return what came of them."""
        last: Tick | None = None
        for tick in ticks:
            self._tick(tick)
            last = tick
        if self._recorder is not None and last is not None:
            self._close(self._recorder.end(last.stamp))
        return self._played

    def _tick(self, tick: Tick) -> None:
        if self._recorder is None:
            if self._played.final and not self._wakes(tick):
                self._played.live.append(_outside(tick))
                self._played.final.append(_outside(tick))
                return
            self._begin(tick)
        recorder = self._recorder
        if recorder is None:
            raise AssertionError("no session has begun")
        snapshot = recorder.tick(tick)
        self._ends.append(tick.stamp.mono_ms - self._start.mono_ms)
        self._played.live.append(snapshot.state)
        if snapshot.asks and not self._asking:
            self._played.asked.append(tick.stamp.mono_ms)
        self._asking = snapshot.asks
        if snapshot.session.end_reason is not None:
            self._close(snapshot)

    def _begin(self, tick: Tick) -> None:
        stamp = tick.stamp
        self._start = Stamp(
            stamp.mono_ms - STEP_MS, stamp.utc_ms - STEP_MS, stamp.awake_ms - STEP_MS
        )
        self._kept, self._ends = Kept(), []
        session = Session.begin(LEARNER, APP, self._start.utc_ms)
        self._recorder = SessionRecorder.begin(
            session, self._start, self._kept, self._limits, self._rules
        )

    def _close(self, snapshot: Snapshot) -> None:
        segments = self._kept.segments
        labels: list[State] = []
        at = 0
        for end in self._ends:
            while at < len(segments) and segments[at].to_ms < end:
                at += 1
            # Behind the last segment the session was over already: nobody was there.
            labels.append(segments[at].state if at < len(segments) else State.IDLE)
        self._played.final.extend(labels)
        measured = [Stretch(s.state, s.detail, s.started_at_ms, s.ms) for s in segments]
        judged = [Judgement(kept) for kept in self._kept.verdicts]
        self._played.sessions.append(summarise(snapshot.session, measured, judged))
        self._recorder = None

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
