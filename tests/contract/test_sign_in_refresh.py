"""A sign-in is renewed, and ends as a whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from tests.helpers.backends import RUN_SECRET, InProcess
from tests.helpers.signing_in import (
    APP_CALLBACK,
    Browser,
    answer_in,
    asked,
    exchange,
    give_password,
    pupil,
    renewed,
    school_with_passwords,
    tokens_for,
)
from timeback_desktop.backend.auth.families import renew
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE, ROSTER_READONLY
from timeback_desktop.backend.settings import Settings

DAY_S = 24 * 3600


@pytest.fixture(scope="module")
def known(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with school_with_passwords(school, tmp_path_factory.mktemp("known") / "data") as site:
        yield site


def refresh_of(site: InProcess) -> str:
    return str(tokens_for(site)["refresh_token"])


def test_each_refresh_token_is_good_once(known: InProcess) -> None:
    first = refresh_of(known)
    second = renewed(known, first).raise_for_status().json()
    assert second["expires_in"] == 900
    assert second["refresh_token"] != first
    assert known.get("/oauth2/userinfo", second["access_token"]).status_code == 200


def test_using_one_again_ends_the_whole_sign_in(known: InProcess) -> None:
    first = refresh_of(known)
    second = renewed(known, first).raise_for_status().json()
    known.clock.pass_seconds(11)
    assert renewed(known, first).json()["error"] == "invalid_grant"
    assert renewed(known, second["refresh_token"]).status_code == 400
    assert known.get("/oauth2/userinfo", second["access_token"]).status_code == 401


def test_a_lost_answer_is_given_once_more(known: InProcess) -> None:
    first = refresh_of(known)
    lost = renewed(known, first).raise_for_status().json()
    known.clock.pass_seconds(9)
    again = renewed(known, first).raise_for_status().json()
    assert renewed(known, again["refresh_token"]).status_code == 200
    assert renewed(known, lost["refresh_token"]).status_code == 400, "only a thief has it"
    assert known.get("/oauth2/userinfo", again["access_token"]).status_code == 401


def test_the_ten_seconds_do_not_begin_anew(known: InProcess) -> None:
    first = refresh_of(known)
    for _ in range(2):
        assert renewed(known, first).status_code == 200
        known.clock.pass_seconds(6)
    assert renewed(known, first).status_code == 400


def test_who_used_the_next_one_has_had_the_answer(known: InProcess) -> None:
    first = refresh_of(known)
    second = renewed(known, first).raise_for_status().json()["refresh_token"]
    third = renewed(known, second).raise_for_status().json()["refresh_token"]
    assert renewed(known, first).status_code == 400
    assert renewed(known, third).status_code == 400


def test_of_many_at_once_one_living_end_remains(known: InProcess) -> None:
    token, ends = refresh_of(known), []

    def race() -> None:
        with writing(known.platform.engine) as connection:
            result = renew(connection, token, None, known.clock())
        ends.append(None if result is None else result[1].token)

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alive = [end for end in ends if end and renewed(known, end).status_code == 200]
    assert len(alive) <= 1


def test_a_sign_in_that_rests_for_a_week_ends(known: InProcess) -> None:
    token = refresh_of(known)
    known.clock.pass_seconds(7 * DAY_S)
    assert renewed(known, token).status_code == 400


def test_no_sign_in_lasts_longer_than_thirty_days(known: InProcess) -> None:
    token = refresh_of(known)
    for _ in range(5):
        known.clock.pass_seconds(6 * DAY_S - 60)
        answer = renewed(known, token)
        token = answer.raise_for_status().json()["refresh_token"]
    known.clock.pass_seconds(400)
    assert renewed(known, token).status_code == 400


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "\ud83d".encode("utf-8", "replace").decode()])
def test_a_strange_token_is_refused(known: InProcess, token: str) -> None:
    assert renewed(known, token).status_code == 400


def test_a_refresh_token_is_no_access_token(known: InProcess) -> None:
    tokens = tokens_for(known)
    assert known.get("/oauth2/userinfo", tokens["refresh_token"]).status_code == 401
    assert known.get("/oauth2/userinfo", tokens["id_token"]).status_code == 401
    assert renewed(known, tokens["access_token"]).status_code == 400


def test_a_token_belongs_to_the_client_that_got_it(known: InProcess) -> None:
    token = refresh_of(known)
    assert renewed(known, token, known.tool.client_id).json()["error"] == "invalid_grant"
    assert renewed(known, token).status_code == 200, "a stranger's try does no harm"


def test_an_app_stays_connected_when_it_asked_to(known: InProcess) -> None:
    browser, scope = Browser(known), f"openid offline_access {EVENTS_READONLY}"
    client_id = known.tool.client_id
    wish = asked(client_id=client_id, redirect_uri=APP_CALLBACK, scope=scope)
    consent = browser.sign_in(browser.get("/oauth2/authorize", **wish))
    code = answer_in(browser.send(consent, decision="allow"))["code"]
    first = exchange(known, code, client_id=client_id, redirect_uri=APP_CALLBACK).json()
    second = renewed(known, first["refresh_token"], client_id).raise_for_status().json()
    assert second["scope"].split() == sorted(scope.split())


def test_scopes_can_be_narrowed_and_never_widened(known: InProcess) -> None:
    token = tokens_for(known, scope=f"openid {EVENTS_WRITE}")["refresh_token"]
    form = {"grant_type": "refresh_token", "client_id": "timeback-desktop"}
    wide = f"openid {EVENTS_READONLY}"
    answer = known.post("/oauth2/token", data={**form, "refresh_token": token, "scope": wide})
    assert answer.json()["scope"] == "openid"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_one_token_ends_the_sign_in(known: InProcess, which: str) -> None:
    tokens = tokens_for(known)
    form = {"token": tokens[which], "client_id": "timeback-desktop"}
    assert known.post("/oauth2/revoke", data=form).status_code == 200
    assert renewed(known, tokens["refresh_token"]).status_code == 400
    assert known.get("/oauth2/userinfo", tokens["access_token"]).status_code == 401


def test_a_person_who_was_deactivated_is_out(known: InProcess) -> None:
    give_password(known, pupil("kenji.watanabe"))
    tokens = tokens_for(known, "kenji.watanabe")
    with writing(known.platform.engine) as connection:
        kenji = users.c.id == pupil("kenji.watanabe").user_id
        connection.execute(update(users).where(kenji).values(enabled=False))
    assert renewed(known, tokens["refresh_token"]).status_code == 400
    assert known.get("/oauth2/userinfo", tokens["access_token"]).status_code == 401


def test_who_was_an_administrator_does_not_stay_one(known: InProcess) -> None:
    daniel, token = pupil("daniel.nguyen"), ""
    give_password(known, daniel)
    for role, expected in (("administrator", True), ("teacher", False)):
        with writing(known.platform.engine) as connection:
            mine = users.c.id == daniel.user_id
            connection.execute(update(users).where(mine).values(role=role))
        scope = f"openid {ROSTER_READONLY}"
        token = token or tokens_for(known, "daniel.nguyen", scope=scope)["refresh_token"]
        answer = renewed(known, token).raise_for_status().json()
        token = answer["refresh_token"]
        assert (ROSTER_READONLY in answer["scope"].split()) is expected


def test_the_window_signs_in_renews_and_signs_out(known: InProcess) -> None:
    asked_for = {"userId": pupil("ava.thompson").user_id, "pin": None}
    refused = known.post("/desktop/1.0/sign-in", RUN_SECRET, json=asked_for)
    assert refused.status_code == 403, "who has a password is asked for it"
    asked_for = {"userId": pupil("noor.alsayed").user_id, "pin": None}
    told = known.post("/desktop/1.0/sign-in", RUN_SECRET, json=asked_for).json()
    fresh = renewed(known, told["refreshToken"]).raise_for_status().json()
    assert known.get("/desktop/1.0/catalog", fresh["access_token"]).status_code == 200
    assert known.post("/desktop/1.0/sign-out", fresh["access_token"]).status_code == 204
    assert known.get("/desktop/1.0/catalog", told["accessToken"]).status_code == 401
    assert renewed(known, fresh["refresh_token"]).status_code == 400


def test_a_password_opens_the_window_too(known: InProcess) -> None:
    who = {"userId": pupil().user_id}
    for password, status in (("wrong password", 403), ("seven green umbrellas", 200)):
        told = {**who, "password": password}
        assert known.post("/desktop/1.0/sign-in", RUN_SECRET, json=told).status_code == status
