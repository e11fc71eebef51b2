"""Where something held in a session, in bounded memory."""

from __future__ import annotations

from collections import deque

_MOST = 512


class Spans:
    """Growing, disjoint stretches in order; the oldest are forgotten."""

    def __init__(self, most: int = _MOST) -> None:
        self._spans: deque[tuple[int, int]] = deque(maxlen=most)

    def add(self, from_ms: int, to_ms: int) -> None:
        """Note that it held over ``[from_ms, to_ms)``, which must not lie before the last."""
        if self._spans and self._spans[-1][1] == from_ms:
            self._spans[-1] = (self._spans[-1][0], to_ms)
        else:
            self._spans.append((from_ms, to_ms))

    def reach(self, from_ms: int, to_ms: int) -> None:
        """Note that the stretch that began at ``from_ms`` goes on until ``to_ms``."""
        if self._spans and self._spans[-1][0] == from_ms:
            self._spans[-1] = (from_ms, to_ms)
        else:
            self._spans.append((from_ms, to_ms))

    def overlap_ms(self, from_ms: int, to_ms: int) -> int:
        """Return how much of ``[from_ms, to_ms)`` it held, as far as is remembered."""
        total = 0
        for start, end in reversed(self._spans):
            if end <= from_ms:
                break
            total += max(0, min(end, to_ms) - max(start, from_ms))
        return total

    def holding(self, at_ms: int) -> tuple[int, int] | None:
        """Return the stretch that an instant falls in."""
        for start, end in reversed(self._spans):
            if start <= at_ms < end:
                return start, end
            if end <= at_ms:
                break
        return None
