"""A backend process that may die at any moment, and plain sockets to talk to it.

It serves a copy of a school, on whatever database the run tests on; started again it has the
same data and another port.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Engine

from tests.helpers import postgres
from tests.helpers.backends import register_developer
from tests.helpers.processes import Child
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID
from timeback_desktop.backend.registry.service import ApplicationRegistration, register_application
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper.events import App

CAME_UP_WITHIN_S = 60.0
ANSWERS_WITHIN_S = 30.0
CAN_FORK = hasattr(os, "fork")
NURSERY = """
import json, os, sys
from timeback_desktop.backend import serving
from timeback_desktop.backend.__main__ import main
for line in sys.stdin:
    child = os.fork()
    if not child:
        sys.argv = json.loads(line)
        os._exit(main())
    os.waitpid(child, 0)
"""
APPS = (("Counting", "Math"), ("Letters", "Reading"))
Address = tuple[str, int]


@dataclass
class Killable:
    """The process, its data, and the token and the apps of whoever sends to it.

    Most of a start is reading modules. So one process reads them and each backend is a fork of
    it, where there is such a thing; it dies no less.
    """

    data: Path
    database: str | None
    proof: tuple[str, str]
    apps: tuple[App, ...]
    token: str = ""
    pid: int | None = None
    nursery: Child | None = None
    _moved: threading.Condition = field(default_factory=threading.Condition)
    _address: Address | None = None

    @property
    def database_url(self) -> str:
        """Return the address of the database that it works on."""
        return Settings(self.data, database=self.database).database_url

    def open_database(self) -> Engine:
        """Return an engine of the test's own over the same database."""
        return open_engine(self.database_url)

    def start(self) -> None:
        """Start it, or start it again, and wait until it answers."""
        where = ["--database", self.database] if self.database else []
        arguments = ["backend", "--data", str(self.data), *where]
        if self.nursery is None:
            command = ["-c", NURSERY] if CAN_FORK else ["-m", "timeback_desktop", *arguments]
            self.nursery = Child(sys.executable, *command)
        if CAN_FORK:
            self.nursery.tell(json.dumps(arguments))
        told = self.nursery.await_json(CAME_UP_WITHIN_S)
        self.pid = told["pid"]
        self._show(told["url"])

    def _show(self, url: str) -> None:
        if not self.token:
            asked = {"grant_type": "client_credentials"}
            answer = httpx.post(f"{url}/auth/1.0/token", data=asked, auth=self.proof)
            self.token = str(answer.raise_for_status().json()["access_token"])
        parts = urlsplit(url)
        with self._moved:
            self._address = (str(parts.hostname), int(parts.port or 0))
            self._moved.notify_all()

    def kill(self) -> None:
        """End it at once; whoever talks to it is cut off."""
        if self.pid is not None and CAN_FORK:
            os.kill(self.pid, signal.SIGKILL)
        elif self.nursery is not None:
            self.nursery.__exit__(None, None, None)
            self.nursery = None
        self.pid = None
        with self._moved:
            self._address = None

    def complaint(self) -> str:
        """Return the first fault that it told on standard error, for a failed test's message."""
        said = self.nursery.errors() if self.nursery is not None else ""
        return said[max(0, said.find("Traceback") - 300) :][:6000]

    def leave(self) -> None:
        """End everything."""
        self.kill()
        if self.nursery is not None:
            self.nursery.__exit__(None, None, None)
            self.nursery = None

    def address(self) -> Address:
        """Return where it answers, once it does."""
        with self._moved:
            assert self._moved.wait_for(lambda: self._address is not None, CAME_UP_WITHIN_S)
            assert self._address is not None
            return self._address

    def head(self, address: Address, **headers: str) -> bytes:
        """Return the head of a request to the event door."""
        told = {
            "Host": f"{address[0]}:{address[1]}",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Connection": "close",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        return f"POST /events/1.0/ HTTP/1.1\r\n{lines}\r\n".encode()

    def request(self, address: Address, body: bytes) -> bytes:
        """Return a whole request that brings an envelope."""
        return self.head(address, Content_Length=str(len(body))) + body


@contextmanager
def killable(school: Settings, data: Path) -> Iterator[Killable]:
    """Make the copy, with two apps and a client; the caller starts the process."""
    shutil.copytree(school.data, data)
    database = postgres.server().copy(school.database) if school.database else None
    url = Settings(data, database=database).database_url
    proof = register_developer(url, "crowd")
    it = Killable(data, database, proof, tuple(_registered(url)))
    try:
        yield it
    finally:
        it.leave()
        if school.database and database:
            postgres.server().give_back(school.database, database)


def _registered(url: str) -> Iterator[App]:
    engine = open_engine(url)
    with writing(engine) as connection:
        for name, subject in APPS:
            place = f"https://{name.lower()}.example"
            registration = ApplicationRegistration(
                name=name,
                description="An app of a test.",
                login_url=f"{place}/login",
                launch_url=f"{place}/start",
                redirect_uris=(f"{place}/launch",),
            )
            app = register_application(connection, PUBLISHER_ID, registration, 0)
            yield App(app.id, name, subject)
    engine.dispose()


def answer_of(connection: socket.socket) -> tuple[int, Mapping[str, Any]] | None:
    """Read an answer to its end; None when the other side has gone before."""
    got = b""
    try:
        while part := connection.recv(65536):
            got += part
    except OSError:
        return None
    head, _, body = got.partition(b"\r\n\r\n")
    try:
        return int(head.split(maxsplit=2)[1]), json.loads(body)
    except (IndexError, ValueError):
        return None
