"""Signing in on a device without a browser (RFC 8628)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.helpers.backends import InProcess
from tests.helpers.signing_in import DESKTOP, Browser, school_with_passwords
from timeback_desktop.backend.scopes import EVENTS_WRITE
from timeback_desktop.backend.settings import Settings

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(scope="module")
def known(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with school_with_passwords(school, tmp_path_factory.mktemp("known") / "data") as site:
        yield site


def opened(site: InProcess) -> Any:
    form = {"client_id": DESKTOP, "scope": f"openid {EVENTS_WRITE}"}
    return site.post("/oauth2/device_authorization", data=form).raise_for_status().json()


def polled(site: InProcess, device: Any, client_id: str = DESKTOP) -> httpx.Response:
    form = {"grant_type": GRANT, "device_code": device["device_code"], "client_id": client_id}
    return site.post("/oauth2/token", data=form)


def connected(site: InProcess, device: Any, decision: str = "allow") -> httpx.Response:
    """Go through the pages as a person does."""
    browser = Browser(site)
    typed = device["user_code"].lower().replace("-", " ")
    who = browser.send(browser.get("/device"), user_code=typed, decision="next")
    return browser.send(browser.sign_in(who), decision=decision)


def test_a_device_gets_its_tokens(known: InProcess) -> None:
    device = opened(known)
    assert device["verification_uri"] == f"{known.platform.settings.url}/device"
    assert (device["expires_in"], device["interval"]) == (600, 5)
    assert polled(known, device).json()["error"] == "authorization_pending"
    assert "Connected" in connected(known, device).text
    tokens = polled(known, device).raise_for_status().json()
    assert known.get("/desktop/1.0/catalog", tokens["access_token"]).status_code == 200
    assert polled(known, device).json()["error"] == "invalid_grant", "once only"


def test_the_person_sees_who_asks_and_can_say_no(known: InProcess) -> None:
    device, browser = opened(known), Browser(known)
    page = browser.get("/device", user_code=device["user_code"])
    assert f'value="{device["user_code"]}"' in page.text, "filled in, and not sent by itself"
    who = browser.send(page, user_code=device["user_code"], decision="next")
    consent = browser.sign_in(who)
    for words in ("Ava Thompson", "TimeBack Desktop", "in front of you"):
        assert words in consent.text
    assert "Not connected" in browser.send(consent, decision="deny").text
    assert polled(known, device).json()["error"] == "access_denied"


def test_a_form_that_was_made_up_does_no_harm(known: InProcess) -> None:
    device, browser = opened(known), Browser(known)
    who = browser.send(browser.get("/device"), user_code=device["user_code"], decision="next")
    assert browser.send(who, decision="cancel").status_code == 403
    assert (
        browser.post("/device", decision="allow", user_code=device["user_code"]).status_code == 400
    )
    assert browser.post("/oauth2/authorize", ticket="x" * 5000).status_code == 400
    assert known.post("/device", json={"ticket": "x"}).status_code == 415


def test_who_asks_too_often_is_slowed_down(known: InProcess) -> None:
    device = opened(known)
    polled(known, device)
    assert polled(known, device).json()["error"] == "slow_down"
    known.clock.pass_seconds(6)
    assert polled(known, device).json()["error"] == "slow_down", "ten seconds by now"
    known.clock.pass_seconds(16)
    assert polled(known, device).json()["error"] == "authorization_pending"


def test_a_code_ends_after_ten_minutes(known: InProcess) -> None:
    device = opened(known)
    known.clock.pass_seconds(600)
    assert polled(known, device).json()["error"] == "expired_token"
    browser = Browser(known)
    late = browser.send(browser.get("/device"), user_code=device["user_code"], decision="next")
    assert late.status_code == 404


def test_the_person_may_be_too_late(known: InProcess) -> None:
    device, browser = opened(known), Browser(known)
    known.clock.pass_seconds(590)
    who = browser.send(browser.get("/device"), user_code=device["user_code"], decision="next")
    consent = browser.sign_in(who)
    known.clock.pass_seconds(11)
    assert "Too late" in browser.send(consent, decision="allow").text


def test_guessing_codes_is_slowed_down(known: InProcess) -> None:
    known.clock.pass_seconds(3600)
    browser = Browser(known)
    page = browser.get("/device")
    for _ in range(30):
        page = browser.send(page, user_code="BCDF-GHJK", decision="next")
        assert page.status_code == 404
    assert browser.send(page, user_code="BCDF-GHJK", decision="next").status_code == 429
    known.clock.pass_seconds(60)


@pytest.mark.parametrize("typed", ["", "????", "BCDFGHJ", "<script>", "B" * 400])
def test_a_strange_code_finds_nothing(known: InProcess, typed: str) -> None:
    browser = Browser(known)
    page = browser.send(browser.get("/device"), user_code=typed, decision="next")
    assert page.status_code == 404
    assert "<script" not in page.text


def test_a_device_code_belongs_to_its_client(known: InProcess) -> None:
    device = opened(known)
    connected(known, device)
    assert polled(known, device, known.tool.client_id).json()["error"] == "invalid_grant"
    assert polled(known, device).status_code == 200


@pytest.mark.parametrize("client_id", ["nobody", ""])
def test_an_unknown_client_gets_no_code(known: InProcess, client_id: str) -> None:
    answer = known.post("/oauth2/device_authorization", data={"client_id": client_id})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
