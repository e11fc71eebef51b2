"""Math Garden asks enough different questions, and its answers are right."""

import re
from fractions import Fraction
from random import Random

import pytest

from timeback_desktop.backend.demo.apps.garden.questions import (
    EQUAL,
    MOST_LEVEL,
    Skill,
    make_question,
)

LEVELS = range(1, MOST_LEVEL + 1)
SUMS = (Skill.ADDITION, Skill.SUBTRACTION, Skill.MULTIPLICATION, Skill.DIVISION)


def many(skill, level, number=60):
    random = Random(f"{skill}{level}")
    return [make_question(skill, level, random) for _ in range(number)]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("skill", SUMS)
def test_sums_come_out_right(skill, level):
    for question in many(skill, level):
        sign = {"−": "-", "×": "*", "÷": "/"}  # noqa: RUF001
        plain = "".join(sign.get(mark, mark) for mark in question.prompt)
        assert Fraction(eval(plain)) == int(question.answer) >= 0


@pytest.mark.parametrize("level", LEVELS)
def test_fractions_are_compared_right(level):
    for question in many(Skill.FRACTIONS, level):
        one, two = (Fraction(name) for name in question.choices[:2])
        best = EQUAL if one == two else question.choices[0 if one > two else 1]
        assert question.answer == best
        assert 0 < one <= 1
        assert 0 < two <= 1


@pytest.mark.parametrize("level", LEVELS)
def test_the_last_step_of_a_story_gives_its_answer(level):
    for question in many(Skill.STORIES, level):
        assert question.steps[-1].endswith(f"= {question.answer}.")
        assert int(question.answer) > 0


@pytest.mark.parametrize("skill", Skill)
def test_a_skill_has_many_questions_and_no_two_share_a_key(skill):
    questions = [question for level in LEVELS for question in many(skill, level)]
    prompts = {question.prompt for question in questions}
    assert len(prompts) >= 60
    assert len({question.key for question in questions}) == len(prompts)


@pytest.mark.parametrize("skill", Skill)
def test_every_question_is_explained_in_words_and_a_picture(skill):
    for level in LEVELS:
        question = make_question(skill, level, Random(1))
        assert len(question.steps) >= 2
        assert 'role="img" aria-label="' in question.picture
        assert "{" not in question.prompt + "".join(question.steps) + question.picture
        assert re.fullmatch(r"[a-z]+/[a-z0-9-]+", question.key)


def test_the_same_seed_asks_the_same():
    assert make_question(Skill.STORIES, 3, Random("a")) == make_question(
        Skill.STORIES, 3, Random("a")
    )


@pytest.mark.parametrize(
    ("given", "tidy"),
    [
        ("12", "12"),
        (" 1 2 ", "12"),
        ("1,200", "1200"),
        ("007", "7"),
        *[(given, None) for given in ("", "-1", "1.5", "1e3", "٣", "9" * 7, "twelve")],
    ],
)
def test_numbers_are_taken_as_children_write_them(given, tidy):
    assert make_question(Skill.ADDITION, 1, Random(1)).tidy(given) == tidy


def test_only_an_offered_choice_counts():
    question = make_question(Skill.FRACTIONS, 1, Random(1))
    assert question.is_right(question.answer)
    assert question.tidy("<script>") is None
