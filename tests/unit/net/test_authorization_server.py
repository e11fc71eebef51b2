"""A platform may be broken, slow or somebody else: what it tells is not believed blindly."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, repeat
from typing import Any

import httpx
import msgspec
import pytest

from tests.helpers.clock import FakeClock
from timeback_desktop.errors import BackendUnavailable, EnvironmentFault
from timeback_desktop.identity.model import SignInFailed
from timeback_desktop.net import authorization_server
from timeback_desktop.net.authorization_server import AuthorizationServer, Metadata, Tokens
from timeback_desktop.net.browser_sign_in import BrowserSignIn
from timeback_desktop.net.device_sign_in import DeviceSignIn

ISSUER = "https://school.example"
TOLD = {
    "issuer": ISSUER,
    "token_endpoint": f"{ISSUER}/token",
    "authorization_endpoint": f"{ISSUER}/authorize",
    "device_authorization_endpoint": f"{ISSUER}/device",
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
}
CODE = {
    "device_code": "secret-of-the-device",
    "user_code": "BCDF-GHJK",
    "verification_uri": f"{ISSUER}/type",
    "expires_in": 600,
    "interval": 5,
}
TOKEN = {"access_token": "token-1", "token_type": "bearer"}
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], None]:
    """Let a handler answer in place of every platform."""
    client = httpx.Client

    def reach(handler: Handler) -> None:
        transport = httpx.MockTransport(handler)
        monkeypatch.setattr(
            authorization_server.httpx, "Client", lambda **_: client(transport=transport)
        )

    return reach


def answering(*answers: httpx.Response) -> Handler:
    """Return a handler that gives these answers, and the last of them for ever."""
    following = chain(answers, repeat(answers[-1]))
    return lambda _: next(following)


def refused(error: str, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"error": error})


def server(*answers: httpx.Response, **changes: Any) -> AuthorizationServer:
    metadata = msgspec.convert({**TOLD, **changes}, Metadata)
    client = httpx.Client(transport=httpx.MockTransport(answering(*answers)))
    return AuthorizationServer(client, metadata)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(200, json={**TOLD, "issuer": "https://evil.example"}), "calls itself"),
        (httpx.Response(200, json={**TOLD, "issuer": f"{ISSUER}/"}), "calls itself"),
        (httpx.Response(200, json={**TOLD, "token_endpoint": "http://x.example/t"}), "not safe"),
        (
            httpx.Response(200, json={**TOLD, "authorization_endpoint": "javascript:alert(1)"}),
            "no address",
        ),
        (httpx.Response(200, json={"issuer": ISSUER}), "an answer that is none"),
        (httpx.Response(200, json=[]), "an answer that is none"),
        (httpx.Response(200, content=b"\xff"), "an answer that is none"),
        (httpx.Response(200, content=b" " * 300_000), "an answer that is none"),
        (httpx.Response(302, headers={"Location": "https://evil.example"}), "no TimeBack platform"),
        (httpx.Response(404), "no TimeBack platform"),
        (httpx.Response(503), "answered 503"),
    ],
)
def test_metadata_that_is_not_good_is_refused(
    reached: Callable[[Handler], None], answer: httpx.Response, words: str
) -> None:
    reached(answering(answer))
    with pytest.raises(EnvironmentFault, match=words):
        AuthorizationServer.discover(ISSUER)


@pytest.mark.parametrize(
    ("issuer", "path"), [(ISSUER, ""), (f"{ISSUER}/", ""), (f"{ISSUER}/north", "/north")]
)
def test_metadata_lies_between_the_host_and_the_path(
    reached: Callable[[Handler], None], issuer: str, path: str
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={**TOLD, "issuer": f"{ISSUER}{path}"})

    reached(answer)
    with AuthorizationServer.discover(issuer) as found:
        assert found.metadata.issuer == f"{ISSUER}{path}"
    assert asked == [f"{ISSUER}/.well-known/oauth-authorization-server{path}"]


@pytest.mark.parametrize(
    "changes",
    [
        {"authorization_endpoint": ""},
        {"code_challenge_methods_supported": ["plain"]},
        {"authorization_response_iss_parameter_supported": False},
    ],
)
def test_a_platform_that_is_not_safe_is_not_signed_in_at(changes: dict[str, Any]) -> None:
    with pytest.raises(SignInFailed):
        BrowserSignIn(server(httpx.Response(500), **changes), "openid")


def test_a_browser_that_never_comes_back_ends_in_words() -> None:
    shown: list[str] = []
    sign_in = BrowserSignIn(server(httpx.Response(500)), "openid")
    with pytest.raises(SignInFailed, match="Nobody signed in in the browser in time"):
        sign_in.run(shown.append, patience_s=0.02)
    assert shown[0].startswith(f"{ISSUER}/authorize?response_type=code&")


def test_a_window_may_give_up_before() -> None:
    sign_in = BrowserSignIn(server(httpx.Response(500)), "openid")
    with pytest.raises(SignInFailed):
        sign_in.run(lambda _: sign_in.cancel(), patience_s=60)


@pytest.mark.parametrize(
    "token",
    [{}, {"access_token": ""}, {"access_token": 7}, {"token_type": "mac"}, {"token_type": None}],
)
def test_a_token_that_is_none_is_refused(token: dict[str, Any]) -> None:
    answer = {**TOKEN, **token} if token else {}
    with pytest.raises(SignInFailed, match="an answer that is none"):
        server(httpx.Response(200, json=answer)).exchange("authorization_code", {})


def asked_again(*answers: httpx.Response, **changes: Any) -> tuple[list[float], object]:
    """Return how long a device waited between its questions, and what came of it."""
    clock, waited = FakeClock(), list[float]()

    def wait(seconds: float) -> None:
        waited.append(seconds)
        clock.advance(int(seconds * 1000))

    at = server(httpx.Response(200, json={**CODE, **changes}), *answers)
    try:
        return waited, DeviceSignIn(at, "openid", clock=clock, wait=wait).run().access_token
    except EnvironmentFault as fault:
        return waited, fault.cause


PENDING, SLOWER = refused("authorization_pending"), refused("slow_down")
GOOD, AWAY = httpx.Response(200, json=TOKEN), httpx.Response(503)


@pytest.mark.parametrize(
    ("answers", "waits", "end"),
    [
        ([GOOD], [5], "token-1"),
        ([PENDING, PENDING, GOOD], [5, 5, 5], "token-1"),
        ([SLOWER, PENDING, SLOWER, GOOD], [5, 10, 10, 15], "token-1"),
        ([AWAY, AWAY, PENDING, GOOD], [5, 10, 20, 20], "token-1"),
        ([refused("access_denied")], [5], "The person said no."),
        ([refused("expired_token")], [5], "The code was not entered in time."),
        ([refused("\x1b[2J")], [5], "The platform answered \ufffd[2J."),
        ([httpx.Response(400, json={})], [5], "The platform gave an answer that is none."),
        ([httpx.Response(200, json={})], [5], "The platform gave an answer that is none."),
    ],
)
def test_a_device_asks_as_often_as_it_may(
    answers: list[httpx.Response], waits: list[float], end: str
) -> None:
    assert asked_again(*answers) == (waits, end)


@pytest.mark.parametrize(
    ("code", "questions"),
    [
        ({"expires_in": 60}, 11),
        ({"expires_in": 60, "interval": 30}, 1),
        ({"expires_in": 5, "interval": 1}, 4),
        ({"expires_in": 3, "interval": -7}, 2),
        ({"expires_in": 0}, 0),
        ({"interval": 10**9}, 0),
        ({"expires_in": 10**9, "interval": 60}, 29),
    ],
)
def test_a_device_does_not_ask_for_ever(code: dict[str, int], questions: int) -> None:
    waited, end = asked_again(PENDING, **code)
    assert (len(waited), end) == (questions, "The code was not entered in time.")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, json={"error": "invalid_client"}),
        httpx.Response(429, json={"error": "slow_down"}),
        httpx.Response(200, json={**CODE, "verification_uri": "http://evil.example/"}),
        httpx.Response(200, json={**CODE, "expires_in": "soon"}),
        httpx.Response(200, json={}),
    ],
)
def test_a_code_that_is_not_good_is_not_shown(answer: httpx.Response) -> None:
    with pytest.raises(SignInFailed):
        DeviceSignIn(server(answer), "openid")


def test_secrets_are_in_no_picture_of_them() -> None:
    told = server(GOOD).exchange("authorization_code", {})
    code = DeviceSignIn(server(httpx.Response(200, json=CODE)), "openid").code
    assert isinstance(told, Tokens)
    assert "token-1" not in repr(told)
    assert "secret" not in repr(code)


def test_who_signed_in_is_asked_only_of_a_platform_that_tells() -> None:
    tokens = server(GOOD).exchange("authorization_code", {})
    assert isinstance(tokens, Tokens)
    me = f"{ISSUER}/me"
    assert server(GOOD).claims(tokens) is None
    assert server(httpx.Response(403), userinfo_endpoint=me).claims(tokens) is None
    with pytest.raises(BackendUnavailable):
        server(AWAY, userinfo_endpoint=me).claims(tokens)
