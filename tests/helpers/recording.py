"""A session over a real database, driven tick by tick, and what its events tell.

The judge may be a scripted one, so that a test says to the millisecond what is judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.helpers.clock import FakeClock
from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.clock import Stamp, parse_iso_utc
from timeback_desktop.coaching.summary import SessionSummary
from timeback_desktop.errors import DatabaseUnusable
from timeback_desktop.intervals import Interval
from timeback_desktop.partition import (
    Mark,
    Overlay,
    Piece,
    State,
    TimeType,
    Totals,
    measure,
    state_of,
)
from timeback_desktop.presence.segments import Segment
from timeback_desktop.presence.signal import InputCounts, Power, Tick
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.sessions import wire
from timeback_desktop.sessions.disputes import Disputes
from timeback_desktop.sessions.measurement import Measurement
from timeback_desktop.sessions.model import Change, OutgoingEvent, Session, Unfinished
from timeback_desktop.sessions.recorder import SessionRecorder, Snapshot
from timeback_desktop.store.database import open_database
from timeback_desktop.store.sessions import SessionTable
from timeback_desktop.store.summaries import SummaryReader
from timeback_desktop.waste.verdict import Kind, Verdict, kind_of

LEARNER = Learner("0192f0c1-2345-7abc-8def-0123456789ab", "ada@demo.example", "Ada")
OTHER = Learner("0192f0c1-2345-7abc-8def-0123456789ad", "ben@demo.example", "Ben")
COACH = "0192f0c1-2345-7abc-8def-0123456789ae"
APP = App("0192f0c1-2345-7abc-8def-0123456789ac", "Math", "Math")
KEY = InputCounts(keys=1)


def verdict(kind: Kind, from_ms: int, to_ms: int, **more: Any) -> Verdict:
    """Return a verdict; its label is for the recorder to find."""
    told = {"rule": f"{kind}_test", "version": 1, "confidence": 0.8, **more}
    return Verdict(kind, from_ms=from_ms, to_ms=to_ms, started_at_ms=0, **told)


class ScriptedJudge:
    """Says each verdict at the first tick at or after an offset; ``open_verdicts`` is open."""

    def __init__(self, start: Stamp, said: Sequence[tuple[int, Verdict]] = ()) -> None:
        self._start = start
        self._said = list(said)
        self.open_verdicts: tuple[Verdict, ...] = ()
        self.ticks: list[Tick] = []

    def tick(self, tick: Tick, _: State) -> tuple[Verdict, ...]:
        self.ticks.append(tick)
        now = tick.stamp.mono_ms - self._start.mono_ms
        due = tuple(each for at, each in self._said if at <= now)
        self._said = [(at, each) for at, each in self._said if at > now]
        return due

    def take(self, _: Sequence[Segment]) -> tuple[Verdict, ...]:
        return ()

    def close(self) -> tuple[Verdict, ...]:
        return self.open_verdicts + tuple(each for _, each in self._said)

    def simulated(self, _: Iterable[Interval], /) -> None:
        return None


class FullDisk:
    """A store that has no room for a while."""

    def __init__(self, inner: SessionTable) -> None:
        self.inner, self.full = inner, False

    def begin(self, session: Session, events: Sequence[OutgoingEvent]) -> None:
        self.inner.begin(session, events)

    def record(self, session: Session, change: Change) -> None:
        if self.full:
            raise DatabaseUnusable("The disk is full.", "Free some space.")
        self.inner.record(session, change)

    def unfinished(self) -> Sequence[Unfinished]:
        return self.inner.unfinished()


class Desk:
    """A recorder over a real database, with a clock that only the test moves."""

    def __init__(
        self,
        path: Path,
        *said: tuple[int, Verdict],
        clock: FakeClock | None = None,
        learner: Learner = LEARNER,
        **limits: int,
    ) -> None:
        self.path = path
        self.clock = clock or FakeClock()
        self.db = open_database(path, now_ms=0).db
        self.store = FullDisk(SessionTable(self.db))
        self.start = self.clock.stamp()
        self.session = Session.begin(learner, APP, self.start.utc_ms)
        self.store.begin(self.session, [wire.begun(self.session)])
        self.judge = ScriptedJudge(self.start, said)
        thresholds = Thresholds(rhythm=False, **limits)  # type: ignore[arg-type]
        measurement = Measurement(self.session.id, self.start, thresholds, judge=self.judge)
        self.recorder = SessionRecorder(self.session, measurement, self.store)

    def work(self, seconds: int, inputs: InputCounts = KEY, **more: Any) -> Snapshot:
        """Let whole seconds pass with a tick each."""
        snapshot = self.recorder.snapshot
        for _ in range(seconds):
            snapshot = self.recorder.tick(Tick(self.clock.advance(1000), inputs=inputs, **more))
        return snapshot

    def rest(self, seconds: int, **more: Any) -> Snapshot:
        """Let whole seconds pass with nobody's hand on anything."""
        return self.work(seconds, InputCounts(), **more)

    def lock(self, seconds: int) -> Snapshot:
        """Let whole seconds pass behind a locked screen."""
        return self.rest(seconds, power=Power(locked=True))

    def wake(self, asleep_ms: int) -> Snapshot:
        """Sleep, and tick as soon as the machine is awake."""
        return self.recorder.tick(Tick(self.clock.sleep(asleep_ms), inputs=KEY))

    def end(self) -> Snapshot:
        """End the session now."""
        return self.recorder.end(self.clock.stamp())

    @property
    def disputes(self) -> Disputes:
        """What can be said to verdicts of closed sessions."""
        return Disputes(self.store.inner)

    @property
    def reader(self) -> SummaryReader:
        """Summaries of what is durable."""
        return SummaryReader(self.db)

    def summary(self) -> SessionSummary:
        """Return this session as it is kept."""
        found = self.reader.session(self.session.id)
        assert found is not None
        return found

    def events(self) -> list[dict[str, Any]]:
        """Return every event of this session, in the order in which it will be sent."""
        query = "SELECT body FROM outbox WHERE session_id = ? ORDER BY seq"
        rows = self.db.query(query, [self.session.id])
        return [json.loads(row["body"]) for row in rows]


