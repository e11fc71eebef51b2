"""Sessions and days folded for people: midnight, daylight saving, windows that vanish."""

from __future__ import annotations

from datetime import date

import pytest

from timeback_desktop.coaching.report import day_text
from timeback_desktop.coaching.summary import (
    SessionSummary,
    Stretch,
    clip,
    day_bounds_ms,
    day_of,
    join,
    local_date,
    longest_focus_ms,
    totals_of,
)
from timeback_desktop.partition import State

HOUR = 3_600_000
NOON = 1_763_899_200_000  # 2025-11-23 12:00 UTC


def stretch(state: State, start: int, ms: int, detail: str | None = None) -> Stretch:
    return Stretch(state, detail, start, ms)


def session(*stretches: Stretch) -> SessionSummary:
    total = sum(s.ms for s in stretches)
    start = stretches[0].started_at_ms
    return SessionSummary(
        "s", "u", "a", "Math", "Math", start, start + total, "ended",
        totals_of(stretches), tuple(stretches), longest_focus_ms(stretches),
    )  # fmt: skip


def test_windows_of_one_state_become_one_stretch() -> None:
    parts = [stretch(State.ON_TASK, n * 15, 15) for n in range(4)]
    assert join([*parts, stretch(State.IDLE, 60, 5)]) == (
        stretch(State.ON_TASK, 0, 60),
        stretch(State.IDLE, 60, 5),
    )


def test_a_finer_detail_is_not_merged_away() -> None:
    parts = [stretch(State.PASSIVE_OK, 0, 5, "video"), stretch(State.PASSIVE_OK, 5, 5, "reading")]
    assert join(parts) == tuple(parts)


def test_the_longest_focus_runs_through_reading_and_stops_at_idle() -> None:
    parts = [
        stretch(State.ON_TASK, 0, 10),
        stretch(State.PASSIVE_OK, 10, 20),
        stretch(State.IDLE, 30, 1),
        stretch(State.ON_TASK, 31, 25),
    ]
    assert longest_focus_ms(parts) == 30


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 3, 8), "America/New_York", 23),
        (date(2026, 11, 1), "America/New_York", 25),
        (date(2026, 6, 1), "UTC", 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_zone_gives_it(day: date, zone: str, hours: int) -> None:
    start, end = day_bounds_ms(day, zone)
    assert end - start == hours * HOUR
    assert local_date(start, zone) == local_date(end - 1, zone) == day


def test_a_session_over_midnight_gives_each_day_its_part_and_loses_nothing() -> None:
    midnight = day_bounds_ms(date(2025, 11, 24), "UTC")[0]
    late = session(stretch(State.ON_TASK, midnight - HOUR, 2 * HOUR))
    days = [
        day_of([late], student_id="u", day=day, timezone="UTC")
        for day in (date(2025, 11, 23), date(2025, 11, 24))
    ]
    assert [day.totals.span_ms for day in days] == [HOUR, HOUR]
    assert all(day.sessions == (late,) for day in days)


def test_clipping_keeps_only_what_lies_inside() -> None:
    parts = [stretch(State.ON_TASK, 0, 10), stretch(State.IDLE, 10, 10)]
    assert clip(parts, 5, 12) == (stretch(State.ON_TASK, 5, 5), stretch(State.IDLE, 10, 2))
    assert clip(parts, 20, 30) == ()


def test_a_day_in_words_says_what_each_number_counts() -> None:
    day = day_of(
        [session(stretch(State.ON_TASK, NOON, 90_000), stretch(State.IDLE, NOON + 90_000, 30_000))],
        student_id="u", day=date(2025, 11, 23), timezone="UTC",
    )  # fmt: skip
    assert "12:00 Math (ended): 1:30 on task of 2:00 counted [on task 1:30, idle 0:30]" in day_text(
        day
    )


def test_an_empty_day_is_null_not_zero() -> None:
    day = day_of([], student_id="u", day=date(2025, 11, 23), timezone="UTC")
    assert day.as_json()["time"] is None
    assert day_text(day).endswith("no sessions")
