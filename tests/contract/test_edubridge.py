"""EduBridge: courses without classes, people by role, and figures that the events tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.event_door import AVA, START, body, send
from tests.helpers.oneroster import GRADEBOOK
from tests.helpers.writers import Writer, reference, token_with
from timeback_desktop import ids
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import STUDENT_ID, demo_id
from timeback_desktop.backend.registry.models import applications
from timeback_desktop.backend.registry.service import register_publisher
from timeback_desktop.backend.scopes import EVENTS_READONLY, ROSTER_CREATEPUT, ROSTER_READONLY
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper import events as caliper
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import State

BRIDGE = "/edubridge"
OTHER = "01a00000-0000-7000-8000-00000000aaaa"
KENJI, PRIYA = demo_id("user", "kenji.watanabe"), demo_id("user", "priya.raman")
WILLOW, CEDAR = demo_id("course", "willow"), demo_id("course", "cedar")
SCHOOL, MIDDLE = demo_id("org", "elementary"), demo_id("org", "middle")
MINUTE, DAY = 60_000, 86_400_000


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("bridge") / "data") as site:
        with writing(site.platform.engine) as connection:
            # Later than the demo school, which stays the one at whose desk people sit.
            register_publisher(connection, OTHER, "Another school", site.clock() + 1)
        yield site


@pytest.fixture(scope="module")
def client(site: InProcess) -> Writer:
    return Writer.of(site)


def ask(client: Writer, path: str, method: str = "GET", **given: Any) -> Any:
    """Call EduBridge and return what it tells."""
    token = bearer(client.token)
    answer = client.site.request(method, f"{BRIDGE}/{path}", headers=token, **given)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def status(client: Writer, path: str, method: str = "GET", token: str = "", **given: Any) -> int:
    """Call EduBridge and return how it answers; nothing that is asked may break it."""
    shown = bearer(token or client.token)
    answer = client.site.request(method, f"{BRIDGE}/{path}", headers=shown, **given)
    assert answer.status_code == 204 or "message" in answer.json() or answer.is_success
    return int(answer.status_code)


def courses_of(client: Writer, user_id: str) -> set[str]:
    return {each["course"]["id"] for each in ask(client, f"enrollments/user/{user_id}")["data"]}


def test_somebody_is_enrolled_in_a_course_and_taken_out_again(client: Writer) -> None:
    path = f"{KENJI}/{CEDAR}"
    told = ask(client, f"enrollments/enroll/{path}", "POST", json={"beginDate": "2026-11-01"})
    assert told["data"]["beginDate"] == "2026-11-01"
    assert told["data"]["school"] == {"id": SCHOOL, "name": "Lakeside Elementary"}
    assert [period["title"] for period in told["data"]["periods"]] == ["Fall 2026", "Spring 2027"]
    again = client.site.post(f"{BRIDGE}/enrollments/enroll/{path}/{SCHOOL}", client.token)
    assert (again.status_code, again.json()["data"]["id"]) == (200, told["data"]["id"])
    assert again.json()["data"]["beginDate"] == "2026-11-01"
    assert courses_of(client, KENJI) == {WILLOW, CEDAR}
    assert status(client, f"enrollments/unenroll/{path}", "DELETE") == 204
    assert courses_of(client, KENJI) == {WILLOW}
    assert status(client, f"enrollments/unenroll/{path}", "DELETE") == 404
    assert client.read(f"enrollments/{told['data']['id']}")["status"] == "tobedeleted"
    ask(client, f"enrollments/enroll/{path}", "POST")
    assert courses_of(client, KENJI) == {WILLOW, CEDAR}


def test_the_only_class_is_the_default_one_and_of_several_one_is_made(client: Writer) -> None:
    only = ask(client, f"enrollments/defaultClass/{WILLOW}")["data"]
    assert (only["id"], only["title"]) == (demo_id("class", "willow"), "Willow Room")
    course = client.create("courses", "course", title="New", org=reference(SCHOOL), grades=["K"])
    assert status(client, f"enrollments/defaultClass/{course}") == 404
    for _ in range(2):
        client.create("classes", "class", title="Own", course=reference(course))
    assert status(client, f"enrollments/defaultClass/{course}") == 404
    ask(client, f"enrollments/enroll/{STUDENT_ID}/{course}", "POST")
    made = ask(client, f"enrollments/defaultClass/{course}/{SCHOOL}")["data"]
    assert (made["title"], made["grades"], len(made["periods"])) == ("New", ["0"], 1)
    kept = client.read(f"classes/{made['id']}")
    assert kept["metadata"] == {"edubridge": {"defaultClass": True}}
    ask(client, f"enrollments/enroll/{KENJI}/{course}/{MIDDLE}", "POST")
    there = ask(client, f"enrollments/defaultClass/{course}/{MIDDLE}")["data"]
    assert there["id"] != made["id"]


def test_a_school_without_any_calendar_gets_its_year(site: InProcess) -> None:
    other = Writer.of(site, OTHER)
    org = other.create("schools", "org", name="Theirs")
    person = other.create("students", "user", givenName="Mia", familyName="Stone")
    course = other.create("courses", "course", title="Theirs", org=reference(org))
    told = ask(other, f"enrollments/enroll/{person}/{course}", "POST")["data"]
    (year,) = told["periods"]
    assert (year["title"], year["startDate"]) == ("2026-2027", "2026-08-01")
    assert status(other, f"enrollments/user/{STUDENT_ID}") == 404
    assert status(other, f"enrollments/enroll/{person}/{WILLOW}", "POST") == 404
    assert status(other, f"enrollments/enroll/{STUDENT_ID}/{course}", "POST") == 404
    assert status(other, f"enrollments/enroll/{person}/{course}/{SCHOOL}", "POST") == 404


def test_goals_are_the_courses_until_somebody_has_his_own(client: Writer) -> None:
    goals = {"goals": {"dailyXp": 20}, "metrics": {"totalXp": 900}}
    course = client.create("courses", "course", title="G", org=reference(SCHOOL), metadata=goals)
    path = f"enrollments/enroll/{STUDENT_ID}/{course}"
    assert ask(client, path, "POST")["data"]["metadata"] == goals
    own = {"metadata": {"goals": {"dailyXp": 5}, "why": "slow start"}}
    told = ask(client, path, "POST", json=own)["data"]["metadata"]
    assert told == {**goals, **own["metadata"]}
    reset = f"enrollments/resetGoals/{course}"
    assert ask(client, reset, "POST")["data"] == {"updated": 1, "errors": []}
    assert ask(client, reset, "POST")["data"] == {"updated": 0, "errors": []}
    told = ask(client, path, "POST")["data"]["metadata"]
    assert told == {**goals, "why": "slow start"}


def result(client: Writer, key: str, item: dict[str, Any], **told: Any) -> None:
    """Write a line item and Ava's result in it."""
    known = {"title": key, "status": "active", **item}
    path = f"{GRADEBOOK}/assessmentLineItems/{key}"
    assert client.send("PUT", path, {"assessmentLineItem": known}).is_success
    document = {
        "assessmentLineItem": reference(key),
        "student": reference(STUDENT_ID),
        "scoreDate": "2026-11-10",
        "scoreStatus": "fully graded",
        **told,
    }
    path = f"{GRADEBOOK}/assessmentResults/{key}"
    answer = client.send("PUT", path, {"assessmentResult": document})
    assert answer.status_code in {200, 201}, answer.text


