"""Signing in with a real OpenID provider: Authlib's, from the package oidc-provider-mock."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl

import httpx
import pytest

from tests.helpers.backends import InProcess
from tests.helpers.signing_in import Browser, answer_in, asked, exchange
from timeback_desktop.backend.signin.parts import SignInParts
from timeback_desktop.clock import now_ms

with warnings.catch_warnings(record=True):  # Authlib warns of its own modules, whatever we say
    import oidc_provider_mock

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")
FILE = """
[providers.district]
title = "Lakeside"
issuer = "http://localhost:{port}"
client_id = "timeback"
client_secret_env = "TIMEBACK_TEST_SECRET"
lets_in = ["staff", "developers"]
domains = ["demo.example", "maker.example"]
"""
PEOPLE = {
    "priya": {"email": "priya.raman@demo.example", "email_verified": True},
    "ava": {"email": "ava.thompson@demo.example", "email_verified": True},
    "dana": {"email": "dana@maker.example", "email_verified": True, "name": "Dana Dev"},
    "unproven": {"email": "hannah.weiss@demo.example", "email_verified": False},
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    people = [oidc_provider_mock.User(sub=sub, claims=told) for sub, told in PEOPLE.items()]
    with oidc_provider_mock.run_server_in_thread(user_claims=people) as server:
        yield server.server_port


@pytest.fixture
def district(site: InProcess, port: int, monkeypatch: pytest.MonkeyPatch) -> InProcess:
    """A site that lets in whom the provider knows; it goes by the real clock, as that does."""
    monkeypatch.setenv("TIMEBACK_TEST_SECRET", "a secret & more")
    settings = site.platform.settings
    settings.sign_in_providers.write_text(FILE.format(port=port))
    site.app.state.platform = replace(site.platform, sign_in=SignInParts.open(settings))
    site.clock.ms = now_ms()
    return site


def visit(site: InProcess, sub: str) -> httpx.Response:
    """Sign in at the provider as somebody, and come back."""
    browser = Browser(site)
    page = browser.get("/oauth2/authorize", **asked())
    ticket = page.text.partition("/oauth2/with/district?ticket=")[2].partition('"')[0]
    sent = browser.get("/oauth2/with/district", ticket=ticket).headers["location"]
    with httpx.Client() as elsewhere:
        back = elsewhere.post(sent, data={"sub": sub}).headers["location"]
    address, _, told = back.partition("?")
    assert address == f"{site.platform.settings.url}/oauth2/with/district/callback"
    return browser.get(address, **dict(parse_qsl(told)))


@pytest.mark.parametrize(("sub", "name"), [("priya", "Priya Raman"), ("dana", "Dana Dev")])
def test_whom_the_provider_proves_signs_in(district: InProcess, sub: str, name: str) -> None:
    answer = visit(district, sub)
    tokens = exchange(district, answer_in(answer)["code"]).raise_for_status().json()
    me = district.get("/oauth2/userinfo", tokens["access_token"]).json()
    assert me["name"] == name


@pytest.mark.parametrize("sub", ["ava", "unproven"])
def test_whom_the_school_does_not_let_in_that_way_does_not(district: InProcess, sub: str) -> None:
    assert visit(district, sub).status_code == 403
