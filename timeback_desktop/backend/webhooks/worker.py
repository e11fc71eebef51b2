"""What delivers while a backend runs: a clerk who keeps the books, and a thread around him.

The clerk does one turn of bookkeeping at a time: note how tries went, write down what is new
to deliver, take what is due. The tries themselves run beside each other in between, and hold
no connection to the database. He looks every second while there are webhooks, which is also
how he hears of events that another backend on the same database took in.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sqlalchemy import Connection, exists, select
from sqlalchemy.exc import SQLAlchemyError

from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.webhooks import queue
from timeback_desktop.backend.webhooks.models import webhook_deliveries, webhooks
from timeback_desktop.backend.webhooks.outcomes import Outcome
from timeback_desktop.backend.webhooks.planning import plan
from timeback_desktop.backend.webhooks.queue import Errand, Room
from timeback_desktop.backend.webhooks.sending import Letter, Office

_PORTIONS_A_TURN = 20
_SWEEP_EVERY_MS = 60_000
_PAUSE_S, _IDLE_S, _TROUBLED_S = 1.0, 30.0, 10.0
_OURS = Outcome(error="Something went wrong on our side.", again=True, tells_of_target=False)
_log = logging.getLogger(__name__)


class Clerk:
    """The books of the deliveries of one backend; he is called by one thread at a time."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._room = Room()
        self._tried: deque[tuple[Errand, Outcome]] = deque()
        self._swept_ms = 0

    def turn(self) -> list[tuple[Errand, Letter]]:
        """Do all the bookkeeping that there is, and return what is to be sent now."""
        self._settle()
        for _ in range(_PORTIONS_A_TURN):
            if not plan(self._office.engine, self._office.now()):
                break
        self._sweep()
        return self._written(self._claimed())

    async def deliver(self, errand: Errand, letter: Letter) -> None:
        """Try once to deliver; how it went is noted in the next turn."""
        try:
            outcome = await self._office.send(errand, letter)
        except Exception:  # noqa: BLE001 nobody else would hear of it, and the delivery hang
            _log.exception("A delivery could not be tried.")
            outcome = _OURS
        self._tried.append((errand, outcome))

    def has_webhooks(self) -> bool:
        """Tell whether there is any webhook to look after."""
        with reading(self._office.engine) as connection:
            return bool(connection.scalar(select(exists().where(webhooks.c.active))))

    def _settle(self) -> None:
        tried = list(self._tried)
        if not tried:
            return
        with writing(self._office.engine) as connection:
            for errand, outcome in tried:
                queue.note(connection, errand, outcome, self._office.now())
        for errand, _ in tried:
            self._tried.popleft()
            self._room.leave(errand)

    def _claimed(self) -> Sequence[Errand]:
        now_ms = self._office.now()
        with reading(self._office.engine) as connection:  # most turns need no turn to write
            if not queue.has_due(connection, now_ms):
                return ()
        room = self._room.copy()
        with writing(self._office.engine) as connection:
            errands = queue.claim(connection, room, now_ms)
        self._room = room  # only now that it is committed
        return errands

    def _written(self, errands: Sequence[Errand]) -> list[tuple[Errand, Letter]]:
        letters = []
        for errand in errands:
            written = self._office.letter(errand)
            if isinstance(written, Outcome):
                self._tried.append((errand, written))
            else:
                letters.append((errand, written))
        if self._tried:
            self._settle()
        return letters

    def _sweep(self) -> None:
        now_ms = self._office.now()
        if now_ms - self._swept_ms < _SWEEP_EVERY_MS:
            return
        self._swept_ms = now_ms
        with reading(self._office.engine) as connection:
            old = _has_old(connection, now_ms)
        if old:
            with writing(self._office.engine) as connection:
                queue.sweep(connection, now_ms)


def _has_old(connection: Connection, now_ms: int) -> bool:
    return bool(connection.scalar(select(exists().where(webhook_deliveries.c.until_ms <= now_ms))))


class Deliveries:
    """The thread that delivers; it need not run for webhooks to be kept."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rung = asyncio.Event()
        self._closed = False

    def start(self, office: Office) -> None:
        """Begin to deliver."""
        self._thread = threading.Thread(target=self._run, args=[office], name="webhooks")
        self._thread.start()

    def _run(self, office: Office) -> None:
        asyncio.run(self._work(Clerk(office)))

    def wake(self) -> None:
        """Let the clerk look now; safe from every thread, and when nobody delivers."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._rung.set)

    def close(self) -> None:
        """Stop delivering; what is under way is tried again after the next start."""
        self._closed = True
        self.wake()
        if self._thread is not None:
            self._thread.join()

    async def _work(self, clerk: Clerk) -> None:
        self._loop = asyncio.get_running_loop()
        under_way: set[asyncio.Task[None]] = set()
        with ThreadPoolExecutor(1, "webhook-books") as books:
            while not self._closed:
                self._rung.clear()
                pause = await self._turn(clerk, books, under_way)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._rung.wait(), pause)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _turn(
        self, clerk: Clerk, books: ThreadPoolExecutor, under_way: set[asyncio.Task[None]]
    ) -> float:
        """Do one turn and send what it brings; return how long to wait for the next one."""
        loop = asyncio.get_running_loop()
        try:
            letters = await loop.run_in_executor(books, clerk.turn)
            wanted = await loop.run_in_executor(books, clerk.has_webhooks)
        except SQLAlchemyError as error:
            _log.error("Webhooks wait for the database: %s", type(error).__name__)
            return _TROUBLED_S
        for errand, letter in letters:
            task = asyncio.create_task(clerk.deliver(errand, letter))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            task.add_done_callback(lambda _: self._rung.set())
        return _PAUSE_S if wanted or under_way else _IDLE_S
