"""Stretches of time: what counts, where days begin, and totals that cannot disagree."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeback_desktop.backend.insights import questions, stretches
from timeback_desktop.backend.insights.questions import Told
from timeback_desktop.backend.insights.stretches import Stretch
from timeback_desktop.clock import midnight_ms, parse_iso_utc
from timeback_desktop.partition import State, TimeType, Totals

NEW_YORK, KOLKATA, LORD_HOWE = map(
    ZoneInfo, ("America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
)
HOUR = 3_600_000


def stretch(start: int, ms: int, **more: Any) -> Stretch:
    fields: dict[str, Any] = {
        "session_id": "s",
        "application_id": "x",
        "measured": True,
        "type": TimeType.ACTIVE,
        "sub_type": None,
    }
    return Stretch(started_ms=start, ms=ms, **(fields | more))


def test_claimed_time_counts_only_where_nothing_was_measured() -> None:
    measured = stretch(100, 100)
    claims = [stretch(at, 50, measured=False) for at in (0, 50, 51, 150, 199, 200)]
    kept = stretches.counting([*claims, measured])
    assert [each.started_ms for each in kept if not each.measured] == [0, 50, 200]
    assert measured in kept


def test_nothing_measured_is_nothing_and_not_zero() -> None:
    assert stretches.total_of([]) is None
    assert stretches.total_of([stretch(0, 5, type=TimeType.ANTI_PATTERN)]) is None


def test_a_habit_is_charged_once_and_only_on_engaged_time() -> None:
    rows = [
        stretch(0, 100),
        stretch(100, 100, type=TimeType.INACTIVE, sub_type="idle"),
        stretch(50, 100, type=TimeType.ANTI_PATTERN, sub_type="rushing"),
        stretch(40, 20, type=TimeType.ANTI_PATTERN, sub_type="tab_flipping"),
    ]
    found = stretches.total_of(rows)
    assert found is not None
    assert (found.habit_ms, found.productive_ms, found.waste_ms) == (60, 40, 160)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
        (NEW_YORK, date(2026, 6, 1), 24),
        (KOLKATA, date(2026, 6, 1), 24),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
    ],
)
def test_a_day_is_as_long_as_the_clocks_say(zone: ZoneInfo, day: date, hours: float) -> None:
    after = date.fromordinal(day.toordinal() + 1)
    length = midnight_ms(after, zone) - midnight_ms(day, zone)
    assert length == hours * HOUR


def test_a_stretch_over_midnight_is_split_there() -> None:
    start = parse_iso_utc("2026-11-23T04:59:50Z")  # ten seconds to midnight in New York
    found = list(stretches.split_by_day(stretch(start, 15_000), NEW_YORK))
    assert [(day.isoformat(), part.ms) for day, part in found] == [
        ("2026-11-22", 10_000),
        ("2026-11-23", 5_000),
    ]


@settings(deadline=None)
@given(
    st.integers(0, 4 * 10**12),
    st.integers(1, 86_400_000),
    st.sampled_from([NEW_YORK, KOLKATA, LORD_HOWE]),
)
def test_days_lose_and_double_nothing(start: int, ms: int, zone: ZoneInfo) -> None:
    parts = [part for _, part in stretches.split_by_day(stretch(start, ms), zone)]
    assert sum(part.ms for part in parts) == ms
    assert (parts[0].started_ms, parts[-1].ended_ms) == (start, start + ms)
    assert all(one.ended_ms == two.started_ms for one, two in itertools.pairwise(parts))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(TimeType)), st.integers(0, 90_000)), max_size=20))
def test_states_are_those_of_the_one_fold(pairs: list[tuple[TimeType, int]]) -> None:
    rows = [stretch(90_000 * n, ms, type=kind) for n, (kind, ms) in enumerate(pairs)]
    found = stretches.total_of(rows) or Totals()
    known = [(each.state, each.ms) for each in rows if each.state is not None]
    assert found.by_state == Totals.fold(known).by_state
    assert found.waste_ms + found.productive_ms == found.counted_ms


def test_a_strip_has_a_piece_a_change() -> None:
    idle = {"type": TimeType.INACTIVE, "sub_type": "idle"}
    rows = [stretch(0, 10), stretch(10, 10), stretch(25, 5), stretch(30, 5, **idle)]
    assert [(each.started_ms, each.ms) for each in stretches.joined(rows)] == [
        (0, 20),
        (25, 5),
        (30, 5),
    ]


def test_overlap_of_lists_of_intervals() -> None:
    one = stretches.union([(0, 10), (5, 20), (30, 40), (50, 50)])
    assert one == [(0, 20), (30, 40)]
    assert stretches.overlap_ms(one, [(15, 35)]) == 10
    assert stretches.overlap_ms(one, []) == 0


def test_sleep_is_a_state_of_its_own() -> None:
    found = stretches.total_of([stretch(0, 5)], suspended_ms=7)
    assert found is not None
    assert found.by_state == {State.ON_TASK: 5, State.SUSPENDED: 7}


def told(attempt: str, correct: bool | None = None, *, graded: bool = False) -> Told:
    return Told("s", attempt, graded, correct, 0)


@pytest.mark.parametrize(
    ("events", "counts"),
    [
        ([], None),
        ([told("a"), told("b")], {"answered": 2, "correct": 0}),
        ([told("a"), told("a", True, graded=True)], {"answered": 1, "correct": 1}),
        ([told("a", False, graded=True)], {"answered": 1, "correct": 0}),
        ([told("unlinked"), told("a", True, graded=True)], {"answered": 1, "correct": 1}),
        ([told("a", True, graded=True), told("a", False, graded=True)],
         {"answered": 1, "correct": 1}),
        ([told("a", None, graded=True)], {"answered": 1, "correct": 0}),
    ],
)  # fmt: skip
def test_questions_are_counted_once(events: list[Told], counts: dict[str, int] | None) -> None:
    assert questions.count(events) == counts
