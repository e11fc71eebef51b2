from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from tests.helpers.backends import RUN_SECRET, SESSION, TOOL, InProcess, opened_site
from tests.helpers.developers import (
    DRAFTS,
    administrator,
    app,
    asked_token,
    publisher,
    register,
    sign_up,
    token_of,
)
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.registry.models import api_clients
from timeback_desktop.backend.scopes import ACTIVE, DRAFT, EVENTS_WRITE, LTI_READONLY, SANDBOX
from timeback_desktop.backend.settings import Settings

APPS = "/applications/1.0"
USERS = "/ims/oneroster/rostering/v1p2/users"


@pytest.fixture(scope="module")
def shared(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One platform for the tests that mind nobody else's apps."""
    with opened_site(school, tmp_path_factory.mktemp("shared") / "data") as site:
        yield site


def patch(site: InProcess, path: str, token: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return site.request("PATCH", path, headers=headers, json=body)


def step(site: InProcess, draft: dict[str, Any], name: str, token: str, **body: Any) -> Any:
    return site.post(f"{APPS}/{draft['applicationId']}/{name}", token, json=body)


def test_a_registration_tells_all_that_is_needed_and_each_secret_once(shared: InProcess) -> None:
    answer = shared.post(DRAFTS, RUN_SECRET, json=app("Told"))
    told = answer.json()
    app_id = told["applicationId"]
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert told["appUrn"] == f"urn:uuid:{app_id}"
    assert (told["status"], told["scopes"], told["warnings"]) == ("draft", list(DRAFT), [])
    assert told["tokenUrl"] == "http://127.0.0.1:8899/auth/1.0/token"
    sandbox = told["sandbox"]
    assert sandbox["tokenUrl"] == "http://127.0.0.1:8899/sandbox/auth/1.0/token"
    assert set(sandbox["scopes"]) == set(SANDBOX)
    secrets = {told["clientSecret"], sandbox["clientSecret"]}
    assert len(secrets) == len({told["clientId"], sandbox["clientId"]}) == 2
    later = shared.get(f"{APPS}/{app_id}/sandbox", RUN_SECRET).json()
    assert later == {name: sandbox[name] for name in ("clientId", "scopes", "tokenUrl")}
    for path in ("", "/sandbox", "/history"):
        text = shared.get(f"{APPS}/{app_id}{path}", RUN_SECRET).text
        assert not any(secret in text for secret in secrets)


def test_an_app_is_read_in_timebacks_shape(shared: InProcess) -> None:
    draft = register(shared, name="Read", metadata={"a": [1]}, grades=["3"], subject="Math")
    told = shared.get(f"{APPS}/{draft['applicationId']}", RUN_SECRET).json()
    assert told["sourcedId"] == told["applicationId"] == draft["applicationId"]
    assert told["isLtiCompliant"] is told["isLtiV1P3Compliant"] is True
    assert (told["loginUrl"], told["redirectUris"]) == (f"{TOOL}/start", [f"{TOOL}/start"])
    assert (told["metadata"], told["logoUrl"]) == ({"a": [1]}, None)
    assert told["dateCreated"] == told["dateLastModified"] == "2026-11-18T11:06:40.000Z"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 257}, "/name"),
        ({"description": " "}, "/description"),
        ({"description": "x" * 1025}, "/description"),
        ({"launchUrl": "http://tool.example/"}, "/launchUrl"),
        ({"launchUrl": "javascript:alert(1)"}, "/launchUrl"),
        ({"launchUrl": "https://tool.example/" + "x" * 512}, "/launchUrl"),
        ({"loginUrl": "ftp://tool.example"}, "/loginUrl"),
        ({"redirectUris": ["https://u:p@tool.example/"]}, "/redirectUris"),
        ({"logoUrl": "file:///etc/passwd"}, "/logoUrl"),
        ({"coverImageUrl": "http://10.0.0.1/x.png"}, "/coverImageUrl"),
        ({"allowedHosts": ["*"]}, "/allowedHosts"),
        ({"accent": "red"}, "/accent"),
        ({"metadata": {"a": ["x" * 4000] * 5}}, "/metadata"),
        ({"applicationType": "game"}, ""),
        ({"launchMethod": "magic"}, ""),
        ({"publisherId": "not-a-uuid"}, ""),
        ({"name": None}, ""),
        ({"redirectUris": "https://tool.example"}, ""),
    ],
)
def test_a_bad_registration_names_the_field(
    shared: InProcess, changes: dict[str, Any], pointer: str
) -> None:
    answer = shared.post(DRAFTS, RUN_SECRET, json={**app("Bad"), **changes})
    assert (answer.status_code, answer.json().get("pointer", "")) == (422, pointer)
    assert answer.json()["message"]


