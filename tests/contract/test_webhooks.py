"""Webhooks as their published client keeps them: each client's own, the secret never told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.tokens import Client, new_client, token_of
from tests.helpers.writers import token_with
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID
from timeback_desktop.backend.scopes import ALL_SCOPES, EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.vault import Vault
from timeback_desktop.backend.webhooks import service
from timeback_desktop.backend.webhooks.models import webhook_filters, webhooks
from timeback_desktop.errors import ContractFault

SECRET = "a secret between the two of us"
HOOK = {"name": "Hook", "targetUrl": "https://app.example/hook", "secret": SECRET, "active": True}
FILTER = {
    "filterKey": "type",
    "filterValue": "GradeEvent",
    "filterType": "string",
    "filterOperator": "eq",
    "active": True,
}


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("webhooks") / "data") as site:
        yield site


@pytest.fixture
def client(site: InProcess) -> Client:
    return new_client(site, ALL_SCOPES)


@pytest.fixture
def token(site: InProcess, client: Client) -> str:
    return token_of(site, client)


def call(site: InProcess, token: str, method: str, path: str, body: Any = None) -> Any:
    given = {} if body is None else {"json": body}
    return site.request(method, path, headers=bearer(token), **given)


def register(site: InProcess, token: str, **changes: Any) -> dict[str, Any]:
    answer = call(site, token, "POST", "/webhooks/", {**HOOK, **changes})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["webhook"])


def add_filter(site: InProcess, token: str, hook: str, **changes: Any) -> dict[str, Any]:
    body = {**FILTER, "webhookId": hook, **changes}
    answer = call(site, token, "POST", "/webhook-filters/", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["filter"])


def test_a_webhook_is_kept_changed_and_forgotten(site: InProcess, token: str) -> None:
    hook = register(site, token, sensor="https://sensor.example")
    path = f"/webhooks/{hook['id']}"
    assert call(site, token, "GET", path).json()["webhook"] == hook
    assert hook["deleted_at"] is None
    site.clock.pass_seconds(5)
    changed = call(site, token, "PUT", path, {**HOOK, "name": "Renamed", "active": False})
    told = changed.json()["webhook"]
    assert (told["name"], told["active"], told["sensor"]) == ("Renamed", False, None)
    assert told["updated_at"] > told["created_at"] == hook["created_at"]
    for verb, active in (("activate", True), ("deactivate", False)):
        told = call(site, token, "PUT", f"{path}/{verb}").json()["webhook"]
        assert told["active"] is active
    assert "message" in call(site, token, "DELETE", path).json()
    assert call(site, token, "GET", path).status_code == 404
    assert call(site, token, "DELETE", path).status_code == 404


def test_webhooks_are_listed_by_sensor(site: InProcess, token: str) -> None:
    named = register(site, token, sensor="https://one.example")
    other = register(site, token)
    listed = call(site, token, "GET", "/webhooks/").json()["webhooks"]
    assert [each["id"] for each in listed] == [named["id"], other["id"]]
    asked = call(site, token, "GET", "/webhooks/?sensor=https://one.example")
    assert [each["id"] for each in asked.json()["webhooks"]] == [named["id"]]


def test_filters_live_and_die_with_their_webhook(site: InProcess, token: str) -> None:
    hook, spare = register(site, token)["id"], register(site, token)["id"]
    first, second = add_filter(site, token, hook), add_filter(site, token, spare)
    path = f"/webhook-filters/{first['id']}"
    assert call(site, token, "GET", path).json()["filter"] == first
    body = {**FILTER, "webhookId": hook, "filterValue": "SessionEvent"}
    told = call(site, token, "PUT", path, body).json()["filter"]
    assert told["filterValue"] == "SessionEvent"
    below = call(site, token, "GET", f"/webhook-filters/webhook/{hook}").json()["filters"]
    assert [each["id"] for each in below] == [first["id"]]
    assert len(call(site, token, "GET", "/webhook-filters/").json()["filters"]) == 2
    call(site, token, "DELETE", f"/webhooks/{hook}")
    assert call(site, token, "GET", path).status_code == 404
    assert "message" in call(site, token, "DELETE", f"/webhook-filters/{second['id']}").json()
    assert call(site, token, "GET", "/webhook-filters/").json() == {"filters": []}


def kept_secret(site: InProcess, owner: service.Owner, hook: str) -> str:
    vault = Vault.open(site.platform.settings.keys)
    with reading(site.platform.engine) as connection:
        of_hook = select(webhooks.c.sealed_secret).where(owner.has(webhooks, hook))
        sealed = connection.scalars(of_hook).one()
    return service.secret_of(owner, vault, hook, sealed)


def test_a_secret_is_sealed_and_never_told(site: InProcess, client: Client, token: str) -> None:
    hook = register(site, token)
    assert SECRET not in str(hook)
    owner = service.Owner(PUBLISHER_ID, client.client_id)
    path = f"/webhooks/{hook['id']}"
    assert kept_secret(site, owner, hook["id"]) == SECRET
    call(site, token, "PUT", path, {**HOOK, "secret": hook["secret"]})
    assert kept_secret(site, owner, hook["id"]) == SECRET
    call(site, token, "PUT", path, {**HOOK, "secret": "another one"})
    assert kept_secret(site, owner, hook["id"]) == "another one"
    with reading(site.platform.engine) as connection:
        sealed = connection.scalars(select(webhooks.c.sealed_secret)).all()
    assert not any(SECRET in each or "another one" in each for each in sealed)
    assert (
        call(site, token, "POST", "/webhooks", {**HOOK, "secret": hook["secret"]}).status_code
        == 422
    )


def test_a_secret_opens_in_no_other_row(site: InProcess, client: Client, token: str) -> None:
    mine, other = register(site, token), register(site, token, secret="other")
    owner = service.Owner(PUBLISHER_ID, client.client_id)
    with writing(site.platform.engine) as connection:
        of_mine = select(webhooks.c.sealed_secret).where(owner.has(webhooks, mine["id"]))
        moved = {"sealed_secret": connection.scalar(of_mine)}
        connection.execute(
            webhooks.update().where(owner.has(webhooks, other["id"])).values(**moved)
        )
    with pytest.raises(ContractFault):
        kept_secret(site, owner, other["id"])


def test_nobody_sees_or_touches_the_webhooks_of_another_client(site: InProcess, token: str) -> None:
    hook = register(site, token)["id"]
    mine = add_filter(site, token, hook)["id"]
    stranger = token_of(site, new_client(site, ALL_SCOPES))
    assert call(site, stranger, "GET", "/webhooks").json() == {"webhooks": []}
    assert call(site, stranger, "GET", "/webhook-filters").json() == {"filters": []}
    body = {**FILTER, "webhookId": hook}
    for method, path, sent in (
        ("GET", f"/webhooks/{hook}", None),
        ("PUT", f"/webhooks/{hook}", HOOK),
        ("PUT", f"/webhooks/{hook}/deactivate", None),
        ("DELETE", f"/webhooks/{hook}", None),
        ("POST", "/webhook-filters", body),
        ("GET", f"/webhook-filters/webhook/{hook}", None),
        ("GET", f"/webhook-filters/{mine}", None),
        ("PUT", f"/webhook-filters/{mine}", body),
        ("DELETE", f"/webhook-filters/{mine}", None),
    ):
        assert call(site, stranger, method, path, sent).status_code == 404, path
    assert call(site, token, "GET", f"/webhook-filters/{mine}").status_code == 200


def test_scopes_and_people(site: InProcess) -> None:
    reader, writer = (token_with(site, scope) for scope in (EVENTS_READONLY, EVENTS_WRITE))
    assert call(site, reader, "GET", "/webhooks").status_code == 200
    assert call(site, reader, "POST", "/webhooks", HOOK).status_code == 403
    assert call(site, writer, "GET", "/webhooks").status_code == 403
    assert call(site, writer, "POST", "/webhooks", HOOK).status_code == 201
    ava = site.sign_in()
    assert call(site, ava, "GET", "/webhooks").status_code == 403
    assert call(site, ava, "POST", "/webhooks", HOOK).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"targetUrl": "http://app.example/hook"},
        {"targetUrl": "file:///etc/passwd"},
        {"targetUrl": "https://user:pw@app.example/"},
        {"targetUrl": "https://[::1]/"},
        {"targetUrl": "https://10.0.0.1/"},
        {"targetUrl": ""},
        {"secret": ""},
        {"secret": None},
        {"name": ""},
        {"name": "nul\0"},
        {"name": "x" * 257},
        {"active": "perhaps"},
        {"description": "x" * 1025},
    ],
)
def test_a_webhook_that_cannot_be_is_refused(
    site: InProcess, token: str, changes: dict[str, Any]
) -> None:
    answer = call(site, token, "POST", "/webhooks", {**HOOK, **changes})
    assert answer.status_code == 422
    assert call(site, token, "GET", "/webhooks").json() == {"webhooks": []}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"filterType": "number", "filterValue": "0.8", "filterOperator": "gte"}, 201),
        ({"filterType": "number", "filterValue": "1, 2,3", "filterOperator": "in"}, 201),
        ({"filterType": "boolean", "filterValue": "true"}, 201),
        ({"filterType": "number", "filterValue": "many"}, 422),
        ({"filterType": "number", "filterValue": "nan"}, 422),
        ({"filterType": "number", "filterValue": "1,2"}, 422),
        ({"filterType": "boolean", "filterValue": "maybe"}, 422),
        ({"filterType": "date"}, 422),
        ({"filterOperator": "resembles"}, 422),
        ({"filterKey": ""}, 422),
        ({"webhookId": "none"}, 404),
    ],
)
def test_a_filter_must_make_sense(
    site: InProcess, token: str, changes: dict[str, Any], status: int
) -> None:
    body = {**FILTER, "webhookId": register(site, token)["id"], **changes}
    assert call(site, token, "POST", "/webhook-filters", body).status_code == status


def test_a_client_cannot_pile_them_up(
    site: InProcess, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    monkeypatch.setattr(service, "MOST_FILTERS", 2)
    monkeypatch.setattr(service, "MOST_PATTERNS", 1)
    hook, _ = (register(site, token)["id"] for _ in range(2))
    assert call(site, token, "POST", "/webhooks", HOOK).status_code == 409
    first, second = (add_filter(site, token, hook) for _ in range(2))
    body = {**FILTER, "webhookId": hook}
    assert call(site, token, "POST", "/webhook-filters", body).status_code == 409
    pattern = {**body, "filterOperator": "regexp"}
    for each, status in ((first, 200), (first, 200), (second, 409)):
        path = f"/webhook-filters/{each['id']}"
        assert call(site, token, "PUT", path, pattern).status_code == status


def test_the_owner_stands_in_every_key() -> None:
    for table in (webhooks, webhook_filters):
        assert [column.name for column in table.primary_key][:2] == ["publisher_id", "client_id"]
