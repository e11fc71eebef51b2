from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from tests.helpers.backends import InProcess, opened_site
from tests.helpers.oneroster import ROSTER as ROSTERING
from tests.helpers.writers import Writer, fault, reference, token_with
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.seed import demo_id
from timeback_desktop.backend.registry.service import register_publisher
from timeback_desktop.backend.roster.models import class_terms, user_roles, users
from timeback_desktop.backend.scopes import (
    ROSTER_CREATEPUT,
    ROSTER_DELETE,
    ROSTER_READONLY,
)
from timeback_desktop.backend.settings import Settings

AVA, TEACHER = demo_id("user", "ava.thompson"), demo_id("user", "priya.raman")
OTHER = "01a00000-0000-7000-8000-00000000aaaa"
STUDENT = {"givenName": "Mia", "familyName": "Stone"}


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("writes") / "data") as site:
        with writing(site.platform.engine) as connection:
            register_publisher(connection, OTHER, "Another school", site.clock())
        yield site


@pytest.fixture(scope="module")
def client(site: InProcess) -> Writer:
    return Writer.of(site)


@pytest.fixture(scope="module")
def stranger(site: InProcess) -> Writer:
    """A client of another school, which has an org and a person of its own."""
    stranger = Writer.of(site, OTHER)
    stranger.create("schools", "org", sourcedId="their-school", name="Theirs")
    stranger.create("students", "user", sourcedId="their-student", **STUDENT)
    return stranger


def demo_class(client: Writer) -> dict[str, Any]:
    return dict(client.send("GET", "classes?limit=1").json()["classes"][0])


def documents(client: Writer) -> dict[str, dict[str, Any]]:
    """Return the least that each collection takes, by its path."""
    room, school = demo_class(client), client.send("GET", "schools?limit=1").json()["orgs"][0]
    term = {"title": "T", "startDate": "2026-09-01", "endDate": "2026-12-20", "schoolYear": 2027}
    taking = {"user": reference(AVA), "class": reference(room["sourcedId"])}
    return {
        "academicSessions": {**term, "type": "semester"},
        "classes": {"title": "Algebra", "course": room["course"]},
        "courses": {"title": "Algebra", "org": reference(school["sourcedId"])},
        "demographics": {"sourcedId": AVA, "sex": "female", "asian": True},
        "enrollments": {**taking, "role": "student"},
        "gradingPeriods": term,
        "orgs": {"name": "Department", "type": "department"},
        "schools": {"name": "School"},
        "students": STUDENT,
        "teachers": STUDENT,
        "terms": term,
        "users": {**STUDENT, "roles": [{"role": "guardian"}]},
    }


NAMES = {
    "academicSessions": "academicSession",
    "classes": "class",
    "courses": "course",
    "demographics": "demographics",
    "enrollments": "enrollment",
    "gradingPeriods": "academicSession",
    "orgs": "org",
    "schools": "org",
    "students": "user",
    "teachers": "user",
    "terms": "term",
    "users": "user",
}


@pytest.mark.parametrize("path", sorted(NAMES))
def test_a_life_from_create_to_delete(client: Writer, path: str) -> None:
    document = documents(client)[path]
    created = client.create(path, NAMES[path], **document)
    kept = client.read(f"{path}/{created}")
    assert kept["status"] == "active"
    changed = client.send("PUT", f"{path}/{created}", {NAMES[path]: {"metadata": {"a": [1, None]}}})
    assert changed.status_code == 200
    (told,) = changed.json().values()
    assert told["metadata"] == {"a": [1, None]}
    assert {**kept, "metadata": told["metadata"]}.items() <= told.items()
    assert client.send("PATCH", f"{path}/{created}", {"metadata": None}).status_code == 200
    assert "metadata" not in client.read(f"{path}/{created}")
    assert client.send("DELETE", f"{path}/{created}").status_code == 204
    assert client.read(f"{path}/{created}")["status"] == "tobedeleted"


def test_fields_that_are_not_told_stay_and_null_clears(client: Writer) -> None:
    told = {"email": "mia@school.example", "grades": [5, "K"], "phone": "1"}
    mia = client.create("students", "user", **STUDENT, **told)
    client.send("PUT", f"users/{mia}", {"user": {"phone": None, "preferredFirstName": "Mimi"}})
    kept = client.read(f"users/{mia}")
    assert kept["email"] == told["email"]
    assert kept["grades"] == ["5", "K"]
    assert kept["preferredFirstName"] == "Mimi"
    assert "phone" not in kept


def test_a_later_write_is_told_as_later(client: Writer) -> None:
    mia = client.create("students", "user", **STUDENT)
    before = client.read(f"users/{mia}")["dateLastModified"]
    client.site.clock.pass_seconds(5)
    client.send("PUT", f"users/{mia}", {"user": {"agents": [reference(AVA)]}})
    kept = client.read(f"users/{mia}")
    assert kept["dateLastModified"] > before
    assert [agent["sourcedId"] for agent in kept["agents"]] == [AVA]


