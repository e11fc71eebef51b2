"""Every system has an answer for every probe, said in words, without a prompt and without a loop."""

import pytest

from timeback_desktop.host.probes.programs import Front
from timeback_desktop.host.probes.selection import select_probes
from timeback_desktop.host.probes.system import either, outside
from timeback_desktop.presence.probes import HostFacts, ProbeName, ProbeState, Switches
from timeback_desktop.presence.signal import InputCounts, Power

SYSTEMS = [
    ("linux", {}),
    ("linux", {"DISPLAY": ":4711"}),
    ("linux", {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}),
    ("linux", {"XDG_SESSION_TYPE": "wayland"}),
    ("darwin", {}),
    ("win32", {}),
    ("freebsd14", {}),
]


@pytest.fixture(autouse=True)
def _no_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("SESSION", "SYSTEM"):
        monkeypatch.setenv(f"DBUS_{kind}_BUS_ADDRESS", "unix:path=/nowhere")


@pytest.mark.parametrize(("platform", "environ"), SYSTEMS)
@pytest.mark.filterwarnings("ignore:.*unclosed.*socket", "ignore:Exception ignored in. <socket")
def test_each_probe_has_one_line(platform, environ):
    probes = select_probes(platform=platform, environ=environ)
    lines = probes.report()
    assert [line.name for line in lines] == list(ProbeName)
    for line in lines:
        assert line.state is ProbeState.WORKING or (line.reason and line.lost)
    probes.start()
    assert isinstance(probes.look(), HostFacts)
    probes.stop()
    assert probes.look() == HostFacts()


def test_wayland_says_so_and_uses_nothing_of_x11():
    environ = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}
    probes = select_probes(Switches(global_input=True), platform="linux", environ=environ)
    lines = {line.name: line for line in probes.report()}
    for name in (ProbeName.SCREEN, ProbeName.FOREGROUND, ProbeName.GLOBAL_INPUT):
        assert "Wayland" in lines[name].reason
        assert lines[name].way_out
    assert lines[ProbeName.GLOBAL_INPUT].state is ProbeState.OFF


@pytest.mark.parametrize("name", list(ProbeName))
def test_each_probe_can_be_switched_off(name):
    wanted = Switches(**{name.value: False})
    lines = select_probes(wanted, platform="linux", environ={}).report()
    assert next(line for line in lines if line.name is name).state is ProbeState.OFF


def test_counting_outside_is_off_unless_switched_on():
    assert not Switches().global_input


COUNTS = InputCounts(keys=3)


@pytest.mark.parametrize(
    ("ours", "counted", "told"),
    [
        (True, COUNTS, InputCounts()),
        (False, COUNTS, COUNTS),
        (None, COUNTS, None),
        (False, None, None),
    ],
)
def test_only_input_that_was_not_for_us_is_outside(ours, counted, told):
    assert outside(Front(ours=ours), counted) == told


def test_any_witness_of_power_is_believed():
    told = [Power(locked=True), Power(suspended=True), Power(elsewhere=True, display_off=True)]
    assert either(told) == Power(locked=True, suspended=True, elsewhere=True, display_off=True)
    assert either([]) == Power()
