"""The threads that imports run in, and what they tell while they run.

Two imports at a time are enough: they wait for the same disk. When the backend ends, those
that run stop at their next few hundred rows, with nothing written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field

from timeback_desktop.backend.oneroster.files.report import Report

_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Running:
    """An import that waits for its turn or runs: how far it is, and how it is stopped."""

    report: Report
    stop: threading.Event = field(default_factory=threading.Event)


class Workers:
    """The imports of one backend."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="roster-import")
        self._running: dict[str, tuple[Running, Future[None]]] = {}
        self._lock = threading.Lock()

    def start(self, job_id: str, running: Running, work: Callable[[], None]) -> None:
        """Run ``work`` as soon as there is a thread for it."""
        with self._lock:
            future = self._pool.submit(work)
            self._running[job_id] = (running, future)
        future.add_done_callback(lambda _: self._forget(job_id))

    def _forget(self, job_id: str) -> None:
        with self._lock:
            self._running.pop(job_id, None)

    def running(self, job_id: str) -> Running | None:
        """Return an import that runs here, or waits for its turn."""
        with self._lock:
            found = self._running.get(job_id)
        return found[0] if found else None

    def stop(self, job_id: str) -> None:
        """Ask an import to stop."""
        if running := self.running(job_id):
            running.stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until everything that was started has ended."""
        with self._lock:
            futures = [future for _, future in self._running.values()]
        wait_for(futures, seconds)

    def close(self) -> None:
        """Stop all imports and wait until they have."""
        with self._lock:
            for running, _ in self._running.values():
                running.stop.set()
        self._pool.shutdown(wait=True)
