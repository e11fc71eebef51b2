"""The table of points: every row decides what it should, and what is unknown stays unknown."""

from __future__ import annotations

import pytest

from timeback_desktop.backend.progress.completions import accuracy_of
from timeback_desktop.backend.progress.rules import (
    GAMING_KINDS,
    RULES,
    Evidence,
    Gaming,
    awarded_milli,
    base_milli,
    decide,
    is_mastered,
)
from timeback_desktop.backend.progress.worth import xp_in
from timeback_desktop.backend.progress.written import rules

TABLE = [
    (1.0, 1, None, "perfect_first", 1250),
    (0.99, 1, 0.0, "passed_first", 1000),
    (0.8, 1, 0.1999, "passed_first", 1000),
    (4 / 5, 1, None, "passed_first", 1000),
    (0.7999, 1, None, "not_passed", 0),
    (0.0, 1, None, "not_passed", 0),
    (1.0, 2, None, "perfect_later", 1000),
    (0.9, 3, None, "passed_later", 500),
    (0.79, 2, None, "not_passed", 0),
    (1.0, 1, 0.2, "wasteful_first", 500),
    (0.8, 2, 0.9, "wasteful_later", 250),
    (0.5, 1, 0.9, "not_passed", 0),
    (None, 1, None, "not_verified", None),
    (None, 7, 1.0, "not_verified", None),
]


@pytest.mark.parametrize(("accuracy", "attempt", "waste", "rule", "milli"), TABLE)
def test_each_row_of_the_table_decides(
    accuracy: float | None, attempt: int, waste: float | None, rule: str, milli: int | None
) -> None:
    found = decide(Evidence(accuracy, attempt, waste))
    assert (found.name, awarded_milli(found, 1000)) == (rule, milli)


@pytest.mark.parametrize(
    ("gaming", "rule", "milli"),
    [
        ({Gaming.GAMING}, "gaming", -250),
        ({Gaming.CHEATING}, "cheating", -500),
        ({Gaming.GAMING, Gaming.CHEATING}, "cheating", -500),
    ],
)
@pytest.mark.parametrize("accuracy", [None, 0.0, 1.0])
def test_gaming_takes_away_and_masters_nothing(
    gaming: set[Gaming], rule: str, milli: int, accuracy: float | None
) -> None:
    found = decide(Evidence(accuracy, 1, None, gaming))
    assert (found.name, awarded_milli(found, 1000)) == (rule, milli)
    assert not is_mastered(found, accuracy)


@pytest.mark.parametrize(
    ("expected", "focused_ms", "base"),
    [(5000, 600_000, 5000), (None, 600_000, 10_000), (None, None, None), (None, 59, 0)],
)
def test_the_base_is_the_content_else_the_minutes(
    expected: int | None, focused_ms: int | None, base: int | None
) -> None:
    assert base_milli(expected, focused_ms) == base


def test_nothing_is_made_up_where_nothing_is_known() -> None:
    assert awarded_milli(decide(Evidence(1.0, 1)), None) is None
    assert awarded_milli(decide(Evidence(0.1, 1)), None) == 0


@pytest.mark.parametrize(("accuracy", "mastered"), [(0.9, True), (0.8999, False), (None, False)])
def test_the_gate_is_at_nine_tenths(accuracy: float | None, *, mastered: bool) -> None:
    assert is_mastered(decide(Evidence(accuracy, 4)), accuracy) is mastered


NUMBERS = [
    (10, 9, 0.9),
    (10, 10, 1.0),
    (0, 0, None),
    (10, 11, None),
    (-1, -1, None),
    (10, -1, None),
    (True, True, None),
    ("10", "9", None),
    (float("nan"), 1, None),
    (10, float("nan"), None),
    (float("inf"), 1, None),
    (None, 3, None),
]


@pytest.mark.parametrize(("answered", "correct", "accuracy"), NUMBERS)
def test_numbers_that_cannot_be_true_are_no_result(
    answered: object, correct: object, accuracy: float | None
) -> None:
    assert accuracy_of(answered, correct) == accuracy


@pytest.mark.parametrize(
    ("metadata", "milli"),
    [
        ({"xp": 12}, 12_000),
        ({"xp": 0.5}, 500),
        ({"xp": 0}, None),
        ({"xp": -3}, None),
        ({"xp": 1e300}, None),
        ({"xp": float("nan")}, None),
        ({"xp": "12"}, None),
        ({"xp": True}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_what_content_is_worth_is_read_with_care(metadata: object, milli: int | None) -> None:
    assert xp_in(metadata) == milli


def test_the_table_is_written_out_row_by_row() -> None:
    told = rules()
    assert [row["rule"] for row in told["rules"]] == [rule.name for rule in RULES]
    assert [row["multiplier"] for row in told["rules"]][:2] == [-0.5, -0.25]
    assert sum(len(words) for words in told["gaming"].values()) == len(GAMING_KINDS)
    assert all(row["reason"].endswith(".") for row in told["rules"])
