from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select

from tests.helpers.small_school import AVA, BEN, ORG, TENANT, open_school
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.oneroster import grading, rostering
from timeback_desktop.backend.oneroster.entity import Entity
from timeback_desktop.backend.oneroster.faults import RosterFault
from timeback_desktop.backend.oneroster.writing import change, create, put_away
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.backend.roster.models import user_profiles, users

NOW = 1_795_000_000_000
OTHER = "another-tenant"
Document = dict[str, Any]


def to(sourced_id: str) -> Document:
    return {"sourcedId": sourced_id}


YEAR = {"startDate": "2026-08-01", "endDate": "2027-07-01", "schoolYear": 2027}
SCHOOL: tuple[tuple[Entity, Document], ...] = (
    (rostering.ACADEMIC_SESSION, {"sourcedId": "y", "title": "Y", "type": "schoolYear", **YEAR}),
    (rostering.TERM, {"sourcedId": "t", "title": "T", "parent": to("y"), **YEAR}),
    (rostering.GRADING_PERIOD, {"sourcedId": "g", "title": "G", "parent": to("t"), **YEAR}),
    (rostering.ORG, {"sourcedId": "d", "name": "D", "type": "district"}),
    (rostering.SCHOOL, {"sourcedId": "o", "name": "O", "parent": to("d")}),
    (rostering.COURSE, {"sourcedId": "c", "title": "C"}),
    (rostering.CLASS, {"sourcedId": "k", "title": "K", "course": to("c")}),
    (rostering.STUDENT, {"sourcedId": "s", "givenName": "S", "familyName": "S"}),
    (rostering.TEACHER, {"sourcedId": "p", "givenName": "P", "familyName": "P"}),
    (
        rostering.USER,
        {"sourcedId": "u", "givenName": "U", "familyName": "U", "roles": [{"role": "aide"}]},
    ),
    (
        rostering.ENROLLMENT,
        {"sourcedId": "e", "user": to("s"), "class": to("k"), "role": "student"},
    ),
    (rostering.DEMOGRAPHICS, {"sourcedId": "s", "white": "true"}),
    (grading.CATEGORY, {"sourcedId": "a", "title": "A"}),
    (
        grading.SCORE_SCALE,
        {
            "sourcedId": "f",
            "title": "F",
            "type": "x",
            "class": to("k"),
            "scoreScaleValue": [{"a": 1}],
        },
    ),
    (grading.LINE_ITEM, {"sourcedId": "l", "title": "L", "class": to("k"), "category": to("a")}),
    (
        grading.RESULT,
        {
            "sourcedId": "r",
            "lineItem": to("l"),
            "student": to("s"),
            "scoreStatus": "submitted",
            "scoreDate": "2026-11-23",
        },
    ),
    (grading.COURSE_COMPONENT, {"sourcedId": "q", "title": "Q", "course": to("c")}),
    (grading.RESOURCE, {"sourcedId": "m", "title": "M", "vendorResourceId": "v"}),
    (
        grading.COMPONENT_RESOURCE,
        {"sourcedId": "n", "title": "N", "courseComponent": to("q"), "resource": to("m")},
    ),
    (grading.ASSESSMENT_LINE_ITEM, {"sourcedId": "i", "title": "I", "component": to("q")}),
    (
        grading.ASSESSMENT_RESULT,
        {
            "sourcedId": "j",
            "assessmentLineItem": to("i"),
            "student": to("s"),
            "scoreStatus": "submitted",
            "scoreDate": "2026-11-23T08:00:00+01:00",
        },
    ),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A school in which there is one of everything, written as a client would."""
    school = open_school(tmp_path_factory.mktemp("writing"))
    with writing(school.engine) as connection:
        connection.execute(insert(publishers).values(id=OTHER, name=OTHER, created_ms=0))
        for entity, document in SCHOOL:
            create(connection, TENANT, entity, document, NOW)
    yield school.engine
    school.engine.dispose()


@pytest.fixture
def roster(engine: Engine) -> Iterator[Connection]:
    """A transaction on the school that is rolled back."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def kept(connection: Connection, entity: Entity, sourced_id: str) -> Any:
    table = entity.table
    mine = (table.c.publisher_id == TENANT, table.c.id == sourced_id)
    return connection.execute(select(table).where(*mine)).one()


def refused(connection: Connection, entity: Entity, sourced_id: str, told: Document) -> str:
    with pytest.raises(RosterFault) as fault:
        change(connection, TENANT, entity, sourced_id, told, NOW, upsert=False)
    assert fault.value.status == 422
    return str(fault.value)


def tried(connection: Connection, entity: Entity, sourced_id: str, told: Document) -> str | None:
    """Return why a change was refused, or nothing when it was made."""
    try:
        change(connection, TENANT, entity, sourced_id, told, NOW, upsert=False)
    except RosterFault as fault:
        return str(fault)
    return None


def test_what_follows_from_the_rest_is_filled_in(engine: Engine) -> None:
    with reading(engine) as connection:
        assert kept(connection, rostering.CLASS, "k").school_id == ORG
        assert kept(connection, rostering.COURSE, "c").org_id == ORG
        assert kept(connection, rostering.COURSE, "c").course_code == "c"
        assert kept(connection, rostering.ENROLLMENT, "e").school_id == ORG
        assert kept(connection, rostering.SCHOOL, "o").type == "school"
        assert kept(connection, rostering.TEACHER, "p").role == "teacher"


WRONG: list[Any] = [
    None,
    True,
    7,
    -1.5,
    1e999,
    "x\x00",
    "\ud800",
    "z" * 300,
    [],
    [[]],
    [None],
    [{}],
    {},
]
WRONG += [to(""), {"sourcedId": None}, {"sourcedId": []}, [to("x")], {"a": {"b": "\ud800"}}]


@pytest.mark.parametrize(("entity", "document"), SCHOOL, ids=lambda it: getattr(it, "path", ""))
def test_no_value_of_any_field_breaks_a_write(
    roster: Connection, entity: Entity, document: Document
) -> None:
    for name in (*entity.by_name, "unheard"):
        for value in WRONG:
            refusal = tried(roster, entity, document["sourcedId"], {name: value})
            assert refusal is None or f"/{name}" in refusal or "does not belong" in refusal


@pytest.mark.parametrize(("entity", "document"), SCHOOL, ids=lambda it: getattr(it, "path", ""))
def test_nothing_is_there_for_another_tenant(
    roster: Connection, entity: Entity, document: Document
) -> None:
    for act in (
        lambda: change(roster, OTHER, entity, document["sourcedId"], {}, NOW, upsert=False),
        lambda: put_away(roster, OTHER, entity, document["sourcedId"], NOW),
    ):
        with pytest.raises(RosterFault) as fault:
            act()
        assert fault.value.status == 404
    assert kept(roster, entity, document["sourcedId"]).status == "active"


@pytest.mark.parametrize(
    ("entity", "sourced_id", "told", "column", "expected"),
    [
        (rostering.USER, "s", {"enabledUser": "FALSE"}, "enabled", False),
        (rostering.USER, "s", {"grades": [7, "K"]}, "grades", ["7", "K"]),
        (
            rostering.TERM,
            "t",
            {"startDate": "2026-08-02T23:59:00Z"},
            "start_date",
            date(2026, 8, 2),
        ),
        (rostering.TERM, "t", {"schoolYear": 2028}, "school_year", "2028"),
        (rostering.CLASS, "k", {"classType": "ext:lab.2"}, "class_type", "ext:lab.2"),
        (rostering.CLASS, "k", {"metadata": None}, "metadata", None),
        (grading.CATEGORY, "a", {"weight": " 1.50 "}, "weight", 1.5),
        (grading.COURSE_COMPONENT, "q", {"sortOrder": "3"}, "sort_order", 3),
        (grading.COURSE_COMPONENT, "q", {"sortOrder": 3.0}, "sort_order", 3),
        (
            grading.ASSESSMENT_RESULT,
            "j",
            {"scoreDate": "2026-11-23T08:00:00.12345+01:00"},
            "score_date",
            "2026-11-23T07:00:00.123Z",
        ),
        (
            grading.RESULT,
            "r",
            {"scoreDate": "2026-11-23"},
            "score_date",
            "2026-11-23T00:00:00.000Z",
        ),
        (grading.RESULT, "r", {"late": True, "score": "7"}, "score", 7.0),
    ],
)
def test_a_value_may_be_spelled_as_clients_do(  # noqa: PLR0917 a table of them
    roster: Connection, entity: Entity, sourced_id: str, told: Document, column: str, expected: Any
) -> None:
    assert not change(roster, TENANT, entity, sourced_id, told, NOW, upsert=False)
    assert getattr(kept(roster, entity, sourced_id), column) == expected


@pytest.mark.parametrize(
    ("entity", "sourced_id", "told"),
    [
        (grading.CATEGORY, "a", {"weight": "NaN"}),
        (grading.CATEGORY, "a", {"weight": 10**400}),
        (grading.CATEGORY, "a", {"weight": True}),
        (grading.COURSE_COMPONENT, "q", {"sortOrder": 2**31}),
        (grading.COURSE_COMPONENT, "q", {"sortOrder": 0.5}),
        (grading.RESULT, "r", {"scoreDate": "0001-01-01T00:00:00+23:00"}),
        (grading.RESULT, "r", {"scoreDate": "20261123"}),
        (grading.RESULT, "r", {"scoreStatus": "nearly"}),
        (rostering.TERM, "t", {"startDate": "2026-W01-1"}),
        (rostering.TERM, "t", {"startDate": 20260101}),
        (rostering.TERM, "t", {"endDate": "2026-07-01"}),
        (rostering.USER, "s", {"grades": ["1"] * 1001}),
        (rostering.USER, "s", {"metadata": [{}]}),
        (rostering.USER, "s", {"userIds": [{"type": "x", "identifier": 7}]}),
        (rostering.SCHOOL, "o", {"parent": to("o")}),
        (rostering.USER, "s", {"sourcedId": "t"}),
    ],
)
def test_a_value_that_is_not_one_is_refused(
    roster: Connection, entity: Entity, sourced_id: str, told: Document
) -> None:
    assert f"/{next(iter(told))}" in refused(roster, entity, sourced_id, told)


def test_nothing_comes_to_lie_below_itself(roster: Connection) -> None:
    for entity, above, below in (
        (rostering.ORG, "d", "o"),
        (rostering.ACADEMIC_SESSION, "y", "g"),
    ):
        assert "/parent leads back" in refused(roster, entity, above, {"parent": to(below)})
        assert not change(roster, TENANT, entity, below, {"parent": None}, NOW, upsert=False)
        assert not change(roster, TENANT, entity, above, {"parent": to(below)}, NOW, upsert=False)


def test_a_part_that_stays_keeps_its_row(roster: Connection) -> None:
    profile = {"profileId": "urn:x:1", "profileType": "app", "vendorId": "v"}
    second = {**profile, "profileId": "urn:x:2"}
    for told, expected in (
        ([profile, second], {"urn:x:1": None, "urn:x:2": None}),
        ([{**second, "description": "d"}], {"urn:x:2": "d"}),
        (None, {}),
    ):
        change(roster, TENANT, rostering.USER, "s", {"userProfiles": told}, NOW, upsert=False)
        rows = roster.execute(select(user_profiles).where(user_profiles.c.user_id == "s"))
        assert {row.id: row.description for row in rows} == expected
    twice = refused(roster, rostering.USER, "s", {"userProfiles": [profile, profile]})
    assert "/userProfiles names each profileId once" in twice


def test_an_upsert_creates_then_changes(roster: Connection) -> None:
    told = {"givenName": "New", "familyName": "One"}
    assert change(roster, TENANT, rostering.STUDENT, "new", told, NOW, upsert=True)
    assert not change(roster, TENANT, rostering.STUDENT, "new", {"phone": "1"}, NOW, upsert=True)
    row = kept(roster, rostering.STUDENT, "new")
    assert (row.given_name, row.phone) == ("New", "1")


def test_an_upsert_takes_nobody_elses_sourced_id(roster: Connection) -> None:
    told = {"givenName": "New", "familyName": "One"}
    with pytest.raises(RosterFault, match="is taken") as fault:
        change(roster, TENANT, rostering.STUDENT, "p", told, NOW, upsert=True)
    assert fault.value.status == 409


def test_who_was_put_away_keeps_the_moment_of_it(roster: Connection) -> None:
    put_away(roster, TENANT, rostering.USER, "u", NOW + 1)
    put_away(roster, TENANT, rostering.USER, "u", NOW + 2)
    row = kept(roster, rostering.USER, "u")
    assert (row.status, row.modified_ms) == ("tobedeleted", NOW + 1)


def test_a_tenant_with_nothing_says_what_it_needs(roster: Connection) -> None:
    person = {"givenName": "A", "familyName": "B"}
    for entity, told, pointer in (
        (rostering.STUDENT, person, "/roles/0/org is needed"),
        (rostering.COURSE, {"title": "C"}, "/org is needed"),
        (rostering.CLASS, {"title": "C", "course": to("c")}, "/terms is needed"),
    ):
        with pytest.raises(RosterFault, match=pointer):
            create(roster, OTHER, entity, told, NOW)


def test_links_of_one_tenant_never_lead_into_another(roster: Connection) -> None:
    create(roster, OTHER, rostering.SCHOOL, {"sourcedId": "z", "name": "Z"}, NOW)
    for told in ({"agents": [to(AVA.id)]}, {"primaryOrg": to(ORG)}):
        whole = {"givenName": "A", "familyName": "B", **told}
        with pytest.raises(RosterFault, match="known here"):
            create(roster, OTHER, rostering.STUDENT, whole, NOW)
    count = select(users.c.id).where(users.c.publisher_id == OTHER)
    assert roster.execute(count).all() == []
    change(roster, TENANT, rostering.USER, BEN.id, {"agents": [to(AVA.id)]}, NOW, upsert=False)
