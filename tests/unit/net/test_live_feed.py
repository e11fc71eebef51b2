"""The live feed's client: how it goes on after a break, when it gives up, and how it stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue

import pytest

from timeback_desktop.net import live_feed
from timeback_desktop.net.live_feed import Heard, Link, LiveFeed


@dataclass(frozen=True)
class Reply:
    """One answer; one that ``stays`` is held open after its last byte."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/event-stream"
    retry_after: str | None = None
    stays: bool = False


def event(number: int, word: str = "activity") -> bytes:
    return f'id: b{number}.0\nevent: {word}\ndata: {{"n": {number}}}\n\n'.encode()


@dataclass
class Platform:
    """Answers one reply after the other, then holds the line until the test is over."""

    origin: str = ""
    bearers: list[str] = field(default_factory=lambda: ["token"])
    replies: Queue[Reply] = field(default_factory=Queue)
    asked: Queue[tuple[str, str | None, str | None]] = field(default_factory=Queue)
    over: threading.Event = field(default_factory=threading.Event)

    def bearer(self, _token: str, *, refused: str = "") -> str | None:
        """Return the first one, or after a refusal the next."""
        if refused:
            self.bearers.pop(0)
        return self.bearers[0] if self.bearers else None

    def reply(self) -> Reply:
        while not self.over.is_set():
            try:
                return self.replies.get(timeout=0.02)
            except Empty:
                continue
        return Reply(status=503)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    monkeypatch.setattr(live_feed, "FIRST_PAUSE_S", 0.02)
    state = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.put(
                (self.path, self.headers["Authorization"], self.headers["Last-Event-ID"])
            )
            reply = state.reply()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            if reply.retry_after is not None:
                self.send_header("Retry-After", reply.retry_after)
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()
            if reply.stays:
                state.over.wait()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # who hung up, hung up
    state.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield state
    state.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def heard() -> Queue[Heard]:
    return Queue()


@pytest.fixture
def links() -> Queue[Link]:
    return Queue()


@pytest.fixture
def feed(platform: Platform, heard: Queue[Heard], links: Queue[Link]) -> Iterator[LiveFeed]:
    listening = LiveFeed(platform, heard.put, links.put)
    yield listening
    listening.stop()


def numbers(heard: Queue[Heard], count: int) -> list[int]:
    return [heard.get(timeout=5).told["n"] for _ in range(count)]


def test_it_goes_on_where_it_broke(
    platform: Platform, feed: LiveFeed, heard: Queue[Heard], links: Queue[Link]
) -> None:
    platform.replies.put(Reply(b"retry: 20\n\n: hello\n\n" + event(1) + event(2)[:-1]))
    platform.replies.put(Reply(event(2), stays=True))
    feed.start("token", "classes/c")
    assert heard.get(timeout=5) == Heard("activity", {"n": 1})
    assert numbers(heard, 1) == [2]
    asked = [platform.asked.get(timeout=5) for _ in range(2)]
    path = "/feed/1.0/classes/c"
    assert asked == [(path, "Bearer token", None), (path, "Bearer token", "b1.0")]
    assert [links.get(timeout=5) for _ in range(3)] == [Link.OPEN, Link.BROKEN, Link.OPEN]


def test_a_token_that_ran_out_is_renewed(
    platform: Platform, feed: LiveFeed, heard: Queue[Heard]
) -> None:
    platform.bearers = ["old", "new"]
    platform.replies.put(Reply(status=401))
    platform.replies.put(Reply(event(1), stays=True))
    feed.start("old", "users/u")
    assert numbers(heard, 1) == [1]
    assert [platform.asked.get(timeout=5)[1] for _ in range(2)] == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize("status", [401, 403, 404, 406, 422])
def test_it_gives_up_where_asking_again_is_no_use(
    platform: Platform, feed: LiveFeed, links: Queue[Link], status: int
) -> None:
    platform.replies.put(Reply(status=status))
    feed.start("token", "orgs/o")
    assert links.get(timeout=5) is Link.REFUSED
    time.sleep(0.1)
    assert platform.asked.qsize() == 1


@pytest.mark.parametrize(
    "reply",
    [Reply(status=500), Reply(status=503), Reply(status=429, retry_after="0"),
     Reply(b"{}", kind="application/json"), Reply(status=302), Reply(status=204),
     Reply(b"event: activity\ndata: {no json}\n\n")],
)  # fmt: skip
def test_it_asks_again_after_trouble(
    platform: Platform, feed: LiveFeed, heard: Queue[Heard], reply: Reply
) -> None:
    platform.replies.put(reply)
    platform.replies.put(Reply(event(7), stays=True))
    feed.start("token", "users/u")
    assert numbers(heard, 1) == [7]


def test_it_waits_as_long_as_it_is_asked_to(
    platform: Platform, feed: LiveFeed, heard: Queue[Heard]
) -> None:
    platform.replies.put(Reply(status=429, retry_after="1"))
    platform.replies.put(Reply(event(1), stays=True))
    began = time.monotonic()
    feed.start("token", "users/u")
    assert numbers(heard, 1) == [1]
    assert time.monotonic() - began > 0.9


def test_a_line_that_is_silent_is_taken_for_broken(
    platform: Platform, feed: LiveFeed, heard: Queue[Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_feed, "SILENCE_S", 0.2)
    platform.replies.put(Reply(event(1), stays=True))
    platform.replies.put(Reply(event(2), stays=True))
    feed.start("token", "users/u")
    assert numbers(heard, 2) == [1, 2]


def test_it_stops_at_once_and_hears_nothing_more(
    platform: Platform, feed: LiveFeed, heard: Queue[Heard]
) -> None:
    platform.replies.put(Reply(event(1), stays=True))
    feed.start("token", "users/u")
    assert numbers(heard, 1) == [1]
    began = time.monotonic()
    feed.stop()
    assert time.monotonic() - began < 1
    assert heard.empty()
    platform.replies.put(Reply(event(2), stays=True))
    feed.start("token", "users/u")  # it may be started again, from the beginning
    assert numbers(heard, 1) == [2]
    assert [platform.asked.get(timeout=5)[2] for _ in range(2)] == [None, None]


def test_a_platform_that_is_away_is_waited_for(
    platform: Platform, feed: LiveFeed, heard: Queue[Heard]
) -> None:
    origin, platform.origin = platform.origin, ""
    platform.replies.put(Reply(event(1), stays=True))
    feed.start("token", "users/u")
    time.sleep(0.1)
    platform.origin = origin
    assert numbers(heard, 1) == [1]
