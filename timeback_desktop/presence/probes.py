"""The ports through which the operating system is asked; ``host`` fills them.

Every probe may be absent: its null answer says "not known", never "nothing there". A probe
is asked once a second while a session is open and not paused, must answer within a few
milliseconds, never raises, and never shows a permission prompt by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from timeback_desktop.presence.signal import InputCounts, Power


class ProbeName(StrEnum):
    """What can be probed."""

    SCREEN = "screen"
    FOREGROUND = "foreground"
    IDLE_CLOCK = "idle_clock"
    POWER = "power"
    GLOBAL_INPUT = "global_input"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Which probes a school wants; counting input outside our window is off by default."""

    screen: bool = True
    foreground: bool = True
    idle_clock: bool = True
    power: bool = True
    global_input: bool = False


class ProbeState(StrEnum):
    """How a probe stands."""

    WORKING = "working"
    OFF = "off"
    NEEDS_PERMISSION = "needs_permission"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of the capability report.

    ``backend`` names what was chosen (``x11-strips``, ``null``), ``reason`` why nothing better
    works here, ``lost`` what cannot be told without it, ``way_out`` what a person can do.
    """

    name: ProbeName
    state: ProbeState
    backend: str
    reason: str = ""
    lost: str = ""
    way_out: str = ""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What the operating system told of one second.

    ``screen_change``: 0 to 1; ``ours_in_front``: whether our process owns the foreground
    window; ``program``: the category of the program in front when it is not ours (``game``,
    ``browser``, ``chat``, ``media``, ``office``, ``other``), never its name or title;
    ``outside``: input counted outside our window, ``None`` where that is switched off.
    """

    screen_change: float | None = None
    ours_in_front: bool | None = None
    program: str | None = None
    os_idle_ms: int | None = None
    power: Power = field(default_factory=Power)
    outside: InputCounts | None = None
    injected: bool = False


class HostProbes(Protocol):
    """Everything the operating system can tell, behind one door."""

    def start(self) -> None:
        """Begin to watch; called when a session opens or resumes."""
        ...

    def stop(self) -> None:
        """Stop every probe before returning; called on pause, end and close."""
        ...

    def look(self) -> HostFacts:
        """Return what can be told of the second since the last look."""
        ...

    def report(self) -> tuple[Capability, ...]:
        """Return how every probe stands, one line each, without prompting anybody."""
        ...


class NoProbes:
    """A system that tells nothing."""

    def start(self) -> None:
        """Begin nothing."""

    def stop(self) -> None:
        """End nothing."""

    def look(self) -> HostFacts:
        """Return that nothing is known."""
        return HostFacts()

    def report(self) -> tuple[Capability, ...]:
        """Return that nothing is probed."""
        return tuple(Capability(name, ProbeState.OFF, "null") for name in ProbeName)
