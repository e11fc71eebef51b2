"""Exactly once: eight senders, cut connections, and a server that is killed at any moment.

Afterwards every acknowledged event is stored once, every stored one counts once, and reading
all batches again gives the same figures, row by row.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, select

from tests.helpers.crowd import Crowd, Past, figures_of
from tests.helpers.killable import Killable, killable
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID
from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.models import event_batches, event_ids
from timeback_desktop.backend.rollups import groups
from timeback_desktop.backend.rollups.models import (
    ANTI_PATTERN,
    day_results,
    day_times,
    group_results,
    group_times,
)
from timeback_desktop.backend.rollups.rebuild import rebuild
from timeback_desktop.backend.roster.models import enrollments, users
from timeback_desktop.backend.sessions.models import sessions
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper.events import Learner
from timeback_desktop.ids import from_iri, to_urn

START_MS = 1_790_000_000_000  # a Monday in September 2026
STUDENTS = 6
FIGURES = (sessions, day_times, day_results, group_times, group_results)
LONG = [pytest.param(seed, 20, marks=pytest.mark.slow) for seed in range(100, 110)]


@pytest.fixture
def home(school: Settings, tmp_path: Path) -> Iterator[Killable]:
    with killable(school, tmp_path / "data") as home:
        yield home


def a_class(connection: Connection) -> str:
    return str(connection.scalar(select(func.min(enrollments.c.class_id))))


def pasts(home: Killable) -> list[Past]:
    """Return the time of some students of one class, all at once."""
    engine = home.open_database()
    with reading(engine) as connection:
        seats = select(enrollments.c.user_id).where(
            enrollments.c.class_id == a_class(connection), enrollments.c.role == "student"
        )
        asked = select(users.c.id, users.c.email).where(users.c.id.in_(seats)).order_by(users.c.id)
        found = connection.execute(asked.limit(STUDENTS)).all()
    engine.dispose()
    return [
        Past(Learner(row.id, row.email or "", "A Student"), home.apps, START_MS) for row in found
    ]


def stored(connection: Connection) -> dict[str, bytes]:
    """Return all stored events by id; each is there once, and where its id says."""
    batches = connection.execute(select(event_batches).order_by(event_batches.c.id)).all()
    kept = [
        (batch.id, place, each)
        for batch in batches
        for place, each in enumerate(archive.kept_in(batch))
    ]
    found = {to_urn(each.id): each.raw for _, _, each in kept}
    assert len(found) == len(kept)
    places = connection.execute(select(event_ids.c.id, event_ids.c.batch_id, event_ids.c.place))
    assert {(each.id, number, place) for number, place, each in kept} == {
        (str(UUID(bytes=row.id)), row.batch_id, row.place) for row in places
    }
    return found


@pytest.mark.parametrize(("seed", "kills"), [(5, 3), *LONG])
def test_whatever_dies_every_event_counts_once(home: Killable, seed: int, kills: int) -> None:
    dice = random.Random(seed)
    home.start()
    crowd = Crowd(home, pasts(home))
    crowd.begin(seed)
    for _ in range(kills):
        crowd.await_answers(dice.randint(1, 25))
        threading.Event().wait(dice.uniform(0.0, 0.05))
        home.kill()
        home.start()
    crowd.finish()
    home.kill()
    assert not crowd.odd, home.complaint()
    assert min(crowd.ways.values()) >= kills
    check(home, crowd)


def check(home: Killable, crowd: Crowd) -> None:
    """Compare what was acknowledged, what is stored, and what the figures say."""
    engine = home.open_database()
    with reading(engine) as connection:
        events = stored(connection)
        assert events == {each.id: each.raw for each in crowd.made.values()}
        assert crowd.acknowledged == set(events)
        assert not crowd.never_whole & set(events)
        assert max(crowd.accepted.values()) == 1
        assert told_by_figures(connection) == told_by_events(events)
    with writing(engine) as connection:
        room = a_class(connection)
        groups.refresh(connection, PUBLISHER_ID, groups.GroupKind.CLASS, room)
        assert told_by_class(connection, room) == sum(told_by_events(events).values())
        before = figures(connection)
        assert rebuild(connection, PUBLISHER_ID) == len(events)
        groups.refresh(connection, PUBLISHER_ID, groups.GroupKind.CLASS, room)
        assert figures(connection) == before
    engine.dispose()


def told_by_events(events: dict[str, bytes]) -> Counter[tuple[str, str, str]]:
    """Add up the milliseconds of each student, app and subject."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for raw in events.values():
        person, app, subject, _, ms = figures_of(raw)
        sums[from_iri(person), from_iri(app), subject] += ms
    return sums


def told_by_figures(connection: Connection) -> Counter[tuple[str, str, str]]:
    """Add up the rows of the students' days; nothing overlaps here, so all of it counts."""
    cell = (day_times.c.user_id, day_times.c.application_id, day_times.c.subject)
    asked = select(*cell, func.sum(day_times.c.ms), func.sum(day_times.c.told_ms)).group_by(*cell)
    sums: Counter[tuple[str, str, str]] = Counter()
    mine = (day_times.c.publisher_id == PUBLISHER_ID, day_times.c.state != ANTI_PATTERN)
    for user_id, app, subject, ms, told_ms in connection.execute(asked.where(*mine)):
        assert ms == told_ms
        sums[user_id, app, subject] = ms
    return sums


def told_by_class(connection: Connection, room: str) -> int:
    """Add up the rows of a class's days."""
    mine = (group_times.c.publisher_id == PUBLISHER_ID, group_times.c.group_id == room)
    return connection.scalar(select(func.sum(group_times.c.ms)).where(*mine)) or 0


def figures(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return every row that the stored batches are to give again."""
    found = {}
    for table in FIGURES:
        rows = connection.execute(select(table).order_by(*table.primary_key.columns))
        found[table.name] = [tuple(row) for row in rows]
        assert found[table.name], table.name
    return found
