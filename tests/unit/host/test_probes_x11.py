"""On a real X server: what is drawn, typed, raised and taken away is noticed, and nothing kept."""

import gc
import os
import pickle
import threading
import types

import pytest

from tests.helpers.displays import x_server
from timeback_desktop.host.probes.screen import Area
from timeback_desktop.host.probes.selection import select_probes
from timeback_desktop.host.probes.system import SystemProbes
from timeback_desktop.host.probes.x11 import XPower, XServer
from timeback_desktop.presence.probes import HostFacts, ProbeName, ProbeState, Switches
from timeback_desktop.presence.signal import InputCounts, Power

KEY_A = 38


@pytest.fixture(autouse=True)
def _no_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("SESSION", "SYSTEM"):
        monkeypatch.setenv(f"DBUS_{kind}_BUS_ADDRESS", "unix:path=/nowhere")


@pytest.fixture(scope="module")
def display_name():
    with x_server() as (name, _):
        yield name


@pytest.fixture
def person(display_name):
    """Somebody else's connection: draws, types, and plays the window manager."""
    from Xlib.display import Display

    display = Display(display_name)
    yield Person(display)
    display.close()


class Person:
    def __init__(self, display) -> None:
        self.display = display
        self.root = display.screen().root

    def draw(self, x=0, y=0, width=1280, height=720, colour=0xFFFFFF) -> None:
        window = self.window(x, y, width, height, colour)
        window.map()
        self.settle()

    def window(self, x=0, y=0, width=10, height=10, colour=0):
        return self.root.create_window(
            x, y, width, height, 0, self.display.screen().root_depth,
            background_pixel=colour, override_redirect=1,
        )  # fmt: skip

    def settle(self) -> None:
        self.display.sync()

    def press(self, kind, detail=0, **place) -> None:
        from Xlib.ext import xtest

        xtest.fake_input(self.display, kind, detail, **place)
        self.settle()

    def activate(self, window, pid=None, name=("thing", "Thing")) -> None:
        window.set_wm_class(*name)
        intern, cardinal = self.display.intern_atom, self.display.intern_atom("CARDINAL")
        if pid is not None:
            window.change_property(intern("_NET_WM_PID"), cardinal, 32, [pid])
        kind = intern("WINDOW")
        self.root.change_property(intern("_NET_ACTIVE_WINDOW"), kind, 32, [window.id])
        self.settle()

    def deactivate(self) -> None:
        self.root.delete_property(self.display.intern_atom("_NET_ACTIVE_WINDOW"))
        self.settle()


def made(display_name, **switches) -> SystemProbes:
    return select_probes(Switches(**switches), platform="linux", environ={"DISPLAY": display_name})


@pytest.fixture
def probes(display_name, person):
    some = made(display_name, global_input=True)
    some.start()
    yield some
    some.stop()


def line_of(probes: SystemProbes, name: ProbeName):
    return next(line for line in probes.report() if line.name is name)


def test_the_screen_rises_and_falls(probes, person):
    probes.look()
    assert probes.look().screen_change == 0.0
    person.draw(0, 0, 640, 360)
    assert probes.look().screen_change == pytest.approx(0.25, abs=0.02)
    assert probes.look().screen_change == 0.0


def test_only_the_watched_area_counts(probes, person):
    probes.watch(Area(800, 400, 400, 200))
    probes.look()
    person.draw(0, 0, 300, 300, 0x00FF00)
    assert probes.look().screen_change == 0.0
    person.draw(800, 400, 400, 200, 0x0000FF)
    assert probes.look().screen_change == 1.0


def test_the_idle_clock_goes_back_to_nothing_with_a_key(probes, person):
    from Xlib import X

    person.press(X.KeyPress, KEY_A)
    person.press(X.KeyRelease, KEY_A)
    assert probes.look().os_idle_ms < 2000


def type_and_click(person, x: int, y: int) -> None:
    from Xlib import X

    for key in (KEY_A, KEY_A + 1, KEY_A + 2):
        person.press(X.KeyPress, key)
        person.press(X.KeyRelease, key)
    for button in (1, 3, 4, 5, 5):
        person.press(X.ButtonPress, button)
        person.press(X.ButtonRelease, button)
    person.press(X.MotionNotify, x=x, y=y)


def test_input_elsewhere_is_counted_and_ours_is_not(display_name, person):
    type_and_click(person, 100, 100)
    person.activate(person.window(), pid=4_000_000, name=("steam", "steam"))
    probes = made(display_name, global_input=True)
    probes.start()
    assert probes.look().outside == InputCounts()
    type_and_click(person, 400, 500)
    counted = InputCounts(keys=3, clicks=2, wheel=3, moves=1, path_px=500)
    assert probes.look().outside == counted
    person.activate(person.window(), pid=os.getpid())
    type_and_click(person, 100, 100)
    assert probes.look().outside == InputCounts()
    person.deactivate()
    type_and_click(person, 400, 500)
    assert probes.look().outside is None
    probes.stop()


