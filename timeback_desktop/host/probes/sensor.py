"""One sensor at a time, first that works, and none that can do harm.

A sensor talks to something that may die, hang up or lie: a display server, a bus, a library
of the system. ``Probe`` is the fence around it: whatever it raises becomes "not known", it is
opened anew while it fails, and given up after a few failures until the next start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from timeback_desktop.presence.probes import Capability, ProbeName, ProbeState

log = logging.getLogger(__name__)

FAILURES_ENDURED = 3

Told = TypeVar("Told")
Told_co = TypeVar("Told_co", covariant=True)


class Unavailable(Exception):
    """A sensor can't work here; ``reason`` and ``way_out`` are sentences for people."""

    def __init__(
        self, reason: str, way_out: str = "", *, state: ProbeState = ProbeState.UNAVAILABLE
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.way_out = way_out
        self.state = state


class Sensor(Protocol[Told_co]):
    """Something open that can be read once a second."""

    def read(self) -> Told_co:
        """Return what the last second was like; may raise anything."""
        ...

    def close(self) -> None:
        """End threads and connections before returning."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Told]):
    """A way to open a sensor: ``open`` raises ``Unavailable`` where it can't work.

    ``limits`` says what even the working sensor can't tell.
    """

    backend: str
    open: Callable[[], Sensor[Told]]
    limits: str = ""


class Probe(Generic[Told]):
    """The first candidate that works, fenced in."""

    def __init__(
        self, name: ProbeName, candidates: Sequence[Candidate[Told]], null: Told, lost: str
    ) -> None:
        self.name = name
        self._candidates = tuple(candidates)
        self._null = null
        self._lost = lost
        self._chosen: Candidate[Told] | None = None
        self._sensor: Sensor[Told] | None = None
        self._failures = 0
        self._broken_by = ""
        self._complained = False
        self._standing: Capability | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether it has been tried, so that its capability says something."""
        return self._standing is not None

    @property
    def capability(self) -> Capability:
        """Return how the probe stands."""
        return self._standing or self._without(ProbeState.OFF, "not tried yet")

    def start(self) -> None:
        """Open the first candidate that works; a second start changes nothing."""
        if self._chosen is not None:
            return
        refusals: list[Unavailable] = []
        for candidate in self._candidates:
            refusal = self._open(candidate)
            if refusal is None:
                return
            refusals.append(refusal)
        self._standing = self._refused(refusals)

    def look(self) -> Told:
        """Return what the sensor tells, the null answer when it doesn't."""
        if self._chosen is None:
            return self._null
        try:
            self._sensor = self._sensor or self._chosen.open()
            told = self._sensor.read()
        except Exception as error:  # noqa: BLE001 - whatever lies behind a sensor may break
            self._endure(error)
            return self._null
        self._failures = 0
        return told

    def stop(self) -> None:
        """Close the sensor; its standing stays known."""
        self._close_sensor()
        self._chosen = None

    def _open(self, candidate: Candidate[Told]) -> Unavailable | None:
        try:
            self._sensor = candidate.open()
        except Unavailable as refusal:
            return refusal
        except Exception as error:  # noqa: BLE001 - a library may be missing in many ways
            log.debug("%s: %s didn't open: %s", self.name, candidate.backend, type(error).__name__)
            return Unavailable(f"{candidate.backend} can't be opened ({type(error).__name__}).")
        self._chosen, self._failures = candidate, 0
        self._standing = Capability(
            self.name, ProbeState.WORKING, candidate.backend, lost=candidate.limits
        )
        return None

    def _endure(self, error: Exception) -> None:
        """Count a failure; its text is dropped, since it may carry what was on the screen."""
        self._close_sensor()
        self._failures += 1
        if self._failures == 1:  # the later ones are only that it can't be opened anew
            self._broken_by = type(error).__name__
        if self._failures < FAILURES_ENDURED:
            return
        backend = self._chosen.backend if self._chosen else "null"
        reason = f"{backend} stopped answering ({self._broken_by})."
        self._standing = self._without(ProbeState.UNAVAILABLE, reason, "Tried again next session.")
        self._chosen = None
        if not self._complained:
            self._complained = True
            log.info("the probe of the %s is off: %s", self.name, reason)

    def _close_sensor(self) -> None:
        sensor, self._sensor = self._sensor, None
        if sensor is None:
            return
        try:
            sensor.close()
        except Exception as error:  # noqa: BLE001 - what is broken may not even close
            log.debug("%s didn't close: %s", self.name, type(error).__name__)

    def _refused(self, refusals: list[Unavailable]) -> Capability:
        if not refusals:
            return self._without(ProbeState.OFF, "Switched off in the settings.")
        asks = next((r for r in refusals if r.state is not ProbeState.UNAVAILABLE), refusals[0])
        reason = " ".join(dict.fromkeys(r.reason for r in refusals))
        way_out = next((r.way_out for r in (asks, *refusals) if r.way_out), "")
        return self._without(asks.state, reason, way_out)

    def _without(self, state: ProbeState, reason: str, way_out: str = "") -> Capability:
        return Capability(self.name, state, "null", reason, self._lost, way_out)