def test_a_taken_sourced_id_is_a_conflict_even_of_something_deleted(client: Writer) -> None:
    mia = client.create("students", "user", sourcedId="mia-twice", **STUDENT)
    assert mia == "mia-twice"
    client.send("DELETE", f"users/{mia}")
    again = client.send("POST", "users", {"user": {**STUDENT, "sourcedId": mia, "roles": ROLE}})
    assert fault(again)[:2] == (409, "invaliddata")
    back = client.send("PUT", f"students/{mia}", {"user": {"status": "active"}})
    assert back.json()["user"]["status"] == "active"


ROLE = [{"role": "student"}]


def test_an_unknown_one_is_not_created_by_put(client: Writer) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        answer = client.send(method, "users/nobody", {"user": STUDENT})
        assert fault(answer)[:2] == (404, "unknownobject")


def test_every_fault_is_told_at_once(client: Writer) -> None:
    wrong = {
        "sourcedId": "a/b",
        "status": "gone",
        "givenName": "",
        "email": ["x"],
        "enabledUser": "perhaps",
        "grades": "5",
        "metadata": [],
        "userIds": [{"type": "x"}],
        "agents": [reference("nobody")],
        "roles": [{"role": "king", "roleType": "first", "beginDate": "soon"}, 7],
    }
    answer = client.send("POST", "users", {"user": wrong})
    status, minor, text = fault(answer)
    assert (status, minor) == (422, "invaliddata")
    named = ("sourcedId", "status", "givenName", "familyName", "email", "enabledUser", "grades")
    for name in (*named, "metadata", "userIds/0", "agents/0", "roles"):
        assert f"/{name} " in text


