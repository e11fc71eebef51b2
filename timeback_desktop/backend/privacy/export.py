"""Everything that is kept about a person, as one zip that can be read without this program.

Rows are written as they come out of the database, a few hundred at a time, all of one reading
transaction: the export is of one moment, however long it takes. Times in the zip are fixed, so
that two exports of the same moment are the same bytes.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import IO, Any

import msgspec
from sqlalchemy import Connection, Select, select

from timeback_desktop import __version__
from timeback_desktop.backend.custody import trail
from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.models import (
    event_batches,
    insights,
    reviews,
)
from timeback_desktop.backend.insights.judgements import every_written
from timeback_desktop.backend.oneroster.entity import Entity
from timeback_desktop.backend.oneroster.files.models import import_refusals
from timeback_desktop.backend.oneroster.grading import ASSESSMENT_RESULT, RESULT
from timeback_desktop.backend.oneroster.hrefs import HrefBase
from timeback_desktop.backend.oneroster.reading import wire
from timeback_desktop.backend.oneroster.rostering import DEMOGRAPHICS, ENROLLMENT, USER
from timeback_desktop.backend.privacy import mentions, readme
from timeback_desktop.backend.privacy.holdings import NOT_EXPORTED, exported
from timeback_desktop.backend.roster.models import user_agents
from timeback_desktop.clock import iso_utc

FORMAT = 1
_AT_ONCE = 200
_BEGINNING = (1980, 1, 1, 0, 0, 0)
_OWNER_ONLY = 0o600 << 16
_ENTITIES = (
    ("profile.json", USER, "id"),
    ("demographics.json", DEMOGRAPHICS, "id"),
    ("enrollments.json", ENROLLMENT, "user_id"),
    ("results.json", RESULT, "student_id"),
    ("assessment_results.json", ASSESSMENT_RESULT, "student_id"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose export, out of which school, at which moment; ``root`` begins its addresses."""

    tenant: str
    user_id: str
    now_ms: int
    root: str
    today: date


@dataclass(slots=True)
class _Package:
    """A zip that is being written, and the list of what is in it."""

    archive: zipfile.ZipFile
    files: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, records: Iterable[bytes], *, ends: bytes = b"\n") -> None:
        """Write one file from its records, and note how many there are, with their hash."""
        info = zipfile.ZipInfo(name, _BEGINNING)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, _OWNER_ONLY
        digest, size, count = sha256(), 0, 0
        with self.archive.open(info, "w", force_zip64=True) as entry:
            for record in records:
                entry.write(record + ends)
                digest.update(record + ends)
                size += len(record) + len(ends)
                count += 1
        told = {"name": name, "records": count, "bytes": size, "sha256": digest.hexdigest()}
        self.files.append(told)


def write_export(connection: Connection, wanted: Wanted, into: IO[bytes]) -> dict[str, int]:
    """Write the export of a person, and return how many records are in each of its files."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as zipped:
        package = _Package(zipped)
        for name, entity, column in _ENTITIES:
            package.add(name, _entities(connection, wanted, entity, column))
        for name, records in _lines(connection, wanted):
            package.add(name, records)
        package.add("README.txt", [readme.text(package.files).encode()], ends=b"")
        manifest = _manifest(connection, wanted, package.files)
        package.add("manifest.json", [json.dumps(manifest, indent=2).encode()])
    return {each["name"]: each["records"] for each in package.files[:-2]}


def _lines(connection: Connection, wanted: Wanted) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the files with a JSON document on every line."""
    yield "events.ndjson", _events(connection, wanted)
    yield "insights.ndjson", _insights(connection, wanted)
    yield "reviews_of_insights.ndjson", _reviews(connection, wanted)
    yield "agent_of.ndjson", _agent_of(connection, wanted)
    yield "entities.ndjson", _described(connection, wanted)
    yield "refused_rows.ndjson", _refused(connection, wanted)
    for holding in exported():
        rows: Any = select(*holding.told)
        rows = rows.where(holding.of(wanted.tenant, wanted.user_id))
        rows = rows.order_by(*holding.table.primary_key.columns)
        yield f"{holding.table.name}.ndjson", _rows(connection, rows)


