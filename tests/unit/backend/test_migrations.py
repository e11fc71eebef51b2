from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from tests.helpers import postgres
from timeback_desktop.backend.db.engine import open_engine, reading, writing
from timeback_desktop.backend.db.migrate import migrate, same_type
from timeback_desktop.backend.db.tables import metadata
from timeback_desktop.backend.insights.service import Page, insights_page, sessions_page
from timeback_desktop.backend.rollups.rebuild import rebuild_missing
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.caliper import events as caliper
from timeback_desktop.errors import DatabaseTooNew, DatabaseUnusable
from timeback_desktop.ids import seeded
from timeback_desktop.partition import State

EVENT, SESSION = seeded("test", "event", "1"), seeded("test", "session", "1")


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"compare_type": same_type})


ON_FILES = pytest.mark.skipif(postgres.is_chosen(), reason="about databases that are files")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    file = f"sqlite:///{tmp_path / 'odd 100% name.db'}"
    engine = open_engine(postgres.server().new() if postgres.is_chosen() else file)
    yield engine
    engine.dispose()


def test_migrations_lead_to_exactly_the_tables_of_the_code(engine: Engine) -> None:
    migrate(engine)
    migrate(engine)
    with reading(engine) as connection:
        assert compare_metadata(_context(connection), metadata) == []


def test_a_newer_database_is_left_alone(engine: Engine) -> None:
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'future'"))
    with pytest.raises(DatabaseTooNew, match="newer version"):
        migrate(engine)


@ON_FILES
def test_a_folder_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'missing' / 'backend.db'}")
    with pytest.raises(DatabaseUnusable, match="cannot be used"):
        migrate(engine)
    engine.dispose()


@ON_FILES
def test_sqlite_keeps_what_it_promises(engine: Engine) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}
    with reading(engine) as connection:
        for pragma, value in wanted.items():
            assert connection.scalar(text(f"PRAGMA {pragma}")) == value


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    migrate(engine)
    twice = text(
        "INSERT INTO publishers (id, name, created_ms) VALUES ('p', 'P', 1), ('p', 'P', 1)"
    )
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(twice)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM publishers")) == 0


def test_a_school_of_the_first_version_is_brought_up_with_all_it_holds(engine: Engine) -> None:
    migrate(engine, "0001")
    with writing(engine) as connection:
        _fill_as_of_0001(connection)
    migrate(engine)
    rebuild_missing(engine)
    with reading(engine) as connection:
        assert compare_metadata(_context(connection), metadata) == []
        asked = Asked("p", "u")
        (session,) = sessions_page(connection, asked, Page(10, 0))["sessions"]
        assert session["time"]["states"] == {"idle": 15_000}
        assert insights_page(connection, asked, Page(10, 0))["insights"] == []


def _fill_as_of_0001(connection: Connection) -> None:
    rows = [
        "publishers (id, name, created_ms) VALUES ('p', 'P', 1)",
        (
            "applications VALUES ('a', 'p', 'App', '', 'Math', '[]', '#fff', NULL, 'l', 'u', '[]',"
            " NULL, '[]', '[]', 'active', NULL, 'c', 'd', 1)"
        ),
        (
            "orgs (publisher_id, id, name, type, identifier, status, modified_ms)"
            " VALUES ('p', 'o', 'O', 'school', 'o', 'active', 1)"
        ),
        "users VALUES ('p', 'u', 'Ava', 'T', 'ava', 'a@x', 'student', '[]', 'o', true, 'active', 1)",
        (
            "events VALUES ('p', :id, :bytes, 'TimeSpentEvent', 'SpentTime', 'u', 'a', :session, false, 0,"
            " 15000, 1, NULL, :body)"
        ),
        "time_spent VALUES ('p', :id, 0, 'u', 'a', :session, true, 'inactive', 'idle', 0, 15000)",
        (
            "sessions (publisher_id, user_id, id, application_id, origin, measured, first_ms, last_ms,"
            " started_ms, ended_ms) VALUES ('p', 'u', :session, 'a', 'bare', true, 0, 15000, 0, 15000)"
        ),
    ]
    values = {"id": EVENT, "session": SESSION, "bytes": b"0", "body": _event()}
    for row in rows:
        named = {name: value for name, value in values.items() if f":{name}" in row}
        connection.execute(text(f"INSERT INTO {row}"), named)


def _event() -> bytes:
    """Return an event as the first version kept it."""
    learner, app = caliper.Learner("u", "a@x.example", "Ava"), caliper.App("a", "App", "Math")
    told = caliper.time_spent(EVENT, learner, app, SESSION, State.IDLE, None, 0, 15_000)
    assert told is not None
    return caliper.encode(told)
