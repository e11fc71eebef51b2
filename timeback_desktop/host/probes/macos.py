"""What macOS tells, asked so that it never shows a prompt.

The program in front, the idle clock and the state of the session need no permission. Reading
the screen and counting input elsewhere do: there the *preflight* calls say whether it was
given, and nothing is tried when it wasn't. Listeners aren't used at all: beside Qt they have
crashed programs; the window server's own counters tell as much.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import platform
from typing import Any

from timeback_desktop.host.probes.programs import NOBODY, OURS, Front, other
from timeback_desktop.host.probes.screen import MssPicture, ScreenSensor, Watched
from timeback_desktop.host.probes.sensor import Unavailable
from timeback_desktop.presence.probes import ProbeState
from timeback_desktop.presence.signal import InputCounts, Power

HID_STATE = 1  # kCGEventSourceStateHIDSystemState
ANY_INPUT = 0xFFFFFFFF  # kCGAnyInputEventType
KEY_DOWN, SCROLL = 10, 22
CLICKS = (1, 3, 25)  # left, right, other button down
MOVES = (5, 6, 7, 27)  # moved, and dragged with each button
UTF8 = 0x08000100
_POINTER = ctypes.c_void_p
_SETTINGS = "Allow TimeBack in System Settings, Privacy & Security, "


class MacCalls:
    """The calls that the sensors need, as plain answers."""

    def __init__(self, graphics: Any, foundation: Any, objc: Any) -> None:
        self._graphics = graphics
        self._foundation = foundation
        self._objc = objc
        _declare(graphics, foundation, objc)

    def front(self) -> tuple[int, str] | None:
        """Return process and bundle identifier of the program in front."""
        pool = self._objc.objc_autoreleasePoolPush()
        try:
            workspace = self._send(self._objc.objc_getClass(b"NSWorkspace"), b"sharedWorkspace")
            program = self._send(workspace, b"frontmostApplication")
            if not program:
                return None
            pid = self._send(program, b"processIdentifier", ctypes.c_int)
            name = self._send(program, b"bundleIdentifier")
            text = self._send(name, b"UTF8String", ctypes.c_char_p) if name else None
            return int(pid), (text or b"").decode("utf-8", "replace")
        finally:
            self._objc.objc_autoreleasePoolPop(pool)

    def idle_ms(self) -> int:
        """Return how long ago there was input of any kind."""
        ask = self._graphics.CGEventSourceSecondsSinceLastEventType
        return int(ask(HID_STATE, ANY_INPUT) * 1000)

    def session(self) -> dict[str, bool] | None:
        """Return what is known of our login session, ``None`` where there is no screen."""
        told = self._graphics.CGSessionCopyCurrentDictionary()
        if not told:
            return None
        try:
            return {
                "locked": self._flag(told, b"CGSSessionScreenIsLocked", default=False),
                "in_front": self._flag(told, b"kCGSSessionOnConsoleKey", default=True),
            }
        finally:
            self._foundation.CFRelease(told)

    def display_asleep(self) -> bool:
        """Tell whether the main display is dark."""
        return bool(self._graphics.CGDisplayIsAsleep(self._graphics.CGMainDisplayID()))

    def may_read_screen(self) -> bool:
        """Tell whether reading the screen was allowed; asks nobody."""
        return bool(self._graphics.CGPreflightScreenCaptureAccess())

    def may_count_input(self) -> bool:
        """Tell whether hearing of input was allowed; asks nobody."""
        return bool(self._graphics.CGPreflightListenEventAccess())

    def count(self, kinds: tuple[int, ...]) -> int:
        """Return how many events of some kinds the window server has seen."""
        ask = self._graphics.CGEventSourceCounterForEventType
        return sum(int(ask(HID_STATE, kind)) for kind in kinds)

    def _send(self, target: Any, selector: bytes, result: Any = _POINTER) -> Any:
        """Send a message; the call needs its exact types, it isn't variadic on ARM."""
        typed = ctypes.CFUNCTYPE(result, _POINTER, _POINTER)
        send = typed(ctypes.cast(self._objc.objc_msgSend, _POINTER).value or 0)
        return send(target, self._objc.sel_registerName(selector))

    def _flag(self, told: Any, name: bytes, *, default: bool) -> bool:
        key = self._foundation.CFStringCreateWithCString(None, name, UTF8)
        try:
            value = self._foundation.CFDictionaryGetValue(told, key)
            return bool(self._foundation.CFBooleanGetValue(value)) if value else default
        finally:
            self._foundation.CFRelease(key)


