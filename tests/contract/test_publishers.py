from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.backends import RUN_SECRET, InProcess, bearer, opened_site
from tests.helpers.developers import (
    PRIYA,
    Developer,
    administrator,
    lent,
    publisher,
    register,
    sign_up,
    token_of,
)
from timeback_desktop.backend.demo.seed import PUBLISHER_ID
from timeback_desktop.backend.scopes import PUBLISHER
from timeback_desktop.backend.settings import Settings

PATH = "/publishers/1.0"


@pytest.fixture(scope="module")
def shared(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One platform for the tests that mind nobody else's publishers."""
    with opened_site(school, tmp_path_factory.mktemp("shared") / "data") as site:
        yield site


@pytest.fixture(scope="module")
def ada(shared: InProcess) -> tuple[Developer, str]:
    """A developer and the publisher that she made."""
    developer = sign_up(shared, "ada")
    return developer, publisher(shared, "Ada's", developer.token)


def member(developer: Developer, role: str = "developer") -> dict[str, str]:
    return {"accountId": developer.account_id, "role": role}


def test_an_account_makes_one_publisher_and_owns_it(site: InProcess) -> None:
    ada = sign_up(site, "ada")
    made = site.post(PATH, ada.token, json={"name": " Forest Learning "})
    told = made.json()
    assert made.status_code == 201
    assert (told["name"], told["kind"]) == ("Forest Learning", "publisher")
    assert told["dateCreated"].endswith("Z")
    (owner,) = site.get(f"{PATH}/{told['publisherId']}/members", ada.token).json()["members"]
    assert (owner["email"], owner["role"]) == (ada.email, "owner")
    assert site.post(PATH, ada.token, json={"name": "Another"}).status_code == 409
    assert site.get(PATH, ada.token).json()["publishers"] == [told]
    assert site.get(f"{PATH}/{told['publisherId']}", ada.token).json() == told


def test_those_who_run_the_platform_make_and_see_any(site: InProcess) -> None:
    made = [publisher(site, "One"), publisher(site, "Two", administrator(site))]
    listed = site.get(PATH, RUN_SECRET).json()["publishers"]
    assert {one["publisherId"] for one in listed} > set(made)


@pytest.mark.parametrize("name", ["Maple", "maple", " MAPLE ", "\uff2daple"])  # fullwidth M
def test_a_name_belongs_to_one(shared: InProcess, name: str) -> None:
    shared.post(PATH, RUN_SECRET, json={"name": "Maple"})
    answer = shared.post(PATH, RUN_SECRET, json={"name": name})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"name": ""}, 422),
        ({"name": "x" * 201}, 422),
        ({"name": "a\u202eb"}, 422),
        ({"name": ["x"]}, 422),
        ([], 422),
        ({"name": "Sandbox of nobody"}, 409),
    ],
)
def test_an_odd_name_is_refused(shared: InProcess, body: Any, status: int) -> None:
    assert shared.post(PATH, RUN_SECRET, json=body).status_code == status


def test_the_publisher_of_others_is_not_there(site: InProcess) -> None:
    ada, eve = sign_up(site, "ada"), sign_up(site, "eve")
    mine = publisher(site, "Ada's", ada.token)
    publisher(site, "Eve's", eve.token)
    client = site.post(f"{PATH}/{mine}/clients", ada.token, json={"name": "CI"}).json()
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/members", None),
        ("POST", "/members", member(eve, "owner")),
        ("DELETE", f"/members/{ada.account_id}", None),
        ("POST", "/clients", {"name": "x"}),
        ("POST", "/sandbox/reset", None),
    ):
        for token in (eve.token, site.sign_in()):
            headers = {"Authorization": f"Bearer {token}"}
            answer = site.request(method, f"{PATH}/{mine}{path}", headers=headers, json=body)
            assert answer.status_code in {403, 404}, path
            assert answer.status_code == (404 if token is eve.token else 403)
    theirs = site.get(PATH, token_of(site, client)).json()["publishers"]
    assert [one["publisherId"] for one in theirs] == [mine]


def test_an_app_looks_after_nothing_in_the_name_of_who_signed_in_to_it(site: InProcess) -> None:
    administrator(site)
    ada = sign_up(site, "ada")
    mine = publisher(site, "Ada's", ada.token)
    for token in (
        lent(site, *PUBLISHER, account_id=ada.account_id),
        lent(site, *PUBLISHER, publisher_id=PUBLISHER_ID, user_id=PRIYA),
    ):
        for path in (PATH, f"{PATH}/{mine}/members", "/applications/1.0"):
            assert site.get(path, token).status_code == 403
        assert site.post(PATH, token, json={"name": "Another"}).status_code == 403
        assert site.get("/accounts/1.0/me", token).status_code == 403


