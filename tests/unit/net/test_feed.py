"""The session feed's client: what it hears, how it stops, and that it never complains."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from urllib.parse import parse_qs, urlsplit

import pytest

from timeback_desktop.clock import SystemClock
from timeback_desktop.net import feed
from timeback_desktop.net.feed import SessionFeed
from timeback_desktop.presence.signal import AppEvent, AppEventKind

Reply = tuple[int, bytes]
EVENT = {"seq": 3, "id": "aa", "kind": "answered_wrong", "at": "2026-11-18T11:06:40.250Z",
         "item": "bb", "skill": None, "lesson": "cc", "tookMs": 2500, "usualMs": None,
         "choice": 1}  # fmt: skip
HEARD = AppEvent(AppEventKind.ANSWERED_WRONG, utc_ms=1_795_000_000_250, id="aa", item="bb",
                 lesson="cc", took_ms=2_500, choice=1)  # fmt: skip


def answer(*events: object, after: int = 3) -> Reply:
    return 200, json.dumps({"events": events, "next": after}).encode()


@dataclass
class Platform:
    """Answers one reply after the other, then holds the line until the test is over."""

    origin: str = ""
    bearers: list[str] = field(default_factory=lambda: ["token"])
    replies: Queue[Reply] = field(default_factory=Queue)
    asked: Queue[tuple[str, str, int]] = field(default_factory=Queue)
    over: threading.Event = field(default_factory=threading.Event)

    def bearer(self, _token: str, *, refused: str = "") -> str | None:
        """Return the first one, or after a refusal the next."""
        if refused:
            self.bearers.pop(0)
        return self.bearers[0] if self.bearers else None

    def reply(self) -> Reply:
        while not self.over.wait(0.01):
            if not self.replies.empty():
                return self.replies.get()
        return answer()


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    monkeypatch.setattr(feed, "FIRST_PAUSE_S", 0.05)
    state = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            after = int(parse_qs(url.query)["after"][0])
            state.asked.put((url.path, self.headers["Authorization"], after))
            status, body = state.reply()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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
def heard() -> Queue[tuple[AppEvent, ...]]:
    return Queue()


@pytest.fixture
def listen(platform: Platform, heard: Queue[tuple[AppEvent, ...]]) -> Iterator[SessionFeed]:
    listening = SessionFeed(platform, heard.put)
    yield listening
    listening.stop()


def test_what_the_app_tells_is_heard_and_asked_for_once(
    platform: Platform, listen: SessionFeed, heard: Queue[tuple[AppEvent, ...]]
) -> None:
    platform.replies.put(answer(EVENT, after=3))
    platform.replies.put(answer(EVENT | {"seq": 9, "at": "soon"}, EVENT | {"kind": "new"}, after=9))
    listen.start("token", "the-session")
    assert heard.get(timeout=5) == (HEARD,)
    (later,) = heard.get(timeout=5)
    assert (later.utc_ms, later.id) == (None, "aa")
    path = "/desktop/1.0/sessions/the-session/feed"
    asked = [platform.asked.get(timeout=5) for _ in range(3)]
    assert asked == [(path, "Bearer token", after) for after in (0, 3, 9)]


def test_a_sign_in_that_was_renewed_is_listened_to_further(
    platform: Platform, listen: SessionFeed, heard: Queue[tuple[AppEvent, ...]]
) -> None:
    platform.bearers = ["old", "new"]
    platform.replies.put((401, b"{}"))
    platform.replies.put(answer(EVENT))
    listen.start("old", "s")
    assert heard.get(timeout=5) == (HEARD,)
    assert [platform.asked.get(timeout=5)[1] for _ in range(2)] == ["Bearer old", "Bearer new"]


def test_a_sign_in_that_has_ended_is_not_asked_for_again(
    platform: Platform, listen: SessionFeed
) -> None:
    platform.replies.put((401, b"{}"))
    listen.start("token", "s")
    platform.asked.get(timeout=5)
    for thread in threading.enumerate():
        if thread.name == "session-feed":
            thread.join(5)
    assert platform.asked.empty()


def test_stopping_drops_a_question_in_flight_at_once(
    platform: Platform, listen: SessionFeed, heard: Queue[tuple[AppEvent, ...]]
) -> None:
    listen.start("token", "s")
    platform.asked.get(timeout=5)
    before = SystemClock().stamp().mono_ms
    listen.stop()
    assert SystemClock().stamp().mono_ms - before < 1_000
    platform.replies.put(answer(EVENT))
    assert heard.empty()
    assert not [each for each in threading.enumerate() if each.name == "session-feed"]


@pytest.mark.parametrize(
    "reply",
    [(500, b"oops"), (404, b"<h1>"), (200, b"<html>"), (200, b'{"events": 7}'), (429, b""),
     (200, b'{"events": [{"kind": 7, "at": null}], "next": 4}'), answer(after=0)],
)  # fmt: skip
def test_an_odd_answer_is_waited_out_in_silence(
    platform: Platform,
    listen: SessionFeed,
    heard: Queue[tuple[AppEvent, ...]],
    reply: Reply,
) -> None:
    platform.replies.put(reply)
    platform.replies.put(answer(EVENT))
    listen.start("token", "s")
    assert heard.get(timeout=5) == (HEARD,)


@pytest.mark.parametrize("status", [401, 403, 422])
def test_a_refusal_ends_the_listening(platform: Platform, listen: SessionFeed, status: int) -> None:
    platform.replies.put((status, b"{}"))
    listen.start("token", "s")
    for each in threading.enumerate():
        if each.name == "session-feed":
            each.join(5)
            assert not each.is_alive()
    assert platform.asked.qsize() == 1


def test_a_platform_that_moved_is_found_again(
    platform: Platform, listen: SessionFeed, heard: Queue[tuple[AppEvent, ...]]
) -> None:
    there, platform.origin = platform.origin, ""
    listen.start("token", "s")
    platform.origin = "http://127.0.0.1:9"
    platform.replies.put(answer(EVENT))
    platform.origin = there
    assert heard.get(timeout=5) == (HEARD,)


def test_a_new_session_takes_the_place_of_the_last(
    platform: Platform, listen: SessionFeed, heard: Queue[tuple[AppEvent, ...]]
) -> None:
    listen.start("token", "one")
    platform.asked.get(timeout=5)
    listen.start("token", "two")
    assert platform.asked.get(timeout=5)[0].endswith("/two/feed")
    threads = [each for each in threading.enumerate() if each.name == "session-feed"]
    assert len(threads) == 1


def test_who_hears_may_also_stop(platform: Platform) -> None:
    done = threading.Event()
    stop: list[Callable[[], None]] = []

    def hear(_: tuple[AppEvent, ...]) -> None:
        stop[0]()
        done.set()

    listening = SessionFeed(platform, hear)
    stop.append(listening.stop)
    platform.replies.put(answer(EVENT))
    listening.start("token", "s")
    assert done.wait(5)
    listening.stop()
