"""Overviews of a class and of a school: whose they are, what is in them, who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from tests.helpers.backends import InProcess, opened_site
from tests.helpers.developers import publisher
from tests.helpers.event_door import AVA, START
from tests.helpers.lived_days import ELEMENTARY, MINUTE, NOOR, WILLOW, People, note, spend
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import demo_id
from timeback_desktop.backend.roster.models import enrollments
from timeback_desktop.backend.settings import Settings
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import State, Totals

Json = dict[str, Any]
CLASS = f"/insights/1.0/classes/{WILLOW}/overview"
ORG = f"/insights/1.0/orgs/{ELEMENTARY}/overview"
DAY = 86_400_000
WORKED = (State.ON_TASK, State.ON_TASK, State.IDLE, State.OFF_APP)


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("groups") / "data") as site:
        site.clock.pass_seconds(12 * 3600)
        spend(site, "one", START, *WORKED)
        spend(site, "two", START - 3 * DAY, State.ON_TASK)
        spend(site, "noor", START, State.PASSIVE_OK, learner=NOOR)
        note(site, "idle", State.IDLE, START + 2 * MINUTE)
        yield site


@pytest.fixture(scope="module")
def people(site: InProcess) -> People:
    return People(site)


@pytest.fixture(scope="module")
def teacher(people: People) -> str:
    return people.token(demo_id("user", "priya.raman"))


def get(site: InProcess, path: str, token: str, **params: object) -> Json:
    answer = site.get(path, token, params=params)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_a_class_is_what_its_students_are_together(site: InProcess, teacher: str) -> None:
    told = get(site, CLASS, teacher)
    states = [*WORKED, State.ON_TASK, State.PASSIVE_OK]
    assert told["totals"]["time"] == Totals.fold((each, MINUTE) for each in states).as_wire()
    assert [each["date"] for each in told["buckets"]] == ["2026-11-15", "2026-11-18"]
    assert told["totals"]["waste"] == {
        "total_s": 120, "idle_s": 60, "away_s": 0, "off_app_s": 60, "off_site_s": 0, "habits_s": 0
    }  # fmt: skip
    assert told["class"] == {"id": WILLOW, "name": "Willow Room", "students": 5}
    assert told["breakdown"]["byApp"][0]["applicationName"] == "Tool"
    assert told["range"] == {"from": "2026-11-12T00:00:00.000Z", "to": "2026-11-19T00:00:00.000Z"}
    assert "students" not in told


def test_students_come_by_name_and_by_page(site: InProcess, teacher: str) -> None:
    first = get(site, CLASS, teacher, include="students", limit=2)
    rest = get(site, CLASS, teacher, include="students", limit=200, offset=2)
    names = [each["familyName"] for each in first["students"] + rest["students"]]
    assert names == sorted(names)
    assert first["pagination"] == {"limit": 2, "offset": 0, "total": 5, "hasMore": True}
    times = {each["userId"]: each["time"] for each in first["students"] + rest["students"]}
    assert times[NOOR.id]["engaged_s"] == 60
    assert times[AVA.id]["span_s"] == 300
    assert None in times.values()  # who did nothing was not measured


def test_every_cell_of_every_student(site: InProcess, teacher: str) -> None:
    told = get(site, CLASS, teacher, include="students,days,apps")
    assert told["columns"] == ["applicationId", "subject", "measured", "state", "ms"]
    ava = next(each for each in told["students"] if each["userId"] == AVA.id)
    assert [day["date"] for day in ava["days"]] == ["2026-11-15", "2026-11-18"]
    rows = [[*row[2:]] for row in ava["days"][1]["rows"]]
    ms = {"idle": MINUTE, "off_app": MINUTE, "on_task": 2 * MINUTE}
    assert rows == [[1, state, each] for state, each in ms.items()]
    days = get(site, CLASS, teacher, include="students,days")["students"]
    mine = next(each for each in days if each["userId"] == AVA.id)["days"]
    assert [day["time"]["span_s"] for day in mine] == [60, 240]


@pytest.mark.parametrize(("granularity", "dates"), [
    ("day", ["2026-11-15", "2026-11-18"]),
    ("week", ["2026-11-09", "2026-11-16"]),
    ("month", ["2026-11-01"]),
])  # fmt: skip
def test_buckets_of_any_length(
    site: InProcess, teacher: str, granularity: str, dates: list[str]
) -> None:
    told = get(site, CLASS, teacher, granularity=granularity)
    assert [each["date"] for each in told["buckets"]] == dates


def test_an_instant_stands_for_its_day(site: InProcess, teacher: str) -> None:
    whole = get(site, CLASS, teacher, **{"from": "2026-11-18", "to": "2026-11-18"})
    part = {"from": iso_utc(START), "to": iso_utc(START + 1)}
    assert get(site, CLASS, teacher, **part) == whole
    assert whole["range"]["to"] == "2026-11-19T00:00:00.000Z"


def test_who_leaves_a_class_takes_his_days_along(site: InProcess, teacher: str) -> None:
    mine = enrollments.c.user_id == NOOR.id
    for status, engaged in (("tobedeleted", 180), ("active", 240)):
        with writing(site.platform.engine) as connection:
            connection.execute(update(enrollments).where(mine).values(status=status))
        told = get(site, CLASS, teacher, include="students")
        assert told["totals"]["time"]["engaged_s"] == engaged
        assert (NOOR.id in {each["userId"] for each in told["students"]}) is (engaged == 240)


def test_who_may_see_what(site: InProcess, people: People) -> None:
    tokens = people.everybody()
    user = f"/insights/1.0/users/{AVA.id}"
    some = {"herself", "her teacher", "her mother", "the head", "an app in her name", "a client"}
    may = {
        f"{user}/overview": some,
        user: some,
        f"{user}/sessions": some,
        CLASS: {"her teacher", "the head", "a client"},
        ORG: {"the head", "a client"},
        "/insights/1.0/reviews/queue": {"her teacher", "another teacher", "the head", "a client"},
    }
    for path, allowed in may.items():
        found = {who: site.get(path, token).status_code for who, token in tokens.items()}
        assert found.pop("nobody") == 401
        assert {who for who, status in found.items() if status == 200} == allowed, path
        assert set(found.values()) == {200, 403}


def test_nobody_sees_another_school(site: InProcess, people: People) -> None:
    stranger = people.client(tenant=publisher(site, "Another School"))
    for path in (CLASS, ORG):
        assert site.get(path, stranger).status_code == 404
    assert site.get(f"/insights/1.0/users/{AVA.id}/overview", stranger).status_code == 403
    told = site.get("/insights/1.0/reviews/queue", stranger).json()
    assert (told["insights"], told["contested"]) == ([], 0)


@pytest.mark.parametrize("group_id", ["nothing", "%2e%2e", "'; drop table users; --", "x" * 3_000])
def test_a_group_that_is_not_there(
    site: InProcess, people: People, teacher: str, group_id: str
) -> None:
    for kind in ("classes", "orgs"):
        path = f"/insights/1.0/{kind}/{group_id}/overview"
        assert site.get(path, teacher).status_code == 403
        assert site.get(path, people.client()).status_code == 404


@pytest.mark.parametrize("params", [
    {"from": "yesterday"},
    {"from": "2026-11-18T11:06:40"},
    {"from": "2026-11-19", "to": "2026-11-18"},
    {"from": "2025-01-01", "to": "2026-11-18"},
    {"to": "9999-12-31T23:59:59Z"},
    {"to": "0000-00-00"},
    {"from": "1969-12-31"},
    {"granularity": "hour"},
    {"include": "students,secrets"},
    {"include": "x" * 65},
    {"limit": 0},
    {"limit": 201},
    {"limit": "1e3"},
    {"offset": -1},
    {"offset": 10**30},
])  # fmt: skip
def test_odd_questions(site: InProcess, teacher: str, params: Json) -> None:
    for path in (CLASS, f"/insights/1.0/users/{AVA.id}/overview"):
        if path != CLASS and {"include", "limit", "offset"} & set(params):
            continue
        answer = site.get(path, teacher, params=params)
        assert (answer.status_code in {400, 422}, bool(answer.json()["message"])) == (True, True)


@pytest.mark.parametrize("timezone", ["UTC", "Pacific/Apia"])
def test_the_first_day_there_is_has_nothing_before_it(
    site: InProcess, teacher: str, timezone: str
) -> None:
    day = {"from": "1970-01-02", "to": "1970-01-02", "timezone": timezone}
    told = get(site, f"/insights/1.0/users/{AVA.id}/overview", teacher, **day)
    assert (told["buckets"], told["trend"], told["timezone"]) == ([], None, timezone)
