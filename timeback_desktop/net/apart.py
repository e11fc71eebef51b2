"""A thread with an event loop of its own, whose work can be dropped at once.

A question in flight cannot be taken back from a blocking client; a task can be cancelled.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

_PATIENCE_S = 2.0
"""A name that is being looked up cannot be dropped; the thread is left to end by itself."""


class Apart:
    """One piece of work on one thread, begun once and stopped once."""

    def __init__(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._stopped = False
        self._task: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def stopped(self) -> bool:
        """Tell whether nobody wants the work any more."""
        with self._lock:
            return self._stopped

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Drop the work at once, and wait until it is dropped."""
        with self._lock:
            self._stopped = True
            if self._task is not None:
                loop, task = self._task
                with suppress(RuntimeError):  # it has ended by itself
                    loop.call_soon_threadsafe(task.cancel)
        if threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._unless_stopped())

    async def _unless_stopped(self) -> None:
        with self._lock:
            task = asyncio.current_task()
            if self._stopped or task is None:
                return
            self._task = (asyncio.get_running_loop(), task)
        try:
            await self._work()
        finally:
            with self._lock:
                self._task = None
