"""The same events in any order, in any batches, make the same sessions."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.helpers.small_school import (
    AS_AVA,
    AS_MATH,
    AVA,
    MATH,
    SESSION,
    START,
    SUBJECT,
    SmallSchool,
    event_id,
    open_school,
)
from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.caliper import events as caliper
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import State

MINUTE = 60_000
Sent = tuple[Principal, dict[str, Any]]


@pytest.fixture
def school(tmp_path: Path) -> SmallSchool:
    return open_school(tmp_path)


def window(minute: int, state: State = State.ON_TASK) -> Sent:
    event = caliper.time_spent(
        event_id(f"w{minute}"), AVA, MATH, SESSION.id, state, None, START + minute * MINUTE, MINUTE
    )
    assert event is not None
    return AS_AVA, event


def loose(minute: float, **more: object) -> Sent:
    event = {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:{event_id(f'l{minute}')}",
        "type": "AssessmentItemEvent",
        "action": "Completed",
        "actor": f"urn:uuid:{SUBJECT}",
        "object": {"id": f"urn:x:item:{minute}", "type": "AssessmentItem"},
        "eventTime": iso_utc(START + int(minute * MINUTE)),
        "edApp": f"urn:uuid:{MATH.id}",
        "session": "urn:tag:auto-attach",
    }
    return AS_MATH, event | more


def opened() -> Sent:
    return AS_AVA, caliper.logged_in(event_id("in"), AVA, MATH, SESSION, START)


def ended(minute: int, *, asleep: int = 0) -> Sent:
    length = minute * MINUTE
    span = caliper.SessionSpan(SESSION.id, START, START + length, length, asleep)
    event = caliper.logged_out(event_id("out"), AVA, MATH, span, START + length, "ended")
    return AS_AVA, event


STORY: list[Sent] = [
    opened(),
    *[window(minute) for minute in range(5)],
    window(5, State.IDLE),
    ended(6),
    *[loose(minute) for minute in (-40, -35, 0.5, 3, 6.2, 7, 12, 16.5, 60)],
    window(8, State.OFF_APP),  # late, after the end: kept, and the end stays
]


def told(school: SmallSchool, story: list[Sent], random: Random) -> list[dict[str, Any]]:
    """Send the story in random batches of one sender each."""
    waiting = list(story)
    while waiting:
        sender = waiting[0][0]
        batch: list[dict[str, Any]] = []
        while waiting and waiting[0][0] is sender and len(batch) < random.randint(1, 4):
            batch.append(waiting.pop(0)[1])
        assert "refused" not in school.statuses(sender, *batch)
    return school.sessions(segments=True)


@pytest.mark.parametrize("seed", range(8))
def test_arrival_order_makes_no_difference(tmp_path: Path, seed: int) -> None:
    for name in ("straight", "shuffled"):
        (tmp_path / name).mkdir()
    expected = told(open_school(tmp_path / "straight"), STORY, Random(0))
    shuffled = STORY + STORY[:3]
    Random(seed).shuffle(shuffled)
    assert told(open_school(tmp_path / "shuffled"), shuffled, Random(seed)) == expected


def test_the_story_as_a_coach_reads_it(school: SmallSchool) -> None:
    found = told(school, STORY, Random(0))
    rows = [(row["startedAtTime"][11:19], row["duration"], row["questions"]) for row in found]
    assert rows == [
        ("15:13:20", 0, {"answered": 1, "correct": 0}),
        ("14:20:20", 570, {"answered": 3, "correct": 0}),  # 7, 12 and 16.5 minutes
        ("14:13:20", 360, {"answered": 3, "correct": 0}),  # 0.5, 3, and 6.2 within its grace
        ("13:33:20", 300, {"answered": 2, "correct": 0}),
    ]
    desktop = found[2]
    assert (desktop["loggedOut"], desktop["endReason"]) == (True, "ended")
    assert desktop["endedAtTime"] == "2026-09-21T14:19:20.000Z"
    assert desktop["time"]["states"] == {"on_task": 300_000, "idle": 60_000, "off_app": 60_000}


def test_an_open_session_has_an_end_that_moves_and_no_length_yet(school: SmallSchool) -> None:
    (row,) = told(school, [opened()], Random(0))
    assert (row["endedAtTime"], row["duration"], row["time"]) == (None, None, None)
    (row,) = told(school, [window(0), window(1)], Random(0))
    assert (row["endedAtTime"], row["duration"]) == ("2026-09-21T14:15:20.000Z", None)
    assert (row["loggedOut"], row["endReason"]) == (False, None)


def test_a_bare_session_is_made_and_then_becomes_the_explicit_one(school: SmallSchool) -> None:
    (row,) = told(school, [window(1)], Random(0))
    assert (row["startedAtTime"][11:19], row["duration"]) == ("14:14:20", 60)
    (row,) = told(school, [opened()], Random(0))
    assert (row["startedAtTime"][11:19], row["duration"]) == ("14:13:20", None)


def test_sleep_makes_the_states_add_up_to_the_span(school: SmallSchool) -> None:
    (row,) = told(school, [opened(), window(0), ended(3, asleep=2 * MINUTE)], Random(0))
    assert sum(row["time"]["states"].values()) == row["duration"] * 1000 == 180_000
    assert row["time"]["states"]["suspended"] == 120_000


def test_what_times_out_says_so(school: SmallSchool) -> None:
    span = caliper.SessionSpan(SESSION.id, START, None, MINUTE)
    event = caliper.timed_out(event_id("out"), AVA, MATH, span, START + 11 * MINUTE)
    (row,) = told(school, [opened(), (AS_AVA, event)], Random(0))
    assert (row["endReason"], row["duration"]) == ("timed_out", 60)
    assert row["endedAtTime"] == "2026-09-21T14:14:20.000Z"


def test_sessions_named_by_other_iris_stay_apart(school: SmallSchool) -> None:
    for number, iri in enumerate(("https://a.example/s/1", "https://b.example/s/1")):
        school.send(AS_MATH, loose(number, session=iri)[1])
    assert len({row["id"] for row in school.sessions()}) == 2


def test_a_long_row_of_loose_events_is_followed_to_its_ends(school: SmallSchool) -> None:
    minutes = list(range(0, 600 * 9, 9))
    Random(1).shuffle(minutes)
    for start in range(0, len(minutes), 400):
        school.send(AS_MATH, *[loose(m)[1] for m in minutes[start : start + 400]])
    (row,) = school.sessions()
    assert row["questions"] == {"answered": 600, "correct": 0}
