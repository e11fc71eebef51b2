from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from tests.helpers.backends import InProcess, opened_site
from tests.helpers.tokens import GRANT, Client, ask, ask_as, basic, new_client, token_of
from timeback_desktop.backend.auth.models import access_tokens
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.scopes import (
    EVENTS_READONLY,
    EVENTS_WRITE,
    ROSTER_CREATEPUT,
    ROSTER_READONLY,
)
from timeback_desktop.backend.secret import digest
from timeback_desktop.backend.settings import Settings

TOKEN_PATHS = ["/auth/1.0/token", "/oauth2/token"]
WAYS = ["basic", "form", "json"]


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One site for the whole module: no test here changes what another one reads."""
    with opened_site(school, tmp_path_factory.mktemp("site") / "data") as site:
        yield site


@pytest.fixture
def writer(site: InProcess) -> Client:
    """A client that may write events, and nothing else."""
    return new_client(site, (EVENTS_WRITE,))


@pytest.mark.parametrize("path", TOKEN_PATHS)
@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_asking_is_answered(
    site: InProcess, writer: Client, way: str, path: str
) -> None:
    given: dict[str, Any] = {
        "basic": {"headers": basic(writer.client_id, writer.client_secret), "data": GRANT},
        "form": {"data": {**GRANT, **writer.shown}},
        "json": {"json": {**GRANT, **writer.shown}},
    }[way]
    answer = ask(site, path, **given)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    told = answer.json()
    assert len(told.pop("access_token")) >= 43
    assert told == {"token_type": "Bearer", "expires_in": 3600, "scope": EVENTS_WRITE}


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "x' OR '1'='1"}, 401, "invalid_client"),
        ({"client_secret": "\x00"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"scope": "events.write"}, 400, "invalid_scope"),
        ({"scope": EVENTS_WRITE + ".more"}, 400, "invalid_scope"),
        ({"scope": EVENTS_READONLY}, 400, "invalid_scope"),
        ({"scope": 'roster"'}, 400, "invalid_scope"),
        ({"client_secret": ["a", "b"]}, 400, "invalid_request"),
        ({"scope": [EVENTS_WRITE]}, 400, "invalid_request"),
        ({"client_secret": None}, 401, "invalid_client"),
    ],
)
def test_a_bad_request_is_refused_in_the_words_of_the_rfc(
    site: InProcess, writer: Client, changes: dict[str, Any], status: int, error: str
) -> None:
    answer = ask(site, json={**GRANT, **writer.shown, **changes})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["message"]
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"[1"),
        ("application/json", b"[]"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"scope": "a", "scope": "b"}'),
        ("application/json", b'{"scope": {"a": "b"}}'),
        ("application/x-www-form-urlencoded", b"scope=a&scope=b"),
        ("application/x-www-form-urlencoded", b"\xff\xfe"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(99))),
    ],
)
def test_an_unreadable_body_is_an_invalid_request(
    site: InProcess, content_type: str, body: bytes
) -> None:
    headers = {"content-type": content_type, **basic("a", "b")}
    answer = ask(site, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_half_a_letter_is_no_credential(site: InProcess, name: str) -> None:
    shown = {"client_id": site.tool.client_id, "client_secret": "x", name: "half"}
    body = json.dumps({**GRANT, **shown}).replace('"half"', r'"\ud83d"')
    answer = ask(site, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["Basic", "Basic ###", "Basic eA==", "Bearer abc", "Digest x"])
def test_a_broken_authorization_header_is_no_client(site: InProcess, header: str) -> None:
    answer = ask(site, data=GRANT, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "name", ["client_secret", "client_assertion", "refresh_token", "code", "code_verifier"]
)
def test_a_secret_in_the_address_is_refused(site: InProcess, name: str) -> None:
    answer = ask(site, params={name: "x"}, data={**GRANT, "client_id": site.tool.client_id})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_client_proves_itself_once_and_under_one_name(site: InProcess, writer: Client) -> None:
    header = basic(writer.client_id, writer.client_secret)
    twice = ask(site, data={**GRANT, **writer.shown}, headers=header)
    other = ask(site, data={**GRANT, "client_id": "other"}, headers=header)
    same = ask(site, data={**GRANT, "client_id": writer.client_id}, headers=header)
    assert [twice.json()["error"], other.json()["error"]] == ["invalid_request"] * 2
    assert same.status_code == 200


@pytest.mark.parametrize("path", TOKEN_PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_a_post_gets_a_token(site: InProcess, method: str, path: str) -> None:
    answer = site.request(method, path, params=GRANT)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_several_scopes_are_granted_as_far_as_they_are_held(site: InProcess) -> None:
    client = new_client(site, (EVENTS_WRITE, ROSTER_READONLY))
    asked = f"openid {ROSTER_READONLY} {ROSTER_CREATEPUT} {EVENTS_WRITE} admin"
    told = ask_as(site, client, scope=asked).json()["scope"]
    assert told.split() == sorted([EVENTS_WRITE, ROSTER_READONLY])
    assert ask_as(site, client, scope=f"  {EVENTS_WRITE} ").json()["scope"] == EVENTS_WRITE
    assert ask_as(site, client, scope="").json()["scope"] == told


def test_a_client_token_opens_no_door_of_people_or_of_the_desktop(site: InProcess) -> None:
    token = token_of(site, site.tool)
    assert site.get("/desktop/1.0/catalog", token).status_code == 403
    assert site.get("/desktop/1.0/profiles", token).status_code == 401


def test_a_client_token_is_good_for_an_hour(site: InProcess) -> None:
    token = token_of(site, site.tool)
    site.clock.pass_seconds(3599)
    assert site.get("/desktop/1.0/catalog", token).status_code == 403
    site.clock.pass_seconds(1)
    assert site.get("/desktop/1.0/catalog", token).status_code == 401


def test_only_hashes_are_stored_and_expired_tokens_are_forgotten(site: InProcess) -> None:
    token = token_of(site, site.tool)
    site.clock.pass_seconds(3601)
    fresh = token_of(site, site.tool)
    with reading(site.platform.engine) as connection:
        kept = connection.execute(select(access_tokens.c.token_sha256)).scalars().all()
    assert [bytes(sha256) for sha256 in kept] == [digest(fresh)]
    stored = b"".join(path.read_bytes() for path in site.platform.settings.data.glob("backend.db*"))
    for secret in (token, fresh, site.tool.client_secret):
        assert secret.encode() not in stored


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x"}])
def test_no_token_or_an_unknown_one_is_401_with_a_challenge(
    site: InProcess, header: dict[str, str]
) -> None:
    answer = site.request("GET", "/desktop/1.0/catalog", headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["message"]
