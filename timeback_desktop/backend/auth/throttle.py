"""Slowing down who asks too often, without ever shutting out a client that is right.

Wrong answers are counted by client and address, after the proof was judged: a right secret
passes however many wrong ones came before it. Tokens are counted by client; each is good
for an hour, so whoever needs many of them forgot to keep one.

The counts live in memory and are bounded: under a flood of invented names the oldest ones
are forgotten, which costs nobody but the flood its count.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

_MOST_KEYS = 10_000
_WRONG_BURST, _WRONG_EVERY_MS = 10, 6_000
_TOKEN_BURST, _TOKEN_EVERY_MS = 300, 200


class Buckets:
    """A bucket of tries for each key: ``burst`` at once, then one more ``every_ms``."""

    def __init__(self, burst: int, every_ms: int, most: int = _MOST_KEYS) -> None:
        self._burst_ms, self._every_ms, self._most = burst * every_ms, every_ms, most
        self._full_at: OrderedDict[Hashable, int] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable, now_ms: int) -> int:
        """Take one try and return 0, or the milliseconds to wait until there is one."""
        with self._lock:
            # Never further ahead than a whole bucket, even after the clock was set back.
            ahead_ms = min(max(self._full_at.get(key, 0) - now_ms, 0), self._burst_ms)
            wait_ms = max(ahead_ms + self._every_ms - self._burst_ms, 0)
            self._full_at[key] = now_ms + ahead_ms + (0 if wait_ms else self._every_ms)
            self._full_at.move_to_end(key)
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)
            return wait_ms

    def __len__(self) -> int:
        return len(self._full_at)


@dataclass(frozen=True, slots=True)
class TokenThrottle:
    """The counts of one running token endpoint."""

    wrong: Buckets = field(default_factory=lambda: Buckets(_WRONG_BURST, _WRONG_EVERY_MS))
    tokens: Buckets = field(default_factory=lambda: Buckets(_TOKEN_BURST, _TOKEN_EVERY_MS))
