"""Words for states and lengths: exact, kind, the same everywhere."""

from __future__ import annotations

from datetime import UTC

import pytest

from timeback_desktop.partition import State
from timeback_desktop.ui import words

DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("state", "detail", "word"),
    [
        (State.ON_TASK, None, "On task"),
        (State.PASSIVE_OK, "reading", "Reading"),
        (State.PASSIVE_OK, "video", "Watching"),
        (State.PASSIVE_OK, "video:lesson", "Watching"),
        (State.PASSIVE_OK, "something new", "Reading"),
        (State.TRANSIT, "transit", "On the way"),
        (State.IDLE, "idle", "Idle"),
        (State.AWAY, "locked", "Away"),
        (State.PAUSED, "break", "Paused"),
        (State.OFF_APP, "off_app:game", "Other app"),
        (State.OFF_SITE, "off_site", "Other site"),
        (State.SUSPENDED, None, "Asleep"),
        (State.UNKNOWN, "unknown", "Not counted"),
    ],
)
def test_state_word(state: State, detail: str | None, word: str) -> None:
    assert words.state_word(state, detail) == word


@pytest.mark.parametrize("state", State)
def test_every_state_is_explained(state: State) -> None:
    assert words.state_meaning(state)
    assert words.group_word(state)


@pytest.mark.parametrize(
    ("ms", "text"),
    [(-5, "0:00"), (999, "0:00"), (61_000, "1:01"), (3_599_999, "59:59"), (3_600_000, "1:00:00")],
)
def test_clock_text(ms: int, text: str) -> None:
    assert words.clock_text(ms) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (499, "0 s"),
        (500, "1 s"),
        (60_000, "1 min"),
        (725_000, "12 min 5 s"),
        (3_600_000, "1 h"),
        (3_845_000, "1 h 4 min 5 s"),
        (DAY_MS, "24 h"),
    ],
)
def test_length_text(ms: int, text: str) -> None:
    assert words.length_text(ms) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "0 of 0 s"), (35_000, 50_000, "35 of 50 s"), (1_260_000, 1_500_000, "21 of 25 min")],
)
def test_part_text(part: int, whole: int, text: str) -> None:
    assert words.part_text(part, whole) == text


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "\x00"])
def test_an_unknown_zone_is_utc(name: str) -> None:
    assert words.zone(name) is UTC


def test_time_of_day() -> None:
    chicago = words.zone("America/Chicago")
    assert words.time_of_day(1_795_446_000_000, chicago) == "09:00"
    assert words.time_of_day(1_795_446_005_999, chicago, seconds=True) == "09:00:05"
