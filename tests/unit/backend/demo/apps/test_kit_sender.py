"""The sender keeps order, survives outages, and lets go only of what is refused for good."""

import asyncio
import base64
import json
from pathlib import Path

import httpx
import pytest

from timeback_desktop.backend.demo.apps.kit import sender as module
from timeback_desktop.backend.demo.apps.kit.config import AppConfig
from timeback_desktop.backend.demo.apps.kit.sender import EventSender

CONFIG = AppConfig(
    issuer="https://platform.test",
    authorize_url="https://platform.test/authorize",
    jwks_url="https://platform.test/jwks",
    token_url="https://platform.test/token",
    events_url="https://platform.test/events",
    client_id="client",
    client_secret="hush",
    deployment_id="1",
    own_url="http://127.0.0.1:1",
    data_dir=Path(),
    application_urn="urn:uuid:0190d5a0-0000-7000-8000-000000000001",
    secret_key="quiet",
)


class Wire:
    """Answers each post of events with the next status of a script, then with 200."""

    def __init__(self, *script, most=10_000):
        self.script, self.most = list(script), most
        self.taken, self.sizes, self.tokens = [], [], 0

    def __call__(self, request):
        if request.url.path == "/token":
            self.tokens += 1
            assert (
                request.headers["authorization"]
                == "Basic " + base64.b64encode(b"client:hush").decode()
            )
            return httpx.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": 3600})
        data = json.loads(request.content)["data"]
        status = self.script.pop(0) if self.script else 413 if len(data) > self.most else 200
        self.sizes.append(len(data))
        if isinstance(status, Exception):
            raise status
        if status == 200:
            self.taken += [event["id"] for event in data]
        return httpx.Response(status, json={"results": []})


def deliver(wire, number=5):
    async def run():
        async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http:
            sender = EventSender(CONFIG, http)
            sender.start()
            for index in range(number):
                sender.put({"id": index})
            async with asyncio.timeout(5):
                while sender.waiting:  # noqa: ASYNC110 - the sender tells nobody that it is done
                    await asyncio.sleep(0.005)
            await sender.stop()

    asyncio.run(run())
    return wire


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(module, "LONGEST_PAUSE_S", 0.002)


@pytest.mark.parametrize(
    "trouble", [500, 503, 429, 408, 403, httpx.ConnectError("down"), httpx.ReadTimeout("slow")]
)
def test_trouble_that_may_pass_is_waited_out(trouble):
    wire = deliver(Wire(trouble, trouble, trouble))
    assert wire.taken == [0, 1, 2, 3, 4]


def test_a_token_that_is_not_taken_is_renewed_at_once():
    wire = deliver(Wire(401))
    assert wire.taken == [0, 1, 2, 3, 4]
    assert wire.tokens == 2


@pytest.mark.parametrize("body", ["", "[]", "null", '{"results": 5}', '{"results": ["x", null]}'])
def test_an_odd_answer_to_events_is_taken_as_yes(body):
    class Odd(Wire):
        def __call__(self, request):
            answer = super().__call__(request)
            return answer if request.url.path == "/token" else httpx.Response(200, text=body)

    assert deliver(Odd()).taken == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "body", ["", "[]", '{"expires_in": 1}', '{"access_token": "t", "expires_in": null}']
)
def test_a_token_that_cannot_be_read_is_asked_for_again(body):
    class Odd(Wire):
        def __call__(self, request):
            answer = super().__call__(request)
            odd = request.url.path == "/token" and self.tokens < 3
            return httpx.Response(200, text=body) if odd else answer

    assert deliver(Odd()).taken == [0, 1, 2, 3, 4]


def test_one_token_serves_many_envelopes():
    wire = deliver(Wire(), number=200)
    assert wire.taken == list(range(200))
    assert (wire.tokens, max(wire.sizes)) == (1, 50)


def test_too_large_an_envelope_is_halved():
    wire = deliver(Wire(most=3), number=20)
    assert wire.taken == list(range(20))


def test_what_is_refused_for_good_does_not_block_the_rest(caplog):
    with caplog.at_level("ERROR"):
        wire = deliver(Wire(422), number=60)
    assert wire.taken == list(range(50, 60))
    assert "422" in caplog.text
    assert "hush" not in caplog.text


def test_a_stopped_sender_tries_once_more_and_says_what_is_left(caplog):
    async def run():
        wire = Wire(*[503] * 100)
        async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http:
            sender = EventSender(CONFIG, http)
            sender.start()
            sender.put({"id": 1}, {"id": 2})
            await asyncio.sleep(0.01)
            await sender.stop()

    with caplog.at_level("WARNING"):
        asyncio.run(run())
    assert "2 events were not sent" in caplog.text


def test_an_endless_outage_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 100)

    async def run():
        async with httpx.AsyncClient() as http:
            sender = EventSender(CONFIG, http)
            for index in range(1_000):
                sender.put({"id": index})
            return sender.waiting

    assert asyncio.run(run()) == 100


def test_secrets_are_not_in_the_repr():
    assert "hush" not in repr(CONFIG)
    assert "quiet" not in repr(CONFIG)
