"""Open the client's database: refuse a newer one, repair a damaged one, migrate an older.

A damaged file is never deleted. It is set aside under a name that says when, every row
that can still be read is copied into a fresh file, and the report says what was saved.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from timeback_desktop.errors import DatabaseTooNew, DatabaseUnusable
from timeback_desktop.store.salvage import copy_readable_rows
from timeback_desktop.store.schema import SCHEMA_VERSION, migrations

_SIDECARS = ("", "-wal", "-shm")
BUSY_MS = 5_000


@dataclass(frozen=True, slots=True)
class Repair:
    """What happened to a damaged database: where it lies, and how many rows were saved."""

    set_aside: Path
    rows_saved: int

    def __str__(self) -> str:
        """Say it to a person."""
        return (
            f"The record on this computer was damaged. {self.rows_saved} entries were saved; "
            f"the damaged file was kept as {self.set_aside.name}."
        )


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """An open database, and what had to be repaired to open it."""

    db: Database
    repair: Repair | None = None


@contextmanager
def environment_faults() -> Iterator[None]:
    """Turn SQLite's complaints about the machine into a fault that a person can act on."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _unusable(error) from error


def _unusable(error: sqlite3.Error) -> DatabaseUnusable:
    text = str(error)
    if "full" in text:
        return DatabaseUnusable("The disk is full.", "Free some space; nothing is lost meanwhile.")
    if "readonly" in text or "unable to open" in text or "attempt to write" in text:
        return DatabaseUnusable(
            "The data folder cannot be written to.", "Check its permissions, or choose another."
        )
    if "locked" in text:
        return DatabaseUnusable(
            "Another program is using the record.", "Close the other TimeBack window."
        )
    return DatabaseUnusable(f"The record cannot be used ({text}).", "Restart TimeBack Desktop.")


def open_database(path: Path, *, now_ms: int) -> OpenDatabase:
    """Open ``path`` for reading and writing, making it if need be.

    Raises ``DatabaseTooNew`` for one that a newer version wrote and ``DatabaseUnusable``
    when the machine does not let us have one. ``now_ms`` only names set-aside files.
    """
    with environment_faults():
        repair = None if _is_sound(path) else _set_aside(path, now_ms)
        db = _connect(path)
        _refuse_newer(db, path)
        _migrate(db, path)
        if repair is not None:
            saved = copy_readable_rows(repair, db)
            return OpenDatabase(db, Repair(repair, saved))
        return OpenDatabase(db)


def open_for_reading(path: Path) -> Database:
    """Open an existing database read-only, for summaries beside a running program."""
    if not path.exists():
        raise DatabaseUnusable(
            "There is no record in this folder yet.",
            "Start TimeBack Desktop once, or name another.",
        )
    with environment_faults():
        db = Database(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True))
        _refuse_newer(db, path)
        return db if _version(db) == SCHEMA_VERSION else _migrated_copy(db)


def _migrated_copy(db: Database) -> Database:
    """Return an older record as this version reads it, in memory; the file stays as it is."""
    copy = Database(memory=True)
    db.conn.backup(copy.conn)
    db.close()
    migrations.apply(copy)
    return copy


def _connect(path: Path) -> Database:
    db = Database(sqlite3.connect(path, timeout=BUSY_MS / 1000))
    db.enable_wal()
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def _is_sound(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return True
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000)
    try:
        answer = connection.execute("PRAGMA quick_check(1)").fetchone()
        return bool(answer == ("ok",))
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def _set_aside(path: Path, now_ms: int) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{now_ms}")
    for suffix in _SIDECARS:
        source = path.with_name(path.name + suffix)
        if source.exists():
            shutil.move(source, aside.with_name(aside.name + suffix))
    return aside


def _version(db: Database) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(db: Database, path: Path) -> None:
    if _version(db) > SCHEMA_VERSION:
        db.close()
        raise DatabaseTooNew(
            f"The record in {path.parent} was written by a newer version of TimeBack Desktop.",
            "Install the newer version; this one leaves the record untouched.",
        )


def _migrate(db: Database, path: Path) -> None:
    version = _version(db)
    if version == SCHEMA_VERSION:
        return
    if version > 0:
        backup = path.with_name(f"{path.name}.backup-v{version}")
        backup.unlink(missing_ok=True)
        db.execute("VACUUM INTO ?", [str(backup)])
    migrations.apply(db)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION:d}")
