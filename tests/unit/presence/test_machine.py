"""The presence machine, met second by second."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeback_desktop.clock import Stamp
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.machine import WINDOW_MS, Answer, PresenceMachine, Segment
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
from timeback_desktop.presence.thresholds import Pace, Thresholds

START = Stamp(mono_ms=5_000, utc_ms=1_700_000_000_000, awake_ms=4_000)
KEY = InputCounts(keys=1)
FILM = PageFacts(media=Media.PLAYING, audible=True)
READ = PageFacts(words=200, context=Context.READING)


class Hour:
    """Feed a machine one second after another and keep what it says."""

    def __init__(self, **limits: object) -> None:
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


QUESTION = PageFacts(words=30, context=Context.QUESTION)
TALK = PageFacts(words=40, context=Context.DISCUSSION)
RIGHT = AppEventKind.ANSWERED_RIGHT


@pytest.mark.parametrize(
    ("page", "patience"),
    [
        (QUESTION, 150),
        (TALK, 240),
        (PageFacts(words=120, context=Context.READING), 270),
        (PageFacts(words=900, context=Context.READING), 300),
        (PageFacts(visible=False), 150),
    ],
)
def test_patience_follows_the_page(page: PageFacts, patience: int) -> None:
    hour = Hour()
    hour.tick(inputs=KEY, page=page)
    hour.seconds(patience, page=page)
    assert hour.machine.live[0] is not State.IDLE
    hour.tick(page=page)
    assert hour.machine.live == (State.IDLE, "idle")
    assert hour.machine.open_segments[-1].limit_ms == patience * 1000


def test_a_slow_student_is_given_three_times_the_own_median() -> None:
    hour = Hour(pace=Pace(item_ms=80_000))
    hour.tick(inputs=KEY, page=QUESTION)
    hour.seconds(240, page=QUESTION)
    assert not hour.machine.asks
    hour.tick(page=QUESTION)
    assert hour.machine.asks


def test_nobody_is_hurried_in_a_test() -> None:
    hour = Hour(testing=True)
    hour.tick(inputs=KEY, page=QUESTION)
    hour.seconds(300, page=QUESTION)
    assert hour.machine.live[0] is State.ON_TASK


@pytest.mark.parametrize("answer", [Answer.READING, Answer.PAPER, Answer.ASKING])
def test_the_students_word_turns_the_quiet_into_attested_work(answer: Answer) -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(200)
    assert hour.machine.asks
    hour.segments += hour.machine.answer(hour.pass_ms(400), answer)
    assert not hour.machine.asks
    totals = hour.close()
    assert totals == {State.ON_TASK: 31_000, State.PASSIVE_OK: 170_400}
    assert {s.detail for s in hour.segments if s.state is State.PASSIVE_OK} == {
        f"attested:{answer}"
    }


def test_who_says_to_be_on_paper_is_believed_for_four_minutes() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(200)
    hour.segments += hour.machine.answer(hour.pass_ms(0), Answer.PAPER)
    hour.seconds(240)
    assert hour.machine.live == (State.PASSIVE_OK, "attested:paper")
    hour.seconds(1)
    assert hour.machine.asks


def test_a_break_is_a_pause_from_where_the_quiet_began() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(200)
    hour.segments += hour.machine.answer(hour.pass_ms(0), Answer.BREAK)
    assert hour.machine.paused
    hour.seconds(10)
    hour.segments += hour.machine.resume(hour.now)
    assert hour.close() == {State.ON_TASK: 31_000, State.PAUSED: 180_000}
    assert {s.detail for s in hour.segments if s.state is State.PAUSED} == {"break"}


def test_an_answer_that_the_app_reports_late_lands_where_it_was_given() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(155)
    assert hour.machine.live[0] is State.IDLE
    given = AppEvent(RIGHT, utc_ms=hour.now.utc_ms - 56_000)
    hour.tick(app_events=(given,))
    assert hour.close() == {State.ON_TASK: 157_000}


@pytest.mark.parametrize("off_ms", [3_600_000, -3_600_000])
def test_an_app_whose_clock_is_off_is_heard_when_it_speaks(off_ms: int) -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.seconds(100)
    hour.tick(app_events=(AppEvent(RIGHT, utc_ms=hour.now.utc_ms + off_ms),))
    hour.seconds(100)
    assert State.IDLE not in hour.close()


def test_input_that_a_thing_made_is_taken_back_to_where_it_began() -> None:
    hour = Hour()
    hour.seconds(1, inputs=KEY, screen_change=0.2)
    for second in range(300):
        nudge = InputCounts(moves=1, path_px=60) if second % 20 == 10 else InputCounts()
        hour.tick(inputs=nudge, screen_change=0.0, page=QUESTION)
    assert hour.machine.live == (State.IDLE, "simulated_input")
    assert not hour.machine.asks
    assert hour.machine.simulated[0][0] == 12_000
    assert hour.close() == {State.ON_TASK: 12_000, State.IDLE: 289_000}


def test_a_switch_user_keeps_a_beat_and_is_at_work() -> None:
    hour = Hour(rhythm=False)
    for second in range(300):
        hour.tick(inputs=KEY if second % 2 == 0 else InputCounts())
    assert hour.close() == {State.ON_TASK: 300_000}


def test_a_pointer_that_only_wanders_is_believed_for_five_minutes() -> None:
    hour = Hour()
    hour.tick(inputs=KEY, screen_change=0.2)
    steps = [7, 13, 5, 22, 9, 17, 31, 11, 6, 26, 15, 8]
    for step in steps * 5:
        hour.seconds(step, screen_change=0.0)
        hour.tick(inputs=InputCounts(moves=3, path_px=90 + step), screen_change=0.0)
    assert hour.machine.expiry is not None
    assert 300_000 <= hour.machine.expiry <= 340_000


@pytest.mark.parametrize(
    ("power", "detail"),
    [
        (Power(locked=True), "locked"),
        (Power(elsewhere=True), "away"),
        (Power(display_off=True), "away"),
    ],
)
def test_who_cannot_see_the_screen_is_away(power: Power, detail: str) -> None:
    hour = Hour()
    hour.seconds(20, power=power, inputs=KEY)
    assert hour.machine.live == (State.AWAY, detail)
    assert hour.close() == {State.AWAY: 20_000}


def test_who_pauses_and_then_locks_the_screen_is_on_a_pause() -> None:
    hour = Hour()
    hour.tick(inputs=KEY)
    hour.segments += hour.machine.pause(hour.now)
    hour.seconds(60, power=Power(locked=True))
    assert hour.close() == {State.ON_TASK: 1_000, State.PAUSED: 60_000}


def test_a_program_in_front_is_told_by_its_kind_alone() -> None:
    hour = Hour()
    hour.seconds(20, surface=Surface.OTHER_PROGRAM, program="game")
    hour.close()
    assert {s.detail for s in hour.segments} == {"off_app:game"}
    assert {s.limit_ms for s in hour.segments} == {5_000}


def test_a_silent_film_on_a_frozen_screen_is_not_watched() -> None:
    film = PageFacts(media=Media.PLAYING)
    hour = Hour()
    hour.tick(inputs=KEY, page=film, screen_change=0.3)
    hour.seconds(200, page=film, screen_change=0.0)
    assert hour.machine.live[0] is State.IDLE


def test_a_mute_page_is_worked_on_while_the_system_hears_a_hand() -> None:
    hour = Hour()
    hour.seconds(120, page=None, os_idle_ms=200)
    assert hour.close() == {State.ON_TASK: 120_000}


def test_input_that_a_program_injected_is_no_sign() -> None:
    hour = Hour(work=4_000, credit=1_000)
    hour.seconds(10, inputs=KEY, injected=True)
    assert hour.machine.live[0] is State.IDLE


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
        with_ms, without_ms = Totals(with_sign.close()), Totals(without.close())
        assert with_ms.waste_ms <= without_ms.waste_ms


def test_a_pace_is_learned_from_visits_and_only_ever_adds_patience() -> None:
    hour = Hour()
    for visit in range(10):
        page = PageFacts(words=20 + visit, context=Context.QUESTION)
        hour.tick(inputs=InputCounts(keys=1 + visit % 4), page=page)
        hour.seconds(60 + 2 * visit, page=page)
    assert hour.machine.pace == Pace(item_ms=69_000)
    assert Thresholds().patience(QUESTION, hour.machine.pace) == 207_000
    assert Thresholds().patience(QUESTION, Pace(item_ms=1_000)) == 150_000
