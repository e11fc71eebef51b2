"""What a roster costs on its way in: an import against a bare SQLite insert of the same rows.

The yardstick knows the rows beforehand and only writes them, with the same pragmas, tables,
indexes and foreign keys. What the import takes longer is reading, checking and comparing.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from pairs import Comparison, Measured, in_pairs

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.helpers.roster_files import Tenants, file_in, large, package  # noqa: E402

STUDENTS = 10_000
TABLES = (
    "orgs",
    "academic_sessions",
    "courses",
    "classes",
    "users",
    "class_terms",
    "user_roles",
    "enrollments",
)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
Rows = dict[str, list[tuple[object, ...]]]


def import_against_insert(pairs: int) -> Comparison:
    """Compare both in turn, each into a fresh copy of the same empty database."""
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder), package(large(STUDENTS)))
        bench.prepare()
        rows = sum(map(len, bench.rows.values()))
        question = f"{STUDENTS} students ({rows} rows), CSV import against a bare SQLite insert"
        return in_pairs(question, pairs, bench.take, bench.insert)


@dataclass(slots=True)
class _Bench:
    folder: Path
    content: bytes
    rows: Rows = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the empty database, and learn which rows an import writes."""
        made = Tenants.new(self.folder)
        made.engine.dispose()
        (self.folder / "school.db").rename(self.folder / "empty.db")
        self.take()
        with contextlib.closing(sqlite3.connect(self.folder / "school.db")) as database:
            self.rows = {
                name: database.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 ours
                for name in TABLES
            }

    def _fresh(self) -> Path:
        for left in self.folder.glob("school.db*"):
            left.unlink()
        return Path(shutil.copy(self.folder / "empty.db", self.folder / "school.db"))

    def take(self) -> Measured:
        """Import the package."""
        self._fresh()
        tenants = Tenants(self.folder, file_in(self.folder))
        began, used = time.perf_counter(), time.process_time()
        tenants.take(self.content)
        spent = _spent(began, used)
        tenants.engine.dispose()
        return spent

    def insert(self) -> Measured:
        """Write the same rows with nothing around them."""
        with contextlib.closing(sqlite3.connect(self._fresh())) as database:
            for pragma in PRAGMAS:
                database.execute(f"PRAGMA {pragma}")
            began, used = time.perf_counter(), time.process_time()
            with database:
                for name, rows in self.rows.items():
                    places = ",".join("?" * len(rows[0]))
                    database.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608
            return _spent(began, used)


def _spent(began: float, used: float) -> Measured:
    return {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - used}
