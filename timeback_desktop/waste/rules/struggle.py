"""Long struggle: miss after miss, each with long and visible work. A reason to help."""

from __future__ import annotations

from timeback_desktop.waste.evidence import Answer
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.pace import Pace
from timeback_desktop.waste.rule import Finding, Findings, Rule
from timeback_desktop.waste.verdict import Insight


class LongStruggle(Rule):
    """Ask for help after three misses in a row that each took twice the usual time."""

    kind = Insight.NEEDS_HELP
    name = "long_struggle"

    def __init__(self, limits: RuleLimits, pace: Pace) -> None:
        self._limits = limits
        self._pace = pace
        self._row: list[tuple[int, int, int]] = []

    def answered(self, answer: Answer) -> Findings:
        """Extend the row of long misses or break it."""
        usual = self._pace.usual_ms(answer)
        if not self._struggled(answer, usual) or usual is None or answer.began_ms is None:
            self._row = []
            return ()
        self._row.append((answer.began_ms, answer.took_ms or 0, usual))
        if len(self._row) < self._limits.struggle_wrong:
            return ()
        row, self._row = self._row, []
        thresholds = {
            "in_a_row": self._limits.struggle_wrong,
            "times_usual": self._limits.struggle_factor,
        }
        counts = {
            "wrong": len(row),
            "took_ms": sum(took for _, took, _ in row),
            "usual_ms": sum(each for _, _, each in row),
        }
        return (Finding(row[0][0], answer.at_ms, 0.5, thresholds, counts),)

    def _struggled(self, answer: Answer, usual: int | None) -> bool:
        if not answer.wrong or usual is None or answer.took_ms is None:
            return False
        worked = answer.hands >= self._limits.struggle_hands
        return worked and answer.took_ms >= self._limits.struggle_factor * usual
