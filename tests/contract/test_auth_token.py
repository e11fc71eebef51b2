from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from sqlalchemy import select

from tests.helpers.backends import InProcess
from timeback_desktop.backend.auth.models import access_tokens
from timeback_desktop.backend.auth.principal import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.registry.service import suspend_application

GRANT = {"grant_type": "client_credentials"}


def basic(client_id: str, secret: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def ask(site: InProcess, path: str = "/auth/1.0/token", **given: Any) -> Any:
    return site.request("POST", path, **given)


@pytest.mark.parametrize("path", ["/auth/1.0/token", "/oauth2/token"])
@pytest.mark.parametrize("way", ["basic", "form", "json"])
def test_each_way_of_asking_is_answered(site: InProcess, way: str, path: str) -> None:
    tool, shown = site.tool, {"client_id": site.tool.client_id}
    shown["client_secret"] = tool.client_secret
    given = {
        "basic": {"headers": basic(tool.client_id, tool.client_secret), "data": GRANT},
        "form": {"data": {**GRANT, **shown}},
        "json": {"json": {**GRANT, **shown}},
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
        ({"client_secret": ["a", "b"]}, 401, "invalid_client"),
    ],
)
def test_a_bad_request_is_refused_in_the_words_of_the_rfc(
    site: InProcess, changes: dict[str, Any], status: int, error: str
) -> None:
    good = {**GRANT, "client_id": site.tool.client_id, "client_secret": site.tool.client_secret}
    answer = ask(site, json={**good, **changes})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["message"]
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"[1"),
        ("application/json", b"[]"),
        ("application/json", b"[" * 100_000),
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


def test_a_secret_in_the_address_or_shown_twice_is_refused(site: InProcess) -> None:
    shown = {"client_id": site.tool.client_id, "client_secret": site.tool.client_secret}
    in_query = ask(site, params=shown, data=GRANT)
    twice = ask(site, data={**GRANT, **shown}, headers=basic(*shown.values()))
    assert [in_query.json()["error"], twice.json()["error"]] == ["invalid_request"] * 2


def client_token(site: InProcess) -> str:
    answer = ask(site, data=GRANT, headers=basic(site.tool.client_id, site.tool.client_secret))
    return str(answer.json()["access_token"])


def test_unknown_scopes_beside_a_known_one_are_left_out(site: InProcess) -> None:
    fields = {**GRANT, "scope": f"openid {EVENTS_WRITE} admin"}
    answer = ask(site, data=fields, headers=basic(site.tool.client_id, site.tool.client_secret))
    assert answer.json()["scope"] == EVENTS_WRITE


def test_a_client_token_opens_no_door_of_people_or_of_the_desktop(site: InProcess) -> None:
    token = client_token(site)
    assert site.get("/desktop/1.0/catalog", token).status_code == 403
    assert site.get("/desktop/1.0/profiles", token).status_code == 401


def test_a_token_ends_with_its_app_and_a_sign_in_with_the_school_day(site: InProcess) -> None:
    token = client_token(site)
    with writing(site.platform.engine) as connection:
        suspend_application(connection, site.tool.id, "Under repair.")
    assert site.get("/desktop/1.0/catalog", token).status_code == 401
    late = site.sign_in()
    site.clock.pass_seconds(12 * 3600 - 1)
    assert site.get("/desktop/1.0/catalog", late).status_code == 200
    site.clock.pass_seconds(1)
    assert site.get("/desktop/1.0/catalog", late).status_code == 401


def test_only_hashes_are_stored_and_expired_tokens_are_forgotten(site: InProcess) -> None:
    token = client_token(site)
    site.clock.pass_seconds(3601)
    fresh = client_token(site)
    with reading(site.platform.engine) as connection:
        rows = connection.execute(select(access_tokens)).all()
    assert len(rows) == 1
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
