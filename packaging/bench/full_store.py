"""A school's database in which ten million events have already been stored: their ids.

Whether an event is new is looked up among the ids of all that came before; nothing else that
ingest does depends on how much there is. They are those of the last 90 days, as desktops mint
them, or random ones. Made once for the tables as they are.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import struct
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench_school import TENANT, BenchSchool

IDS = 10_000_000
DAYS = 90
DAY_MS = 86_400_000
ROWS_EACH = 100_000
EVENTS_A_BATCH = 100
_INSERT = (
    "INSERT INTO event_ids (publisher_id, id, batch_id, place, content) VALUES (?, ?, ?, ?, ?)"
)
_CONTENT = b"\0" * 8


def full_store(school: BenchSchool, *, in_order: bool) -> Path:
    """Return the database with the ids; those in order lie before now."""
    file = school.folder / f"full-{'ordered' if in_order else 'random'}.db"
    if not file.exists():
        print(f"  storing {IDS} ids", flush=True)
        unfinished = file.with_suffix(".part")
        shutil.copy(school.database, unfinished)
        _fill(unfinished, _in_order() if in_order else _at_random())
        unfinished.rename(file)
    return file


def _fill(file: Path, keys: Iterator[bytes]) -> None:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=OFF")  # made anew if it should break
        database.execute("PRAGMA synchronous=OFF")
        done = 0
        while part := list(islice(keys, ROWS_EACH)):
            database.execute("BEGIN")
            database.executemany(
                _INSERT,
                (
                    (TENANT, key, 1 + place // EVENTS_A_BATCH, place % EVENTS_A_BATCH, _CONTENT)
                    for place, key in enumerate(part, done)
                ),
            )
            database.execute("COMMIT")
            done += len(part)
        database.execute("ANALYZE event_ids")
        database.execute("PRAGMA journal_mode=WAL")


def _in_order() -> Iterator[bytes]:
    """Yield UUIDv7 of the last 90 days, one after another."""
    now_ms = int(time.time() * 1000) - DAY_MS
    begin_ms = now_ms - DAYS * DAY_MS
    for place in range(IDS):
        at_ms = begin_ms + place * DAYS * DAY_MS // IDS
        low = (0x2 << 62) | (place << 20) | (place * 2_654_435_761 & 0xFFFFF)
        yield struct.pack(">QQ", (at_ms << 16) | 0x7000 | (place & 0xFFF), low)


def _at_random() -> Iterator[bytes]:
    """Yield UUIDv4, sorted only because that is quicker to write."""
    drawn = sorted(os.urandom(16) for _ in range(IDS))
    for key in drawn:
        yield key[:6] + bytes([0x40 | key[6] & 0x0F, key[7], 0x80 | key[8] & 0x3F]) + key[9:]
