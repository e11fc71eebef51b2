"""The zip (or folder) that an import is made of: what it holds, and what makes us refuse it.

A zip comes from outside and is not trusted: nothing of it is ever unpacked to a path of its
own choosing, its announced sizes are bounded before a byte is read, and reading stops there.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Protocol

from timeback_desktop.backend.oneroster.files.columns import (
    ADDED_IN_1_2,
    BY_NAME,
    FILES,
    UNTAKEN,
    File,
)
from timeback_desktop.backend.oneroster.files.report import PackageFault
from timeback_desktop.backend.oneroster.files.table import Line, lines_of
from timeback_desktop.backend.oneroster.files.values import shown

MANIFEST = "manifest.csv"
_MOST_ENTRIES = 100
_MOST_BYTES = 1 << 30
_MOST_RATIO = 200
_SMALL = 1 << 20
_MOST_OF_MANIFEST = 1 << 16
_ENCRYPTED = 0x1
_TAKEN_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_LEFT_BY_SYSTEMS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
_CHUNK = 1 << 18


class Mode(StrEnum):
    """What a file of the package is: nothing, all there is, or what changed."""

    ABSENT = "absent"
    BULK = "bulk"
    DELTA = "delta"


class Source(Protocol):
    """Something that holds files by name."""

    def names(self) -> list[str]:
        """Return the names of the files."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """Open one of them."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with CSV files, for the command line."""

    path: Path

    def names(self) -> list[str]:
        """Return the names of the CSV files."""
        return sorted(each.name for each in self.path.iterdir() if each.suffix == ".csv")

    def open(self, name: str) -> IO[bytes]:
        """Open one of them."""
        return (self.path / name).open("rb")


@dataclass(frozen=True, slots=True)
class Zipped:
    """A zip with CSV files, checked before anything of it is read."""

    archive: zipfile.ZipFile

    def names(self) -> list[str]:
        """Return the names of the files."""
        return [each for each in self.archive.namelist() if not _left_by_system(each)]

    def open(self, name: str) -> IO[bytes]:
        """Open one of them; never more comes out of it than it announced."""
        return self.archive.open(name)


@contextmanager
def opened(content: Path | IO[bytes]) -> Iterator[Source]:
    """Open a zip or a folder; say plainly what is wrong with it otherwise."""
    if isinstance(content, Path) and content.is_dir():
        yield Folder(content)
        return
    try:
        archive = zipfile.ZipFile(content)
    except (*_BROKEN, ValueError) as error:
        raise PackageFault("This is not a zip file, or it was damaged on its way.") from error
    with archive:
        _check_entries(archive.infolist())
        yield Zipped(archive)


def _left_by_system(name: str) -> bool:
    return name.startswith(_LEFT_BY_SYSTEMS)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_ENTRIES:
        raise PackageFault(f"The zip holds {len(entries)} files; at most {_MOST_ENTRIES} fit.")
    if sum(each.file_size for each in entries) > _MOST_BYTES:
        raise PackageFault(f"The zip holds more than {_MOST_BYTES >> 20} MiB when unpacked.")
    seen: set[str] = set()
    for entry in entries:
        if not _left_by_system(entry.filename):
            _check_entry(entry)
        if entry.filename.lower() in seen:
            raise PackageFault(f"The zip holds {shown(entry.filename)} more than once.")
        seen.add(entry.filename.lower())


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    if any(sign in name for sign in "/\\:\0") or name in {".", ".."}:
        raise PackageFault(
            f"{shown(name)} lies in a folder. Put the files at the top of the zip, in no folder."
        )
    if entry.flag_bits & _ENCRYPTED:
        raise PackageFault(f"{shown(name)} is locked with a password. Send the zip without one.")
    if entry.compress_type not in _TAKEN_METHODS:
        raise PackageFault(f"{shown(name)} is packed in a way that is not known here.")
    if entry.file_size > _SMALL and entry.file_size > _MOST_RATIO * max(entry.compress_size, 1):
        raise PackageFault(f"{shown(name)} unpacks to far more than it is; it was not read.")


