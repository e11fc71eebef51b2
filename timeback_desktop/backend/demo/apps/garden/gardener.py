"""One student's way through Math Garden: which question comes, and how hard it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from timeback_desktop.backend.demo.apps.garden.questions import (
    MOST_LEVEL,
    Question,
    Skill,
    make_question,
)
from timeback_desktop.backend.demo.apps.kit.sender import timestamp

BED = 10
_ROTATION = tuple(Skill)
_REDRAWS = 20


@dataclass(slots=True)
class Asked:
    """A question that stands before the student, and what they said to it."""

    number: int
    question: Question
    count: int
    began: str
    given: str | None = None

    @property
    def correct(self) -> bool | None:
        """Tell whether the answer is right; ``None`` before there is one."""
        return None if self.given is None else self.question.is_right(self.given)


@dataclass(slots=True)
class Gardener:
    """Progress: two right in a row raise a skill's level, one miss lowers it."""

    seed: str
    levels: dict[Skill, int] = field(default_factory=lambda: dict.fromkeys(Skill, 1))
    streaks: dict[Skill, int] = field(default_factory=lambda: dict.fromkeys(Skill, 0))
    tries: dict[str, int] = field(default_factory=dict)
    answered: int = 0
    correct: int = 0
    asked: Asked | None = None

    def ask(self) -> Asked:
        """Return the question that stands, drawing the next one when there is none."""
        if self.asked is None:
            self.asked = self._draw()
        return self.asked

    def answer(self, number: str, given: str) -> bool:
        """Take an answer; ``False`` when it is no answer, or not to the open question."""
        asked = self.asked
        if asked is None or str(asked.number) != number or asked.given is not None:
            return False
        tidy = asked.question.tidy(given)
        if tidy is None:
            return False
        asked.given = tidy
        self.answered += 1
        self._learn(asked.question.skill, right=bool(asked.correct))
        return True

    def next(self) -> None:
        """Put an answered question aside."""
        if self.asked is not None and self.asked.given is not None:
            self.asked = None

    @property
    def grown(self) -> int:
        """Return how many flowers stand in the present bed; a full bed shows till *next*."""
        if self.answered and self.answered % BED == 0 and self.asked and self.asked.given:
            return BED
        return self.answered % BED

    @property
    def beds(self) -> int:
        """Return how many beds are full."""
        return self.answered // BED

    def _learn(self, skill: Skill, *, right: bool) -> None:
        if not right:
            self.streaks[skill] = 0
            self.levels[skill] = max(1, self.levels[skill] - 1)
            return
        self.correct += 1
        self.streaks[skill] += 1
        if self.streaks[skill] >= 2:
            self.streaks[skill] = 0
            self.levels[skill] = min(MOST_LEVEL, self.levels[skill] + 1)

    def _draw(self) -> Asked:
        number = self.answered + 1
        skill = _ROTATION[(number - 1) % len(_ROTATION)]
        random = Random(f"{self.seed}/{number}")  # noqa: S311 - questions, not secrets
        question = make_question(skill, self.levels[skill], random)
        for _ in range(_REDRAWS):
            if question.key not in self.tries:
                break
            question = make_question(skill, self.levels[skill], random)
        count = self.tries.get(question.key, 0) + 1
        self.tries[question.key] = count
        return Asked(number, question, count, timestamp())
