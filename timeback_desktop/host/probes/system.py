"""Every probe of a system behind one door, as the window asks it."""

from __future__ import annotations

from collections.abc import Sequence

from timeback_desktop.host.probes.programs import Front
from timeback_desktop.host.probes.screen import Area, Watched
from timeback_desktop.host.probes.sensor import Probe
from timeback_desktop.presence.probes import Capability, HostFacts, ProbeName, ProbeState
from timeback_desktop.presence.signal import InputCounts, Power

AnyProbe = (
    Probe[float | None] | Probe[Front] | Probe[int | None] | Probe[Power]
    | Probe[InputCounts | None]
)  # fmt: skip


class SystemProbes:
    """The ``HostProbes`` of this computer; for one thread, the one that ticks."""

    def __init__(  # noqa: PLR0913 - one for each thing that can be told
        self,
        *,
        screen: Probe[float | None],
        foreground: Probe[Front],
        idle_clock: Probe[int | None],
        power: Sequence[Probe[Power]],
        global_input: Probe[InputCounts | None],
        watched: Watched,
    ) -> None:
        self._screen = screen
        self._foreground = foreground
        self._idle_clock = idle_clock
        self._power = tuple(power)
        self._input = global_input
        self._watched = watched

    @property
    def _all(self) -> tuple[AnyProbe, ...]:
        return (self._screen, self._foreground, self._idle_clock, *self._power, self._input)

    def start(self) -> None:
        """Open what can be opened; called when a session opens or resumes."""
        for probe in self._all:
            probe.start()

    def stop(self) -> None:
        """End every thread and connection before returning."""
        for probe in self._all:
            probe.stop()

    def watch(self, area: Area | None) -> None:
        """Say which part of the desktop to watch, in its own pixels; ``None``: the main monitor."""
        self._watched.area = area

    def look(self) -> HostFacts:
        """Return what can be told of the second since the last look; never raises."""
        front = self._foreground.look()
        return HostFacts(
            screen_change=self._screen.look(),
            ours_in_front=front.ours,
            program=front.program,
            os_idle_ms=self._idle_clock.look(),
            power=either([probe.look() for probe in self._power]),
            outside=outside(front, self._input.look()),
        )

    def report(self) -> tuple[Capability, ...]:
        """Return how every probe stands; those never tried are opened and closed at once."""
        untried = [probe for probe in self._all if not probe.is_known]
        for probe in untried:
            probe.start()
        for probe in untried:
            probe.stop()
        lines = [probe.capability for probe in (self._screen, self._foreground, self._idle_clock)]
        witnesses = _together([probe.capability for probe in self._power])
        return (*lines, witnesses, self._input.capability)


def outside(front: Front, counts: InputCounts | None) -> InputCounts | None:
    """Return the input that wasn't meant for us: none while we are in front."""
    if counts is None or front.ours is None:
        return None
    return InputCounts() if front.ours else counts


def either(told: Sequence[Power]) -> Power:
    """Return what any of the witnesses saw."""
    return Power(
        locked=any(power.locked for power in told),
        suspended=any(power.suspended for power in told),
        elsewhere=any(power.elsewhere for power in told),
        display_off=any(power.display_off for power in told),
    )


def _together(lines: Sequence[Capability]) -> Capability:
    """Return one line for witnesses that add to each other: it works if one of them does."""
    working = [line for line in lines if line.state is ProbeState.WORKING]
    refused = [line for line in lines if line.state is not ProbeState.WORKING]
    if not working:
        first = refused[0] if refused else Capability(ProbeName.POWER, ProbeState.OFF, "null")
        reason = " ".join(dict.fromkeys(line.reason for line in refused))
        return Capability(first.name, first.state, first.backend, reason, first.lost, first.way_out)
    return Capability(
        ProbeName.POWER,
        ProbeState.WORKING,
        "+".join(line.backend for line in working),
        reason=" ".join(dict.fromkeys(line.reason for line in refused)),
        lost=" ".join(line.lost for line in working if line.lost),
    )
