"""Questions of Math Garden: made from a seed, a skill and a level, with a worked answer.

Nothing here knows a student or a page. A :class:`Question` holds its answer; the pages never
send that to the browser before the student has answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from random import Random

from timeback_desktop.backend.demo.apps.garden import pictures
from timeback_desktop.backend.demo.apps.garden.signs import MINUS, TIMES
from timeback_desktop.backend.demo.apps.garden.stories import word_problem

MOST_LEVEL = 5
EQUAL = "They are the same size"


class Skill(StrEnum):
    """What a question is about, in the order in which the garden asks."""

    ADDITION = "addition"
    SUBTRACTION = "subtraction"
    MULTIPLICATION = "multiplication"
    FRACTIONS = "fractions"
    DIVISION = "division"
    STORIES = "stories"


@dataclass(frozen=True, slots=True)
class Question:
    """One question, its right answer, and the explanation that follows."""

    skill: Skill
    level: int
    prompt: str
    answer: str
    steps: tuple[str, ...]
    picture: str
    choices: tuple[str, ...] = ()
    preview: str = ""

    @property
    def key(self) -> str:
        """Return a stable name: the same prompt is the same item for every student."""
        words = "".join(mark if mark.isalnum() else "-" for mark in _spelled(self.prompt))
        return f"{self.skill}/{'-'.join(part for part in words.split('-') if part)}"

    def is_right(self, given: str) -> bool:
        """Tell whether an answer is right; numbers may be written with spaces or commas."""
        return self.tidy(given) == self.answer

    def tidy(self, given: str) -> str | None:
        """Return the answer in its plain form, or ``None`` when it is no answer at all."""
        if self.choices:
            return given if given in self.choices else None
        digits = given.strip().replace(",", "").replace(" ", "")
        if not digits.isascii() or not digits.isdecimal() or len(digits) > 6:
            return None
        return str(int(digits))


def _spelled(prompt: str) -> str:
    for sign, word in (("+", "plus"), (MINUS, "minus"), (TIMES, "times"), ("÷", "by")):
        prompt = prompt.replace(sign, word)
    return prompt.lower()


def make_question(skill: Skill, level: int, random: Random) -> Question:
    """Make one question; the same random state gives the same question."""
    return _MAKERS[skill](level, random)


def _tens_and_ones(number: int) -> tuple[int, int]:
    return number - number % 10, number % 10


def _addition(level: int, random: Random) -> Question:
    if level == 1:
        a, b = random.randint(2, 9), random.randint(1, 9)
    elif level == 2:
        a, b = random.randint(2, 6) * 10 + random.randint(1, 5), random.randint(11, 14)
    elif level == 3:
        a, b = random.randint(2, 5) * 10 + random.randint(5, 9), random.randint(15, 39)
    else:
        a, b = random.randint(120, 480 * (level - 3)), random.randint(110, 390)
    total = a + b
    prompt = f"{a} + {b}"
    if level == 1:
        steps = (f"Start at {a}.", f"Count on {b} more.", f"{a} + {b} = {total}.")
        picture = pictures.two_groups(a, b)
        return Question(Skill.ADDITION, level, prompt, str(total), steps, picture)
    tens, ones = _tens_and_ones(b)
    stops = [a, a + tens, total] if ones else [a, total]
    steps = (
        f"Split {b} into {tens} and {ones}.",
        f"{a} + {tens} = {a + tens}.",
        f"{a + tens} + {ones} = {total}.",
    )
    return Question(Skill.ADDITION, level, prompt, str(total), steps, pictures.jumps(stops))


def _subtraction(level: int, random: Random) -> Question:
    if level <= 2:
        a = random.randint(6, 10 * level)
        b = random.randint(2, a - 2)
        steps = (f"Start with {a}.", f"Take {b} away.", f"{a - b} are left.")
        picture = pictures.taken_away(a, b)
        return Question(Skill.SUBTRACTION, level, f"{a} {MINUS} {b}", str(a - b), steps, picture)
    low, high = ((45, 99), (61, 99), (210, 690))[level - 3]
    a = random.randint(low, high)
    b = random.randint(12, a - 20) if level < 5 else random.randint(101, a - 40)
    tens, ones = _tens_and_ones(b)
    stops = [a, a - tens, a - b] if ones else [a, a - b]
    steps = (
        f"Split {b} into {tens} and {ones}.",
        f"{a} {MINUS} {tens} = {a - tens}.",
        f"{a - tens} {MINUS} {ones} = {a - b}.",
    )
    prompt = f"{a} {MINUS} {b}"
    return Question(Skill.SUBTRACTION, level, prompt, str(a - b), steps, pictures.jumps(stops))


_TABLES = {1: (2, 5, 10), 2: (3, 4), 3: (6, 7, 8, 9), 4: (11, 12)}


def _multiplication(level: int, random: Random) -> Question:
    if level == MOST_LEVEL:
        tens, ones, times = random.randint(1, 4) * 10, random.randint(2, 9), random.randint(3, 8)
        product = (tens + ones) * times
        steps = (
            f"Split {tens + ones} into {tens} and {ones}.",
            f"{tens} {TIMES} {times} = {tens * times} and {ones} {TIMES} {times} = {ones * times}.",
            f"{tens * times} + {ones * times} = {product}.",
        )
        picture = pictures.area(tens, ones, times)
        prompt = f"{tens + ones} {TIMES} {times}"
        return Question(Skill.MULTIPLICATION, level, prompt, str(product), steps, picture)
    a, b = random.randint(2, 10), random.choice(_TABLES[level])
    steps = (
        f"{a} {TIMES} {b} means {a} rows of {b}.",
        f"{a - 1} rows make {(a - 1) * b}. One more row adds {b}.",
        f"{a} {TIMES} {b} = {a * b}.",
    )
    prompt = f"{a} {TIMES} {b}"
    return Question(Skill.MULTIPLICATION, level, prompt, str(a * b), steps, pictures.array(a, b))


def _division(level: int, random: Random) -> Question:
    if level == MOST_LEVEL:
        by, tens, ones = random.randint(3, 6), 10, random.randint(1, 6)
        total = by * (tens + ones)
        steps = (
            f"Split {total} into {by * tens} and {by * ones}.",
            f"{by * tens} ÷ {by} = {tens} and {by * ones} ÷ {by} = {ones}.",
            f"{tens} + {ones} = {tens + ones}.",
        )
        picture = pictures.area(by * tens // by, ones, by)
        prompt = f"{total} ÷ {by}"
        return Question(Skill.DIVISION, level, prompt, str(tens + ones), steps, picture)
    by, each = random.choice(_TABLES[level]), random.randint(2, 10)
    total = by * each
    steps = (
        f"Put {total} dots into {by} equal rows.",
        f"Think: {by} {TIMES} what makes {total}?",
        f"{by} {TIMES} {each} = {total}, so each row has {each}.",
    )
    prompt = f"{total} ÷ {by}"
    return Question(Skill.DIVISION, level, prompt, str(each), steps, pictures.array(by, each))


def _pair(level: int, random: Random) -> tuple[tuple[int, int], tuple[int, int]]:
    bottom = random.choice((3, 4, 5, 6, 8))
    if level == 1:
        first, second = random.sample(range(1, bottom + 1), 2)
        return (first, bottom), (second, bottom)
    if level == 2:
        others = [size for size in (2, 3, 4, 5, 6, 8, 10) if size != bottom]
        return (1, bottom), (1, random.choice(others))
    if level == 3:
        return (random.randint(1, bottom - 1), bottom), (1, 2)
    if level == 4:
        half = random.choice((2, 3, 4))
        top = random.randint(1, half - 1)
        return (top, half), (top * 2 + random.choice((-1, 0, 0, 1)), half * 2)
    other = random.choice([size for size in (3, 4, 5, 6, 8) if size != bottom])
    return (random.randint(1, bottom - 1), bottom), (random.randint(1, other - 1), other)


def _fractions(level: int, random: Random) -> Question:
    one, two = _pair(level, random)
    first, second = Fraction(*one), Fraction(*two)
    names = [f"{top}/{bottom}" for top, bottom in (one, two)]
    answer = EQUAL if first == second else names[0] if first > second else names[1]
    sign = "=" if first == second else ">" if first > second else "<"
    picture = pictures.fraction_bars(one, two)
    steps = (_why(one, two), f"Look where the color ends: {names[0]} {sign} {names[1]}.")
    return Question(
        Skill.FRACTIONS,
        level,
        f"Which is bigger, {names[0]} or {names[1]}?",
        answer,
        steps,
        picture,
        choices=(*names, EQUAL),
        preview=picture if level == 1 else "",
    )


def _why(one: tuple[int, int], two: tuple[int, int]) -> str:
    if one[1] == two[1]:
        return f"Both bars are cut into {one[1]} equal parts, so more parts is more."
    if one[0] == two[0]:
        return "Both take the same number of parts. Fewer cuts make bigger parts."
    shared = one[1] * two[1]
    return (
        f"Cut both bars into {shared} parts: {one[0] * two[1]} parts and {two[0] * one[1]} parts."
    )


def _stories(level: int, random: Random) -> Question:
    story = word_problem(level, random)
    picture = pictures.jumps(list(story.stops)) if story.stops else pictures.array(*story.array)
    return Question(Skill.STORIES, level, story.text, str(story.answer), story.steps, picture)


_MAKERS: Mapping[Skill, Callable[[int, Random], Question]] = {
    Skill.ADDITION: _addition,
    Skill.SUBTRACTION: _subtraction,
    Skill.MULTIPLICATION: _multiplication,
    Skill.FRACTIONS: _fractions,
    Skill.DIVISION: _division,
    Skill.STORIES: _stories,
}