def test_who_is_in_front(display_name, person):
    ours, theirs = person.window(), person.window()
    person.activate(theirs, pid=1, name=("Navigator", "firefox"))
    probes = made(display_name)
    probes.start()
    told = [probes.look()]
    person.activate(ours, pid=os.getpid(), name=("timeback", "TimeBack"))
    told.append(probes.look())
    person.activate(theirs, name=("Mystery", "Mystery"))
    theirs.destroy()
    person.settle()
    told.append(probes.look())
    person.deactivate()
    told.append(probes.look())
    probes.stop()
    assert [(facts.ours_in_front, facts.program) for facts in told] == [
        (False, "browser"),
        (True, None),
        (None, None),
        (None, None),
    ]
    assert line_of(probes, ProbeName.FOREGROUND).state is ProbeState.WORKING


def test_without_a_window_manager_the_front_is_unknown(display_name, person):
    person.deactivate()
    probes = made(display_name)
    assert line_of(probes, ProbeName.FOREGROUND).reason == (
        "No window manager says which window is in front."
    )


def test_a_saver_that_runs_locks(display_name, person):
    server = XServer(display_name)
    power = XPower(server)
    person.display.force_screen_saver(1)
    person.settle()
    assert power.read() == Power(locked=True)
    person.display.force_screen_saver(0)
    person.settle()
    assert power.read() == Power()
    power.close()


@pytest.mark.parametrize(
    ("capable", "enabled", "level", "dark"),
    [(1, 1, 0, False), (1, 1, 1, True), (1, 1, 3, True), (1, 0, 3, False), (0, 1, 3, False)],
)
def test_a_dark_screen(capable, enabled, level, dark):
    """Played, because a virtual screen has no power to manage."""
    root = types.SimpleNamespace(screensaver_query_info=lambda: types.SimpleNamespace(state=0))
    display = types.SimpleNamespace(
        screen=lambda: types.SimpleNamespace(root=root),
        has_extension=lambda _: True,
        dpms_capable=lambda: types.SimpleNamespace(capable=capable),
        dpms_info=lambda: types.SimpleNamespace(state=enabled, power_level=level),
    )
    server = types.SimpleNamespace(acquire=lambda: display, release=lambda: None)
    assert XPower(server).read() == Power(display_off=dark)


# python-xlib leaves the sockets of connections that were refused to the collector.
@pytest.mark.filterwarnings("ignore:.*unclosed.*socket", "ignore:Exception ignored in. <socket")
def test_a_dead_server_is_unknown_and_said_once(caplog):
    with x_server("640x480x24") as (name, server):
        probes = made(name, global_input=True)
        probes.start()
        assert probes.look().os_idle_ms is not None
        server.terminate()
        server.await_end()
        assert [probes.look() for _ in range(10)] == [HostFacts()] * 10
        lines = probes.report()
        probes.stop()
    assert {line.state for line in lines} == {ProbeState.UNAVAILABLE}
    assert len([r for r in caplog.records if "of the screen is off" in r.getMessage()]) == 1
    assert all(name not in line.reason for line in lines)


def test_a_screen_of_too_few_colours_is_refused_in_words():
    with x_server("640x480x16") as (name, _):
        probes = made(name)
        line = line_of(probes, ProbeName.SCREEN)
    assert line.state is ProbeState.UNAVAILABLE
    assert "16" in line.reason
    assert line.way_out


def test_a_picture_on_screen_is_in_no_object(probes, person):
    """Every object that the probes reach is searched for a row of pixels that was read."""
    marker = bytes([0xC3, 0x5A, 0x7E])  # blue, green, red
    probes.look()
    person.draw(colour=int.from_bytes(marker, "little"))
    facts = probes.look()
    assert facts.screen_change == 1.0
    reached = [item for item in reachable(probes) if isinstance(item, bytes | bytearray | str)]
    row = (marker + b"\0") * 2
    assert not [item for item in reached if _holds(item, marker * 2) or _holds(item, row)]
    assert marker not in pickle.dumps(facts)


def _holds(item, marker: bytes) -> bool:
    return marker in (item.encode("latin-1", "replace") if isinstance(item, str) else item)


_NOT_OURS = (type, types.ModuleType, types.FunctionType)


def reachable(root):
    """Every object of the probes and of what they hold; modules and classes are left alone."""
    seen, waiting = {}, [root]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, _NOT_OURS):
            continue
        seen[id(item)] = item
        waiting.extend(gc.get_referents(item))
    return seen.values()


def test_the_search_would_find_a_picture(probes):
    probes.kept = {"deep": [bytearray(b"\xc3\x5a\x7e\x00\xc3\x5a\x7e\x00")]}
    assert [item for item in reachable(probes) if isinstance(item, bytearray)]


def test_stop_leaves_no_thread_and_no_connection(display_name, person):
    import psutil

    before, threads = psutil.Process().num_fds(), threading.active_count()
    probes = made(display_name, global_input=True)
    for _ in range(3):
        probes.start()
        probes.look()
        probes.stop()
    assert (psutil.Process().num_fds(), threading.active_count()) == (before, threads)
    assert probes.look() == HostFacts()
