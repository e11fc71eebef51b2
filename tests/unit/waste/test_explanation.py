"""Skipped explanation: a student's haste, told from an app that moves on by itself."""

from __future__ import annotations

import pytest

from tests.unit.waste.hours import START, Hour, K, answer, event, judged
from timeback_desktop.partition import Overlay
from timeback_desktop.presence.signal import AppEvent, PageFacts

UNEVEN = (1_200, 2_900, 1_900, 2_400, 800)


def misses(dwells: tuple[int, ...], *, shown: bool = False, **more: object) -> list[AppEvent]:
    """Wrong answers, each left after its dwell; the next item's start is what ends it."""
    events: list[AppEvent] = []
    now = 1_000
    for n, dwell in enumerate(dwells):
        events += answer(now, now + 15_000, f"i{n}", right=False)
        now += 15_000
        if shown:
            events.append(event(K.FEEDBACK_SHOWN, now + 100, f"i{n}", **more))
        now += dwell
    return [*events, event(K.ITEM_STARTED, now, "last")]


@pytest.mark.parametrize(
    ("dwells", "flagged"),
    [
        ((1_200, 2_900, 1_900), True),
        ((1_200, 3_000, 1_900), False),  # the limit itself is no skip
        ((1_200, 9_000, 1_900, 30_000, 2_500), True),  # 3 of 5
        ((1_200, 9_000, 1_900, 30_000, 9_000, 2_500), False),  # 2 of the last 5
        ((400, 300, 450, 200), False),  # the app moved on by itself
        ((1_500, 1_500, 1_510, 1_490), False),  # always the same pause: a machine's
        ((1_200, 2_900), False),
    ],
)
def test_three_of_the_last_five_misses(dwells: tuple[int, ...], flagged: bool) -> None:
    assert bool(judged(misses(dwells)).of(Overlay.SKIPPED_EXPLANATION)) is flagged


def test_only_the_moment_of_skipping_is_charged() -> None:
    (verdict,) = judged(misses(UNEVEN[:3])).of(Overlay.SKIPPED_EXPLANATION)
    assert (verdict.ms, verdict.counts) == (1_900, {"skips": 3, "stay_ms": 1_900})
    assert verdict.thresholds == {"stay_ms": 3_000, "skips": 3, "of": 5}
    assert verdict.confidence == 0.5


def test_feedback_that_was_shown_makes_it_surer() -> None:
    (verdict,) = judged(misses((1_500,) * 3, shown=True)).of(Overlay.SKIPPED_EXPLANATION)
    assert (verdict.confidence, verdict.counts["stay_ms"]) == (0.7, 1_400)


@pytest.mark.parametrize(("reading", "flagged"), [(20_000, False), (27_000, True), (10**6, True)])
def test_a_long_explanation_asks_for_longer_but_never_for_more_than_five_seconds(
    reading: int, flagged: bool
) -> None:
    dwells = misses((4_100, 4_050, 4_020), shown=True, usual_ms=reading)
    assert bool(judged(dwells).of(Overlay.SKIPPED_EXPLANATION)) is flagged
    longer = misses((5_200, 5_300, 5_150), shown=True, usual_ms=reading)
    assert not judged(longer).of(Overlay.SKIPPED_EXPLANATION)


def test_words_that_appear_with_the_miss_are_its_explanation() -> None:
    hour, explained = Hour(), False
    events = misses((3_100, 4_800, 3_900))
    while hour.now < 70_000:
        due = START.utc_ms + hour.now
        carried = tuple(e for e in events if due <= (e.utc_ms or 0) < due + 1_000)
        for e in carried:
            explained = e.kind is not K.ITEM_STARTED
        hour.tick(page=PageFacts(words=120 if explained else 30), app_events=carried)
    hour.close()
    assert hour.of(Overlay.SKIPPED_EXPLANATION)


def test_right_answers_and_another_try_at_the_same_item_skip_nothing() -> None:
    right: list[AppEvent] = []
    again: list[AppEvent] = []
    for n in range(6):
        right += answer(20_000 * n, 20_000 * n + 18_500 + 100 * n, f"i{n}", right=True)
        again += answer(20_000 * n, 20_000 * n + 18_500 + 100 * n, "same", right=False)
    assert not judged(right).verdicts
    same = [AppEvent(e.kind, e.utc_ms, f"{n}", e.item) for n, e in enumerate(again)]
    assert not judged(same).of(Overlay.SKIPPED_EXPLANATION)


def test_a_form_left_once_is_one_explanation_left() -> None:
    events = [event(K.ITEM_STARTED, 1_000, f"i{n}") for n in range(6)]
    events += [event(K.ANSWERED_WRONG, 90_000 + n, f"i{n}") for n in range(6)]
    assert not judged([*events, event(K.ITEM_STARTED, 91_500, "next")]).verdicts


def test_a_trace_is_enough() -> None:
    hour = Hour()
    for n in range(100):
        kinds = {15: K.ANSWERED_WRONG, 17: K.ITEM_STARTED}
        kind = kinds.get(n % 20)
        hour.tick(app_events=() if kind is None else (AppEvent(kind),))
    hour.close()
    assert hour.of(Overlay.SKIPPED_EXPLANATION)[0].counts["stay_ms"] == 2_000


def test_a_grade_that_comes_after_the_next_item_still_counts() -> None:
    events = [e for e in misses(UNEVEN) if e.kind is not K.ANSWERED_WRONG]
    events += [
        event(K.ANSWERED_WRONG, (e.utc_ms or 0) - START.utc_ms + 5_000, e.item or "")
        for e in events
        if e.kind is K.ANSWERED
    ]
    assert judged(events).of(Overlay.SKIPPED_EXPLANATION)
