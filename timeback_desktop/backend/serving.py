"""One backend, from the bound port to the last answer: what the process is made around.

Everything that can go wrong on the machine goes wrong here, before ``ready`` is told: the
folder, the port, the database. After that, only a signal or the parent's end stops it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError
from starlette.types import ASGIApp

from timeback_desktop.backend.api import create_app
from timeback_desktop.backend.db.engine import open_engine, writing
from timeback_desktop.backend.db.migrate import migrate
from timeback_desktop.backend.demo.credentials import write_credentials
from timeback_desktop.backend.demo.samples import Site, shelve_samples
from timeback_desktop.backend.demo.seed import seed_demo_school
from timeback_desktop.backend.events.windows import prepare as prepare_windows
from timeback_desktop.backend.keys.signing import SigningKeys
from timeback_desktop.backend.oneroster.files.jobs import end_lost
from timeback_desktop.backend.privacy.worker import Custodian
from timeback_desktop.backend.reach import may_reach_loopback
from timeback_desktop.backend.rollups.rebuild import rebuild_missing
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.settings import Settings
from timeback_desktop.backend.signin.parts import SignInParts
from timeback_desktop.backend.vault import Vault
from timeback_desktop.backend.webhooks.sending import Office
from timeback_desktop.clock import now_ms
from timeback_desktop.errors import DatabaseUnusable, EnvironmentFault

_GRACE_S = 3
_KEEP_ALIVE_S = 75


class Listener(uvicorn.Server):
    """A server on one bound socket that tells when it is ready and leaves signals alone."""

    def __init__(self, app: ASGIApp, *, lifespan: bool) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on" if lifespan else "off",
                http="httptools",
                loop="auto",
                ws="none",
                log_config=None,
                access_log=False,  # its lines would hold queries; see guards.AccessLog
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say so."""
        try:
            await super().startup(sockets)
        except SystemExit as error:  # uvicorn's way to say that the app refused to start
            raise EnvironmentFault("An app could not start.", "See the log above.") from error
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the process: several servers share it."""
        yield


class Backend:
    """One backend that is served until it is stopped; ``stop`` may come from anywhere."""

    def __init__(
        self,
        settings: Settings,
        *,
        run_secret: str | None = None,
        now: Callable[[], int] = now_ms,
    ) -> None:
        self._settings = settings
        self._run_secret = run_secret
        self._now = now
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def stop(self) -> None:
        """Ask the backend to end; safe in a signal handler and from every thread."""
        self._stopped = True
        if self._loop is not None and self._stopping is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def serve(self, ready: Callable[[Settings], None]) -> None:
        """Serve until stopped; call ``ready`` once everything answers."""
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        own = _bind(self._settings.port)
        settings = self._settings.bound_to(own.getsockname()[1])
        _make_folder(settings)
        engine = _open(settings)
        try:
            platform, sites = self._set_up(settings, engine)
            if not self._stopped:
                await self._run(platform, [Site(create_app(platform), own), *sites], ready)
        finally:
            engine.dispose()
            own.close()

    def _set_up(self, settings: Settings, engine: Engine) -> tuple[Platform, list[Site]]:
        migrate(engine)
        rebuild_missing(engine)
        with writing(engine) as connection:  # one process alone has a file open for writing
            end_lost(connection, self._now(), alone=engine.dialect.name == "sqlite")
        keys = SigningKeys.open(settings.keys, self._now())
        sign_in = SignInParts.open(settings)
        platform = Platform(settings, engine, keys, self._run_secret, self._now, sign_in=sign_in)
        return platform, _seed(platform) if settings.seed == "demo" else []

    async def _run(
        self, platform: Platform, sites: Sequence[Site], ready: Callable[[Settings], None]
    ) -> None:
        listeners = [Listener(site.app, lifespan=place > 0) for place, site in enumerate(sites)]
        tasks = [
            asyncio.create_task(listener.serve(sockets=[site.socket]))
            for listener, site in zip(listeners, sites, strict=True)
        ]
        stopping = asyncio.create_task(self._wait_for_stop())
        custodian = Custodian(platform.engine, platform.now)
        try:
            await _all_ready(listeners, tasks)
            platform.deliveries.start(_office(platform))
            custodian.start()
            ready(platform.settings)
            if not platform.settings.supervised:
                # A school's first events would wait for it; a window's have time until then.
                await asyncio.to_thread(prepare_windows)
            await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
            _raise_unasked_end(tasks)
        finally:
            stopping.cancel()
            platform.arrivals.close()
            await asyncio.to_thread(platform.deliveries.close)
            await asyncio.to_thread(custodian.close)
            await asyncio.to_thread(platform.imports.close)
            await _end(listeners, tasks)
            await asyncio.to_thread(platform.turns.close)

    async def _wait_for_stop(self) -> None:
        if self._stopping is not None:
            await self._stopping.wait()


def _office(platform: Platform) -> Office:
    settings = platform.settings
    return Office(
        engine=platform.engine,
        vault=lambda: Vault.open(settings.keys),
        now=platform.now,
        loopback=may_reach_loopback(settings),
    )


def _bind(port: int) -> socket.socket:
    try:
        bound = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise EnvironmentFault(
            f"Port {port} of this machine cannot be used: {error.strerror}.",
            "Choose another port, or 0 for any free one.",
        ) from error
    # What it accepts inherits this. asyncio sets it only on sockets that name their protocol;
    # without it an answer in two parts waits 40 ms for the first one to be acknowledged.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _make_folder(settings: Settings) -> None:
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise EnvironmentFault(
            f"The data folder cannot be made: {error.strerror}.", "Choose another folder."
        ) from error


def _open(settings: Settings) -> Engine:
    try:
        return open_engine(settings.database_url)
    except (ArgumentError, ImportError) as error:  # its text may hold a password: not told
        raise DatabaseUnusable(
            "The address of the database cannot be used.",
            "Check how it is written, and that the driver for it is installed.",
        ) from error


def _seed(platform: Platform) -> list[Site]:
    """Put the demo school and its apps in place; return the apps to be served."""
    settings, now = platform.settings, platform.now()
    with writing(platform.engine) as connection:
        seed_demo_school(connection, now)
        write_credentials(connection, settings.demo_credentials, settings.issuer_url, now)
        return shelve_samples(
            connection,
            issuer=settings.issuer_url,
            data=settings.data / "samples",
            bind=lambda: _bind(0),
            now_ms=now,
        )


async def _all_ready(listeners: Sequence[Listener], tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait until every listener answers; raise when one of them ends instead."""
    waiting = asyncio.gather(*(listener.ready.wait() for listener in listeners))
    any_of: set[asyncio.Future[Any]] = {waiting, *tasks}
    await asyncio.wait(any_of, return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        waiting.cancel()
        raise EnvironmentFault("The backend could not start listening.", "Start it again.")


def _raise_unasked_end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Raise when a listener has ended although nobody asked it to."""
    for task in tasks:
        if task.done():
            task.result()
            raise EnvironmentFault("The backend stopped listening.", "Start it again.")


async def _end(listeners: Sequence[Listener], tasks: Sequence[asyncio.Task[None]]) -> None:
    """Stop the apps first: what they still have to report is taken in by the platform."""
    platform, *apps = zip(listeners, tasks, strict=True)
    for group in (apps, [platform]):
        for listener, _ in group:
            listener.should_exit = True
        await asyncio.gather(*(task for _, task in group), return_exceptions=True)
