"""kill -9 of the backend in mid-sync, and a month in the queue: every event arrives once."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from timeback_desktop.backend.demo.seed import demo_id
from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.clock import SystemClock
from timeback_desktop.host.backend_process import (
    BackendProcess,
    BackendSupervisor,
    Ready,
    command_line,
)
from timeback_desktop.net.events import PlatformSender
from timeback_desktop.net.platform import Address, Platform
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.machine import Segment
from timeback_desktop.sessions import wire
from timeback_desktop.sessions.model import Change, EndReason, Session
from timeback_desktop.store.worker import StoreThread, ThreadedOutbox
from timeback_desktop.sync.outbox import QueuedEvent
from timeback_desktop.sync.pump import Answer, Health, Pump
from timeback_desktop.sync.runner import PumpRunner

pytestmark = pytest.mark.e2e
WINDOW_MS = 15_000
START_MS = 1_761_984_000_000  # a Saturday in November 2025, long enough ago
STATES = (State.ON_TASK, State.PASSIVE_OK, State.IDLE, State.PAUSED, State.OFF_APP)


@dataclass
class Yard:
    """A store, a backend that is restarted when it dies, and a pump between them."""

    store: StoreThread
    platform: Platform = field(default_factory=Platform)
    ready: list[Ready] = field(default_factory=list)
    came_up: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    delivered: list[str] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    drained: threading.Event = field(default_factory=threading.Event)

    def moved(self, address: Ready) -> None:
        self.ready.append(address)
        self.platform.move(Address(address.url, address.run_secret))
        self.runner.wake(hurry=True)
        self.came_up.release()

    def send(self, events: Sequence[QueuedEvent]) -> Sequence[Answer]:
        answers = self.sender.send(events)
        self.delivered += [answer.event_id for answer in answers]
        return answers

    def healthy(self, health: Health) -> None:
        if health.progress is not None:
            self.shown.append(health.progress)
        if not health.counts.pending:
            self.drained.set()


@contextmanager
def yard(data: Path) -> Iterator[Yard]:
    clock = SystemClock()
    self = Yard(StoreThread(data / "client.db", now_ms=START_MS))
    self.sender = PlatformSender(self.platform, clock, "urn:timeback:test")
    self.runner = PumpRunner(
        Pump(ThreadedOutbox(self.store), self, random.Random(3)), clock, self.healthy
    )
    command = command_line(data / "backend", "demo")
    supervisor = BackendSupervisor(
        lambda: BackendProcess(command, data / "backend.log"),
        self.moved,
        lambda _: self.platform.move(None),
    )
    supervisor.start()
    try:
        yield self
    finally:
        assert self.runner.stop(30)
        supervisor.stop()
        self.platform.move(None)
        self.store.close()


def fill(store: StoreThread, sessions: int, windows: int) -> dict[str, int]:
    """Queue whole sessions, one an hour; return the milliseconds of each."""
    learner = Learner(demo_id("user", "ava.thompson"), "ava.thompson@demo.example", "Ava Thompson")
    app = App(demo_id("application", "math-garden"), "Math Garden", "Math")
    lengths = {}
    for index in range(sessions):
        session = Session.begin(learner, app, START_MS + index * 3 * 3_600_000)
        parts = [
            Segment(
                STATES[n % len(STATES)],
                None,
                n * WINDOW_MS,
                (n + 1) * WINDOW_MS,
                session.started_at_ms + n * WINDOW_MS,
            )
            for n in range(windows)
        ]
        kept = wire.keep(parts)
        closed = session.end(Totals({State.ON_TASK: windows * WINDOW_MS}), EndReason.ENDED)
        store.wait(store.store.sessions.begin, session, [wire.begun(session)])
        store.wait(
            store.store.sessions.record,
            closed,
            Change(segments=kept, events=[*wire.spent(session, kept), wire.ended(closed)]),
        )
        lengths[session.id] = windows * WINDOW_MS
    return lengths


def arrived(data: Path) -> tuple[list[str], dict[str, int]]:
    """Return the ids of the stored events in the order of their storing, and ms by session."""
    with closing(sqlite3.connect(data / "backend" / "backend.db")) as db:
        asked = db.execute("SELECT id FROM event_ids ORDER BY batch_id, place")
        ids = [str(UUID(bytes=row[0])) for row in asked]
        spent = db.execute("SELECT session_id, sum(ms) FROM time_spent GROUP BY session_id")
        return ids, dict(spent.fetchall())


def queued(store: StoreThread) -> list[str]:
    db = store.store.outbox._db
    return store.wait(
        lambda: [row["event_id"] for row in db.query("SELECT event_id FROM outbox ORDER BY seq")]
    )


@pytest.mark.parametrize("kills", [5, pytest.param(20, marks=pytest.mark.slow)])
def test_every_event_arrives_once_though_the_backend_is_killed(tmp_path: Path, kills: int) -> None:
    dice = random.Random(11)
    with yard(tmp_path) as it:
        lengths = fill(it.store, sessions=3 * kills, windows=200)
        expected = queued(it.store)
        it.runner.start()
        for _ in range(kills):
            assert it.came_up.acquire(timeout=60)
            threading.Event().wait(dice.uniform(0.0, 0.12))
            assert not it.drained.is_set(), "the queue was empty before the killing was over"
            os.kill(it.ready[-1].pid, signal.SIGKILL)
        assert it.drained.wait(180)
        assert it.store.wait(it.store.store.outbox.counts).quarantined == 0
    stored, spent = arrived(tmp_path)
    assert sorted(stored) == sorted(expected)
    assert spent == lengths


def test_a_month_in_the_queue_drains_in_order_and_shows_its_progress(tmp_path: Path) -> None:
    with yard(tmp_path) as it:
        lengths = fill(it.store, sessions=60, windows=400)
        expected = queued(it.store)
        it.runner.start()
        assert it.drained.wait(240)
    stored, spent = arrived(tmp_path)
    assert len(expected) == 60 * 402
    assert stored == expected == it.delivered
    assert spent == lengths
    assert it.shown == sorted(it.shown)
    assert it.shown[0] < 0.1
    assert it.shown[-1] > 0.9
