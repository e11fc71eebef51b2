"""How many experience points a completion earns: the one table, and nothing looked up. Pure.

TimeBack's published outcomes and PowerPath's published multipliers, laid over each other: the
first row that fits decides, and its factor is applied to the base. The base is what the content
is worth; where nobody said what it is worth it is the focused minutes that the desktop measured,
because a point stands for one focused minute. What stays unknown is ``None`` and never zero.

Habits only count once they cover a fair part of the work, so that three hasty answers in an
hour of good work take nothing away; and not at all once a teacher found them untrue.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from timeback_desktop.partition import Overlay

PASSED = 0.8
"""Below this accuracy nothing is earned."""
MASTERED = 0.9
"""The gate before what comes next: from this accuracy on an activity is mastered."""
WASTEFUL = 0.2
"""From this share of waste on, work was wasteful; see ``partition.Totals.waste_share``."""
HABITUAL = 0.1
"""From this share of the engaged time on, a habit counts against the award."""
PERFECT = 1.0


class Gaming(StrEnum):
    """Ways to get past learning."""

    GAMING = "gaming"
    CHEATING = "cheating"


GAMING_KINDS: dict[str, Gaming] = {
    Overlay.RUSHING: Gaming.GAMING,
    Overlay.ANSWER_PATTERN: Gaming.GAMING,
    "gaming": Gaming.GAMING,
    "guessing": Gaming.GAMING,
    Overlay.EXTERNAL_HELP: Gaming.CHEATING,
    Overlay.SIMULATED_INPUT: Gaming.CHEATING,
    "cheating": Gaming.CHEATING,
}
"""Which insights count as which; other habits cost focused time, and no points besides."""


class Tries(StrEnum):
    """Which attempts a row is about."""

    FIRST = "first"
    LATER = "later"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one completion when it is judged."""

    accuracy: float | None
    attempt: int
    waste_share: float | None = None
    gaming: Collection[Gaming] = ()

    @property
    def wasteful(self) -> bool:
        """Tell whether too much of the time was wasted; not when too little was measured."""
        return self.waste_share is not None and self.waste_share >= WASTEFUL


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: when it fits, and which part of the base is earned, in hundredths.

    ``at_least`` and ``below`` are accuracies; a row with neither fits any, known or not.
    """

    name: str
    factor: int | None
    words: str
    tries: Tries = Tries.ANY
    at_least: float | None = None
    below: float | None = None
    wasteful: bool | None = None
    gaming: Gaming | None = None
    unverified: bool = False

    def fits(self, found: Evidence) -> bool:
        """Tell whether this row is about such a completion."""
        if self.gaming is not None:
            return self.gaming in found.gaming
        if found.accuracy is None or self.unverified:
            return self.unverified and found.accuracy is None
        return (
            (self.at_least is None or found.accuracy >= self.at_least)
            and (self.below is None or found.accuracy < self.below)
            and (self.tries is Tries.ANY or (self.tries is Tries.FIRST) == (found.attempt == 1))
            and (self.wasteful is None or self.wasteful == found.wasteful)
        )

    @property
    def masters(self) -> bool:
        """Tell whether work under this row may show mastery."""
        return self.gaming is None


RULES = (
    Rule(
        name="cheating",
        gaming=Gaming.CHEATING,
        factor=-50,
        words="The answers came from elsewhere. Half of the points are taken away.",
    ),
    Rule(
        name="gaming",
        gaming=Gaming.GAMING,
        factor=-25,
        words="Much of it was rushed or guessed. A quarter of the points is taken away.",
    ),
    Rule(
        name="not_verified",
        unverified=True,
        factor=None,
        words="No result was told, so there is nothing to award points for.",
    ),
    Rule(
        name="not_passed",
        below=PASSED,
        factor=0,
        words="Less than 80 % was right. Nothing is lost: another try earns points.",
    ),
    Rule(
        name="wasteful_first",
        at_least=PASSED,
        tries=Tries.FIRST,
        wasteful=True,
        factor=50,
        words="Done on the first try, but a good part of the time went elsewhere.",
    ),
    Rule(
        name="wasteful_later",
        at_least=PASSED,
        tries=Tries.LATER,
        wasteful=True,
        factor=25,
        words="Done on a later try, but a good part of the time went elsewhere.",
    ),
    Rule(
        name="perfect_first",
        at_least=PERFECT,
        tries=Tries.FIRST,
        factor=125,
        words="Everything right on the first try: a quarter more.",
    ),
    Rule(
        name="passed_first",
        at_least=PASSED,
        tries=Tries.FIRST,
        factor=100,
        words="Done on the first try: all of the points.",
    ),
    Rule(
        name="perfect_later",
        at_least=PERFECT,
        tries=Tries.LATER,
        factor=100,
        words="Everything right on a later try: all of the points.",
    ),
    Rule(
        name="passed_later",
        at_least=PASSED,
        tries=Tries.LATER,
        factor=50,
        words="Done on a later try: half of the points.",
    ),
)
"""The table. The last four rows and ``not_passed`` are PowerPath's multipliers."""

BY_NAME = {rule.name: rule for rule in RULES}


def decide(found: Evidence) -> Rule:
    """Return the row that decides."""
    return next(rule for rule in RULES if rule.fits(found))


def base_milli(expected_milli: int | None, focused_ms: int | None) -> int | None:
    """Return what a completion is worth, in thousandths of a point; ``None`` if unknown."""
    if expected_milli is not None:
        return expected_milli
    return None if focused_ms is None else focused_ms // 60  # one point a minute


def awarded_milli(rule: Rule, base: int | None) -> int | None:
    """Return what is earned, in thousandths of a point; zero needs no base."""
    if rule.factor is None or (base is None and rule.factor):
        return None
    return (base or 0) * rule.factor // 100


def is_mastered(rule: Rule, accuracy: float | None) -> bool:
    """Tell whether a completion passes the gate."""
    return rule.masters and accuracy is not None and accuracy >= MASTERED