def _entities(
    connection: Connection, wanted: Wanted, entity: Entity, column: str
) -> Iterator[bytes]:
    """Yield what OneRoster tells, as one document with a list."""
    table = entity.table
    mine = select(table).where(
        table.c.publisher_id == wanted.tenant, table.c[column] == wanted.user_id
    )
    rows = connection.execute(mine.order_by(table.c.id)).mappings().all()
    base = HrefBase(wanted.root, aliased=False, today=wanted.today)
    told = wire(connection, wanted.tenant, entity, rows, base)
    for each in told:
        each.pop("password", None)
    yield msgspec.json.format(msgspec.json.encode({entity.plural: told}), indent=2)


def _events(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    """Yield the events as they came, byte for byte but for line breaks between their parts."""
    mine = (
        event_batches.c.publisher_id == wanted.tenant,
        event_batches.c.user_id == wanted.user_id,
    )
    asked = select(event_batches).where(*mine).order_by(event_batches.c.id)
    for batch in connection.execute(asked.execution_options(yield_per=_AT_ONCE)):
        came = {
            "receivedAt": iso_utc(batch.received_ms),
            "sensor": batch.sensor,
            "clientId": batch.client_id,
            "applicationId": batch.application_id,
            "measured": batch.measured,
        }
        head = msgspec.json.encode(came)[:-1] + b',"event":'
        for raw in archive.unpack(batch.body):
            # In JSON a line break can only stand between two parts, never in a text.
            yield head + raw.replace(b"\r", b" ").replace(b"\n", b" ") + b"}"


def _insights(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    mine = (insights.c.publisher_id == wanted.tenant, insights.c.user_id == wanted.user_id)
    asked = select(insights).where(*mine).order_by(insights.c.at_ms, insights.c.id)
    for part in connection.execute(asked.execution_options(yield_per=_AT_ONCE)).partitions():
        yield from map(msgspec.json.encode, every_written(connection, wanted.tenant, part))


def _reviews(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    mine = select(insights.c.id).where(
        insights.c.publisher_id == wanted.tenant, insights.c.user_id == wanted.user_id
    )
    asked = select(reviews).where(
        reviews.c.publisher_id == wanted.tenant, reviews.c.insight_id.in_(mine)
    )
    return _rows(connection, asked.order_by(reviews.c.at_ms, reviews.c.id))


def _agent_of(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    mine = (user_agents.c.publisher_id == wanted.tenant, user_agents.c.agent_id == wanted.user_id)
    return _rows(connection, select(user_agents).where(*mine).order_by(user_agents.c.user_id))


def _described(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    person = mentions.names_of(connection, wanted.tenant, wanted.user_id)
    for row in mentions.described(connection, wanted.tenant, person):
        kept = {"receivedAt": iso_utc(row.received_ms), "entity": msgspec.Raw(bytes(row.body))}
        yield msgspec.json.encode(kept).replace(b"\r", b" ").replace(b"\n", b" ")


def _refused(connection: Connection, wanted: Wanted) -> Iterator[bytes]:
    rows = select(import_refusals).where(mentions.refused(wanted.tenant, wanted.user_id))
    return _rows(connection, rows.order_by(*import_refusals.primary_key.columns))


def _rows(connection: Connection, asked: Select[Any]) -> Iterator[bytes]:
    for row in connection.execute(asked.execution_options(yield_per=_AT_ONCE)).mappings():
        yield msgspec.json.encode(dict(row))


def _manifest(
    connection: Connection, wanted: Wanted, files: list[dict[str, Any]]
) -> dict[str, Any]:
    end = trail.head(connection, wanted.tenant)
    return {
        "format": FORMAT,
        "program": f"TimeBack {__version__}",
        "school": wanted.tenant,
        "person": wanted.user_id,
        "exportedAt": iso_utc(wanted.now_ms),
        "files": files,
        "leftOut": NOT_EXPORTED,
        "auditTrail": {"entries": end.number, "sha256": end.sha256},
    }