def test_owners_let_people_in_and_out_and_one_of_them_stays(site: InProcess) -> None:
    ada, ben, cleo = (sign_up(site, name) for name in ("ada", "ben", "cleo"))
    members = f"{PATH}/{publisher(site, 'Trio', ada.token)}/members"
    assert site.post(members, ada.token, json=member(ben)).status_code == 201
    assert site.post(members, ben.token, json=member(cleo)).status_code == 403
    by_mail = {"email": cleo.email.upper(), "role": "owner"}
    assert len(site.post(members, ada.token, json=by_mail).json()["members"]) == 3
    gone = f"{members}/{ada.account_id}"
    headers = {"Authorization": f"Bearer {cleo.token}"}
    assert site.request("DELETE", gone, headers=headers).status_code == 204
    last = site.request("DELETE", f"{members}/{cleo.account_id}", headers=headers)
    assert (last.status_code, "last owner" in last.json()["message"]) == (409, True)
    step_down = site.post(members, cleo.token, json=member(cleo))
    assert step_down.status_code == 409
    ben_leaves = {"Authorization": f"Bearer {ben.token}"}
    own = f"{members}/{ben.account_id}"
    assert site.request("DELETE", own, headers=ben_leaves).status_code == 204
    assert site.request("DELETE", own, headers=ben_leaves).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"email": "nobody@makers.example"}, 404),
        ({"accountId": "nobody"}, 404),
        ({"accountId": "a", "email": "b"}, 422),
        ({"email": "ada@makers.example", "role": "king"}, 422),
    ],
)
def test_a_strange_member_is_refused(
    shared: InProcess, ada: tuple[Developer, str], body: Any, status: int
) -> None:
    developer, mine = ada
    answer = shared.post(f"{PATH}/{mine}/members", developer.token, json=body)
    assert answer.status_code == status


def test_a_client_of_a_publisher_looks_after_its_apps_and_nothing_else(site: InProcess) -> None:
    ada = sign_up(site, "ada")
    mine = publisher(site, "Ada's", ada.token)
    answer = site.post(f"{PATH}/{mine}/clients", ada.token, json={"name": "CI"})
    client = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert (client["publisherId"], client["scopes"]) == (mine, list(PUBLISHER))
    token = token_of(site, client)
    draft = register(site, token)
    assert draft["publisherId"] == mine
    assert site.post(f"{PATH}/{mine}/sandbox/reset", token).status_code == 200
    assert site.post(PATH, token, json={"name": "More"}).status_code == 403
    assert site.post(f"{PATH}/{mine}/clients", token, json={"name": "x"}).status_code == 403
    assert site.get("/ims/oneroster/rostering/v1p2/users", token).status_code == 403


def test_reading_needs_less_than_writing(site: InProcess) -> None:
    mine = publisher(site, "Ada's")
    client = site.post(f"{PATH}/{mine}/clients", RUN_SECRET, json={"name": "CI"}).json()
    token = token_of(site, client, scope=PUBLISHER[0])
    assert site.get("/applications/1.0", token).status_code == 200
    refused = site.post("/applications/1.0/drafts", token, json={})
    assert refused.status_code == 403
    assert "insufficient_scope" in refused.headers["www-authenticate"]


def test_a_client_that_leaked_is_ended(site: InProcess) -> None:
    mine = publisher(site, "Ada's")
    path = f"{PATH}/{mine}/clients"
    kept, leaked = (site.post(path, RUN_SECRET, json={"name": n}).json() for n in ("a", "b"))
    token = token_of(site, leaked)
    gone = f"{path}/{leaked['clientId']}"
    headers = {"Authorization": f"Bearer {RUN_SECRET}"}
    assert (
        site.request("DELETE", gone, headers={"Authorization": f"Bearer {token}"}).status_code
        == 403
    )
    assert site.request("DELETE", gone, headers=headers).status_code == 204
    assert site.request("DELETE", gone, headers=headers).status_code == 404
    assert site.get("/applications/1.0", token).status_code == 401
    listed = site.get(path, RUN_SECRET).json()["clients"]
    assert [(each["clientId"], each["name"]) for each in listed] == [(kept["clientId"], "a")]
    other = publisher(site, "Other")
    theirs = f"{PATH}/{other}/clients/{kept['clientId']}"
    assert site.request("DELETE", theirs, headers=headers).status_code == 404


def test_owners_say_after_how_much_silence_a_sitting_is_over(
    shared: InProcess, ada: tuple[Developer, str]
) -> None:
    owner, mine = ada
    path, helper = f"{PATH}/{mine}", sign_up(shared, "helper-of-ada")
    shared.post(f"{path}/members", owner.token, json=member(helper))
    assert shared.get(path, owner.token).json()["sessionTimeoutMinutes"] == 10
    for minutes, status in ((0, 422), (241, 422), ("long", 422), (1, 200), (240, 200)):
        told = {"sessionTimeoutMinutes": minutes}
        answer = shared.request("PATCH", path, json=told, headers=bearer(owner.token))
        assert answer.status_code == status
    refused = shared.request("PATCH", path, json=told, headers=bearer(helper.token))
    assert refused.status_code == 403
    assert shared.get(path, owner.token).json()["sessionTimeoutMinutes"] == 240
