"""A session from its first tick to its end, and to its crash."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.recording import APP, KEY, LEARNER, FullDisk
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.clock import Stamp
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.signal import InputCounts, Tick
from timeback_desktop.presence.thresholds import Thresholds
from timeback_desktop.sessions.model import EndReason, Session
from timeback_desktop.sessions.recorder import SessionRecorder
from timeback_desktop.sessions.recovery import recover
from timeback_desktop.store.database import open_database
from timeback_desktop.store.outbox import OutboxTable
from timeback_desktop.store.sessions import SessionTable
from timeback_desktop.store.summaries import SummaryReader


def at(ms: int) -> Stamp:
    return Stamp(mono_ms=9_000 + ms, utc_ms=1_763_900_000_000 + ms, awake_ms=9_000 + ms)


class Desk:
    """A recorder over a real database."""

    def __init__(self, path: Path, **limits: int) -> None:
        self.path = path
        self.db = open_database(path, now_ms=0).db
        self.recorder = SessionRecorder.begin(
            Session.begin(LEARNER, APP, at(0).utc_ms),
            at(0),
            SessionTable(self.db),
            Thresholds(**limits),
        )

    def events(self) -> list[dict[str, object]]:
        rows = self.db.query("SELECT body FROM outbox ORDER BY seq")
        return [json.loads(row["body"]) for row in rows]

    def summary(self) -> Totals:
        (session,) = SummaryReader(self.db).between(LEARNER.id, 0, 2**53)
        return session.totals


def spent_ms(events: list[dict[str, object]]) -> int:
    items = [i for e in events if e["type"] == "TimeSpentEvent" for i in e["generated"]["items"]]
    return round(sum(i["value"] for i in items) * 1000)


def test_a_session_logs_in_spends_its_time_and_logs_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", work=4_000, credit=1_000)
    for second in range(1, 40):
        desk.recorder.tick(
            Tick(at(second * 1000), inputs=KEY if second % 20 < 5 else InputCounts())
        )
    desk.recorder.pause(at(39_300))
    desk.recorder.tick(Tick(at(45_000)))
    desk.recorder.resume(at(47_123))
    snapshot = desk.recorder.end(at(50_777))
    events = desk.events()
    assert [events[0]["action"], events[-1]["action"]] == ["LoggedIn", "LoggedOut"]
    assert spent_ms(events) == snapshot.totals.span_ms == desk.summary().span_ms == 50_777
    assert desk.summary().by_state == snapshot.totals.by_state
    assert snapshot.totals.by_state[State.PAUSED] == 7_823
    assert events[-1]["session"]["duration"] == "PT50.777S"


def test_every_event_is_valid_and_has_an_id_of_its_own(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    for second in range(1, 100):
        desk.recorder.tick(Tick(at(second * 1000), inputs=KEY))
    desk.recorder.end(at(99_500))
    events = desk.events()
    assert not [fault for event in events for fault in validate_item(event)]
    assert len({event["id"] for event in events}) == len(events)


def test_a_time_out_ends_at_the_last_sign_and_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.recorder.tick(Tick(at(1000), inputs=KEY))
    for second in range(2, 700):
        snapshot = desk.recorder.tick(Tick(at(second * 1000)))
    assert snapshot.session.end_reason is EndReason.TIMED_OUT
    assert desk.events()[-1]["action"] == "TimedOut"
    assert desk.summary().span_ms == snapshot.session.duration_ms == 31_000


def test_after_a_crash_the_session_ends_at_its_last_tick_marked_interrupted(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    for second in range(1, 78):
        desk.recorder.tick(Tick(at(second * 1000), inputs=KEY if second < 30 else InputCounts()))
    again = open_database(desk.path, now_ms=0).db
    (session,) = recover(SessionTable(again))
    assert session.end_reason is EndReason.INTERRUPTED
    assert session.duration_ms == 77_000
    assert spent_ms(desk.events()) == 77_000
    assert desk.events()[-1]["extensions"] == {"timeback": {"endReason": "interrupted"}}
    assert recover(SessionTable(again)) == ()


def test_a_laptop_that_slept_tells_how_long_so_that_states_add_up_to_the_span(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path / "c.db")
    desk.recorder.tick(Tick(at(1000), inputs=KEY))
    asleep = at(61_000)
    desk.recorder.tick(Tick(replace(asleep, awake_ms=asleep.awake_ms - 60_000)))
    snapshot = desk.recorder.end(replace(at(62_000), awake_ms=asleep.awake_ms - 59_000))
    assert snapshot.totals.by_state[State.SUSPENDED] == 60_000
    assert snapshot.session.suspended_ms == 60_000
    assert desk.events()[-1]["extensions"]["timeback"]["suspendedMs"] == 60_000
    assert spent_ms(desk.events()) + 60_000 == desk.summary().span_ms


@pytest.mark.parametrize("free_again_at", [40, 100])
def test_a_full_disk_loses_nothing(tmp_path: Path, free_again_at: int) -> None:
    db = open_database(tmp_path / "c.db", now_ms=0).db
    store = FullDisk(SessionTable(db))
    session = Session.begin(LEARNER, APP, at(0).utc_ms)
    recorder = SessionRecorder.begin(session, at(0), store, Thresholds(rhythm=False))
    for second in range(1, 90):
        store.full = 20 <= second < free_again_at
        snapshot = recorder.tick(Tick(at(second * 1000), inputs=KEY))
        assert (snapshot.fault is not None) == store.full
    recorder.end(at(89_500))
    store.full = False
    assert recorder.end(at(95_000)).fault is None
    (summary,) = SummaryReader(db).between(LEARNER.id, 0, 2**53)
    assert summary.totals.span_ms == 89_500
    assert OutboxTable(db).counts().pending == len(list(db.query("SELECT * FROM segments"))) + 2
