"""However the events come, the verdicts are the same."""

from __future__ import annotations

import itertools
from dataclasses import replace
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.waste.hours import HAND, START, Hour, K, answer, at, learner, run_of
from timeback_desktop.clock import Stamp
from timeback_desktop.partition import HABITS, Overlay, State
from timeback_desktop.presence.signal import AppEvent, Tick
from timeback_desktop.waste.judge import WasteJudge
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.settling import MOST_WAITING
from timeback_desktop.waste.verdict import Verdict

SETTLE = RuleLimits().settle_ms


def mixed(seed: int) -> list[AppEvent]:
    """Ten minutes of everything that a rule looks for, in some order."""
    random = Random(seed)
    events: list[AppEvent] = []
    now = 1_000
    for n in range(40):
        took = random.choice((900, 1_500, 15_000, 40_000))
        facts = {"choice": random.choice((2, 2, 2, n % 4)), "skill": "s", "usual_ms": 20_000}
        events += answer(now, now + took, f"i{n}", right=random.random() < 0.3, **facts)
        now += took + random.choice((800, 1_700, 2_500, 12_000))
        if n % 7 == 0:
            key = f"L{n}"
            events.append(AppEvent(K.LESSON_STARTED, START.utc_ms + now - 50, key, lesson=key))
    return events


def deliver(
    arrivals: list[tuple[int, AppEvent]], until: int, *, start: Stamp = START, step: int = 1_000
) -> list[Verdict]:
    """Tick on, each event carried by the first tick after its arrival."""
    judge, verdicts = WasteJudge(start), []
    waiting = sorted(arrivals, key=lambda pair: pair[0])
    for now in range(step, until + step, step):
        carried = [e for ms, e in waiting if ms <= now]
        waiting = waiting[len(carried) :]
        tick = Tick(at(now, start), inputs=HAND, app_events=tuple(carried))
        verdicts += judge.tick(tick, State.ON_TASK)
    return [*verdicts, *judge.close()]


def habits(verdicts: list[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.kind in HABITS]


def offset(event: AppEvent) -> int:
    return (event.utc_ms or 0) - START.utc_ms


def punctual(events: list[AppEvent]) -> tuple[list[tuple[int, AppEvent]], int]:
    return [(offset(e), e) for e in events], max(map(offset, events)) + 10_000


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_order_of_arrival_within_the_settling_window_changes_nothing(
    seed: int, random: Random
) -> None:
    events = mixed(seed)
    straight, until = punctual(events)
    late = [(offset(e) + random.randrange(SETTLE - 999), e) for e in events]
    assert deliver(late, until) == deliver(straight, until)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_duplicates_change_nothing(seed: int, random: Random) -> None:
    straight, until = punctual(mixed(seed))
    doubled = straight + [
        (ms + random.choice((0, 700, 60_000, 500_000)), e)
        for ms, e in straight
        for _ in range(random.randrange(3))
    ]
    assert deliver(doubled, until) == deliver(straight, until)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(-(10**12), 10**12), st.integers(0, 10**12))
def test_shifting_all_clocks_changes_nothing(seed: int, wall: int, mono: int) -> None:
    events, until = punctual(mixed(seed))
    start = Stamp(START.mono_ms + mono, START.utc_ms + wall, START.awake_ms + mono)
    moved = [(ms, replace(e, utc_ms=(e.utc_ms or 0) + wall)) for ms, e in events]
    shifted = [
        replace(verdict, started_at_ms=verdict.started_at_ms - wall)
        for verdict in deliver(moved, until, start=start)
    ]
    assert shifted == deliver(events, until)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_batches_change_nothing(seed: int, random: Random) -> None:
    straight, until = punctual(mixed(seed))
    batched = [(ms - ms % 2_000 + 2_000, e) for ms, e in straight]
    random.shuffle(batched)
    assert deliver(batched, until) == deliver(straight, until)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_verdicts_of_a_kind_never_overlap_and_stay_inside(seed: int) -> None:
    straight, until = punctual(mixed(seed))
    verdicts = [v for v in deliver(straight, until) if v.mark is not None]
    assert all(0 <= v.from_ms < v.to_ms <= until for v in verdicts)
    for kind in {v.kind for v in verdicts}:
        of_kind = sorted((v.from_ms, v.to_ms) for v in verdicts if v.kind is kind)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(of_kind))


@pytest.mark.parametrize("hours", [-30, -1, 1, 5_000])
def test_a_clock_that_is_off_by_hours_is_not_believed(hours: int) -> None:
    honest, until = punctual(learner(1, minutes=20))
    off = [(ms, replace(e, utc_ms=(e.utc_ms or 0) + hours * 3_600_000)) for ms, e in honest]
    assert not habits(deliver(off, until))
    rapid, until = punctual(run_of([1_500] * 5, [False] * 5, usual_ms=20_000))
    off = [(ms, replace(e, utc_ms=(e.utc_ms or 0) + hours * 3_600_000)) for ms, e in rapid]
    assert [v.counts["answers"] for v in deliver(off, until)] == [5]


def test_a_backlog_that_comes_at_once_accuses_nobody() -> None:
    straight, until = punctual(learner(2, minutes=8))
    assert not habits(deliver([(until - 5_000, e) for _, e in straight], until))
    old = [(1_000, replace(e, utc_ms=(e.utc_ms or 0) - 10**8)) for _, e in straight]
    assert not habits(deliver(old, until))


def test_events_with_nothing_but_a_kind_are_heard() -> None:
    kinds = [kind for kind in K for _ in range(30)]
    verdicts = deliver([(1_000 * n, AppEvent(kind)) for n, kind in enumerate(kinds)], 400_000)
    assert {verdict.kind for verdict in verdicts} == {Overlay.RUSHING}


def test_one_event_by_two_ways_is_one_with_everything_either_tells() -> None:
    page = run_of([1_500] * 4, [False] * 4)
    feed = [replace(e, usual_ms=20_000, skill="s") for e in page]
    both = [(offset(e) + 200, e) for e in page] + [(offset(e) + 1_500, e) for e in feed]
    (verdict,) = deliver(both, 40_000)
    assert (verdict.detail, verdict.counts["answers"]) == ("row", 4)


HOSTILE = (None, -1, 0, 10**30, -(10**30), float("nan"), float("inf"), "soon", True, [])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.builds(
            AppEvent,
            st.sampled_from(list(K)),
            *[st.sampled_from([*HOSTILE, START.utc_ms + 5_000])],
            *[st.sampled_from([*HOSTILE, "x" * 100_000, "y"])] * 4,
            *[st.sampled_from(HOSTILE)] * 3,
        ),
        max_size=60,
    )
)
def test_hostile_fields_neither_raise_nor_accuse(events: list[AppEvent]) -> None:
    deliver([(1_000 + 500 * n, e) for n, e in enumerate(events)], 60_000)


def test_a_million_events_are_met_in_bounded_time_and_memory() -> None:
    hour = Hour()
    flood = tuple(
        AppEvent(K.ANSWERED_WRONG, START.utc_ms + n % 50_000, f"{n}", f"i{n}") for n in range(10**5)
    )
    before = process_time()
    for _ in range(10):
        hour.tick(inputs=HAND, app_events=flood)
        hour.seconds(5, inputs=HAND)
    hour.close()
    settling = hour.judge._hearing._settling
    assert process_time() - before < 2
    assert len(settling._waiting) <= MOST_WAITING
    assert len(settling._heard) <= 8_192
