"""Answer pattern: the same position again and again, or round and round, and few right."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, log, sqrt

from timeback_desktop.partition import Overlay
from timeback_desktop.waste.evidence import Answer
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.rule import Finding, Findings, Rule

_LONGEST_RUN = 200
_SURER = 4
_STEPS = {"same": 0, "up": 1, "down": -1}


class AnswerPattern(Rule):
    """Flag a run of answers that follows positions, not questions.

    How long the run must be follows from the number of options, so that an honest answer
    key makes such a run at most once in 10,000; and it is right no more often than by chance.
    Only first tries count: going through the options of one item is how people look.
    """

    kind = Overlay.ANSWER_PATTERN
    name = "answer_pattern"

    def __init__(self, limits: RuleLimits) -> None:
        self._limits = limits
        self._seen: set[int] = set()
        self._run: list[Answer] = []
        self._open: Finding | None = None

    @property
    def standing(self) -> Finding | None:
        """The run that goes on."""
        return self._open

    def answered(self, answer: Answer) -> Findings:
        """Extend the run or end it."""
        if not answer.first_try:
            return ()
        if answer.choice is None:
            return self._end([])
        if len(self._seen) < _LONGEST_RUN:
            self._seen.add(answer.choice)
        longer = [*self._run, answer]
        if len(longer) <= _LONGEST_RUN and self._step(longer) is not None:
            self._run = longer
            self._judge()
            return ()
        return self._end(self._tail(longer))

    def _tail(self, answers: list[Answer]) -> list[Answer]:
        """Return the longest end of the answers that still follows a pattern."""
        for cut in range(1, len(answers)):
            tail = answers[cut:]
            if self._step(tail) is not None:
                return tail
        return answers[-1:]

    def _end(self, run: list[Answer]) -> Findings:
        ended = () if self._open is None else (self._open,)
        self._run, self._open = ([] if ended else run), None
        return ended

    @staticmethod
    def _luck(answers: int, options: int, *, longer: bool) -> float:
        """Return how many right answers are still no better than chance.

        At first that is the mean of chance. Four answers on, the run alone is 256 times less
        likely with four options, and the upper tenth of lucky guessers may count as well.
        """
        mean = answers / options
        return mean + 1.28 * sqrt(mean * (1 - 1 / options)) if longer else mean

    @property
    def _options(self) -> int:
        if len(self._seen) < 2:
            return self._limits.pattern_options
        return max(2, len(self._seen), *self._seen)

    def _step(self, run: list[Answer]) -> str | None:
        """Name the pattern: the same, or one up or one down with a wrap at the ends."""
        picks = [answer.choice or 0 for answer in run]
        low, high = min(picks), max(picks)
        around = high - low + 1
        for name, step in _STEPS.items():
            if step and around < 3 and len(picks) > 2:
                continue  # to and fro between two positions is no round
            modulus = around if step else 1
            follows = all(
                (b - a - step) % modulus == 0 if step else a == b for a, b in pairwise(picks)
            )
            if follows:
                return name
        return None

    def _judge(self) -> None:
        run, options, limits = self._run, self._options, self._limits
        needed = 1 + ceil(log(1 / limits.pattern_chance) / log(options))
        needed = max(limits.pattern_answers, needed)
        right = sum(answer.right is True for answer in run)
        if len(run) < needed or any(answer.right is None for answer in run):
            return
        if right > self._luck(len(run), options, longer=len(run) >= needed + _SURER):
            return
        began = run[0].at_ms if run[0].began_ms is None else run[0].began_ms
        thresholds = {"answers": needed, "chance": round(1 / options, 4)}
        counts = {"answers": len(run), "right": right, "options": options}
        self._open = Finding(began, run[-1].at_ms, 0.7, thresholds, counts, self._step(run))
