"""Word problems of Math Garden: small true-to-life stories around one or two sums."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from timeback_desktop.backend.demo.apps.garden.signs import MINUS, TIMES

_NAMES = ("Maya", "Ben", "Amina", "Leo", "Priya", "Sam", "Noor", "Tess")
_THINGS = ("seeds", "stickers", "shells", "marbles", "cherries", "cards")
_BOXES = ("bags", "boxes", "jars", "trays")


@dataclass(frozen=True, slots=True)
class Story:
    """A story, its answer, the way there, and what to draw: stops or an array."""

    text: str
    answer: int
    steps: tuple[str, ...]
    stops: tuple[int, ...] = ()
    array: tuple[int, int] = (1, 1)


def word_problem(level: int, random: Random) -> Story:
    """Tell one story of a level, 1 to 5."""
    name, thing, box = random.choice(_NAMES), random.choice(_THINGS), random.choice(_BOXES)
    match level:
        case 1:
            return _gets_more(name, thing, random.randint(5, 12), random.randint(3, 9))
        case 2:
            return _gives_away(name, thing, random.randint(14, 30), random.randint(4, 11))
        case 3:
            return _fills(name, thing, box, random.randint(3, 6), random.randint(4, 9))
        case 4:
            return _shares(name, thing, random.randint(3, 6), random.randint(4, 9))
        case _:
            full = _fills(name, thing, box, random.randint(4, 7), random.randint(4, 8))
            return _then_gives_away(full, thing, random.randint(3, 9))


def _gets_more(name: str, thing: str, has: int, more: int) -> Story:
    text = f"{name} has {has} {thing}. A friend gives {name} {more} more. How many {thing} now?"
    steps = ("More come, so we add.", f"{has} + {more} = {has + more}.")
    return Story(text, has + more, steps, stops=(has, has + more))


def _gives_away(name: str, thing: str, has: int, gone: int) -> Story:
    text = f"{name} has {has} {thing} and gives {gone} away. How many {thing} are left?"
    steps = ("Some go away, so we subtract.", f"{has} {MINUS} {gone} = {has - gone}.")
    return Story(text, has - gone, steps, stops=(has, has - gone))


def _fills(name: str, thing: str, box: str, boxes: int, each: int) -> Story:
    text = f"{name} fills {boxes} {box} with {each} {thing} each. How many {thing} is that?"
    steps = (
        f"There are {boxes} equal groups of {each}.",
        f"{boxes} {TIMES} {each} = {boxes * each}.",
    )
    return Story(text, boxes * each, steps, array=(boxes, each))


def _shares(name: str, thing: str, friends: int, each: int) -> Story:
    total = friends * each
    text = f"{name} shares {total} {thing} fairly among {friends} friends. How many for each?"
    steps = (f"Make {friends} equal groups out of {total}.", f"{total} ÷ {friends} = {each}.")
    return Story(text, each, steps, array=(friends, each))


def _then_gives_away(full: Story, thing: str, gone: int) -> Story:
    left = full.answer - gone
    first, _, _ = full.text.partition(".")
    text = f"{first}, and then gives {gone} {thing} away. How many {thing} are left?"
    steps = (*full.steps, f"Then take {gone} away: {full.answer} {MINUS} {gone} = {left}.")
    return Story(text, left, steps, stops=(0, full.answer, left))
