"""The yardstick of ingest: the same rows with the same ids, written to SQLite by themselves.

One table keyed by the id's 16 bytes with a few columns and the event's bytes; WAL,
synchronous=FULL, 1,000 rows a transaction. Opening the envelopes is not counted.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from study_days import Requests

ROWS_EACH = 1_000
_TABLE = """
CREATE TABLE events (
    id BLOB PRIMARY KEY, student TEXT, app TEXT, session TEXT, type TEXT, at TEXT, body BLOB
)
"""
_INSERT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)"
Row = tuple[bytes, str, str, str, str, str, bytes]


class _Actor(msgspec.Struct):
    id: str


class _Event(msgspec.Struct, rename="camel"):
    id: str
    actor: _Actor
    ed_app: str
    session: str
    type: str
    event_time: str


class _Envelope(msgspec.Struct):
    data: list[msgspec.Raw]


def raw_insert(file: Path, requests: Requests, count: int) -> dict[str, float]:
    """Insert the events of the first ``count`` requests into a new file; return the rate."""
    took = used = 0.0
    rows = 0
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(_TABLE)
        events = _rows(requests, count)
        while chunk := list(islice(events, ROWS_EACH)):
            began, began_cpu = time.perf_counter(), time.process_time()
            database.execute("BEGIN")
            database.executemany(_INSERT, chunk)
            database.execute("COMMIT")
            took += time.perf_counter() - began
            used += time.process_time() - began_cpu
            rows += len(chunk)
    return {"events_per_s": rows / took, "cpu_us_an_event": 1e6 * used / rows}


def _rows(requests: Requests, count: int) -> Iterator[Row]:
    envelope = msgspec.json.Decoder(_Envelope)
    for body in requests.each(count):
        for raw in envelope.decode(body).data:
            yield _row(bytes(raw))


_EVENT: Any = msgspec.json.Decoder(_Event)


def _row(raw: bytes) -> Row:
    event = _EVENT.decode(raw)
    key = UUID(event.id).bytes
    return key, event.actor.id, event.ed_app, event.session, event.type, event.event_time, raw
