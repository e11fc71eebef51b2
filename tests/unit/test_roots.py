"""The tiny roots: stamps and dates, identifiers, the partition's arithmetic."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeback_desktop import ids
from timeback_desktop.clock import SystemClock, iso_utc, parse_iso_utc
from timeback_desktop.partition import (
    DEFAULT_DETAIL,
    WIRE_TYPE,
    State,
    TimeType,
    Totals,
    state_of,
    whole_seconds,
)

MINUTE = 60_000
spans = st.dictionaries(st.sampled_from(list(State)), st.integers(0, 10**8))


def test_the_clocks_advance_together_while_awake() -> None:
    clock = SystemClock()
    first, second = clock.stamp(), clock.stamp()
    assert second.mono_ms >= first.mono_ms
    assert second.awake_ms >= first.awake_ms


@given(st.integers(0, 4_102_444_800_000))
def test_an_instant_survives_writing_and_reading(utc_ms: int) -> None:
    assert parse_iso_utc(iso_utc(utc_ms)) == utc_ms


@pytest.mark.parametrize(
    ("text", "utc_ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T01:00:00.5+01:00", 500),
        ("1970-01-01T00:00:00.123999Z", 123),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_offsets_and_fractions_are_read(text: str, utc_ms: int) -> None:
    assert parse_iso_utc(text) == utc_ms


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-23T10:00:00", "2026-13-01T00:00:00Z"])
def test_an_instant_without_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_iso_utc(text)


@pytest.mark.parametrize("utc_ms", [10**17, -(10**17)])
def test_an_instant_beyond_the_calendar_is_refused(utc_ms: int) -> None:
    with pytest.raises(ValueError, match="not a date"):
        iso_utc(utc_ms)


def test_minted_ids_are_version_7_and_rise() -> None:
    minted = [ids.mint() for _ in range(5_000)]
    assert minted == sorted(set(minted))
    assert {UUID(one).version for one in minted} == {7}
    assert {UUID(one).variant for one in minted} == {"specified in RFC 4122"}


def test_seeded_ids_depend_on_each_part_and_on_nothing_else() -> None:
    keys = [("a", "b", "c"), ("a", "b", "d"), ("a", "bc", ""), ("ab", "", "c")]
    assert len({ids.seeded(*key) for key in keys}) == len(keys)
    assert ids.seeded("a", "b", "c") == ids.seeded("a", "b", "c")


@pytest.mark.parametrize(
    ("iri", "identifier"),
    [
        ("urn:uuid:ABC-1", "abc-1"),
        ("https://host.example/users/u-1", "u-1"),
        ("https://host.example/users/u-1/", "u-1"),
        ("u-1", "u-1"),
    ],
)
def test_an_iri_gives_up_its_identifier(iri: str, identifier: str) -> None:
    assert ids.from_iri(iri) == identifier


@given(spans, st.integers(0, 10**6))
def test_waste_and_productive_time_share_the_counted_time(
    by_state: dict[State, int], habit: int
) -> None:
    engaged = Totals(by_state).engaged_ms
    totals = Totals(by_state, habit_ms=min(habit, engaged))
    assert totals.waste_ms + totals.productive_ms == totals.counted_ms
    assert totals.span_ms == sum(by_state.values())
    assert totals.waste_share is None or 0 <= totals.waste_share <= 1


@given(spans, spans)
def test_totals_add_up(one: dict[State, int], other: dict[State, int]) -> None:
    both = Totals(one) + Totals(other)
    assert both.span_ms == Totals(one).span_ms + Totals(other).span_ms


def test_too_little_time_says_nothing_about_waste() -> None:
    assert Totals({State.IDLE: 5 * MINUTE - 1}).waste_share is None
    assert Totals({State.IDLE: 5 * MINUTE}).waste_share == 1.0


@pytest.mark.parametrize("state", [s for s in State if WIRE_TYPE[s] is not None])
def test_every_state_comes_back_from_the_wire(state: State) -> None:
    time_type = WIRE_TYPE[state]
    assert time_type is not None
    assert state_of(time_type, DEFAULT_DETAIL[state]) is state


@pytest.mark.parametrize(
    ("time_type", "sub_type", "state"),
    [
        (TimeType.WASTE, "eating", State.OFF_APP),
        (TimeType.WASTE, "off_site:video", State.OFF_SITE),
        (TimeType.ACTIVE, "juggling", State.ON_TASK),
        (TimeType.ANTI_PATTERN, "rushing", None),
    ],
)
def test_foreign_subtypes_fall_back_to_the_plainest_state(
    time_type: TimeType, sub_type: str, state: State | None
) -> None:
    assert state_of(time_type, sub_type) is state


@pytest.mark.parametrize(("ms", "s"), [(0, 0), (499, 0), (500, 1), (1499, 1), (1500, 2)])
def test_seconds_round_half_up(ms: int, s: int) -> None:
    assert whole_seconds(ms) == s
