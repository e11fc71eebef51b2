"""Figures checked against hours small enough to count by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from timeback_desktop.partition import State
from timeback_desktop.presence.profiles import AccessProfile
from timeback_desktop.presence.signal import Context
from timeback_desktop.replay.score import Score

DETECTOR = Path(__file__).parents[3] / "packaging" / "detector"
W, I, O = State.ON_TASK, State.IDLE, State.OFF_APP  # noqa: E741


@pytest.fixture(autouse=True)
def _detector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DETECTOR)
    for name in ("detector", "learners"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_the_figures_of_a_small_hour() -> None:
    score = Score()
    truth = [W] * 100 + [I] * 100 + [O] * 10
    final = [W] * 90 + [I] * 10 + [W] * 20 + [I] * 80 + [W] * 10
    live = [W] * 150 + [I] * 60
    score.add(truth, final, live, asked_s=[95, 150])
    assert (score.caught, score.false_waste, score.missed_waste) == (80, 10, 30)
    assert score.kappa == pytest.approx(0.6216, abs=1e-4)
    assert score.f1 == pytest.approx(0.8)
    figures = score.figures()
    assert figures["latency_median_s"] == 50
    assert (score.long_spells, score.missed, score.false_spells) == (1, 0, 1)
    assert score.false_nudges == 1


def test_labels_that_do_not_match_the_truth_are_refused() -> None:
    with pytest.raises(ValueError, match="2 labels for 3 seconds"):
        Score().add([W] * 3, [W] * 2)


@pytest.mark.parametrize("context", [Context.DISCUSSION, Context.UNKNOWN])
def test_children_on_task_are_not_called_wasteful(context: Context) -> None:
    from detector import children

    score = children(context)
    assert score.seconds > 57_000
    assert score.false_waste <= 0.01 * score.seconds


@pytest.mark.slow
def test_no_way_of_working_is_judged_twice_as_harshly_as_another() -> None:
    from detector import fairness, generated

    scores = {profile: generated(profile) for profile in AccessProfile}
    _, most, least = fairness(scores)
    assert most <= 2 * least
