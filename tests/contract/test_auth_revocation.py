"""Ending a token (RFC 7009) and asking what one is good for (RFC 7662)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.helpers.backends import InProcess, opened_site
from tests.helpers.developers import lent
from tests.helpers.tokens import Client, basic, new_client, token_of
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.settings import Settings

ISSUER = "http://127.0.0.1:8899"


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One site for the whole module: every test has clients of its own."""
    with opened_site(school, tmp_path_factory.mktemp("site") / "data") as site:
        yield site


@pytest.fixture
def client(site: InProcess) -> Client:
    return new_client(site, (EVENTS_WRITE, EVENTS_READONLY))


def revoke(site: InProcess, token: str, place: str = "", **fields: str) -> httpx.Response:
    return site.post(f"{place}/oauth2/revoke", data={"token": token, **fields})


def told_of(site: InProcess, asker: Client, token: str, place: str = "") -> Any:
    header = basic(asker.client_id, asker.client_secret)
    asked = {"headers": header, "data": {"token": token, "token_type_hint": "refresh_token"}}
    answer = site.request("POST", f"{place}/oauth2/introspect", **asked)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return answer.json()


@pytest.mark.parametrize("place", ["", "/sandbox"])
def test_a_client_is_told_what_its_token_is_good_for(site: InProcess, place: str) -> None:
    environment = Environment.SANDBOX if place else Environment.PRODUCTION
    client = new_client(site, (EVENTS_WRITE, EVENTS_READONLY), environment)
    now_s = site.clock() // 1000
    assert told_of(site, client, token_of(site, client, place), place) == {
        "active": True,
        "token_type": "Bearer",
        "client_id": client.client_id,
        "sub": client.client_id,
        "scope": f"{EVENTS_READONLY} {EVENTS_WRITE}",
        "iss": f"{ISSUER}{place}",
        "aud": f"{ISSUER}{place}",
        "iat": now_s,
        "exp": now_s + 3600,
    }


def test_nothing_is_told_of_tokens_that_are_dead_or_of_others(
    site: InProcess, client: Client
) -> None:
    other, pretend = (
        new_client(site, (EVENTS_WRITE,), place)
        for place in (Environment.PRODUCTION, Environment.SANDBOX)
    )
    person, expired = site.sign_in(), token_of(site, client)
    site.clock.pass_seconds(3600)
    tokens = [token_of(site, other), token_of(site, pretend, "/sandbox"), person, expired]
    assert [told_of(site, client, token) for token in tokens] == [{"active": False}] * 4


def test_half_a_letter_is_no_token(site: InProcess, client: Client) -> None:
    asked = json.dumps({**client.shown, "token": "half"}).replace("half", r"\ud83d")
    headers = {"content-type": "application/json"}
    answer = site.request("POST", "/oauth2/introspect", headers=headers, content=asked)
    assert (answer.status_code, answer.json()) == (200, {"active": False})


@pytest.mark.parametrize("path", ["/oauth2/introspect", "/oauth2/revoke"])
def test_a_wrong_secret_or_no_token_at_all_is_refused(
    site: InProcess, client: Client, path: str
) -> None:
    token = token_of(site, client)
    wrong = site.post(path, data={"token": token, **client.shown, "client_secret": "wrong"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    without = site.post(path, data=client.shown)
    assert (without.status_code, without.json()["error"]) == (400, "invalid_request")
    assert site.get(path).status_code == 405
    assert site.post(path, params={"token": token}).status_code == 400


def test_only_a_client_may_ask(site: InProcess, client: Client) -> None:
    asked = {"token": token_of(site, client), "client_id": client.client_id}
    answer = site.post("/oauth2/introspect", data=asked)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_client_ends_its_token_and_no_other_clients(site: InProcess, client: Client) -> None:
    other, token = new_client(site, (EVENTS_WRITE,)), token_of(site, client)
    assert revoke(site, token, **other.shown).json()["error"] == "invalid_client"
    assert revoke(site, token).json()["error"] == "invalid_client"
    assert told_of(site, client, token)["active"]
    assert revoke(site, token, **client.shown, token_type_hint="refresh_token").status_code == 200
    assert told_of(site, client, token) == {"active": False}


def test_a_token_that_has_ended_can_be_ended_again(site: InProcess, client: Client) -> None:
    token = token_of(site, client)
    answers = [revoke(site, token, **client.shown) for _ in range(2)]
    answers += [revoke(site, "never-was", **client.shown), revoke(site, "never-was")]
    assert [answer.status_code for answer in answers] == [200] * 4


def test_whoever_holds_the_token_of_a_person_may_end_it(site: InProcess) -> None:
    token = site.sign_in()
    assert revoke(site, token, "/sandbox").status_code == 200
    assert site.get("/desktop/1.0/catalog", token).status_code == 200
    assert revoke(site, token).status_code == 200
    assert site.get("/desktop/1.0/catalog", token).status_code == 401


def test_an_app_is_not_told_what_the_roster_calls_a_person(site: InProcess) -> None:
    token = lent(site, publisher_id=PUBLISHER_ID, user_id=STUDENT_ID)
    proof = {"client_id": site.tool.client_id, "client_secret": site.tool.client_secret}
    told = site.post("/oauth2/introspect", data={"token": token, **proof}).json()
    assert told["active"] is True
    assert STUDENT_ID not in str(told)
