"""Sessions and days folded for people: midnight, daylight saving, windows that vanish."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.helpers.recording import COACH, verdict
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
    settled,
    totals_of,
)
from timeback_desktop.partition import Overlay, State
from timeback_desktop.sessions.verdicts import Judgement, KeptVerdict, Review
from timeback_desktop.waste.verdict import Insight, Kind, ReviewResult

HOUR = 3_600_000
NOON = 1_763_899_200_000  # 2025-11-23 12:00 UTC


def stretch(state: State, start: int, ms: int, detail: str | None = None) -> Stretch:
    return Stretch(state, detail, start, ms)


def judged(
    kind: Kind, start: int, ms: int, result: ReviewResult | None = None, *, contested: bool = False
) -> Judgement:
    told = replace(verdict(kind, 0, ms), started_at_ms=start)
    review = None if result is None else Review("v", COACH, start, result, "On paper.")
    return Judgement(KeptVerdict(f"v{start}", told), contested, review)


def session(*stretches: Stretch, verdicts: tuple[Judgement, ...] = ()) -> SessionSummary:
    total = sum(s.ms for s in stretches)
    start = stretches[0].started_at_ms
    return SessionSummary(
        "s", "u", "a", "Math", "Math", start, start + total, "ended",
        totals_of(stretches, verdicts), tuple(stretches), longest_focus_ms(stretches), verdicts,
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


WORK_THEN_IDLE = (
    stretch(State.ON_TASK, NOON, 600_000),
    stretch(State.IDLE, NOON + 600_000, 60_000),
)
WRONG, RIGHT = ReviewResult.FALSE_POSITIVE, ReviewResult.TRUE_POSITIVE


def test_labels_that_do_not_abut_stay_apart() -> None:
    parts = (stretch(State.ON_TASK, 0, 10), stretch(State.ON_TASK, 3_600_010, 10))
    assert join(parts) == parts
    assert longest_focus_ms(parts) == 20


@pytest.mark.parametrize(
    ("verdicts", "habit", "idle"),
    [
        ((judged(Overlay.RUSHING, NOON, 90_000),), 90_000, 60_000),
        ((judged(Overlay.RUSHING, NOON, 90_000, contested=True),), 90_000, 60_000),
        ((judged(Overlay.RUSHING, NOON, 90_000, RIGHT),), 90_000, 60_000),
        ((judged(Overlay.RUSHING, NOON, 90_000, WRONG),), 0, 60_000),
        ((judged(Overlay.RUSHING, NOON + 570_000, 90_000),), 30_000, 60_000),
        ((judged(Overlay.NOT_ANSWERING, NOON, 90_000),), 0, 60_000),
        ((judged(Overlay.SIMULATED_INPUT, NOON, 90_000),), 0, 60_000),
        ((judged(Insight.NEEDS_HELP, NOON, 90_000),), 0, 60_000),
        ((judged(State.IDLE, NOON + 600_000, 60_000, contested=True),), 0, 60_000),
        ((judged(State.IDLE, NOON + 600_000, 60_000, WRONG),), 0, 0),
        ((judged(State.AWAY, NOON + 600_000, 60_000, WRONG),), 0, 60_000),
        (
            (
                judged(Overlay.RUSHING, NOON, 60_000),
                judged(Overlay.TAB_FLIPPING, NOON + 30_000, 60_000),
            ),
            90_000,
            60_000,
        ),
    ],
)
def test_a_verdict_counts_until_a_coach_finds_it_wrong(
    verdicts: tuple[Judgement, ...], habit: int, idle: int
) -> None:
    totals = totals_of(WORK_THEN_IDLE, verdicts)
    assert (totals.habit_ms, totals.by_state.get(State.IDLE, 0)) == (habit, idle)
    assert totals.span_ms == 660_000
    assert totals.productive_ms + totals.waste_ms == totals.counted_ms


def test_the_longest_focus_runs_through_what_was_overturned() -> None:
    wrong = [judged(State.IDLE, NOON + 600_000, 60_000, WRONG)]
    assert longest_focus_ms(WORK_THEN_IDLE) == 600_000
    assert longest_focus_ms(WORK_THEN_IDLE, wrong) == 660_000


def test_an_overturned_stretch_reads_as_reviewed_work() -> None:
    wrong = [judged(State.IDLE, NOON + 620_000, 30_000, WRONG)]
    assert settled(WORK_THEN_IDLE, wrong) == (
        stretch(State.ON_TASK, NOON, 600_000),
        stretch(State.IDLE, NOON + 600_000, 20_000),
        stretch(State.PASSIVE_OK, NOON + 620_000, 30_000, "reviewed"),
        stretch(State.IDLE, NOON + 650_000, 10_000),
    )


def test_a_day_lists_the_verdicts_that_lie_in_it() -> None:
    midnight = day_bounds_ms(date(2025, 11, 24), "UTC")[0]
    times = (midnight - 60_000, midnight - 10_000, midnight)
    late = session(
        stretch(State.ON_TASK, midnight - HOUR, 2 * HOUR),
        verdicts=tuple(judged(Overlay.RUSHING, at, 30_000) for at in times),
    )
    first, second = (
        day_of([late], student_id="u", day=day, timezone="UTC")
        for day in (date(2025, 11, 23), date(2025, 11, 24))
    )
    starts = [[v.verdict.started_at_ms for v in day.verdicts] for day in (first, second)]
    assert starts == [list(times[:2]), list(times[1:])]
    assert (first.totals.habit_ms, second.totals.habit_ms) == (40_000, 30_000)
    assert first.totals + second.totals == late.totals


def test_a_verdict_is_told_with_its_rule_its_counts_and_what_was_said() -> None:
    told = session(
        *WORK_THEN_IDLE, verdicts=(judged(Overlay.RUSHING, NOON, 90_000, WRONG, contested=True),)
    ).as_json()
    (flagged,) = told["verdicts"]  # type: ignore[misc]
    assert flagged["kind"] == "rushing"
    assert (flagged["rule"], flagged["version"]) == ("rushing_test", 1)
    assert (flagged["contested"], flagged["interrupted"]) == (True, False)
    assert flagged["review"] == {
        "reviewedAt": "2025-11-23T12:00:00.000Z", "reviewedBy": COACH,
        "reviewNotes": "On paper.", "reviewResult": "FalsePositive",
    }  # fmt: skip
    assert flagged["reasoning"].startswith("Rushing")
    assert flagged["studentReasoning"]


@pytest.mark.parametrize(
    ("result", "contested", "words"),
    [
        (None, False, "12:00 rushing 1:30 (rule rushing_test 1)"),
        (None, True, "12:00 rushing 1:30 (rule rushing_test 1, contested)"),
        (WRONG, True, "12:00 rushing 1:30 (rule rushing_test 1, contested, found not right)"),
        (RIGHT, False, "12:00 rushing 1:30 (rule rushing_test 1, confirmed)"),
    ],
)
def test_a_day_in_words_names_what_was_flagged(
    result: ReviewResult | None, contested: bool, words: str
) -> None:
    flagged = judged(Overlay.RUSHING, NOON, 90_000, result, contested=contested)
    day = day_of(
        [session(*WORK_THEN_IDLE, verdicts=(flagged,))],
        student_id="u", day=date(2025, 11, 23), timezone="UTC",
    )  # fmt: skip
    assert words in day_text(day)
    assert ("under a habit 1:30" in day_text(day)) is (result is not WRONG)
