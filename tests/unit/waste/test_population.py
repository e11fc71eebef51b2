"""Whole populations: whom the rules leave alone, and whom they find."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tests.unit.waste.hours import HAND, START, answer, at, learner, run_of
from timeback_desktop.partition import Overlay, State
from timeback_desktop.presence.signal import AppEvent, Tick
from timeback_desktop.waste.judge import WasteJudge
from timeback_desktop.waste.verdict import Kind, Verdict

ACCUSING = frozenset({Overlay.RUSHING, Overlay.SKIPPED_EXPLANATION, Overlay.ANSWER_PATTERN})
STEP = 5_000


def verdicts_of(events: list[AppEvent]) -> list[Verdict]:
    """Judge an hour in ticks of five seconds: batches change nothing (test_settling)."""
    judge, verdicts = WasteJudge(START), []
    waiting = sorted(events, key=lambda e: e.utc_ms or 0)
    end = (waiting[-1].utc_ms or 0) - START.utc_ms + 2 * STEP
    taken = 0
    for now in range(STEP, end + STEP, STEP):
        upto = taken
        while upto < len(waiting) and (waiting[upto].utc_ms or 0) - START.utc_ms <= now:
            upto += 1
        tick = Tick(at(now), inputs=HAND, app_events=tuple(waiting[taken:upto]))
        verdicts += judge.tick(tick, State.ON_TASK)
        taken = upto
    return [*verdicts, *judge.close()]


def rates(hours: range, sigma: float = 0.6) -> Counter[Kind]:
    """Count the verdicts of so many learners at a normal pace, an hour each."""
    counts: Counter[Kind] = Counter()
    for seed in hours:
        counts.update(verdict.kind for verdict in verdicts_of(learner(seed, sigma=sigma)))
    return counts


def test_learners_at_a_normal_pace_are_left_alone() -> None:
    assert not ACCUSING & rates(range(60)).keys()


@pytest.mark.slow
def test_learners_at_a_normal_pace_are_left_alone_for_two_thousand_hours() -> None:
    """Measured: none in 2,000 h, hence under 0.0015 an hour (95 %)."""
    assert not ACCUSING & rates(range(10_000, 12_000)).keys()


def guesser(seed: int, options: int, usual: int | None) -> list[AppEvent]:
    """Five answers under two seconds each, right as often as chance has it."""
    random = Random(seed)
    tooks = [random.randrange(500, 2_000) for _ in range(5)]
    rights: list[bool | None] = [random.random() < 1 / options for _ in range(5)]
    return run_of(tooks, rights, pause=1_000, usual_ms=usual)


@pytest.mark.parametrize(("usual", "least"), [(20_000, 0.99), (None, 0.90)])
def test_guessers_are_found_within_five_answers(usual: int | None, least: float) -> None:
    """Only luck escapes: four right of four options; with no mean known, four of five right."""
    found = [bool(verdicts_of(guesser(seed, 4, usual))) for seed in range(500)]
    assert sum(found) / len(found) >= least


@pytest.mark.parametrize("around", [1, 4])
def test_clicking_through_by_position_is_found(around: int) -> None:
    random, found = Random(5), 0
    for _ in range(100):
        events: list[AppEvent] = []
        for n in range(24):
            t = 1_000 + 12_000 * n
            right = random.random() < 0.25
            events += answer(t, t + 6_000, f"i{n}", right=right, choice=n % around)
        found += any(v.kind is Overlay.ANSWER_PATTERN for v in verdicts_of(events))
    assert found >= 95
