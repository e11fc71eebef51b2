"""Checked rows that wait in a temporary file until it is known that all of them are good."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec
from sqlalchemy import Date, Table

from timeback_desktop.backend.oneroster.files.columns import Column, File
from timeback_desktop.backend.oneroster.files.package import Mode

ROWS_AT_ONCE = 500
_LENGTH = 4


class Spool:
    """A file of frames, each a list of rows; written once, then read as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 closed by close()
        self._waiting: list[Sequence[object]] = []
        self.rows = 0

    def add(self, row: Sequence[object]) -> None:
        """Put one row aside."""
        self._waiting.append(row)
        self.rows += 1
        if len(self._waiting) >= ROWS_AT_ONCE:
            self._write()

    def _write(self) -> None:
        frame = msgspec.msgpack.encode(self._waiting)
        self._file.write(len(frame).to_bytes(_LENGTH, "big") + frame)
        self._waiting = []

    def frames(self) -> Iterator[list[list[Any]]]:
        """Yield all rows again, a few hundred at a time."""
        if self._waiting:
            self._write()
        self._file.seek(0)
        while head := self._file.read(_LENGTH):
            yield msgspec.msgpack.decode(self._file.read(int.from_bytes(head, "big")))

    def close(self) -> None:
        """Let the temporary file go."""
        self._file.close()


class Spools:
    """All temporary files of one import; they are gone when it ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: list[Spool] = []

    def new(self) -> Spool:
        """Return a new one."""
        self._open.append(Spool(self._folder))
        return self._open[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for each in self._open:
            each.close()


class Row(NamedTuple):
    """One checked row: the values of the told columns, in their order.

    ``own`` holds the school's own words (``metadata.*``), ``None`` when the file has none.
    """

    line: int
    name: str
    away: bool
    values: list[Any]
    links: list[list[str]]
    own: dict[str, str] | None


class Staged:
    """What is known of one file of the package once it was read.

    ``accepted`` are the names of good rows, ``refused`` of bad ones, each with its line;
    ``away`` are those that the file itself puts away.
    """

    def __init__(self, file: File, mode: Mode, told: Sequence[Column], spool: Spool) -> None:
        self.file, self.mode, self.spool = file, mode, spool
        self.kept = [str(each.kept) for each in told if each.kept]
        self.links = [each for each in told if each.link]
        self.accepted: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.away: dict[str, int] = {}
        self.spared: set[str] = set()
        self._days = day_places(file.table, self.kept)

    def add(self, row: Row) -> None:
        """Put a good row aside."""
        self.spool.add(row)
        if row.away:
            self.away[row.name] = row.line
        else:
            self.accepted[row.name] = row.line

    def line_of(self, name: str) -> int | None:
        """Return the line in which ``name`` stood before."""
        return self.accepted.get(name) or self.away.get(name) or self.refused.get(name)

    def tells_of(self, name: str) -> bool:
        """Tell whether a bulk file leaves ``name`` where it is."""
        return name in self.spared or self.line_of(name) is not None

    def note_bad(self, name: str, line: int) -> None:
        """Remember that a row was bad from the beginning; a good one of its name stays."""
        if self.line_of(name) is None:
            self.refused[name] = line

    def refuse(self, name: str) -> int:
        """Take a row back that was good until more was known; return its line."""
        self.refused[name] = line = self.accepted.pop(name)
        return line

    def batches(self) -> Iterator[list[Row]]:
        """Yield the rows that are still good."""
        for frame in self.spool.frames():
            rows = [Row(*each) for each in frame]
            good = [each for each in rows if each.name not in self.refused]
            for row in good:
                restore_days(row.values, self._days)
            yield good


def day_places(table: Table, kept: Sequence[str]) -> list[int]:
    """Return the places of the columns that hold days, which wait as text."""
    return [place for place, name in enumerate(kept) if isinstance(table.c[name].type, Date)]


def restore_days(values: list[Any], places: Sequence[int]) -> None:
    """Turn days that waited as text into days again."""
    for place in places:
        if values[place]:
            values[place] = date.fromisoformat(values[place])
