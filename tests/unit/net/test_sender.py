"""What the sender makes of every answer a platform, or what stands in its place, may give."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from timeback_desktop.clock import SystemClock
from timeback_desktop.errors import BackendUnavailable, ContractFault
from timeback_desktop.net.events import PlatformSender
from timeback_desktop.net.platform import Address, Platform
from timeback_desktop.sync.faults import DeliveryFault, Remedy
from timeback_desktop.sync.outbox import QueuedEvent
from timeback_desktop.sync.pump import Answer, Receipt

EVENTS = [
    QueuedEvent(1, "e1", b'{"id":"urn:uuid:e1"}'),
    QueuedEvent(2, "e2", b'{"id":"urn:uuid:e2"}'),
]
SECRET = "the secret of this run"


@dataclass
class Reply:
    """What to answer; ``cut`` promises more bytes than it sends."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class StandIn:
    """A server that answers whatever the test says, and remembers what it was asked."""

    url: str = ""
    reply: Reply = field(default_factory=Reply)
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    state = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            state.asked.append((self.path, self.headers.get("Authorization", ""), body))
            reply = state.reply
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) + (50 if reply.cut else 0)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = True

        do_GET = do_POST  # noqa: N815 - the name that the server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def platform(stand_in: StandIn) -> Iterator[Platform]:
    platform = Platform()
    platform.move(Address(stand_in.url, SECRET))
    yield platform
    platform.move(None)


def judged(*results: tuple[str, str], status: int = 200) -> Reply:
    told = [{"id": f"urn:uuid:{i}", "status": s, "faults": []} for i, s in results]
    return Reply(status, json.dumps({"results": told}).encode())


def test_each_event_gets_its_own_answer(stand_in: StandIn, platform: Platform) -> None:
    stand_in.reply = judged(("e1", "accepted"), ("e2", "duplicate"))
    answers = PlatformSender(platform, SystemClock(), "urn:test").send(EVENTS)
    assert answers == [Answer("e1", Receipt.ACCEPTED), Answer("e2", Receipt.DUPLICATE)]
    path, authorization, body = stand_in.asked[0]
    assert (path, authorization) == ("/events/1.0/", f"Bearer {SECRET}")
    assert [item["id"] for item in json.loads(body)["data"]] == ["urn:uuid:e1", "urn:uuid:e2"]


def test_a_refusal_of_everything_is_still_an_answer_with_reasons(
    stand_in: StandIn, platform: Platform
) -> None:
    fault = {"pointer": "/data/0/actor", "message": "is not known here"}
    told = [{"id": "urn:uuid:e1", "status": "refused", "faults": [fault]}]
    stand_in.reply = Reply(422, json.dumps({"title": "no", "results": told}).encode())
    (answer,) = PlatformSender(platform, SystemClock(), "urn:test").send(EVENTS[:1])
    assert answer == Answer("e1", Receipt.REFUSED, "/data/0/actor: is not known here")


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        (Reply(400), Remedy.POISON),
        (Reply(401), Remedy.SIGN_IN),
        (Reply(404, b"<h1>nothing here</h1>"), Remedy.WAIT),
        (Reply(413), Remedy.SMALLER),
        (Reply(422, b'{"detail": "unsupported dataVersion"}'), Remedy.POISON),
        (Reply(429, headers={"Retry-After": "9"}), Remedy.WAIT),
        (Reply(500, b"oops"), Remedy.WAIT),
        (Reply(503), Remedy.WAIT),
        (Reply(307, headers={"Location": "http://127.0.0.1:9/"}), Remedy.WAIT),
        (Reply(200, b"<html>a captive portal says welcome</html>"), Remedy.WAIT),
        (Reply(200, b'{"results": [{"id": "urn:uuid:e1", "stat', cut=True), Remedy.WAIT),
        (Reply(200, b'{"results": [{"id": "urn:uuid:e1", "status": "eaten"}]}'), Remedy.WAIT),
        (Reply(200, b""), Remedy.WAIT),
    ],
)  # fmt: skip
def test_every_failure_has_its_remedy(
    stand_in: StandIn, platform: Platform, reply: Reply, remedy: Remedy
) -> None:
    stand_in.reply = reply
    with pytest.raises(DeliveryFault) as caught:
        PlatformSender(platform, SystemClock(), "urn:test").send(EVENTS)
    assert caught.value.remedy is remedy
    assert caught.value.retry_after_ms == (9_000 if reply.status == 429 else None)
    assert SECRET not in str(caught.value)


def test_nobody_there_means_wait() -> None:
    platform = Platform()
    with pytest.raises(DeliveryFault, match="still starting") as starting:
        PlatformSender(platform, SystemClock(), "urn:test").send(EVENTS)
    platform.move(Address("http://127.0.0.1:9", SECRET))
    with pytest.raises(DeliveryFault, match="does not answer") as refused:
        PlatformSender(platform, SystemClock(), "urn:test").send(EVENTS)
    platform.move(None)
    assert {starting.value.remedy, refused.value.remedy} == {Remedy.WAIT}


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Reply(200, b"[]"), ContractFault),
        (Reply(200, b'{"profiles": [{"id": 7}]}'), ContractFault),
        (Reply(418, b'{"message": "a teapot"}'), ContractFault),
        (Reply(500, b"oops"), BackendUnavailable),
        (Reply(401, b'{"message": "Sign in first."}'), BackendUnavailable),
    ],
)
def test_a_broken_answer_comes_out_as_one_of_our_errors(
    stand_in: StandIn, platform: Platform, reply: Reply, fault: type[Exception]
) -> None:
    stand_in.reply = reply
    with pytest.raises(fault):
        platform.profiles()


@pytest.mark.parametrize(
    ("reply", "good"),
    [
        (Reply(200, b"<svg/>", {"Content-Type": "image/svg+xml"}), True),
        (Reply(200, b"<svg/>", {"Content-Type": "text/html"}), False),
        (Reply(200, b"\x89PNG", {"Content-Type": "image/png"}), True),
        (Reply(200, b"x" * 300_000, {"Content-Type": "image/svg+xml"}), False),
        (Reply(404, b"<svg/>", {"Content-Type": "image/svg+xml"}), False),
        (Reply(302, b"", {"Location": "http://127.0.0.1:9/"}), False),
    ],
)
def test_an_icon_is_taken_only_when_it_is_one_and_small(
    stand_in: StandIn, platform: Platform, reply: Reply, *, good: bool
) -> None:
    stand_in.reply = reply
    assert (platform.picture(f"{stand_in.url}/icon.svg") is not None) == good


@pytest.mark.parametrize("url", ["", "nonsense", "file:///etc/passwd", "http://127.0.0.1:9/i.svg"])
def test_an_icon_that_cannot_be_had_is_none(platform: Platform, url: str) -> None:
    assert platform.picture(url) is None


def test_an_address_does_not_show_its_secret() -> None:
    assert SECRET not in repr(Address("http://127.0.0.1:1", SECRET))
