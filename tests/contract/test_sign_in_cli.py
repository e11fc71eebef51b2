"""``timeback-desktop sign-in`` at a real platform, with a person who fills in its real pages."""

from __future__ import annotations

import json
import os
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from tests.helpers.backends import RunningBackend, bearer, form_of
from timeback_desktop import cli
from timeback_desktop.bootstrap import sign_in as command
from timeback_desktop.net.authorization_server import AuthorizationServer, Tokens
from timeback_desktop.net.device_sign_in import DeviceSignIn

DRAFT = {
    "name": "Fern Facts",
    "description": "Sums among ferns.",
    "launchUrl": "http://127.0.0.1:4010/launch",
}


@dataclass
class Person(webbrowser.BaseBrowser):
    """Somebody with a browser of their own, who signs in on whatever page it is shown."""

    login: dict[str, str]
    decision: str = "sign_in"
    pages: list[httpx.Response] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)

    def open(self, url: str, *_: object) -> bool:
        self.asked = dict(parse_qsl(urlsplit(url).query))
        os.write(1, b"A browser chatters.\n")
        with httpx.Client() as client:
            page = client.get(url)
            while 'method="post"' in page.text:
                assert len(self.pages) < 4, page.text
                form = form_of(page)
                page = client.post(urljoin(url, form.pop("action")), data=form | self._said(page))
                while page.is_redirect:
                    page = client.get(page.headers["location"])
                self.pages.append(page)
        return True

    def _said(self, page: httpx.Response) -> dict[str, str]:
        if 'name="password"' in page.text:
            told = {"login": self.login["username"], "password": self.login["password"]}
            return {**told, "decision": self.decision}
        if 'name="user_code"' in page.text:
            return {"user_code": self.asked["user_code"]}
        return {"decision": "deny" if self.decision == "deny" else "allow"}


@pytest.fixture
def person(
    backend: RunningBackend, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Person]]:
    """Let somebody sit at this computer, whose browser is the system's."""
    monkeypatch.setenv("BROWSER", "ours")
    monkeypatch.setattr(webbrowser, "_browsers", {})
    monkeypatch.setattr(webbrowser, "_tryorder", [])

    def seat(who: str = "administrator", **rest: str) -> Person:
        somebody = Person(backend.credentials[who], **rest)
        webbrowser.register("ours", None, somebody, preferred=True)
        return somebody

    return seat


def promoted(backend: RunningBackend, administrator: str) -> str:
    """Let a publisher register an app, and the administrator let it in; return where it stands."""
    told = backend.credentials["publisher"]
    proof = (told["clientId"], told["clientSecret"])
    asked = {"grant_type": "client_credentials"}
    maker = httpx.post(told["tokenUrl"], data=asked, auth=proof).json()["access_token"]
    apps = f"{backend.url}/applications/1.0"
    app = httpx.post(f"{apps}/drafts", json=DRAFT, headers=bearer(maker)).json()
    step = f"{apps}/{app['applicationId']}/promote"
    answer = httpx.post(step, headers=bearer(administrator))
    return str(answer.raise_for_status().json()["status"])


def test_the_administrators_script_lets_an_app_in(
    backend: RunningBackend, person: Callable[..., Person], capfd: pytest.CaptureFixture[str]
) -> None:
    morgan = person()
    assert cli.main(["sign-in", "--platform", backend.url, "--json"]) == 0
    out, err = capfd.readouterr()
    told = json.loads(out)
    assert "Signed in as Morgan Ellis (administrator, morgan.ellis@demo.example)." in err
    assert "A browser chatters." in err
    assert f"  {backend.url}/oauth2/authorize?" in err
    assert morgan.asked["code_challenge_method"] == "S256"
    assert "You can close this window" in morgan.pages[-1].text
    assert promoted(backend, told["access_token"]) == "active"