def _declare(graphics: Any, foundation: Any, objc: Any) -> None:
    """Say what is passed and returned; ctypes takes everything for an int of 32 bits."""
    number, truth = ctypes.c_uint32, ctypes.c_bool
    signatures = (
        (graphics.CGEventSourceSecondsSinceLastEventType, ctypes.c_double, (number, number)),
        (graphics.CGEventSourceCounterForEventType, number, (number, number)),
        (graphics.CGSessionCopyCurrentDictionary, _POINTER, ()),
        (graphics.CGMainDisplayID, number, ()),
        (graphics.CGDisplayIsAsleep, number, (number,)),
        (graphics.CGPreflightScreenCaptureAccess, truth, ()),
        (graphics.CGPreflightListenEventAccess, truth, ()),
        (foundation.CFStringCreateWithCString, _POINTER, (_POINTER, ctypes.c_char_p, number)),
        (foundation.CFDictionaryGetValue, _POINTER, (_POINTER, _POINTER)),
        (foundation.CFBooleanGetValue, ctypes.c_ubyte, (_POINTER,)),
        (foundation.CFRelease, None, (_POINTER,)),
        (objc.objc_autoreleasePoolPush, _POINTER, ()),
        (objc.objc_autoreleasePoolPop, None, (_POINTER,)),
        (objc.objc_getClass, _POINTER, (ctypes.c_char_p,)),
        (objc.sel_registerName, _POINTER, (ctypes.c_char_p,)),
    )
    for function, result, arguments in signatures:
        function.restype, function.argtypes = result, arguments


def native() -> MacCalls:
    """Return the calls of this system."""
    if platform.system() != "Darwin":
        raise Unavailable("This is not macOS.")
    wanted = ("CoreGraphics", "CoreFoundation", "objc")
    # AppKit has to be loaded for NSWorkspace to be known; in the window's process it is.
    ctypes.CDLL(ctypes.util.find_library("AppKit") or "AppKit")
    return MacCalls(*(ctypes.CDLL(ctypes.util.find_library(name) or name) for name in wanted))


class MacSensor:
    """What all of them have: calls, and nothing to close."""

    def __init__(self, calls: MacCalls) -> None:
        self._calls = calls

    def close(self) -> None:
        """Hold nothing open."""


class MacForeground(MacSensor):
    """Which program is in front."""

    def read(self) -> Front:
        """Return whether it is ours, and else what kind of program it is."""
        front = self._calls.front()
        if front is None:
            return NOBODY
        pid, bundle = front
        return OURS if pid == os.getpid() else other(bundle)


class MacIdleClock(MacSensor):
    """How long ago there was input."""

    def read(self) -> int:
        """Return milliseconds."""
        return self._calls.idle_ms()


class MacPower(MacSensor):
    """Locked, somebody else's turn, dark; that it slept is told by the clocks."""

    def __init__(self, calls: MacCalls) -> None:
        super().__init__(calls)
        if calls.session() is None:
            raise Unavailable("This program runs in no session with a screen.")

    def read(self) -> Power:
        """Return what holds now."""
        session = self._calls.session()
        if session is None:
            return Power(elsewhere=True)
        return Power(
            locked=session["locked"],
            elsewhere=not session["in_front"],
            display_off=self._calls.display_asleep(),
        )


class MacInput(MacSensor):
    """Input in any program, from the window server's counters."""

    def __init__(self, calls: MacCalls) -> None:
        super().__init__(calls)
        if not calls.may_count_input():
            raise Unavailable(
                "Input Monitoring isn't allowed, and we don't ask for it by ourselves.",
                _SETTINGS + "Input Monitoring.",
                state=ProbeState.NEEDS_PERMISSION,
            )
        self._before = self._counters()

    def read(self) -> InputCounts:
        """Return what was added since the last look; a counter that went back adds nothing."""
        before, self._before = self._before, self._counters()
        pairs = zip(before, self._before, strict=True)
        keys, clicks, wheel, moves = (max(0, now - then) for then, now in pairs)
        return InputCounts(keys=keys, clicks=clicks, wheel=wheel, moves=moves)

    def _counters(self) -> tuple[int, ...]:
        kinds = ((KEY_DOWN,), CLICKS, (SCROLL,), MOVES)
        return tuple(self._calls.count(some) for some in kinds)


def open_screen(calls: MacCalls, watched: Watched) -> ScreenSensor:
    """Return the screen's sensor where reading it was allowed."""
    if not calls.may_read_screen():
        raise Unavailable(
            "Screen Recording isn't allowed, and we don't ask for it by ourselves.",
            _SETTINGS + "Screen & System Audio Recording.",
            state=ProbeState.NEEDS_PERMISSION,
        )
    return ScreenSensor(MssPicture(), watched)
