"""Wasted stretches: what the presence machine decided, one verdict for each whole one.

The machine hands out windows of at most 15 s; neighbours of one state and detail are one
stretch, and it is told only when it has ended. Stretches less than 10 s apart count as one
episode, though each keeps its own verdict and its own charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timeback_desktop.partition import WASTED, State
from timeback_desktop.presence.segments import Segment
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.spans import Spans
from timeback_desktop.waste.verdict import Verdict

_RULES = {
    State.IDLE: "quiet",
    State.AWAY: "left",
    State.OFF_APP: "excursion",
    State.OFF_SITE: "excursion",
}
_CONFIDENCE = {
    (State.OFF_APP, None): 0.9,
    (State.OFF_SITE, None): 0.9,
    (State.AWAY, "locked"): 0.95,
    (State.AWAY, None): 0.8,
    (State.IDLE, "simulated_input"): 0.8,
    (State.IDLE, None): 0.6,
}
"""How sure each judgement is. Our own window and the lock screen are seen directly; that
nobody reads a quiet page is concluded, and without page facts hardly that."""

_IDLE_WITHOUT_PAGE = 0.3
_LIMIT_NAMES = {State.IDLE: "patience_ms", State.OFF_APP: "free_ms", State.OFF_SITE: "free_ms"}


@dataclass(slots=True)
class _Stretch:
    state: State
    detail: str | None
    from_ms: int
    to_ms: int
    started_at_ms: int
    limit_ms: int


class Stretches:
    """Join final segments; ``quiet`` and ``unseen`` tell of silence and of missing pages."""

    def __init__(self, limits: RuleLimits, quiet: Spans, unseen: Spans) -> None:
        self._limits = limits
        self._quiet = quiet
        self._unseen = unseen
        self._open: _Stretch | None = None
        self._last_end: dict[State, int] = {}
        self._episodes: dict[State, int] = {}
        self._visits: dict[State, int] = {}
        self.end_ms: int | None = None

    def take(self, segments: Sequence[Segment]) -> list[Verdict]:
        """Take in final segments; return the stretches that they ended."""
        ended: list[Verdict] = []
        for segment in segments:
            self.end_ms = segment.to_ms
            if self._continues(segment):
                continue
            ended += self.close()
            if segment.state in WASTED:
                self._begin(segment)
        return ended

    def close(self) -> list[Verdict]:
        """Return the stretch that is still open."""
        verdict = self.standing
        if self._open is not None:
            self._last_end[self._open.state] = self._open.to_ms
        self._open = None
        return [] if verdict is None else [verdict]

    def _continues(self, segment: Segment) -> bool:
        open_ = self._open
        if open_ is None or (open_.state, open_.detail) != (segment.state, segment.detail):
            return False
        if open_.to_ms != segment.from_ms:
            return False
        open_.to_ms = segment.to_ms
        open_.limit_ms = max(open_.limit_ms, segment.limit_ms)
        return True

    def _begin(self, segment: Segment) -> None:
        state, last = segment.state, self._last_end.get(segment.state)
        self._visits[state] = self._visits.get(state, 0) + 1
        if last is None or segment.from_ms - last >= self._limits.episode_ms:
            self._episodes[state] = self._episodes.get(state, 0) + 1
        self._open = _Stretch(
            state,
            segment.detail,
            segment.from_ms,
            segment.to_ms,
            segment.started_at_ms,
            segment.limit_ms,
        )

    @property
    def standing(self) -> Verdict | None:
        """The stretch that goes on, as it stands."""
        open_ = self._open
        if open_ is None:
            return None
        return Verdict(
            open_.state,
            _RULES[open_.state],
            1,
            open_.from_ms,
            open_.to_ms,
            open_.started_at_ms,
            self._confidence(open_),
            self._thresholds(open_),
            self._counts(open_),
            open_.detail,
        )

    def _confidence(self, stretch: _Stretch) -> float:
        state, detail = stretch.state, stretch.detail
        sure = _CONFIDENCE.get((state, detail), _CONFIDENCE[state, None])
        unseen = self._unseen.overlap_ms(stretch.from_ms, stretch.to_ms)
        if state is State.IDLE and 2 * unseen >= stretch.to_ms - stretch.from_ms:
            return min(sure, _IDLE_WITHOUT_PAGE)
        return sure

    def _thresholds(self, stretch: _Stretch) -> dict[str, float]:
        name = _LIMIT_NAMES.get(stretch.state)
        return {name: stretch.limit_ms} if name and stretch.limit_ms else {}

    def _counts(self, stretch: _Stretch) -> dict[str, float]:
        counts: dict[str, float] = {
            "episodes": self._episodes[stretch.state],
            "visits": self._visits[stretch.state],
        }
        length = stretch.to_ms - stretch.from_ms
        if stretch.state is not State.IDLE:
            return {"out_ms": length, **counts}
        since = self._quiet.holding(stretch.from_ms)
        start = stretch.from_ms if since is None else since[0]
        return {"quiet_ms": stretch.to_ms - start, "idle_ms": length, **counts}
