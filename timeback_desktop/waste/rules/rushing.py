"""Rushing: answers too fast for the question to have been read, and not right.

Only rapid answers are charged, and the pauses of under 10 s between them; never slower work,
nor a longer pause, in which feedback may have been read: after it the charge begins anew. A
run of rapid answers goes on until a slower one or a minute without any.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from timeback_desktop.partition import Overlay
from timeback_desktop.waste.evidence import Answer, Moment
from timeback_desktop.waste.limits import MINUTE, RuleLimits
from timeback_desktop.waste.rule import Finding, Findings, Rule

_CONFIDENCE = {"row": 0.8, "blind_row": 0.6, "share": 0.5, "mean": 0.6}
_LONGEST_RUN = 200


class Rushing(Rule):
    """Flag rapid answers in a row, a share of rapid ones, or an app's own mean."""

    kind = Overlay.RUSHING
    name = "rushing"

    def __init__(self, limits: RuleLimits) -> None:
        self._limits = limits
        self._last: deque[Answer] = deque(maxlen=max(limits.rushing_of, limits.rushing_mean_of))
        self._run: list[Answer] = []
        self._since = 0  # where in the run the present charge begins
        self._open: Finding | None = None
        self._charged_to = 0

    @property
    def standing(self) -> Finding | None:
        """The run that goes on."""
        return self._open

    def passed(self, moment: Moment) -> Findings:
        """End a run after a minute with no answer."""
        if self._open is None or moment.to_ms - self._open.to_ms <= MINUTE:
            return ()
        return self._end()

    def answered(self, answer: Answer) -> Findings:
        """Extend the run of rapid answers, or end it."""
        self._last.append(answer)
        if self._limits.rushing_mean_ms:
            return self._by_mean()
        if not answer.rapid or len(self._run) >= _LONGEST_RUN:
            ended = self._end()
            self._run = [answer] if answer.rapid else []
            return ended
        told = self._pause_before(answer)
        self._run.append(answer)
        self._open = self._by_row() or self._by_share() or self._open
        return told

    def _pause_before(self, answer: Answer) -> Findings:
        """After a pause within the run, charge anew: the pause itself is nobody's fault."""
        if not self._run or _began(answer) - self._run[-1].at_ms < self._limits.episode_ms:
            return ()
        self._since = len(self._run)
        return self._hand_out()

    def _hand_out(self) -> Findings:
        told = () if self._open is None else (self._open,)
        if self._open is not None:
            self._charged_to = self._open.to_ms
        self._open = None
        return told

    def _end(self) -> Findings:
        self._run, self._since = [], 0
        return self._hand_out()

    def _by_row(self) -> Finding | None:
        run, limits = self._run, self._limits
        blind = any(answer.usual_ms is None for answer in run)
        right = sum(answer.right is True for answer in run)
        if len(run) < limits.rushing_row or right >= limits.mastery * len(run):
            return None
        if blind and not (_guessed(run) and _below(limits.mastery, run)):
            return None
        thresholds = {"in_a_row": limits.rushing_row, "mastery": limits.mastery}
        graded = any(answer.right is not None for answer in run)
        return self._finding(run, "row" if graded and not blind else "blind_row", thresholds)

    def _by_share(self) -> Finding | None:
        limits, window = self._limits, list(self._last)[-self._limits.rushing_of :]
        rapid = [a for a in window if a.rapid and a.at_ms > self._charged_to]
        if len(window) < limits.rushing_of or len(rapid) < limits.rushing_share * len(window):
            return None
        if not _guessed(rapid) or not any(answer.wrong for answer in self._run):
            return None
        if not (_below(limits.mastery, window) and _below(limits.mastery, rapid)):
            return None
        thresholds = {"share": limits.rushing_share, "mastery": limits.mastery}
        return self._finding(self._run, "share", thresholds, rapid=len(rapid), of=len(window))

    def _by_mean(self) -> Findings:
        limits, window = self._limits, list(self._last)[-self._limits.rushing_mean_of :]
        taken = [answer.took_ms for answer in window if answer.took_ms is not None]
        if len(taken) < limits.rushing_mean_of or not _below(limits.mastery, window):
            return self._end()
        mean = sum(taken) // len(taken)
        if mean >= limits.rushing_mean_ms:
            return self._end()
        if self._open is None:
            self._run = [answer for answer in window if answer.at_ms > self._charged_to]
        else:
            self._run = [*self._run[-_LONGEST_RUN:], window[-1]]
        thresholds = {"mean_ms": limits.rushing_mean_ms, "mastery": limits.mastery}
        found = self._finding(self._run, "mean", thresholds, mean_ms=mean)
        start = found.from_ms if self._open is None else min(self._open.from_ms, found.from_ms)
        self._open = replace(found, from_ms=start)
        return ()

    def _finding(
        self, run: Sequence[Answer], how: str, thresholds: dict[str, float], **counts: float
    ) -> Finding:
        charged = run[self._since :] or run
        counts |= {
            "answers": len(run),
            "right": sum(answer.right is True for answer in run),
            "wrong": sum(answer.wrong for answer in run),
            "slowest_ms": max(answer.took_ms or 0 for answer in run),
        }
        limit = max(answer.limit_ms for answer in run)
        return Finding(
            max(min(_began(answer) for answer in charged), self._charged_to),
            max(answer.at_ms for answer in charged),
            _CONFIDENCE[how],
            {"rapid_ms": limit, **thresholds},
            counts,
            how,
        )


def _began(answer: Answer) -> int:
    return answer.at_ms if answer.began_ms is None else answer.began_ms


def _guessed(answers: Sequence[Answer]) -> bool:
    """Tell whether more than one is known to be wrong: one may happen to anybody."""
    return sum(answer.wrong for answer in answers) > 1


def _below(mastery: float, answers: Sequence[Answer]) -> bool:
    """Tell whether so few are right; with under half of the grades nothing can be told."""
    graded = [answer for answer in answers if answer.right is not None]
    right = sum(answer.right is True for answer in graded)
    return 2 * len(graded) >= len(answers) and right < mastery * len(graded)
