"""Every table with a person in it is handed out and erased, whoever thought of it or not."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)

from tests.helpers import postgres
from tests.helpers.small_school import AVA, BEN, ORG, TENANT, SmallSchool, open_school
from timeback_desktop import ids
from timeback_desktop.backend.custody.horizons import Scope
from timeback_desktop.backend.custody.trail import Actor
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.db.tables import metadata
from timeback_desktop.backend.events import archive
from timeback_desktop.backend.privacy import holdings
from timeback_desktop.backend.privacy.erasure import Erasing, counted, erase
from timeback_desktop.backend.privacy.expiry import EXPIRING, LASTING
from timeback_desktop.backend.privacy.export import Wanted, write_export

pytestmark = pytest.mark.skipif(postgres.is_chosen(), reason="fills tables without their keys")

MARKER = "Zebrafinch7391"
NOW = 1_795_000_000_000
FIXED = {
    "publisher_id": TENANT,
    "org_id": ORG,
    "status": "active",
    "entered": "",
    "counts": {"rows": 1},
    "role": "student",
    "role_type": "primary",
    "finished_ms": NOW,
    "scope": "activity",
}
EVENT = json.dumps({"id": f"urn:uuid:{ids.seeded('t', 'e', '1')}", "name": MARKER}).encode()
ABOUT_CUSTODY = {"audit_entries", "credential_openings", "erased_students", "erasure_requests"}
BY_TYPE: tuple[tuple[Any, Any], ...] = (
    (JSON, {"word": MARKER}),
    (Boolean, True),
    (Date, date(2026, 11, 23)),
    (LargeBinary, b"\x01" * 32),
    ((Integer, BigInteger, Float), 1),
    ((String, Text), MARKER),
)


def value(column: Column[Any], people: frozenset[str], person: str) -> Any:
    """Return the person where one is named, and else something with the marker in it."""
    if column.name in people:
        return person
    if column.table.name == "event_batches" and column.name == "body":
        return archive.pack([EVENT])
    if column.name in FIXED:
        return FIXED[column.name]
    if column.name == "id" or column.name.endswith("_id") or column.table.name in ABOUT_CUSTODY:
        return next(
            found
            for kind, found in (*BY_TYPE[:-1], (String, "some-id"))
            if isinstance(column.type, kind)
        )
    return next(found for kind, found in BY_TYPE if isinstance(column.type, kind))


def fill(school: SmallSchool, person: str) -> None:
    """Put a row about a person into every table that has one in it, whatever its keys say."""
    with school.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.cursor().execute("PRAGMA foreign_keys=OFF")
        for each in holdings.holdings():
            people = frozenset(column.name for column in each.people)
            row = {column.name: value(column, people, person) for column in each.table.c}
            if each.table.name not in {"users", "lti_subjects"}:
                connection.execute(insert(each.table).values(row))
        connection.commit()
        raw.cursor().execute("PRAGMA foreign_keys=ON")


@pytest.fixture
def school(tmp_path: Path) -> Iterator[SmallSchool]:
    school = open_school(tmp_path)
    fill(school, AVA.id)
    yield school
    school.engine.dispose()


def holding_tables(school: SmallSchool, *words: str) -> set[str]:
    """Return the tables in which any of these words stands."""
    with reading(school.engine) as connection:
        return {
            table.name
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
            if any(word in repr(part) for word in words for part in row)
        }


def test_every_table_that_could_name_a_person_is_known() -> None:
    known = {each.table.name for each in holdings.holdings()} | holdings.NAMES_IN_PASSING.keys()
    words = ("user", "student", "person", "agent", "subject_id", "sourced_id", "learner", "body")
    maybe = {
        table.name
        for table in metadata.sorted_tables
        if any(word in column.name for column in table.c for word in words)
    }
    assert maybe - known == {"application_pictures"}  # the body of a picture


def test_a_table_that_is_added_later_is_not_forgotten() -> None:
    later = MetaData()
    Table("users", later, Column("publisher_id", String), Column("id", String))
    Table("moods", later, Column("publisher_id", String), Column("user_id", String))
    assert {each.table.name for each in holdings.holdings_in(later)} == {"users", "moods"}


def test_what_is_said_of_tables_is_said_of_tables_that_are_there() -> None:
    known = {each.table.name for each in holdings.holdings()}
    said = (holdings.TOLD_OTHERWISE, holdings.NOT_EXPORTED, holdings.IDENTITY, holdings.NOT_ERASED)
    assert {name for words in said for name in words} - known == set()
    assert holdings.NAMES_IN_PASSING.keys() - {t.name for t in metadata.sorted_tables} == set()


def test_every_table_expires_or_says_why_not() -> None:
    every = {each.table.name for each in holdings.holdings()}
    assert every - {table.name for table in EXPIRING} - LASTING.keys() == set()


def exported_files(school: SmallSchool, person: str) -> dict[str, bytes]:
    into = io.BytesIO()
    with reading(school.engine) as connection:
        wanted = Wanted(TENANT, person, NOW, "https://here.example", date(2026, 11, 23))
        write_export(connection, wanted, into)
    with zipfile.ZipFile(into) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_every_table_is_exported_or_says_why_not(school: SmallSchool) -> None:
    files = exported_files(school, AVA.id)
    told = {name.partition(".")[0] for name, body in files.items() if AVA.id.encode() in body}
    otherwise = {"users", "user_roles", "user_agents", "event_batches"}
    every = {each.table.name for each in holdings.holdings()} - holdings.NOT_EXPORTED.keys()
    assert every - told == otherwise
    assert MARKER.encode() in files["events.ndjson"]
    assert MARKER.encode() in files["profile.json"]


def test_nothing_of_another_person_is_exported(school: SmallSchool) -> None:
    files = exported_files(school, BEN.id)
    assert {name for name, body in files.items() if AVA.id.encode() in body} == set()


def test_a_person_erased_as_a_whole_is_nowhere_but_by_id(school: SmallSchool) -> None:
    who = Erasing(TENANT, AVA.id, Scope.EVERYTHING, Actor("user", "head"))
    erase(school.engine, who, NOW)
    assert holding_tables(school, AVA.id) == holdings.NOT_ERASED.keys() - {"event_batches"}
    assert holding_tables(school, MARKER, "Ava", AVA.email) == set()


def test_an_erasure_of_activity_leaves_who_somebody_is(school: SmallSchool) -> None:
    erase(school.engine, Erasing(TENANT, AVA.id, Scope.ACTIVITY, Actor("user", "head")), NOW)
    stays = holdings.NOT_ERASED.keys() | holdings.IDENTITY
    assert holding_tables(school, AVA.id) == stays


def test_a_dry_run_tells_what_the_erasure_then_takes(school: SmallSchool) -> None:
    for scope in Scope:
        with reading(school.engine) as connection:
            told = counted(connection, TENANT, AVA.id, scope)
        taken = erase(school.engine, Erasing(TENANT, AVA.id, scope, Actor("user", "head")), NOW)
        assert taken == told


def files_with_the_marker(folder: Path) -> list[str]:
    files = [file for file in sorted(folder.iterdir()) if file.is_file()]
    return [file.name for file in files if MARKER.encode() in file.read_bytes()]


def test_the_file_itself_holds_nothing_any_more(school: SmallSchool, tmp_path: Path) -> None:
    assert files_with_the_marker(tmp_path) != []  # the search finds what is there
    erase(school.engine, Erasing(TENANT, AVA.id, Scope.EVERYTHING, Actor("user", "head")), NOW)
    assert files_with_the_marker(tmp_path) == []
