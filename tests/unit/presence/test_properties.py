"""What holds whatever happens: time adds up, and who watches how changes nothing."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from timeback_desktop.clock import Stamp
from timeback_desktop.partition import (
    ENGAGED,
    HABITS,
    WASTED,
    Mark,
    Overlay,
    Piece,
    State,
    Totals,
    measure,
)
from timeback_desktop.presence.machine import Answer, PresenceMachine, Segment
from timeback_desktop.presence.signal import (
    AppEvent,
    AppEventKind,
    Context,
    InputCounts,
    Media,
    PageFacts,
    Power,
    Surface,
    Tick,
)
from timeback_desktop.presence.thresholds import Thresholds

START = Stamp(mono_ms=7_000, utc_ms=1_767_600_000_000, awake_ms=3_000)
SHORT = Thresholds(
    work=9_000, read_min=9_000, read_max=15_000, credit=3_000, timeout=60_000, media_check=40_000
)
ANSWERED = (AppEvent(AppEventKind.ANSWERED_RIGHT),)

inputs = st.sampled_from(
    [
        InputCounts(),
        InputCounts(),
        InputCounts(),
        InputCounts(keys=2),
        InputCounts(moves=1, path_px=60),
        InputCounts(moves=1, path_px=9),
    ]
)
pages = st.builds(
    PageFacts,
    visible=st.sampled_from([True, True, True, False]),
    media=st.sampled_from([Media.NONE, Media.NONE, Media.PLAYING, Media.PAUSED]),
    audible=st.booleans(),
    words=st.sampled_from([0, 30, 500]),
    loading=st.sampled_from([False, False, False, True]),
    context=st.sampled_from(list(Context)),
)
seen = st.fixed_dictionaries(
    {
        "inputs": inputs,
        "surface": st.sampled_from([*Surface, Surface.LEARNING, Surface.LEARNING]),
        "page": st.one_of(pages, pages, st.none()),
        "power": st.sampled_from([Power(), Power(), Power(), Power(locked=True)]),
        "screen_change": st.sampled_from([None, 0.0, 0.3]),
        "app_events": st.sampled_from([(), (), (), ANSWERED]),
    }
)
steps = st.sampled_from([1000, 1000, 1000, 1000, 1003, 4_900, 9_000])
script = st.lists(st.tuples(steps, seen), max_size=50)


def advance(stamp: Stamp, ms: int) -> Stamp:
    return Stamp(stamp.mono_ms + ms, stamp.utc_ms + ms, stamp.awake_ms + ms)


def play(
    moves: list[tuple[int, dict[str, object]]],
    start: Stamp = START,
    limits: Thresholds = SHORT,
    *,
    asleep_after: int | None = None,
) -> list[Segment]:
    """Play a script; ``asleep_after`` puts the machine away after so many ticks and back."""
    machine, now, segments = PresenceMachine(start, limits), start, []
    for index, (ms, what) in enumerate(moves):
        if index == asleep_after:
            machine = pickle.loads(pickle.dumps(machine))
        now = advance(now, ms)
        segments += machine.tick(Tick(now, **what))
    return [*segments, *machine.close(now)]


def waste_of(segments: list[Segment]) -> int:
    return sum(segment.ms for segment in segments if segment.state in WASTED)


@settings(deadline=None)
@given(script, st.integers(0, 49))
def test_putting_the_machine_away_and_back_changes_nothing(moves, at) -> None:
    assert play(moves, asleep_after=at) == play(moves)


@settings(deadline=None)
@given(script, st.integers(0, 10**12), st.integers(-(10**10), 10**10))
def test_shifting_all_clocks_changes_only_the_labels(moves, mono, wall) -> None:
    shifted = Stamp(START.mono_ms + mono, START.utc_ms + wall, START.awake_ms + mono)
    moved = [replace(s, started_at_ms=s.started_at_ms - wall) for s in play(moves, shifted)]
    assert moved == play(moves)


@settings(deadline=None)
@given(script, st.integers(0, 49))
def test_a_further_answer_never_raises_waste(moves, at) -> None:
    more = [
        (ms, what | {"app_events": ANSWERED}) if index == at else (ms, what)
        for index, (ms, what) in enumerate(moves)
    ]
    long = replace(SHORT, timeout=10**9)
    assert waste_of(play(more, limits=long)) <= waste_of(play(moves, limits=long))


@settings(deadline=None)
@given(script, st.integers(0, 49))
def test_a_further_touch_never_raises_waste(moves, at) -> None:
    more = [
        (ms, what | {"inputs": InputCounts(keys=1)}) if index == at else (ms, what)
        for index, (ms, what) in enumerate(moves)
    ]
    # Where input may turn out to be a thing's, one more beat can be the one that shows it.
    long = replace(SHORT, timeout=10**9, rhythm=False)
    assert waste_of(play(more, limits=long)) <= waste_of(play(moves, limits=long))


pieces = st.lists(
    st.tuples(st.sampled_from(list(State)), st.integers(1, 400)), min_size=1, max_size=20
)
marks = st.lists(
    st.builds(
        lambda kind, start, ms: Mark(kind, start, start + ms),
        st.sampled_from([*Overlay, *State]),
        st.integers(0, 3000),
        st.integers(0, 900),
    ),
    max_size=12,
)


def abutting(lengths: list[tuple[State, int]]) -> list[Piece]:
    at, laid = 0, []
    for state, ms in lengths:
        laid.append(Piece(state, at, at + ms))
        at += ms
    return laid


def by_hand(laid: list[Piece], overlays: list[Mark], overturned: list[Mark]) -> tuple[int, int]:
    """Count waste and productive time a millisecond at a time."""
    waste = productive = 0
    for piece in laid:
        for at in range(piece.from_ms, piece.to_ms):
            gone = {m.kind for m in overturned if m.from_ms <= at < m.to_ms}
            over = {m.kind for m in overlays if m.from_ms <= at < m.to_ms} - gone
            idle = piece.state in WASTED and piece.state not in gone
            engaged = piece.state in ENGAGED or (piece.state in WASTED and piece.state in gone)
            habit = engaged and bool(over & HABITS)
            waste += idle or habit
            productive += engaged and not habit
    return waste, productive


@settings(deadline=None)
@given(pieces, marks, marks)
def test_the_fold_counts_each_millisecond_once(lengths, overlays, overturned) -> None:
    laid = abutting(lengths)
    totals = measure(laid, overlays, overturned)
    assert totals.span_ms == sum(ms for _, ms in lengths)
    assert totals.waste_ms + totals.productive_ms == totals.counted_ms
    assert totals.waste_ms <= totals.counted_ms
    assert (totals.waste_ms, totals.productive_ms) == by_hand(laid, overlays, overturned)


@settings(deadline=None)
@given(pieces, marks, marks, st.randoms(use_true_random=False), st.integers(1, 300))
def test_neither_order_of_arrival_nor_windows_change_the_fold(
    lengths, overlays, overturned, rng, window
) -> None:
    laid = abutting(lengths)
    windows = [
        Piece(p.state, cut, min(cut + window, p.to_ms))
        for p in laid
        for cut in range(p.from_ms, p.to_ms, window)
    ]
    for each in (windows, overlays, overturned):
        rng.shuffle(each)
    assert measure(windows, overlays, overturned) == measure(laid, overlays, overturned)


class School(RuleBasedStateMachine):
    """A session that meets everything: hands, sleep, pauses, clocks that are set."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.machine = PresenceMachine(START, SHORT)
        self.final: list[Segment] = []

    @rule(ms=steps, what=seen)
    def tick(self, ms: int, what: dict[str, object]) -> None:
        self.now = advance(self.now, ms)
        self.final += self.machine.tick(Tick(self.now, **what))

    @rule(ms=st.integers(1, 90_000))
    def sleep(self, ms: int) -> None:
        self.now = Stamp(self.now.mono_ms + ms, self.now.utc_ms + ms, self.now.awake_ms)
        self.final += self.machine.tick(Tick(self.now))

    @rule(step=st.sampled_from([3_600_000, -3_600_000, 86_400_000, -1_500]))
    def set_the_clock(self, step: int) -> None:
        self.now = replace(self.now, utc_ms=self.now.utc_ms + step)

    @rule(back=st.integers(0, 5_000))
    def tick_that_goes_back(self, back: int) -> None:
        stamp = replace(self.now, mono_ms=self.now.mono_ms - back)
        assert self.machine.tick(Tick(stamp, InputCounts(keys=1))) == ()

    @precondition(lambda self: not self.machine.paused and self.machine.expiry is None)
    @rule(ms=st.integers(0, 4_000))
    def pause(self, ms: int) -> None:
        self.now = advance(self.now, ms)
        self.final += self.machine.pause(self.now)

    @precondition(lambda self: self.machine.paused and self.machine.expiry is None)
    @rule(ms=st.integers(0, 4_000))
    def resume(self, ms: int) -> None:
        self.now = advance(self.now, ms)
        self.final += self.machine.resume(self.now)

    @precondition(lambda self: self.machine.asks and self.machine.expiry is None)
    @rule(answer=st.sampled_from(list(Answer)), ms=st.integers(0, 900))
    def answer(self, answer: Answer, ms: int) -> None:
        self.now = advance(self.now, ms)
        self.final += self.machine.answer(self.now, answer)

    @rule()
    def put_away_and_back(self) -> None:
        self.machine = pickle.loads(pickle.dumps(self.machine))

    @invariant()
    def every_millisecond_has_one_state(self) -> None:
        edge = 0
        for segment in [*self.final, *self.machine.open_segments]:
            assert segment.from_ms == edge
            assert segment.ms > 0
            edge = segment.to_ms
        assert edge == self.machine.elapsed_ms

    def teardown(self) -> None:
        self.final += self.machine.close(self.now)
        end = self.machine.elapsed_ms if self.machine.expiry is None else self.machine.expiry
        assert Totals.fold((s.state, s.ms) for s in self.final).span_ms == end


TestSchool = School.TestCase
TestSchool.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(pieces, marks, marks)
def test_ten_thousand_folds_count_nothing_twice(lengths, overlays, overturned) -> None:
    laid = abutting(lengths)
    totals = measure(laid, overlays, overturned)
    assert totals.waste_ms + totals.productive_ms == totals.counted_ms
    assert totals.span_ms == sum(ms for _, ms in lengths)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(script)
def test_ten_thousand_sessions_add_up_to_the_millisecond(moves) -> None:
    segments = play(moves)
    edges = [0, *(segment.to_ms for segment in segments)]
    assert [segment.from_ms for segment in segments] == edges[:-1]