@pytest.mark.parametrize("name", ["Unique", "unique", " UNIQUE ", "\uff35nique"])
def test_a_name_is_taken_once_in_a_publisher(shared: InProcess, name: str) -> None:
    shared.post(DRAFTS, RUN_SECRET, json=app("Unique"))
    assert shared.post(DRAFTS, RUN_SECRET, json=app(name)).status_code == 409
    other = publisher(shared, f"Not {name.encode().hex()}")
    assert register(shared, name=name, publisherId=other)["publisherId"] == other


def test_who_looks_after_several_publishers_is_asked_which(site: InProcess) -> None:
    ada = sign_up(site, "ada")
    none = site.post(DRAFTS, ada.token, json=app())
    assert (none.status_code, "POST /publishers/1.0" in none.json()["nextAction"]) == (400, True)
    mine = [publisher(site, "One"), publisher(site, "Two")]
    for each in mine:
        member = {"accountId": ada.account_id}
        site.post(f"/publishers/1.0/{each}/members", RUN_SECRET, json=member)
    several = site.post(DRAFTS, ada.token, json=app())
    assert several.status_code == 400
    assert all(each in several.json()["nextAction"] for each in mine)
    assert register(site, ada.token, publisherId=mine[1])["publisherId"] == mine[1]
    theirs = publisher(site, "Three")
    assert site.post(DRAFTS, ada.token, json=app(publisherId=theirs)).status_code == 404


def test_the_apps_of_others_are_not_there(site: InProcess) -> None:
    ada, eve = sign_up(site, "ada"), sign_up(site, "eve")
    publisher(site, "Ada's", ada.token)
    publisher(site, "Eve's", eve.token)
    path = f"{APPS}/{register(site, ada.token)['applicationId']}"
    for method, end in (
        ("GET", ""),
        ("GET", "/sandbox"),
        ("GET", "/history"),
        ("PATCH", ""),
        ("PUT", ""),
        ("POST", "/secret/rotate"),
        ("POST", "/sandbox/secret/rotate"),
        ("POST", "/promote"),
        ("POST", "/suspend"),
        ("POST", "/resume"),
        ("POST", "/archive"),
    ):
        headers = {"Authorization": f"Bearer {eve.token}"}
        body = app(reason="x")
        body = None if end.endswith("rotate") else body
        assert site.request(method, path + end, headers=headers, json=body).status_code == 404
        headers = {"Authorization": f"Bearer {site.sign_in()}"}
        assert site.request(method, path + end, headers=headers, json=body).status_code == 403
        assert site.request(method, path + end, json=body).status_code == 401
    assert site.get(APPS, eve.token).json()["applications"] == []
    assert site.get(f"/sandbox{path}", RUN_SECRET).status_code == 404


