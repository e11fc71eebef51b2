"""The thread that steps the pump: at once after something was queued, else now and then."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from timeback_desktop.clock import Clock
from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.sync.pump import Health, Pump

log = logging.getLogger(__name__)

IDLE_S = 5.0


class PumpRunner:
    """Run a pump in a thread of its own until stopped.

    ``on_health`` is called from that thread after every step.
    """

    def __init__(self, pump: Pump, clock: Clock, on_health: Callable[[Health], None]) -> None:
        self._pump = pump
        self._clock = clock
        self._on_health = on_health
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox-pump", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def wake(self, *, hurry: bool = False) -> None:
        """Say that something was queued; ``hurry`` also forgets any waiting time."""
        if hurry:
            self._pump.hurry()
        self._wake.set()

    def stop(self, timeout_s: float) -> bool:
        """Stop after the batch under way; return whether the thread ended in time."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            more = self._step()
            if not more:
                self._wake.wait(self._pause_s())

    def _pause_s(self) -> float:
        waiting_ms = self._pump.not_before_ms - self._clock.stamp().mono_ms
        return min(max(waiting_ms / 1000, 0.05), IDLE_S) if waiting_ms > 0 else IDLE_S

    def _step(self) -> bool:
        try:
            more = self._pump.step(self._clock.stamp())
            self._on_health(self._pump.health)
        except EnvironmentFault as fault:  # a full disk: what was not noted is sent again
            log.info("the outbox cannot be used: %s", fault.cause)
            return False
        except Exception:  # a thread's top: a bug here must not end the sending for good
            log.exception("the outbox pump stumbled")
            return False
        else:
            return more
