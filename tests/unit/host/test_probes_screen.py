"""The watched area is followed, cut to what there is, and a slow screen is asked less often."""

import pytest

from tests.helpers.clock import FakeClock
from timeback_desktop.host.probes.screen import Area, ScreenSensor, Watched
from timeback_desktop.host.probes.tiles import rows_of

DESKTOP = Area(-1920, 0, 5760, 2160)  # a small monitor to the left of a big one
PRIMARY = Area(0, 0, 3840, 2160)


class FakeScreen:
    """A screen of one colour that remembers which rows were read."""

    def __init__(self, clock: FakeClock, took_ms: int = 1) -> None:
        self.clock = clock
        self.took_ms = took_ms
        self.colour = b"\x00\x00\x00\x00"
        self.read_areas: list[Area] = []
        self.closed = False

    def desktop(self) -> Area:
        return DESKTOP

    def primary(self) -> Area:
        return PRIMARY

    def read(self, area):
        self.read_areas.append(area)
        self.clock.advance(self.took_ms)
        for _ in rows_of(area.top, area.height):
            yield bytearray(self.colour * area.width)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def screen() -> FakeScreen:
    return FakeScreen(FakeClock())


@pytest.fixture
def sensor(screen: FakeScreen, watched: Watched) -> ScreenSensor:
    return ScreenSensor(screen, watched, screen.clock)


def test_the_primary_monitor_is_watched_when_nobody_says_which(sensor, screen):
    assert sensor.read() is None
    assert sensor.read() == 0.0
    screen.colour = b"\xff\xff\xff\x00"
    assert sensor.read() == 1.0
    assert set(screen.read_areas) == {PRIMARY}


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (Area(-1900, 20, 800, 600), Area(-1900, 20, 800, 600)),
        (Area(3000, 1900, 2000, 900), Area(3000, 1900, 840, 260)),
        (Area(-5000, -5000, 20_000, 20_000), DESKTOP),
    ],
)
def test_the_area_is_cut_to_the_desktop(sensor, screen, watched, told, read):
    watched.area = told
    sensor.read()
    assert screen.read_areas == [read]


@pytest.mark.parametrize(
    "told", [Area(9000, 0, 10, 10), Area(0, 0, 0, 10), Area(5, 5, -3, -3), Area(0, 2160, 9, 9)]
)
def test_an_area_outside_is_unknown(sensor, screen, watched, told):
    watched.area = told
    assert [sensor.read(), sensor.read()] == [None, None]
    assert screen.read_areas == []


def test_a_window_that_moved_has_nothing_to_compare_with(sensor, watched):
    watched.area = Area(0, 0, 800, 600)
    assert [sensor.read(), sensor.read()] == [None, 0.0]
    watched.area = Area(10, 0, 800, 600)
    assert [sensor.read(), sensor.read()] == [None, 0.0]


@pytest.mark.parametrize(("took_ms", "resting"), [(19, 0), (20, 1), (65, 3), (60_000, 60)])
def test_a_screen_that_holds_us_up_rests(sensor, screen, took_ms, resting):
    screen.took_ms = took_ms
    sensor.read()
    assert [sensor.read() for _ in range(resting)] == [None] * resting
    assert sensor.read() == 0.0


def test_the_screen_is_let_go(sensor, screen):
    sensor.close()
    assert screen.closed
