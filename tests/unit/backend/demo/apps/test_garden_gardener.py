"""Math Garden gets harder and easier with the student, and never asks too soon again."""

import pytest

from timeback_desktop.backend.demo.apps.garden.gardener import BED, Gardener
from timeback_desktop.backend.demo.apps.garden.questions import MOST_LEVEL, Skill


def play(gardener, rounds, *, right=True):
    keys = []
    for _ in range(rounds):
        asked = gardener.ask()
        keys.append(asked.question.key)
        wrong = next(c for c in asked.question.choices or ("9999",) if c != asked.question.answer)
        assert gardener.answer(str(asked.number), asked.question.answer if right else wrong)
        gardener.next()
    return keys


def test_two_right_answers_raise_a_skill_and_one_miss_lowers_it():
    gardener = Gardener("a")
    play(gardener, 2 * len(Skill))
    assert set(gardener.levels.values()) == {2}
    play(gardener, len(Skill), right=False)
    assert set(gardener.levels.values()) == {1}


def test_levels_stay_within_their_bounds():
    gardener = Gardener("a")
    play(gardener, 12 * len(Skill))
    assert set(gardener.levels.values()) == {MOST_LEVEL}
    play(gardener, 9 * len(Skill), right=False)
    assert set(gardener.levels.values()) == {1}


def test_sixty_questions_in_a_row_are_all_different():
    assert len(set(play(Gardener("a"), 60))) == 60


def test_the_first_three_questions_are_typed_numbers():
    gardener = Gardener("a")
    for _ in range(3):
        assert gardener.ask().question.choices == ()
        play(gardener, 1)


def test_students_get_different_questions():
    assert play(Gardener("a"), 12) != play(Gardener("b"), 12)


@pytest.mark.parametrize("number", ["0", "2", "-1", "", "x", "9" * 5000])
def test_an_answer_to_another_question_is_not_taken(number):
    gardener = Gardener("a")
    asked = gardener.ask()
    assert not gardener.answer(number, asked.question.answer)
    assert gardener.answered == 0


def test_a_question_is_answered_once():
    gardener = Gardener("a")
    asked = gardener.ask()
    assert gardener.answer("1", "999")
    assert not gardener.answer("1", asked.question.answer)
    assert (gardener.answered, gardener.correct) == (1, 0)


def test_a_full_bed_shows_until_the_next_question():
    gardener = Gardener("a")
    play(gardener, BED - 1)
    gardener.answer(str(BED), gardener.ask().question.answer)
    assert (gardener.grown, gardener.beds) == (BED, 1)
    gardener.next()
    gardener.ask()
    assert (gardener.grown, gardener.beds) == (0, 1)


def test_next_does_not_skip_an_open_question():
    gardener = Gardener("a")
    asked = gardener.ask()
    gardener.next()
    assert gardener.ask() is asked
