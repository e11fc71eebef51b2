"""Which sensors there are on which system, the better ones first."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from timeback_desktop.host.probes import macos, windows
from timeback_desktop.host.probes.listening import Listeners
from timeback_desktop.host.probes.programs import NOBODY, Front
from timeback_desktop.host.probes.screen import MssStrips, ScreenSensor, Watched
from timeback_desktop.host.probes.sensor import Candidate, Probe, Sensor, Unavailable
from timeback_desktop.host.probes.session_bus import Login, MutterIdle, Saver
from timeback_desktop.host.probes.system import SystemProbes
from timeback_desktop.host.probes.windows_screen import GdiStrips
from timeback_desktop.host.probes.x11 import XForeground, XIdleClock, XPower, XServer, opening
from timeback_desktop.host.probes.x11_input import XInput
from timeback_desktop.presence.probes import ProbeName, ProbeState, Switches
from timeback_desktop.presence.signal import InputCounts, Power

LOST = {
    ProbeName.SCREEN: "Whether a film or a frozen picture is on the screen; "
    "a film in the lesson still counts by what the page says.",
    ProbeName.FOREGROUND: "What kind of program was in front; "
    "that it wasn't ours is still known from our own window.",
    ProbeName.IDLE_CLOCK: "Input that our window didn't see, as a cross-check.",
    ProbeName.POWER: "A locked or dark screen, as such; sleep is still told by the clocks.",
    ProbeName.GLOBAL_INPUT: "How much was typed and clicked outside our window; nothing needs it.",
}
_WAYLAND = "Wayland hides this from every program."
_WAY_OUT_X11 = "Sign in with an X11 session if the school wants it known."
_NO_PERMISSION_NEEDED = "Nothing to do: TimeBack works without it."


@dataclass(frozen=True, slots=True)
class Candidates:
    """The ways to ask one system, for each probe; power has witnesses that add to each other."""

    screen: Sequence[Candidate[float | None]]
    foreground: Sequence[Candidate[Front]]
    idle_clock: Sequence[Candidate[int | None]]
    power: Sequence[Candidate[Power]]
    global_input: Sequence[Candidate[InputCounts | None]]


def select_probes(
    switches: Switches | None = None,
    *,
    platform: str = sys.platform,
    environ: Mapping[str, str] | None = None,
) -> SystemProbes:
    """Return the probes of this system; nothing is opened before ``start`` or ``report``."""
    watched = Watched()
    found = candidates(platform, os.environ if environ is None else environ, watched)
    return joined(found, switches or Switches(), watched)


def candidates(platform: str, environ: Mapping[str, str], watched: Watched) -> Candidates:
    """Return what may work on a system."""
    if platform == "win32":
        return _windows(watched)
    if platform == "darwin":
        return _macos(watched)
    if environ.get("WAYLAND_DISPLAY") or environ.get("XDG_SESSION_TYPE") == "wayland":
        return _wayland()
    return _x11(environ.get("DISPLAY"), watched)


def joined(found: Candidates, wanted: Switches, watched: Watched) -> SystemProbes:
    """Return the port over the candidates that the school wants."""

    def probe(name: ProbeName, some: Sequence[Candidate[Any]], null: Any) -> Probe[Any]:
        chosen = some if getattr(wanted, name.value) else ()
        return Probe(name, chosen, null, LOST[name])

    return SystemProbes(
        screen=probe(ProbeName.SCREEN, found.screen, None),
        foreground=probe(ProbeName.FOREGROUND, found.foreground, NOBODY),
        idle_clock=probe(ProbeName.IDLE_CLOCK, found.idle_clock, None),
        power=[probe(ProbeName.POWER, [one], Power()) for one in found.power],
        global_input=probe(ProbeName.GLOBAL_INPUT, found.global_input, None),
        watched=watched,
    )


def _x11(display: str | None, watched: Watched) -> Candidates:
    server = XServer(display)

    def screen() -> Sensor[float | None]:
        if not display:
            raise Unavailable("There is no X display.", "Open TimeBack on a desktop.")
        return ScreenSensor(MssStrips(display), watched)

    return Candidates(
        screen=[Candidate("x11-strips", screen)],
        foreground=[Candidate("x11-active-window", opening(XForeground, server))],
        idle_clock=[Candidate("x11-screensaver", opening(XIdleClock, server))],
        power=[*_buses(), Candidate("x11-dpms", opening(XPower, server))],
        global_input=[
            Candidate("x11-raw-events", opening(XInput, server)),
            Candidate("pynput", Listeners),
        ],
    )


def _buses() -> list[Candidate[Power]]:
    return [Candidate("logind", lambda: Login(os.getpid())), Candidate("dbus-screensaver", Saver)]


def _wayland() -> Candidates:
    return Candidates(
        screen=[_never(_WAYLAND, _WAY_OUT_X11)],
        foreground=[_never(_WAYLAND, _WAY_OUT_X11)],
        idle_clock=[Candidate("mutter", MutterIdle)],
        power=_buses(),
        global_input=[_never(_WAYLAND, _NO_PERMISSION_NEEDED, ProbeState.OFF)],
    )


def _windows(watched: Watched) -> Candidates:
    native = windows.native
    return Candidates(
        screen=[Candidate("gdi-strips", lambda: ScreenSensor(GdiStrips.native(), watched))],
        foreground=[Candidate("win32", lambda: windows.WindowsForeground(native()))],
        idle_clock=[Candidate("win32", lambda: windows.WindowsIdleClock(native()))],
        power=[
            Candidate("wts", lambda: windows.WindowsPower(native()), "A screen that is only dark.")
        ],
        global_input=[Candidate("pynput", Listeners)],
    )


def _macos(watched: Watched) -> Candidates:
    native = macos.native
    return Candidates(
        screen=[Candidate("coregraphics", lambda: macos.open_screen(native(), watched))],
        foreground=[Candidate("nsworkspace", lambda: macos.MacForeground(native()))],
        idle_clock=[Candidate("event-source", lambda: macos.MacIdleClock(native()))],
        power=[Candidate("cgsession", lambda: macos.MacPower(native()))],
        global_input=[Candidate("event-counters", lambda: macos.MacInput(native()))],
    )


def _never(reason: str, way_out: str, state: ProbeState = ProbeState.UNAVAILABLE) -> Candidate[Any]:
    def refuse() -> Sensor[Any]:
        raise Unavailable(reason, way_out, state=state)

    return Candidate("null", refuse)
