"""The student's own pace: what is usual here, and when an answer is too fast for a reading."""

from __future__ import annotations

from collections import deque
from statistics import median

from timeback_desktop.waste.evidence import Answer
from timeback_desktop.waste.limits import RuleLimits

_MOST = 200
_LONGEST_MS = 300_000  # one forgotten item must not set the pace of a session
_FEW = 5


class Pace:
    """Times of the answers so far, and the limit that a rapid answer stays under."""

    def __init__(self, limits: RuleLimits) -> None:
        self._limits = limits
        self._taken: deque[int] = deque(maxlen=_MOST)
        self._answers: deque[Answer] = deque(maxlen=_MOST)

    def judge(self, answer: Answer) -> None:
        """Decide whether an answer was rapid, then let it count."""
        base = self._base(answer)
        answer.limit_ms = self._own(base)
        if answer.took_ms is None or answer.passed_ms is None:
            return
        answer.rapid = answer.passed_ms < answer.limit_ms
        self._taken.append(min(answer.took_ms, _LONGEST_MS))
        self._answers.append(answer)

    def usual_ms(self, answer: Answer) -> int | None:
        """Return the usual time of an item: by the platform, else the session's own median."""
        return answer.usual_ms or self.median_ms

    @property
    def median_ms(self) -> int | None:
        """The session's own median, once there are a few answers."""
        return int(median(self._taken)) if len(self._taken) >= _FEW else None

    def _base(self, answer: Answer) -> int:
        limits = self._limits
        if answer.usual_ms:
            return min(limits.rapid_cap_ms, int(limits.rapid_share * answer.usual_ms))
        mean = sum(self._taken) / len(self._taken) if len(self._taken) >= _FEW else 0
        share = min(limits.rapid_cap_ms, int(limits.rapid_share * mean))
        return max(limits.rapid_blind_ms, share)

    def _own(self, base: int) -> int:
        """Never accuse a pace at which this student is right: cap at the own p05."""
        if not self._answers:
            return base
        fast = [a for a in self._answers if a.took_ms is not None and a.took_ms < base]
        right = sum(1 for a in fast if a.right)
        few = len(fast) < self._limits.fluent_answers
        if few or right < self._limits.mastery * len(fast):
            return base
        own = sorted(a.took_ms for a in self._answers if a.right and a.took_ms is not None)
        return min(base, own[len(own) // 20])
