"""Over a message bus: locks, sleep and other people's turns are heard; a bad bus does no harm."""

import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a display")

from timeback_desktop.host.probes import dbus  # noqa: E402
from timeback_desktop.host.probes.sensor import Candidate, Probe, Unavailable  # noqa: E402
from timeback_desktop.host.probes.session_bus import (  # noqa: E402
    LOGIN,
    MANAGER,
    MANAGER_PATH,
    MUTTER,
    SAVERS,
    SESSION,
    WISH_LOOKS,
    Login,
    MutterIdle,
    Saver,
)
from timeback_desktop.presence.probes import ProbeName, ProbeState  # noqa: E402
from timeback_desktop.presence.signal import Power  # noqa: E402

OURS = "/org/freedesktop/login1/session/_32"
THEIRS = "/org/freedesktop/login1/session/_35"
PROPERTIES = "org.freedesktop.DBus.Properties"
SAVER, SAVER_PATH = SAVERS[0]


@pytest.fixture
def bus(tmp_path, monkeypatch):
    from tests.helpers.message_bus import message_bus

    monkeypatch.setattr(dbus, "ANSWER_S", 0.5)
    with message_bus(tmp_path) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        bus.answers |= {
            "GetSessionByPID": ("o", (OURS,)),
            "Get LockedHint": ("v", (("b", False),)),
            "Get Active": ("v", (("b", True),)),
            f"GetActive {SAVER}": ("b", (False,)),
            f"GetIdletime {MUTTER}": ("t", (4321,)),
        }
        yield bus


@pytest.fixture
def login(bus):
    sensor = Login(42)
    yield sensor
    sensor.close()


def heard(login: Login) -> Power:
    """What is told once the signals had the time to arrive."""
    import select

    select.select([login._bus._socket], [], [], 2)
    return login.read()


def changed(bus, path: str, **properties: bool) -> None:
    values = {name: ("b", value) for name, value in properties.items()}
    bus.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", SESSION, values, [])


def test_quiet_at_first(login, bus):
    assert login.read() == Power()
    assert any("PrepareForSleep" in rule and LOGIN in rule for rule in bus.rules)


def test_what_holds_at_the_start_is_asked(bus):
    bus.answers |= {"Get LockedHint": ("v", (("b", True),)), "Get Active": ("v", (("b", False),))}
    sensor = Login(42)
    assert sensor.read() == Power(locked=True, elsewhere=True)
    sensor.close()


def test_a_lock_holds_until_it_is_lifted(login, bus):
    changed(bus, OURS, LockedHint=True)
    assert heard(login) == Power(locked=True)
    assert login.read() == Power(locked=True)
    changed(bus, OURS, LockedHint=False)
    assert heard(login) == Power()


def test_a_wish_to_lock_is_believed_for_a_while_only(login, bus):
    bus.signal(OURS, SESSION, "Lock", "")
    assert heard(login) == Power(locked=True)
    told = [login.read().locked for _ in range(WISH_LOOKS)]
    assert told == [True] * (WISH_LOOKS - 1) + [False]


def test_unlock_ends_it(login, bus):
    bus.signal(OURS, SESSION, "Lock", "")
    assert heard(login).locked
    bus.signal(OURS, SESSION, "Unlock", "")
    assert heard(login) == Power()


def test_sleep_is_told_once_on_waking(login, bus):
    bus.signal(MANAGER_PATH, MANAGER, "PrepareForSleep", "b", True)
    assert heard(login) == Power()
    bus.signal(MANAGER_PATH, MANAGER, "PrepareForSleep", "b", False)
    assert heard(login) == Power(suspended=True)
    assert login.read() == Power()


def test_somebody_else_takes_a_turn(login, bus):
    changed(bus, OURS, Active=False)
    assert heard(login) == Power(elsewhere=True)
    changed(bus, OURS, Active=True)
    assert heard(login) == Power()


def test_other_peoples_sessions_are_theirs(login, bus):
    changed(bus, THEIRS, LockedHint=True, Active=False)
    bus.signal(THEIRS, SESSION, "Lock", "")
    assert heard(login) == Power()


def test_the_screen_saver(bus):
    saver = Saver()
    assert saver.read() == Power()
    bus.signal(SAVER_PATH, SAVER, "ActiveChanged", "b", True)
    assert heard(saver) == Power(locked=True)
    bus.signal(SAVER_PATH, SAVER, "ActiveChanged", "b", False)
    assert heard(saver) == Power()
    saver.close()


def test_the_idle_clock_of_the_compositor(bus):
    clock = MutterIdle()
    assert clock.read() == 4321
    clock.close()


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (lambda: Login(42), "GetSessionByPID"),
        (Saver, f"GetActive {SAVER}"),
        (MutterIdle, f"GetIdletime {MUTTER}"),
    ],
)
def test_a_service_that_is_not_there_is_said(bus, make, answer):
    del bus.answers[answer]
    with pytest.raises(Unavailable):
        make()


def test_no_bus_is_said(monkeypatch):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
    with pytest.raises(Unavailable, match="There is no system message bus"):
        Login(42)


def test_a_bus_that_never_answers_does_not_hang_us(bus, monkeypatch):
    monkeypatch.setattr(dbus, "ANSWER_S", 0.05)
    bus.is_silent = True
    with pytest.raises(TimeoutError):
        Login(42)


def test_a_flood_is_read_in_parts(login, bus, monkeypatch):
    monkeypatch.setattr(dbus, "MOST_AT_ONCE", 20)
    for _ in range(dbus.MOST_AT_ONCE + 5):
        bus.signal(THEIRS, SESSION, "Lock", "")
    changed(bus, OURS, LockedHint=True)
    told = [heard(login).locked for _ in range(3)]
    assert told[0] is False
    assert told[-1] is True


@pytest.mark.parametrize(
    "hostile",
    [
        b"not a message at all, but long enough to look like one",
        b"l" + b"\xff" * 200,
    ],
)
def test_a_bus_that_talks_nonsense_becomes_unknown(bus, hostile):
    probe = Probe(ProbeName.POWER, [Candidate("logind", lambda: Login(42))], Power(), "")
    probe.start()
    bus.send(hostile)
    bus.hang_up()
    assert [probe.look() for _ in range(6)] == [Power()] * 6
    assert probe.capability.state is ProbeState.UNAVAILABLE
    probe.stop()