def test_progress_in_one_course_is_reset(client: Writer) -> None:
    room = client.create("classes", "class", title="R", course=reference(CEDAR))
    result(client, "in-course", {"course": reference(CEDAR)}, score=1)
    result(client, "in-class", {"class": reference(room)}, score=1)
    result(client, "elsewhere", {"course": reference(WILLOW)}, score=1)
    path = f"enrollments/resetProgress/{STUDENT_ID}/{CEDAR}"
    assert status(client, path, "DELETE") == 204
    found = {
        key: client.read(f"{GRADEBOOK}/assessmentResults/{key}")["status"]
        for key in ("in-course", "in-class", "elsewhere")
    }
    assert found == {
        "in-course": "tobedeleted",
        "in-class": "tobedeleted",
        "elsewhere": "active",
    }
    assert client.send("PATCH", f"classes/{room}", {"class": {"status": "tobedeleted"}}).is_success


def test_mastery_is_what_assessments_say(client: Writer) -> None:
    path = f"analytics/highestGradeMastered/{STUDENT_ID}/Science"
    assert set(ask(client, path)["grades"].values()) == {None}
    science = {"metadata": {"subject": "Science", "assessmentType": "test_out", "grade": 4}}
    result(client, "good", {"course": reference(WILLOW)}, score=90, **science)
    tried = {"metadata": {**science["metadata"], "grade": 8}}
    result(client, "not enough", {"course": reference(WILLOW)}, score=89.9, **tried)
    placed = {"metadata": {"subject": "Science", "assessmentType": "bracketing", "grade": 6}}
    result(client, "placed", {"resultValueMax": 20}, score=19, **placed)
    told = ask(client, path)["grades"]
    assert (told["testOutGrade"], told["placementGrade"]) == ("4", "6")
    assert told["highestGradeOverall"] == "6"


