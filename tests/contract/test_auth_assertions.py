"""Clients that prove themselves by a key: private_key_jwt (RFC 7523), and how it is attacked."""

from __future__ import annotations

import asyncio
import base64
import hmac
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import select

from tests.helpers.backends import InProcess, opened_site
from tests.helpers.tokens import GRANT, ask
from timeback_desktop.backend.auth.models import client_assertions
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.registry.service import (
    RegisteredApplication,
    set_keys,
    suspend_application,
)
from timeback_desktop.backend.settings import Settings

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ISSUER = "http://127.0.0.1:8899"
TOKEN_URL = f"{ISSUER}/auth/1.0/token"
RSA, OTHER_RSA, EC = RSAKey.generate_key(2048), RSAKey.generate_key(2048), ECKey.generate_key()
KEYS: dict[str, Any] = {"RS256": RSA, "PS256": RSA, "ES256": EC}
SKEW_S, LIFE_S = 60, 300
_count = itertools.count()


def public(key: Any, **members: str) -> dict[str, Any]:
    return {**key.as_dict(private=False), **members}


JWKS = {"keys": [public(RSA, kid="rsa"), public(EC, kid="ec"), {"kty": "future"}]}


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One site for the whole module: every test has apps of its own."""
    with opened_site(school, tmp_path_factory.mktemp("site") / "data") as site:
        yield site


@pytest.fixture
def app(site: InProcess) -> RegisteredApplication:
    return registered(site, JWKS)


def registered(site: InProcess, jwks: Any = None, **told: Any) -> RegisteredApplication:
    app = site.register(f"Signing app {next(_count)}", **told)
    with writing(site.platform.engine) as connection:
        set_keys(connection, app.id, jwks)
    return app


def assertion(site: InProcess, client_id: str, header: Any = None, **changes: Any) -> str:
    """Sign what a good client would, but for what a test changes; ``None`` leaves a claim out."""
    now_s = site.clock() // 1000
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": TOKEN_URL,
        "iat": now_s,
        "exp": now_s + LIFE_S,
        "jti": f"jti-{next(_count)}",
        **changes,
    }
    asked = {"alg": "RS256", "kid": "rsa", **(header or {})}
    told = {name: value for name, value in asked.items() if value is not None}
    said = {name: claim for name, claim in claims.items() if claim is not None}
    return jwt.encode(told, said, KEYS[told["alg"]], algorithms=list(KEYS))


def show(site: InProcess, text: str, place: str = "", **fields: str) -> httpx.Response:
    shown = {"client_assertion_type": TYPE, "client_assertion": text}
    return ask(site, f"{place}/auth/1.0/token", data={**GRANT, **shown, **fields})


def refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(("alg", "kid"), [("RS256", "rsa"), ("PS256", "rsa"), ("ES256", "ec")])
@pytest.mark.parametrize("audience", [TOKEN_URL, ISSUER, f"{ISSUER}/oauth2/token", ["x", ISSUER]])
def test_a_signed_assertion_gets_a_token(
    site: InProcess, app: RegisteredApplication, alg: str, kid: str, audience: Any
) -> None:
    text = assertion(site, app.client_id, {"alg": alg, "kid": kid}, aud=audience)
    answer = show(site, text, client_id=app.client_id)
    assert answer.status_code == 200
    assert site.post("/events/1.0/", answer.json()["access_token"], json={}).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"iss": None},
        {"sub": None},
        {"sub": ["a"]},
        {"sub": "\0", "iss": "\0"},
        {"sub": "ä", "iss": "ä"},
        {"sub": "s" * 200, "iss": "s" * 200},
        {"aud": None},
        {"aud": f"{ISSUER}/"},
        {"aud": "https://elsewhere.example/token"},
        {"aud": f"{ISSUER}/sandbox/auth/1.0/token"},
        {"aud": {"a": ISSUER}},
        {"aud": []},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": float("inf")},
        {"exp": -1},
        {"iat": "now"},
        {"nbf": []},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "j" * 256},
    ],
)
def test_an_assertion_that_says_the_wrong_thing_proves_nothing(
    site: InProcess, app: RegisteredApplication, changes: dict[str, Any]
) -> None:
    assert refused(show(site, assertion(site, app.client_id, **changes)))


@pytest.mark.parametrize(
    ("offsets", "good"),
    [
        ({"iat": SKEW_S, "exp": SKEW_S + LIFE_S}, True),
        ({"iat": SKEW_S + 1, "exp": SKEW_S + 2}, False),
        ({"iat": -LIFE_S, "exp": 0}, True),
        ({"iat": -LIFE_S, "exp": 1 - SKEW_S}, True),
        ({"iat": -LIFE_S, "exp": -SKEW_S}, False),
        ({"iat": 0, "exp": LIFE_S + 1}, False),
        ({"iat": -3600, "exp": 100}, False),
        ({"iat": None, "exp": SKEW_S + LIFE_S}, True),
        ({"iat": None, "exp": SKEW_S + LIFE_S + 1}, False),
        ({"iat": 0, "exp": LIFE_S, "nbf": SKEW_S}, True),
        ({"iat": 0, "exp": LIFE_S, "nbf": SKEW_S + 1}, False),
    ],
)
def test_an_assertion_is_good_for_five_minutes_and_a_minute_of_wrong_clocks(
    site: InProcess, app: RegisteredApplication, offsets: dict[str, Any], *, good: bool
) -> None:
    now_s = site.clock() // 1000
    times = {name: None if at is None else now_s + at for name, at in offsets.items()}
    assert show(site, assertion(site, app.client_id, **times)).status_code == (200 if good else 401)


def test_an_assertion_is_good_once_and_forgotten_when_it_expired(
    site: InProcess, app: RegisteredApplication
) -> None:
    text = assertion(site, app.client_id)
    assert [show(site, text).status_code for _ in range(2)] == [200, 401]
    site.clock.pass_seconds(LIFE_S + SKEW_S + 1)
    assert refused(show(site, text))
    show(site, assertion(site, app.client_id))
    with reading(site.platform.engine) as connection:
        mine = client_assertions.c.client_id == app.client_id
        assert len(connection.execute(select(client_assertions).where(mine)).all()) == 1


def test_an_assertion_raced_twenty_times_is_good_once(
    site: InProcess, app: RegisteredApplication
) -> None:
    shown = {"client_assertion_type": TYPE, "client_assertion": assertion(site, app.client_id)}

    async def race() -> list[int]:
        transport = httpx.ASGITransport(site.app)
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
            asking = [client.post(TOKEN_URL, data={**GRANT, **shown}) for _ in range(20)]
            return [answer.status_code for answer in await asyncio.gather(*asking)]

    answers = site.loop.run(race())
    assert answers.count(200) == 1
    assert set(answers) == {200, 401, 429}


def test_two_clients_may_use_the_same_name_for_an_assertion(site: InProcess) -> None:
    apps = [registered(site, JWKS) for _ in range(2)]
    answers = [show(site, assertion(site, app.client_id, jti="one")) for app in apps]
    assert [answer.status_code for answer in answers] == [200, 200]


HALF_A_LETTER = rb'{"sub": "\ud83d", "iss": "\ud83d"}'


def packed(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def resigned(text: str, header: dict[str, Any], signature: bytes) -> str:
    """Put another header and signature around the claims of an assertion."""
    return f"{packed(json.dumps(header).encode())}.{text.split('.')[1]}.{packed(signature)}"


def by_public_key(text: str) -> str:
    """Sign with the public key as if it were a shared secret: the old confusion of algorithms."""
    signed = resigned(text, {"alg": "HS256", "kid": "rsa"}, b"").rstrip(".")
    secret = RSA.as_pem(private=False)
    return f"{signed}.{packed(hmac.digest(secret, signed.encode(), 'sha256'))}"


ATTACKS: dict[str, Callable[[str], str]] = {
    "unsigned": lambda text: resigned(text, {"alg": "none"}, b""),
    "unsigned, with a key's name": lambda text: resigned(text, {"alg": "None", "kid": "rsa"}, b""),
    "by the public key": by_public_key,
    "signature cut off": lambda text: text.rsplit(".", 1)[0] + ".",
    "signature of something else": lambda text: resigned(text, {"alg": "RS256"}, b"x" * 256),
    "algorithm missing": lambda text: resigned(text, {"kid": "rsa"}, b"x"),
    "another type of key": lambda text: resigned(text, {"alg": "ES256", "kid": "rsa"}, b"x" * 64),
    "name that is no text": lambda text: resigned(text, {"alg": "RS256", "kid": 7}, b"x"),
    "must be understood": lambda text: resigned(
        text, {"alg": "RS256", "kid": "rsa", "crit": ["x"], "x": 1}, b"x"
    ),
    "key of its own": lambda text: resigned(text, {"alg": "RS256", "jwk": public(RSA)}, b"x"),
    "no dots": lambda text: text.replace(".", ""),
    "too long": lambda text: text + "A" * 9000,
    "beyond ASCII": lambda text: text + "é",
    "half a letter": lambda text: f"{text.split('.')[0]}.{packed(HALF_A_LETTER)}.AA",
    "nested": lambda _: f"{packed(b'[' * 4000)}.e30.e30",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_forged_assertion_proves_nothing(
    site: InProcess, app: RegisteredApplication, name: str
) -> None:
    assert refused(show(site, ATTACKS[name](assertion(site, app.client_id))))


def test_the_key_of_another_app_proves_nothing(site: InProcess) -> None:
    own = registered(site, {"keys": [public(OTHER_RSA, kid="rsa")]})
    assert refused(show(site, assertion(site, own.client_id)))


@pytest.mark.parametrize(
    "jwks",
    [
        None,
        [],
        {"keys": "none"},
        {"keys": [1, {}, {"kty": []}, {"kty": "RSA", "n": 1, "e": "AQAB", "kid": "rsa"}]},
        {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "rsa"}]},
        {"keys": [public(RSA, kid="rsa", use="enc")]},
        {"keys": [public(RSA, kid="rsa", alg="PS256")]},
        {"keys": [public(RSA, kid="rsa", e="A" * 340)]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"}]},
    ],
)
def test_a_key_set_that_makes_no_sense_proves_nothing(site: InProcess, jwks: Any) -> None:
    app = registered(site, jwks)
    assert refused(show(site, assertion(site, app.client_id)))


def test_a_set_of_one_key_needs_no_names_and_a_set_of_two_does(site: InProcess) -> None:
    one = registered(site, {"keys": [public(RSA)]})
    two = registered(site, {"keys": [public(RSA), public(OTHER_RSA)]})
    answers = [show(site, assertion(site, app.client_id, {"kid": None})) for app in (one, two)]
    assert [answer.status_code for answer in answers] == [200, 401]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"client_secret": "x"}, "invalid_request"),
        ({"client_id": "somebody"}, "invalid_client"),
        ({"client_assertion_type": "urn:ietf:params:oauth:saml2-bearer"}, "invalid_client"),
        ({"client_assertion_type": ""}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_request"),
    ],
)
def test_an_assertion_stands_alone_and_says_what_it_is(
    site: InProcess, app: RegisteredApplication, fields: dict[str, str], error: str
) -> None:
    answer = show(site, assertion(site, app.client_id), **fields)
    assert answer.json()["error"] == error


def test_a_suspended_app_is_told_so_and_an_unknown_one_is_told_nothing(
    site: InProcess, app: RegisteredApplication
) -> None:
    with writing(site.platform.engine) as connection:
        suspend_application(connection, app.id, "Under repair.")
    own, stranger = (show(site, assertion(site, name)) for name in (app.client_id, "nobody"))
    assert refused(own)
    assert refused(stranger)
    assert "suspended" in own.json()["message"]
    wrong = show(site, assertion(site, app.client_id, aud="x")).json()["message"]
    assert stranger.json()["message"] == wrong


class KeyServer(HTTPServer):
    """An app's own server, which publishes a key set and counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Published)
        self.published: Any = {"keys": [public(RSA, kid="rsa")]}
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/jwks.json"


