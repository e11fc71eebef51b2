"""One CSV file as RFC 4180 has it: the header, then rows with the line each begins at.

Bytes that are not UTF-8 come through as lone surrogates, so that the one cell they stand in
can be named; nothing here holds more than one row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO

from timeback_desktop.backend.oneroster.files.columns import METADATA, File
from timeback_desktop.backend.oneroster.files.report import PackageFault
from timeback_desktop.backend.oneroster.files.values import shown

_LONGEST_LINE = 1 << 20
_MOST_COLUMNS = 200
_MOST_ROWS = 1_000_000
Line = tuple[int, list[str]]


def lines_of(stream: IO[bytes], name: str) -> Iterator[Line]:
    """Yield the rows of a file with the numbers of their first lines; skip empty lines."""
    with io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="") as text:
        reader = csv.reader(_bounded(text, name), strict=True)
        begins = 1
        try:
            for cells in reader:
                if cells and cells != [""]:
                    yield begins, cells
                begins = reader.line_num + 1
        except csv.Error as error:
            raise PackageFault(
                f"{name} cannot be read from line {begins} on: {_in_words(error)}"
            ) from error


def _in_words(error: csv.Error) -> str:
    told = str(error)
    if "field limit" in told:
        return "a cell there is too long, or a quotation mark is never closed."
    return "a quotation mark there is out of place, or never closed."


def _bounded(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    number = 0
    while line := text.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise PackageFault(f"{name} has a line of more than {_LONGEST_LINE} letters: {number}.")
        yield line


def header_of(lines: Iterator[Line], file: File) -> list[str]:
    """Read the header of a file and refuse one that cannot be worked with."""
    _, header = next(lines, (1, []))
    names = [each.strip() for each in header]
    if not names:
        raise PackageFault(f"{file.csv} is empty; its first line must name the columns.")
    if len(names) > _MOST_COLUMNS:
        raise PackageFault(f"{file.csv} has {len(names)} columns; at most {_MOST_COLUMNS} fit.")
    if twice := sorted({each for each in names if names.count(each) > 1}):
        raise PackageFault(f"{file.csv} has the column {shown(twice[0])} more than once.")
    missing = [each.name for each in file.columns if each.demanded and each.name not in names]
    if missing:
        raise PackageFault(f"{file.csv} lacks the column {_listed(missing)} in its first line.")
    return names


def _listed(names: list[str]) -> str:
    return ", ".join(names)


def unknown_columns(header: list[str], file: File) -> list[str]:
    """Return the columns of a header that nothing is known about."""
    return [each for each in header if each not in file.by_name and not is_metadata(each, file)]


def is_metadata(name: str, file: File) -> bool:
    """Tell whether a column holds a word of the school's own."""
    return file.has_metadata and name.startswith(METADATA) and len(name) > len(METADATA)


def limited(lines: Iterator[Line], file: File) -> Iterator[Line]:
    """Pass rows on until there are too many."""
    for count, line in enumerate(lines, 1):
        if count > _MOST_ROWS:
            raise PackageFault(f"{file.csv} has more than {_MOST_ROWS} rows; send it in parts.")
        yield line
