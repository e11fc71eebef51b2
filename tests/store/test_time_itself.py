"""Sleep, locks, clocks that are set, late ticks, midnight: to the millisecond, on every side."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.clock import FakeClock
from tests.helpers.recording import COACH, KEY, LEARNER, Desk, told_totals, verdict
from timeback_desktop.coaching.summary import DaySummary
from timeback_desktop.partition import Overlay, State, Totals
from timeback_desktop.presence.signal import Power, Tick
from timeback_desktop.sessions.model import EndReason
from timeback_desktop.waste.verdict import ReviewResult

HOUR = 3_600_000


def clock_at(zone: str, *when: int) -> FakeClock:
    moment = datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type, misc]
    return FakeClock(utc_ms=int(moment.timestamp()) * 1000)


def ended(desk: Desk) -> Totals:
    """End the session; bar, card and wire must say the same."""
    bar = desk.end()
    assert bar.totals == desk.summary().totals == told_totals(desk.events())
    assert bar.totals.span_ms == desk.summary().totals.span_ms == bar.session.duration_ms
    return bar.totals


def days(desk: Desk, first: date, zone: str, count: int = 2) -> list[DaySummary]:
    dates = (first + timedelta(days=n) for n in range(count))
    return [desk.reader.day(LEARNER.id, day, zone) for day in dates]


def test_eight_hours_of_sleep_end_the_session_where_it_fell_asleep(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.work(60)
    told = desk.wake(8 * HOUR)
    assert told.session.end_reason is EndReason.TIMED_OUT
    assert ended(desk).by_state == {State.ON_TASK: 60_000}


def test_a_nap_is_nobodys_time(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.work(60)
    desk.wake(300_000)
    desk.work(30)
    assert ended(desk).by_state == {State.ON_TASK: 90_000, State.SUSPENDED: 300_000}


@pytest.mark.parametrize("between", [0, 1, 20])
def test_two_suspends_in_a_row_are_both_asleep(tmp_path: Path, between: int) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.work(10)
    desk.wake(60_000)
    desk.work(between)
    desk.wake(45_000)
    desk.work(10)
    assert ended(desk).by_state == {
        State.ON_TASK: (20 + between) * 1000,
        State.SUSPENDED: 105_000,
    }


@pytest.mark.parametrize("seconds", [10, 400])
def test_a_locked_screen_is_away_from_its_first_second(tmp_path: Path, seconds: int) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.work(20)
    desk.lock(seconds)
    desk.work(20)
    assert ended(desk).by_state == {State.ON_TASK: 40_000, State.AWAY: seconds * 1000}


def test_a_resume_without_an_unlock_is_still_away(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.work(10)
    desk.lock(5)
    desk.recorder.tick(Tick(desk.clock.sleep(120_000), power=Power(locked=True)))
    desk.lock(30)
    desk.work(10)
    assert ended(desk).by_state == {
        State.ON_TASK: 20_000,
        State.AWAY: 35_000,
        State.SUSPENDED: 120_000,
    }


@pytest.mark.parametrize("step_ms", [HOUR, -HOUR, 86_400_000, -86_400_000])
def test_a_wall_clock_that_is_set_changes_no_duration(tmp_path: Path, step_ms: int) -> None:
    desk = Desk(tmp_path / "c.db", (130_000, verdict(Overlay.RUSHING, 100_000, 125_000)))
    desk.work(60)
    desk.clock.step_wall(step_ms)
    desk.work(100)
    totals = ended(desk)
    assert totals.by_state == {State.ON_TASK: 160_000}
    assert totals.habit_ms == 25_000
    assert desk.summary().longest_focus_ms == 160_000


@pytest.mark.parametrize(("late_ms", "state"), [(4_000, State.ON_TASK), (40_000, State.UNKNOWN)])
def test_a_late_tick_is_work_a_missing_one_is_unknown(
    tmp_path: Path, late_ms: int, state: State
) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.work(10)
    desk.recorder.tick(Tick(desk.clock.advance(late_ms), inputs=KEY))
    desk.work(10)
    totals = ended(desk)
    assert totals.span_ms == 20_000 + late_ms
    assert totals.by_state[state] == late_ms + (20_000 if state is State.ON_TASK else 0)


def test_a_tick_that_comes_twice_or_from_the_past_adds_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    early = desk.clock.advance(1_000)
    desk.work(10)
    for stamp in (early, desk.clock.stamp(), desk.clock.stamp()):
        desk.recorder.tick(Tick(stamp, inputs=KEY))
    assert ended(desk).by_state == {State.ON_TASK: 11_000}


@pytest.mark.parametrize(
    ("zone", "when", "hours"),
    [
        ("Europe/Berlin", (2026, 3, 29, 1, 59), 23),
        ("Europe/Berlin", (2026, 10, 25, 2, 59), 25),
        ("America/New_York", (2026, 3, 8, 1, 59), 23),
        ("America/New_York", (2026, 11, 1, 1, 59), 25),
    ],
)
def test_a_session_over_a_change_of_daylight_saving_is_as_long_as_it_was(
    tmp_path: Path, zone: str, when: tuple[int, ...], hours: int
) -> None:
    desk = Desk(
        tmp_path / "c.db",
        (100_000, verdict(Overlay.RUSHING, 30_000, 90_000)),
        clock=clock_at(zone, *when),
    )
    desk.work(120)
    totals = ended(desk)
    before, day, after = days(desk, date(*when[:3]) - timedelta(days=1), zone, 3)
    assert (day.totals, totals.span_ms, totals.habit_ms) == (totals, 120_000, 60_000)
    assert before.totals.span_ms == after.totals.span_ms == 0
    assert hours * HOUR == 24 * HOUR + _offset_change_ms(zone, when)


def _offset_change_ms(zone: str, when: tuple[int, ...]) -> int:
    start = datetime(*when[:3], tzinfo=ZoneInfo(zone))  # type: ignore[arg-type, misc]
    end = start + timedelta(days=1)
    return int((start.utcoffset() - end.utcoffset()).total_seconds()) * 1000  # type: ignore[operator]


def test_midnight_cuts_states_overlays_and_what_was_overturned(tmp_path: Path) -> None:
    zone = "America/New_York"
    desk = Desk(
        tmp_path / "c.db",
        (100_000, verdict(Overlay.RUSHING, 30_000, 90_000)),
        (100_000, verdict(Overlay.TAB_FLIPPING, 20_500, 65_250)),
        clock=clock_at(zone, 2026, 9, 21, 23, 59),
    )
    desk.work(120)
    totals = ended(desk)
    assert totals.habit_ms == 69_500
    monday, tuesday = days(desk, date(2026, 9, 21), zone)
    assert [d.totals.span_ms for d in (monday, tuesday)] == [60_000, 60_000]
    assert [d.totals.habit_ms for d in (monday, tuesday)] == [39_500, 30_000]
    assert [len(d.verdicts) for d in (monday, tuesday)] == [2, 2]
    tabs = next(v for v in monday.verdicts if v.verdict.kind is Overlay.TAB_FLIPPING)
    desk.disputes.review(tabs.id, by=COACH, at_ms=1, result=ReviewResult.FALSE_POSITIVE)
    after = [day.totals.habit_ms for day in days(desk, date(2026, 9, 21), zone)]
    assert after == [30_000, 30_000]


def test_an_overturned_absence_over_midnight_is_work_on_both_days(tmp_path: Path) -> None:
    zone = "Europe/Berlin"
    away = verdict(State.AWAY, 30_000, 90_000)
    desk = Desk(tmp_path / "c.db", (91_000, away), clock=clock_at(zone, 2026, 9, 21, 23, 59))
    desk.work(30)
    desk.lock(60)
    desk.work(30)
    assert ended(desk).by_state[State.AWAY] == 60_000
    (judged,) = desk.summary().verdicts
    desk.disputes.review(judged.id, by=COACH, at_ms=1, result=ReviewResult.FALSE_POSITIVE)
    split = days(desk, date(2026, 9, 21), zone)
    states = [day.totals.by_state for day in split]
    assert states == [{State.ON_TASK: 30_000, State.PASSIVE_OK: 30_000}] * 2
    assert desk.summary().longest_focus_ms == 120_000


@pytest.mark.parametrize("zones", [("Europe/Berlin", "America/New_York"), ("UTC", "Asia/Kolkata")])
def test_a_change_of_zone_between_two_days_loses_and_doubles_nothing(
    tmp_path: Path, zones: tuple[str, str]
) -> None:
    clock = clock_at(zones[0], 2026, 9, 21, 23, 59)
    spans = []
    for _ in range(2):
        desk = Desk(tmp_path / "c.db", clock=clock)
        desk.work(120)
        spans.append(ended(desk).span_ms)
        clock.advance(20 * HOUR)
    for zone in zones:
        split = days(desk, date(2026, 9, 20), zone, 4)
        assert sum(day.totals.span_ms for day in split) == sum(spans)


def test_a_session_that_is_open_stands_in_its_day_as_in_its_bar(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", (20_000, verdict(Overlay.RUSHING, 5_000, 18_000)))
    bar = desk.work(22)
    (day,) = days(desk, date(2026, 9, 21), "UTC", 1)
    assert day.totals == bar.totals
    assert day.totals.habit_ms == 13_000
