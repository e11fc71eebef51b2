"""A store that forgets: bounded in number and in time, so that a flood cannot fill it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ExpiringStore(Generic[Value]):
    """Keep values for a while; when it is full, the oldest makes room."""

    def __init__(
        self, *, lifetime_s: float, most: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._lifetime_s, self._most, self._now = lifetime_s, most, now
        self._entries: dict[str, tuple[float, Value]] = {}

    def put(self, key: str, value: Value) -> None:
        """Keep a value from now on, in place of an earlier one of that key."""
        self._entries.pop(key, None)
        self._drop_expired()
        while len(self._entries) >= self._most:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = (self._now() + self._lifetime_s, value)

    def get(self, key: str) -> Value | None:
        """Return the value while it is fresh."""
        self._drop_expired()
        entry = self._entries.get(key)
        return entry[1] if entry else None

    def take(self, key: str) -> Value | None:
        """Return the value and forget it: what is taken once cannot be taken twice."""
        value = self.get(key)
        self._entries.pop(key, None)
        return value

    def __len__(self) -> int:
        return len(self._entries)

    def _drop_expired(self) -> None:
        # Entries stand in the order of their expiry, because all live equally long.
        now = self._now()
        for key in list(self._entries):
            if self._entries[key][0] > now:
                break
            del self._entries[key]
