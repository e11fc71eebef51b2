"""Staff and developers sign in with another provider; what a hostile answer gets them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from sqlalchemy import select, update

from tests.helpers.backends import InProcess
from tests.helpers.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    ProviderServer,
)
from tests.helpers.signing_in import (
    Browser,
    answer_in,
    asked,
    challenge_of,
    exchange,
    pupil,
    school_with_passwords,
)
from timeback_desktop.backend.auth.models import accounts
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.parts import SignInParts

PRIYA = "priya.raman@demo.example"
FILE = """
[providers.district]
title = "Lakeside"
issuer = "{url}"
client_id = "timeback"
client_secret_file = "district.secret"
lets_in = ["staff"]
domains = ["demo.example", "maker.example"]
[providers.makers]
title = "Makers & Co"
issuer = "{url}"
client_id = "timeback"
client_secret_file = "district.secret"
lets_in = ["developers"]
[providers.hosted]
title = "Hosted"
issuer = "{url}"
client_id = "timeback"
client_secret_file = "district.secret"
lets_in = ["staff"]
domains = ["demo.example"]
"""


@pytest.fixture(scope="module")
def served() -> Iterator[IdentityProvider]:
    server = ProviderServer()
    yield server.start()
    server.stop()


@pytest.fixture
def provider(served: IdentityProvider) -> IdentityProvider:
    served.reset()
    return served


@pytest.fixture(scope="module")
def known(
    school: Settings, tmp_path_factory: pytest.TempPathFactory, served: IdentityProvider
) -> Iterator[InProcess]:
    folder = tmp_path_factory.mktemp("known") / "data"
    with school_with_passwords(school, folder) as site:
        (folder / "signin.toml").write_text(FILE.format(url=served.url))
        (folder / "district.secret").write_text(f"{CLIENT_SECRET}\n")
        yield site


@pytest.fixture
def site(known: InProcess, provider: IdentityProvider) -> InProcess:
    """The site with nothing remembered of the provider."""
    fresh = SignInParts.open(known.platform.settings)
    known.app.state.platform = replace(known.platform, sign_in=fresh)
    return known


class Visit:
    """One browser that was sent to the provider, and what it was sent with."""

    def __init__(self, site: InProcess, key: str = "district") -> None:
        self.site, self.key, self.browser = site, key, Browser(site)
        page = self.browser.get("/oauth2/authorize", **asked())
        start, _, _ = page.text.partition(f"/oauth2/with/{key}")[2].partition('"')
        sent = self.browser.get(f"/oauth2/with/{key}", **dict(parse_qsl(start.strip("?"))))
        assert sent.status_code == 303, sent.text
        self.address = sent.headers["location"]
        self.sent = dict(parse_qsl(urlsplit(self.address).query))

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = self.site.clock() // 1000
        good = {
            "iss": self.address.partition("/authorize")[0],
            "aud": CLIENT_ID,
            "sub": f"subject of {PRIYA}",
            "iat": now,
            "exp": now + 300,
            "nonce": self.sent["nonce"],
            "email": PRIYA,
            "email_verified": True,
            "name": "Priya R.",
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def back(self, **changes: Any) -> httpx.Response:
        told = {"code": "code-of-the-provider", "state": self.sent["state"], **changes}
        return self.browser.get(f"/oauth2/with/{self.key}/callback", **told)


def arrived(site: InProcess, answer: httpx.Response) -> Any:
    """Return who signed in, as ``userinfo`` tells it."""
    tokens = exchange(site, answer_in(answer)["code"]).raise_for_status().json()
    return site.get("/oauth2/userinfo", tokens["access_token"]).json()


def test_a_teacher_signs_in_with_the_district(site: InProcess, provider: IdentityProvider) -> None:
    visit = Visit(site)
    assert visit.sent["redirect_uri"].endswith("/oauth2/with/district/callback")
    assert (visit.sent["response_type"], visit.sent["client_id"]) == ("code", CLIENT_ID)
    provider.token = provider.sign(visit.claims())
    assert arrived(site, visit.back())["name"] == "Priya Raman"
    (form,) = provider.asked
    assert form["code"] == "code-of-the-provider"
    assert challenge_of(form["code_verifier"]) == visit.sent["code_challenge"]
    pair = base64.b64decode(form["authorization"].removeprefix("Basic ")).decode()
    assert pair == "timeback:secret%20of%20the%20client"


def test_after_the_first_time_the_email_does_not_count(
    site: InProcess, provider: IdentityProvider
) -> None:
    for email in (PRIYA, "hannah.weiss@demo.example", "married.since@demo.example"):
        visit = Visit(site)
        provider.token = provider.sign(visit.claims(email=email))
        assert arrived(site, visit.back())["name"] == "Priya Raman"


def strangely(**changes: Any) -> Callable[[IdentityProvider, Visit], str]:
    return lambda provider, visit: provider.sign(visit.claims(**changes))


def unsigned(provider: IdentityProvider, visit: Visit) -> str:
    return provider.sign_not_at_all(visit.claims())


def by_public_key(provider: IdentityProvider, visit: Visit) -> str:
    return provider.sign_by_public_key(visit.claims())


def literally(token: str) -> Callable[[IdentityProvider, Visit], str]:
    return lambda _provider, _visit: token


def other_key(provider: IdentityProvider, visit: Visit) -> str:
    stranger = IdentityProvider()
    own = stranger.key.as_dict(private=False)
    return stranger.sign(visit.claims(), jwk=own, jku="https://evil.example/jwks")


def tampered(provider: IdentityProvider, visit: Visit) -> str:
    head, _, signature = provider.sign(visit.claims()).split(".")
    body = base64.urlsafe_b64encode(json.dumps(visit.claims(sub="another")).encode())
    return f"{head}.{body.rstrip(b'=').decode()}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        strangely(iss="https://evil.example"),
        strangely(iss=None),
        strangely(aud="another"),
        strangely(aud=[CLIENT_ID, "another"]),
        strangely(aud=[CLIENT_ID, "another"], azp="another"),
        strangely(azp="another"),
        strangely(aud=None),
        strangely(nonce="of another attempt"),
        strangely(nonce=None),
        strangely(exp=1_700_000_000),
        strangely(exp=None),
        strangely(exp=True),
        strangely(iat=1_700_000_000),
        strangely(iat=9_999_999_999),
        strangely(iat=None),
        strangely(sub=None),
        strangely(sub=""),
        strangely(sub="s" * 256),
        strangely(sub=["a"]),
        strangely(sub="a\0b"),
        unsigned,
        other_key,
        tampered,
        by_public_key,
        lambda provider, visit: provider.sign(visit.claims(), kid="unknown"),
        literally("not.a.token"),
        literally(""),
        literally("e30." + "x" * 20_000),
    ],
)
def test_a_forged_answer_signs_nobody_in(
    site: InProcess, provider: IdentityProvider, forge: Callable[[IdentityProvider, Visit], str]
) -> None:
    visit = Visit(site)
    provider.token = forge(provider, visit)
    answer = visit.back()
    assert (answer.status_code, "location" in answer.headers) == (403, False)
    assert "did not prove who you are" in answer.text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email_verified": False}, "did not prove who you are"),
        ({"email_verified": None}, "did not prove who you are"),
        ({"email_verified": "true"}, "did not prove who you are"),
        ({"email": None}, "did not prove who you are"),
        ({"email": "priya.raman@demo.example\x00"}, "did not prove who you are"),
        ({"email": "ava.thompson@demo.example"}, "does not let you in"),
        ({"email": "nobody@demo.example"}, "does not let you in"),
    ],
)
def test_who_cannot_be_recognised_is_a_stranger(
    site: InProcess, provider: IdentityProvider, changes: dict[str, Any], told: str
) -> None:
    visit = Visit(site)
    provider.token = provider.sign(visit.claims(sub=f"stranger {changes}", **changes))
    answer = visit.back()
    assert answer.status_code == 403
    assert told in answer.text


def test_a_teacher_who_became_a_student_is_let_in_no_more(
    site: InProcess, provider: IdentityProvider
) -> None:
    grace = pupil("grace.okafor")
    for role, status in (("teacher", 303), ("student", 403), ("teacher", 303)):
        with writing(site.platform.engine) as connection:
            mine = users.c.id == grace.user_id
            connection.execute(update(users).where(mine).values(role=role))
        visit = Visit(site)
        told = visit.claims(sub="grace", email="grace.okafor@demo.example")
        provider.token = provider.sign(told)
        assert visit.back().status_code == status


def test_a_developer_gets_an_account(site: InProcess, provider: IdentityProvider) -> None:
    for name in ("Dana Dev", "Called otherwise now"):
        visit = Visit(site, "makers")
        told = visit.claims(sub="dana", email="Dana@Maker.example", name=name)
        provider.token = provider.sign(told)
        assert arrived(site, visit.back())["name"] == "Dana Dev"


@pytest.mark.parametrize("email", ["ava.thompson@demo.example", PRIYA])
def test_nobody_of_the_school_becomes_a_developer(
    site: InProcess, provider: IdentityProvider, email: str
) -> None:
    visit = Visit(site, "makers")
    provider.token = provider.sign(visit.claims(sub=f"maker {email}", email=email))
    assert visit.back().status_code == 403
    with reading(site.platform.engine) as connection:
        assert connection.scalar(select(accounts).where(accounts.c.email == email)) is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"hd": "demo.example"}, 303),
        ({}, 303),
        ({"hd": "evil.example"}, 403),
        ({"hd": "demo.example", "email": "x@evil.example"}, 403),
        ({"email": "x@sub.demo.example"}, 403),
        ({"email": "x@notdemo.example"}, 403),
        ({"email_verified": False}, 403),
    ],
)
def test_only_the_schools_own_domains(
    site: InProcess, provider: IdentityProvider, changes: dict[str, Any], status: int
) -> None:
    visit = Visit(site, "hosted")
    provider.token = provider.sign(visit.claims(**changes))
    assert visit.back().status_code == status


def test_an_answer_belongs_to_the_browser_that_asked(
    site: InProcess, provider: IdentityProvider
) -> None:
    thief, victim = Visit(site), Visit(site)
    provider.token = provider.sign(thief.claims())
    answer = victim.back(state=thief.sent["state"])
    assert (answer.status_code, provider.asked) == (400, [])
    assert Browser(site).get("/oauth2/with/district/callback", code="c").status_code == 400


def test_a_code_comes_back_once(site: InProcess, provider: IdentityProvider) -> None:
    visit = Visit(site)
    provider.token = provider.sign(visit.claims())
    assert visit.back().status_code == 303
    assert visit.back().status_code == 400
    assert len(provider.asked) == 1


def test_the_code_of_one_provider_never_goes_to_another(
    site: InProcess, provider: IdentityProvider
) -> None:
    visit = Visit(site)
    visit.key = "makers"
    assert visit.back().status_code == 400
    honest = Visit(site)
    assert honest.back(iss="https://evil.example").status_code == 400
    provider.metadata["authorization_response_iss_parameter_supported"] = True
    site.app.state.platform = replace(
        site.platform, sign_in=SignInParts.open(site.platform.settings)
    )
    assert Visit(site).back().status_code == 400, "it promised to name itself"
    visit = Visit(site)
    provider.token = provider.sign(visit.claims())
    assert visit.back(iss=provider.url).status_code == 303
    assert len(provider.asked) == 1


def test_who_changes_their_mind_can_use_a_password(site: InProcess) -> None:
    visit = Visit(site)
    page = visit.back(error="access_denied", error_description="<script>", code="")
    assert page.status_code == 403
    assert "<script" not in page.text
    assert visit.browser.sign_in(page).status_code == 303


def test_new_keys_are_fetched_when_a_token_names_one(
    site: InProcess, provider: IdentityProvider
) -> None:
    visit = Visit(site)
    provider.token = provider.sign(visit.claims())
    assert visit.back().status_code == 303
    renewed = IdentityProvider()
    site.clock.pass_seconds(61)
    visit = Visit(site)
    provider.published = [{**renewed.key.as_dict(private=False), "kid": "two"}]
    provider.token = renewed.sign(visit.claims(), kid="two")
    assert visit.back().status_code == 303
    assert provider.key_fetches == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_lies_about_itself_is_not_asked(
    site: InProcess, provider: IdentityProvider, changes: dict[str, Any]
) -> None:
    provider.metadata.update(changes)
    browser = Browser(site)
    page = browser.get("/oauth2/authorize", **asked())
    link = page.text.partition("/oauth2/with/district?ticket=")[2].partition('"')[0]
    answer = browser.get("/oauth2/with/district", ticket=link)
    assert (answer.status_code, "location" in answer.headers) == (502, False)
    assert browser.sign_in(answer).status_code == 303, "the password still does"


def test_a_stranger_cannot_send_a_browser_away(site: InProcess) -> None:
    browser = Browser(site)
    page = browser.get("/oauth2/authorize", **asked())
    link = page.text.partition("/oauth2/with/district?ticket=")[2].partition('"')[0]
    assert Browser(site).get("/oauth2/with/district", ticket=link).status_code == 400
    assert browser.get("/oauth2/with/district", ticket="x").status_code == 400
    assert browser.get("/oauth2/with/nobody", ticket=link).status_code == 404
