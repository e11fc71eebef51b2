"""The judge: drives every rule over one session and says what each of them found.

It is fed the same ticks as the presence machine, with the state that the machine told live,
and the machine's final segments. Ticks and app events pass through a settling window first
(:mod:`settling`), so a finding comes a few seconds after its last evidence and never changes
once it was handed out: a final verdict lies inside the session, does not grow, and never
overlaps another overlay of its own kind. Before ``close`` the machine's last segments are
to be taken: they say where the session ended.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from timeback_desktop.clock import Stamp
from timeback_desktop.intervals import Interval, subtract, union
from timeback_desktop.partition import ENGAGED, Overlay, State
from timeback_desktop.presence.segments import Segment
from timeback_desktop.presence.signal import Tick
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.waste.evidence import Moment
from timeback_desktop.waste.hearing import Found, Hearing
from timeback_desktop.waste.limits import MINUTE, SECOND, RuleLimits
from timeback_desktop.waste.rule import Finding
from timeback_desktop.waste.spans import Spans
from timeback_desktop.waste.stretches import Stretches
from timeback_desktop.waste.verdict import Insight, Kind, Verdict

_WALL_STEP_MS = Thresholds().wall_step
_QUIET_MS = 5 * SECOND
_MOST_STEPS = 256


class _Labels:
    """UTC labels for offsets, re-anchored like the machine's when the wall clock is set."""

    def __init__(self, start: Stamp) -> None:
        self._anchors: deque[tuple[int, int]] = deque([(0, start.utc_ms)], maxlen=_MOST_STEPS)

    @property
    def base_ms(self) -> int:
        """The label of offset 0 as of now."""
        return self._anchors[-1][1]

    def see(self, utc_ms: int, now_ms: int) -> None:
        """Compare the wall clock with the offset."""
        drift = utc_ms - self.base_ms - now_ms
        if abs(drift) > _WALL_STEP_MS:
            self._anchors.append((now_ms, self.base_ms + drift))

    def label(self, at_ms: int) -> int:
        """Return when an offset was, by the wall clock of that time."""
        for since, base in reversed(self._anchors):
            if at_ms >= since:
                return base + at_ms
        return self._anchors[0][1] + at_ms


class WasteJudge:
    """Judge one session. Pure: it reads no clock, opens no file, knows no Qt."""

    def __init__(self, start: Stamp, rules: RuleLimits | None = None) -> None:
        limits = rules or RuleLimits()
        self._start_ms = start.mono_ms
        self._now = 0
        self._hand = 0
        self._labels = _Labels(start)
        self._resting = Spans()  # where nobody was on task
        self._quiet = Spans()  # where no hand was seen
        self._unseen = Spans()  # where the page gave no sign
        self._hearing = Hearing(limits, self._resting)
        self._stretches = Stretches(limits, self._quiet, self._unseen)
        self._told_to: dict[Kind, int] = {}
        self._simulated: list[Interval] = []  # not told yet
        self._simulated_told: list[Interval] = []

    def tick(self, tick: Tick, state: State) -> tuple[Verdict, ...]:
        """Take in a sample and the live state; return the verdicts that became final.

        A stamp that does not advance brings app events, and no time.
        """
        now = tick.stamp.mono_ms - self._start_ms
        if now > self._now:
            self._see(tick, state, now)
        if tick.app_events:
            self._hearing.hear(tick.app_events, self._now, self._labels.base_ms)
        verdicts = self._tell(self._hearing.settled(self._now), self._now)
        if self._simulated:
            verdicts += self._tell_simulated(self._now - MINUTE)
        return tuple(verdicts)

    def take(self, segments: Sequence[Segment]) -> tuple[Verdict, ...]:
        """Take in final segments; return a verdict for each wasted stretch that is whole."""
        return tuple(self._stretches.take(segments))

    def simulated(self, intervals: Iterable[Interval]) -> None:
        """Learn where input looked automatic; each list replaces the one before.

        An interval is told once it has not grown for a minute; what grows later is told apart.
        """
        self._simulated = subtract(union(intervals), self._simulated_told)

    def close(self) -> tuple[Verdict, ...]:
        """Return everything that was still open, as it ended with the session."""
        end = self._now if self._stretches.end_ms is None else self._stretches.end_ms
        verdicts = self._stretches.close()
        verdicts += self._tell(self._hearing.close(), end)
        self._simulated = [(start, min(to, end)) for start, to in self._simulated if start < end]
        return tuple(verdicts + self._tell_simulated(end))

    @property
    def open_verdicts(self) -> tuple[Verdict, ...]:
        """Everything that is open, as it stands now."""
        stretch = self._stretches.standing
        found = [self._verdict(r.kind, r.name, r.version, f, self._now) for r, f in self._standing]
        found += [self._automatic(interval) for interval in self._simulated]
        standing = [verdict for verdict in found if verdict is not None]
        return tuple(standing if stretch is None else [stretch, *standing])

    # Bookkeeping --------------------------------------------------------------------

    @property
    def _standing(self) -> list[Found]:
        return self._hearing.standing

    def _see(self, tick: Tick, state: State, now: int) -> None:
        moment = Moment.of(tick, state, self._now, now)
        if state not in ENGAGED:
            self._resting.add(self._now, now)
        if tick.page is None:
            self._unseen.add(self._now, now)
        if moment.hand:
            self._hand = now
        elif now - self._hand > _QUIET_MS:
            self._quiet.reach(self._hand, now)
        self._hearing.add(moment)
        self._now = now
        self._labels.see(tick.stamp.utc_ms, now)

    def _tell(self, found: Iterable[Found], end: int) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for rule, finding in found:
            verdict = self._verdict(rule.kind, rule.name, rule.version, finding, end)
            if verdict is not None:
                verdicts.append(verdict)
                self._told_to[verdict.kind] = max(self._told_to.get(verdict.kind, 0), verdict.to_ms)
        return verdicts

    def _verdict(
        self, kind: Kind, name: str, version: int, finding: Finding, end: int
    ) -> Verdict | None:
        """Return a finding as a verdict inside the session, apart from those of its kind."""
        told = 0 if isinstance(kind, Insight) else self._told_to.get(kind, 0)
        from_ms, to_ms = max(finding.from_ms, told), min(finding.to_ms, end)
        if to_ms <= from_ms:
            return None
        return Verdict(
            kind,
            name,
            version,
            from_ms,
            to_ms,
            self._labels.label(from_ms),
            finding.confidence,
            finding.thresholds,
            finding.counts,
            finding.detail,
        )

    def _tell_simulated(self, horizon: int) -> list[Verdict]:
        due = [interval for interval in self._simulated if interval[1] <= horizon]
        if not due:
            return []
        self._simulated = subtract(self._simulated, due)
        self._simulated_told = union([*self._simulated_told, *due])
        return [self._automatic(interval) for interval in due]

    def _automatic(self, interval: Interval) -> Verdict:
        from_ms, to_ms = interval
        return Verdict(
            Overlay.SIMULATED_INPUT,
            "automatic_input",
            1,
            from_ms,
            to_ms,
            self._labels.label(from_ms),
            0.8,
            counts={"automatic_ms": to_ms - from_ms},
        )
