"""Tab flipping: to and fro between the work and elsewhere, faster and longer than work needs.

Going from one place outside to another is no flipping: that time is charged already.
"""

from __future__ import annotations

from collections import deque

from timeback_desktop.partition import NOT_COUNTED, Overlay, State
from timeback_desktop.presence.signal import Surface
from timeback_desktop.waste.evidence import Moment
from timeback_desktop.waste.limits import MINUTE, RuleLimits
from timeback_desktop.waste.rule import Finding, Findings, Rule

_BLIND = NOT_COUNTED | {State.AWAY}
_MOST = 1024


class TabFlipping(Rule):
    """Flag over twenty changes a minute, kept up for two minutes."""

    kind = Overlay.TAB_FLIPPING
    name = "tab_flipping"

    def __init__(self, limits: RuleLimits) -> None:
        self._limits = limits
        self._working: bool | None = None
        self._flips: deque[int] = deque(maxlen=_MOST)
        self._from: int | None = None
        self._count = 0
        self._open: Finding | None = None

    @property
    def standing(self) -> Finding | None:
        """The flipping that goes on."""
        return self._open

    def passed(self, moment: Moment) -> Findings:
        """Compare the last minute with the limit."""
        if moment.state in _BLIND:
            self._working = None
            self._flips.clear()
            return self._end()
        working = moment.surface is Surface.LEARNING
        if self._working is not None and working is not self._working:
            self._flips.append(moment.from_ms)
            self._count += 1
        self._working = working
        if not self._flips:
            return ()
        while self._flips and self._flips[0] <= moment.from_ms - MINUTE:
            self._flips.popleft()
        if len(self._flips) <= self._limits.flips_per_minute:
            return self._end()
        self._judge()
        return ()

    def _end(self) -> Findings:
        ended = () if self._open is None else (self._open,)
        self._open = self._from = None
        return ended

    def _judge(self) -> None:
        if self._from is None:
            self._from, self._count = self._flips[0], len(self._flips)
        last, per_minute = self._flips[-1], self._limits.flips_per_minute
        pace = MINUTE // max(1, per_minute)  # the last change fills the stretch up to the next
        if last + pace - self._from < self._limits.flips_for_ms:
            return
        thresholds = {"changes_per_minute": per_minute, "for_ms": self._limits.flips_for_ms}
        self._open = Finding(self._from, last, 0.7, thresholds, {"changes": self._count})
