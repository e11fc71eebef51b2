"""macOS, played by stand-ins for its libraries: no prompt, no listener, and what answers mean."""

import ctypes
import os
import types

import pytest

from tests.helpers.libraries import Function
from timeback_desktop.host.probes import macos
from timeback_desktop.host.probes.programs import NOBODY, OURS, other
from timeback_desktop.host.probes.screen import Watched
from timeback_desktop.host.probes.sensor import Unavailable
from timeback_desktop.presence.probes import ProbeState
from timeback_desktop.presence.signal import InputCounts, Power

WORKSPACE, SHARED, PROGRAM, NAME = 0x1000, 0x1001, 0x1002, 0x1003
SEND = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class FakeMac:
    """The state of a machine, and the libraries that tell of it."""

    def __init__(self) -> None:
        self.pid, self.bundle = 4711, b"com.apple.Safari"
        self.seconds, self.asleep = 3.25, 0
        self.session: dict[bytes, bool] | None = {b"kCGSSessionOnConsoleKey": True}
        self.allowed = True
        self.counters: dict[int, int] = {}
        self.released = self.pools = 0
        self._selectors: list[bytes] = []
        self._keys: list[bytes] = []
        self._text = ctypes.create_string_buffer(self.bundle)
        self._send = SEND(self._sent)

    def calls(self) -> macos.MacCalls:
        plain = {
            "CGEventSourceSecondsSinceLastEventType": lambda *_: self.seconds,
            "CGEventSourceCounterForEventType": lambda _, kind: self.counters.get(kind, 0),
            "CGSessionCopyCurrentDictionary": lambda: None if self.session is None else 9,
            "CGMainDisplayID": lambda: 1,
            "CGDisplayIsAsleep": lambda _: self.asleep,
            "CGPreflightScreenCaptureAccess": lambda: bool(self.allowed),
            "CGPreflightListenEventAccess": lambda: self.allowed,
            "CFStringCreateWithCString": lambda _, name, __: self._number(self._keys, name),
            "CFDictionaryGetValue": self._value,
            "CFBooleanGetValue": lambda value: value == 101,
            "CFRelease": self._release,
            "objc_autoreleasePoolPush": self._push,
            "objc_autoreleasePoolPop": self._pop,
            "objc_getClass": lambda _: WORKSPACE,
            "sel_registerName": lambda name: self._number(self._selectors, name),
        }
        functions = {name: Function(play) for name, play in plain.items()}
        library = types.SimpleNamespace(**functions, objc_msgSend=self._send)
        return macos.MacCalls(library, library, library)

    def _number(self, names: list[bytes], name: bytes) -> int:
        names.append(name)
        return len(names)

    def _value(self, _dictionary, key):
        value = (self.session or {}).get(self._keys[key - 1])
        return None if value is None else 100 + value

    def _release(self, _thing):
        self.released += 1

    def _push(self):
        self.pools += 1
        return 1

    def _pop(self, _pool):
        self.pools -= 1

    def _sent(self, target, selector):
        answers = {
            (WORKSPACE, b"sharedWorkspace"): SHARED,
            (SHARED, b"frontmostApplication"): PROGRAM if self.pid else None,
            (PROGRAM, b"processIdentifier"): self.pid,
            (PROGRAM, b"bundleIdentifier"): NAME if self.bundle else None,
            (NAME, b"UTF8String"): ctypes.addressof(self._text),
        }
        return answers[target, self._selectors[selector - 1]]


@pytest.fixture
def machine() -> FakeMac:
    return FakeMac()


@pytest.mark.parametrize(
    ("pid", "bundle", "front"),
    [
        (4711, b"com.apple.Safari", other("Safari")),
        (4711, b"", other()),
        (0, b"com.apple.Safari", NOBODY),
        (os.getpid(), b"com.apple.Safari", OURS),
    ],
)
def test_who_is_in_front(machine, pid, bundle, front):
    machine.pid, machine.bundle = pid, bundle
    assert macos.MacForeground(machine.calls()).read() == front
    assert machine.pools == 0


def test_the_idle_clock_counts_milliseconds(machine):
    assert macos.MacIdleClock(machine.calls()).read() == 3250


@pytest.mark.parametrize(
    ("session", "asleep", "power"),
    [
        ({b"kCGSSessionOnConsoleKey": True}, 0, Power()),
        ({b"CGSSessionScreenIsLocked": True}, 0, Power(locked=True)),
        ({b"kCGSSessionOnConsoleKey": False}, 0, Power(elsewhere=True)),
        ({}, 1, Power(display_off=True)),
    ],
)
def test_locks_turns_and_dark_screens(machine, session, asleep, power):
    machine.session, machine.asleep = session, asleep
    assert macos.MacPower(machine.calls()).read() == power
    assert machine.released == 6  # twice: the dictionary and two keys


def test_a_session_that_ends_is_elsewhere(machine):
    power = macos.MacPower(machine.calls())
    machine.session = None
    assert power.read() == Power(elsewhere=True)
    with pytest.raises(Unavailable):
        macos.MacPower(machine.calls())


def test_input_is_the_difference_of_counters(machine):
    machine.counters = {10: 100, 1: 50, 3: 1, 22: 7, 5: 1000}
    counted = macos.MacInput(machine.calls())
    machine.counters = {10: 104, 1: 51, 3: 2, 22: 7, 5: 1010, 6: 5}
    assert counted.read() == InputCounts(keys=4, clicks=2, moves=15)
    machine.counters = {}
    assert counted.read() == InputCounts()


@pytest.mark.parametrize(
    "make", [macos.MacInput, lambda calls: macos.open_screen(calls, Watched())]
)
def test_what_is_not_allowed_is_not_tried(machine, make):
    machine.allowed = False
    with pytest.raises(Unavailable) as refusal:
        make(machine.calls())
    assert refusal.value.state is ProbeState.NEEDS_PERMISSION
    assert "System Settings" in refusal.value.way_out
