"""Retention: what goes when, that figures stay, and that nothing waits long for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from tests.helpers.small_school import (
    AS_AVA,
    AVA,
    BEN,
    MATH,
    SESSION,
    START,
    TENANT,
    SmallSchool,
    event_id,
    open_school,
)
from timeback_desktop.backend.auth.models import sign_ins
from timeback_desktop.backend.custody import horizons
from timeback_desktop.backend.custody.horizons import Kind, Scope
from timeback_desktop.backend.custody.models import audit_entries
from timeback_desktop.backend.custody.trail import PLATFORM, Actor
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.events.models import event_batches, event_ids, insights, time_spent
from timeback_desktop.backend.events.service import ingest
from timeback_desktop.backend.privacy import retention
from timeback_desktop.backend.privacy.erasure import Erasing, begin, erase, unfinished
from timeback_desktop.backend.privacy.expiry import expire, expire_all
from timeback_desktop.backend.privacy.worker import Custodian
from timeback_desktop.backend.rollups import groups
from timeback_desktop.backend.rollups.models import day_times, group_times
from timeback_desktop.backend.roster.models import users
from timeback_desktop.caliper import events
from timeback_desktop.caliper.envelope import open_envelope, wrap
from timeback_desktop.errors import ContractFault
from timeback_desktop.partition import State

DAY = 86_400_000
HEAD = Actor("user", "head")


def window(number: int) -> Any:
    """Return one of the windows that Ava worked in on the first day."""
    started, key = START + number * 60_000, event_id(f"w{number}")
    return events.time_spent(key, AVA, MATH, SESSION.id, State.ON_TASK, None, started, 60_000)


def send(school: SmallSchool, *items: Any, at_ms: int = START + 3_600_000) -> list[str]:
    """Let Ava's computer send these events, and return what became of each."""
    raw = wrap("urn:x:sensor", START, [events.encode(item) for item in items])
    with writing(school.engine) as connection:
        results = ingest(connection, AS_AVA, open_envelope(raw), at_ms).results
    return [str(each.status) for each in results]


@pytest.fixture
def school(tmp_path: Path) -> Iterator[SmallSchool]:
    school = open_school(tmp_path)
    send(school, *(window(number) for number in range(3)))
    yield school
    school.engine.dispose()


