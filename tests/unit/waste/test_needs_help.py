"""Where help is due: found early, and never a millisecond of waste."""

from __future__ import annotations

import pytest

from tests.unit.waste.hours import HAND, Hour, K, answer, event, judged, run_of
from timeback_desktop.partition import HABITS, Mark, Overlay, Piece, State, measure
from timeback_desktop.presence.signal import AppEvent, Context, InputCounts, Media, PageFacts
from timeback_desktop.waste.verdict import Insight

R, W = True, False


@pytest.mark.parametrize(
    ("rights", "flagged"),
    [
        ([W, R, R, W, R, W, W, R, R, W], True),
        ([W, R, R, W, R, W, W, R, R], False),  # nine tries
        ([W, R, R, W, R, W, W, R, R, R], False),  # three in a row at last
        ([R, R, R] + [W] * 12, False),  # learned once
    ],
)
def test_ten_tries_and_never_three_in_a_row(rights: list[bool], flagged: bool) -> None:
    hour = judged(run_of([15_000] * len(rights), rights, skill="fractions"))
    assert bool(hour.of(Insight.NEEDS_HELP)) is flagged


def test_a_wheel_spinner_wastes_nothing() -> None:
    hour = judged(run_of([25_000] * 40, [W, R, W, W] * 10, skill="fractions", usual_ms=20_000))
    marks = [verdict.mark for verdict in hour.verdicts if verdict.mark is not None]
    totals = measure([Piece(State.ON_TASK, 0, hour.now)], marks)
    assert hour.of(Insight.NEEDS_HELP)
    assert (totals.waste_ms, totals.productive_ms) == (0, hour.now)


def test_retries_and_guesses_are_no_tries() -> None:
    guesses = judged(run_of([1_000] * 12, [W] * 12, skill="s", usual_ms=20_000))
    assert not guesses.of(Insight.NEEDS_HELP)
    again = [
        AppEvent(e.kind, e.utc_ms, f"{n}", "same", skill="s")
        for n, e in enumerate(run_of([15_000] * 12, [W] * 12))
    ]
    assert not judged(again).of(Insight.NEEDS_HELP)


def test_skills_are_counted_apart() -> None:
    events: list[AppEvent] = []
    for n in range(18):
        t = 1_000 + 20_000 * n
        events += answer(t, t + 15_000, f"i{n}", right=W, skill=f"s{n % 2}")
    assert not judged(events).of(Insight.NEEDS_HELP)


@pytest.mark.parametrize(
    ("tooks", "rights", "flagged"),
    [
        ([40_000] * 3, [W] * 3, True),
        ([39_900] * 3, [W] * 3, False),
        ([40_000] * 3, [W, R, W], False),
        ([40_000] * 2, [W] * 2, False),
    ],
)
def test_three_long_misses_in_a_row(tooks: list[int], rights: list[bool], flagged: bool) -> None:
    hour = judged(run_of(tooks, rights, usual_ms=20_000))
    found = hour.of(Insight.NEEDS_HELP)
    assert [verdict.rule for verdict in found] == ["long_struggle"] * flagged


def test_a_long_miss_without_visible_work_is_no_struggle() -> None:
    hour = Hour()
    for e in run_of([60_000] * 4, [W] * 4, usual_ms=20_000):
        while hour.now < (e.utc_ms or 0) - 1_700_000_000_000:
            hour.tick()
        hour.tick(app_events=(e,))
    hour.close()
    assert not hour.of(Insight.NEEDS_HELP)


# Not answering --------------------------------------------------------------------------


def busy(minutes: float, **facts: object) -> Hour:
    hour = Hour()
    hour.hear(answer(1_000, 16_000, "i0", right=R), until=20_000)
    hour.hear([event(K.ITEM_STARTED, 21_000, "i1")], until=25_000)
    hour.seconds(int(minutes * 60), inputs=HAND, **facts)
    hour.close()
    return hour


@pytest.mark.parametrize(("minutes", "flagged"), [(5.1, True), (4.8, False)])
def test_five_busy_minutes_without_an_answer(minutes: float, flagged: bool) -> None:
    found = busy(minutes).of(Overlay.NOT_ANSWERING)
    assert bool(found) is flagged
    assert all(v.confidence < 0.4 and v.detail == "may_need_help" for v in found)
    assert Overlay.NOT_ANSWERING not in HABITS


@pytest.mark.parametrize(
    "facts",
    [
        {"page": PageFacts(media=Media.PLAYING)},
        {"state": State.IDLE},
        {"app_events": (AppEvent(K.MEDIA_PLAYING),)},
    ],
)
def test_watching_and_being_away_are_not_stuck(facts: dict[str, object]) -> None:
    assert not busy(9, **facts).verdicts


@pytest.mark.parametrize(
    "moving",
    [
        {"inputs": HAND + InputCounts(keys=1), "page": PageFacts(field="text")},
        {"inputs": HAND + InputCounts(wheel=1)},
        {"inputs": HAND, "page": PageFacts(words=300)},
        {"inputs": HAND, "page": PageFacts(context=Context.DISCUSSION)},
    ],
)
def test_writing_reading_and_talking_are_progress(moving: dict[str, object]) -> None:
    hour = Hour()
    hour.hear([event(K.ITEM_STARTED, 1_000, "essay")], until=5_000)
    for _ in range(8):
        hour.seconds(118, inputs=HAND)
        hour.seconds(2, **moving)
    assert not hour.close()


def test_slow_items_are_given_three_times_their_usual_time() -> None:
    hour = Hour()
    hour.hear([event(K.ITEM_STARTED, 1_000, "i", usual_ms=180_000)], until=5_000)
    hour.seconds(530, inputs=HAND)
    assert hour.judge.open_verdicts == ()
    hour.seconds(20, inputs=HAND)
    assert [v.kind for v in hour.judge.open_verdicts] == [Overlay.NOT_ANSWERING]


def test_an_app_that_tells_nothing_is_not_judged_by_its_silence() -> None:
    hour = Hour()
    hour.seconds(3_600, inputs=HAND)
    assert not hour.close()


def test_marks_of_insights_do_not_exist() -> None:
    (verdict,) = judged(run_of([15_000] * 10, [W] * 10, skill="s")).of(Insight.NEEDS_HELP)
    assert verdict.mark is None
    assert Mark(Overlay.RUSHING, 0, 1).interval == (0, 1)
