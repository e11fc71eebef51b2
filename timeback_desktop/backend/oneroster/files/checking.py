"""Every row of one file: read, checked cell by cell, and put aside or refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from timeback_desktop.backend.oneroster.files.columns import (
    METADATA,
    MODIFIED,
    NAME,
    STATUS,
    Column,
    File,
)
from timeback_desktop.backend.oneroster.files.package import Mode
from timeback_desktop.backend.oneroster.files.references import References
from timeback_desktop.backend.oneroster.files.report import Refused, Report
from timeback_desktop.backend.oneroster.files.staging import ROWS_AT_ONCE, Row, Spool, Staged
from timeback_desktop.backend.oneroster.files.table import Line, is_metadata
from timeback_desktop.backend.oneroster.files.values import (
    Reader,
    Unfit,
    check_letters,
    read_instant,
    read_name,
    reader_of,
    shown,
)

_LONGEST_OWN = 4096


@dataclass(frozen=True, slots=True)
class _Step:
    """How one column of a file is read."""

    place: int
    column: Column
    read: Reader
    target: str | None  # checked at once; what points into the same file is settled later
    may_be_blank: bool


class RowCheck:
    """Reads the rows of one file under its header."""

    def __init__(
        self, file: File, header: Sequence[str], mode: Mode, references: References, csv: str
    ) -> None:
        self.file, self.mode, self._references, self._csv = file, mode, references, csv
        self._width = len(header)
        self._name, self._status = header.index(NAME), header.index(STATUS)
        self._modified = header.index(MODIFIED)
        self._header = header
        told = [file.by_name[name] for name in header if name in file.by_name]
        self.told = [each for each in told if each.field]
        self._values = [self._step(each) for each in self.told if each.kept]
        self._links = [self._step(each) for each in self.told if each.link]
        own = [(place, name) for place, name in enumerate(header) if is_metadata(name, file)]
        self._own = [(place, name.removeprefix(METADATA)) for place, name in own]
        self._days = self._span()
        self._faults: list[tuple[str, str]] = []

    def _span(self) -> tuple[int, int] | None:
        """Return where a row tells from when to when it lasts, if it must tell."""
        names = [each.column.name for each in self._values]
        must = self.file.by_name.get("startDate")
        return (names.index("startDate"), names.index("endDate")) if must else None

    def _step(self, column: Column) -> _Step:
        if column.field is None:
            raise TypeError(column.name)
        target = self.file.same_as if column.name == NAME else column.target
        now = target if target != self.file.name else None
        return _Step(
            self._header.index(column.name), column, reader_of(column.field), now, not column.filled
        )

    def read(self, line: int, cells: list[str]) -> Row | list[Refused]:
        """Return the checked row, or all that is wrong with it."""
        self._faults = []
        if len(cells) != self._width:
            much = f"has {len(cells)} cells, but the first line names {self._width} columns"
            self._faults.append(("", much))
            return self._refused(line, cells)
        self._check_letters(cells)
        away = not self._faults and self._is_away(cells)
        row = None if self._faults else self._row(line, cells, away=away)
        return self._refused(line, cells) if self._faults or row is None else row

    def _check_letters(self, cells: list[str]) -> None:
        try:
            check_letters("".join(cells))
        except Unfit:
            for name, text in zip(self._header, cells, strict=True):
                self._try(name, check_letters, text)

    def _try(self, column: str, read: Reader, text: str) -> object:
        try:
            return read(text)
        except Unfit as unfit:
            self._faults.append((column, str(unfit)))
            return None

    def _is_away(self, cells: list[str]) -> bool:
        status, modified = cells[self._status].strip(), cells[self._modified].strip()
        if status not in {"active", "tobedeleted"} and (status or self.mode is Mode.DELTA):
            self._faults.append((STATUS, f"is {shown(status)}; it must be active or tobedeleted"))
        if modified or self.mode is Mode.DELTA:
            self._try(MODIFIED, read_instant, modified)
        if status == "tobedeleted" and self.mode is Mode.BULK:
            much = "is tobedeleted in a bulk file; leave the row out, or send the file as delta"
            self._faults.append((STATUS, much))
        return status == "tobedeleted"

    def _row(self, line: int, cells: list[str], *, away: bool) -> Row:
        name = self._named(cells)
        if away:  # what is taken away need not be whole
            wanted = {*self.file.key, "id"}
            values = [
                self._value(replace(each, target=None), cells)
                if each.column.kept in wanted
                else None
                for each in self._values
            ]
            return Row(line, name, away, values, [[] for _ in self._links], None)
        values = [
            each.column.blank
            if each.may_be_blank and not cells[each.place]
            else self._value(each, cells)
            for each in self._values
        ]
        if self._days is not None and not self._faults:
            begins, ends = (values[place] for place in self._days)
            if str(ends) < str(begins):
                self._faults.append(("endDate", "lies before startDate"))
        links = [self._several(each, cells) for each in self._links]
        return Row(line, name, away, values, links, self._own_words(cells))

    def _named(self, cells: list[str]) -> str:
        text = cells[self._name]
        if not text.strip():
            self._faults.append((NAME, "is empty; every row needs one"))
        return str(self._try(NAME, read_name, text)) if text.strip() else ""

    def _value(self, step: _Step, cells: list[str]) -> object:
        text, column = cells[step.place], step.column
        if column.name == NAME:  # was read by _named
            if step.target and not self._faults:
                self._look_up(column, step.target, text)
            return text
        if not text.strip():
            if column.filled:
                self._faults.append((column.name, "is empty; it must be filled in"))
            return column.blank
        value = self._try(column.name, step.read, text)
        if step.target and isinstance(value, str):
            self._look_up(column, step.target, value)
        return value

    def _several(self, step: _Step, cells: list[str]) -> list[str]:
        found = self._try(step.column.name, step.read, cells[step.place])
        names = found if isinstance(found, list) else []
        for name in names if step.target else ():
            self._look_up(step.column, str(step.target), name)
        return names

    def _look_up(self, column: Column, target: str, name: str) -> None:
        if fault := self._references.fault(target, name):
            self._faults.append((column.name, fault))

    def _own_words(self, cells: list[str]) -> dict[str, str] | None:
        if not self._own:
            return None
        for place, name in self._own:
            if len(cells[place]) > _LONGEST_OWN:
                self._faults.append((METADATA + name, f"is longer than {_LONGEST_OWN} letters"))
        return {name: cells[place] for place, name in self._own}

    def fault(self, row: Row, column: str, message: str) -> Refused:
        """Return what is wrong with a row that was good in itself."""
        return Refused(self._csv, row.line, row.name, column, message)

    def _refused(self, line: int, cells: list[str]) -> list[Refused]:
        name = cells[self._name] if self._name < len(cells) else ""
        told = name.encode("utf-8", "replace").decode()[:255]
        return [Refused(self._csv, line, told, column, said) for column, said in self._faults]


def check_file(check: RowCheck, lines: Iterator[Line], spool: Spool, report: Report) -> Staged:
    """Read all rows of a file; put the good ones aside and report the others."""
    staged = Staged(check.file, check.mode, check.told, spool)
    read, told = 0, 0
    for line, cells in lines:
        found = check.read(line, cells)
        if isinstance(found, Row) and (before := staged.line_of(found.name)):
            much = f"is {shown(found.name)}, which line {before} has already"
            report.refuse(check.file.name, [check.fault(found, NAME, much)])
        elif isinstance(found, Row):
            staged.add(found)
        else:
            report.refuse(check.file.name, found)
            staged.note_bad(found[0].sourced_id, line)
        read += 1
        if read % ROWS_AT_ONCE == 0:
            report.advance(read - told)
            told = read
    report.advance(read - told)
    return staged
