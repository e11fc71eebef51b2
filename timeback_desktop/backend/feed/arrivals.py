"""Bells for those who wait: rung when something arrived about a student, or when we stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

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
    """Who waits for news of which student, or of anybody of a tenant."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[_Key, set[Bell]] = {}
        self._of_tenants: dict[_Key, set[Bell]] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        """Tell whether the platform is stopping: nobody waits any more."""
        return self._closed

    def bell(self, publisher_id: str, user_id: str) -> AbstractContextManager[Bell]:
        """Hang up a bell; hang it up before looking, so that nothing arrives in between."""
        return self._hung(self._waiting, (publisher_id, user_id))

    def bell_of_tenant(self, publisher_id: str) -> AbstractContextManager[Bell]:
        """Hang up a bell that is rung whoever of a tenant it is about."""
        return self._hung(self._of_tenants, (publisher_id, ""))

    @contextmanager
    def _hung(self, place: dict[_Key, set[Bell]], key: _Key) -> Iterator[Bell]:
        bell = Bell()
        with self._lock:
            place.setdefault(key, set()).add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                place[key].discard(bell)
                if not place[key]:
                    del place[key]

    def tell(self, publisher_id: str | None, user_ids: Iterable[str]) -> None:
        """Ring for everybody who waits for these students; cheap when nobody does."""
        tenant = publisher_id or ""
        with self._lock:
            rung = list(self._of_tenants.get((tenant, ""), ()))
            if self._waiting:
                for user_id in user_ids:
                    rung += self._waiting.get((tenant, user_id), ())
        for bell in rung:
            bell.ring()

    def close(self) -> None:
        """Ring for everybody: the platform stops."""
        with self._lock:
            self._closed = True
            places = (*self._waiting.values(), *self._of_tenants.values())
            rung = [bell for bells in places for bell in bells]
        for bell in rung:
            bell.ring()

    def __len__(self) -> int:
        with self._lock:
            places = (*self._waiting.values(), *self._of_tenants.values())
            return sum(len(bells) for bells in places)
