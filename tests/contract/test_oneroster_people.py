"""What TimeBack added to the people of OneRoster, and what follows from it elsewhere."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import func, select

from tests.helpers.backends import RUN_SECRET, InProcess, bearer, opened_site
from tests.helpers.developers import lent
from tests.helpers.event_door import EVENTS, START, body
from tests.helpers.oneroster import CLASS, ROSTER
from tests.helpers.writers import Writer, fault, reference, token_with
from timeback_desktop import ids
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.school import TEACHER_PIN
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID, coach_id
from timeback_desktop.backend.registry.models import application_grants
from timeback_desktop.backend.registry.service import register_publisher
from timeback_desktop.backend.roster.models import (
    credential_openings,
    enrollments,
    user_credentials,
    user_profiles,
    user_roles,
    users,
)
from timeback_desktop.backend.roster.service import profiles
from timeback_desktop.backend.scopes import (
    CREDENTIALS_CREATEPUT,
    CREDENTIALS_DECRYPT,
    ROSTER_CREATEPUT,
    ROSTER_READONLY,
)
from timeback_desktop.backend.serving import Listener
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper import events as caliper
from timeback_desktop.partition import State

OTHER = "01a00000-0000-7000-8000-00000000bbbb"
MIA = {"givenName": "Mia", "familyName": "Stone"}
SECRET = "correct horse battery"
LOGIN = {"applicationName": "Tool", "credentials": {"username": "mia", "password": SECRET}}


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("people") / "data") as site:
        with writing(site.platform.engine) as connection:
            register_publisher(connection, OTHER, "Another school", site.clock() + 1)
        yield site


@pytest.fixture(scope="module")
def client(site: InProcess) -> Writer:
    return Writer.of(site)


@pytest.fixture
def mia(client: Writer) -> str:
    return client.create("students", "user", **MIA)


def count(site: InProcess, table: Any, *wanted: Any) -> int:
    with reading(site.platform.engine) as connection:
        found = connection.scalar(select(func.count()).select_from(table).where(*wanted))
    return int(found or 0)


def test_a_student_is_upserted_and_told_with_everything(client: Writer) -> None:
    told = {**MIA, "sourcedId": "mia-1", "email": "mia-1@x.example", "grades": ["5"]}
    for status, grade in ((201, "5"), (200, "6")):
        told["grades"] = [grade]
        answer = client.send("PUT", "/rostering/1.0/students", {"student": told})
        assert answer.status_code == status
        student = answer.json()["student"]
        assert {"roles", "userProfiles", "agents"} <= set(student)
        assert student["grades"] == [grade]
        assert student["roles"][0]["role"] == "student"
    assert client.read("students/mia-1")["email"] == told["email"]


def test_a_student_without_sourced_id_is_known_by_email(client: Writer) -> None:
    told = {**MIA, "email": "Mia-2@x.example"}
    first = client.send("PUT", "students", {"student": told}).json()["student"]["sourcedId"]
    told = {"email": "mia-2@X.example", "phone": "7"}
    again = client.send("PUT", "students", {"student": told})
    assert again.json()["student"]["sourcedId"] == first
    assert again.json()["student"]["phone"] == "7"
    client.send("DELETE", f"users/{first}")
    third = client.send("PUT", "students", {"student": {**MIA, **told}})
    assert third.json()["student"]["sourcedId"] != first


@pytest.mark.parametrize("sourced_id", [coach_id(), 7, [], "a/b", "", "x" * 256, "a\u0000b"])
def test_only_students_are_upserted_as_students(client: Writer, sourced_id: Any) -> None:
    answer = client.send("PUT", "students", {"student": {**MIA, "sourcedId": sourced_id}})
    assert fault(answer)[:2] == (409 if sourced_id == coach_id() else 422, "invaliddata")


def test_agents_come_and_go(client: Writer, mia: str) -> None:
    path = f"users/{mia}/agents"
    for _twice in range(2):
        assert client.send("POST", path, {"agentSourcedId": coach_id()}).status_code == 201
    agents = client.send("GET", path).json()["agents"]
    assert [agent["sourcedId"] for agent in agents] == [coach_id()]
    assert client.send("DELETE", f"{path}/{coach_id()}").status_code == 204
    assert client.send("GET", path).json()["agents"] == []
    assert fault(client.send("DELETE", f"{path}/{coach_id()}"))[0] == 404


@pytest.mark.parametrize("agent", ["nobody", "", None, 7, ["x"], {}, "a\x00"])
def test_agents_are_people_of_the_roster(client: Writer, mia: str, agent: Any) -> None:
    answer = client.send("POST", f"users/{mia}/agents", {"agentSourcedId": agent})
    assert fault(answer)[:2] == (422, "invaliddata")
    self_care = client.send("POST", f"users/{mia}/agents", {"agentSourcedId": mia})
    assert fault(self_care)[0] == 422
    assert client.send("POST", "users/nobody/agents", {"agentSourcedId": mia}).status_code == 404


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_a_seat_in_a_class_is_taken_once(client: Writer, mia: str, role: str) -> None:
    told = {
        "user": reference(mia),
        "primary": True,
        "beginDate": "2026-11-01",
        "metadata": {"a": 1},
    }
    seats = [
        client.send("POST", f"classes/{CLASS}/{role}s", body).json()["sourcedIdPairs"]
        for body in ({"enrollment": told}, {"enrollment": told}, {role: reference(mia)})
    ]
    assert len({seat["allocatedSourcedId"] for seat in seats}) == 1
    kept = client.read(f"enrollments/{seats[0]['allocatedSourcedId']}")
    assert (kept["role"], kept["primary"], kept["beginDate"]) == (role, "true", "2026-11-01")
    listed = client.send("GET", f"classes/{CLASS}/{role}s?limit=500").json()["users"]
    assert [user["sourcedId"] for user in listed].count(mia) == 1


@pytest.mark.parametrize("user", [None, "x", [], {}, reference("nobody"), {"sourcedId": 7}])
def test_a_seat_needs_somebody(client: Writer, user: Any) -> None:
    answer = client.send("POST", f"classes/{CLASS}/students", {"enrollment": {"user": user}})
    assert fault(answer)[:2] == (422, "invaliddata")
    assert client.send("POST", "classes/none/students", {"enrollment": {}}).status_code == 404


def test_a_grading_period_is_created_in_its_term(client: Writer) -> None:
    term = client.send("GET", "terms?limit=1").json()["terms"][0]["sourcedId"]
    told = {"title": "Q", "startDate": "2026-09-01", "endDate": "2026-10-01", "schoolYear": "2027"}
    path = f"terms/{term}/gradingPeriods"
    made = client.send("POST", path, {"academicSession": told}).json()["sourcedIdPairs"]
    kept = client.read(f"gradingPeriods/{made['allocatedSourcedId']}")
    assert kept["parent"]["sourcedId"] == term
    assert client.send("POST", "terms/none/gradingPeriods", told).status_code == 404


def profile(site: InProcess, **changes: Any) -> dict[str, Any]:
    return {"applicationId": site.tool.id, "description": "Math", **changes}


def test_an_app_is_assigned_to_a_student_and_taken_away(client: Writer, mia: str) -> None:
    path = f"users/{mia}/profiles/{quote('urn:x:p1', safe='')}"
    told = profile(client.site, applicationId=ids.to_urn(client.site.tool.id), profileId="urn:x:p1")
    for status in (201, 200):
        answer = client.send("PUT", path, told)
        assert (answer.status_code, answer.json()["applicationId"]) == (status, client.site.tool.id)
    (kept,) = client.read(f"users/{mia}")["userProfiles"]
    assert (kept["profileId"], kept["profileType"]) == ("urn:x:p1", "learning_app_profile")
    assert client.send("DELETE", path).status_code == 204
    assert client.read(f"users/{mia}")["userProfiles"] == []
    assert client.send("DELETE", path).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"applicationId": "nothing"},
        {"applicationId": None},
        {"applicationId": []},
        {"applicationId": "a\x00"},
        {"profileId": "another"},
        {"profileId": {}},
        {"profileType": "x" * 65},
    ],
)
def test_only_apps_that_the_school_lets_in_are_assigned(
    client: Writer, mia: str, changes: dict[str, Any]
) -> None:
    answer = client.send("PUT", f"users/{mia}/profiles/p", profile(client.site, **changes))
    assert fault(answer)[:2] == (422, "invaliddata")


def test_an_app_of_another_school_is_not_assigned(client: Writer, mia: str) -> None:
    elsewhere = client.site.register("Elsewhere")
    with writing(client.site.platform.engine) as connection:
        gone = application_grants.c.application_id == elsewhere.id
        connection.execute(application_grants.delete().where(gone))
    told = profile(client.site, applicationId=elsewhere.id)
    assert fault(client.send("PUT", f"users/{mia}/profiles/p", told))[0] == 422


def keep(client: Writer, user_id: str, **changes: Any) -> dict[str, str]:
    answer = client.send("POST", f"users/{user_id}/credentials", {**LOGIN, **changes})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def open_it(client: Writer, user_id: str, credential_id: str) -> httpx.Response:
    return client.send("POST", f"users/{user_id}/credentials/{credential_id}/decrypt")


def test_a_credential_is_kept_sealed_and_opened_on_record(client: Writer, mia: str) -> None:
    kept = keep(client, mia)
    assert set(kept) == {"userProfileId", "credentialId", "message"}
    (its_profile,) = client.read(f"users/{mia}")["userProfiles"]
    assert its_profile["profileId"] == kept["userProfileId"]
    assert its_profile["applicationId"] == client.site.tool.id
    answer = open_it(client, mia, kept["credentialId"])
    assert answer.json() == {"password": SECRET}
    assert answer.headers["cache-control"] == "no-store"
    with reading(client.site.platform.engine) as connection:
        stored = connection.execute(select(user_credentials)).all()
        (opening,) = connection.execute(
            select(credential_openings).where(credential_openings.c.user_id == mia)
        )
    assert SECRET not in f"{stored}{opening}"
    assert '"mia"' not in str(stored)
    assert (opening.credential_id, opening.opener_kind) == (kept["credentialId"], "client")
    assert opening.opened_ms == client.site.clock()


def test_the_key_of_the_credentials_is_for_its_owner_only(client: Writer, mia: str) -> None:
    keep(client, mia)
    key = client.site.platform.settings.keys / "credentials.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_bytes()) == 32


def test_a_credential_that_was_put_elsewhere_does_not_open(client: Writer, mia: str) -> None:
    ben = client.create("students", "user", **MIA)
    of_mia, of_ben = keep(client, mia), keep(client, ben)
    with writing(client.site.platform.engine) as connection:
        which = user_credentials.c.id
        sealed = select(user_credentials.c.sealed).where(which == of_mia["credentialId"])
        moved = user_credentials.update().where(which == of_ben["credentialId"])
        connection.execute(moved.values(sealed=connection.scalar(sealed)))
    assert open_it(client, ben, of_ben["credentialId"]).status_code == 404
    assert open_it(client, ben, of_mia["credentialId"]).status_code == 404


def test_a_credential_under_a_lost_key_is_told_to_a_person(
    client: Writer, mia: str, expect_warning: Callable[[str], None]
) -> None:
    kept = keep(client, mia)
    key = client.site.platform.settings.keys / "credentials.key"
    before = key.read_bytes()
    key.write_bytes(bytes(32))
    expect_warning("kept credential")
    assert open_it(client, mia, kept["credentialId"]).status_code == 503
    key.write_bytes(before)


def test_a_credential_goes_with_its_profile_and_the_record_stays(client: Writer, mia: str) -> None:
    kept = keep(client, mia, applicationName="Some app of somebody")
    open_it(client, mia, kept["credentialId"])
    client.send("PUT", f"users/{mia}", {"user": {"phone": "1"}})
    assert open_it(client, mia, kept["credentialId"]).status_code == 200
    client.send("DELETE", f"users/{mia}/profiles/{quote(kept['userProfileId'], safe='')}")
    assert open_it(client, mia, kept["credentialId"]).status_code == 404
    mine = credential_openings.c.user_id == mia
    assert count(client.site, credential_openings, mine) == 2


def test_credentials_of_who_was_put_away_stay_shut(client: Writer, mia: str) -> None:
    kept = keep(client, mia)
    client.send("DELETE", f"users/{mia}")
    assert open_it(client, mia, kept["credentialId"]).status_code == 404
    assert client.send("POST", f"users/{mia}/credentials", LOGIN).status_code == 404


def test_who_may_keep_and_open_credentials(client: Writer) -> None:
    site = client.site
    kept = keep(client, STUDENT_ID)["credentialId"]
    path = f"{ROSTER}/users/{STUDENT_ID}/credentials"
    keeper, opener = token_with(site, CREDENTIALS_CREATEPUT), token_with(site, CREDENTIALS_DECRYPT)
    other = token_with(site, ROSTER_CREATEPUT, ROSTER_READONLY)
    stranger = Writer.of(site, OTHER).token
    for token, keeps, opens in (
        (keeper, 201, 403),
        (opener, 403, 200),
        (other, 403, 403),
        (stranger, 404, 404),
        (site.sign_in(), 403, 200),
        (lent(site, publisher_id=PUBLISHER_ID, user_id=STUDENT_ID), 403, 403),
        (site.sign_in("noor.alsayed"), 403, 403),
        (site.sign_in("priya.raman", TEACHER_PIN), 403, 403),
        (RUN_SECRET, 403, 403),
        ("", 401, 401),
    ):
        assert site.post(path, token, json=LOGIN).status_code == keeps
        assert site.post(f"{path}/{kept}/decrypt", token).status_code == opens


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"applicationName": "x"},
        {"applicationName": "x", "credentials": []},
        {"applicationName": "", "credentials": LOGIN["credentials"]},
        {"applicationName": "x", "credentials": {"username": "a"}},
        {"applicationName": "x", "credentials": {"username": "a\x00", "password": "b"}},
        {"applicationName": ["x"], "credentials": {"username": {}, "password": 1.5}},
    ],
)
def test_half_a_credential_is_refused(client: Writer, mia: str, told: dict[str, Any]) -> None:
    answer = client.send("POST", f"users/{mia}/credentials", told)
    assert fault(answer)[:2] == (422, "invaliddata")
    assert count(client.site, user_profiles, user_profiles.c.user_id == mia) == 0


def signed_in(site: InProcess, user_id: str) -> httpx.Response:
    return site.post("/desktop/1.0/sign-in", RUN_SECRET, json={"userId": user_id, "pin": None})


def test_a_new_student_is_seen_signs_in_and_is_heard(client: Writer, mia: str) -> None:
    site = client.site
    with reading(site.platform.engine) as connection:
        assert mia in {profile.id for profile in profiles(connection, PUBLISHER_ID)}
    token = str(signed_in(site, mia).raise_for_status().json()["accessToken"])
    learner = caliper.Learner(mia, "mia@x.example", "Mia")
    app, session = caliper.App(site.tool.id, "Tool", "Math"), ids.mint()
    event = caliper.time_spent(
        ids.mint(), learner, app, session, State.ON_TASK, None, START, 15_000
    )
    assert event is not None
    headers = {**bearer(token), "Content-Type": "application/json"}
    answer = site.request("POST", EVENTS, content=body(event), headers=headers)
    assert [each["status"] for each in answer.json()["results"]] == ["accepted"]


@pytest.mark.parametrize("how", [{"enabledUser": "false"}, {"status": "tobedeleted"}, None])
def test_who_is_put_away_loses_every_token_at_once(
    client: Writer, mia: str, how: dict[str, str] | None
) -> None:
    site = client.site
    token = str(signed_in(site, mia).raise_for_status().json()["accessToken"])
    assert site.get("/desktop/1.0/catalog", token).status_code == 200
    if how is None:
        client.send("DELETE", f"users/{mia}")
    else:
        client.send("PUT", f"users/{mia}", {"user": how})
    assert site.get("/desktop/1.0/catalog", token).status_code == 401
    assert signed_in(site, mia).status_code == 404
    client.send("PUT", f"users/{mia}", {"user": {"status": "active", "enabledUser": True}})
    assert site.get("/desktop/1.0/catalog", token).status_code == 401
    assert signed_in(site, mia).status_code == 200


@contextmanager
def on_a_port(site: InProcess) -> Iterator[str]:
    """Serve a site on a port of this machine, and say where."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        listener = Listener(site.app, lifespan=False)
        thread = Thread(target=lambda: asyncio.run(listener.serve(sockets=[bound])))
        thread.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        listener.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


def test_one_student_written_by_many_at_once_is_one_row(client: Writer) -> None:
    site, seat_of = client.site, {"enrollment": {"user": reference("at-once")}}
    headers = {**bearer(client.token), "Host": f"127.0.0.1:{site.platform.settings.port}"}

    def put(url: str) -> tuple[int, int]:
        told = {**MIA, "sourcedId": "at-once"}
        with httpx.Client(base_url=url + ROSTER, headers=headers, timeout=60) as http:
            answer = http.put(f"{url}{ROSTER}/students", json={"student": told})
            seat = http.post(f"{url}{ROSTER}/classes/{CLASS}/students", json=seat_of)
        return answer.status_code, seat.status_code

    with on_a_port(site) as url, ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(put, [url] * 12))
    assert sorted(statuses) == [(200, 201)] * 11 + [(201, 201)]
    assert count(site, users, users.c.id == "at-once") == 1
    assert count(site, user_roles, user_roles.c.user_id == "at-once") == 1
    assert count(site, enrollments, enrollments.c.user_id == "at-once") == 1