def test_without_json_the_sign_in_is_shown_and_ended(
    backend: RunningBackend,
    person: Callable[..., Person],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[Tokens] = []

    def end(server: AuthorizationServer, tokens: Tokens) -> None:
        ended.append(tokens)
        once(server, tokens)

    once = AuthorizationServer.end
    monkeypatch.setattr(AuthorizationServer, "end", end)
    person("guardian")
    scope = ["--scope", "openid", "--scope", "profile"]
    assert cli.main(["sign-in", "--platform", f"{backend.url}/", *scope]) == 0
    assert capfd.readouterr().out.startswith("Signed in as Naomi Thompson (guardian).\n")
    me = f"{backend.url}/oauth2/userinfo"
    assert httpx.get(me, headers=bearer(ended[0].access_token)).status_code == 401


def test_who_cancels_is_not_signed_in(
    backend: RunningBackend, person: Callable[..., Person], capfd: pytest.CaptureFixture[str]
) -> None:
    ava = person(decision="cancel")
    assert cli.main(["sign-in", "--platform", backend.url]) == 3
    out, err = capfd.readouterr()
    assert (out, "The person did not want to sign in. Start again" in err) == ("", True)
    assert "Nobody was signed in" in ava.pages[-1].text


@pytest.mark.parametrize(
    "case",
    [("sign_in", 0, "Morgan Ellis"), ("deny", 3, "The person said no.")],
)
def test_without_a_browser_here_a_code_is_typed_elsewhere(
    backend: RunningBackend,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[str, int, str],
) -> None:
    decision, code, words = case
    elsewhere = Person(backend.credentials["administrator"], decision)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        told = capfd.readouterr().err.split()
        elsewhere.open(f"{backend.url}/device?user_code={told[-1]}")

    monkeypatch.setattr(command, "DeviceSignIn", partial(DeviceSignIn, wait=wait))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    device = ["--device"] if decision == "deny" else []
    assert cli.main(["sign-in", "--platform", backend.url, *device]) == code
    assert words in "".join(capfd.readouterr())
    assert waited == [5]


def test_a_browser_that_does_not_open_leaves_the_code(
    backend: RunningBackend, person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def stopped(_: object) -> Tokens:
        asked.append("a code")
        raise KeyboardInterrupt

    monkeypatch.setattr(person(), "open", lambda *_: False)
    monkeypatch.setattr(DeviceSignIn, "run", stopped)
    assert cli.main(["sign-in", "--platform", backend.url]) == 130
    assert asked == ["a code"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("{url}/sandbox", "People sign in at its own address"),
        ("{url}/nowhere", "There is no TimeBack platform at"),
        ("http://localhost:{port}", "calls itself http://127.0.0.1:{port}, not"),
        ("http://127.0.0.1:1", "does not answer"),
        ("http://school.example", "has to begin with https://"),
        ("http://127.0.0.1.evil.example:{port}", "has to begin with https://"),
        ("http://127.0.0.1:{port}@evil.example", "is no address"),
        ("{url}?x=1", "is no address"),
        ("{url}#x", "is no address"),
        ("file:///etc/passwd", "is no address"),
        ("127.0.0.1:{port}", "is no address"),
        ("http://127.0.0.1:99999", "is no address"),
        ("http://[::1", "is no address"),
        ("", "is no address"),
        ("http://127.0.0.1:{port}/\x1b[2J", "is no address"),
    ],
)
def test_an_address_that_is_none_is_told_with_the_way_out(
    backend: RunningBackend, capfd: pytest.CaptureFixture[str], address: str, words: str
) -> None:
    port = str(urlsplit(backend.url).port)
    given = address.format(url=backend.url, port=port)
    assert cli.main(["sign-in", "--platform", given, "--device"]) == 3
    out, err = capfd.readouterr()
    assert out == ""
    assert words.format(port=port) in err
    assert err.strip().isprintable()


@pytest.mark.parametrize("scope", ["", " ", 'a"b', "a\\b", "a\nb", "\u00e9"])
def test_a_scope_that_is_none_is_refused(scope: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["sign-in", "--platform", "https://school.example", "--scope", scope])
    assert ended.value.code == 2
    assert "a scope has visible letters only" in capfd.readouterr().err
