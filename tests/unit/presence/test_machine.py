"""The presence machine, met second by second."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeback_desktop.clock import Stamp
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.machine import WINDOW_MS, PresenceMachine, Segment
from timeback_desktop.presence.signal import (
    Context,
    InputCounts,
    Media,
    PageFacts,
    Power,
    Surface,
    Tick,
)
from timeback_desktop.presence.thresholds import Thresholds

START = Stamp(mono_ms=5_000, utc_ms=1_700_000_000_000, awake_ms=4_000)
KEY = InputCounts(keys=1)
FILM = PageFacts(media=Media.PLAYING, audible=True)
READ = PageFacts(words=200, context=Context.READING)


class Hour:
    """Feed a machine one second after another and keep what it says."""

    def __init__(self, **limits: int) -> None:
        self.machine = PresenceMachine(START, Thresholds(**limits))
        self.now = START
        self.segments: list[Segment] = []

    def pass_ms(self, ms: int, *, asleep: bool = False, wall: int = 0) -> Stamp:
        awake = 0 if asleep else ms
        self.now = Stamp(
            self.now.mono_ms + ms, self.now.utc_ms + ms + wall, self.now.awake_ms + awake
        )
        return self.now

    def tick(self, ms: int = 1000, **tick: object) -> None:
        self.segments += self.machine.tick(Tick(self.pass_ms(ms), **tick))

    def seconds(self, count: int, **tick: object) -> None:
        for _ in range(count):
            self.tick(**tick)

    def close(self) -> dict[State, int]:
        self.segments += self.machine.close(self.now)
        return dict(Totals.fold((s.state, s.ms) for s in self.segments).by_state)


def test_steady_input_is_work_from_the_first_millisecond() -> None:
    hour = Hour()
    hour.seconds(60, inputs=KEY)
    assert hour.close() == {State.ON_TASK: 60_000}


def test_a_quiet_minute_is_work_once_the_hand_comes_back() -> None:
    hour = Hour()
    hour.seconds(60)
    hour.tick(inputs=KEY)
    assert hour.close() == {State.ON_TASK: 61_000}


def test_idle_is_back_dated_to_thirty_seconds_after_the_last_sign() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(160)
    assert hour.machine.live == (State.IDLE, "idle")
    assert hour.close() == {State.ON_TASK: 31_000, State.IDLE: 130_000}


@pytest.mark.parametrize(("quiet", "idle"), [(150, 0), (151, 121_000)])
def test_idle_begins_only_past_the_threshold(quiet: int, idle: int) -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(quiet)
    assert hour.close().get(State.IDLE, 0) == idle


def test_nothing_that_may_still_turn_idle_is_released() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(100)
    assert max(s.to_ms for s in hour.segments) <= 31_000


def test_a_film_without_a_touch_is_watching_and_its_end_starts_the_doubt() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(600, page=FILM)
    hour.seconds(130)
    assert hour.close() == {State.ON_TASK: 31_000, State.PASSIVE_OK: 600_000, State.IDLE: 100_000}


def test_a_film_that_nobody_has_touched_for_a_quarter_hour_stops_counting() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(20 * 60, page=FILM)
    hour.seconds(0)
    totals = hour.close()
    assert totals[State.PASSIVE_OK] == 15 * 60_000
    assert totals[State.IDLE] == 5 * 60_000 - 30_000


def test_a_long_page_may_be_read_beyond_the_work_threshold() -> None:
    hour = Hour()
    hour.tick(inputs=KEY, page=READ)
    hour.seconds(290, page=READ)
    assert hour.machine.live == (State.PASSIVE_OK, "reading")
    hour.tick(inputs=KEY, page=READ)
    assert State.IDLE not in hour.close()


@pytest.mark.parametrize(("away", "expected"), [(5, State.TRANSIT), (6, State.OFF_APP)])
def test_an_excursion_is_free_up_to_five_seconds_then_charged_from_its_first(
    away: int, expected: State
) -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(away, surface=Surface.OTHER_PROGRAM)
    hour.tick(inputs=KEY)
    assert hour.close() == {State.ON_TASK: 2_000, expected: away * 1000}


def test_another_site_is_its_own_state() -> None:
    hour = Hour()
    hour.seconds(20, surface=Surface.OTHER_SITE)
    assert hour.close() == {State.OFF_SITE: 20_000}


def test_a_locked_screen_is_away() -> None:
    hour = Hour()
    hour.seconds(20, power=Power(locked=True))
    assert hour.close() == {State.AWAY: 20_000}


def test_a_pause_counts_between_the_presses_to_the_millisecond() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.segments += hour.machine.pause(hour.pass_ms(300))
    hour.seconds(7)
    hour.segments += hour.machine.resume(hour.pass_ms(450))
    hour.tick(inputs=KEY)
    assert hour.close() == {State.ON_TASK: 2_300, State.PAUSED: 7_450}


def test_idle_before_a_pause_stays_idle() -> None:
    hour = Hour(work=4_000, credit=1_000)
    hour.tick(inputs=KEY)
    hour.seconds(9)
    hour.segments += hour.machine.pause(hour.pass_ms(500))
    hour.seconds(3)
    assert hour.close() == {State.ON_TASK: 2_000, State.IDLE: 8_500, State.PAUSED: 3_000}


def test_sleep_is_suspended_and_counts_for_nobody() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.segments += hour.machine.tick(Tick(hour.pass_ms(300_000, asleep=True)))
    hour.tick(inputs=KEY)
    assert hour.close() == {State.ON_TASK: 2_000, State.SUSPENDED: 300_000}


def test_a_long_sleep_ends_the_session_at_the_last_good_stamp() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.machine.tick(Tick(hour.pass_ms(8 * 3_600_000, asleep=True)))
    assert hour.machine.expiry == 1_000
    assert hour.close() == {State.ON_TASK: 1_000}


def test_a_late_tick_is_unknown_never_work() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.tick(40_000)
    assert hour.close() == {State.ON_TASK: 1_000, State.UNKNOWN: 40_000}


@pytest.mark.parametrize("step", [3_600_000, -3_600_000])
def test_a_set_wall_clock_moves_labels_and_no_duration(step: int) -> None:
    hour = Hour()
    hour.seconds(30, inputs=KEY)
    hour.segments += hour.machine.tick(Tick(hour.pass_ms(1000, wall=step), inputs=KEY))
    hour.seconds(10, inputs=KEY)
    assert hour.close() == {State.ON_TASK: 41_000}
    assert hour.segments[-1].started_at_ms + hour.segments[-1].ms == hour.now.utc_ms


def test_a_stamp_that_goes_back_is_dropped() -> None:
    hour = Hour()
    hour.seconds(3, inputs=KEY)
    back = replace(hour.now, mono_ms=hour.now.mono_ms - 2_000)
    assert hour.machine.tick(Tick(back)) == ()
    assert hour.machine.elapsed_ms == 3_000


def test_ten_minutes_without_a_sign_end_the_session_at_the_last_sign() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(700)
    assert hour.machine.expiry == 31_000
    assert hour.close() == {State.ON_TASK: 31_000}


def test_a_page_that_gives_no_sign_is_unknown_not_idle() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(200, page=None)
    assert hour.close() == {State.ON_TASK: 31_000, State.UNKNOWN: 170_000}


def test_loading_is_on_the_way_then_unknown() -> None:
    hour = Hour()
    hour.seconds(15, page=PageFacts(loading=True))
    assert hour.close() == {State.TRANSIT: 10_000, State.UNKNOWN: 5_000}


def test_a_bumped_table_is_no_sign_and_a_real_path_is() -> None:
    hour = Hour(work=4_000, credit=1_000)
    hour.seconds(10, inputs=InputCounts(moves=1, path_px=1))
    assert hour.machine.live[0] is State.IDLE
    hour.seconds(2, inputs=InputCounts(moves=9, path_px=30))
    assert hour.machine.live[0] is State.ON_TASK


def test_open_segments_tell_what_a_crash_would_leave() -> None:
    hour = Hour()
    hour.seconds(20, inputs=KEY)
    told = [*hour.segments, *hour.machine.open_segments]
    assert sum(s.ms for s in told) == 20_000


ticks = st.builds(
    lambda ms, keys, surface, media, words, loading, locked, page: {
        "ms": ms,
        "inputs": InputCounts(keys=keys),
        "surface": surface,
        "page": PageFacts(media=media, words=words, loading=loading) if page else None,
        "power": Power(locked=locked),
    },
    ms=st.integers(1, 9_000),
    keys=st.sampled_from([0, 0, 0, 3]),
    surface=st.sampled_from([*Surface, Surface.LEARNING, Surface.LEARNING]),
    media=st.sampled_from([Media.NONE, Media.NONE, Media.PLAYING]),
    words=st.sampled_from([0, 500]),
    loading=st.booleans(),
    locked=st.sampled_from([False, False, False, True]),
    page=st.sampled_from([True, True, False]),
)
moves = st.one_of(ticks, st.sampled_from(["pause", "resume", "sleep", "set_clock"]))


@settings(max_examples=300, deadline=None)
@given(st.lists(moves, max_size=60))
def test_segments_abut_and_add_up_whatever_happens(script: list[object]) -> None:
    hour = Hour(work=9_000, credit=3_000, timeout=60_000, media_check=40_000)
    for move in script:
        if move == "pause" and not hour.machine.paused:
            hour.segments += hour.machine.pause(hour.pass_ms(137))
        elif move == "resume" and hour.machine.paused:
            hour.segments += hour.machine.resume(hour.pass_ms(211))
        elif move == "sleep":
            hour.segments += hour.machine.tick(Tick(hour.pass_ms(20_000, asleep=True)))
        elif move == "set_clock":
            hour.segments += hour.machine.tick(Tick(hour.pass_ms(1_000, wall=-99_000)))
        elif isinstance(move, dict):
            hour.tick(**move)
        if hour.machine.expiry is not None:
            break
    hour.close()
    edge = 0
    for segment in hour.segments:
        assert segment.from_ms == edge
        assert 0 < segment.ms <= WINDOW_MS
        edge = segment.to_ms
    expected = hour.machine.elapsed_ms if hour.machine.expiry is None else hour.machine.expiry
    assert edge == expected
    assert hour.machine.totals.span_ms == edge


@settings(max_examples=100, deadline=None)
@given(st.lists(ticks, max_size=40), st.integers(0, 39))
def test_a_further_sign_of_the_person_never_raises_waste(
    script: list[dict[str, object]], at: int
) -> None:
    without, with_sign = Hour(work=9_000, credit=3_000), Hour(work=9_000, credit=3_000)
    for index, tick in enumerate(script):
        without.tick(**tick)
        with_sign.tick(**(tick | {"inputs": KEY} if index == at else tick))
    if without.machine.expiry is None and with_sign.machine.expiry is None:
        without.close()
        with_sign.close()
        assert with_sign.machine.totals.waste_ms <= without.machine.totals.waste_ms
