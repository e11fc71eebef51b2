"""Bells for those who wait: rung when something arrived about a student, or when we stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

_Key = tuple[str, str]


class Bell:
    """One waiting answer; it may be rung from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake who waits."""
        with suppress(RuntimeError):  # the loop has ended, and with it the wait
            self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self) -> None:
        """Sleep until it is rung; what was rung before counts once."""
        await self._rung.wait()
        self._rung.clear()


class Arrivals:
    """Who waits for news of which student."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[_Key, set[Bell]] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        """Tell whether the platform is stopping: nobody waits any more."""
        return self._closed

    @contextmanager
    def bell(self, publisher_id: str, user_id: str) -> Iterator[Bell]:
        """Hang up a bell; hang it up before looking, so that nothing arrives in between."""
        key, bell = (publisher_id, user_id), Bell()
        with self._lock:
            self._waiting.setdefault(key, set()).add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                self._waiting[key].discard(bell)
                if not self._waiting[key]:
                    del self._waiting[key]

    def tell(self, publisher_id: str | None, user_ids: Iterable[str]) -> None:
        """Ring for everybody who waits for these students."""
        with self._lock:
            rung = [
                bell
                for user_id in user_ids
                for bell in self._waiting.get((publisher_id or "", user_id), ())
            ]
        for bell in rung:
            bell.ring()

    def close(self) -> None:
        """Ring for everybody: the platform stops."""
        with self._lock:
            self._closed = True
            rung = [bell for bells in self._waiting.values() for bell in bells]
        for bell in rung:
            bell.ring()

    def __len__(self) -> int:
        with self._lock:
            return sum(len(bells) for bells in self._waiting.values())
