"""What an X server tells: who is in front, how long nobody touched anything, screen at rest.

One connection serves every sensor of a session: opening one costs more than a minute of
reading. Events that nobody asked for never arrive on it, so it needs no thread.
"""

from __future__ import annotations

import contextlib
import io
import os
from typing import TYPE_CHECKING, Any

from timeback_desktop.host.probes.foreign import foreign
from timeback_desktop.host.probes.programs import NOBODY, OURS, Front, other
from timeback_desktop.host.probes.sensor import Unavailable
from timeback_desktop.presence.signal import Power

if TYPE_CHECKING:
    from collections.abc import Callable

SAVER_RUNS = 1  # state of MIT-SCREEN-SAVER: off, on, cycled, and 3 for disabled
LEVEL_ON = 0  # of DPMS: on, standby, suspend, off


class XServer:
    """A connection that sensors share: open while at least one of them uses it."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self._display: Any = None
        self._users = 0

    def acquire(self) -> Any:
        """Return the connection, opened for the first who asks."""
        if self._display is None:
            self._display = _connect(self.name)
        self._users += 1
        return self._display

    def release(self) -> None:
        """Give it back; the last one closes it."""
        self._users -= 1
        if self._users > 0:
            return
        display, self._display, self._users = self._display, None, 0
        if display is not None:
            _hang_up(display)


def _connect(name: str | None) -> Any:
    if not name:
        raise Unavailable("There is no X display.", "Open TimeBack on a desktop.")
    library = foreign("Xlib.display")
    with contextlib.redirect_stdout(io.StringIO()):  # it prints about authority files
        display = library.Display(name)
    display.set_error_handler(_ignore)
    return display


def _hang_up(display: Any) -> None:
    """Close a connection, even one whose server has gone, which can't take leave of it."""
    try:
        display.close()
    finally:
        display.display.socket.close()


def _ignore(*_: object) -> None:
    """Answer an error of a request without a reply; the default would print it."""


class XSensor:
    """Something read from the root window of the shared connection."""

    extension = ""

    def __init__(self, server: XServer) -> None:
        self._server = server
        self._display = server.acquire()
        try:
            self._root = self._display.screen().root
            self._check()
        except Exception:
            server.release()
            raise

    def close(self) -> None:
        """Give the connection back."""
        self._server.release()

    def _check(self) -> None:
        """Refuse a server that lacks what is read."""
        if self.extension and not self._display.has_extension(self.extension):
            raise Unavailable(f"The X server has no {self.extension}.")


class XForeground(XSensor):
    """Whose window is active, as the window manager says."""

    def __init__(self, server: XServer, own_pid: int | None = None) -> None:
        self._own_pid = own_pid or os.getpid()
        super().__init__(server)

    def read(self) -> Front:
        """Return whether we are in front; class and process are forgotten at once."""
        window_id = self._number(self._root, self._active)
        if not window_id:
            return NOBODY
        window = self._display.create_resource_object("window", window_id)
        try:
            if self._number(window, self._pid) == self._own_pid:
                return OURS
            return other(*reversed(window.get_wm_class() or ()))
        except foreign("Xlib.error").BadWindow:  # it closed between the two questions
            return NOBODY

    def _check(self) -> None:
        intern = self._display.intern_atom
        self._active, self._pid = intern("_NET_ACTIVE_WINDOW"), intern("_NET_WM_PID")
        supported = self._root.get_full_property(intern("_NET_SUPPORTED"), 0)
        if supported is None and self._root.get_full_property(self._active, 0) is None:
            raise Unavailable("No window manager says which window is in front.")

    def _number(self, window: Any, atom: int) -> int | None:
        found = window.get_full_property(atom, 0)
        return int(found.value[0]) if found is not None and len(found.value) else None


class XIdleClock(XSensor):
    """How long ago any program got any input, as MIT-SCREEN-SAVER counts it."""

    extension = "MIT-SCREEN-SAVER"

    def read(self) -> int:
        """Return milliseconds."""
        return int(self._root.screensaver_query_info().idle)


class XPower(XSensor):
    """Whether the server's own saver runs, and whether DPMS has put the screen out."""

    extension = "MIT-SCREEN-SAVER"

    def read(self) -> Power:
        """Return what rests."""
        saver = self._root.screensaver_query_info().state == SAVER_RUNS
        return Power(locked=saver, display_off=self._has_dpms and self._is_dark())

    def _check(self) -> None:
        super()._check()
        display = self._display
        self._has_dpms = display.has_extension("DPMS") and bool(display.dpms_capable().capable)

    def _is_dark(self) -> bool:
        state = self._display.dpms_info()
        return bool(state.state) and int(state.power_level) != LEVEL_ON


def opening(kind: type[Any], server: XServer) -> Callable[[], Any]:
    """Return what opens a sensor of this kind on the shared connection."""
    return lambda: kind(server)
