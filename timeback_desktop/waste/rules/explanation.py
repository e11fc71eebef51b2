"""Skipped explanation: a miss, and gone before its explanation could be read.

Charged is only the moment of skipping that tips the scale. An app that moves on by itself
is told from a student who does: machines leave within half a second, or always after the
same time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import mean, pstdev

from timeback_desktop.partition import Overlay
from timeback_desktop.presence.signal import AppEventKind
from timeback_desktop.waste.evidence import Answer, Dating, Heard, Moment
from timeback_desktop.waste.limits import MINUTE, RuleLimits
from timeback_desktop.waste.rule import Finding, Findings, Rule

_MOST = 8
_STEADY = 0.15
_LEFT = frozenset({AppEventKind.ITEM_STARTED, AppEventKind.LESSON_STARTED})


@dataclass(slots=True)
class _Miss:
    at_ms: int
    dwell_ms: int
    limit_ms: int
    shown: bool
    steady_known: bool

    @property
    def skipped(self) -> bool:
        return self.dwell_ms < self.limit_ms


class SkippedExplanation(Rule):
    """Flag three of the last five misses whose feedback was left at once."""

    kind = Overlay.SKIPPED_EXPLANATION
    name = "skipped_explanation"

    def __init__(self, limits: RuleLimits) -> None:
        self._limits = limits
        self._leaves: deque[Heard] = deque(maxlen=_MOST)
        self._feedback: deque[Heard] = deque(maxlen=_MOST)
        self._wrong: deque[Answer] = deque(maxlen=_MOST)
        self._misses: deque[_Miss] = deque(maxlen=limits.skip_of)
        self._words: deque[tuple[int, int]] = deque(maxlen=16)
        self._matched = -1  # one page left is one explanation left, however many it held

    def passed(self, moment: Moment) -> Findings:
        """Remember how many words were on the page."""
        if moment.words is not None:
            self._words.append((moment.to_ms, moment.words))
        return ()

    def heard(self, heard: Heard) -> Findings:
        """Note feedback that was shown, and what ended it."""
        if heard.event.kind is AppEventKind.FEEDBACK_SHOWN:
            self._feedback.append(heard)
        elif heard.event.kind in _LEFT:
            self._leaves.append(heard)
            return self._match()
        return ()

    def answered(self, answer: Answer) -> Findings:
        """Note a miss; a grade may come after the next item was opened."""
        self._wrong.append(answer)
        return self._match()

    def _match(self) -> Findings:
        """Join each miss with what ended its feedback, in whatever order they came."""
        found: Findings = ()
        for answer in list(self._wrong):
            after = [h for h in self._leaves if h.at_ms >= answer.at_ms]
            leave = min(after, key=lambda h: h.at_ms, default=None)
            if leave is None or answer.right is None:
                continue
            self._wrong.remove(answer)
            miss = self._miss(answer, leave)
            if answer.wrong and miss is not None and leave.at_ms != self._matched:
                self._matched = leave.at_ms
                self._misses.append(miss)
                found += self._judge(miss)
        return found

    def _miss(self, answer: Answer, leave: Heard) -> _Miss | None:
        shown = [h for h in self._feedback if answer.at_ms <= h.at_ms <= leave.at_ms]
        start = shown[0].at_ms if shown else answer.at_ms
        dwell = leave.at_ms - start
        retried = leave.event.item is not None and leave.event.item == answer.item
        if dwell < self._limits.skip_floor_ms or dwell > 10 * MINUTE or retried:
            return None
        limit = self._limit(answer.at_ms, leave.at_ms, shown)
        own = leave.dating is Dating.OWN
        return _Miss(start, dwell, limit, shown=bool(shown), steady_known=own)

    def _limit(self, from_ms: int, to_ms: int, shown: list[Heard]) -> int:
        limits = self._limits
        reading = (shown[0].event.usual_ms or 0) if shown else 0
        if not reading:
            before = [words for at, words in self._words if at <= from_ms]
            during = [words for at, words in self._words if from_ms < at <= to_ms]
            added = max(0, max(during, default=0) - (before[-1] if before else 1 << 30))
            reading = added * MINUTE // limits.skip_words_per_minute
        share = int(limits.skip_share * reading)
        return max(limits.skip_ms, min(share, max(limits.skip_cap_ms, limits.skip_ms)))

    def _judge(self, miss: _Miss) -> Findings:
        skips = [each for each in self._misses if each.skipped]
        if not miss.skipped or len(skips) < self._limits.skip_flag or _by_machine(skips):
            return ()
        self._misses.clear()
        thresholds = {
            "stay_ms": miss.limit_ms,
            "skips": self._limits.skip_flag,
            "of": self._limits.skip_of,
        }
        counts = {"skips": len(skips), "stay_ms": miss.dwell_ms}
        confidence = 0.7 if all(each.shown for each in skips) else 0.5
        end = miss.at_ms + miss.dwell_ms
        return (Finding(miss.at_ms, end, confidence, thresholds, counts),)


def _by_machine(skips: list[_Miss]) -> bool:
    """Tell whether the pauses are too even for a hand (human intervals vary by over 15 %)."""
    if any(not each.steady_known or each.shown for each in skips):
        return False
    dwells = [each.dwell_ms for each in skips]
    return pstdev(dwells) < _STEADY * mean(dwells)
