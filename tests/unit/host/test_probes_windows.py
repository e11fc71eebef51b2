"""Windows, played by stand-ins for its libraries: what its answers mean, and bad answers."""

import ctypes
import os
import types

import pytest

from tests.helpers.libraries import Function
from timeback_desktop.host.probes import windows
from timeback_desktop.host.probes.programs import NOBODY, OURS, other
from timeback_desktop.host.probes.screen import Area
from timeback_desktop.host.probes.sensor import Unavailable
from timeback_desktop.host.probes.windows_screen import GdiStrips
from timeback_desktop.presence.signal import Power


class FakeWindows:
    """The state of a machine, and the libraries that tell of it."""

    def __init__(self) -> None:
        self.pid, self.image, self.tick, self.last = 4711, "C:\\Games\\RobloxPlayerBeta.exe", 5, 3
        self.state, self.flags, self.saver, self.told_bytes = 0, 1, 0, 200
        self.up_ms, self.awake_ms = 100_000, 100_000
        self.freed = self.closed = 0
        self._info = windows.SessionInfo()

    def calls(self) -> windows.WindowsCalls:
        user32 = types.SimpleNamespace(
            GetForegroundWindow=Function(lambda: 1 if self.pid is not None else None),
            GetWindowThreadProcessId=Function(self._pid_of),
            GetLastInputInfo=Function(self._last_input),
            SystemParametersInfoW=Function(self._saver),
        )
        kernel32 = types.SimpleNamespace(
            OpenProcess=Function(lambda *_: 77 if self.image else None),
            QueryFullProcessImageNameW=Function(self._image_of),
            CloseHandle=Function(self._close),
            GetTickCount=Function(lambda: self.tick),
            GetTickCount64=Function(lambda: self.up_ms),
            QueryUnbiasedInterruptTime=Function(self._unbiased),
        )
        wtsapi32 = types.SimpleNamespace(
            WTSQuerySessionInformationW=Function(self._session),
            WTSFreeMemory=Function(self._free),
        )
        return windows.WindowsCalls(user32, kernel32, wtsapi32)

    def _pid_of(self, _window, pid):
        pid._obj.value = self.pid
        return 1

    def _last_input(self, info):
        info._obj.tick = self.last
        return int(info._obj.size == 8 and self.last >= 0)

    def _saver(self, _what, _size, runs, _save):
        runs._obj.value = self.saver
        return 1

    def _image_of(self, _process, _kind, path, _size):
        path.value = self.image
        return 1

    def _close(self, _handle):
        self.closed += 1

    def _unbiased(self, told):
        told._obj.value = self.awake_ms * windows.UNBIASED_PER_MS

    def _session(self, _server, _session, kind, found, size):
        self._info.data.state, self._info.data.flags = self.state, self.flags
        found._obj.value = ctypes.addressof(self._info)
        size._obj.value = self.told_bytes
        return int(kind == windows.WTS_SESSION_INFO_EX and self.told_bytes > 0)

    def _free(self, _memory):
        self.freed += 1


@pytest.fixture
def machine() -> FakeWindows:
    return FakeWindows()


def test_the_head_of_the_session_info_lies_as_in_the_header_file():
    assert windows.SessionInfo.data.offset == 8
    assert windows.SessionLevel1.state.offset == 4
    assert windows.SessionLevel1.flags.offset == 8


@pytest.mark.parametrize(
    ("pid", "image", "front"),
    [
        (4711, "C:\\Games\\RobloxPlayerBeta.exe", other("RobloxPlayerBeta")),
        (4711, "", other()),
        (0, "C:\\x.exe", NOBODY),
        (None, "C:\\x.exe", NOBODY),
        (os.getpid(), "C:\\x.exe", OURS),
    ],
)
def test_who_is_in_front(machine, pid, image, front):
    machine.pid, machine.image = pid, image
    assert windows.WindowsForeground(machine.calls()).read() == front


def test_the_handle_of_a_process_is_given_back(machine):
    assert windows.WindowsForeground(machine.calls()).read().program == "game"
    assert machine.closed == 1


@pytest.mark.parametrize(
    ("tick", "last", "idle"), [(5000, 2000, 3000), (1000, 0xFFFF_FFFF, 1001), (7, 7, 0)]
)
def test_the_idle_clock_wraps_round(machine, tick, last, idle):
    machine.tick, machine.last = tick, last
    assert windows.WindowsIdleClock(machine.calls()).read() == idle