@pytest.mark.parametrize(
    ("path", "name", "document", "pointer"),
    [
        ("orgs", "org", {"name": "X", "type": "club"}, "/type"),
        ("orgs", "org", {"name": "X", "type": "ext:a b"}, "/type"),
        ("orgs", "org", {"name": "X" * 257, "type": "school"}, "/name"),
        ("orgs", "org", {"name": "X\x00", "type": "school"}, "/name"),
        ("orgs", "org", {"name": "X", "type": "school", "parent": "me"}, "/parent"),
        ("schools", "org", {"name": "X", "type": "district"}, "schools"),
        ("students", "user", {**STUDENT, "roles": [{"role": "teacher"}]}, "students"),
        ("students", "user", {**STUDENT, "primaryOrg": reference("x")}, "/primaryOrg"),
        ("terms", "term", {"title": "T", "schoolYear": "2027"}, "/startDate"),
        (
            "terms",
            "term",
            {"title": "T", "schoolYear": 1, "startDate": "2026-02-30", "endDate": "2026-01-01"},
            "/startDate",
        ),
        (
            "terms",
            "term",
            {"title": "T", "schoolYear": 1, "startDate": "2026-02-03", "endDate": "2026-01-01"},
            "/endDate",
        ),
        ("classes", "class", {"title": "X"}, "/course"),
        ("enrollments", "enrollment", {"role": "student"}, "/user"),
        ("demographics", "demographics", {"sourcedId": "nobody"}, "/sourcedId"),
        ("demographics", "demographics", {"sourcedId": TEACHER, "sex": "3"}, "/sex"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    client: Writer, path: str, name: str, document: dict[str, Any], pointer: str
) -> None:
    status, minor, text = fault(client.send("POST", path, {name: document}))
    assert (status, minor) == (422, "invaliddata")
    assert pointer in text


def test_what_is_needed_cannot_be_cleared(client: Writer) -> None:
    mia = client.create("students", "user", **STUDENT, grades=["3"])
    cleared: dict[str, Any] = {"givenName": None, "roles": [], "enabledUser": None}
    _, _, text = fault(client.send("PUT", f"users/{mia}", {"user": cleared}))
    assert text.count("cannot be cleared") == len(cleared)
    client.send("PUT", f"users/{mia}", {"user": {"grades": None}})
    assert client.read(f"users/{mia}")["grades"] == []


def test_older_names_of_published_clients_are_understood(client: Writer) -> None:
    school = client.send("GET", "schools?limit=1").json()["orgs"][0]["sourcedId"]
    course = client.create("courses", "course", title="Old", orgSourcedId=school)
    told = client.send("PUT", f"courses/{course}", {"course": {"title": "Older"}}).json()["course"]
    assert (told["title"], told["orgSourcedId"]) == ("Older", school)
    room = client.create(
        "classes", "class", title="Old", course=reference(course), org=reference(school)
    )
    told = client.send("PUT", f"classes/{room}", {"class": {"title": "Older"}}).json()["class"]
    assert told["school"]["sourcedId"] == told["org"]["sourcedId"] == school
    assert told["terms"]


def test_an_enrollment_gets_the_school_of_its_class(client: Writer) -> None:
    room = demo_class(client)
    told = {"user": reference(AVA), "class": reference(room["sourcedId"]), "role": "student"}
    seat = client.create("enrollments", "enrollment", **told)
    kept = client.read(f"enrollments/{seat}")
    assert kept["school"]["sourcedId"] == room["school"]["sourcedId"]
    assert kept["primary"] == "false"


def test_terms_of_a_class_are_replaced_as_a_whole(client: Writer) -> None:
    room = client.create("classes", "class", **documents(client)["classes"])
    terms = [each["sourcedId"] for each in client.send("GET", "terms").json()["terms"]][:2]
    for wanted in (terms, terms[:1]):
        told = [reference(term) for term in (*wanted, wanted[0])]
        client.send("PUT", f"classes/{room}", {"class": {"terms": told}})
        with reading(client.site.platform.engine) as connection:
            mine = class_terms.c.class_id == room
            kept = connection.scalars(select(class_terms.c.term_id).where(mine)).all()
        assert sorted(kept) == sorted(wanted)


def test_role_and_org_of_a_person_follow_the_primary_role(client: Writer) -> None:
    schools = [org["sourcedId"] for org in client.send("GET", "schools?limit=2").json()["orgs"]]
    mia = client.create("students", "user", **STUDENT)
    roles = [
        {"roleType": "secondary", "role": "student", "org": reference(schools[0])},
        {"roleType": "primary", "role": "aide", "org": reference(schools[1])},
    ]
    for told, expected in (
        ({"roles": roles}, ("aide", schools[1])),
        ({"primaryOrg": reference(schools[0])}, ("student", schools[0])),
        ({"roles": roles[:1]}, ("student", schools[0])),
    ):
        assert client.send("PUT", f"users/{mia}", {"user": told}).status_code == 200
        with reading(client.site.platform.engine) as connection:
            row = connection.execute(select(users).where(users.c.id == mia)).one()
        assert (row.role, row.org_id) == expected
    with reading(client.site.platform.engine) as connection:
        held = select(func.count()).select_from(user_roles).where(user_roles.c.user_id == mia)
        assert connection.scalar(held) == 1


def test_a_password_is_never_kept_nor_told(client: Writer) -> None:
    told = {**STUDENT, "password": "hunter2-hunter2"}
    mia = client.create("students", "user", **told)
    changed = client.send("PUT", f"users/{mia}", {"user": told})
    assert "hunter2" not in changed.text + client.send("GET", f"users/{mia}").text
    with reading(client.site.platform.engine) as connection:
        row = connection.execute(select(users).where(users.c.id == mia)).one()
    assert "hunter2" not in str(row)


def test_nothing_of_another_school_is_reached(client: Writer, stranger: Writer) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        for path in ("users/their-student", "schools/their-school"):
            body = None if method == "GET" else {"givenName": "Mine", "name": "Mine"}
            assert client.send(method, path, body).status_code == 404
    assert stranger.read("users/their-student")["givenName"] == "Mia"
    told: dict[str, Any] = {**STUDENT, "agents": [reference("their-student")], "roles": ROLE}
    told["primaryOrg"] = reference("their-school")
    _, _, text = fault(client.send("POST", "users", {"user": told}))
    assert "'their-student'" in text
    assert "'their-school'" in text


def test_two_schools_may_use_one_sourced_id(client: Writer, stranger: Writer) -> None:
    for writer, name in ((client, "Ours"), (stranger, "Theirs")):
        writer.create("students", "user", sourcedId="shared", givenName=name, familyName="X")
    assert client.read("users/shared")["givenName"] == "Ours"
    client.send("DELETE", "users/shared")
    assert stranger.read("users/shared")["status"] == "active"


def test_who_may_only_write_is_told_only_what_he_wrote(site: InProcess, client: Writer) -> None:
    only_writes = Writer(site, token_with(site, ROSTER_CREATEPUT))
    told = only_writes.send("PUT", f"users/{AVA}", {"user": {"phone": "12"}}).json()["user"]
    assert set(told) == {"sourcedId", "status", "dateLastModified", "phone"}
    client.send("POST", "demographics", {"sourcedId": AVA, "sex": "female"})
    reads = Writer(site, token_with(site, ROSTER_CREATEPUT, ROSTER_READONLY))
    told = reads.send("PUT", f"demographics/{AVA}", {"asian": "false"}).json()["demographics"]
    assert set(told) == {"sourcedId", "status", "dateLastModified", "asian"}


def test_each_write_needs_its_scope(site: InProcess) -> None:
    reader = Writer(site, token_with(site, ROSTER_READONLY))
    eraser = Writer(site, token_with(site, ROSTER_DELETE))
    for writer, methods in ((reader, ("POST", "PUT", "PATCH", "DELETE")), (eraser, ("PUT",))):
        for method in methods:
            path = "users" if method == "POST" else f"users/{TEACHER}"
            assert writer.send(method, path, {"user": {}}).status_code == 403
    assert site.request("POST", f"{ROSTERING}/users", content=b"{").status_code == 401
    assert eraser.send("DELETE", "users/nobody").status_code == 404


HOSTILE_IDS = ["o'brien", 'a"b', "50%", "%2e", "ü-ñ-学生", "a b", "a&b=c?d#e", "'; DROP--", "*"]


@pytest.mark.parametrize("sourced_id", HOSTILE_IDS)
def test_odd_sourced_ids_are_kept_and_found(client: Writer, sourced_id: str) -> None:
    client.create("students", "user", sourcedId=sourced_id, **STUDENT)
    path = f"users/{quote(sourced_id, safe='')}"
    answer = client.send("PUT", path, {"user": {"phone": "7"}})
    assert answer.json()["user"]["sourcedId"] == sourced_id
    assert client.read(path)["phone"] == "7"
    assert client.send("DELETE", path).status_code == 204


@pytest.mark.parametrize(
    "sourced_id", ["", " a", "a/b", "..", ".", "a\x00b", "\ud800", "x" * 256, 7, [], {}, True]
)
def test_sourced_ids_that_cannot_be_addressed_are_refused(client: Writer, sourced_id: Any) -> None:
    content = json.dumps({"user": {**STUDENT, "sourcedId": sourced_id}}).encode()
    answer = client.send("POST", "students", content=content)
    assert fault(answer)[:2] == (422, "invaliddata")
    assert "/sourcedId" in fault(answer)[2]


@pytest.mark.parametrize("path", ["%00", "a%2Fb", "%FF", "%ED%A0%80", "x" * 300, "..%2F", "%0A"])
def test_addresses_of_nothing_are_answered_404(client: Writer, path: str) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        assert client.send(method, f"users/{path}", {"user": {}}).status_code == 404
    for below in ("agents", "profiles"):
        assert client.send("DELETE", f"users/{AVA}/{below}/{path}").status_code == 404
    credential = f"users/{AVA}/credentials/{path}/decrypt"
    assert client.send("POST", credential).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"nonsense", 400),
        (b'{"user": NaN}', 400),
        (b'{"user": {"x": ' + b"9" * 5000 + b"}}", 400),
        (b"[" * 100_000, 400),
        (b"", 422),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"7", 422),
        (b'{"user": []}', 422),
        (b'{"user": null}', 422),
        (b'{"user": {"metadata": ' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"}}", 422),
        (b'{"user": {"metadata": {"a": 1e999}}}', 422),
        (b'{"user": {"metadata": {"a\\u0000": 1}}}', 422),
        (b'{"user": {"metadata": {"a": "\\ud83d"}}}', 422),
        (b'{"user": {"givenName": "\\ud83d"}}', 422),
    ],
)
def test_bodies_that_are_no_document_are_refused(
    client: Writer, content: bytes, status: int
) -> None:
    answer = client.send("POST", "users", content=content)
    assert fault(answer)[:2] == (status, "invaliddata")


