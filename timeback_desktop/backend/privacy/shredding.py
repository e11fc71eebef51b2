"""Deleting so that it is gone: SQLite leaves what was deleted in the file until it needs the room.

For an erasure it is told to overwrite, and afterwards to fold its log into the file, where
copies of pages lie. PostgreSQL does neither at once: there the server's own vacuum does it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from timeback_desktop.backend.db.engine import writing


@contextmanager
def shredding(engine: Engine) -> Iterator[Connection]:
    """Open a writing transaction in which what is deleted is overwritten."""
    with writing(engine) as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        before = connection.exec_driver_sql("PRAGMA secure_delete").scalar_one()
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        try:
            yield connection
        finally:
            connection.exec_driver_sql(f"PRAGMA secure_delete={int(before)}")


def fold_log(engine: Engine) -> None:
    """Empty SQLite's log as far as nobody reads from it; who does is not waited for."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            if raw is not None:
                cursor = raw.cursor()
                cursor.execute("PRAGMA busy_timeout=0")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.close()
            connection.invalidate()  # the next user gets a connection that waits again
