"""What the desktop sends is valid, exact to the millisecond, and reads back as it was."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.clock import MORNING_UTC_MS
from timeback_desktop import ids
from timeback_desktop.caliper import events
from timeback_desktop.caliper.datatypes import read_duration_ms, write_duration
from timeback_desktop.caliper.entities import subject_on_wire
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.partition import WIRE_TYPE, State, TimeType, state_of

EVENT = ids.seeded("test", "event", "1")
LEARNER = events.Learner(ids.seeded("test", "user", "ava"), "ava@demo.example", "Ava Thompson")
APP = events.App(ids.seeded("test", "app", "math"), "Garden", "Math")
OPEN = events.SessionSpan(ids.seeded("test", "session", "1"), MORNING_UTC_MS)
OVER = events.SessionSpan(OPEN.id, MORNING_UTC_MS, MORNING_UTC_MS + 99, 12_345, 700)
EMITTED = [state for state in State if WIRE_TYPE[state] is not None]


def spent(state: State, detail: str | None, ms: int = 15_000) -> events.Json | None:
    return events.time_spent(EVENT, LEARNER, APP, OPEN.id, state, detail, MORNING_UTC_MS, ms)


@pytest.mark.parametrize(
    "event",
    [
        events.logged_in(EVENT, LEARNER, APP, OPEN, MORNING_UTC_MS),
        events.logged_out(EVENT, LEARNER, APP, OVER, MORNING_UTC_MS + 12_345, "ended"),
        events.timed_out(EVENT, LEARNER, APP, OVER, MORNING_UTC_MS + 12_345),
        *[spent(state, detail) for state in EMITTED for detail in (None, "video", "lunch")],
    ],
)
def test_everything_that_is_built_is_valid(event: events.Json) -> None:
    assert validate_item(msgspec.json.decode(events.encode(event))) == ()


@pytest.mark.parametrize("state", EMITTED)
@pytest.mark.parametrize("detail", [None, "video", "lunch", "paused", "off_site:video", "idle"])
def test_a_state_reads_back_whatever_its_detail(state: State, detail: str | None) -> None:
    event = spent(state, detail)
    assert event is not None
    (item,) = event["generated"]["items"]
    assert state_of(TimeType(item["type"]), item.get("subType")) is state


def test_sleep_and_empty_windows_are_not_sent() -> None:
    assert spent(State.SUSPENDED, None) is None
    assert spent(State.ON_TASK, None, 0) is None


@pytest.mark.parametrize("ms", [-1, 86_400_001])
def test_an_impossible_window_is_a_bug_of_the_caller(ms: int) -> None:
    with pytest.raises(ValueError, match="window"):
        spent(State.ON_TASK, None, ms)


@settings(deadline=None)
@given(st.integers(1, 86_400_000))
def test_a_window_keeps_its_milliseconds(ms: int) -> None:
    event = spent(State.ON_TASK, None, ms)
    assert event is not None
    (item,) = msgspec.json.decode(events.encode(event))["generated"]["items"]
    assert round(item["value"] * 1000) == ms


def test_the_end_is_start_plus_measured_length_not_the_wall_clock() -> None:
    event = events.logged_out(EVENT, LEARNER, APP, OVER, MORNING_UTC_MS, "interrupted")
    assert event["session"]["endedAtTime"] == "2026-09-21T14:13:32.345Z"
    assert event["session"]["duration"] == "PT12.345S"
    assert event["extensions"] == {"timeback": {"endReason": "interrupted", "suspendedMs": 700}}


def test_the_students_name_is_said_only_where_timeback_asks_for_it() -> None:
    event = events.logged_in(EVENT, LEARNER, APP, OPEN, MORNING_UTC_MS)
    assert b"Ava" not in events.encode(event)
    assert b"ava@" not in events.encode(event)


def test_equal_events_are_equal_bytes() -> None:
    event = events.logged_in(EVENT, LEARNER, APP, OPEN, MORNING_UTC_MS)
    assert events.encode(dict(reversed(event.items()))) == events.encode(event)


@pytest.mark.parametrize(
    ("ours", "wire"), [("Math", "Math"), ("Social Studies", "Social Studies"), ("Chess", "Other"),
                       ("", "Other")]
)  # fmt: skip
def test_a_subject_outside_the_closed_list_is_other(ours: str, wire: str) -> None:
    assert subject_on_wire(ours) == wire


@settings(deadline=None)
@given(st.integers(0, 10**12))
def test_durations_read_back(ms: int) -> None:
    assert read_duration_ms(write_duration(ms)) == ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [("PT50M30S", 3_030_000), ("P1DT1H", 90_000_000), ("PT0.5S", 500), ("PT3000S", 3_000_000),
     ("P1Y", None), ("P1M", None), ("P1MT5M", None), ("P2W", None), ("50", None), ("PT", None)],
)  # fmt: skip
def test_durations_of_others(text: str, ms: int | None) -> None:
    assert read_duration_ms(text) == ms
