"""What the rows of figures by day add up to: time, claims and results of anybody, anywhere. Pure.

Every figure of time is a property of ``partition.Totals``. What an app claims is kept beside it
and never added to it. ``None`` says that nothing was measured, claimed or told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from timeback_desktop.backend.rollups.models import ANTI_PATTERN, HABIT
from timeback_desktop.partition import WIRE_TYPE, State, TimeType, Totals

_TYPES: dict[str, TimeType] = {
    ANTI_PATTERN: TimeType.ANTI_PATTERN,
    **{state.value: named for state, named in WIRE_TYPE.items() if named is not None},
}
_STATES = {state.value: state for state in State}


class Cell(NamedTuple):
    """Where figures belong: the number of a day, an app (empty if unknown), a subject."""

    day: int
    application_id: str
    subject: str


@dataclass(slots=True)
class Spent:
    """How time went, by the words of the rows: what counts, and what apps claim."""

    counted: dict[str, int] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)

    def add(self, state: str, ms: int, claimed_ms: int) -> None:
        """Add a row: what counts, and what an app told of it."""
        if ms:
            self.counted[state] = self.counted.get(state, 0) + ms
        if claimed_ms:
            self.claims[state] = self.claims.get(state, 0) + claimed_ms

    @property
    def totals(self) -> Totals | None:
        """Fold what counts; ``None`` when nothing does."""
        states = [(_STATES[word], ms) for word, ms in self.counted.items() if word in _STATES]
        return Totals.fold(states, habit_ms=self.counted.get(HABIT, 0)) if states else None

    @property
    def claimed(self) -> dict[TimeType, int] | None:
        """Return what apps claim by TimeBack's types; ``None`` when nothing was claimed."""
        sums: dict[TimeType, int] = {}
        for word, ms in self.claims.items():
            if (named := _TYPES.get(word)) is not None:
                sums[named] = sums.get(named, 0) + ms
        return sums or None


@dataclass(slots=True)
class Results:
    """What was achieved, as events told it.

    ``told`` and ``told_correct`` are questions of which apps tell the number only.
    """

    answered: int = 0
    correct: int = 0
    activities: int = 0
    xp_milli: int = 0
    told: int = 0
    told_correct: int = 0
    mastered_units: int = 0


@dataclass(slots=True)
class Figures:
    """Everything that is known of a cell, or of many cells together."""

    spent: Spent = field(default_factory=Spent)
    answered: int = 0
    correct: int = 0
    activities: int = 0
    xp_milli: int = 0
    mastered_units: int = 0

    def achieve(self, results: Results) -> None:
        """Add the results of one cell.

        Of questions an app may tell each one, or only their number, or both: the larger counts.
        """
        each, number = (results.answered, results.correct), (results.told, results.told_correct)
        answered, correct = max(each, number)
        self.answered += answered
        self.correct += correct
        self.activities += results.activities
        self.xp_milli += results.xp_milli
        self.mastered_units += results.mastered_units

    def include(self, other: Figures) -> None:
        """Add the figures of another cell."""
        mine, its = self.spent, other.spent
        for sums, added in ((mine.counted, its.counted), (mine.claims, its.claims)):
            for word, ms in added.items():
                sums[word] = sums.get(word, 0) + ms
        self.answered += other.answered
        self.correct += other.correct
        self.activities += other.activities
        self.xp_milli += other.xp_milli
        self.mastered_units += other.mastered_units

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is known."""
        told = self.spent.counted or self.spent.claims or self.answered or self.activities
        return not told

    @property
    def questions(self) -> dict[str, int] | None:
        """Return how many questions were answered and how many rightly."""
        return {"answered": self.answered, "correct": self.correct} if self.answered else None

    @property
    def xp(self) -> float | None:
        """Return experience points; ``None`` when no app told of any work."""
        return self.xp_milli / 1000 if self.activities else None

    @property
    def units(self) -> int | None:
        """Return mastered units; ``None`` when no app told of any work."""
        return self.mastered_units if self.activities else None
