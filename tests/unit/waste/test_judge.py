"""The judge: whole stretches, final verdicts, labels, and what it costs."""

from __future__ import annotations

from time import process_time

import pytest

from tests.unit.waste.hours import HAND, START, Hour, K, at, event, run_of
from timeback_desktop.clock import Stamp
from timeback_desktop.partition import WASTED, Overlay, State
from timeback_desktop.presence.machine import PresenceMachine
from timeback_desktop.presence.segments import Segment
from timeback_desktop.presence.signal import AppEvent, Surface, Tick
from timeback_desktop.waste.judge import WasteJudge
from timeback_desktop.waste.verdict import Verdict


def segments(*stretches: tuple[State, str | None, int], limit: int = 0) -> list[Segment]:
    """Abutting windows of at most 15 s."""
    made: list[Segment] = []
    now = 0
    for state, detail, ms in stretches:
        whole = Segment(state, detail, now, now + ms, START.utc_ms + now, limit)
        made += whole.windows()
        now += ms
    return made


def verdicts_of(parts: list[Segment]) -> list[Verdict]:
    judge = WasteJudge(START)
    return [*judge.take(parts), *judge.close()]


WORK = (State.ON_TASK, None, 60_000)


def test_windows_of_one_stretch_make_one_verdict() -> None:
    parts = segments(WORK, (State.OFF_APP, "off_app:game", 100_000), WORK, limit=5_000)
    (verdict,) = verdicts_of(parts)
    assert (verdict.kind, verdict.detail) == (State.OFF_APP, "off_app:game")
    assert (verdict.from_ms, verdict.to_ms) == (60_000, 160_000)
    assert verdict.started_at_ms == START.utc_ms + 60_000
    assert verdict.thresholds == {"free_ms": 5_000}
    assert verdict.counts == {"out_ms": 100_000, "episodes": 1, "visits": 1}


def test_a_stretch_is_told_only_when_it_has_ended() -> None:
    judge = WasteJudge(START)
    parts = segments(WORK, (State.AWAY, "locked", 40_000), WORK)
    told = [judge.take([part]) for part in parts]
    assert [len(each) for each in told] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert judge.take([]) == ()
    assert judge.close() == ()


@pytest.mark.parametrize(("between", "episodes"), [(9_999, [1, 1]), (10_000, [1, 2])])
def test_excursions_less_than_ten_seconds_apart_are_one_episode(
    between: int, episodes: list[int]
) -> None:
    out = (State.OFF_SITE, "off_site", 20_000)
    found = verdicts_of(segments(WORK, out, (State.ON_TASK, None, between), out, WORK))
    assert [verdict.counts["episodes"] for verdict in found] == episodes
    assert [verdict.counts["visits"] for verdict in found] == [1, 2]


def test_another_detail_is_another_stretch() -> None:
    parts = segments((State.AWAY, "locked", 20_000), (State.AWAY, "away", 20_000), WORK)
    assert [(v.detail, v.ms, v.confidence) for v in verdicts_of(parts)] == [
        ("locked", 20_000, 0.95),
        ("away", 20_000, 0.8),
    ]


def test_the_states_that_are_no_waste_are_never_judged() -> None:
    states = [state for state in State if state not in WASTED]
    assert not verdicts_of(segments(*((state, None, 60_000) for state in states)))


@pytest.mark.parametrize(("page", "confidence"), [(True, 0.6), (False, 0.3)])
def test_idle_tells_how_long_it_was_quiet_and_how_sure_that_is(
    page: bool, confidence: float
) -> None:
    hour = Hour()
    hour.seconds(60, inputs=HAND)
    facts = {} if page else {"page": None}
    hour.seconds(240, state=State.IDLE, **facts)
    parts = segments((State.ON_TASK, None, 90_000), (State.IDLE, "idle", 210_000), limit=120_000)
    hour.judge.take(parts)
    (verdict,) = hour.judge.open_verdicts
    assert verdict.counts == {"quiet_ms": 240_000, "idle_ms": 210_000, "episodes": 1, "visits": 1}
    assert (verdict.confidence, verdict.thresholds) == (confidence, {"patience_ms": 120_000})


def test_the_verdicts_cover_exactly_what_the_machine_wasted() -> None:
    machine, judge = PresenceMachine(START), WasteJudge(START)
    verdicts: list[Verdict] = []
    wasted = 0
    for n in range(1, 3_000):
        surface = Surface.OTHER_PROGRAM if n % 500 < 70 else Surface.LEARNING
        inputs = HAND if n % 500 < 250 else type(HAND)()
        tick = Tick(at(n * 1_000), inputs=inputs, surface=surface)
        parts = machine.tick(tick)
        verdicts += [*judge.take(parts), *judge.tick(tick, machine.live[0])]
        wasted += sum(part.ms for part in parts if part.state in WASTED)
    parts = machine.close()
    verdicts += [*judge.take(parts), *judge.close()]
    wasted += sum(part.ms for part in parts if part.state in WASTED)
    assert wasted > 0
    assert sum(verdict.ms for verdict in verdicts if verdict.kind in WASTED) == wasted


