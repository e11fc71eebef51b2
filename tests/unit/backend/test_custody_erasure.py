"""Erasures beside others at work: nothing is left half, and nobody else loses anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from tests.helpers.small_school import (
    AS_AVA,
    AS_BEN,
    AVA,
    BEN,
    MATH,
    ORG,
    SESSION,
    START,
    SUBJECT,
    TENANT,
    SmallSchool,
    event_id,
    open_school,
)
from timeback_desktop.backend.custody.horizons import Scope
from timeback_desktop.backend.custody.trail import Actor
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.events.models import described_entities, event_batches, event_ids
from timeback_desktop.backend.oneroster.files.models import import_jobs, import_refusals
from timeback_desktop.backend.privacy.erasure import Erasing, erase
from timeback_desktop.backend.rollups import groups
from timeback_desktop.backend.rollups.models import day_times, group_times
from timeback_desktop.caliper import events
from timeback_desktop.partition import State

HEAD = Actor("user", "head")
ROUNDS = 12


@pytest.fixture
def school(tmp_path: Path) -> Iterator[SmallSchool]:
    school = open_school(tmp_path)
    yield school
    school.engine.dispose()


def window(person: events.Learner, key: str, number: int = 0) -> Any:
    name, started = event_id(f"{person.id} {key} {number}"), START + number * 60_000
    return events.time_spent(name, person, MATH, SESSION.id, State.ON_TASK, None, started, 60_000)


def total(school: SmallSchool, table: Any, column: str, *which: Any) -> int:
    with reading(school.engine) as connection:
        return int(connection.scalar(select(func.sum(table.c[column])).where(*which)) or 0)


def group_ms(school: SmallSchool) -> int:
    """Return the time of the whole school, as somebody is told who asks now."""
    with writing(school.engine) as connection:
        groups.refresh(connection, TENANT, "org", ORG)
    return total(school, group_times, "ms")


@pytest.mark.parametrize("scope", list(Scope))
def test_the_figures_of_others_stay(school: SmallSchool, scope: Scope) -> None:
    school.send(AS_AVA, window(AVA, "a"), window(AVA, "a", 1))
    school.send(AS_BEN, window(BEN, "b"))
    assert group_ms(school) == 180_000
    erase(school.engine, Erasing(TENANT, AVA.id, scope, HEAD), START)
    assert group_ms(school) == 60_000
    assert total(school, day_times, "ms", day_times.c.user_id == BEN.id) == 60_000


def test_figures_of_a_school_do_not_hold_him_until_somebody_asks(school: SmallSchool) -> None:
    school.send(AS_AVA, window(AVA, "a"))
    assert group_ms(school) == 60_000
    erase(school.engine, Erasing(TENANT, AVA.id, Scope.ACTIVITY, HEAD), START)
    assert total(school, group_times, "ms") == 0


@pytest.mark.parametrize("name", [AVA.id, AVA.id.upper(), SUBJECT, AVA.email])
def test_an_entity_that_names_him_goes_and_others_stay(school: SmallSchool, name: str) -> None:
    with writing(school.engine) as connection:
        for key, body in ((b"1", f'{{"assignee":"urn:x:{name}"}}'), (b"2", f'{{"id":"{name}7"}}')):
            row = {"id": key.decode(), "type": "Attempt", "received_ms": START}
            key_of = {"publisher_id": TENANT, "id_sha256": key * 32, "content_sha256": key * 32}
            connection.execute(
                insert(described_entities).values(**row, **key_of, body=body.encode())
            )
    counts = erase(school.engine, Erasing(TENANT, AVA.id, Scope.ACTIVITY, HEAD), START)
    assert counts["described_entities"] == 1


def test_rows_of_imports_that_name_him_go(school: SmallSchool) -> None:
    with writing(school.engine) as connection:
        lists = {key: {} for key in ("options", "progress", "counts", "notices")}
        job = {"publisher_id": TENANT, "id": "j", "state": "done", "created_ms": 0, "touched_ms": 0}
        connection.execute(insert(import_jobs).values(**job, **lists))
        row = {"publisher_id": TENANT, "job_id": "j", "file": "users.csv", "line": 2}
        told = {"column": "email", "message": "is no address"}
        for number, person in enumerate((AVA, BEN)):
            named = {"number": number, "sourced_id": person.id}
            connection.execute(insert(import_refusals).values(**row, **told, **named))
    counts = erase(school.engine, Erasing(TENANT, AVA.id, Scope.ACTIVITY, HEAD), START)
    assert counts["import_refusals"] == 1


def test_an_erasure_beside_senders_leaves_nothing_half(school: SmallSchool) -> None:
    faults: list[BaseException] = []

    def work(what: Any) -> None:
        try:
            for number in range(ROUNDS):
                what(number)
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [
        threading.Thread(target=work, args=[what])
        for what in (
            lambda n: school.send(AS_AVA, window(AVA, "a", n)),
            lambda n: school.send(AS_BEN, window(BEN, "b", n)),
            lambda n: erase(
                school.engine, Erasing(TENANT, AVA.id, Scope.ACTIVITY, HEAD), START + n
            ),
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    events_kept = total(school, event_batches, "events")
    with reading(school.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(event_ids)) == events_kept
    assert total(school, day_times, "ms") == events_kept * 60_000
    assert total(school, day_times, "ms", day_times.c.user_id == BEN.id) == ROUNDS * 60_000
    assert group_ms(school) == events_kept * 60_000
