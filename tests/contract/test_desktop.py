from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.helpers.backends import RUN_SECRET, SESSION, TOOL, InProcess
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.school import ROOMS
from timeback_desktop.backend.demo.seed import account, demo_id
from timeback_desktop.backend.registry.service import resume_application, suspend_application

AVA, PRIYA = demo_id("user", "ava.thompson"), demo_id("user", "priya.raman")
APP = {
    "name": "By hand",
    "description": "Added by a coach.",
    "loginUrl": f"{TOOL}/login",
    "launchUrl": f"{TOOL}/start",
    "redirectUris": [f"{TOOL}/launch"],
}


def sign_in(site: InProcess, user_id: str, pin: str | None = None) -> Any:
    return site.post("/desktop/1.0/sign-in", RUN_SECRET, json={"userId": user_id, "pin": pin})


def test_everybody_of_the_school_but_guardians_has_a_tile(site: InProcess) -> None:
    people = site.get("/desktop/1.0/profiles", RUN_SECRET).json()["profiles"]
    assert Counter(person["role"] for person in people) == {
        "student": 30,
        "teacher": 6,
        "administrator": 1,
    }
    assert next(person for person in people if person["id"] == AVA) == {
        "id": AVA,
        "givenName": "Ava",
        "familyName": "Thompson",
        "role": "student",
        "grade": "3",
        "className": "Willow Room",
        "orgName": "Lakeside Elementary",
        "needsPin": False,
    }
    assert all(person["needsPin"] for person in people if person["role"] != "student")


def test_a_student_signs_in_with_a_click(site: InProcess) -> None:
    answer = sign_in(site, AVA)
    told = answer.json()
    assert told.pop("accessToken")
    assert told.pop("refreshToken")
    user = {"id": AVA, "givenName": "Ava", "familyName": "Thompson", "role": "student"}
    user["email"] = "ava.thompson@demo.example"
    lives = {"expiresIn": 900, "refreshExpiresIn": 7 * 86_400}
    assert told == {"tokenType": "Bearer", "user": user, **lives}
    assert answer.headers["cache-control"] == "no-store"


def test_an_administrator_sees_every_student(site: InProcess) -> None:
    token = site.sign_in("morgan.ellis", "2580")
    seen = site.get("/desktop/1.0/students", token).json()["students"]
    assert len({each["id"] for each in seen}) == 30
    assert {each["role"] for each in seen} == {"student"}
    assert site.get("/desktop/1.0/students", site.sign_in()).status_code == 403


@pytest.mark.parametrize("pin", [None, "", "0000", "25801", "\uff12\uff15\uff18\uff10", "x" * 64])
def test_a_coach_without_the_right_pin_stays_outside(site: InProcess, pin: str | None) -> None:
    answer = sign_in(site, PRIYA, pin)
    assert answer.status_code == 403
    assert "PIN" in answer.json()["message"]


def test_wrong_tries_make_the_next_one_wait_but_never_for_long(site: InProcess) -> None:
    tries = [sign_in(site, PRIYA, "0000") for _ in range(6)]
    assert [answer.status_code for answer in tries] == [403] * 5 + [429]
    assert tries[-1].headers["retry-after"] == "5"
    assert sign_in(site, PRIYA, "2580").status_code == 429, "the right one has to wait too"
    site.clock.pass_seconds(300)
    assert sign_in(site, PRIYA, "2580").status_code == 200
    assert sign_in(site, PRIYA, "0000").status_code == 403, "counting starts over"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"userId": demo_id("user", "nobody")}, 404),
        ({"userId": "\ud83d"}, 422),
        ({"userId": "x" * 65}, 422),
        ({"userId": ""}, 422),
        ({"userId": None}, 422),
        ({"userId": AVA, "pin": ["2"]}, 422),
        ({}, 422),
        ([], 422),
    ],
)
def test_a_strange_sign_in_is_refused(site: InProcess, asked: Any, status: int) -> None:
    headers = {"Authorization": f"Bearer {RUN_SECRET}", "content-type": "application/json"}
    content = json.dumps(asked)
    answer = site.request("POST", "/desktop/1.0/sign-in", headers=headers, content=content)
    assert answer.status_code == status
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/profiles"), ("POST", "/sign-in"), ("POST", "/applications")],
)
def test_what_needs_the_run_secret_is_closed_to_others(
    site: InProcess, method: str, path: str
) -> None:
    for token in ("", "wrong-secret", site.sign_in()):
        headers = {"Authorization": f"Bearer {token}"}
        answer = site.request(method, f"/desktop/1.0{path}", headers=headers, json=APP)
        assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/catalog", "/students"])
def test_the_run_secret_is_no_person(site: InProcess, path: str) -> None:
    assert site.get(f"/desktop/1.0{path}", RUN_SECRET).status_code == 403


def test_signing_out_ends_the_token(site: InProcess) -> None:
    token, other = site.sign_in(), site.sign_in()
    assert site.post("/desktop/1.0/sign-out", token).status_code == 204
    assert site.get("/desktop/1.0/catalog", token).status_code == 401
    assert site.get("/desktop/1.0/catalog", other).status_code == 200


