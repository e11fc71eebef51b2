"""Rushing: what is too fast, what is only fluent, and what cannot be known."""

from __future__ import annotations

import pytest

from tests.unit.waste.hours import Hour, K, event, judged, run_of
from timeback_desktop.partition import Overlay
from timeback_desktop.presence.signal import AppEvent
from timeback_desktop.waste.verdict import Verdict

R, W = True, False


def rushing(tooks: list[int], rights: list[bool | None], **more: object) -> list[Verdict]:
    return judged(run_of(tooks, rights, **more)).of(Overlay.RUSHING)


@pytest.mark.parametrize(
    ("tooks", "rights", "usual", "flagged"),
    [
        ([1_999] * 3, [W, W, R], 20_000, True),
        ([2_000] * 3, [W, W, R], 20_000, False),  # the limit itself is not under it
        ([1_999] * 2, [W, W], 20_000, False),  # two are not three
        ([1_000] * 3, [R, R, R], 20_000, False),  # known facts, not guesses
        ([1_000] * 4, [R, R, R, W], 20_000, True),
        ([1_000] * 5, [R, R, R, R, W], 20_000, False),  # 80 % right: mastery
        ([9_999] * 3, [W, W, W], 200_000, True),  # the cap: 10 s
        ([10_000] * 3, [W, W, W], 200_000, False),
        ([1_000] * 3, [None] * 3, 20_000, True),  # no grade, but a known mean
        ([1_000] * 3, [None] * 3, None, False),  # nothing known: nothing said
        ([1_900] * 3, [W, W, R], None, True),  # no mean, but wrong
        ([1_900] * 3, [W, R, R], None, False),
        ([290] * 4, [W] * 4, 20_000, False),  # handed in together: no hand is that fast
        ([1_000, 15_000, 1_000, 15_000, 1_000], [W] * 5, 20_000, False),
    ],
)
def test_three_rapid_answers_in_a_row(
    tooks: list[int], rights: list[bool | None], usual: int | None, flagged: bool
) -> None:
    assert bool(rushing(tooks, rights, usual_ms=usual)) is flagged


def test_the_charge_runs_from_the_first_rapid_question_to_the_last_answer() -> None:
    (verdict,) = rushing([1_500] * 4 + [20_000], [W, R, W, W, R], usual_ms=20_000)
    assert (verdict.from_ms, verdict.to_ms) == (1_000, 1_000 + 4 * 1_500 + 3 * 3_000)
    assert verdict.counts == {"answers": 4, "right": 1, "wrong": 3, "slowest_ms": 1_500}
    assert verdict.thresholds["rapid_ms"] == 2_000


def test_a_pause_to_read_is_not_charged() -> None:
    verdicts = rushing([1_500] * 5, [W] * 5, usual_ms=20_000, pause=12_000)
    assert [verdict.ms for verdict in verdicts] == [1_500] * 3


@pytest.mark.parametrize(
    ("rapid", "right_of_20", "flagged"),
    [(2, 15, True), (2, 16, False), (1, 12, False), (3, 14, True)],
)
def test_a_tenth_of_the_last_twenty(rapid: int, right_of_20: int, flagged: bool) -> None:
    tooks = [15_000] * 20
    rights = [R] * right_of_20 + [W] * (20 - right_of_20)
    for n in range(rapid):
        tooks[19 - 2 * n] = 1_500
    assert bool(rushing(tooks, rights, usual_ms=20_000)) is flagged


def test_the_apps_own_mean_wins() -> None:
    events = run_of([12_000] * 12, [R, W] * 6, usual_ms=20_000)
    assert not judged(events).of(Overlay.RUSHING)
    (verdict,) = judged(events, rushing_mean_ms=20_000).of(Overlay.RUSHING)
    assert (verdict.detail, verdict.counts["mean_ms"]) == ("mean", 12_000)
    assert not judged(run_of([1_000] * 5, [W] * 5), rushing_mean_ms=20_000).verdicts


def test_a_fluent_student_is_never_rapid() -> None:
    rights = [R, R, R, R, R, R, W, R, R, R] * 4
    assert not rushing([1_400 + 10 * (n % 7) for n in range(40)], rights, usual_ms=30_000)


def test_lucky_hits_do_not_hide_a_guesser() -> None:
    tooks = [1_000 + n % 3 for n in range(60)]
    (verdict,) = rushing(tooks, [W, R, W, W] * 15, usual_ms=20_000)
    assert verdict.counts["answers"] == 60


def test_the_apps_word_on_the_time_goes_first() -> None:
    events = [event(K.ANSWERED_WRONG, 60_000 * n, f"i{n}", took_ms=900) for n in range(1, 5)]
    assert judged(events).of(Overlay.RUSHING)


@pytest.mark.parametrize("took", [0, -5, 10**30, float("nan"), float("-inf"), "1", True, None])
def test_an_absurd_time_is_no_time(took: object) -> None:
    events = [
        event(K.ANSWERED_WRONG, 60_000 * n, f"i{n}", took_ms=took, usual_ms=took)  # type: ignore[arg-type]
        for n in range(1, 6)
    ]
    assert not judged(events).of(Overlay.RUSHING)


def test_a_form_handed_in_at_once_is_no_rushing() -> None:
    events = [event(K.ITEM_STARTED, 1_000, f"i{n}", usual_ms=30_000) for n in range(10)]
    events += [event(K.ANSWERED_WRONG, 300_000, f"i{n}", usual_ms=30_000) for n in range(10)]
    assert not judged(events).of(Overlay.RUSHING)


def test_a_second_look_at_an_item_is_no_new_start() -> None:
    events: list[AppEvent] = []
    for n in range(5):
        t = 40_000 * n + 1_000
        events += [event(K.ITEM_STARTED, t, f"i{n}")]
        again = event(K.ITEM_STARTED, t + 29_000, f"i{n}")
        events += [AppEvent(again.kind, again.utc_ms, f"again{n}", again.item)]
        events += [event(K.ANSWERED_WRONG, t + 30_000, f"i{n}", usual_ms=30_000)]
    assert not judged(events).of(Overlay.RUSHING)


def test_a_trace_tells_answers_without_names_or_times() -> None:
    hour = Hour()
    for n in range(60):
        kind = K.ANSWERED_WRONG if n % 2 else K.ITEM_STARTED
        hour.tick(app_events=(AppEvent(kind),))
    hour.close()
    (verdict,) = hour.of(Overlay.RUSHING)
    assert (verdict.counts["slowest_ms"], verdict.confidence) == (1_000, 0.6)


def test_the_run_is_open_while_it_goes_on_and_ends_with_a_minute_of_silence() -> None:
    hour = Hour()
    events = run_of([1_000] * 4, [W] * 4, usual_ms=20_000)
    hour.hear(events, until=20_000)
    assert [verdict.kind for verdict in hour.judge.open_verdicts] == [Overlay.RUSHING]
    hour.hear([], until=85_000)
    assert hour.judge.open_verdicts == ()
    assert len(hour.of(Overlay.RUSHING)) == 1
