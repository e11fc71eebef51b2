"""What a person meets when something is broken: told whose side it is on, and nothing lost."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.person import Person, spin
from tests.e2e.stranger import NAME, Stranger, register
from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.sessions import wire
from timeback_desktop.sessions.model import Session
from timeback_desktop.store.database import open_database
from timeback_desktop.store.schema import SCHEMA_VERSION
from timeback_desktop.store.sessions import SessionTable

pytestmark = pytest.mark.e2e


def started(person: Callable[[], Person]) -> Person:
    child = person()
    controller = child.wait("the program", lambda: child.program.controller)
    child.wait("people", lambda: controller.profiles)
    return child


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        return int(door.getsockname()[1])


def test_an_app_that_is_down_is_named_and_retry_opens_it_once_it_is_up(
    person: Callable[[], Person],
) -> None:
    child = started(person)
    port = free_port()
    registration = register(child.platform_address, f"http://127.0.0.1:{port}")
    child.press("Ava Thompson")
    child.press(NAME)
    child.wait("the failure", lambda: child.reads("This is on the app's side."))
    assert child.reads(NAME)
    with Stranger(port=port, registration=registration):
        child.press("Try again")
        flow = child.program.controller.learning
        child.wait("the app", lambda: flow.is_recording)
        child.press("End")
        child.wait("the card", lambda: child.sees() == "SessionCardScreen")


def test_the_platform_may_die_under_a_session_and_nothing_is_lost(
    person: Callable[[], Person],
) -> None:
    child = started(person)
    child.press("Ava Thompson")
    child.enter("Math Garden")
    before = child.platform_address
    os.kill(child.program.services.backend_pid, signal.SIGKILL)
    spin(1500)
    assert child.sees() == "LearningScreen"
    child.wait(
        "another platform",
        lambda: (now := child.program.services.platform._address) and now != before,
    )
    child.press("End")
    child.wait("the card", lambda: child.sees() == "SessionCardScreen")
    child.press("Done")
    child.wait("home", lambda: child.sees() == "HomeScreen")
    child.enter("Story Lantern")
    child.press("End")
    child.wait("the card", lambda: child.sees() == "SessionCardScreen")
    health = child.wait(
        "all sent", lambda: (h := child.program.services.health) and not h.counts.pending and h
    )
    assert health.counts.quarantined == 0
    signed_in = child.program.controller.signed_in
    told = child.program.services.platform.sessions_of(signed_in.access_token, signed_in.user.id)
    assert [session["endReason"] for session in told] == ["ended", "ended"]


def test_a_newer_record_is_refused_with_a_sentence(
    person: Callable[[], Person], data: Path
) -> None:
    with closing(sqlite3.connect(data / "client.db")) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    child = person()
    child.wait("the sentence", lambda: child.reads("written by a newer version"))
    assert child.program.controller is None
    child.leave()
    assert child.program.exit_code == 3


def test_a_damaged_record_is_set_aside_and_said(person: Callable[[], Person], data: Path) -> None:
    (data / "client.db").write_bytes(b"no database" * 5000)
    child = started(person)
    child.wait("the note", lambda: child.reads("The record on this computer was damaged."))
    assert list(data.glob("client.db.damaged-*"))


def test_the_session_ends_and_is_kept_when_the_window_is_closed(
    person: Callable[[], Person], data: Path
) -> None:
    child = started(person)
    child.press("Ava Thompson")
    child.enter("Story Lantern")
    child.wait("a second", lambda: "0:01" in child.program.window.learning.bar.clock_words())
    child.leave()
    with closing(sqlite3.connect(data / "client.db")) as db:
        (kept,) = db.execute("SELECT end_reason, duration_ms FROM sessions").fetchall()
        waiting = db.execute("SELECT count(*) FROM outbox WHERE state = 'pending'").fetchone()
    assert kept[0] == "ended"
    assert kept[1] >= 1000
    assert waiting == (0,)


def test_the_next_student_finds_nothing_of_the_last(
    person: Callable[[], Person], data: Path
) -> None:
    child = started(person)
    folders = []
    for name in ("Ava Thompson", "Diego Morales"):
        child.press(name)
        child.enter("Math Garden")
        assert child.page("document.querySelector('[data-testid=question]') !== null")
        folders.append({p.name for p in (data / "webviews").iterdir()})
        child.press("End")
        child.wait("the card", lambda: child.sees() == "SessionCardScreen")
        child.press("Done")
        child.press("Switch person")
        child.wait("people", lambda: child.sees() == "WhoScreen")
    assert not folders[0] & folders[1]
    child.leave()
    assert not list((data / "webviews").iterdir())


def test_pause_stops_every_probe(person: Callable[[], Person]) -> None:
    child = started(person)
    child.press("Ava Thompson")
    child.enter("Math Garden")
    flow = child.program.controller.learning
    looks: list[object] = []
    probes = flow.senses._probes
    look = probes.look
    probes.look = lambda: looks.append(1) or look()
    child.wait("a look", lambda: looks)
    child.press("Pause")
    looks.clear()
    child.touch_page()
    spin(2500)
    assert not looks
    assert child.view.inputs.drain().discrete == 0
    child.press("What is recorded right now")
    child.wait(
        "the shield to say so", lambda: child.reads("Only the length of the pause is recorded.")
    )
    child.press("Resume")
    child.wait("a look", lambda: looks)
    child.press("End")
    child.wait("the card", lambda: child.sees() == "SessionCardScreen")


def writable(child: Person, *, on: bool) -> None:
    """Let the record be written, or not: what a full disk does, with a switch."""
    store = child.program.services.store
    store.wait(lambda: store.store._db.execute(f"PRAGMA query_only = {'OFF' if on else 'ON'}"))


def test_a_record_that_cannot_be_written_stops_the_launch_and_says_why(
    person: Callable[[], Person],
) -> None:
    child = started(person)
    child.press("Ava Thompson")
    child.wait("home", lambda: child.sees() == "HomeScreen")
    writable(child, on=False)
    child.press("Math Garden")
    child.wait("the reason", lambda: child.reads("This is on this computer's side."))
    writable(child, on=True)
    child.press("Try again")
    flow = child.program.controller.learning
    child.wait("the app", lambda: flow.is_recording)
    child.press("End")
    child.wait("the card", lambda: child.sees() == "SessionCardScreen")


def test_a_disk_that_is_full_for_a_while_costs_no_second(person: Callable[[], Person]) -> None:
    child = started(person)
    child.press("Ava Thompson")
    child.enter("Math Garden")
    cards: list[object] = []
    child.program.controller.card_shown.connect(cards.append)
    writable(child, on=False)
    child.wait("the notice", lambda: child.reads("cannot be written to"))
    spin(2000)
    writable(child, on=True)
    spin(1500)
    assert not child.reads("cannot be written to")
    writable(child, on=False)
    child.press("End")
    spin(1500)
    assert not cards
    writable(child, on=True)
    (card,) = child.wait("the card", lambda: cards)
    assert sum(card.totals.by_state.values()) == card.ended_at_ms - card.started_at_ms
    assert sum(card.totals.by_state.values()) >= 4000


def test_a_session_that_was_cut_short_is_closed_and_said(
    person: Callable[[], Person], data: Path
) -> None:
    db = open_database(data / "client.db", now_ms=0).db
    session = Session.begin(
        Learner("0192f0c1-2345-7abc-8def-0123456789ab", "a@demo.example", "Ada"),
        App("0192f0c1-2345-7abc-8def-0123456789ac", "Math", "Math"),
        1_763_900_000_000,
    )
    SessionTable(db).begin(session, [wire.begun(session)])
    db.close()
    child = started(person)
    child.wait("the note", lambda: child.reads("it was kept to its last second"))
    summary = child.program.services.records.session(session.id).result()
    assert summary.end_reason == "interrupted"
