"""What is kept beside the events is what the events say, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.helpers.small_school import (
    AS_AVA,
    AS_MATH,
    AVA,
    MATH,
    START,
    TENANT,
    SmallSchool,
    event_id,
    open_school,
)
from timeback_desktop import ids
from timeback_desktop.backend.custody import horizons
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.events.models import activities, answers, loose_events, time_spent
from timeback_desktop.backend.rollups import service
from timeback_desktop.backend.rollups.models import day_results, day_times
from timeback_desktop.backend.rollups.rebuild import rebuild, rebuild_missing
from timeback_desktop.backend.sessions.models import sessions
from timeback_desktop.caliper import events as caliper
from timeback_desktop.partition import State

Json = dict[str, Any]
FIGURES = (day_times, day_results, sessions, loose_events, answers, activities)
MINUTE = 60_000
STATES = (State.ON_TASK, State.IDLE, State.OFF_APP, State.PASSIVE_OK, State.PAUSED)


@pytest.fixture
def school(tmp_path: Path) -> SmallSchool:
    return open_school(tmp_path)


def window(key: object, at: int, ms: int, state: State, session: str) -> Json:
    found = caliper.time_spent(event_id(key), AVA, MATH, session, state, None, START + at, ms)
    assert found is not None
    return found


def measured(dice: random.Random) -> list[Json]:
    """Three sittings on two days, the second beside the first for a while."""
    found = []
    for sitting, begin in enumerate((0, 20, 60 * 24)):
        session = ids.seeded("rebuild", "session", str(sitting))
        for minute in range(30):
            at = (begin + minute) * MINUTE
            state = dice.choice(STATES)
            found.append(window(f"{sitting}/{minute}", at, MINUTE, state, session))
    return found


def claimed(dice: random.Random) -> list[Json]:
    """What an app tells of its own: attached to whatever session there is."""
    found = []
    for at in range(0, 120, 2):
        own = window(f"claim {at}", at * MINUTE, MINUTE, State.ON_TASK, "x")
        kind = dice.choice(("active", "waste", "anti-pattern"))
        own["generated"]["items"][0]["type"] = kind
        found.append(own | {"session": "urn:tag:auto-attach"})
    return found


def deliver(school: SmallSchool, dice: random.Random) -> None:
    for sender, told in ((AS_AVA, measured(dice)), (AS_MATH, claimed(dice))):
        dice.shuffle(told)
        left = list(told)
        while left:
            size = dice.randrange(1, 12)
            part, left = left[:size], left[size:]
            assert set(school.statuses(sender, *part)) == {"accepted"}
            if dice.random() < 0.3:
                assert set(school.statuses(sender, *part)) == {"duplicate"}


def rows(school: SmallSchool) -> dict[str, list[Any]]:
    with school.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=str)
            for table in FIGURES
        }


@pytest.mark.parametrize("seed", range(4))
def test_a_rebuild_writes_the_same_rows(school: SmallSchool, seed: int) -> None:
    deliver(school, random.Random(seed))
    before = rows(school)
    with writing(school.engine) as connection:
        assert rebuild(connection, TENANT) == 150
    assert rows(school) == before
    assert sum(row[5] for row in before["day_results"]) == 150


def test_every_order_of_arrival_gives_the_same_figures(tmp_path: Path) -> None:
    found = []
    for order in range(3):
        folder = tmp_path / str(order)
        folder.mkdir()
        school = open_school(folder)
        told = measured(random.Random(7))
        random.Random(order).shuffle(told)
        for start in range(0, len(told), 20):
            school.send(AS_AVA, *told[start : start + 20])
        found.append(rows(school)["day_times"])
    assert found[0] == found[1] == found[2]


def test_an_overlap_counts_each_minute_once_and_keeps_what_was_told(school: SmallSchool) -> None:
    one, two = (ids.seeded("rebuild", "session", key) for key in "ab")
    school.send(AS_AVA, window(1, 0, 10 * MINUTE, State.ON_TASK, one))
    school.send(AS_AVA, window(2, 5 * MINUTE, 10 * MINUTE, State.ON_TASK, two))
    ((*_, counted, told),) = rows(school)["day_times"]
    assert (counted, told) == (15 * MINUTE, 20 * MINUTE)


def test_a_zone_that_changed_is_noticed(school: SmallSchool) -> None:
    late = 23 * 60 * MINUTE
    school.send(AS_AVA, window(1, late, MINUTE, State.ON_TASK, ids.seeded("z", "s", "1")))
    (before,) = rows(school)["day_times"]
    with writing(school.engine) as connection:
        service.set_zone(connection, TENANT, "Pacific/Auckland")
    rebuild_missing(school.engine)
    (after,) = rows(school)["day_times"]
    assert (before[3:], before[2] + 1) == (after[3:], after[2])


def test_figures_outlive_the_events_that_expired(school: SmallSchool) -> None:
    old, new = (ids.seeded("rebuild", "session", key) for key in "xy")
    school.send(AS_AVA, window(1, 0, MINUTE, State.ON_TASK, old))
    school.send(AS_AVA, window(2, 3 * 1440 * MINUTE, MINUTE, State.IDLE, new))
    before = rows(school)["day_times"]
    with writing(school.engine) as connection:
        horizons.move(connection, TENANT, horizons.Kind.EVENTS, START + 60 * MINUTE)
        assert rebuild(connection, TENANT) == 1
    assert rows(school)["day_times"] == before
    (refused,) = school.send(AS_AVA, window(3, 5 * MINUTE, MINUTE, State.ON_TASK, old))
    assert (refused.status, refused.faults[0].pointer) == ("refused", "/data/0/eventTime")
    assert school.statuses(AS_AVA, window(1, 0, MINUTE, State.ON_TASK, old)) == ["duplicate"]


def test_windows_that_go_on_are_one_row(school: SmallSchool) -> None:
    session = ids.seeded("rebuild", "session", "a")
    told = [window(k, k * MINUTE, MINUTE, State.ON_TASK, session) for k in range(10)]
    school.send(AS_AVA, *told)
    with school.reading() as connection:
        (row,) = connection.execute(select(time_spent)).all()
    assert (row.started_ms, row.ms) == (START, 10 * MINUTE)
