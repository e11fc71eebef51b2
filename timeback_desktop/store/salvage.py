"""Copy what can still be read out of a damaged database.

SQLite reads page by page: rows before a damaged page come from the front, rows behind it
from the back. A row that the new schema refuses is left behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

_TABLES = ("sessions", "segments", "verdicts", "contests", "reviews", "outbox")


def copy_readable_rows(damaged: Path, db: Database) -> int:
    """Copy every readable row of every known table; return how many were copied."""
    source = sqlite3.connect(damaged)
    source.row_factory = sqlite3.Row
    try:
        return sum(_copy_table(source, db, name) for name in _TABLES)
    finally:
        source.close()


def _copy_table(source: sqlite3.Connection, db: Database, name: str) -> int:
    known = {column.name for column in db.table(name).columns}
    copied = 0
    for row in _rows(source, name):
        values = {key: row[key] for key in row.keys() if key in known}  # noqa: SIM118
        try:
            with db.atomic():
                db.table(name).insert(values, ignore=True)
            copied += 1
        except sqlite3.IntegrityError:
            continue
    return copied


def _rows(source: sqlite3.Connection, name: str) -> Iterator[sqlite3.Row]:
    seen: set[int] = set()
    for direction in ("ASC", "DESC"):
        query = f"SELECT rowid AS _row, * FROM {name} ORDER BY rowid {direction}"  # noqa: S608
        try:
            for row in source.execute(query):
                if row["_row"] in seen:
                    return
                seen.add(row["_row"])
                yield row
        except sqlite3.DatabaseError:
            continue