@pytest.mark.parametrize(
    ("state", "flags", "saver", "power"),
    [
        (0, 1, 0, Power()),
        (0, 0, 0, Power(locked=True)),
        (0, 1, 1, Power(locked=True)),
        (0, -1, 0, Power()),  # unknown
        (4, 1, 0, Power(elsewhere=True)),  # disconnected: somebody else signed in
        (4, 0, 0, Power(locked=True, elsewhere=True)),
    ],
)
def test_locks_and_turns(machine, state, flags, saver, power):
    machine.state, machine.flags, machine.saver = state, flags, saver
    assert windows.WindowsPower(machine.calls()).read() == power
    assert machine.freed == 2


def test_sleep_is_the_difference_of_two_clocks(machine):
    power = windows.WindowsPower(machine.calls())
    machine.up_ms, machine.awake_ms = 101_016, 101_000
    assert power.read() == Power()
    machine.up_ms, machine.awake_ms = 162_000, 102_000
    assert power.read() == Power(suspended=True)
    assert power.read() == Power()


@pytest.mark.parametrize("told_bytes", [0, 4])
def test_a_session_that_tells_too_little_is_a_failure(machine, told_bytes):
    machine.told_bytes = told_bytes
    with pytest.raises(OSError, match="WTSQuerySessionInformation"):
        windows.WindowsPower(machine.calls())


def test_elsewhere_it_is_refused_in_words():
    if hasattr(ctypes, "WinDLL"):
        assert windows.native().idle_ms() >= 0
        return
    with pytest.raises(Unavailable, match="not Windows"):
        windows.native()


class FakeGdi:
    """Device contexts that count what is held, and a screen of one colour."""

    def __init__(self, *, readable: bool = True) -> None:
        self.readable = readable
        self.held: list[str] = []
        self.blit: tuple = ()
        self._bits = None

    def strips(self) -> GdiStrips:
        metrics = {0: 1920, 1: 1080, 76: -1280, 77: 0, 78: 3200, 79: 1080}
        user32 = types.SimpleNamespace(
            GetDC=Function(lambda _: self._hold("screen")),
            ReleaseDC=Function(lambda *_: self.held.remove("screen")),
            GetSystemMetrics=Function(metrics.__getitem__),
        )
        gdi32 = types.SimpleNamespace(
            CreateCompatibleDC=Function(lambda _: self._hold("memory")),
            CreateDIBSection=Function(self._section),
            SelectObject=Function(lambda *_: 1),
            SetStretchBltMode=Function(lambda *_: 1),
            StretchBlt=Function(self._stretch),
            GdiFlush=Function(lambda: 1),
            DeleteDC=Function(lambda _: self.held.remove("memory")),
            DeleteObject=Function(lambda _: self.held.remove("bitmap")),
        )
        return GdiStrips(user32, gdi32)

    def _hold(self, what: str) -> int:
        self.held.append(what)
        return len(self.held)

    def _section(self, _screen, header, _use, bits, _file, _offset):
        told = header._obj
        self._bits = ctypes.create_string_buffer(told.width * -told.height * 4)
        bits._obj.value = ctypes.addressof(self._bits)
        return self._hold("bitmap")

    def _stretch(self, *arguments):
        self.blit = arguments
        ctypes.memset(self._bits, 7, len(self._bits))
        return int(self.readable)


def test_all_rows_come_by_one_call():
    gdi = FakeGdi()
    strips = gdi.strips()
    rows = list(strips.read(Area(-1280, 0, 1280, 720)))
    assert {bytes(row) for row in rows} == {b"\x07" * 1280 * 4}
    assert gdi.blit[1:5] == (0, 0, 1280, len(rows))
    assert gdi.blit[6:10] == (-1280, 0, 1280, 720)
    assert gdi.held == []


def test_a_screen_that_may_not_be_read_leaves_nothing_behind():
    gdi = FakeGdi(readable=False)
    with pytest.raises(OSError, match="can't be read"):
        list(gdi.strips().read(Area(0, 0, 100, 100)))
    assert gdi.held == []


def test_monitors():
    strips = FakeGdi().strips()
    assert strips.primary() == Area(0, 0, 1920, 1080)
    assert strips.desktop() == Area(-1280, 0, 3200, 1080)