def test_a_list_is_paged_filtered_and_sorted(site: InProcess) -> None:
    ada = sign_up(site, "ada")
    publisher(site, "Ada's", ada.token)
    for number in range(5):
        site.clock.pass_seconds(1)
        register(site, ada.token, name=f"App {number}", subject="Math" if number % 2 else "Art")

    def names(**query: Any) -> list[str]:
        told = site.get(APPS, ada.token, params=query).json()
        assert told["pagination"]["total"] >= len(told["applications"])
        return [each["name"][-1] for each in told["applications"]]

    assert names() == list("01234")
    assert names(sort="name", orderBy="DESC", limit=2) == list("43")
    assert names(filter="subject='math' OR name~'4'") == list("134")
    assert names(filter="status='active'") == []
    page = site.get(APPS, ada.token, params={"limit": 2, "offset": 2}).json()["pagination"]
    assert page == {"limit": 2, "offset": 2, "total": 5, "hasMore": True}
    for query, status in (
        ({"limit": 101}, 422),
        ({"limit": 0}, 422),
        ({"offset": -1}, 422),
        ({"sort": "secret"}, 400),
        ({"filter": "nonsense"}, 400),
        ({"filter": "clientSecret='x'"}, 400),
        ({"orderBy": "UP"}, 422),
    ):
        assert site.get(APPS, ada.token, params=query).status_code == status


def test_a_change_names_what_is_new_and_what_follows_from_it(shared: InProcess) -> None:
    draft = register(shared, name="Moving", allowedHosts=["cdn.example"], subject="Math")
    path = f"{APPS}/{draft['applicationId']}"
    told = patch(shared, path, RUN_SECRET, {"launchUrl": "https://new.example/go"}).json()
    assert (told["name"], told["subject"]) == ("Moving", "Math")
    assert told["loginUrl"] == told["redirectUris"][0] == "https://new.example/go"
    assert told["allowedHosts"] == ["new.example", "cdn.example"]
    assert told["dateLastModified"] > told["dateCreated"]
    noted = shared.get(f"{path}/history", RUN_SECRET).json()["history"][-1]
    assert (noted["what"], noted["note"]) == (
        "changed",
        "login_url, launch_url, redirect_uris, allowed_hosts",
    )
    assert patch(shared, path, RUN_SECRET, {"launchUrl": "http://new.example"}).status_code == 422
    assert patch(shared, path, RUN_SECRET, {"name": "Tool"}).status_code == 409
    headers = {"Authorization": f"Bearer {RUN_SECRET}"}
    whole = shared.request("PUT", path, headers=headers, json=app("Moved")).json()
    assert (whole["name"], whole["subject"], whole["allowedHosts"]) == (
        "Moved",
        "",
        ["tool.example:9501"],
    )
    assert shared.request("PUT", path, headers=headers, json={"name": "x"}).status_code == 422


def test_a_draft_gets_tokens_that_do_nothing_in_production(shared: InProcess) -> None:
    draft = register(shared, name="Humble")
    token = token_of(shared, draft)
    assert shared.get(USERS, token).status_code == 403
    assert asked_token(shared, draft, scope=EVENTS_WRITE).status_code == 400
    assert asked_token(shared, draft, scope=LTI_READONLY).status_code == 200


def test_makers_ask_and_an_administrator_decides(site: InProcess) -> None:
    ada, head = sign_up(site, "ada"), administrator(site)
    publisher(site, "Ada's", ada.token)
    draft = register(site, ada.token)
    student = site.sign_in()
    asked = step(site, draft, "promote", ada.token)
    assert (asked.status_code, asked.json()["status"]) == (202, "draft")
    assert asked.json()["nextAction"]
    assert asked.json()["promotionAskedAt"]
    assert step(site, draft, "promote", ada.token).status_code == 202
    assert [
        card["name"] for card in site.get("/desktop/1.0/catalog", student).json()["applications"]
    ] == ["Tool"]
    done = step(site, draft, "promote", head)
    assert (done.status_code, done.json()["status"]) == (200, "active")
    cards = site.get("/desktop/1.0/catalog", student).json()["applications"]
    assert {card["name"] for card in cards} == {"Tool", "Forest"}
    answer = asked_token(site, draft)
    assert set(answer.json()["scope"].split()) == set(ACTIVE)
    found = site.get(USERS, answer.json()["access_token"], params={"limit": 1})
    assert found.headers["x-total-count"] == "38"
    lines = site.get(f"{APPS}/{draft['applicationId']}/history", ada.token).json()["history"]
    assert [(line["what"], line["who"], line["byPlatform"]) for line in lines] == [
        ("registered", ada.email, False),
        ("promotion_asked", ada.email, False),
        ("promoted", "Priya Raman", True),
    ]
    assert step(site, draft, "promote", head).status_code == 409


