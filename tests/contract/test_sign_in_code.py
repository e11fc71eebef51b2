"""People sign in through the browser: the authorization code with PKCE, and its attacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.helpers.backends import InProcess
from tests.helpers.developers import publisher, register
from tests.helpers.signing_in import (
    APP_CALLBACK,
    CALLBACK,
    DESKTOP,
    PASSWORD,
    Browser,
    answer_in,
    asked,
    code_for,
    developer,
    exchange,
    pupil,
    renewed,
    school_with_passwords,
    tokens_for,
)
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.registry.service import resume_application, suspend_application
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.clients import set_redirects


@pytest.fixture(scope="module")
def known(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """A site that all of these tests share: at it, Ava has a password."""
    with school_with_passwords(school, tmp_path_factory.mktemp("known") / "data") as site:
        yield site


def test_a_person_signs_in_and_the_desktop_knows_who(known: InProcess) -> None:
    browser = Browser(known)
    page = browser.get("/oauth2/authorize", **asked())
    assert "TimeBack Desktop" in page.text
    told = answer_in(browser.sign_in(page, "Ava.Thompson@demo.example"))
    assert told.pop("code")
    assert told == {"state": "state-of-the-client", "iss": known.platform.settings.url}


def test_the_tokens_work_and_the_id_token_is_signed_by_us(known: InProcess) -> None:
    scope = f"openid profile email {EVENTS_WRITE}"
    tokens = tokens_for(known, scope=scope)
    assert tokens["expires_in"] == 900
    keys = KeySet.import_key_set(known.get("/.well-known/jwks.json").json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["aud"], claims["nonce"]) == (DESKTOP, "nonce-of-the-client")
    assert claims["exp"] - claims["iat"] == 300
    me = known.get("/oauth2/userinfo", tokens["access_token"]).json()
    assert me == {
        "sub": pupil().user_id,
        "name": "Ava Thompson",
        "given_name": "Ava",
        "family_name": "Thompson",
        "urn:timeback:claim:role": "student",
        "email": "ava.thompson@demo.example",
    }
    assert known.get("/desktop/1.0/catalog", tokens["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
        ({"nonce": "n" * 600}, "invalid_request"),
        ({"scope": "openid\n"}, "invalid_scope"),
        ({"nonce": ["one", "two"]}, "invalid_request"),
    ],
)
def test_a_bad_request_is_told_to_the_client(
    known: InProcess, changes: dict[str, Any], error: str
) -> None:
    told = answer_in(Browser(known).get("/oauth2/authorize", **asked(**changes)))
    assert told.pop("error_description")
    assert told == {
        "error": error,
        "state": "state-of-the-client",
        "iss": known.platform.settings.url,
    }


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:52001/other",
        "http://127.0.0.1:52001/callback/",
        "http://127.0.0.1:52001/callback?next=evil",
        "http://127.0.0.1:52001/callback#x",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:52001@evil.example/callback",
        "http://127.0.0.1.evil.example:52001/callback",
        "http://evil.example/callback",
        "http://localhost:52001/callback",
        "http://127.1:52001/callback",
        "http://127.0.0.2:52001/callback",
        "http://0x7f.0.0.1/callback",
        "http://2130706433/callback",
        "http://[::1]:52001/callback",
        "https://127.0.0.1:52001/callback",
        "HTTP://127.0.0.1:52001/callback",
        "http://127.0.0.1:52001/%63allback",
        "http://127.0.0.1:52001\\@evil.example/callback",
        "http://127.0.0.1:\uff11/callback",
        "//127.0.0.1/callback",
        "javascript:alert(1)",
        "",
    ],
)
def test_nothing_goes_to_an_address_that_was_not_registered(known: InProcess, uri: str) -> None:
    answer = Browser(known).get("/oauth2/authorize", **asked(redirect_uri=uri))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "<form" not in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": ["timeback-desktop", "timeback-desktop"]},
        {"redirect_uri": [CALLBACK, CALLBACK]},
        {"state": "two\nlines"},
        {"state": "s" * 5000},
    ],
)
def test_an_unknown_client_gets_a_page_of_ours(known: InProcess, changes: Any) -> None:
    answer = Browser(known).get("/oauth2/authorize", **asked(**changes))
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize("port", ["", ":1", ":65535"])
def test_the_port_of_a_loopback_address_does_not_count(known: InProcess, port: str) -> None:
    uri = f"http://127.0.0.1{port}/callback"
    assert Browser(known).get("/oauth2/authorize", **asked(redirect_uri=uri)).status_code == 200


def test_pages_cannot_be_framed_cached_or_scripted(known: InProcess) -> None:
    headers = Browser(known).get("/oauth2/authorize", **asked()).headers
    policy = headers["content-security-policy"]
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "script-src" not in policy
    assert "form-action 'self' http://127.0.0.1:52001;" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    cookie = headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=600" in cookie


def test_what_was_typed_comes_back_escaped(known: InProcess) -> None:
    browser = Browser(known)
    page = browser.get("/oauth2/authorize", **asked())
    again = browser.sign_in(page, '"><script>alert(1)</script>', "wrong")
    assert again.status_code == 403
    assert "<script" not in again.text
    assert "wrong" not in again.text


def test_another_browser_cannot_send_the_form(known: InProcess) -> None:
    victim, thief = Browser(known), Browser(known)
    page = thief.get("/oauth2/authorize", **asked())
    assert victim.sign_in(page).status_code == 400, "no cookie at all"
    victim.get("/oauth2/authorize", **asked())
    assert victim.sign_in(page).status_code == 400, "the cookie of another page"
    assert thief.sign_in(page).status_code == 303


def test_a_form_can_be_sent_once(known: InProcess) -> None:
    browser = Browser(known)
    page = browser.get("/oauth2/authorize", **asked())
    assert browser.sign_in(page).status_code == 303
    assert browser.sign_in(page).status_code == 400
    late = browser.get("/oauth2/authorize", **asked())
    known.clock.pass_seconds(601)
    assert browser.sign_in(late).status_code == 400


def test_wrong_tries_make_the_next_one_wait(known: InProcess) -> None:
    browser = Browser(known)
    page = browser.get("/oauth2/authorize", **asked())
    for _ in range(5):
        page = browser.sign_in(page, password="not this one")
        assert page.status_code == 403
    page = browser.sign_in(page)
    assert (page.status_code, page.headers["retry-after"]) == (429, "5")
    known.clock.pass_seconds(5)
    assert browser.sign_in(page).status_code == 303


@pytest.mark.parametrize(
    "login", ["nobody", "", "noor.alsayed", "a" * 300, "'; --", "\u0130", "a\0b"]
)
def test_nobody_else_gets_in(known: InProcess, login: str) -> None:
    browser = Browser(known)
    page = browser.get("/oauth2/authorize", **asked())
    assert browser.sign_in(page, login).status_code == 403


def test_a_flood_from_one_address_is_held_back(site: InProcess) -> None:
    for _ in range(2_000):
        site.platform.sign_in.pages.take("127.0.0.1", site.clock())
    assert Browser(site).get("/oauth2/authorize", **asked()).status_code == 429
    form = {"client_id": DESKTOP}
    assert site.post("/oauth2/device_authorization", data=form).status_code == 429
    site.clock.pass_seconds(1)
    assert Browser(site).get("/oauth2/authorize", **asked()).status_code == 200


def test_cancelling_goes_back_to_the_client(known: InProcess) -> None:
    browser = Browser(known)
    page = browser.get("/oauth2/authorize", **asked())
    assert answer_in(browser.send(page, decision="cancel"))["error"] == "access_denied"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": "v" * 42},
        {"redirect_uri": "http://127.0.0.1:52002/callback"},
        {"client_id": "another"},
    ],
)
def test_a_stolen_code_is_worth_nothing(known: InProcess, changes: dict[str, str]) -> None:
    code = code_for(known)
    if "client_id" in changes:
        changes = {"client_id": known.tool.client_id}
    refused = exchange(known, code, **changes)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert exchange(known, code).status_code == 400, "one wrong try uses it up"


def test_a_code_without_its_verifier_is_no_request(known: InProcess) -> None:
    refused = exchange(known, code_for(known), code_verifier=None)
    assert refused.json()["error"] == "invalid_request"


def test_a_code_is_good_for_a_minute(known: InProcess) -> None:
    code = code_for(known)
    known.clock.pass_seconds(60)
    assert exchange(known, code).json()["error"] == "invalid_grant"


def test_a_code_that_comes_again_ends_what_it_began(known: InProcess) -> None:
    code = code_for(known)
    tokens = exchange(known, code).raise_for_status().json()
    assert exchange(known, code).status_code == 400
    assert known.get("/oauth2/userinfo", tokens["access_token"]).status_code == 401
    assert renewed(known, tokens["refresh_token"]).status_code == 400


def test_an_app_asks_the_person_first_and_never_writes_as_one(known: InProcess) -> None:
    browser, scope = Browser(known), f"openid profile {EVENTS_READONLY} {EVENTS_WRITE}"
    wish = asked(client_id=known.tool.client_id, redirect_uri=APP_CALLBACK, scope=scope)
    consent = browser.sign_in(browser.get("/oauth2/authorize", **wish))
    assert consent.status_code == 200
    assert "Connect Tool?" in consent.text
    code = answer_in(browser.send(consent, decision="allow"))["code"]
    tokens = (
        exchange(known, code, client_id=known.tool.client_id, redirect_uri=APP_CALLBACK)
        .raise_for_status()
        .json()
    )
    assert EVENTS_WRITE not in tokens["scope"]
    assert "refresh_token" not in tokens, "offline_access was not asked for"
    me = known.get("/oauth2/userinfo", tokens["access_token"]).json()
    assert me["sub"] != pupil().user_id
    assert "email" not in me
    refused = known.get("/desktop/1.0/catalog", tokens["access_token"])
    assert refused.status_code == 403, "an app is not the window"
    with writing(known.platform.engine) as connection:
        suspend_application(connection, known.tool.id, "Under repair.")
    assert known.get("/oauth2/userinfo", tokens["access_token"]).status_code == 401
    with writing(known.platform.engine) as connection:
        resume_application(connection, known.tool.id)


def test_no_means_no(known: InProcess) -> None:
    browser = Browser(known)
    wish = asked(client_id=known.tool.client_id, redirect_uri=APP_CALLBACK)
    consent = browser.sign_in(browser.get("/oauth2/authorize", **wish))
    assert answer_in(browser.send(consent, decision="deny"))["error"] == "access_denied"


def test_an_app_that_registered_no_address_signs_nobody_in(known: InProcess) -> None:
    shy = known.register("Shy")
    wish = asked(client_id=shy.client_id, redirect_uri="https://tool.example:9501/launch")
    assert Browser(known).get("/oauth2/authorize", **wish).status_code == 400


def test_people_of_the_school_sign_in_to_no_draft_of_others_and_its_maker_may_try(
    known: InProcess,
) -> None:
    developer(known, "drafter@maker.example")
    draft = register(known, name="Half-finished", publisherId=publisher(known, "Makers"))
    with writing(known.platform.engine) as connection:
        set_redirects(connection, draft["applicationId"], [APP_CALLBACK], known.clock())
    wish = asked(client_id=draft["clientId"], redirect_uri=APP_CALLBACK)
    for login, status in (("ava.thompson", 403), ("drafter@maker.example", 200)):
        browser = Browser(known)
        page = browser.sign_in(browser.get("/oauth2/authorize", **wish), login)
        assert page.status_code == status
        assert ("Connect Half-finished?" in page.text) is (status == 200)


def test_an_app_with_a_secret_shows_it_for_every_token(known: InProcess) -> None:
    app = known.register("Keeper")
    with writing(known.platform.engine) as connection:
        set_redirects(connection, app.id, [APP_CALLBACK], known.clock())
    wish = asked(client_id=app.client_id, redirect_uri=APP_CALLBACK, scope="openid offline_access")
    browser = Browser(known)
    consent = browser.sign_in(browser.get("/oauth2/authorize", **wish))
    code = answer_in(browser.send(consent, decision="allow"))["code"]
    told = {"client_id": app.client_id, "redirect_uri": APP_CALLBACK}
    refused = exchange(known, code, **told)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    tokens = exchange(known, code, **told, client_secret=app.client_secret)
    renewal = {
        "grant_type": "refresh_token",
        "refresh_token": tokens.raise_for_status().json()["refresh_token"],
        "client_id": app.client_id,
    }
    assert known.post("/oauth2/token", data=renewal).status_code == 401
    proven = renewal | {"client_secret": app.client_secret}
    assert known.post("/oauth2/token", data=proven).status_code == 200


def test_a_draft_sends_no_browser_anywhere_unasked(known: InProcess) -> None:
    developer(known, "redirector@maker.example")
    draft = register(known, name="Elsewhere", publisherId=publisher(known, "Redirectors"))
    with writing(known.platform.engine) as connection:
        set_redirects(connection, draft["applicationId"], [APP_CALLBACK], known.clock())
    for client_id, status in ((draft["clientId"], 400), (known.tool.client_id, 303)):
        wish = asked(client_id=client_id, redirect_uri=APP_CALLBACK, prompt="none")
        assert Browser(known).get("/oauth2/authorize", **wish).status_code == status


def test_a_sandbox_signs_nobody_in(known: InProcess) -> None:
    assert Browser(known).get("/sandbox/oauth2/authorize", **asked()).status_code == 404
    code = code_for(known)
    form = {"grant_type": "authorization_code", "client_id": DESKTOP, "code": code}
    assert known.post("/sandbox/oauth2/token", data=form).status_code == 400


def test_a_developer_signs_in_and_looks_after_apps(known: InProcess) -> None:
    developer(known)
    tokens = tokens_for(
        known, "dee@maker.example", scope="openid urn:timeback:scope:applications.readonly"
    )
    me = known.get("/accounts/1.0/me", tokens["access_token"]).json()
    assert (me["email"], me["publishers"]) == ("dee@maker.example", [])
    assert known.get("/desktop/1.0/catalog", tokens["access_token"]).status_code == 403
    assert PASSWORD not in str(me)
