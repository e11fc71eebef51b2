"""A real PostgreSQL for tests, from the system's packages, in a folder that ends with it.

``TIMEBACK_TEST_DATABASE=postgresql`` runs the tests of the backend on it instead of on files;
``make test-full`` does so in a process of its own. The server starts with the first database
that a test asks for, listens on loopback only, and is ended by its own id.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import psycopg
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from timeback_desktop.backend.db.engine import open_engine

POSTGRESQL = Path("/usr/lib/postgresql")
SWITCH = "TIMEBACK_TEST_DATABASE"
USER = "postgres"
_READY_WITHIN_S = 30
_KEPT_OPEN = 16


def is_chosen() -> bool:
    """Tell whether this run tests on PostgreSQL."""
    return os.environ.get(SWITCH) == "postgresql"


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL of this machine, if it has one."""
    found = sorted(POSTGRESQL.glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """One running server; every database of it belongs to a test."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    numbers: Iterable[int]
    idle: dict[str, list[str]] = field(default_factory=dict)

    def address(self, name: str) -> str:
        """Return the address of one of its databases, as a backend is told it."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def new(self) -> str:
        """Make an empty database and return its address."""
        return self._made_from("template0")

    def copy(self, template: str) -> str:
        """Return the address of a copy of a database that nobody is using.

        A copy that a test gave back is cleared and filled again, which is ten times faster
        than making another one.
        """
        idle = self.idle.setdefault(template, [])
        while idle:
            address = idle.pop()
            if self._restored(address):
                return address
            self.drop(address)
        address = self._made_from(str(make_url(template).database))
        with psycopg.connect(_plain(address)) as connection:
            connection.execute(_KEEP)
        return address

    def give_back(self, template: str, address: str) -> None:
        """Take a copy back that a test is done with."""
        self.idle.setdefault(template, []).append(address)

    def drop(self, address: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._command(f'DROP DATABASE IF EXISTS "{make_url(address).database}" WITH (FORCE)')

    def _made_from(self, source: str) -> str:
        name = f"test_{next(iter(self.numbers))}"
        self._command(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return self.address(name)

    def _restored(self, address: str) -> bool:
        """Bring every row back to where it was; fail for whoever took the tables apart."""
        try:
            with psycopg.connect(_plain(address)) as connection:
                connection.execute(_RESTORE)
        except psycopg.Error:
            return False
        return True

    def close_doors(self, engine: Engine) -> None:
        """Let nobody connect to a database any more."""
        self._command(f'ALTER DATABASE "{engine.url.database}" ALLOW_CONNECTIONS false')
        engine.dispose()

    def _command(self, statement: str) -> None:
        with psycopg.connect(_plain(self.address("postgres")), autocommit=True) as connection:
            connection.execute(statement.encode())

    def answers(self) -> bool:
        """Tell whether it can be used by now."""
        try:
            psycopg.connect(_plain(self.address("postgres"))).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End the server, whoever is still connected, and remove all it wrote."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(_READY_WITHIN_S)
        shutil.rmtree(self.folder)


def _plain(address: str) -> str:
    return address.replace("+psycopg", "")


# Each table is kept a second time, in a schema beside; that is what it is filled from again.
_KEEP = sql.SQL("""
CREATE SCHEMA kept;
DO $$ DECLARE t name; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', t);
    END LOOP;
END $$
""")
_RESTORE = sql.SQL("""
SET session_replication_role = replica;
DO $$ DECLARE t name; BEGIN
    IF (SELECT array_agg(tablename ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public')
       <> (SELECT array_agg(tablename ORDER BY tablename) FROM pg_tables WHERE schemaname = 'kept')
    THEN RAISE 'other tables'; END IF;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%1$I', t);
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', t);
    END LOOP;
END $$
""")


@lru_cache(maxsize=1)
def server() -> PostgresServer:
    """Return the server of this process of pytest, started by the first who asks."""
    bin_folder = programs()
    assert bin_folder is not None, "no PostgreSQL here: packaging/prepare.py --full installs it"
    folder = Path(tempfile.mkdtemp(prefix="timeback-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER, USER)
    data = str(folder / "data")
    trust = ("-A", "trust", "-U", USER, "-E", "UTF8", "--no-locale", "-N")
    made = [*_as_user(), str(bin_folder / "initdb"), "-D", data, *trust]
    subprocess.run(made, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    running = _start(bin_folder, folder, data)
    atexit.register(_end, running)
    return running


def _start(bin_folder: Path, folder: Path, data: str) -> PostgresServer:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F", "-N", "400"]
    with (folder / "log.txt").open("wb") as log:
        command = [*_as_user(), str(bin_folder / "postgres"), *options]
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    running = PostgresServer(process, folder, port, count(1))
    deadline = monotonic() + _READY_WITHIN_S
    while not running.answers():
        assert process.poll() is None, (folder / "log.txt").read_text()
        assert monotonic() < deadline, "PostgreSQL was not ready in time"
        sleep(0.05)
    return running


def _as_user() -> list[str]:
    """Return what to put before a command of PostgreSQL, which refuses the superuser.

    With the end of pytest the server ends too, however that came.
    """
    ending = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return ending
    return [*ending, f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]


_open: deque[tuple[Engine, str, str]] = deque()


def open_copy(template: str) -> Engine:
    """Return the engine of a copy that nobody has to close: the last few are kept open."""
    if len(_open) >= _KEPT_OPEN:
        engine, oldest, address = _open.popleft()
        engine.dispose()
        server().give_back(oldest, address)
    address = server().copy(template)
    _open.append((open_engine(address), template, address))
    return _open[-1][0]


def _end(running: PostgresServer) -> None:
    while _open:
        _open.popleft()[0].dispose()
    running.stop()
