"""OneRoster packages for tests: small ones to bend, large ones to measure."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, select

from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.db.migrate import migrate
from timeback_desktop.backend.db.tables import metadata
from timeback_desktop.backend.oneroster.files.columns import BY_NAME, FILES
from timeback_desktop.backend.oneroster.files.importing import Import, Options
from timeback_desktop.backend.oneroster.files.report import Refused, Report
from timeback_desktop.backend.registry.service import register_publisher

NOW_MS = 1_795_000_000_000
Rows = Iterable[Mapping[str, object]]
Files = dict[str, list[dict[str, object]]]


def small() -> Files:
    """Return the rows of a school with two classes, one teacher and three students."""
    people = [("t1", "teacher"), ("s1", "student"), ("s2", "student"), ("s3", "student")]
    return {
        "orgs": [
            {"sourcedId": "d1", "name": "District", "type": "district"},
            {"sourcedId": "o1", "name": "School", "type": "school", "parentSourcedId": "d1"},
        ],
        "academicSessions": [
            _session("y1", "schoolYear", ""),
            _session("w1", "term", "y1"),
        ],
        "courses": [{"sourcedId": "c1", "title": "Maths", "grades": "03,04", "orgSourcedId": "o1"}],
        "classes": [_class("k1"), _class("k2")],
        "users": [_user(name) for name, _ in people],
        "roles": [_role(name, role) for name, role in people],
        "enrollments": [_enrollment(name, role, "k1") for name, role in people],
    }


def large(students: int) -> Files:
    """Return a school with classes of 25, a teacher each, and 5 enrollments a student."""
    rooms = max(1, students // 25)
    files = small()
    files["classes"] = [_class(f"k{room}") for room in range(rooms)]
    people = [(f"t{room}", "teacher") for room in range(rooms)]
    people += [(f"s{number}", "student") for number in range(students)]
    files["users"] = [_user(name) for name, _ in people]
    files["roles"] = [_role(name, role) for name, role in people]
    files["enrollments"] = [
        _enrollment(name, role, f"k{(place + step) % rooms}")
        for place, (name, role) in enumerate(people)
        for step in range(min(5 if role == "student" else 1, rooms))
    ]
    return files


def _session(name: str, kind: str, parent: str) -> dict[str, object]:
    return {
        "sourcedId": name,
        "title": kind,
        "type": kind,
        "startDate": date(2026, 8, 1),
        "endDate": date(2027, 7, 31),
        "parentSourcedId": parent,
        "schoolYear": "2027",
    }


def _class(name: str) -> dict[str, object]:
    return {
        "sourcedId": name,
        "title": f"Class {name}",
        "courseSourcedId": "c1",
        "classType": "homeroom",
        "schoolSourcedId": "o1",
        "termSourcedIds": "w1",
    }


def _user(name: str) -> dict[str, object]:
    return {
        "sourcedId": name,
        "enabledUser": "true",
        "username": f"user.{name}",
        "givenName": "Ava",
        "familyName": f"Nº {name}",
        "email": f"{name}@school.example",
        "grades": "03",
    }


def _role(name: str, role: str) -> dict[str, object]:
    return {
        "sourcedId": f"r-{name}",
        "userSourcedId": name,
        "roleType": "primary",
        "role": role,
        "orgSourcedId": "o1",
    }


def _enrollment(name: str, role: str, room: str) -> dict[str, object]:
    return {
        "sourcedId": f"e-{name}-{room}",
        "classSourcedId": room,
        "schoolSourcedId": "o1",
        "userSourcedId": name,
        "role": role,
        "primary": "true",
    }


def header(name: str) -> list[str]:
    """Return the columns that the standard demands of a file, then the others."""
    return [each.name for each in BY_NAME[name].columns]


def table(columns: list[str], rows: Rows) -> bytes:
    """Write rows as CSV."""
    text = io.StringIO()
    lines = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    lines.writeheader()
    lines.writerows(rows)
    return text.getvalue().encode()


def manifest(modes: Mapping[str, str], version: str = "1.2") -> bytes:
    """Write a manifest."""
    told = {"manifest.version": "1.0", "oneroster.version": version}
    told |= {f"file.{each.name}": modes.get(each.name, "absent") for each in FILES}
    rows = [{"propertyName": name, "value": value} for name, value in told.items()]
    return table(["propertyName", "value"], rows)


def entries(files: Mapping[str, Rows], mode: str = "bulk") -> dict[str, bytes]:
    """Return the files of a package, by name."""
    found = {"manifest.csv": manifest(dict.fromkeys(files, mode))}
    for name, rows in files.items():
        told = list(rows)
        own = [each for row in told for each in row if each not in header(name)]
        found[f"{name}.csv"] = table([*header(name), *dict.fromkeys(own)], told)
    return found


def zipped(entries: Mapping[str, bytes]) -> bytes:
    """Pack files into a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def package(files: Mapping[str, Rows], mode: str = "bulk") -> bytes:
    """Return a whole package."""
    return zipped(entries(files, mode))


def delta(rows: Rows, status: str = "active") -> list[dict[str, object]]:
    """Return rows as a delta tells them."""
    return [{"status": status, "dateLastModified": "2026-11-23T08:00:00Z", **row} for row in rows]


def file_in(folder: Path) -> str:
    """Return the address of the database file in a folder."""
    return f"sqlite:///{(folder / 'school.db').as_posix()}"


class Tenants:
    """A database with two schools, for imports without HTTP around them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.engine: Engine = open_engine(url)
        self.folder, self.now_ms = folder, NOW_MS
        self.found: list[Refused] = []

    @classmethod
    def new(cls, folder: Path, url: str | None = None) -> Tenants:
        """Make the database."""
        made = cls(folder, url or file_in(folder))
        migrate(made.engine)
        with writing(made.engine) as connection:
            for name in ("here", "there"):
                register_publisher(connection, name, name.title(), NOW_MS)
        return made

    def take(
        self,
        content: bytes | Path,
        *,
        tenant: str = "here",
        watch: Callable[..., None] = lambda *_: None,
        **options: object,
    ) -> Report:
        """Import a package, and return what was told; ``found`` holds the faults."""
        path = content if isinstance(content, Path) else self.folder / "package.zip"
        if isinstance(content, bytes):
            path.write_bytes(content)
        self.found = []
        report = Report(self.found.append, watch)
        Import(
            engine=self.engine,
            tenant=tenant,
            content=path,
            folder=self.folder,
            options=Options(**options),  # type: ignore[arg-type]
            report=report,
            now=lambda: self.now_ms,
        ).run()
        return report

    def rows(self, name: str, tenant: str = "here") -> list[dict[str, object]]:
        """Return all that a tenant has of one file's table, in the order of its keys."""
        kept = BY_NAME[name].table
        order = [kept.c[each] for each in BY_NAME[name].key]
        asked = select(kept).where(kept.c.publisher_id == tenant).order_by(*order)
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(asked).mappings()]

    def linked(self, name: str) -> list[tuple[str, str]]:
        """Return the pairs of a link table."""
        _, *ends = metadata.tables[name].primary_key.columns
        asked = select(*ends).where(metadata.tables[name].c.publisher_id == "here")
        with self.engine.connect() as connection:
            return sorted(tuple(row) for row in connection.execute(asked))

    def everything(self, tenant: str = "here") -> dict[str, list[dict[str, object]]]:
        """Return all that a tenant has."""
        return {each.name: self.rows(each.name, tenant) for each in FILES}
