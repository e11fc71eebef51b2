"""How long answers take when a school's past is a hundred times longer: in the store, over HTTP.

Each is read from the figures by day, and beside it added up from the stretches themselves; both
have to say the same. Ingest has already folded alike windows into one stretch, so that the
yardstick reads a fifth of what arrived.
"""

from __future__ import annotations

import http.client
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench_school import ROOMS, TENANT, BenchSchool, bench_school, class_id, members
from pairs import Measured, spread
from past_days import DAY_MS, DAYS, SIZES, Past, past_of
from program import BenchError
from served import Served, backend
from sqlalchemy import Connection, text

from timeback_desktop.backend.db.engine import open_engine, reading
from timeback_desktop.backend.rollups import reading as kept
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import state_of

GOALS_MS = {
    "a student's trend": 1,
    "a class's totals, each student's": 3,
    "a class's days": 3,
    "a class, each day and app": 25,
    "a class, each day and app, over HTTP": 50,
}
FEWEST_TIMES = 20
FORGOTTEN = ("group_times", "group_results", "group_days", "group_members")
_SCAN = """
SELECT user_id, started_ms / 86400000, application_id, type, sub_type, sum(ms) FROM time_spent
WHERE publisher_id = :tenant AND user_id IN ({students}) AND started_ms BETWEEN :low AND :high
GROUP BY 1, 2, 3, 4, 5
"""
Sums = Counter[tuple[str, int, str]]
"""Milliseconds by student, day and state."""


