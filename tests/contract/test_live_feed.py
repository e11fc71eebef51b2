"""Both sides of a board over the real wire: what is posted is heard, and what ends it."""

from __future__ import annotations

import time
from pathlib import Path
from queue import Queue
from threading import Thread

import httpx
import pytest

from tests.helpers.backends import RunningBackend, ServedThread, bearer
from tests.helpers.event_door import AVA, body
from timeback_desktop import ids
from timeback_desktop.backend.demo.school import TEACHER_PIN
from timeback_desktop.backend.demo.seed import coach_id, demo_id
from timeback_desktop.caliper import events as caliper
from timeback_desktop.clock import now_ms
from timeback_desktop.net import live_feed
from timeback_desktop.net.live_feed import Heard, Link, LiveFeed
from timeback_desktop.net.platform import Address, Platform
from timeback_desktop.partition import State

WILLOW = demo_id("class", "willow")
GARDEN = caliper.App(demo_id("application", "math-garden"), "Math Garden", "Math")


def minute_of_work() -> dict[str, object]:
    began = now_ms() - 60_000
    found = caliper.time_spent(
        ids.mint(), AVA, GARDEN, ids.mint(), State.ON_TASK, None, began, 60_000
    )
    assert found is not None
    return found


def post(backend: RunningBackend) -> None:
    headers = {"Content-Type": "application/json", **bearer(backend.run_secret)}
    raw = body(minute_of_work())
    answer = httpx.post(f"{backend.url}/events/1.0/", content=raw, headers=headers)
    assert answer.status_code == 200, answer.text


def next_of(heard: Queue[Heard], word: str) -> Heard:
    while (found := heard.get(timeout=10)).word != word:
        pass
    return found


def test_the_coach_hears_what_was_just_posted_and_nothing_after_signing_out(
    backend: RunningBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timeback_desktop.backend.feed.desk.CHECK_EVERY_S", 0.3)
    monkeypatch.setattr("timeback_desktop.backend.feed.desk.LOOK_AGAIN_S", 0.3)
    monkeypatch.setattr(live_feed, "LONGEST_PAUSE_S", 0.2)
    place = Platform()
    place.move(Address(backend.url, backend.run_secret))
    token = place.sign_in(coach_id(), TEACHER_PIN).access_token
    heard, links = Queue[Heard](), Queue[Link]()
    feed = LiveFeed(place, heard.put, links.put)
    feed.start(token, f"classes/{WILLOW}")
    assert len(next_of(heard, "snapshot").told["students"]) == 5
    began = time.monotonic()
    post(backend)
    told = next_of(heard, "activity").told
    assert (told["userId"], told["state"]) == (AVA.id, "on_task")
    assert time.monotonic() - began < 3
    assert links.get(timeout=5) is Link.OPEN
    place.sign_out(token)
    found = [links.get(timeout=10) for _ in range(2)]
    assert found == [Link.BROKEN, Link.REFUSED]
    feed.stop()
    place.move(None)


def test_a_server_with_boards_open_stops_at_once(tmp_path: Path) -> None:
    served = ServedThread(tmp_path)
    backend = served.start()
    token = backend.sign_in(coach_id(), TEACHER_PIN)
    got: list[bytes] = []

    def listen() -> None:
        url = f"{backend.url}/feed/1.0/classes/{WILLOW}"
        with httpx.stream("GET", url, headers=bearer(token), timeout=20) as answer:
            got.extend(answer.iter_raw())

    boards = [Thread(target=listen) for _ in range(8)]
    for board in boards:
        board.start()
    time.sleep(1)
    began = time.monotonic()
    served.stop()
    for board in boards:
        board.join(10)
    assert time.monotonic() - began < 3
    assert sum(b"event: snapshot" in part for part in got) == 8


def test_a_board_that_was_closed_makes_room(
    backend: RunningBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timeback_desktop.backend.feed.board_routes.MOST_OF_PERSON", 1)
    headers = bearer(backend.sign_in(AVA.id))
    url = f"{backend.url}/feed/1.0/users/{AVA.id}"
    with httpx.stream("GET", url, headers=headers) as board:
        told = board.iter_raw()  # to let go of it hangs up
        assert next(told).startswith(b"retry: ")
        assert httpx.get(url, headers=headers).status_code == 429
    for _ in range(100):  # nothing is written meanwhile: the server sees that we hung up
        with httpx.stream("GET", url, headers=headers) as board:
            if board.status_code == 200:
                return
        time.sleep(0.05)
    pytest.fail("the place is still taken")