def test_the_latest_map_result_is_the_profile(client: Writer) -> None:
    path = f"learning-reports/map-profile/{STUDENT_ID}"
    assert ask(client, path)["data"] == {"userId": STUDENT_ID}
    growth = {"metadata": {"assessmentType": "map_growth", "subject": "Math", "grade": 3}}
    result(client, "map fall", {}, score=188, scorePercentile=44, **growth)
    told = ask(client, path)["data"]
    assert (told["ritScore"], told["percentile"], told["gradeLevel"]) == (188, 44, "3")


PEOPLE = [
    ("roles=student", 30),
    ("roles=teacher", 6),
    ("roles=student&roles=teacher", 36),
    (f"roles=student&orgSourcedIds={MIDDLE}", 10),
    (f"roles=student&orgSourcedIds={MIDDLE}&orgSourcedIds={SCHOOL}", 30),
    ("roles=student&search=thompson", 1),
    ("roles=student&filter=familyName%3D%27Thompson%27", 1),
    ("roles=guardian", 1),
]


@pytest.mark.parametrize(("query", "count"), PEOPLE)
def test_people_are_found_by_role_and_org(client: Writer, query: str, count: int) -> None:
    told = ask(client, f"users/?{query}&limit=100")
    assert (len(told["users"]), told["totalCount"]) == (count, count)


def test_people_come_in_pages_with_all_that_the_client_demands(client: Writer) -> None:
    query = "users?roles=student&limit=7&sort=givenName&fields=givenName&offset="
    pages = [ask(client, f"{query}{offset}")["users"] for offset in range(0, 35, 7)]
    names = [each["givenName"] for page in pages for each in page]
    assert len(names) == 30
    assert names == sorted(names, key=str.lower)
    one = pages[0][0]
    assert (one["userIds"], one["agents"], one["userProfiles"]) == ([], [], [])
    assert one["enabledUser"] == "true"
    assert one["primaryOrg"]["name"]
    assert one["roles"][0]["org"]["type"] == "org"


def test_roles_and_grades_are_told_in_the_clients_words(client: Writer) -> None:
    at = {"roleType": "primary", "org": reference(SCHOOL)}
    named = {"givenName": "P", "familyName": "Q"}
    client.create("users", "user", **named, roles=[{"role": "principal", **at}], grades=["KG"])
    both = [{"role": "student", **at}, {"role": "proctor", **at, "roleType": "secondary"}]
    client.create("users", "user", **named, roles=both)
    client.create("users", "user", **named, roles=[{"role": "counselor", **at}])
    of_q = "filter=familyName%3D%27Q%27"
    (head,) = ask(client, f"users?roles=administrator&{of_q}")["users"]
    assert (head["roles"][0]["role"], head["grades"], head["email"]) == ("administrator", ["0"], "")
    assert ask(client, "users?roles=proctor")["users"] == []


