"""What is kept about a person over HTTP: who may take it out, have it erased, and see who did."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.event_door import AVA, START, body, send
from tests.helpers.oneroster import token
from tests.helpers.writers import token_with
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.custody.models import audit_entries, erased_students
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.school import TEACHER_PIN
from timeback_desktop.backend.demo.seed import (
    PUBLISHER_ID,
    STUDENT_ID,
    administrator_id,
    demo_id,
    guardian_id,
)
from timeback_desktop.backend.privacy import erasure
from timeback_desktop.backend.privacy.erasure import Erasing
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.scopes import (
    EVENTS_READONLY,
    PRIVACY_READONLY,
    ROSTER_DELETE,
    ROSTER_READONLY,
)
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper import insights
from timeback_desktop.partition import State

SPAN = caliper.SessionSpan(ids.seeded("custody", "session", "1"), START)
EXPORT = f"/privacy/1.0/users/{STUDENT_ID}/export"
ERASURE = f"/privacy/1.0/users/{STUDENT_ID}/erasure"
PEER = demo_id("user", "diego.morales")


@pytest.fixture(scope="module")
def shared(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """A school in which Ava has learned; nothing that is asked of it changes that."""
    with opened_site(school, tmp_path_factory.mktemp("custody") / "data") as site:
        learn(site)
        yield site


@pytest.fixture
def fresh(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """The same, to be changed."""
    with opened_site(school, tmp_path_factory.mktemp("custody") / "data") as site:
        learn(site)
        yield site


def window(site: InProcess, key: str, at_ms: int = START) -> dict[str, Any]:
    app = caliper.App(site.tool.id, "Tool", "Math")
    event_id = ids.seeded("custody", "event", key)
    found = caliper.time_spent(event_id, AVA, app, SPAN.id, State.ON_TASK, None, at_ms, 60_000)
    assert found is not None
    return found


def learn(site: InProcess) -> None:
    """Let Ava learn for two minutes, with somebody else at the other computer."""
    site.clock.ms = START + 3_600_000
    told = body(window(site, "1"), window(site, "2", START + 60_000))
    assert send(site, site.sign_in(), told).status_code == 200


def as_person(site: InProcess, user_id: str, role: str) -> str:
    """Return the token of somebody who signed in."""
    whose = {"kind": PrincipalKind.USER, "user_id": user_id}
    found = token(site.platform.engine, site.clock(), EVENTS_READONLY, **whose)
    with writing(site.platform.engine) as connection:
        connection.execute(update(users).where(users.c.id == user_id).values(role=role))
    return found


def administrator(site: InProcess) -> str:
    return as_person(site, administrator_id(), "administrator")


def guardian(site: InProcess) -> str:
    return as_person(site, guardian_id(), "guardian")


def packed(answer: httpx.Response) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def lines(package: zipfile.ZipFile, name: str) -> list[Any]:
    return [json.loads(line) for line in package.read(name).splitlines()]


def test_an_export_holds_what_was_sent(shared: InProcess) -> None:
    package = packed(shared.get(EXPORT, shared.sign_in()))
    kept = lines(package, "events.ndjson")
    assert [each["event"] for each in kept] == [
        json.loads(caliper.encode(window(shared, key, at)))
        for key, at in (("1", START), ("2", START + 60_000))
    ]
    (profile,) = json.loads(package.read("profile.json"))["users"]
    assert (profile["sourcedId"], profile["givenName"]) == (STUDENT_ID, "Ava")
    assert sum(each["ms"] for each in lines(package, "day_times.ndjson")) == 120_000
    assert len(lines(package, "sign_ins.ndjson")) > 0
    assert "TimeBack" in json.loads(package.read("manifest.json"))["program"]


def test_the_manifest_counts_and_hashes_every_file(shared: InProcess) -> None:
    package = packed(shared.get(EXPORT, shared.sign_in()))
    manifest = json.loads(package.read("manifest.json"))
    told = {each["name"]: each for each in manifest["files"]}
    assert {*told, "manifest.json"} == set(package.namelist())
    for name, each in told.items():
        content = package.read(name)
        assert each["sha256"] == sha256(content).hexdigest()
        assert each["bytes"] == len(content)
        if name.endswith(".ndjson"):
            assert each["records"] == len(content.splitlines())


def test_no_secret_leaves(shared: InProcess) -> None:
    package = packed(shared.get(EXPORT, shared.sign_in()))
    text = "".join(package.read(name).decode() for name in package.namelist())
    assert "argon2" not in text
    assert "_sha256" not in text.replace("previous_sha256", "")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("himself", 200),
        ("guardian", 200),
        ("administrator", 200),
        ("client", 200),
        ("client without the scope", 403),
        ("teacher", 403),
        ("peer", 403),
        ("an app in his name", 403),
        ("desktop", 403),
    ],
)
def test_who_may_take_an_export(shared: InProcess, who: str, status: int) -> None:
    assert shared.get(EXPORT, caller(shared, who)).status_code == status


def caller(site: InProcess, who: str) -> str:
    """Return the token of one of those who may ask, or may not."""
    return CALLERS[who](site)


def lent(site: InProcess) -> str:
    """Return the token of an app in which Ava signed in."""
    whose = {"kind": PrincipalKind.USER, "user_id": STUDENT_ID, "client_id": site.tool.client_id}
    return token(site.platform.engine, site.clock(), **whose)


CALLERS: dict[str, Callable[[InProcess], str]] = {
    "himself": lambda site: site.sign_in(),
    "guardian": guardian,
    "administrator": administrator,
    "client": lambda site: token_with(site, PRIVACY_READONLY),
    "client without the scope": lambda site: token_with(site, ROSTER_READONLY, EVENTS_READONLY),
    "teacher": lambda site: site.sign_in("priya.raman", TEACHER_PIN),
    "peer": lambda site: as_person(site, PEER, "student"),
    "an app in his name": lent,
    "desktop": lambda site: site.platform.run_secret or "",
}


@pytest.mark.parametrize(
    "name", ["nobody", "%00", "a" * 400, "%F0%9F%A6%8A", "..%2f", "%0d%0aX: y"]
)
@pytest.mark.parametrize("path", ["export", "erasure"])
def test_strange_names_harm_nobody(shared: InProcess, path: str, name: str) -> None:
    token = administrator(shared)
    asked = {"method": "POST", "json": {}} if path == "erasure" else {"method": "GET"}
    where = f"/privacy/1.0/users/{name}/{path}"
    answer = shared.request(path=where, headers=bearer(token), **asked)
    assert answer.status_code in {403, 404}


@pytest.mark.parametrize(
    "told",
    [
        {"scope": "all"},
        {"scope": None},
        {"dryRun": "yes"},
        {"confirm": 7},
        {"confirm": "a" * 300},
        {"confirmed": STUDENT_ID},
        [],
        None,
    ],
)
def test_an_erasure_that_is_not_understood_is_refused(shared: InProcess, told: Any) -> None:
    assert shared.post(ERASURE, administrator(shared), json=told).status_code == 422


@pytest.mark.parametrize("confirm", [None, "", PEER, f"{STUDENT_ID} "])
def test_an_erasure_wants_to_be_confirmed(shared: InProcess, confirm: str | None) -> None:
    answer = shared.post(ERASURE, administrator(shared), json={"confirm": confirm})
    assert (answer.status_code, answer.json()["pointer"]) == (422, "/confirm")
    assert erased(shared) == []


def erased(site: InProcess) -> list[str]:
    with reading(site.platform.engine) as connection:
        return list(connection.scalars(select(erased_students.c.user_id)))


def test_a_dry_run_erases_nothing(shared: InProcess) -> None:
    told = shared.post(ERASURE, administrator(shared), json={"dryRun": True}).json()
    assert (told["state"], told["counts"]["events"]) == ("counted", 2)
    assert erased(shared) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [("himself", 202), ("guardian", 202), ("teacher", 403), ("peer", 403), ("desktop", 403)],
)
def test_a_person_can_ask_for_an_erasure(shared: InProcess, who: str, status: int) -> None:
    answer = shared.post(ERASURE, caller(shared, who), json={"confirm": STUDENT_ID})
    assert answer.status_code == status
    assert erased(shared) == []


def test_an_app_can_only_ask(shared: InProcess) -> None:
    owner = {"client_id": shared.tool.client_id}
    app = token(shared.platform.engine, shared.clock(), ROSTER_DELETE, **owner)
    answer = shared.post(ERASURE, app, json={"confirm": STUDENT_ID})
    assert answer.status_code == 202
    assert erased(shared) == []


def test_staff_are_not_erased(shared: InProcess) -> None:
    teacher = demo_id("user", "priya.raman")
    where = f"/privacy/1.0/users/{teacher}/erasure"
    answer = shared.post(where, administrator(shared), json={"confirm": teacher})
    assert answer.status_code == 409


def test_an_administrator_erases(fresh: InProcess) -> None:
    told = {"scope": "activity", "confirm": STUDENT_ID}
    answer = fresh.post(ERASURE, administrator(fresh), json=told)
    assert (answer.status_code, answer.json()["counts"]["events"]) == (200, 2)
    package = packed(fresh.get(EXPORT, token_with(fresh, PRIVACY_READONLY)))
    for name in ("events", "time_spent", "sessions", "day_times", "sign_ins"):
        assert lines(package, f"{name}.ndjson") == []
    assert [each["action"] for each in lines(package, "audit_entries.ndjson")] == [
        "erasure begun",
        "erased",
    ]


def test_a_client_of_the_school_erases_somebody_as_a_whole(fresh: InProcess) -> None:
    told = {"scope": "everything", "confirm": STUDENT_ID}
    assert fresh.post(ERASURE, token_with(fresh, ROSTER_DELETE), json=told).status_code == 200
    roster = f"/ims/oneroster/rostering/v1p2/users/{STUDENT_ID}"
    user = fresh.get(roster, token_with(fresh, ROSTER_READONLY)).json()["user"]
    assert (user["status"], user["givenName"], user["enabledUser"]) == ("tobedeleted", "", "false")
    assert "Ava" not in json.dumps(user)
    asked = {"userId": STUDENT_ID}
    assert (
        fresh.post("/desktop/1.0/sign-in", fresh.platform.run_secret, json=asked).status_code > 400
    )


def test_what_was_asked_for_is_decided_by_an_administrator(fresh: InProcess) -> None:
    asked = fresh.post(ERASURE, fresh.sign_in(), json={"scope": "activity"}).json()["requestId"]
    assert fresh.post(ERASURE, guardian(fresh), json={}).json()["requestId"] == asked
    head, where = administrator(fresh), f"/privacy/1.0/erasures/{asked}"
    (listed,) = fresh.get("/privacy/1.0/erasures?state=asked", head).json()["requests"]
    assert (listed["userId"], listed["askedBy"]["id"]) == (STUDENT_ID, STUDENT_ID)
    assert fresh.get("/privacy/1.0/erasures", guardian(fresh)).status_code == 403
    assert fresh.post(where, head, json={"decision": "confirm"}).status_code == 422
    told = {"decision": "confirm", "confirm": STUDENT_ID}
    assert fresh.post(where, guardian(fresh), json=told).status_code == 403
    assert fresh.post(where, head, json=told).json()["counts"]["events"] == 2
    assert fresh.post(where, head, json=told).status_code == 409
    assert fresh.post(f"{where}0", head, json=told).status_code == 404


def test_what_was_asked_for_can_be_declined(fresh: InProcess) -> None:
    asked = fresh.post(ERASURE, fresh.sign_in(), json={}).json()["requestId"]
    where = f"/privacy/1.0/erasures/{asked}"
    answer = fresh.post(where, administrator(fresh), json={"decision": "decline"})
    assert answer.json()["state"] == "declined"
    assert erased(fresh) == []


def test_a_coachs_words_about_a_person_go_with_him(fresh: InProcess) -> None:
    app = caliper.App(fresh.tool.id, "Tool", "Math")
    place, coach = insights.Place(AVA, app, SPAN.id), demo_id("user", "priya.raman")
    verdict = insights.Insight(
        id=ids.seeded("custody", "insight", "1"),
        kind="rushing",
        detail=None,
        rule="rapid_answers",
        version=3,
        started_at_ms=START,
        ms=21_500,
        on_task_ms=21_500,
        confidence=0.8,
        thresholds={},
        counts={},
        reasoning="Four answers under 4 s.",
        student_reasoning="4 answers took under 4 s.",
    )
    about = ids.seeded("custody", "review", "1")
    word = insights.reviewed(about, place, verdict.id, START, coach, "TruePositive", "Zebrafinch")
    told = body(insights.noted(place, verdict), word)
    assert send(fresh, fresh.platform.run_secret or "", told).status_code == 200
    teacher = f"/privacy/1.0/users/{coach}/export"
    overseer = token_with(fresh, PRIVACY_READONLY)
    assert b"Zebrafinch" in packed(fresh.get(teacher, overseer)).read("events.ndjson")
    mine = packed(fresh.get(EXPORT, overseer)).read("reviews_of_insights.ndjson")
    assert b"Zebrafinch" in mine
    fresh.post(ERASURE, administrator(fresh), json={"confirm": STUDENT_ID})
    package = packed(fresh.get(teacher, overseer))
    assert not any(b"Zebrafinch" in package.read(name) for name in package.namelist())
    assert about.encode() in package.read("events.ndjson")


def test_an_erasure_that_was_cut_short_goes_on(fresh: InProcess) -> None:
    platform = fresh.platform
    told = {"confirm": STUDENT_ID}
    with writing(platform.engine) as connection:
        erasing = Erasing(PUBLISHER_ID, STUDENT_ID, erasure.Scope.ACTIVITY, erasure.Actor("a", "b"))
        erasure.begin(connection, erasing, platform.now())
    answer = fresh.post(ERASURE, administrator(fresh), json=told)
    assert answer.json()["counts"]["events"] == 2
    assert erasure.unfinished(platform.engine) == []


def test_retention_is_set_by_administrators(fresh: InProcess) -> None:
    head, where = administrator(fresh), "/privacy/1.0/retention"
    assert fresh.get(where, head).json()["retention"]["events"]["days"] == 400
    put = {"headers": bearer(head), "json": {"events": 90, "signIns": 60}}
    told = fresh.request("PUT", where, **put).json()["retention"]
    assert (told["events"]["days"], told["signIns"]["days"]) == (90, 60)
    client = {**put, "headers": bearer(token_with(fresh, PRIVACY_READONLY))}
    assert fresh.request("PUT", where, **client).status_code == 403
    assert fresh.request("PUT", where, **{**put, "json": {"events": 1}}).status_code == 422


@pytest.mark.parametrize(
    "told", [{"events": "90"}, {"events": 90.5}, {"events": True}, {"events": 10**30}, {"x": 1}, []]
)
def test_retention_that_is_no_number_of_days_is_refused(shared: InProcess, told: Any) -> None:
    put = {"headers": bearer(administrator(shared)), "json": told}
    assert shared.request("PUT", "/privacy/1.0/retention", **put).status_code == 422


def test_the_trail_is_read_page_by_page(fresh: InProcess) -> None:
    for _ in range(3):
        fresh.get(EXPORT, fresh.sign_in())
    overseer = token_with(fresh, PRIVACY_READONLY)
    first = fresh.get("/privacy/1.0/audit?limit=2", overseer).json()
    assert [each["number"] for each in first["entries"]] == [3, 2]
    assert first["head"]["number"] == 3
    rest = fresh.get(f"/privacy/1.0/audit?before={first['before']}", overseer).json()
    assert ([each["number"] for each in rest["entries"]], rest["before"]) == ([1], None)
    assert rest["entries"][0]["detail"] == "by himself"
    mine = fresh.get(f"/privacy/1.0/audit?userId={PEER}", overseer).json()
    assert mine["entries"] == []


def test_the_trail_is_checked(fresh: InProcess) -> None:
    fresh.get(EXPORT, administrator(fresh))
    where, head = "/privacy/1.0/audit/verification", administrator(fresh)
    assert fresh.get(where, head).json()["intact"] is True
    with writing(fresh.platform.engine) as connection:
        connection.execute(update(audit_entries).values(actor_id=PEER))
    assert fresh.get(where, head).json()["fault"] == 1


@pytest.mark.parametrize("path", ["audit", "audit/verification", "erasures", "retention"])
@pytest.mark.parametrize("who", ["himself", "guardian", "teacher", "client without the scope"])
def test_the_trail_and_the_rules_are_not_for_everybody(
    shared: InProcess, path: str, who: str
) -> None:
    assert shared.get(f"/privacy/1.0/{path}", caller(shared, who)).status_code == 403


@pytest.mark.parametrize(
    "query", ["before=0", "before=x", "limit=0", "limit=201", "userId=", "userId=%00"]
)
def test_strange_questions_about_the_trail_are_refused(shared: InProcess, query: str) -> None:
    answer = shared.get(f"/privacy/1.0/audit?{query}", token_with(shared, PRIVACY_READONLY))
    assert answer.status_code == 422
