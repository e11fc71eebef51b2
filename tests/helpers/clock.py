"""A clock that stands still until a test moves it."""

from __future__ import annotations

from timeback_desktop.clock import Stamp

MORNING_UTC_MS = 1_790_000_000_000  # 2026-09-21T14:13:20Z, a Monday


class FakeClock:
    """Three clocks moved by hand; starts apart so that mixing them up shows."""

    def __init__(
        self, *, mono_ms: int = 5_000_000, utc_ms: int = MORNING_UTC_MS, awake_ms: int = 4_000_000
    ) -> None:
        self._now = Stamp(mono_ms=mono_ms, utc_ms=utc_ms, awake_ms=awake_ms)

    def stamp(self) -> Stamp:
        """Return the present instant."""
        return self._now

    def advance(self, ms: int) -> Stamp:
        """Let time pass with the machine awake."""
        return self._move(mono_ms=ms, utc_ms=ms, awake_ms=ms)

    def sleep(self, ms: int) -> Stamp:
        """Let time pass with the machine suspended: the awake clock stands still."""
        return self._move(mono_ms=ms, utc_ms=ms)

    def step_wall(self, ms: int) -> Stamp:
        """Set the wall clock forward, or back with a negative number; no time passes."""
        return self._move(utc_ms=ms)

    def _move(self, *, mono_ms: int = 0, utc_ms: int = 0, awake_ms: int = 0) -> Stamp:
        now = self._now
        self._now = Stamp(now.mono_ms + mono_ms, now.utc_ms + utc_ms, now.awake_ms + awake_ms)
        return self._now