def test_a_body_that_is_too_large_is_not_read(client: Writer) -> None:
    answer = client.send("POST", "users", {"user": {"x": "y" * 300_000}})
    assert answer.status_code == 413


def test_a_huge_document_within_bounds_is_taken(client: Writer) -> None:
    many = {f"key {n}": ["ü" * 10] * 10 for n in range(500)}
    mia = client.create("students", "user", **STUDENT, metadata=many)
    assert client.read(f"users/{mia}")["metadata"] == many


def test_both_sets_of_paths_and_slashes_lead_to_the_same(client: Writer) -> None:
    answer = client.send("POST", "/rostering/1.0/users/", {"user": {**STUDENT, "roles": ROLE}})
    mia = answer.json()["sourcedIdPairs"]["allocatedSourcedId"]
    assert client.read(f"users/{mia}")["familyName"] == "Stone"
    told = client.send("PUT", f"/rostering/1.0/users/{mia}", {"user": {"phone": "1"}}).json()
    href = told["user"]["primaryOrg"]["href"]
    assert "/rostering/1.0/orgs/" in href


def test_the_day_of_an_instant_is_taken_for_a_day(client: Writer) -> None:
    told = {"title": "T", "schoolYear": "2027", "type": "term"}
    dates = {"startDate": "2026-01-05T00:00:00.000Z", "endDate": "2026-03-01"}
    term = client.create("academicSessions", "academicSession", **told, **dates)
    assert client.read(f"terms/{term}")["startDate"] == "2026-01-05"
