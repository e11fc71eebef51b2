from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from tests.helpers.backends import InProcess
from timeback_desktop.backend.auth.principal import EVENTS_READONLY, Principal, PrincipalKind
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, demo_id
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.backend.roster.models import enrollments
from timeback_desktop.backend.roster.service import (
    class_for,
    find_user_by_email,
    may_read,
    profiles,
)

AVA = demo_id("user", "ava.thompson")
READS = frozenset({EVENTS_READONLY})


def person(username: str, role: str, **changes: object) -> Principal:
    told: dict[str, object] = {
        "user_id": demo_id("user", username),
        "role": role,
        "publisher_id": PUBLISHER_ID,
        "scopes": READS,
    }
    return Principal(PrincipalKind.USER, **{**told, **changes})


CLIENT = Principal(PrincipalKind.CLIENT, client_id="c", publisher_id=PUBLISHER_ID, scopes=READS)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (person("ava.thompson", "student"), True),
        (person("diego.morales", "student"), False),
        (person("priya.raman", "teacher"), True),
        (person("grace.okafor", "teacher"), False),
        (person("priya.raman", "student"), False),
        (person("grace.okafor", "administrator"), True),
        (person("ava.thompson", "student", scopes=frozenset()), False),
        (person("ava.thompson", "student", publisher_id="another"), False),
        (person("priya.raman", "teacher", publisher_id="another"), False),
        (CLIENT, True),
        (Principal(PrincipalKind.CLIENT, publisher_id=PUBLISHER_ID), False),
        (Principal(PrincipalKind.CLIENT, publisher_id="another", scopes=READS), False),
        (Principal(PrincipalKind.DESKTOP, scopes=READS), False),
    ],
)
def test_who_may_read_about_ava(site: InProcess, who: Principal, allowed: bool) -> None:
    with reading(site.platform.engine) as connection:
        assert may_read(connection, who, AVA) is allowed


def test_nobody_reads_about_nobody(site: InProcess) -> None:
    with reading(site.platform.engine) as connection:
        assert not may_read(connection, CLIENT, "nobody")


def test_a_teacher_who_left_the_class_reads_no_more(site: InProcess) -> None:
    left = enrollments.c.user_id == demo_id("user", "priya.raman")
    with writing(site.platform.engine) as connection:
        connection.execute(update(enrollments).where(left).values(status="tobedeleted"))
    with reading(site.platform.engine) as connection:
        assert not may_read(connection, person("priya.raman", "teacher"), AVA)


def test_a_tenant_sees_none_of_anothers_people(site: InProcess) -> None:
    with writing(site.platform.engine) as connection:
        connection.execute(insert(publishers).values(id="p2", name="Second", created_ms=1))
        assert profiles(connection, "p2") == []
        assert find_user_by_email(connection, "p2", "ava.thompson@demo.example") is None
        found = find_user_by_email(connection, PUBLISHER_ID, "AVA.Thompson@demo.example")
    assert found == AVA


def test_a_launch_happens_in_the_class_of_the_subject(site: InProcess) -> None:
    with reading(site.platform.engine) as connection:
        found = class_for(connection, PUBLISHER_ID, AVA, ["Math"])
        assert found is not None
        assert found.title == "Willow Room"
        assert class_for(connection, PUBLISHER_ID, "nobody", []) is None
