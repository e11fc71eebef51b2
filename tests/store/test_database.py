"""Opening the client's database when things are not as they should be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from timeback_desktop.caliper.events import App, Learner
from timeback_desktop.errors import DatabaseTooNew, DatabaseUnusable
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.segments import Segment
from timeback_desktop.sessions import wire
from timeback_desktop.sessions.model import Change, EndReason, Session
from timeback_desktop.store.database import open_database, open_for_reading
from timeback_desktop.store.schema import SCHEMA_VERSION, migrations
from timeback_desktop.store.sessions import SessionTable
from timeback_desktop.store.summaries import SummaryReader

LEARNER = Learner("0192f0c1-2345-7abc-8def-0123456789ab", "ada@demo.example", "Ada")
APP = App("0192f0c1-2345-7abc-8def-0123456789ac", "Math", "Math")
NOW = 1_763_900_000_000


def fill(path: Path, sessions: int = 20, segments: int = 30) -> None:
    opened = open_database(path, now_ms=NOW)
    table = SessionTable(opened.db)
    for index in range(sessions):
        session = Session.begin(LEARNER, APP, NOW + index * 3_600_000)
        table.begin(session, [wire.begun(session)])
        parts = [
            Segment(
                State.ON_TASK, None, n * 1000, n * 1000 + 1000, session.started_at_ms + n * 1000
            )
            for n in range(segments)
        ]
        kept = wire.keep(parts)
        closed = session.end(Totals({State.ON_TASK: segments * 1000}), EndReason.ENDED)
        events = [*wire.spent(session, kept), wire.ended(closed)]
        table.record(closed, Change(kept, events=events))
    opened.db.close()


def test_a_new_database_is_wal_full_strict_and_versioned(tmp_path: Path) -> None:
    db = open_database(tmp_path / "client.db", now_ms=NOW).db
    pragmas = [
        db.execute(f"PRAGMA {p}").fetchone()[0]
        for p in ("journal_mode", "synchronous", "user_version")
    ]
    assert pragmas == ["wal", 2, SCHEMA_VERSION]
    assert all(db.table(name).strict for name in ("sessions", "segments", "outbox"))


def test_the_version_counts_the_migrations(tmp_path: Path) -> None:
    db = open_database(tmp_path / "client.db", now_ms=NOW).db
    assert len(migrations.applied(db)) == SCHEMA_VERSION
    assert not migrations.pending(db)


def test_a_newer_database_is_refused_with_a_sentence_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "client.db"
    fill(path, sessions=1)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseTooNew, match="newer version"):
        open_database(path, now_ms=NOW)
    with pytest.raises(DatabaseTooNew, match="untouched"):
        open_for_reading(path)
    assert path.read_bytes() == before


def test_an_older_database_is_backed_up_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "client.db"
    fill(path, sessions=2)
    monkeypatch.setattr("timeback_desktop.store.database.SCHEMA_VERSION", SCHEMA_VERSION + 1)
    open_database(path, now_ms=NOW)
    backup = sqlite3.connect(tmp_path / f"client.db.backup-v{SCHEMA_VERSION}")
    assert backup.execute("SELECT count(*) FROM sessions").fetchone() == (2,)
    backup.close()


@pytest.mark.parametrize("damage", ["header", "page", "noise", "truncated"])
def test_a_damaged_database_is_set_aside_and_what_can_be_read_is_saved(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "client.db"
    fill(path)
    content = bytearray(path.read_bytes())
    if damage == "header":
        content[:100] = b"x" * 100
    elif damage == "page":
        content[len(content) // 2 : len(content) // 2 + 4096] = b"\xff" * 4096
    elif damage == "noise":
        content[:] = b"not a database at all" * 1000
    else:
        del content[len(content) // 2 :]
    path.write_bytes(content)
    opened = open_database(path, now_ms=NOW)
    assert opened.repair is not None
    assert opened.repair.set_aside.exists()
    assert "was kept as client.db.damaged-" in str(opened.repair)
    assert opened.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert (
        opened.db.table("segments").count + opened.db.table("sessions").count
        <= opened.repair.rows_saved
    )
    if damage == "page":
        assert opened.repair.rows_saved > 100
    SummaryReader(opened.db).between(LEARNER.id, 0, NOW * 2)


def test_a_folder_instead_of_a_file_is_an_environment_fault(tmp_path: Path) -> None:
    (tmp_path / "client.db").mkdir()
    with pytest.raises(DatabaseUnusable, match="permissions"):
        open_database(tmp_path / "client.db" / "missing" / "client.db", now_ms=NOW)


def test_a_missing_record_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="Start TimeBack Desktop once"):
        open_for_reading(tmp_path / "client.db")


def test_a_reader_beside_the_writer_sees_what_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "client.db"
    writer = open_database(path, now_ms=NOW)
    session = Session.begin(LEARNER, APP, NOW)
    SessionTable(writer.db).begin(session, [wire.begun(session)])
    assert SummaryReader(open_for_reading(path)).students() == [LEARNER.id]
