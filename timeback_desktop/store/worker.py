"""The one thread that owns the client's database.

The window never waits for the disk: it hands work over and is told when it is done. The
pump's thread waits, which is what it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from timeback_desktop.store.database import OpenDatabase, open_database
from timeback_desktop.store.outbox import OutboxTable
from timeback_desktop.store.sessions import SessionTable
from timeback_desktop.store.summaries import SummaryReader
from timeback_desktop.sync.outbox import QueueCounts, QueuedEvent

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """Everything the client keeps, for use on the store's thread only."""

    def __init__(self, opened: OpenDatabase) -> None:
        self.repair = opened.repair
        self.sessions = SessionTable(opened.db)
        self.outbox = OutboxTable(opened.db)
        self.summaries = SummaryReader(opened.db)
        self._db = opened.db

    def close(self) -> None:
        """Close the database."""
        self._db.close()


class StoreThread:
    """Run work on the thread that owns the database, in the order it was handed over."""

    def __init__(self, path: Path, *, now_ms: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            self.store = self.wait(lambda: Store(open_database(path, now_ms=now_ms)))
            self.wait(self.store.outbox.forget_sent, now_ms)
        except BaseException:
            self._pool.shutdown()
            raise

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand work over; it runs after everything handed over before."""
        return self._pool.submit(work, *args, **kwargs)

    def wait(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Hand work over and wait for its result; never from the window's thread."""
        return self._pool.submit(work, *args, **kwargs).result()

    def close(self) -> None:
        """Finish what was handed over, then close the database."""
        self.submit(self.store.close)
        self._pool.shutdown(wait=True)


class ThreadedOutbox:
    """The outbox, for the pump's thread."""

    def __init__(self, thread: StoreThread) -> None:
        self._thread = thread
        self._table = thread.store.outbox

    def next_batch(self, limit: int) -> Sequence[QueuedEvent]:
        """Return the oldest waiting events."""
        return self._thread.wait(self._table.next_batch, limit)

    def acknowledge(self, event_ids: Sequence[str], at_ms: int) -> None:
        """Note that the backend has these events."""
        self._thread.wait(self._table.acknowledge, event_ids, at_ms)

    def quarantine(self, event_id: str, reason: str) -> None:
        """Set one event aside."""
        self._thread.wait(self._table.quarantine, event_id, reason)

    def counts(self) -> QueueCounts:
        """Return how the queue stands."""
        return self._thread.wait(self._table.counts)