def count(school: SmallSchool, table: Table) -> int:
    with reading(school.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def rows(school: SmallSchool, table: Table) -> list[tuple[Any, ...]]:
    with reading(school.engine) as connection:
        return [tuple(row) for row in connection.execute(select(table))]


def test_nothing_goes_before_its_time(school: SmallSchool) -> None:
    assert expire(school.engine, TENANT, START + 399 * DAY) == {}
    assert count(school, audit_entries) == 0
    with reading(school.engine) as connection:
        assert horizons.raw_kept_since(connection, TENANT) == 0


def test_events_go_and_figures_stay(school: SmallSchool) -> None:
    before = rows(school, day_times), rows(school, time_spent)
    assert expire(school.engine, TENANT, START + 402 * DAY) == {"events": 3}
    assert (count(school, event_batches), count(school, event_ids)) == (0, 0)
    assert (rows(school, day_times), rows(school, time_spent)) == before
    with reading(school.engine) as connection:
        assert START < horizons.raw_kept_since(connection, TENANT) <= START + 2 * DAY
    assert expire(school.engine, TENANT, START + 402 * DAY) == {}


def test_details_go_and_figures_stay_until_their_own_time(school: SmallSchool) -> None:
    figures = rows(school, day_times)
    taken = expire(school.engine, TENANT, START + 802 * DAY)
    assert taken["time_spent"] == len({"one row for stretches that abut"})
    assert rows(school, day_times) == figures
    assert expire(school.engine, TENANT, START + 1830 * DAY)["day_times"] == len(figures)
    assert count(school, day_times) == 0


def test_figures_of_groups_go_with_those_of_their_students(school: SmallSchool) -> None:
    with writing(school.engine) as connection:
        org = connection.scalar(select(users.c.org_id).limit(1)) or ""
        groups.refresh(connection, TENANT, "org", org)
    assert count(school, group_times) > 0
    expire(school.engine, TENANT, START + 1830 * DAY)
    assert count(school, group_times) == 0


def test_sign_ins_go_when_they_are_long_over(school: SmallSchool) -> None:
    with writing(school.engine) as connection:
        for key, ended in (("old", START), ("new", START + 399 * DAY)):
            told = {"id": key, "publisher_id": TENANT, "user_id": BEN.id, "scopes": ""}
            times = {"began_ms": START, "ends_ms": START + 999 * DAY, "ended_ms": ended}
            connection.execute(insert(sign_ins).values(**told, **times))
    assert expire(school.engine, TENANT, START + 402 * DAY)["sign_ins"] == 1
    assert [row[0] for row in rows(school, sign_ins)] == ["new"]


def test_it_goes_in_small_steps_and_stops_when_told_to(school: SmallSchool) -> None:
    with writing(school.engine) as connection:
        told = {"publisher_id": TENANT, "user_id": AVA.id, "measured": True, "kind": "waste"}
        ids = [{"id": f"i{n}", "event_id": f"i{n}", "at_ms": START} for n in range(7)]
        connection.execute(insert(insights), [{**told, **each} for each in ids])
    steps: list[int] = []

    def pause() -> bool:
        steps.append(count(school, insights))
        return len(steps) == 4

    expire(school.engine, TENANT, START + 802 * DAY, limit=2, pause=pause)
    assert steps == [7, 5, 3, 1]
    expire_all(school.engine, START + 802 * DAY)
    assert count(school, insights) == 0


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({Kind.EVENTS: 29}, "/events"),
        ({Kind.TOKENS: 0}, "/tokens"),
        ({Kind.TOKENS: -1}, "/tokens"),
        ({Kind.FIGURES: 10**9}, "/figures"),
        ({Kind.FIGURES: 700}, "/figures"),
        ({Kind.EVENTS: 790}, "/details"),
    ],
)
def test_rules_that_are_not_sound_are_refused(
    school: SmallSchool, wanted: dict[Kind, int], told: str
) -> None:
    with writing(school.engine) as connection:
        with pytest.raises(ContractFault) as refused:
            retention.change(connection, TENANT, wanted, HEAD, START)
        assert refused.value.pointer == told
        assert retention.days(connection, TENANT)[Kind.EVENTS] == 400


def test_a_shorter_rule_takes_more_and_is_written_down(school: SmallSchool) -> None:
    with writing(school.engine) as connection:
        retention.change(connection, TENANT, {Kind.EVENTS: 30}, HEAD, START)
        retention.change(connection, TENANT, {Kind.EVENTS: 30}, HEAD, START)
    assert count(school, audit_entries) == 1
    assert expire(school.engine, TENANT, START + 33 * DAY) == {"events": 3}


def test_the_custodian_finishes_what_was_cut_short(school: SmallSchool) -> None:
    erasing = Erasing(TENANT, AVA.id, Scope.ACTIVITY, PLATFORM)
    with writing(school.engine) as connection:
        begin(connection, erasing, START + DAY)
    assert unfinished(school.engine) == [erasing]
    Custodian(school.engine, lambda: START + DAY).round()
    assert unfinished(school.engine) == []
    assert (count(school, event_ids), count(school, day_times)) == (0, 0)


def test_a_custodian_ends_at_once(school: SmallSchool) -> None:
    custodian = Custodian(school.engine, lambda: START)
    custodian.close()
    custodian.start()
    custodian.close()
    assert count(school, event_batches) == 1


def test_what_was_erased_is_known_to_be(school: SmallSchool) -> None:
    erase(school.engine, Erasing(TENANT, AVA.id, Scope.ACTIVITY, HEAD), START + DAY)
    with reading(school.engine) as connection:
        asked = [AVA.id, BEN.id, "nobody"]
        assert horizons.erased_before(connection, TENANT, asked) == {AVA.id: START + DAY}
    erase(school.engine, Erasing(TENANT, AVA.id, Scope.EVERYTHING, HEAD), START + DAY)
    with reading(school.engine) as connection:
        told = horizons.erased_before(connection, TENANT, [AVA.id])
        assert told == {AVA.id: horizons.FOREVER_MS}
    with writing(school.engine) as connection:  # the school enters him once more
        connection.execute(users.update().where(users.c.id == AVA.id).values(status="active"))
        assert horizons.erased_before(connection, TENANT, [AVA.id]) == {AVA.id: START + DAY}