# Simulated input ------------------------------------------------------------------------


def test_automatic_input_is_told_once_it_stopped_growing() -> None:
    hour = Hour()
    hour.seconds(200, inputs=HAND)
    hour.judge.simulated([(60_000, 180_000)])
    hour.seconds(39)
    assert [v.kind for v in hour.judge.open_verdicts] == [Overlay.SIMULATED_INPUT]
    hour.judge.simulated([(60_000, 181_000)])
    hour.seconds(2)
    (verdict,) = hour.verdicts
    assert (verdict.from_ms, verdict.to_ms, verdict.started_at_ms) == (
        60_000,
        181_000,
        START.utc_ms + 60_000,
    )
    hour.judge.simulated([(60_000, 190_000)])
    assert [(v.from_ms, v.to_ms) for v in hour.close()] == [(60_000, 181_000), (181_000, 190_000)]


def test_automatic_input_ends_with_the_session() -> None:
    hour = Hour()
    hour.seconds(100)
    hour.judge.take(segments((State.ON_TASK, None, 95_000)))
    hour.judge.simulated([(10_000, 50_000), (60_000, 100_000), (95_000, 99_000)])
    assert [(v.from_ms, v.to_ms) for v in hour.close()] == [(10_000, 50_000), (60_000, 95_000)]


# Time itself ----------------------------------------------------------------------------


def test_a_verdict_ends_with_the_session() -> None:
    hour = Hour()
    hour.hear(run_of([1_000] * 6, [False] * 6, usual_ms=20_000))
    hour.judge.take(segments((State.ON_TASK, None, 20_000)))
    (verdict,) = hour.close()
    assert (verdict.from_ms, verdict.to_ms) == (1_000, 20_000)


def test_labels_follow_a_clock_that_was_set() -> None:
    judge, verdicts = WasteJudge(START), []
    for n in range(1, 60):
        step = 3_600_000 if n > 20 else 0
        now = at(n * 1_000)
        stamp = Stamp(now.mono_ms, now.utc_ms + step, now.awake_ms)
        told = ()
        if n > 30 and n % 2 == 0:
            told = (AppEvent(K.ANSWERED_WRONG, stamp.utc_ms, f"{n}", f"i{n}", usual_ms=30_000),)
        verdicts += judge.tick(Tick(stamp, app_events=told), State.ON_TASK)
    (verdict,) = [*verdicts, *judge.close()]
    assert verdict.from_ms == 32_000
    assert verdict.started_at_ms == START.utc_ms + 32_000 + 3_600_000


def items(state: State, engaged: int, other: int) -> list[Verdict]:
    """Four wrong items, each with some seconds of work around some of another state."""
    hour = Hour()
    for n in range(4):
        hour.tick(inputs=HAND, app_events=(event(K.ITEM_STARTED, hour.now + 1_000, f"i{n}"),))
        hour.seconds(engaged - 1, inputs=HAND)
        hour.seconds(other, state=state)
        hour.tick(inputs=HAND)
        told = event(K.ANSWERED_WRONG, hour.now, f"i{n}", usual_ms=20_000)
        hour.tick(inputs=HAND, app_events=(told,))
    return hour.close()


@pytest.mark.parametrize("state", [State.IDLE, State.PAUSED, State.OFF_APP, State.SUSPENDED])
def test_time_that_was_not_engaged_is_not_time_on_an_item(state: State) -> None:
    assert not items(state, 15, 60)
    assert [verdict.rule for verdict in items(State.PASSIVE_OK, 15, 60)] == ["long_struggle"]


def test_a_pause_before_a_quick_answer_is_no_rushing() -> None:
    assert not items(State.OFF_APP, 1, 12)
    assert [verdict.rule for verdict in items(State.ON_TASK, 1, 0)] == ["rushing"]


def test_a_stamp_that_does_not_advance_brings_no_time() -> None:
    hour = Hour()
    hour.seconds(10)
    for ms in (0, -5_000, 0):
        assert hour.judge.tick(Tick(at(hour.now + ms)), State.IDLE) == ()
    assert hour.judge.close() == ()


# Cost -----------------------------------------------------------------------------------


def test_a_tick_costs_far_under_a_twentieth_of_a_millisecond() -> None:
    ticks = [Tick(at(n * 1_000), inputs=HAND) for n in range(1, 20_000)]
    judge = WasteJudge(START)
    before = process_time()
    for tick in ticks:
        judge.tick(tick, State.ON_TASK)
    assert (process_time() - before) / len(ticks) < 0.05e-3


def test_a_judge_that_saw_nothing_says_nothing() -> None:
    assert WasteJudge(START).close() == ()
    assert WasteJudge(START).open_verdicts == ()