def spend(site: InProcess, key: str, start_ms: int, *states: State) -> None:
    """Send a session of a minute for each state, from the desktop."""
    app = caliper.App(site.tool.id, "Tool", "Math")
    span = caliper.SessionSpan(ids.seeded(key, "s", ""), start_ms)
    told = [caliper.logged_in(ids.seeded(key, "in", ""), AVA, app, span, start_ms)]
    for n, state in enumerate(states):
        at, event_id = start_ms + n * MINUTE, ids.seeded(key, "w", str(n))
        window = caliper.time_spent(event_id, AVA, app, span.id, state, None, at, MINUTE)
        told += [window] if window else []
    assert send(site, site.sign_in(), body(*told)).status_code == 200


TIMEBACK = {
    "profile": "TimebackProfile",
    "actor": {"id": f"urn:uuid:{STUDENT_ID}", "type": "TimebackUser", "email": AVA.email},
    "object": {
        "id": "urn:x:lesson",
        "type": "TimebackActivityContext",
        "subject": "Math",
        "app": {"name": "Tool"},
    },
}
AGGREGATION = {
    "profile": "AggregationProfile",
    "actor": {"id": f"urn:uuid:{KENJI}", "type": "Person"},
    "object": {"id": "urn:x:lesson", "type": "AssignableDigitalResource"},
}


def activity(site: InProcess, key: str, at_ms: int, collection: str, *items: Any) -> dict[str, Any]:
    """Return what an app tells at the end of a lesson, without its dialect."""
    return {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:{ids.seeded(key, 'activity', '')}",
        "type": "ActivityEvent",
        "action": "Completed",
        "generated": {"id": "urn:x:metrics", "type": collection, "items": list(items)},
        "edApp": f"urn:uuid:{site.tool.id}",
        "eventTime": iso_utc(at_ms),
        "session": "urn:tag:auto-attach",
    }


def achieve(site: InProcess, key: str, at_ms: int, **metrics: float) -> None:
    """Send what an app tells at the end of a lesson, as TimeBack's own profile has it."""
    items = [{"type": name, "value": value} for name, value in metrics.items()]
    event = activity(site, key, at_ms, "TimebackActivityMetricsCollection", *items)
    answer = send(site, Writer.of(site).token, body(event | TIMEBACK))
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def day(site: InProcess) -> str:
    """A day on which Ava worked, wandered off and finished a lesson, twice."""
    with writing(site.platform.engine) as connection:
        this = applications.c.id == site.tool.id
        connection.execute(update(applications).where(this).values(subject="Math"))
    spend(site, "day", START, State.ON_TASK, State.ON_TASK, State.IDLE, State.OFF_APP)
    metrics = {"xpEarned": 2.5, "totalQuestions": 8, "correctQuestions": 7, "masteredUnits": 1}
    achieve(site, "first", START + MINUTE, **metrics)
    achieve(site, "second", START + 3 * MINUTE, xpEarned=-0.5)
    return iso_utc(START)[:10]


FIGURES = {
    "activityMetrics": {
        "xpEarned": 2.0,
        "totalQuestions": 8,
        "correctQuestions": 7,
        "masteredUnits": 1,
    },
    "timeSpentMetrics": {
        "activeSeconds": 120,
        "inactiveSeconds": 60,
        "wasteSeconds": 60,
        "unknownSeconds": 0,
        "claimedActiveSeconds": None,
        "claimedInactiveSeconds": None,
        "claimedWasteSeconds": None,
        "claimedUnknownSeconds": None,
        "claimedAntiPatternSeconds": None,
    },
    "apps": ["Tool"],
}


def test_figures_are_folded_out_of_the_events(client: Writer, day: str) -> None:
    asked = {"email": AVA.email, "startDate": day, "endDate": day}
    told = ask(client, "analytics/activity", params=asked)
    assert told["facts"] == {day: {"Math": FIGURES}}
    assert told["factsByApp"] == {"Tool": told["facts"]}
    assert (told["startDate"], told["endDate"]) == (f"{day}T00:00:00.000Z", f"{day}T23:59:59.999Z")
    later = asked | {"timezone": "Pacific/Kiritimati", "endDate": iso_utc(START + DAY)}
    (local,) = ask(client, "analytics/activity", params=later)["facts"]
    assert local > day


