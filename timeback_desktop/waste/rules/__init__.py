"""The rules: one small class each, every one fed the same settled stream."""

from __future__ import annotations

from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.pace import Pace
from timeback_desktop.waste.rule import Rule
from timeback_desktop.waste.rules.explanation import SkippedExplanation
from timeback_desktop.waste.rules.flipping import TabFlipping
from timeback_desktop.waste.rules.hopping import TopicHopping
from timeback_desktop.waste.rules.outside import ExternalHelp
from timeback_desktop.waste.rules.pattern import AnswerPattern
from timeback_desktop.waste.rules.rushing import Rushing
from timeback_desktop.waste.rules.struggle import LongStruggle
from timeback_desktop.waste.rules.stuck import NotAnswering
from timeback_desktop.waste.rules.wheel import WheelSpinning


def all_rules(limits: RuleLimits, pace: Pace) -> tuple[Rule, ...]:
    """Return a fresh set of rules for one session."""
    return (
        Rushing(limits),
        SkippedExplanation(limits),
        TopicHopping(limits),
        NotAnswering(limits, pace),
        AnswerPattern(limits),
        TabFlipping(limits),
        ExternalHelp(limits),
        WheelSpinning(limits),
        LongStruggle(limits, pace),
    )