def told_totals(events: Sequence[dict[str, Any]]) -> Totals:
    """Fold a session from its events alone, as a platform that knows nothing else would."""
    items = [i for e in events if e["type"] == "TimeSpentEvent" for i in e["generated"]["items"]]
    pieces, overlays = [], []
    for item in items:
        start = parse_iso_utc(item["startDate"])
        end = start + round(item["value"] * 1000)
        state = state_of(TimeType(item["type"]), item.get("subType"))
        if state is None:
            overlays.append(Mark(Overlay(item["subType"]), start, end))
        else:
            pieces.append(Piece(state, start, end))
    asleep = (e.get("extensions", {}).get("timeback", {}).get("suspendedMs", 0) for e in events)
    totals = measure(pieces, overlays, _overturned(events))
    return totals + Totals.fold([(State.SUSPENDED, ms) for ms in asleep if ms])


def insights(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the insights that were sent."""
    return [e["extensions"]["timeback"]["insight"] for e in events if e["type"] == "ToolUseEvent"]


def _overturned(events: Sequence[dict[str, Any]]) -> list[Mark]:
    told = {each["id"]: each for each in insights(events)}
    said: dict[str, str] = {}
    for event in events:
        if review := event.get("extensions", {}).get("timeback", {}).get("review"):
            said[review["insightId"]] = review["reviewResult"]
    wrong = (told[each] for each, result in said.items() if result == "FalsePositive")
    return [
        Mark(kind_of(i["kind"]), parse_iso_utc(i["startedAtTime"]), parse_iso_utc(i["endedAtTime"]))  # type: ignore[arg-type]
        for i in wrong
    ]
