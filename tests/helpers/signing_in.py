"""A browser of few words, and a client that signs people in through it."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher

from tests.helpers.backends import InProcess, opened_site
from timeback_desktop.backend.auth import tries
from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, demo_id
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.accounts import account_for
from timeback_desktop.backend.signin.clients import set_redirects
from timeback_desktop.backend.signin.passwords import set_password
from timeback_desktop.backend.signin.people import person

PASSWORD = "seven green umbrellas"
VERIFIER = "v" * 43
DESKTOP, CALLBACK = "timeback-desktop", "http://127.0.0.1:52001/callback"


APP_CALLBACK = "https://tool.example:9501/signed-in"


@contextmanager
def school_with_passwords(school: Settings, data: Path) -> Iterator[InProcess]:
    """Open a site at which Ava has a password, and for whose tool people may sign in."""
    with pytest.MonkeyPatch.context() as patch, opened_site(school, data) as site:
        patch.setattr(tries, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        give_password(site, pupil())
        with writing(site.platform.engine) as connection:
            set_redirects(connection, site.tool.id, [APP_CALLBACK], site.clock(), public=True)
        yield site


def challenge_of(verifier: str) -> str:
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def asked(**changes: str | None) -> dict[str, str]:
    """Return a good request for a code, changed; ``None`` leaves a parameter out."""
    good: dict[str, str | None] = {
        "response_type": "code",
        "client_id": DESKTOP,
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
        "state": "state-of-the-client",
        "nonce": "nonce-of-the-client",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def answer_in(response: httpx.Response) -> dict[str, str]:
    """Return what a redirect tells the client."""
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


def give_password(site: InProcess, holder: Holder, password: str = PASSWORD) -> None:
    with writing(site.platform.engine) as connection:
        somebody = person(connection, holder)
        assert somebody is not None
        set_password(connection, somebody, password, site.clock())


def pupil(username: str = "ava.thompson") -> Holder:
    return Holder(PUBLISHER_ID, demo_id("user", username))


def developer(site: InProcess, email: str = "dee@maker.example") -> Holder:
    """Return the account of a developer, with a password."""
    with writing(site.platform.engine) as connection:
        holder = account_for(connection, email, "Dee Maker", site.clock())
    give_password(site, holder)
    return holder


@dataclass
class Browser:
    """What a person signs in with: it keeps cookies and sends forms."""

    site: InProcess
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self._kept(self.site.request("GET", path, params=params, headers=self._headers()))

    def send(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """Send the form of a page, filled in."""
        action = re.search(r'<form method="post" action="([^"]*)"', page.text)
        ticket = re.search(r'name="ticket" value="([^"]*)"', page.text)
        assert action, page.text
        assert ticket, page.text
        return self.post(html.unescape(action[1]), ticket=ticket[1], **fields)

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self._kept(self.site.request("POST", path, data=fields, headers=self._headers()))

    def sign_in(
        self, page: httpx.Response, login: str = "ava.thompson", password: str = PASSWORD
    ) -> httpx.Response:
        return self.send(page, decision="sign_in", login=login, password=password)

    def _headers(self) -> dict[str, str]:
        if not self.cookies:
            return {}
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _kept(self, response: httpx.Response) -> httpx.Response:
        self.cookies.update(response.cookies)
        return response


def code_for(site: InProcess, login: str = "ava.thompson", **changes: str | None) -> str:
    """Return the code that a person gets for the desktop."""
    browser = Browser(site)
    page = browser.get("/oauth2/authorize", **asked(**changes))
    return answer_in(browser.sign_in(page, login))["code"]


def exchange(site: InProcess, code: str, **changes: str | None) -> httpx.Response:
    """Exchange a code at the token endpoint."""
    good: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": DESKTOP,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    form = {name: value for name, value in {**good, **changes}.items() if value is not None}
    return site.post("/oauth2/token", data=form)


def tokens_for(site: InProcess, login: str = "ava.thompson", **changes: str | None) -> Any:
    """Return the tokens of a person who signed in through the browser."""
    answer = exchange(site, code_for(site, login, **changes))
    return answer.raise_for_status().json()


def renewed(site: InProcess, token: str, client_id: str = DESKTOP) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id}
    return site.post("/oauth2/token", data=form)
