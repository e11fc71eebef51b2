"""External help: right at once after coming back from outside, where few were right before.

Looking something up is often good work, so this is said late and with low confidence.
"""

from __future__ import annotations

from collections import deque

from timeback_desktop.partition import Overlay
from timeback_desktop.presence.signal import Surface
from timeback_desktop.waste.evidence import Answer, Moment
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.rule import Finding, Findings, Rule

_MOST = 20


class ExternalHelp(Rule):
    """Flag three quick right answers after excursions, where answers of one's own were not."""

    kind = Overlay.EXTERNAL_HELP
    name = "external_help"

    def __init__(self, limits: RuleLimits) -> None:
        self._limits = limits
        self._out_since: int | None = None
        self._returns: deque[tuple[int, int]] = deque(maxlen=_MOST)
        self._own: deque[Answer] = deque(maxlen=_MOST)
        self._helped: deque[tuple[int, Answer]] = deque(maxlen=_MOST)

    def passed(self, moment: Moment) -> Findings:
        """Follow excursions."""
        if moment.surface is not Surface.LEARNING:
            if self._out_since is None:
                self._out_since = moment.from_ms
        elif self._out_since is not None:
            if moment.from_ms - self._out_since >= self._limits.outside_ms:
                self._returns.append((self._out_since, moment.from_ms))
            self._out_since = None
        return ()

    def answered(self, answer: Answer) -> Findings:
        """Sort an answer: given alone, or right after coming back."""
        if answer.right is None or answer.began_ms is None:
            return ()
        back = self._back(answer)
        if back is None:
            self._own.append(answer)
            return ()
        if answer.at_ms - back > self._limits.outside_within_ms:
            return ()
        self._helped.append((back, answer))
        return self._judge()

    def _back(self, answer: Answer) -> int | None:
        """Return when the student came back from the last excursion within the item."""
        began = answer.began_ms or 0
        backs = [end for out, end in self._returns if out >= began and end <= answer.at_ms]
        return max(backs, default=None)

    def _judge(self) -> Findings:
        limits = self._limits
        back, last = self._helped[-1]
        right = sum(answer.right is True for _, answer in self._helped)
        own = sum(answer.right is True for answer in self._own)
        enough = right >= limits.outside_times and len(self._own) >= limits.outside_answers
        low = own <= limits.outside_accuracy * len(self._own)
        if not (enough and low and last.right) or right < limits.mastery * len(self._helped):
            return ()
        thresholds = {
            "times": limits.outside_times,
            "within_ms": limits.outside_within_ms,
            "own_accuracy": limits.outside_accuracy,
        }
        counts = {"times": right, "own_answers": len(self._own), "own_right": own}
        self._helped.clear()
        return (Finding(back, last.at_ms, 0.3, thresholds, counts),)
