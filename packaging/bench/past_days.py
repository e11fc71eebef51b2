"""A school's past: 90 days of 1,000 students as ingest leaves them, written straight to the tables.

What questions are answered from is here: stretches of time, sessions and the figures by day.
The batches as they came and the ids of the events are left out, because no question reads
them. Alike windows that abut are one stretch, as ingest keeps them. Made once for each size.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench_school import CACHE, TENANT, BenchSchool, schema_key
from study_days import LASTING, WINDOW_MS

from timeback_desktop.caliper.entities import subject_on_wire
from timeback_desktop.partition import DEFAULT_DETAIL, WIRE_TYPE

DAYS = 90
DAY_MS = 86_400_000
SIZES = (100_000, 1_000_000, 10_000_000)
FIRST_HOUR_MS = 8 * 3_600_000
SITTING_WINDOWS = 60
_STATES = list(LASTING)
_WEIGHTS = [weight for _, weight in LASTING.values()]
_LASTS = {state: max(1, lasting // WINDOW_MS) for state, (lasting, _) in LASTING.items()}
_TIME = (
    "publisher_id user_id started_ms event_id item application_id session_id measured subject "
    "type sub_type ms"
)
_SESSION = (
    "publisher_id user_id id application_id origin measured first_ms last_ms started_ms ended_ms"
)
_DAY = "publisher_id user_id day frontier_ms folded revision"
_DAY_TIME = "publisher_id user_id day application_id subject measured state ms told_ms"
_DAY_RESULT = (
    "publisher_id user_id day application_id subject events answered correct activities xp_milli "
    "total_questions correct_questions mastered_units"
)
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A data folder with some past, and its last day as a number."""

    folder: Path
    events: int
    last_day: int

    @property
    def days(self) -> tuple[int, int]:
        """Return the first and the last day."""
        return self.last_day - DAYS + 1, self.last_day


def past_of(school: BenchSchool, events: int) -> Past:
    """Return a school with that many events behind it, made now if it isn't there."""
    folder = CACHE / f"past-{events}-{schema_key()}"
    told = folder / "past.json"
    if not told.exists():
        for outdated in CACHE.glob(f"past-{events}-*"):
            shutil.rmtree(outdated)
        print(f"  making a past of {events} events", flush=True)
        school.copy_to(folder)
        last_day = int(time.time() * 1000) // DAY_MS - 1
        _fill(folder / "backend.db", school, events, last_day)
        told.write_text(json.dumps({"last_day": last_day}), encoding="utf-8")
    return Past(folder, events, json.loads(told.read_text(encoding="utf-8"))["last_day"])


def _fill(file: Path, school: BenchSchool, events: int, last_day: int) -> None:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=OFF")  # made anew if it should break
        database.execute("INSERT INTO rolled_zones VALUES (?, 'UTC')", (TENANT,))
        each = events / len(school.school.learners) / DAYS
        dice = random.Random(events)  # noqa: S311 the same past each time
        # In the order of the tables' keys, so that each is written from one end to the other.
        for learner in sorted(school.school.learners, key=lambda one: one.id):
            life = _Life(learner.id, [(app.id, app.subject) for app in school.school.apps], dice)
            for day in range(last_day - DAYS + 1, last_day + 1):
                life.live(day, int(each + dice.random()))
            database.execute("BEGIN")
            for table, columns, rows in life.tables():
                _insert(database, table, columns.split(), rows)
            database.execute("COMMIT")
        database.execute("ANALYZE")


def _insert(
    database: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    places = ",".join("?" * len(columns))
    database.executemany(
        f"INSERT INTO {table} ({','.join(columns)}) VALUES ({places})",  # noqa: S608 our own
        rows,
    )


@dataclass(slots=True)
class _Life:
    """One student's rows."""

    user_id: str
    apps: Sequence[tuple[str, str]]
    dice: random.Random
    times: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    days: list[Row] = field(default_factory=list)
    sums: Counter[tuple[int, str, str, str]] = field(default_factory=Counter)
    counts: Counter[tuple[int, str, str]] = field(default_factory=Counter)

    def live(self, day: int, windows: int) -> None:
        """Add a day of so many windows, in sittings of half an hour."""
        at_ms = day * DAY_MS + FIRST_HOUR_MS
        while windows > 0:
            part = min(windows, SITTING_WINDOWS)
            at_ms = self._sit(day, at_ms, part) + 5 * 60_000
            windows -= part
        if at_ms > day * DAY_MS + FIRST_HOUR_MS:
            self.days.append((TENANT, self.user_id, day, at_ms - 5 * 60_000, 0, 1))

    def _sit(self, day: int, at_ms: int, windows: int) -> int:
        app_id, named = self.dice.choice(self.apps)
        subject, session_id, began = subject_on_wire(named), self._id(at_ms), at_ms
        self.counts[day, app_id, subject] += windows
        while windows > 0:
            state = self.dice.choices(_STATES, _WEIGHTS)[0]
            lasts = min(windows, 1 + int(self.dice.expovariate(1 / _LASTS[state])))
            ms = lasts * WINDOW_MS
            place = (app_id, session_id, 1, subject)
            words = (str(WIRE_TYPE[state]), DEFAULT_DETAIL[state])
            self.times.append((TENANT, self.user_id, at_ms, self._id(at_ms), 0, *place, *words, ms))
            self.sums[day, app_id, subject, state.value] += ms
            at_ms, windows = at_ms + ms, windows - lasts
        span = (began, at_ms, began, at_ms)
        self.sessions.append((TENANT, self.user_id, session_id, app_id, "bare", 1, *span))
        return at_ms

    def _id(self, at_ms: int) -> str:
        random_part = f"{self.dice.getrandbits(74):019x}"
        stamp = f"{at_ms:012x}"
        tail = f"7{random_part[:3]}-8{random_part[3:6]}-{random_part[6:18]}"
        return f"{stamp[:8]}-{stamp[8:]}-{tail}"

    def tables(self) -> Iterator[tuple[str, str, Iterable[Row]]]:
        """Yield the rows for each table."""
        own = (TENANT, self.user_id)
        yield "time_spent", _TIME, self.times
        yield "sessions", _SESSION, self.sessions
        yield "student_days", _DAY, self.days
        yield (
            "day_times",
            _DAY_TIME,
            [(*own, *key[:3], 1, key[3], ms, ms) for key, ms in sorted(self.sums.items())],
        )
        yield (
            "day_results",
            _DAY_RESULT,
            [(*own, *key, count, *[0] * 7) for key, count in sorted(self.counts.items())],
        )