def test_the_other_dialect_counts_as_well(client: Writer) -> None:
    other = client.site.register("Other", subject="Reading")
    metric = {"id": f"urn:uuid:{ids.mint()}", "type": "ActivityMetric"}
    items = [metric | {"metricType": "XpEarned", "metricValue": 4}]
    event = activity(client.site, "other", START, "ActivityMetricsCollection", *items)
    event |= {"edApp": f"urn:uuid:{other.id}"}
    answer = send(client.site, client.token, body(event | AGGREGATION))
    assert answer.status_code == 200, answer.text
    asked = {"studentId": KENJI, "startDate": iso_utc(START), "endDate": iso_utc(START)}
    told = ask(client, "analytics/activity", params=asked)["factsByApp"]
    (figures,) = told["Other"].values()
    assert figures["Reading"]["activityMetrics"]["xpEarned"] == 4


def test_a_week_and_an_enrollment_tell_the_same_figures(client: Writer, day: str) -> None:
    asked = {"studentId": STUDENT_ID, "weekDate": iso_utc(START)}
    (record,) = ask(client, "analytics/facts/weekly", params=asked)["facts"]
    assert (record["date"], record["subject"], record["app"]) == (day, "Math", "Tool")
    assert (record["activeSeconds"], record["wasteSeconds"]) == ("120", "60")
    assert (record["xpEarned"], record["email"]) == (2.0, AVA.email)
    mine = demo_id("enrollment", "willow/ava.thompson")
    told = ask(client, f"analytics/enrollment/{mine}", params={"endDate": iso_utc(START + DAY)})
    assert told["facts"] == {day: {"Math": FIGURES}}
    assert status(client, "analytics/enrollment/none") == 404


@pytest.mark.usefixtures("day")
def test_an_app_is_measured_by_its_sessions(client: Writer) -> None:
    apps = {each["name"]: each for each in ask(client, "applications/")["applications"]}
    tool = apps["Tool"]
    assert tool["domain"] == ["tool.example:9501"]
    told = ask(client, f"applicationMetrics/{tool['sourcedId']}")["data"]
    assert (told["totalUsers"], told["activeUsers"], told["totalSessions"]) == (1, 1, 1)
    assert told["avgSessionDuration"] == 240.0
    assert status(client, "applicationMetrics/none") == 404


def test_the_school_year_is_told_and_no_hours_are_invented(client: Writer) -> None:
    told = ask(client, f"time-saved/user/{PRIYA}")["data"]
    assert told["schoolYearStartDate"] == "2026-08-17"
    assert told["schoolDaysElapsed"] == 68  # 2026-08-17 to 2026-11-18
    assert told["totalHoursSaved"] is None


def test_a_subject_and_a_grade_lead_to_one_course(client: Writer) -> None:
    track = {"subject": "Math", "grade": "9", "courseId": WILLOW, "orgSourcedId": None}
    first = ask(client, "subject-track/", "PUT", json=track)["subjectTrack"]
    moved = ask(client, "subject-track/", "PUT", json={**track, "courseId": CEDAR})["subjectTrack"]
    assert (moved["id"], moved["course"]["sourcedId"]) == (first["id"], CEDAR)
    there = ask(client, "subject-track/", "PUT", json={**track, "orgSourcedId": SCHOOL})
    assert there["subjectTrack"]["org"]["name"] == "Lakeside Elementary"
    assert len(ask(client, "subject-track/")["subjectTrack"]) == 2
    (group,) = ask(client, "subject-track/groups")["groups"]
    assert (group["name"], len(group["tracks"])) == ("Math", 2)
    assert status(client, f"subject-track/{first['id']}", "DELETE") == 204
    assert status(client, f"subject-track/{first['id']}", "DELETE") == 404
    assert status(client, "subject-track", "PUT", json={**track, "courseId": "none"}) == 404


