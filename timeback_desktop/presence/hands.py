"""What tells of a person: input that a person made, and answers that an app reports.

Not signs: a page that scrolls by itself, film frames, one-pixel moves, a pointer that only
wanders for minutes on end, and input that turns out to be a thing's (:mod:`rhythm`).
"""

from __future__ import annotations

from typing import Final

from timeback_desktop.clock import Stamp
from timeback_desktop.presence.rhythm import SILENT_SCREEN, Rhythm
from timeback_desktop.presence.signal import ANSWERS, Tick
from timeback_desktop.presence.thresholds import Thresholds

_RECENT_MS: Final = 1_500


class Hands:
    """Follow the signs of the person through one session. Offsets are milliseconds."""

    def __init__(self, limits: Thresholds) -> None:
        self._limits = limits
        self._rhythm = Rhythm()
        self._path_before = 0
        self._strong = 0  # the last sign that was more than a wandering pointer

    @property
    def hold_from(self) -> int | None:
        """Since when input may still turn out to be a thing's."""
        return self._rhythm.hold_from if self._limits.rhythm else None

    @property
    def simulated_from(self) -> int | None:
        """Since when all input looks made by a thing; ``None`` while a person makes it."""
        return self._rhythm.simulated_from if self._limits.rhythm else None

    def answers(self, tick: Tick, now: int) -> list[int]:
        """Return when the answers that this tick brings were given, by the app's word."""
        given = [
            self._when(event.utc_ms, tick.stamp, now)
            for event in tick.app_events
            if event.kind in ANSWERS
        ]
        if given:
            self._rhythm.certify()
            self.vouch(now)
        return sorted(given)

    def hear(self, tick: Tick, now: int) -> bool:
        """Take in a second of input; return whether it is a sign of the person."""
        inputs = tick.inputs
        path = inputs.path_px + self._path_before
        self._path_before = inputs.path_px
        if not (inputs.discrete or path >= self._limits.path_px) or tick.injected:
            self._rhythm.quiet()
            # The page is mute, but the system heard a hand.
            return tick.page is None and (tick.os_idle_ms or _RECENT_MS) < _RECENT_MS
        person = self._rhythm.hear(now, inputs, tick.screen_change)
        return (person or not self._limits.rhythm) and self._tells(tick, now)

    def vouch(self, now: int) -> None:
        """Note a sign that no wandering pointer gives."""
        self._strong = now

    def _tells(self, tick: Tick, now: int) -> bool:
        silent = tick.screen_change is not None and tick.screen_change < SILENT_SCREEN
        if tick.inputs.discrete or not silent:
            self.vouch(now)
        return now - self._strong <= self._limits.wander

    def _when(self, utc_ms: int | None, stamp: Stamp, now: int) -> int:
        """Return the offset of an app's event; a clock that is off is not believed."""
        ago = 0 if utc_ms is None else stamp.utc_ms - utc_ms
        return now - ago if 0 <= ago <= min(now, self._limits.timeout) else now
