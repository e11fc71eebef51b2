"""Opening the database, and the two kinds of transaction a route may use.

SQLite lets one connection write at a time. A transaction that reads first and writes
later can be refused in WAL mode however long it waits, so a writing one takes the write
lock at its beginning (``BEGIN IMMEDIATE``) and waits its turn there.

PostgreSQL is asked for the same promises, so that the same code is right on both: a reading
transaction sees one state of the data, and writing ones, of whichever process, take turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from timeback_desktop.backend.db.expressions import teach_sqlite

_WRITES = "timeback_writes"
_BUSY_TIMEOUT_MS = 15_000
_POOL = {"pool_size": 10, "max_overflow": 40}  # a connection for each thread of the threadpool
_LOG_PAGES = 8_000  # 32 MB: a page that is written again and again is carried over once
_CACHE_KIB = 16_384  # of each connection, at most
_STATEMENTS = 512  # that each connection knows how to run again
_TURN = 0x7B_ACC  # any number, the same in every process: whose turn it is to write
_ONE_VIEW = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def open_engine(url: str) -> Engine:
    """Return an engine for ``url``; SQLite gets WAL, full commits and foreign keys."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, **_POOL, connect_args={"cached_statements": _STATEMENTS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if address.drivername in {"postgres", "postgresql"}:
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address, pool_pre_ping=True, **_POOL)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    teach_sqlite(connection)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
    cursor.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES, False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_BUSY_TIMEOUT_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads: one unchanging view of the data."""
    options = {} if engine.dialect.name == "sqlite" else _ONE_VIEW
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that may write; commit at its end, roll back on an error."""
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """Open a writing transaction in which SQLite's tables may be taken apart and put together.

    SQLite cannot change a table in place, and dropping the old copy of one that others point
    to would take their rows along. So foreign keys rest meanwhile, and are all checked before
    the commit (the procedure of sqlite.org/lang_altertable.html, section 7).
    """
    if engine.dialect.name != "sqlite":
        with writing(engine) as connection:
            yield connection
        return
    with engine.connect().execution_options(**{_WRITES: True}) as connection:
        raw = connection.connection.dbapi_connection
        _set_foreign_keys(raw, on=False)
        try:
            with connection.begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise IntegrityError("PRAGMA foreign_key_check", None, ValueError(broken))
        finally:
            _set_foreign_keys(raw, on=True)


def _set_foreign_keys(raw: Any, *, on: bool) -> None:
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
    cursor.close()