RANGE = "startDate=2026-11-01&endDate=2026-11-02"
HOSTILE = [
    ("GET", "users", 422),
    ("GET", "users?roles=", 422),
    ("GET", "users?roles=wizard", 422),
    ("GET", "users?roles=student&filter=nonsense", 400),
    ("GET", "users?roles=student&limit=-1", 400),
    ("GET", f"analytics/activity?{RANGE}", 400),
    ("GET", f"analytics/activity?{RANGE}&email=nobody%40x.example", 404),
    ("GET", f"analytics/activity?{RANGE}&studentId=none", 404),
    ("GET", f"analytics/activity?{RANGE}&studentId=x&timezone=Mars/Base", 400),
    ("GET", f"analytics/activity?{RANGE}&studentId=x&timezone=../../etc/passwd", 400),
    ("GET", "analytics/activity?startDate=yesterday&endDate=2026-11-02&studentId=x", 400),
    ("GET", "analytics/activity?startDate=0001-01-01&endDate=2026-11-02&studentId=x", 400),
    ("GET", "analytics/activity?startDate=2026-11-02&endDate=9999-12-31&studentId=x", 400),
    ("GET", "analytics/activity?startDate=2026-11-03&endDate=2026-11-02&studentId=x", 400),
    ("GET", "analytics/facts/weekly?weekDate=9999-12-31&studentId=x", 400),
    ("GET", "analytics/facts/weekly?weekDate=0001-01-01&studentId=x", 400),
    ("GET", "analytics/facts/weekly?studentId=x", 422),
    ("POST", f"enrollments/enroll/{STUDENT_ID}/none", 404),
    ("POST", f"enrollments/enroll/none/{WILLOW}", 404),
    ("POST", f"enrollments/enroll/{STUDENT_ID}/{WILLOW}/none", 404),
    ("POST", "enrollments/resetGoals/none", 404),
    ("DELETE", f"enrollments/resetProgress/none/{WILLOW}", 404),
    ("GET", "learning-reports/map-profile/none", 404),
]


@pytest.mark.parametrize(("method", "path", "expected"), HOSTILE)
def test_nonsense_is_told_and_breaks_nothing(
    client: Writer, method: str, path: str, expected: int
) -> None:
    assert status(client, path, method) == expected


def test_a_name_that_no_database_holds_is_unknown(client: Writer) -> None:
    # SQLite looks for it, PostgreSQL will not be asked.
    assert status(client, "enrollments/user/%00") in {404, 422}


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", f"enrollments/user/{STUDENT_ID}", ROSTER_CREATEPUT),
        ("POST", f"enrollments/enroll/{STUDENT_ID}/{WILLOW}", ROSTER_READONLY),
        ("DELETE", f"enrollments/unenroll/{STUDENT_ID}/{WILLOW}", ROSTER_READONLY),
        ("DELETE", "subject-track/none", ROSTER_READONLY),
        ("GET", f"analytics/activity?{RANGE}&studentId={STUDENT_ID}", ROSTER_READONLY),
        ("GET", f"time-saved/user/{STUDENT_ID}", ROSTER_READONLY),
        ("GET", "users?roles=student", EVENTS_READONLY),
    ],
)
def test_another_scope_opens_nothing(client: Writer, method: str, path: str, scope: str) -> None:
    assert status(client, path, method, token_with(client.site, scope)) == 403


def test_people_read_about_themselves_only_and_teachers_about_theirs(client: Writer) -> None:
    site = client.site
    ava, teacher = site.sign_in(), site.sign_in("priya.raman", "2580")
    mine, theirs = (f"learning-reports/map-profile/{who}" for who in (STUDENT_ID, KENJI))
    elsewhere = f"learning-reports/map-profile/{demo_id('user', 'jun.park')}"
    assert [status(client, path, token=ava) for path in (mine, theirs)] == [200, 403]
    assert [status(client, path, token=teacher) for path in (theirs, elsewhere)] == [200, 403]
    assert status(client, f"applicationMetrics/{site.tool.id}", token=ava) == 403