def test_a_school_on_the_internet_takes_no_app_that_lives_on_a_laptop(
    school: Settings, tmp_path: Any
) -> None:
    with opened_site(school, tmp_path / "data") as site:
        public = replace(site.platform.settings, issuer="https://timeback.school.example")
        site.app.state.platform = replace(site.platform, settings=public)
        draft = register(site, launchUrl="http://127.0.0.1:4010/start")
        refused = step(site, draft, "promote", RUN_SECRET)
    assert refused.status_code == 409
    assert [part["pointer"] for part in refused.json()["missing"]] == [
        "/launchUrl",
        "/loginUrl",
        "/redirectUris/0",
    ]
    assert refused.json()["nextAction"]


def test_a_suspended_app_is_shut_in_both_environments(site: InProcess) -> None:
    draft = register(site)
    step(site, draft, "promote", RUN_SECRET)
    token = token_of(site, draft)
    tried = token_of(site, draft["sandbox"], "/sandbox")
    student = site.sign_in()
    launch = {"applicationId": draft["applicationId"], "sessionId": SESSION}
    assert site.get(USERS, token).status_code == 200
    told = step(site, draft, "suspend", RUN_SECRET, reason="Under repair.").json()
    assert (told["status"], told["statusReason"]) == ("suspended", "Under repair.")
    assert site.get(USERS, token).status_code == 401
    assert site.get(f"/sandbox{USERS}", tried).status_code == 401
    assert asked_token(site, draft).status_code == 401
    assert asked_token(site, draft["sandbox"], "/sandbox").status_code == 401
    refused = site.post("/desktop/1.0/launches", student, json=launch)
    assert (refused.status_code, refused.json()["message"]) == (409, "Under repair.")
    assert step(site, draft, "resume", RUN_SECRET).json()["status"] == "active"
    assert site.get(USERS, token).status_code == 200
    assert site.post("/desktop/1.0/launches", student, json=launch).status_code == 201


def test_what_the_platform_suspended_its_makers_do_not_let_back(site: InProcess) -> None:
    ada = sign_up(site, "ada")
    publisher(site, "Ada's", ada.token)
    draft = register(site, ada.token)
    assert step(site, draft, "suspend", ada.token, reason="x").status_code == 409, "a draft"
    step(site, draft, "promote", RUN_SECRET)
    for author, status in ((ada.token, 200), (RUN_SECRET, 403)):
        assert step(site, draft, "suspend", author, reason="x").status_code == 200
        assert step(site, draft, "resume", ada.token).status_code == status
    assert step(site, draft, "suspend", RUN_SECRET, reason="").status_code == 422


def test_an_archived_app_is_gone_for_good_and_its_name_with_it(site: InProcess) -> None:
    draft = register(site)
    step(site, draft, "promote", RUN_SECRET)
    token, path = token_of(site, draft), f"{APPS}/{draft['applicationId']}"
    assert step(site, draft, "archive", RUN_SECRET).json()["status"] == "archived"
    for name, body in (
        ("archive", {}),
        ("resume", {}),
        ("promote", {}),
        ("suspend", {"reason": "x"}),
    ):
        assert step(site, draft, name, RUN_SECRET, **body).status_code == 409
    assert patch(site, path, RUN_SECRET, {"subject": "Math"}).status_code == 409
    assert site.post(DRAFTS, RUN_SECRET, json=app()).status_code == 409
    assert site.get(USERS, token).status_code == 401
    cards = site.get("/desktop/1.0/catalog", site.sign_in()).json()["applications"]
    assert [card["name"] for card in cards] == ["Tool"]
    assert site.get(path, RUN_SECRET).json()["status"] == "archived"


