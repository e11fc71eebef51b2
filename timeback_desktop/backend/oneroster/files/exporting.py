"""The roster as a package: every active row that can be told whole, in bulk.

What is given out can be taken in again: a row that points to something that is put away is
left out, or its pointer blanked where nothing is needed there. Order and times in the zip
are fixed, so that two exports of the same roster are the same bytes.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from sqlalchemy import Connection, Row, Select, select

from timeback_desktop import __version__, ids
from timeback_desktop.backend.oneroster.files.columns import (
    FILES,
    METADATA,
    NAME,
    ROLES,
    UNTAKEN,
    USERS,
    Column,
    File,
)
from timeback_desktop.backend.oneroster.files.package import MANIFEST, Mode
from timeback_desktop.backend.oneroster.files.values import presentable, writer_of

_AT_ONCE = 500
_BEGINNING = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_NEVER = frozenset({"password"})
Cell = Callable[[Row[Any]], str | None]


def write_package(
    connection: Connection, tenant: str, into: IO[bytes], wanted: Callable[[File], bool]
) -> None:
    """Write the tenant's roster as a zip; ``wanted`` says which files the caller may see."""
    files = [each for each in FILES if wanted(each)]
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        with _entry(archive, MANIFEST) as lines:
            lines.writerows(_manifest(files))
        export = _Export(connection, tenant)
        for file in files:
            with _entry(archive, file.csv) as lines:
                lines.writerows(export.rows(file))


class _entry:  # noqa: N801 used like a function
    """One CSV file of a zip, being written."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        info = zipfile.ZipInfo(name, _BEGINNING)
        info.compress_type, info.external_attr, info.create_system = (
            zipfile.ZIP_DEFLATED,
            _READABLE,
            3,
        )
        self._text = io.TextIOWrapper(archive.open(info, "w"), "utf-8", "replace", newline="")

    def __enter__(self) -> Any:
        return csv.writer(self._text, lineterminator="\r\n")

    def __exit__(self, *_: object) -> None:
        self._text.close()


def _manifest(files: Sequence[File]) -> Iterator[tuple[str, str]]:
    yield "propertyName", "value"
    yield "manifest.version", "1.0"
    yield "oneroster.version", "1.2"
    given = {each.name for each in files}
    for name in sorted([*(each.name for each in FILES), *UNTAKEN]):
        yield f"file.{name}", Mode.BULK if name in given else Mode.ABSENT
    yield "source.systemName", f"TimeBack {__version__}"
    yield "source.systemCode", "timeback"


@dataclass(slots=True)
class _Export:
    """One export: knows which rows have been told, so that others may point to them."""

    connection: Connection
    tenant: str
    told: dict[str, set[str]] = field(default_factory=dict)

    def rows(self, file: File) -> Iterator[Sequence[str]]:
        """Yield the header of a file, then its rows."""
        own = self._own_words(file) if file.has_metadata else []
        columns = [each for each in file.columns if each.name not in _NEVER]
        yield [*(each.name for each in columns), *(METADATA + name for name in own)]
        self.told[file.name] = self._possible(file)
        writers = [self._writer(file, each) for each in columns]
        for batch in self._batches(file):
            links = self._links(file, [row.id for row in batch] if "id" in file.table.c else [])
            for row in batch:
                cells = [write(row) for write in writers]
                if None not in cells:
                    linked = [self._linked(each, links, row) for each in columns]
                    words = [_word(row.metadata, name) for name in own]
                    yield [
                        presentable(link or cell or "")
                        for link, cell in zip(linked, cells, strict=True)
                    ] + [presentable(each) for each in words]

    def _select(self, file: File, *columns: Any) -> Select[Any]:
        asked = select(*columns).where(file.table.c.publisher_id == self.tenant)
        return asked.where(file.table.c.status == "active") if file.owner is None else asked

    def _possible(self, file: File) -> set[str]:
        """Return the names of the rows of a file that may be told and pointed to."""
        if file.owner is not None:
            return set()
        table = file.table
        must = [each for each in file.columns if each.target and each.filled and each.kept]
        asked = self._select(file, table.c.id, *(table.c[str(each.kept)] for each in must))
        found = self.connection.execute(asked)
        good = {row[0] for row in found if self._all_told(must, row[1:])}
        if file.same_as:
            good &= self.told.get(file.same_as, set())
        return good & self._with_roles() if file is USERS else good

    def _all_told(self, columns: Sequence[Column], names: Sequence[str | None]) -> bool:
        pairs = zip(columns, names, strict=True)
        return all(name in self.told.get(str(each.target), ()) for each, name in pairs)

    def _with_roles(self) -> set[str]:
        roles = ROLES.table.c
        asked = self._select(ROLES, roles.user_id, roles.org_id)
        found = self.connection.execute(asked)
        return {user for user, org in found if org in self.told["orgs"]}

    def _batches(self, file: File) -> Iterator[Sequence[Row[Any]]]:
        order = [file.table.c[name] for name in file.key]
        asked = self._select(file, file.table).order_by(*order)
        if file.owner is None:
            possible = self.told[file.name]
            for batch in self.connection.execute(asked).partitions(_AT_ONCE):
                yield [row for row in batch if row.id in possible]
        else:
            yield from self.connection.execute(asked).partitions(_AT_ONCE)

    def _writer(self, file: File, column: Column) -> Cell:
        """Return what writes a cell; ``None`` for it means that the row cannot be told."""
        if column.name == NAME and not file.named:
            return lambda row: ids.seeded(
                file.name, *(str(getattr(row, each)) for each in file.key)
            )
        if column.field is None or column.kept is None:
            return lambda _row: ""
        kept, write = column.kept, writer_of(column.field)
        if column.target is None:
            return lambda row: "" if (value := getattr(row, kept)) is None else write(value)
        known = self.told.get(column.target, set())
        otherwise = None if column.filled else ""

        def point(row: Row[Any]) -> str | None:
            name = getattr(row, kept)
            return str(name) if name in known else otherwise

        return point

    def _links(self, file: File, names: Sequence[str]) -> Mapping[str, Mapping[str, list[str]]]:
        found: dict[str, dict[str, list[str]]] = {}
        for column in file.columns:
            if (link := column.link) is not None:
                owner, target = link.table.c[link.owner], link.table.c[link.target]
                mine = (link.table.c.publisher_id == self.tenant, owner.in_(names))
                asked = select(owner, target).where(*mine).order_by(owner, target)
                ends = found.setdefault(column.name, {})
                for name, end in self.connection.execute(asked):
                    if end in self.told.get(str(column.target), ()):
                        ends.setdefault(name, []).append(end)
        return found

    def _linked(
        self, column: Column, links: Mapping[str, Mapping[str, list[str]]], row: Row[Any]
    ) -> str:
        if column.field is None or column.link is None:
            return ""
        return writer_of(column.field)(links[column.name].get(row.id, []))

    def _own_words(self, file: File) -> list[str]:
        """Return the names of the school's own words that CSV can tell: plain texts."""
        asked = self._select(file, file.table.c.metadata)
        found: set[str] = set()
        for document in self.connection.scalars(asked.where(file.table.c.metadata.is_not(None))):
            if isinstance(document, dict):
                found |= {name for name in document if _word(document, name)}
        return sorted(name for name in found if name.isprintable() and name == name.strip())


def _word(document: object, name: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""
