"""Two windows, two devices: whose millisecond it is, and that none is counted twice."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeback_desktop.intervals import Interval, intersect, length, union
from timeback_desktop.ownership import own
from timeback_desktop.partition import ENGAGED, Piece, State, Totals, measure

Sessions = dict[str, list[Piece]]
CASES = 10_000


def timeline(at: int, steps: list[tuple[State, int, int]]) -> list[Piece]:
    """One session: pieces that abut or leave gaps, as a machine makes them."""
    pieces = []
    for state, gap, ms in steps:
        pieces.append(Piece(state, at + gap, at + gap + ms))
        at += gap + ms
    return pieces


def named(timelines: list[list[Piece]]) -> Sessions:
    return {f"s{number}": pieces for number, pieces in enumerate(timelines)}


steps = st.lists(
    st.tuples(st.sampled_from(State), st.sampled_from([0, 0, 7]), st.integers(1, 40)), max_size=6
)
one = st.builds(timeline, st.integers(0, 60), steps)
several = st.lists(one, min_size=1, max_size=4).map(named)


def covered(pieces: list[Piece]) -> list[Interval]:
    return union((piece.from_ms, piece.to_ms) for piece in pieces)


def everything(sessions: Sessions) -> list[Piece]:
    return [piece for pieces in sessions.values() for piece in pieces]


def total(sessions: Sessions) -> Totals:
    return sum((measure(pieces) for pieces in own(sessions).values()), Totals())


@settings(deadline=None)
@given(several)
def test_owners_share_out_exactly_what_there_is(sessions: Sessions) -> None:
    found = everything(own(sessions))
    assert covered(found) == covered(everything(sessions))
    assert sum(piece.to_ms - piece.from_ms for piece in found) == length(covered(found))
    assert own(own(sessions)) == own(sessions)


@settings(deadline=None)
@given(one)
def test_one_session_alone_is_left_as_it_is(pieces: list[Piece]) -> None:
    assert own({"alone": pieces}) == {"alone": pieces}


@settings(deadline=None)
@given(several)
def test_the_same_window_twice_changes_no_total(sessions: Sessions) -> None:
    twice = sessions | {f"{name} again": pieces for name, pieces in sessions.items()}
    assert total(twice) == total(sessions)


@settings(deadline=None)
@given(several, st.randoms(use_true_random=False))
def test_the_order_of_sessions_changes_nothing(sessions: Sessions, random: Random) -> None:
    names = list(sessions)
    random.shuffle(names)
    assert own({name: sessions[name] for name in names}) == own(sessions)


@settings(deadline=None)
@given(several, one)
def test_a_second_window_adds_nothing_and_takes_no_work_away(
    sessions: Sessions, second: list[Piece]
) -> None:
    before, after = everything(own(sessions)), everything(own(sessions | {"second": second}))
    span = length(covered([*everything(sessions), *second]))
    assert sum(piece.to_ms - piece.from_ms for piece in after) == span
    work = covered([piece for piece in before if piece.state in ENGAGED])
    still = covered([piece for piece in after if piece.state in ENGAGED])
    assert intersect(work, still) == work


def test_ten_thousand_days_and_not_a_millisecond_twice() -> None:
    random, states = Random(20261123), list(State)
    doubled = 0
    for _ in range(CASES):
        sessions = named(
            [
                timeline(
                    random.randrange(200),
                    [
                        (random.choice(states), random.choice((0, 0, 9)), random.randint(1, 90))
                        for _ in range(random.randrange(6))
                    ],
                )
                for _ in range(random.randint(1, 4))
            ]
        )
        doubled += abs(total(sessions).span_ms - length(covered(everything(sessions))))
    assert doubled == 0


@pytest.mark.parametrize(
    ("first", "second", "owner"),
    [
        (State.ON_TASK, State.PASSIVE_OK, "first"),
        (State.PASSIVE_OK, State.TRANSIT, "first"),
        (State.TRANSIT, State.IDLE, "first"),
        (State.IDLE, State.ON_TASK, "second"),
        (State.ON_TASK, State.ON_TASK, "second"),
        (State.OFF_APP, State.PAUSED, "second"),
        (State.UNKNOWN, State.AWAY, "second"),
    ],
)
def test_the_latest_sign_of_a_person_decides(first: State, second: State, owner: str) -> None:
    shared = own({"first": [Piece(first, 0, 100)], "second": [Piece(second, 10, 60)]})
    if owner == "first":
        assert shared == {"first": [Piece(first, 0, 100)], "second": []}
    else:
        rest = [Piece(first, 0, 10), Piece(first, 60, 100)]
        assert shared == {"first": rest, "second": [Piece(second, 10, 60)]}


def test_a_clock_set_back_takes_nothing_from_a_session() -> None:
    pieces = [Piece(State.IDLE, 0, 50), Piece(State.ON_TASK, 20, 30), Piece(State.IDLE, 30, 90)]
    assert own({"odd": pieces}) == {"odd": pieces}
    assert own({"odd": [*pieces, Piece(State.IDLE, 60, 60)]}) == {"odd": pieces}
    assert own({}) == {}


def test_a_long_day_in_two_windows_is_shared_out_at_once() -> None:
    windows = [Piece(State.ON_TASK, at, at + 15) for at in range(0, 15 * 4_000, 15)]
    shifted = [Piece(State.PASSIVE_OK, p.from_ms + 7, p.to_ms + 7) for p in windows]
    shared = own({"one": windows, "two": shifted})
    assert shared == {"one": windows, "two": [Piece(State.PASSIVE_OK, 60_000, 60_007)]}
