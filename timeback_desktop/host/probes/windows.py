"""What Windows tells without a prompt and without a hook.

``WindowsCalls`` is the seam: each of its answers is one or two calls of the Win32 API through
libraries that are handed in, so that tests can play Windows on any system. Widths are spelt
out, because ``ctypes.wintypes`` has other ones elsewhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import PureWindowsPath
from typing import Any

from timeback_desktop.host.probes.programs import NOBODY, OURS, Front, other
from timeback_desktop.host.probes.sensor import Unavailable
from timeback_desktop.presence.signal import Power

PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
SPI_GETSCREENSAVERRUNNING = 0x0072
WTS_CURRENT_SESSION = 0xFFFFFFFF
WTS_SESSION_INFO_EX = 25
WTS_ACTIVE = 0
WTS_LOCKED = 0  # since Windows 8; Windows 7 had it the other way round
SLEPT_MS = 1500  # the two clocks may drift apart by a tick or so while awake
UNBIASED_PER_MS = 10_000
_PATH_CHARS = 1024


class LastInput(ctypes.Structure):
    """LASTINPUTINFO."""

    _fields_ = (("size", ctypes.c_uint32), ("tick", ctypes.c_uint32))


class SessionLevel1(ctypes.Structure):
    """The head of WTSINFOEX_LEVEL1_W, as far as it is read."""

    _fields_ = (
        ("session_id", ctypes.c_uint32),
        ("state", ctypes.c_int),
        ("flags", ctypes.c_int32),
        ("_rest", ctypes.c_longlong),  # gives it the alignment of what follows
    )


class SessionInfo(ctypes.Structure):
    """The head of WTSINFOEXW."""

    _fields_ = (("level", ctypes.c_uint32), ("data", SessionLevel1))


class WindowsCalls:
    """The calls that the sensors need, as plain answers."""

    def __init__(self, user32: Any, kernel32: Any, wtsapi32: Any) -> None:
        self._user32 = user32
        self._kernel32 = kernel32
        self._wtsapi32 = wtsapi32
        # Handles are as wide as pointers; ctypes takes every result for an int of 32 bits.
        user32.GetForegroundWindow.restype = ctypes.c_void_p
        user32.GetWindowThreadProcessId.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        kernel32.OpenProcess.restype = ctypes.c_void_p
        kernel32.QueryFullProcessImageNameW.argtypes = [
            ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        kernel32.CloseHandle.argtypes = [ctypes.c_void_p]
        kernel32.GetTickCount.restype = ctypes.c_uint32
        kernel32.GetTickCount64.restype = ctypes.c_ulonglong
        wtsapi32.WTSQuerySessionInformationW.argtypes = [
            ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        wtsapi32.WTSFreeMemory.argtypes = [ctypes.c_void_p]
        wtsapi32.WTSFreeMemory.restype = None

    def foreground_pid(self) -> int | None:
        """Return the process of the window in front; there may be none for a moment."""
        window = self._user32.GetForegroundWindow()
        if not window:
            return None
        pid = ctypes.c_uint32()
        self._user32.GetWindowThreadProcessId(window, ctypes.byref(pid))
        return pid.value or None

    def image_name(self, pid: int) -> str:
        """Return the file name of a program, nothing where we may not ask."""
        process = self._kernel32.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid)
        if not process:
            return ""
        try:
            size = ctypes.c_uint32(_PATH_CHARS)
            path = ctypes.create_unicode_buffer(_PATH_CHARS)
            query = self._kernel32.QueryFullProcessImageNameW
            found = query(process, 0, path, ctypes.byref(size))
            return PureWindowsPath(path.value).stem if found else ""
        finally:
            self._kernel32.CloseHandle(process)

    def idle_ms(self) -> int:
        """Return how long ago there was input; both clocks wrap round after 49 days."""
        last = LastInput(ctypes.sizeof(LastInput), 0)
        if not self._user32.GetLastInputInfo(ctypes.byref(last)):
            raise OSError("GetLastInputInfo failed")
        return int((self._kernel32.GetTickCount() - last.tick) & 0xFFFFFFFF)

    def session(self) -> tuple[int, int]:
        """Return state and flags of the session this program runs in."""
        found, size = ctypes.c_void_p(), ctypes.c_uint32()
        query = self._wtsapi32.WTSQuerySessionInformationW
        here, kind = WTS_CURRENT_SESSION, WTS_SESSION_INFO_EX
        if not query(None, here, kind, ctypes.byref(found), ctypes.byref(size)):
            raise OSError("WTSQuerySessionInformation failed")
        try:
            if not found.value or size.value < ctypes.sizeof(SessionInfo):
                raise OSError("WTSQuerySessionInformation told too little")
            told = SessionInfo.from_address(found.value).data
            return int(told.state), int(told.flags)
        finally:
            self._wtsapi32.WTSFreeMemory(found)

    def saver_runs(self) -> bool:
        """Tell whether a screen saver covers the screen."""
        runs = ctypes.c_int()
        ask = self._user32.SystemParametersInfoW
        return bool(ask(SPI_GETSCREENSAVERRUNNING, 0, ctypes.byref(runs), 0)) and bool(runs.value)

    def asleep_ms(self) -> int:
        """Return for how long the machine has slept since it was started."""
        unbiased = ctypes.c_ulonglong()
        self._kernel32.QueryUnbiasedInterruptTime(ctypes.byref(unbiased))
        return int(self._kernel32.GetTickCount64()) - unbiased.value // UNBIASED_PER_MS


def native() -> WindowsCalls:
    """Return the calls of this system."""
    return WindowsCalls(*(library(name) for name in ("user32", "kernel32", "wtsapi32")))


def library(name: str) -> Any:
    """Return a library of the system, with a table of functions that is ours alone."""
    load = getattr(ctypes, "WinDLL", None)
    if load is None:
        raise Unavailable("This is not Windows.")
    return load(name)


class WindowsSensor:
    """What all of them have: calls, and nothing to close."""

    def __init__(self, calls: WindowsCalls) -> None:
        self._calls = calls

    def close(self) -> None:
        """Hold nothing open."""


class WindowsForeground(WindowsSensor):
    """Whose window is in front."""

    def read(self) -> Front:
        """Return whether it is ours, and else what kind of program it is."""
        pid = self._calls.foreground_pid()
        if pid is None:
            return NOBODY
        return OURS if pid == os.getpid() else other(self._calls.image_name(pid))


class WindowsIdleClock(WindowsSensor):
    """How long ago the session got any input."""

    def read(self) -> int:
        """Return milliseconds."""
        return self._calls.idle_ms()


class WindowsPower(WindowsSensor):
    """Locked, somebody else's turn, slept; a dark screen would need a window of its own."""

    def __init__(self, calls: WindowsCalls) -> None:
        super().__init__(calls)
        self._asleep_ms = calls.asleep_ms()
        calls.session()

    def read(self) -> Power:
        """Return what holds now, and whether the machine slept since the last look."""
        before, self._asleep_ms = self._asleep_ms, self._calls.asleep_ms()
        state, flags = self._calls.session()
        saver = False
        with contextlib.suppress(OSError):
            saver = self._calls.saver_runs()
        return Power(
            locked=flags == WTS_LOCKED or saver,
            suspended=self._asleep_ms - before > SLEPT_MS,
            elsewhere=state != WTS_ACTIVE,
        )
