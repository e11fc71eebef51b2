"""Every read is there, tells what belongs together, and tells nobody else's."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import update

from tests.helpers import oneroster as known
from tests.helpers.backends import InProcess
from tests.helpers.oneroster import GRADEBOOK, RESOURCES, ROSTER, WholeSchool
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID, coach_id, guardian_id
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.oneroster import discovery
from timeback_desktop.backend.oneroster.entity import Service
from timeback_desktop.backend.oneroster.operations import every_read
from timeback_desktop.backend.registry.service import register_publisher
from timeback_desktop.backend.roster import models
from timeback_desktop.backend.scopes import ROSTER_CORE_READONLY, ROSTER_READONLY

IN_SCHOOL = f"{ROSTER}/schools/{known.SCHOOL}"
IN_CLASS = f"{ROSTER}/classes/{known.CLASS}"


def ids_of(answer: httpx.Response, key: str) -> list[str]:
    return [each["sourcedId"] for each in answer.raise_for_status().json()[key]]


def test_every_official_read_is_there() -> None:
    ours = {(read.service, f"/{read.path}", read.operation) for read in every_read()}
    official = {
        (service, path, item["get"]["operationId"])
        for service in Service
        for path, item in discovery.official(service)["paths"].items()
        if "get" in item
    }
    assert official <= ours
    assert sum(service is Service.ROSTERING for service, _path, _name in official) == 41


@pytest.mark.parametrize(
    ("path", "key", "ids"),
    [
        (f"{IN_CLASS}/teachers", "users", [coach_id()]),
        (f"{IN_SCHOOL}/classes/{known.CLASS}/teachers", "users", [coach_id()]),
        (f"{ROSTER}/users/{STUDENT_ID}/agents", "agents", [guardian_id(), known.PARENT]),
        (f"{ROSTER}/users/{known.PARENT}/agentFor", "users", [STUDENT_ID]),
        (f"{ROSTER}/users/{coach_id()}/classes", "classes", [known.CLASS]),
        (f"{ROSTER}/teachers/{coach_id()}/classes", "classes", [known.CLASS]),
        (f"{ROSTER}/students/{STUDENT_ID}/classes", "classes", [known.CLASS]),
        (f"{ROSTER}/courses/{known.COURSE}/classes", "classes", [known.CLASS]),
        (f"{ROSTER}/courses/components", "courseComponents", ["unit-1"]),
        (f"{ROSTER}/courses/component-resources", "componentResources", ["unit-1 video"]),
        (f"{GRADEBOOK}/classes/{known.CLASS}/categories", "categories", ["quizzes"]),
        (f"{GRADEBOOK}/schools/{known.SCHOOL}/lineItems", "lineItems", [known.LINE_ITEM]),
        (f"{GRADEBOOK}/schools/{known.SCHOOL}/scoreScales", "scoreScales", ["letters"]),
        (f"{GRADEBOOK}/lineItems/{known.LINE_ITEM}/results", "results", ["quiz-1 ava"]),
        (f"{RESOURCES}/classes/{known.CLASS}/resources", "resources", [known.RESOURCE]),
        (f"{RESOURCES}/resources/users/{STUDENT_ID}/resources", "resources", [known.RESOURCE]),
    ],
)
def test_what_belongs_together(roster: WholeSchool, path: str, key: str, ids: list[str]) -> None:
    assert ids_of(roster.get(path), key) == ids


@pytest.mark.parametrize(
    ("path", "key", "count"),
    [
        (f"{IN_SCHOOL}/students", "users", 20),
        (f"{IN_SCHOOL}/teachers", "users", 4),
        (f"{IN_SCHOOL}/classes", "classes", 4),
        (f"{IN_SCHOOL}/courses", "courses", 4),
        (f"{IN_SCHOOL}/enrollments", "enrollments", 24),
        (f"{IN_SCHOOL}/terms", "academicSessions", 2),
        (f"{IN_CLASS}/students", "users", 5),
        (f"{IN_CLASS}/enrollments", "enrollments", 6),
        (f"{ROSTER}/terms/{known.TERM}/classes", "classes", 6),
        (f"{ROSTER}/terms/{known.TERM}/gradingPeriods", "gradingPeriods", 2),
        (f"{ROSTER}/terms", "terms", 2),
        (f"{ROSTER}/schools", "orgs", 2),
    ],
)
def test_how_many_belong_together(roster: WholeSchool, path: str, key: str, count: int) -> None:
    assert len(ids_of(roster.get(path), key)) == count


@pytest.mark.parametrize(
    "path",
    [
        f"{ROSTER}/users/nobody",
        f"{ROSTER}/teachers/{STUDENT_ID}",
        f"{ROSTER}/schools/nowhere/classes",
        f"{ROSTER}/schools/{known.SCHOOL}/classes/nothing/students",
        f"{ROSTER}/users/%00",
        f"{ROSTER}/users/{'x' * 3000}",
        f"{GRADEBOOK}/classes/{known.CLASS}/lineItems/nothing/results",
        f"{RESOURCES}/courses/nothing/resources",
    ],
)
def test_what_is_not_there_is_unknown(roster: WholeSchool, path: str) -> None:
    answer = roster.get(path)
    minor = answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"][0]
    assert (answer.status_code, minor["imsx_codeMinorFieldValue"]) == (404, "unknownobject")


def test_a_class_of_another_school_is_not_found_in_this_one(roster: WholeSchool) -> None:
    others = f"{ROSTER}/schools?filter=sourcedId!='{known.SCHOOL}'"
    (other,) = ids_of(roster.get(others), "orgs")
    path = f"{ROSTER}/schools/{other}/classes/{known.CLASS}/students"
    assert roster.get(path).status_code == 404


def test_references_can_be_followed_by_the_names_that_the_caller_uses(roster: WholeSchool) -> None:
    (term, *_others) = roster.get(f"/rostering/1.0/classes/{known.CLASS}").json()["class"]["terms"]
    assert term["href"].startswith("http://127.0.0.1:8899/rostering/1.0/academicSessions/")
    assert roster.get(term["href"]).json()["academicSession"]["type"] == "term"
    (result,) = roster.get("/gradebook/1.0/results").json()["results"]
    assert roster.get(result["student"]["href"]).json()["user"]["sourcedId"] == STUDENT_ID


def test_a_user_is_told_as_it_stands(roster: WholeSchool) -> None:
    user = roster.get(f"{ROSTER}/users/{STUDENT_ID}").json()["user"]
    assert user["enabledUser"] == "true"
    assert user["dateLastModified"] == "2026-11-18T11:06:40.000Z"
    assert [agent["sourcedId"] for agent in user["agents"]] == [guardian_id(), known.PARENT]
    assert user["userProfiles"][0]["profileId"] == "urn:profile:1"
    assert user["metadata"] == {"house": {"name": "1"}}
    assert "preferredLastName" not in user


def test_demographics_can_be_read_with_their_user(roster: WholeSchool) -> None:
    user = roster.get(f"{ROSTER}/users/{STUDENT_ID}/demographics").json()["user"]
    assert user["demographics"]["birthDate"] == "2016-02-29"
    assert user["demographics"]["white"] == "false"
    other = roster.get(f"{ROSTER}/users/{coach_id()}/demographics").json()["user"]
    assert "demographics" not in other


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        (ROSTER_CORE_READONLY, "users", 200),
        (ROSTER_CORE_READONLY, f"users/{STUDENT_ID}/classes", 403),
        (ROSTER_CORE_READONLY, "courses/components", 403),
        (ROSTER_READONLY, f"users/{STUDENT_ID}/classes", 200),
        (ROSTER_READONLY, "demographics", 403),
        (ROSTER_READONLY, f"users/{STUDENT_ID}/demographics", 403),
    ],
)
def test_scopes(roster: WholeSchool, scope: str, path: str, status: int) -> None:
    answer = roster.get(f"{ROSTER}/{path}", roster.token_with(scope))
    assert answer.status_code == status
    if status == 403:
        (minor,) = answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"]
        assert minor["imsx_codeMinorFieldValue"] == "forbidden"


def test_another_tenant_sees_nothing_of_it(roster: WholeSchool) -> None:
    with writing(roster.site.platform.engine) as connection:
        register_publisher(connection, "other", "Other", 1)
    token = roster.token_with(publisher_id="other")
    for read in every_read():
        path = f"{ROSTER.replace('rostering', read.service)}/{read.path}"
        answer = roster.get(path.format(**known.real_ids(read.path)), token)
        assert answer.status_code == (404 if "{" in path else 200)
        assert answer.status_code == 404 or answer.json()["totalCount"] == 0


def test_a_token_of_nobody_in_particular_reads_nothing(roster: WholeSchool) -> None:
    token = roster.token_with(publisher_id=None)
    assert roster.get(f"{ROSTER}/users", token).status_code == 403


def test_a_class_without_terms_is_held_in_the_session_of_today(site: InProcess) -> None:
    with writing(site.platform.engine) as connection:
        mine = models.class_terms.c.publisher_id == PUBLISHER_ID
        connection.execute(models.class_terms.delete().where(mine))
    token = known.token(site.platform.engine, site.clock())

    def terms() -> set[str]:
        told = site.get(f"{ROSTER}/classes", token).json()["classes"]
        return {term["sourcedId"] for each in told for term in each["terms"]}

    fall = known.demo_id("academicSession", "fall")
    assert terms() == {fall}
    year = known.demo_id("academicSession", "year")
    with writing(site.platform.engine) as connection:
        connection.execute(update(models.courses).values(school_year_id=year))
    assert terms() == {year}


def test_the_sandbox_is_read_by_its_own_tokens(roster: WholeSchool) -> None:
    token = roster.token_with(environment=Environment.SANDBOX)
    answer = roster.get(f"/sandbox/rostering/1.0/users/{STUDENT_ID}", token)
    assert answer.json()["user"]["primaryOrg"]["href"].startswith(
        "http://127.0.0.1:8899/sandbox/rostering/1.0/orgs/"
    )
    assert roster.get(f"{ROSTER}/users", token).status_code == 401


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize(
    "name", ["onerosterv1p2{}service_openapi3_v1p0", "imsorv1p2_{}_openapi3_v1p0"]
)
def test_the_official_description_is_told_with_our_addresses(
    roster: WholeSchool, service: Service, name: str
) -> None:
    called = "rosters" if service is Service.ROSTERING and "service" in name else service
    path = f"/sandbox/ims/oneroster/{service}/v1p2"
    told = roster.site.get(f"{path}/discovery/{name.format(called)}.json").json()
    assert told["servers"] == [{"url": f"http://127.0.0.1:8899{path}"}]
    scheme = told["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"]
    assert scheme["tokenUrl"] == "http://127.0.0.1:8899/sandbox/auth/1.0/token"
    assert told["paths"] == discovery.official(service)["paths"]


def test_ping(roster: WholeSchool) -> None:
    assert roster.site.get("/ping").json() == {"status": "ok"}