def test_the_catalog_tells_what_a_card_needs(site: InProcess) -> None:
    (card,) = site.get("/desktop/1.0/catalog", site.sign_in()).json()["applications"]
    assert card == {
        "id": site.tool.id,
        "urn": f"urn:uuid:{site.tool.id}",
        "name": "Tool",
        "description": "A tool for tests.",
        "subject": "",
        "grades": [],
        "iconUrl": None,
        "coverUrl": None,
        "accent": "#3b6fd4",
        "status": "active",
        "unavailableReason": None,
        "applicationType": "learning_app",
        "launchMethod": "lti",
        "allowedHosts": ["tool.example:9501"],
        "embeddedMedia": [],
    }


def test_a_suspended_app_says_why_and_cannot_be_launched(site: InProcess) -> None:
    token, asked = site.sign_in(), {"applicationId": site.tool.id, "sessionId": SESSION}
    with writing(site.platform.engine) as connection:
        suspend_application(connection, site.tool.id, "Under repair.")
    (card,) = site.get("/desktop/1.0/catalog", token).json()["applications"]
    assert (card["status"], card["unavailableReason"]) == ("suspended", "Under repair.")
    refused = site.post("/desktop/1.0/launches", token, json=asked)
    assert (refused.status_code, refused.json()) == (409, {"message": "Under repair."})
    with writing(site.platform.engine) as connection:
        resume_application(connection, site.tool.id)
    assert site.post("/desktop/1.0/launches", token, json=asked).status_code == 201


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"applicationId": "no-such-app"}, 404),
        ({"applicationId": "x" * 99}, 422),
        ({"sessionId": "not a uuid"}, 422),
        ({"sessionId": None}, 422),
    ],
)
def test_a_launch_of_nothing_is_refused(
    site: InProcess, changes: dict[str, Any], status: int
) -> None:
    asked = {"applicationId": site.tool.id, "sessionId": SESSION, **changes}
    assert site.post("/desktop/1.0/launches", site.sign_in(), json=asked).status_code == status


def test_a_teacher_sees_the_students_of_the_own_classes_only(site: InProcess) -> None:
    token = site.sign_in("priya.raman", "2580")
    taught = site.get("/desktop/1.0/students", token).json()["students"]
    willow = next(room for room in ROOMS if room.key == "willow")
    names = {demo_id("user", account(p.given_name, p.family_name)) for p in willow.students}
    assert {student["id"] for student in taught} == names
    assert site.get("/desktop/1.0/students", site.sign_in()).status_code == 403


def test_an_app_added_by_hand_is_launched_like_any_other(site: InProcess) -> None:
    answer = site.post("/desktop/1.0/applications", RUN_SECRET, json=APP)
    told = answer.json()
    assert answer.status_code == 201
    assert told["authorizeUrl"] == "http://127.0.0.1:8899/lti/1.3/authorize"
    assert site.initiation(site.sign_in(), told["applicationId"])["client_id"] == told["clientId"]
    again = site.post("/desktop/1.0/applications", RUN_SECRET, json=APP)
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"loginUrl": "http://tool.example/login"}, "/login_url"),
        ({"launchUrl": "https://user@tool.example/"}, "/launch_url"),
        ({"redirectUris": []}, "/redirect_uris"),
        ({"redirectUris": ["https://*.example/launch"]}, "/redirect_uris"),
        ({"redirectUris": ["https://tool.example/a#b"]}, "/redirect_uris"),
        ({"redirectUris": [f"{TOOL}/{n}" for n in range(33)]}, "/redirect_uris"),
        ({"allowedHosts": ["tool.example; script-src *"]}, "/allowed_hosts"),
        ({"allowedHosts": ["*"]}, "/allowed_hosts"),
        ({"accent": "red"}, "/accent"),
        ({"accent": "#00000g"}, "/accent"),
        ({"grades": ["third grade"]}, "/grades"),
        ({"embeddedMedia": ["<b>"]}, "/embedded_media"),
        ({"name": " "}, "/name"),
        ({"name": "x" * 257}, "/name"),
        ({"name": "line\nbreak"}, "/name"),
        ({"description": "\u202etxet"}, "/description"),
    ],
)
def test_a_bad_registration_names_the_field(
    site: InProcess, changes: dict[str, Any], pointer: str
) -> None:
    answer = site.post("/desktop/1.0/applications", RUN_SECRET, json={**APP, **changes})
    assert (answer.status_code, answer.json().get("pointer")) == (422, pointer)


def test_every_address_in_a_catalog_is_one_that_was_registered(site: InProcess) -> None:
    site.post("/desktop/1.0/applications", RUN_SECRET, json=APP)
    cards = site.get("/desktop/1.0/catalog", site.sign_in()).json()["applications"]
    assert {host for card in cards for host in card["allowedHosts"]} == {urlsplit(TOOL).netloc}
