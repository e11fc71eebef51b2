"""How much of the screen changed in the last second; nothing of what is on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from timeback_desktop.clock import Clock, SystemClock
from timeback_desktop.host.probes.sensor import Unavailable
from timeback_desktop.host.probes.tiles import Tiles, rows_of

_WAY_OUT = "Set the screen to 24 bits of colour."
HOLD_UP_MS = 20  # how long a look may hold up the window; after a longer one, looks rest


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the desktop, in pixels of the screen."""

    left: int
    top: int
    width: int
    height: int

    def within(self, other: Area) -> Area:
        """Return what of this area lies in another; nothing in common has no width or height."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right = min(self.left + self.width, other.left + other.width)
        bottom = min(self.top + self.height, other.top + other.height)
        return Area(left, top, max(0, right - left), max(0, bottom - top))


class Strips(Protocol):
    """A screen from which single rows can be read."""

    def desktop(self) -> Area:
        """Return all that can be read, on every monitor."""
        ...

    def primary(self) -> Area:
        """Return the monitor to watch when nobody says which."""
        ...

    def read(self, area: Area) -> Iterator[bytearray]:
        """Yield the rows ``tiles.rows_of`` of an area, 4 bytes a pixel."""
        ...

    def close(self) -> None:
        """Let go of the screen."""
        ...


class Watched:
    """Which part of the desktop is watched: told by the window, read by the sensor."""

    def __init__(self) -> None:
        self.area: Area | None = None


class ScreenSensor:
    """Compare each look at the watched area with the look before."""

    def __init__(self, strips: Strips, watched: Watched, clock: Clock | None = None) -> None:
        self._strips = strips
        self._watched = watched
        self._clock = clock or SystemClock()
        self._area: Area | None = None
        self._tiles = Tiles(1)
        self._resting = 0

    def read(self) -> float | None:
        """Return the share of tiles that changed, ``None`` when there is nothing to compare."""
        if self._resting:
            self._resting -= 1
            return None
        begin = self._clock.stamp().mono_ms
        change = self._compare()
        self._resting = min(60, (self._clock.stamp().mono_ms - begin) // HOLD_UP_MS)
        return change

    def close(self) -> None:
        """Forget the last picture's figures and let go of the screen."""
        self._area = None
        self._strips.close()

    def _compare(self) -> float | None:
        told = self._watched.area
        area = told.within(self._strips.desktop()) if told else self._strips.primary()
        if not (area.width and area.height):
            self._area = None
            return None
        if area != self._area:
            self._area, self._tiles = area, Tiles(area.width)
        return self._tiles.change(self._strips.read(area))


class MssStrips:
    """Rows read through mss; the server's answer is dropped as soon as it is summed."""

    def __init__(self, display: str | None = None) -> None:
        import mss  # noqa: PLC0415

        # The shared-memory way would keep the last strip's pixels in a buffer of its own.
        try:
            self._mss = mss.MSS(display=display, backend="xgetimage") if display else mss.MSS()
            self._desktop, self._primary = self._look_up()
        except mss.ScreenShotError as error:  # says what is wrong with the screen as a whole
            raise Unavailable(f"The screen can't be read. {error}", _WAY_OUT) from error

    def desktop(self) -> Area:
        """Return all monitors together."""
        return self._desktop

    def primary(self) -> Area:
        """Return the primary monitor."""
        return self._primary

    def read(self, area: Area) -> Iterator[bytearray]:
        """Yield one row after the other."""
        for row in rows_of(area.top, area.height):
            part = {"left": area.left, "top": row, "width": area.width, "height": 1}
            yield self._mss.grab(part).raw

    def close(self) -> None:
        """Close the connection."""
        self._mss.close()

    def _look_up(self) -> tuple[Area, Area]:
        desktop = _area(self._mss.monitors[0])
        primary = _area(self._mss.primary_monitor) if len(self._mss.monitors) > 1 else desktop
        return desktop, primary


class MssPicture(MssStrips):
    """Rows out of one picture, for a system where any read costs as much as a whole one."""

    def read(self, area: Area) -> Iterator[bytearray]:
        """Yield the rows; the picture is gone with the last of them."""
        part = {"left": area.left, "top": area.top, "width": area.width, "height": area.height}
        picture, stride = self._mss.grab(part).raw, area.width * 4
        for row in rows_of(0, area.height):
            yield picture[row * stride : (row + 1) * stride]


def _area(monitor: dict[str, int]) -> Area:
    return Area(monitor["left"], monitor["top"], monitor["width"], monitor["height"])
