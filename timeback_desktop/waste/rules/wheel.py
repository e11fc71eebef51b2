"""Wheel-spinning: many tries at a skill without three right in a row. A reason to help."""

from __future__ import annotations

from dataclasses import dataclass

from timeback_desktop.waste.evidence import Answer
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.rule import Finding, Findings, Rule
from timeback_desktop.waste.verdict import Insight

_MOST_SKILLS = 256


@dataclass(slots=True)
class _Tries:
    from_ms: int
    tries: int = 0
    right: int = 0
    row: int = 0
    learned: bool = False


class WheelSpinning(Rule):
    """Ask for help after ten first tries at a skill with never three right in a row.

    Rapid answers are no tries: guessing has its own rule.
    """

    kind = Insight.NEEDS_HELP
    name = "wheel_spinning"

    def __init__(self, limits: RuleLimits) -> None:
        self._limits = limits
        self._skills: dict[str, _Tries] = {}

    def answered(self, answer: Answer) -> Findings:
        """Count a try."""
        skill = answer.skill or answer.lesson
        if skill is None or answer.right is None or answer.rapid or not answer.first_try:
            return ()
        began = answer.at_ms if answer.began_ms is None else answer.began_ms
        tries = self._skills.pop(skill, None) or _Tries(began)
        self._skills[skill] = tries
        if len(self._skills) > _MOST_SKILLS:
            del self._skills[next(iter(self._skills))]
        return self._count(tries, skill, answer)

    def _count(self, tries: _Tries, skill: str, answer: Answer) -> Findings:
        tries.tries += 1
        tries.right += bool(answer.right)
        tries.row = tries.row + 1 if answer.right else 0
        tries.learned = tries.learned or tries.row >= self._limits.wheel_row
        if tries.learned or tries.tries < self._limits.wheel_opportunities:
            return ()
        del self._skills[skill]
        thresholds = {
            "tries": self._limits.wheel_opportunities,
            "right_in_a_row": self._limits.wheel_row,
        }
        counts = {"tries": tries.tries, "right": tries.right}
        return (Finding(tries.from_ms, answer.at_ms, 0.7, thresholds, counts),)