@dataclass(frozen=True, slots=True)
class Package:
    """What a manifest promises and the source holds."""

    source: Source
    version: str
    modes: Mapping[str, Mode]
    unknown: tuple[str, ...]

    def mode(self, name: str) -> Mode:
        """Return what a file is in this package; roles of 1.1 stand in its users."""
        found = self.modes.get(name, Mode.ABSENT)
        return self.mode("users") if name == "roles" and self.version == "1.1" else found

    @property
    def files(self) -> list[File]:
        """Return the files that are there, in the order in which they build on each other."""
        return [each for each in FILES if self.mode(each.name) is not Mode.ABSENT]

    @contextmanager
    def lines(self, file: str) -> Iterator[Iterator[Line]]:
        """Open a CSV file of the package."""
        name = f"{file}.csv"
        with self._open(name) as stream:
            yield _to_the_end(lines_of(stream, name), name)

    def _open(self, name: str) -> IO[bytes]:
        with _reading(name):
            return self.source.open(name)

    def count_lines(self, file: str) -> int:
        """Read a file through and count its lines; a damaged one is found here."""
        count = 0
        with self._open(f"{file}.csv") as stream, _reading(f"{file}.csv"):
            while chunk := stream.read(_CHUNK):
                count += chunk.count(b"\n")
        return count


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise PackageFault(f"{name} is damaged and cannot be read to its end.") from error


def _to_the_end(lines: Iterator[Line], name: str) -> Iterator[Line]:
    with _reading(name):
        yield from lines


def read_package(source: Source) -> Package:
    """Read the manifest and hold it against what is there."""
    names = source.names()
    if MANIFEST not in names:
        raise PackageFault(f"The package has no {MANIFEST}, which says what the other files are.")
    told = _manifest(source)
    version = _version(told)
    modes = {name: _mode(told, name) for name in (*BY_NAME, *UNTAKEN)}
    known = {f"{name}.csv" for name in modes}
    unknown = tuple(each for each in names if each not in known and each != MANIFEST)
    _compare(modes, set(names), version)
    return Package(source, version, modes, unknown)


def _manifest(source: Source) -> dict[str, str]:
    with _reading(MANIFEST), source.open(MANIFEST) as stream:
        lines = [
            cells for _, cells in lines_of(io.BytesIO(stream.read(_MOST_OF_MANIFEST)), MANIFEST)
        ]
    if not lines or [each.strip() for each in lines[0]] != ["propertyName", "value"]:
        raise PackageFault(f"The first line of {MANIFEST} must be: propertyName,value")
    told: dict[str, str] = {}
    for cells in lines[1:]:
        name, value = (*(each.strip() for each in cells), "", "")[:2]
        if name in told:
            raise PackageFault(f"{MANIFEST} has {shown(name)} more than once.")
        told[name] = value
    return told


def _version(told: Mapping[str, str]) -> str:
    if told.get("manifest.version") != "1.0":
        raise PackageFault(f"{MANIFEST} must have the line: manifest.version,1.0")
    version = told.get("oneroster.version", "")
    if version not in {"1.1", "1.2", "1.2.1"}:
        raise PackageFault(f"The package is of OneRoster {shown(version)}; 1.2 and 1.1 are read.")
    return version[:3]


def _mode(told: Mapping[str, str], name: str) -> Mode:
    value = told.get(f"file.{name}", "absent")
    try:
        return Mode(value.lower())
    except ValueError:
        raise PackageFault(
            f"{MANIFEST} says {shown(value)} of {name}.csv; it must be absent, bulk or delta."
        ) from None


def _compare(modes: Mapping[str, Mode], names: set[str], version: str) -> None:
    for name, mode in modes.items():
        there = f"{name}.csv" in names
        if mode is Mode.ABSENT and there:
            raise PackageFault(f"{name}.csv is in the package, but {MANIFEST} says it is absent.")
        if mode is not Mode.ABSENT and not there:
            raise PackageFault(f"{MANIFEST} says {name}.csv is {mode}, but it is not there.")
        if there and version == "1.1" and name in ADDED_IN_1_2:
            raise PackageFault(f"{name}.csv is not part of OneRoster 1.1.")
        if there and name in UNTAKEN:
            raise PackageFault(f"{name}.csv is not taken here. Leave it out and say so.")
    if not any(mode is not Mode.ABSENT for mode in modes.values()):
        raise PackageFault(f"{MANIFEST} says that every file is absent: nothing would be read.")
