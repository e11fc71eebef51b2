"""A marker in every free word that can reach the recorder is in no file afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.clock import FakeClock
from tests.helpers.recording import APP, LEARNER
from timeback_desktop.partition import State
from timeback_desktop.presence.signal import (
    AppEvent,
    AppEventKind,
    InputCounts,
    PageFacts,
    Surface,
    Tick,
)
from timeback_desktop.sessions.model import Session
from timeback_desktop.sessions.opaque import opaque
from timeback_desktop.sessions.recorder import SessionRecorder
from timeback_desktop.store.database import open_database
from timeback_desktop.store.sessions import SessionTable

MARKER = "Xyzzy-Geheim-4711"


def marked(kind: AppEventKind, number: int) -> AppEvent:
    """Return an answer, all of whose words say too much; a new item of one skill each time."""
    word = f"{MARKER}-{number}"
    return AppEvent(
        kind, None, f"{word}-{kind}", word, MARKER, f"https://x/{MARKER}", took_ms=800, choice=1
    )


def test_no_free_word_of_a_tick_is_in_any_file(tmp_path: Path) -> None:
    clock, db = FakeClock(), open_database(tmp_path / "c.db", now_ms=0).db
    session = Session.begin(LEARNER, APP, clock.stamp().utc_ms)
    recorder = SessionRecorder.begin(session, clock.stamp(), SessionTable(db))
    page = PageFacts(field=MARKER)
    for second in range(1, 200):
        kinds = (AppEventKind.ITEM_STARTED, AppEventKind.ANSWERED_WRONG)
        events = tuple(marked(kind, second) for kind in kinds) if second % 3 == 0 else ()
        keys = InputCounts(keys=second % 2)
        recorder.tick(Tick(clock.advance(1000), keys, page=page, app_events=events))
    for _ in range(60):
        away = Tick(clock.advance(1000), surface=Surface.OTHER_PROGRAM, program=MARKER)
        snapshot = recorder.tick(away)
    assert snapshot.state is State.OFF_APP
    recorder.end(clock.advance(1000))
    assert db.table("verdicts").count >= 3  # hasty answers, misses in a row, time elsewhere
    details = {row["detail"] for row in db.query("SELECT detail FROM segments")}
    assert details <= {None, "off_app:other", "transit", "reading"}
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert MARKER.encode() not in held
    assert b"Geheim" not in held


@pytest.mark.parametrize("program", ["game", "browser", "chat", "media", "office", "other", None])
def test_a_kind_of_program_passes(program: str | None) -> None:
    tick = Tick(FakeClock().stamp(), program=program)
    assert opaque(tick, "s") is tick


@pytest.mark.parametrize("program", ["", "Game", "game:Minecraft", MARKER, "\ud800"])
def test_a_name_of_a_program_does_not(program: str) -> None:
    assert opaque(Tick(FakeClock().stamp(), program=program), "s").program == "other"


def test_a_hash_tells_items_apart_within_a_session_and_nowhere_else() -> None:
    tick = Tick(FakeClock().stamp(), app_events=(AppEvent(AppEventKind.ANSWERED, item="\ud800a"),
                                                 AppEvent(AppEventKind.ANSWERED, item="b")))  # fmt: skip
    first, second = (event.item for event in opaque(tick, "one").app_events)
    again = opaque(tick, "one").app_events[0].item
    elsewhere = opaque(tick, "two").app_events[0].item
    assert first == again
    assert len({first, second, elsewhere}) == 3
    assert opaque(tick, "one").app_events[0].skill is None
