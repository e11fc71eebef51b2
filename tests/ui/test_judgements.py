"""Judgements in their order, their words and their place on a strip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from timeback_desktop.partition import Overlay, State
from timeback_desktop.sessions.verdicts import Judgement, Review
from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui import judgements, words
from timeback_desktop.waste.verdict import Insight, Kind, ReviewResult

IDLE, OFF_APP, RUSHING, HELP = samples.session().verdicts
KINDS: list[Kind] = [*Overlay, *Insight, *State]


def _looked(judgement: Judgement, result: ReviewResult) -> Judgement:
    return replace(judgement, review=Review(judgement.id, "coach", 0, result))


def test_habits_stand_above_and_states_in_the_band() -> None:
    marks = judgements.strip_marks(samples.session().verdicts)
    assert [mark.above for mark in marks] == [False, False, True, True]
    assert [mark.contested for mark in marks] == [True, False, False, False]


@pytest.mark.parametrize(("result", "left"), [("TruePositive", 1), ("FalsePositive", 0)])
def test_what_a_coach_overturned_is_gone(result: str, left: int) -> None:
    marks = judgements.strip_marks([_looked(IDLE, ReviewResult(result))])
    assert [mark.contested for mark in marks] == [False] * left


def test_what_waits_for_an_answer_comes_first() -> None:
    last = replace(HELP, contested=True)
    answered = _looked(IDLE, ReviewResult.TRUE_POSITIVE)
    order = judgements.contested_first([answered, OFF_APP, RUSHING, last])
    assert order == [last, answered, RUSHING, OFF_APP]


def test_help_is_no_blame_and_what_was_looked_at_is_settled() -> None:
    said = [judgements.may_contest(each) for each in (IDLE, RUSHING, HELP)]
    assert said == [True, True, False]
    assert not judgements.may_contest(_looked(IDLE, ReviewResult.FALSE_POSITIVE))


def test_a_verdict_tells_all_that_it_rests_on() -> None:
    told = dict(judgements.evidence(RUSHING.verdict))
    assert told == {
        "Rule": "rapid answers, version 1",
        "Compared with": "rapid 2.6 s, row 3, mastery 80%",
        "Seen": "answers 4, right 1, wrong 3",
        "How sure": "high (80%)",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_kind_word(kind: Kind) -> None:
    word = words.kind_word(kind).lower()
    assert word
    assert not any(bad in word for bad in ("cheat", "lazy", "bad", "fail", "waste"))


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("quiet_ms", 105_000, "quiet 1 min 45 s"),
        ("rapid_ms", 2_600, "rapid 2.6 s"),
        ("stay_ms", 3_000, "stay 3 s"),
        ("mastery", 0.8, "mastery 80%"),
        ("answers", 4, "answers 4"),
        ("of", 0, "of 0"),
    ],
)
def test_measures_have_a_unit(key: str, value: float, text: str) -> None:
    assert words.measure_text(key, value) == text
