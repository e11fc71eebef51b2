"""Input counted from the X server's own queue, once a second.

XInput2 tells every client that asks of raw presses, whichever window gets them. They pile up
in the connection and are counted when we look: no thread, no callback. Which key it was comes
with each event and is never read. The pointer isn't followed: its place is asked once a
second, so the path is the straight line, the least that it can have been.
"""

from __future__ import annotations

import struct
from collections import Counter
from math import hypot
from typing import Any

from timeback_desktop.host.probes.foreign import foreign
from timeback_desktop.host.probes.sensor import Unavailable
from timeback_desktop.host.probes.x11 import XSensor, XServer
from timeback_desktop.presence.signal import InputCounts

KEY, BUTTON, TOUCH = 13, 15, 22  # XI_RawKeyPress, XI_RawButtonPress, XI_RawTouchBegin
WHEEL = range(4, 8)  # buttons 4 to 7 are the steps of the wheel
GENERIC_EVENT = 35
ALL_MASTER_DEVICES = 1
_BUTTON_AT = 6  # after the device (2 bytes) and the time (4)
MOST_AT_ONCE = 10_000  # a flood isn't read to its end within one look


class XInput(XSensor):
    """Presses, clicks and wheel steps since the last look, in any window."""

    extension = "XInputExtension"

    def __init__(self, server: XServer) -> None:
        super().__init__(server)
        self._place = self._pointer()

    def read(self) -> InputCounts:
        """Return the counts, and how far the pointer is from where it was."""
        counts = self._drain()
        before, self._place = self._place, self._pointer()
        path = round(hypot(self._place[0] - before[0], self._place[1] - before[1]))
        return InputCounts(
            keys=counts["key"],
            clicks=counts["click"],
            wheel=counts["wheel"],
            touches=counts["touch"],
            moves=int(path > 0),
            path_px=path,
        )

    def close(self) -> None:
        """Ask for no more events, then give the connection back."""
        try:
            self._select(0)
            self._display.sync()
            self._drain()
        finally:
            super().close()

    def _check(self) -> None:
        super()._check()
        wire = self._display.display
        opcode = wire.get_extension_major(self.extension)
        ask = foreign("Xlib.ext.xinput").XIQueryVersion
        told = ask(display=wire, opcode=opcode, major_version=2, minor_version=2)
        if (told.major_version, told.minor_version) < (2, 1):
            raise Unavailable("The X server's XInput is older than 2.1.")
        self._opcode = opcode
        has_touch = (told.major_version, told.minor_version) >= (2, 2)
        self._select((1 << KEY) | (1 << BUTTON) | (has_touch << TOUCH))
        self._display.sync()

    def _select(self, mask: int) -> None:
        # A list, because an empty mask given as a number would be of no length.
        self._root.xinput_select_events([(ALL_MASTER_DEVICES, [mask])])

    def _drain(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for _ in range(min(MOST_AT_ONCE, self._display.pending_events())):
            kind = self._kind(self._display.next_event())
            if kind:
                counts[kind] += 1
        return counts

    def _kind(self, event: Any) -> str | None:
        """Return what sort of press an event is; only a button's number is looked at."""
        if event.type != GENERIC_EVENT or event.extension != self._opcode:
            return None
        if event.evtype == KEY:
            return "key"
        if event.evtype == TOUCH:
            return "touch"
        if event.evtype != BUTTON:
            return None
        (button,) = struct.unpack_from("=I", event.data, _BUTTON_AT)
        return "wheel" if button in WHEEL else "click"

    def _pointer(self) -> tuple[int, int]:
        told = self._root.query_pointer()
        return int(told.root_x), int(told.root_y)
