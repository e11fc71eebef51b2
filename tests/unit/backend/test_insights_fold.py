"""Stretches of time: what counts, where days begin, and totals that cannot disagree."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeback_desktop.backend.timeline import accounts, questions, stretches
from timeback_desktop.backend.timeline.accounts import Home, Overturned
from timeback_desktop.backend.timeline.questions import Told
from timeback_desktop.backend.timeline.stretches import Stretch
from timeback_desktop.clock import midnight_ms, parse_iso_utc
from timeback_desktop.partition import HABITS, Mark, Overlay, Piece, State, TimeType, Totals

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


def total_of(rows: list[Stretch], *back: Overturned, asleep_ms: int = 0) -> Totals | None:
    return accounts.total_of(accounts.open_accounts(rows, back), asleep_ms=asleep_ms)


def account(*pieces: Piece, session: str = "s") -> accounts.Account:
    return accounts.Account(Home(session, "x", measured=True), pieces)


def test_claimed_time_counts_only_where_nothing_was_measured() -> None:
    measured = stretch(100, 100)
    claims = [stretch(at, 50, measured=False) for at in (0, 50, 51, 150, 199, 200)]
    kept = stretches.counting([*claims, measured])
    assert [each.started_ms for each in kept if not each.measured] == [0, 50, 51, 200, 200]
    assert measured in kept


def test_nothing_measured_is_nothing_and_not_zero() -> None:
    assert total_of([]) is None
    assert total_of([stretch(0, 5, type=TimeType.ANTI_PATTERN)]) is None


def test_a_habit_is_charged_once_and_only_on_engaged_time() -> None:
    rows = [
        stretch(0, 100),
        stretch(100, 100, type=TimeType.INACTIVE, sub_type="idle"),
        stretch(50, 100, type=TimeType.ANTI_PATTERN, sub_type="rushing"),
        stretch(40, 20, type=TimeType.ANTI_PATTERN, sub_type="tab_flipping"),
    ]
    found = total_of(rows)
    assert found is not None
    assert (found.habit_ms, found.productive_ms, found.waste_ms) == (60, 40, 160)


@pytest.mark.parametrize("word", [*Overlay, "eating", "rushing:fast", "", None])
def test_only_habits_are_charged_and_an_unknown_overlay_is_none(word: str | None) -> None:
    rows = [stretch(0, 100), stretch(50, 100, type=TimeType.ANTI_PATTERN, sub_type=word)]
    found = total_of(rows)
    habit = word in HABITS or word == "rushing:fast"
    assert found is not None
    assert found.habit_ms == (50 if habit else 0)


def test_an_apps_overlay_charges_its_own_claims_and_nothing_that_was_measured() -> None:
    claim = {"measured": False, "type": TimeType.ANTI_PATTERN, "sub_type": "rushing"}
    rows = stretches.counting([stretch(0, 100), stretch(10, 20, **claim)])
    assert len(rows) == 2  # it is shown
    found = total_of(rows)
    assert found is not None
    assert found.habit_ms == 0


def test_a_judgement_that_was_taken_back_changes_its_own_account_only() -> None:
    rows = [stretch(0, 100, type=TimeType.INACTIVE, sub_type="idle")]
    rows += [stretch(0, 100, session_id="other", type=TimeType.INACTIVE, sub_type="idle")]
    back = Overturned("s", measured=True, mark=Mark(State.IDLE, 20, 50))
    found = total_of(rows, back)
    assert found is not None
    assert found.by_state == {State.IDLE: 170, State.PASSIVE_OK: 30}
    strip = [(each.state, *each.interval) for each in accounts.settled(rows[:1], [back])]
    assert strip == [(State.IDLE, 0, 20), (State.PASSIVE_OK, 20, 50), (State.IDLE, 50, 100)]


def test_an_overlay_that_was_taken_back_is_gone_from_the_strip_too() -> None:
    rows = [stretch(0, 100), stretch(20, 60, type=TimeType.ANTI_PATTERN, sub_type="rushing")]
    back = Overturned("s", measured=True, mark=Mark(Overlay.RUSHING, 0, 50))
    found = total_of(rows, back)
    assert found is not None
    assert found.habit_ms == 30
    assert [each.interval for each in accounts.settled(rows, [back])] == [(0, 100), (50, 80)]


def test_a_second_window_never_adds_time() -> None:
    one = account(Piece(State.ON_TASK, 0, 100))
    two = account(Piece(State.IDLE, 50, 150), session="t")
    found = accounts.total_of(accounts.owned([one, two]))
    assert found is not None
    assert found.by_state == {State.ON_TASK: 100, State.IDLE: 50}


def test_sleep_lies_in_the_gaps_of_its_session() -> None:
    awake = account(Piece(State.ON_TASK, 0, 10), Piece(State.IDLE, 30, 40))
    laid = accounts.asleep(awake, (0, 45), 25, beside=awake.pieces)
    assert [piece for piece in laid.pieces if piece.state is State.SUSPENDED] == [
        Piece(State.SUSPENDED, 10, 30),
        Piece(State.SUSPENDED, 40, 45),
    ]


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
    whole = account(Piece(State.IDLE, start, start + 15_000))
    found = list(accounts.by_day(whole, NEW_YORK))
    assert [(day.isoformat(), part.totals.span_ms) for day, part in found] == [
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
    days = accounts.by_day(account(Piece(State.IDLE, start, start + ms)), zone)
    parts = [piece for _, part in days for piece in part.pieces]
    assert sum(part.to_ms - part.from_ms for part in parts) == ms
    assert (parts[0].from_ms, parts[-1].to_ms) == (start, start + ms)
    assert all(one.to_ms == two.from_ms for one, two in itertools.pairwise(parts))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(State), st.integers(1, 20 * HOUR)), min_size=1, max_size=8),
    st.lists(st.tuples(st.sampled_from(Overlay), st.integers(0, 90), st.integers(1, 30))),
    st.lists(
        st.tuples(st.sampled_from([*Overlay, *State]), st.integers(0, 90), st.integers(1, 30))
    ),
    st.sampled_from([NEW_YORK, KOLKATA, LORD_HOWE]),
)
def test_days_add_up_to_the_whole_whatever_was_judged_and_taken_back(
    states: list[tuple[State, int]],
    overlays: list[tuple[Overlay, int, int]],
    back: list[tuple[Any, int, int]],
    zone: ZoneInfo,
) -> None:
    at, pieces = 1_795_000_000_000, []
    for state, ms in states:
        pieces.append(Piece(state, at, at + ms))
        at += ms

    def marks(told: list[tuple[Any, int, int]]) -> list[Mark]:
        start = pieces[0].from_ms
        return [Mark(kind, start + h * HOUR, start + (h + n) * HOUR) for kind, h, n in told]

    whole = accounts.Account(Home("s", "x", measured=True), pieces, marks(overlays), marks(back))
    days = [part.totals for _, part in accounts.by_day(whole, zone)]
    added = sum(days, Totals())
    assert (added.by_state, added.habit_ms) == (whole.totals.by_state, whole.totals.habit_ms)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(TimeType)), st.integers(0, 90_000)), max_size=20))
def test_states_are_those_of_the_one_fold(pairs: list[tuple[TimeType, int]]) -> None:
    rows = [stretch(90_000 * n, ms, type=kind) for n, (kind, ms) in enumerate(pairs)]
    found = total_of(rows) or Totals()
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


def test_sleep_is_a_state_of_its_own() -> None:
    found = total_of([stretch(0, 5)], asleep_ms=7)
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