def test_internal_apps_are_for_the_staff(site: InProcess) -> None:
    draft = register(site, applicationType="internal")
    step(site, draft, "promote", RUN_SECRET)
    student, coach = site.sign_in(), site.sign_in("priya.raman", "2580")
    launch = {"applicationId": draft["applicationId"], "sessionId": SESSION}
    for token, seen, status in ((student, 1, 404), (coach, 2, 201)):
        assert len(site.get("/desktop/1.0/catalog", token).json()["applications"]) == seen
        assert site.post("/desktop/1.0/launches", token, json=launch).status_code == status


@pytest.mark.parametrize("end", ["", "/sandbox"])
def test_secrets_are_exchanged_without_a_gap_or_at_once(site: InProcess, end: str) -> None:
    draft = register(site, name=f"Rotating{end}")
    client = draft["sandbox"] if end else draft
    path = f"{APPS}/{draft['applicationId']}{end}/secret/rotate"
    renewed = site.post(path, RUN_SECRET).json()
    assert renewed["clientId"] == client["clientId"]
    assert renewed["previousGoodUntil"]
    assert asked_token(site, client, end).status_code == 200
    assert asked_token(site, renewed, end).status_code == 200
    last = site.post(path, RUN_SECRET, json={"overlapSeconds": 0}).json()
    assert last["previousGoodUntil"] is None
    assert asked_token(site, client, end).status_code == 401
    assert asked_token(site, renewed, end).status_code == 401
    assert asked_token(site, last, end).status_code == 200
    assert site.post(path, RUN_SECRET, json={"overlapSeconds": -1}).status_code == 422


@pytest.mark.parametrize("field", ["launchUrl", "logoUrl", "coverImageUrl", "jwksUrl"])
@pytest.mark.parametrize(
    "url", ["http://[::1", "https://a:99999/", "https://u@a/", "https://[::1]/"]
)
def test_an_odd_address_is_no_better_in_a_change(shared: InProcess, field: str, url: str) -> None:
    path = f"{APPS}/{shared.tool.id}"
    answer = patch(shared, path, RUN_SECRET, {field: url})
    assert (answer.status_code, answer.json()["pointer"]) == (422, f"/{field}")


@pytest.mark.parametrize("field", ["metadata", "jwks"])
@pytest.mark.parametrize(
    "told",
    [
        '{"a": "\\ud800"}',
        '{"a": {"b": ["\\udfff"]}}',
        '{"a": NaN}',
        '{"a": 1e400}',
        '{"a":' * 40 + "1" + "}" * 40,
        '{"a":' * 900 + "1" + "}" * 900,
        f'{{"a": "{"x" * 65_536}"}}',
    ],
)
def test_no_document_is_taken_that_could_not_be_told_again(
    shared: InProcess, field: str, told: str
) -> None:
    raw = json.dumps(app("Odd", **{field: "@"})).replace('"@"', told)
    headers = {"Authorization": f"Bearer {RUN_SECRET}", "Content-Type": "application/json"}
    answer = shared.request("POST", DRAFTS, content=raw, headers=headers)
    assert (answer.status_code, answer.json()["pointer"]) == (422, f"/{field}")


def test_public_keys_come_with_the_registration(shared: InProcess) -> None:
    jwks = {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "1"}]}
    draft = register(shared, name="Signing", jwks=jwks)
    mine = api_clients.c.application_id == draft["applicationId"]
    path = f"{APPS}/{draft['applicationId']}"
    headers = {"Authorization": f"Bearer {RUN_SECRET}"}
    for told, kept in (({}, jwks), ({"jwks": None}, None)):
        answer = shared.request("PUT", path, headers=headers, json={**app("Signing"), **told})
        assert answer.status_code == 200
        with reading(shared.platform.engine) as connection:
            keys = connection.scalars(select(api_clients.c.jwks).where(mine)).all()
        assert keys == [kept, kept]
    noted = shared.get(f"{path}/history", RUN_SECRET).json()["history"]
    assert [line["note"] for line in noted] == [None, None, "jwks"]