class _Published(BaseHTTPRequestHandler):
    server: KeyServer

    def do_GET(self) -> None:
        self.server.asked += 1
        body = json.dumps(self.server.published).encode()
        self.send_response(200 if self.server.published else 500)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    with KeyServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_keys_at_an_address_are_fetched_once_and_kept(
    site: InProcess, key_server: KeyServer
) -> None:
    app = registered(site, jwks_url=key_server.url)
    for _ in range(3):
        assert show(site, assertion(site, app.client_id)).status_code == 200
    assert key_server.asked == 1
    site.clock.pass_seconds(300)
    assert show(site, assertion(site, app.client_id)).status_code == 200
    assert key_server.asked == 2


def test_a_key_that_is_not_there_yet_is_looked_for_once_a_minute(
    site: InProcess, key_server: KeyServer
) -> None:
    app = registered(site, jwks_url=key_server.url)
    assert show(site, assertion(site, app.client_id)).status_code == 200
    key_server.published = {"keys": [public(EC, kid="new")]}
    fresh = {"alg": "ES256", "kid": "new"}
    assert refused(show(site, assertion(site, app.client_id, fresh)))
    assert key_server.asked == 1
    site.clock.pass_seconds(60)
    assert show(site, assertion(site, app.client_id, fresh)).status_code == 200
    assert refused(show(site, assertion(site, app.client_id)))
    assert key_server.asked == 2


def test_a_server_that_does_not_answer_is_not_asked_over_and_over(
    site: InProcess, key_server: KeyServer
) -> None:
    key_server.published = None
    app = registered(site, jwks_url=key_server.url)
    assert all(refused(show(site, assertion(site, app.client_id))) for _ in range(3))
    assert key_server.asked == 1