@dataclass(slots=True)
class Answers:
    """How many milliseconds each answer took, for each size of the past."""

    runs: dict[str, dict[int, Measured]] = field(default_factory=dict)
    rows: dict[int, dict[str, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return all of them."""
        return {"answers": self.runs, "rows": self.rows, "goals_ms": GOALS_MS}

    def show(self) -> None:
        """Print a table: a line for each answer, a column for each size."""
        sizes = list(self.rows)
        print("median ms (95th percentile), by events in the store")
        print(f"  {'':46}" + "".join(f"{size:>22,}" for size in sizes) + f"{'goal':>8}")
        for name, found in self.runs.items():
            cells = (f"{run['median']:10.3f} ({run['p95']:8.3f})" for run in found.values())
            print(f"  {name:46}" + "".join(f"{cell:>22}" for cell in cells), end="")
            print(f"{GOALS_MS.get(name, ''):>8}")
        for size, rows in self.rows.items():
            told = ", ".join(f"{count:,} rows of {table}" for table, count in rows.items())
            print(f"  {size:,} events: {told}")

    def note(self, name: str, size: int, took_ms: Sequence[float]) -> None:
        """Keep how long an answer took each time."""
        ordered = sorted(took_ms)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        run = {**spread(ordered), "p95": round(p95, 3), "mean": statistics.fmean(ordered)}
        self.runs.setdefault(name, {})[size] = run


def answers_as_data_grows(seconds: float, complaints: Path, sizes: Sequence[int]) -> Answers:
    """Ask the same questions of each size of a school's past."""
    school, found = bench_school(), Answers()
    for size in sizes or SIZES:
        past = past_of(school, size)
        print(f"  {size} events", flush=True)
        bench = _Bench(past, school, seconds, complaints, found)
        bench.in_the_store()
        bench.over_http()
    return found


@dataclass(slots=True)
class _Bench:
    past: Past
    school: BenchSchool
    seconds: float
    complaints: Path
    found: Answers

    @property
    def room(self) -> int:
        """Return the number of a class of 30."""
        return next(room for room in range(ROOMS) if len(members(0, room)) == 30)

    def in_the_store(self) -> None:
        """Ask each question by itself, within a transaction of its own, as routes do."""
        engine = open_engine(f"sqlite:///{(self.past.folder / 'backend.db').as_posix()}")
        students = members(0, self.room)
        days = self.past.days
        self.found.rows[self.past.events] = {}

        def asked(question: Callable[[Connection], Any]) -> Callable[[], Any]:
            def ask() -> Any:
                with reading(engine) as connection:
                    return question(connection)

            return ask

        whose = kept.of_student(TENANT, students[0])
        kept_ms = {
            "a student's trend": lambda to: kept.by_day(to, whose, *days),
            "a class's totals, each student's": lambda to: kept.by_student(
                to, TENANT, students, *days
            ),
            "a class, each day and app": lambda to: list(
                kept.days_of_students(to, TENANT, students, *days)
            ),
        }
        for name, question in kept_ms.items():
            of = students[:1] if name == "a student's trend" else students
            scan = asked(partial(_scanned, students=of, days=days))
            self._compare(name, asked(question), scan)
        with reading(engine) as connection:
            _check(connection, students, days)
            for table in ("time_spent", "day_times"):
                count = text(f"SELECT count(*) FROM {table}")  # noqa: S608 our own
                self.found.rows[self.past.events][table] = connection.scalar(count) or 0
        engine.dispose()

    def _compare(self, name: str, question: Callable[[], Any], scan: Callable[[], Any]) -> None:
        ours: list[float] = []
        theirs: list[float] = []
        until = time.monotonic() + self.seconds
        question(), scan()
        while len(ours) < FEWEST_TIMES or (time.monotonic() < until and len(ours) < 500):
            ours.append(_ms(question))
            theirs.append(_ms(scan))
        self.found.note(name, self.past.events, ours)
        self.found.note(f"  by a scan ({name})", self.past.events, theirs)

    def over_http(self) -> None:
        """Ask a running backend; the first answer about a class adds its days up."""
        engine = open_engine(f"sqlite:///{(self.past.folder / 'backend.db').as_posix()}")
        with engine.begin() as connection:
            for table in FORGOTTEN:
                connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 our own
        engine.dispose()
        with backend(self.past.folder, self.school.client, self.complaints) as served:
            asker = _Asker(served)
            first, last = self.past.days
            low, high = iso_utc(first * DAY_MS), iso_utc((last + 1) * DAY_MS)
            span = f"from={low}&to={high}"
            room = f"/insights/1.0/classes/{class_id(0, self.room)}/overview?{span}"
            whole = f"{room}&include=students,days,apps&limit=200"
            student = f"/insights/1.0/users/{members(0, self.room)[0]}/overview?{span}"
            took_ms = _ms(lambda: asker.ask(whole))
            self.found.note("the first answer about a class", self.past.events, [took_ms])
            self._class_days()
            for name, path in (
                ("a student's overview, over HTTP", student),
                ("a class's overview, over HTTP", room),
                ("a class, each day and app, over HTTP", whole),
            ):
                self._repeat(name, partial(asker.ask, path))

    def _class_days(self) -> None:
        """Ask for the days of the class as a whole, which the first answer has added up."""
        engine = open_engine(f"sqlite:///{(self.past.folder / 'backend.db').as_posix()}")
        whose = kept.of_group(TENANT, "class", class_id(0, self.room))

        def ask() -> None:
            with reading(engine) as connection:
                if len(kept.by_day(connection, whose, *self.past.days)) != DAYS:
                    raise BenchError("the days of the class are not there")

        self._repeat("a class's days", ask)
        engine.dispose()

    def _repeat(self, name: str, ask: Callable[[], Any]) -> None:
        took: list[float] = []
        until = time.monotonic() + self.seconds
        while len(took) < FEWEST_TIMES or (time.monotonic() < until and len(took) < 500):
            took.append(_ms(ask))
        self.found.note(name, self.past.events, took)


class _Asker:
    """One connection that asks one question after another."""

    def __init__(self, served: Served) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(served.url).netloc)
        self._headers = served.target.headers

    def ask(self, path: str) -> bytes:
        """Return the answer."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise BenchError(f"{path} answered {answer.status} {body[:300]!r}")
        return body


def _ms(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


def _scanned(connection: Connection, students: Iterable[str], days: tuple[int, int]) -> Sums:
    """Add the stretches up."""
    names = {f"s{place}": student for place, student in enumerate(students)}
    asked = text(_SCAN.format(students=", ".join(f":{name}" for name in names)))
    low, high = days[0] * DAY_MS, (days[1] + 1) * DAY_MS - 1
    sums: Sums = Counter()
    rows = connection.execute(asked, {"tenant": TENANT, "low": low, "high": high, **names})
    for student, day, _app, kind, detail, ms in rows:
        state = state_of(kind, detail)
        sums[student, day, state.value if state else ""] += ms
    return sums


def _check(connection: Connection, students: Sequence[str], days: tuple[int, int]) -> None:
    """See that the figures say what the stretches say."""
    told: Sums = Counter()
    for student in students:
        spent = kept.by_day(connection, kept.of_student(TENANT, student), *days)
        for day, each in spent.items():
            for state, ms in each.counted.items():
                told[student, day, state] += ms
    if told != _scanned(connection, students, days) or days[1] - days[0] + 1 != DAYS:
        raise BenchError("the figures by day are not what the stretches add up to")
