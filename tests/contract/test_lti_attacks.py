"""Attacks on the launch: reference list lti-and-login, section 3, items 1 to 10 and 29 to 30."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.helpers.backends import RUN_SECRET, SESSION, TOOL, InProcess, form_of
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.seed import demo_id
from timeback_desktop.backend.lti.models import lti_launch_hints
from timeback_desktop.backend.registry.service import suspend_application
from timeback_desktop.backend.roster.models import users
from timeback_desktop.errors import ContractFault


def asked_by_tool(site: InProcess, username: str = "ava.thompson") -> dict[str, Any]:
    return dict(site.good_request(site.initiation(site.sign_in(username))))


def is_own_page(answer: Any) -> bool:
    """Tell whether the answer is our own 400 page, which leads nowhere."""
    return (
        answer.status_code == 400
        and "<form" not in answer.text
        and "location" not in answer.headers
        and "form-action 'none'" in answer.headers["content-security-policy"]
    )


@pytest.mark.parametrize(
    "uri",
    [
        f"{TOOL}/other",
        f"{TOOL}/launch/more",
        f"{TOOL}/launch?x=1",
        f"{TOOL}/launch/",
        f"{TOOL}/launch#x",
        f"{TOOL}/%6caunch",
        f"{TOOL}/./launch",
        f"{TOOL}/x/%2e%2e/launch",
        f" {TOOL}/launch",
        f"{TOOL}/launch\n",
        "https://TOOL.example:9501/launch",
        "http://tool.example:9501/launch",
        "https://tool.example:9501@evil.example/launch",
        "https://other.example:9501/launch",
        "http://localhost:9501/launch",
        "//tool.example:9501/launch",
        "javascript:alert(1)//https://tool.example:9501/launch",
        "data:text/html,x",
        '"><script>alert(1)</script>',
        "",
    ],
)
def test_1_an_unregistered_redirect_uri_gets_a_page_of_our_own(site: InProcess, uri: str) -> None:
    site.register("Neighbour", redirect_uris=("https://other.example:9501/launch",))
    asked = asked_by_tool(site)
    answer = site.authorize({**asked, "redirect_uri": uri})
    assert is_own_page(answer)
    assert "<script" not in answer.text
    assert "id_token" in form_of(site.authorize(asked)), "the hint was not used up by the attack"


def test_2_markup_in_the_request_is_escaped(site: InProcess) -> None:
    evil = "\"'><script>alert(1)</script><form action=https://evil.example>"
    answer = site.authorize({**asked_by_tool(site), "state": evil, "prompt": evil})
    assert "<script>alert" not in answer.text
    assert form_of(answer)["state"] == evil
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_4_hints_of_two_launches_do_not_mix(site: InProcess) -> None:
    ava, finn = asked_by_tool(site), asked_by_tool(site, "diego.morales")
    for mixed in (
        {**ava, "lti_message_hint": finn["lti_message_hint"]},
        {**finn, "lti_message_hint": ava["lti_message_hint"]},
        {**ava, "login_hint": ava["lti_message_hint"]},
    ):
        assert form_of(site.authorize(mixed))["error"] == "login_required"


def use(site: InProcess, asked: dict[str, str], token: str) -> None:
    site.authorize(asked)


def wait(site: InProcess, asked: dict[str, str], token: str) -> None:
    site.clock.pass_seconds(60)


def sign_out(site: InProcess, asked: dict[str, str], token: str) -> None:
    site.post("/desktop/1.0/sign-out", token)


def deactivate(site: InProcess, asked: dict[str, str], token: str) -> None:
    with writing(site.platform.engine) as connection:
        connection.execute(
            update(users)
            .where(users.c.id == demo_id("user", "ava.thompson"))
            .values(status="tobedeleted")
        )


def suspend(site: InProcess, asked: dict[str, str], token: str) -> None:
    with writing(site.platform.engine) as connection:
        suspend_application(connection, site.tool.id, "Under repair.")


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (use, "login_required"),
        (wait, "login_required"),
        (sign_out, "login_required"),
        (deactivate, "login_required"),
        (suspend, "unauthorized_client"),
    ],
    ids=["used", "late", "signed out", "student deactivated", "app suspended"],
)
def test_5_a_spent_hint_opens_nothing(site: InProcess, spoil: Any, error: str) -> None:
    token = site.sign_in()
    asked = site.good_request(site.initiation(token))
    spoil(site, asked, token)
    form = form_of(site.authorize(asked))
    assert (form["error"], form["state"]) == (error, "state-of-the-tool")
    assert "id_token" not in form


def test_5_a_hint_lives_to_its_last_second(site: InProcess) -> None:
    asked = asked_by_tool(site)
    site.clock.pass_seconds(59.999)
    assert "id_token" in form_of(site.authorize(asked))


def test_6_a_hint_for_one_app_opens_no_other(site: InProcess) -> None:
    other = site.register("Other tool")
    form = form_of(site.authorize({**asked_by_tool(site), "client_id": other.client_id}))
    assert form["error"] == "login_required"


@pytest.mark.parametrize(
    "clients", [[], [""], ["nobody"], ["TOOL", "TOOL"], ["TOOL", "x"], ["\x00"]]
)
def test_6_the_client_is_named_exactly_once(site: InProcess, clients: list[str]) -> None:
    asked = asked_by_tool(site)
    del asked["client_id"]
    named = [site.tool.client_id if client == "TOOL" else client for client in clients]
    assert is_own_page(site.authorize({**asked, "client_id": named}))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"response_type": "id_token token"}, "unsupported_response_type"),
        ({"response_type": ["id_token", "id_token"]}, "unsupported_response_type"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": ""}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openidx"}, "invalid_scope"),
        ({"prompt": "login"}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"nonce": "n" * 10_000}, "invalid_request"),
        ({"nonce": ["a", "b"]}, "invalid_request"),
        ({"state": "s" * 10_000}, "invalid_request"),
        ({"login_hint": ""}, "invalid_request"),
        ({"lti_message_hint": ""}, "invalid_request"),
        ({"login_hint": "\x00é"}, "login_required"),
    ],
)
def test_7_a_wrong_request_is_refused_by_form_post_and_never_in_an_address(
    site: InProcess, changes: dict[str, Any], error: str
) -> None:
    asked = asked_by_tool(site)
    answer = site.authorize({**asked, **changes})
    form = form_of(answer)
    assert (answer.status_code, form["error"]) == (200, error)
    assert form["action"] == f"{TOOL}/launch"
    assert "location" not in answer.headers
    assert "eyJ" not in answer.text
    assert "id_token" in form_of(site.authorize(asked)), "the hint is still good"


@pytest.mark.parametrize("missing", ["response_type", "response_mode", "scope", "prompt", "nonce"])
def test_7_nothing_required_may_be_left_out(site: InProcess, missing: str) -> None:
    asked = asked_by_tool(site)
    del asked[missing]
    assert "error" in form_of(site.authorize(asked))


def test_9_parameters_named_like_claims_change_nothing(site: InProcess) -> None:
    plain = form_of(site.authorize(asked_by_tool(site)))["id_token"]
    loaded = {
        **asked_by_tool(site),
        "roles": "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
        "sub": "somebody-else",
        "target_link_uri": "https://evil.example/",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "x",
    }
    assert claims_of(form_of(site.authorize(loaded))["id_token"]) == claims_of(plain)


def claims_of(id_token: str) -> Any:
    payload = id_token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


@pytest.mark.parametrize("field", ["login_url", "launch_url", "icon_url", "jwks_url"])
@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x"])
def test_10_other_kinds_of_address_are_not_registered(
    site: InProcess, field: str, url: str
) -> None:
    with pytest.raises(ContractFault) as refused:
        site.register("Bad tool", **{field: url})
    assert (refused.value.status, refused.value.pointer) == (422, f"/{field}")


def test_30_old_hints_do_not_pile_up(site: InProcess) -> None:
    token = site.sign_in()
    for _ in range(5):
        site.initiation(token)
        site.clock.pass_seconds(61)
    site.initiation(token)
    with reading(site.platform.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(lti_launch_hints)) == 1


@pytest.mark.parametrize("token", ["", RUN_SECRET, "x" * 43])
def test_11_a_launch_starts_only_with_a_persons_token(site: InProcess, token: str) -> None:
    asked = {"applicationId": site.tool.id, "sessionId": SESSION}
    assert site.post("/desktop/1.0/launches", token, json=asked).status_code in {401, 403}
