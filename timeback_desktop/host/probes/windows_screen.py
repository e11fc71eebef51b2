"""Rows of the screen on Windows, all of them by one call.

Each read of the screen's device context waits for the compositor, so 36 reads would take 36
frames. ``StretchBlt`` without filtering drops rows instead: asked for a picture of the full
width and 36 rows, it copies just those.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from timeback_desktop.host.probes.screen import Area
from timeback_desktop.host.probes.tiles import rows_of
from timeback_desktop.host.probes.windows import library

SRCCOPY = 0x00CC0020
COLORONCOLOR = 3
DIB_RGB_COLORS = 0
SM_CXSCREEN, SM_CYSCREEN = 0, 1
SM_XVIRTUALSCREEN, SM_YVIRTUALSCREEN, SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN = 76, 77, 78, 79
_POINTERS = ctypes.c_void_p, ctypes.c_void_p
_INT = ctypes.c_int


class BitmapInfoHeader(ctypes.Structure):
    """BITMAPINFOHEADER."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("width", ctypes.c_int32),
        ("height", ctypes.c_int32),
        ("planes", ctypes.c_uint16),
        ("bits", ctypes.c_uint16),
        ("compression", ctypes.c_uint32),
        ("image_size", ctypes.c_uint32),
        ("x_per_metre", ctypes.c_int32),
        ("y_per_metre", ctypes.c_int32),
        ("colours_used", ctypes.c_uint32),
        ("colours_important", ctypes.c_uint32),
    )


class GdiStrips:
    """Rows of the desktop through GDI."""

    def __init__(self, user32: Any, gdi32: Any) -> None:
        self._user32 = user32
        self._gdi32 = gdi32
        _declare(user32, gdi32)

    @classmethod
    def native(cls) -> GdiStrips:
        """Return the screen of this system."""
        return cls(library("user32"), library("gdi32"))

    def desktop(self) -> Area:
        """Return all monitors together."""
        ask = self._user32.GetSystemMetrics
        wanted = (SM_XVIRTUALSCREEN, SM_YVIRTUALSCREEN, SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN)
        return Area(*(ask(metric) for metric in wanted))

    def primary(self) -> Area:
        """Return the primary monitor, which begins at 0, 0."""
        ask = self._user32.GetSystemMetrics
        return Area(0, 0, ask(SM_CXSCREEN), ask(SM_CYSCREEN))

    def read(self, area: Area) -> Iterator[bytearray]:
        """Yield the rows; the copy of them is cleared and freed before the last is out."""
        rows = len(rows_of(area.top, area.height))
        picture = self._copy(area, rows)
        stride = area.width * 4
        for row in range(rows):
            yield picture[row * stride : (row + 1) * stride]

    def close(self) -> None:
        """Hold nothing open: every look gets and gives back its own handles."""

    def _copy(self, area: Area, rows: int) -> bytearray:
        screen = self._user32.GetDC(None)
        if not screen:
            raise OSError("there is no screen to read")
        memory = self._gdi32.CreateCompatibleDC(screen)
        bitmap, bits = self._bitmap(screen, area.width, rows)
        try:
            if not (memory and bitmap):
                raise OSError("no memory for a picture")
            self._gdi32.SelectObject(memory, bitmap)
            self._gdi32.SetStretchBltMode(memory, COLORONCOLOR)
            here = (area.left, area.top, area.width, area.height)
            there = (0, 0, area.width, rows)
            if not self._gdi32.StretchBlt(memory, *there, screen, *here, SRCCOPY):
                raise OSError("the screen can't be read")  # as on the secure desktop
            self._gdi32.GdiFlush()
            return bytearray(ctypes.string_at(bits, area.width * rows * 4))
        finally:
            self._gdi32.DeleteDC(memory)
            self._gdi32.DeleteObject(bitmap)
            self._user32.ReleaseDC(None, screen)

    def _bitmap(self, screen: Any, width: int, rows: int) -> tuple[Any, Any]:
        header = BitmapInfoHeader(ctypes.sizeof(BitmapInfoHeader), width, -rows, 1, 32)
        bits = ctypes.c_void_p()
        made = self._gdi32.CreateDIBSection(
            screen, ctypes.byref(header), DIB_RGB_COLORS, ctypes.byref(bits), None, 0
        )
        return made, bits


def _declare(user32: Any, gdi32: Any) -> None:
    """Say which of the values are handles: as wide as pointers, and not ints."""
    handle, pointer = _POINTERS
    user32.GetDC.argtypes, user32.GetDC.restype = [handle], handle
    user32.ReleaseDC.argtypes = [handle, handle]
    gdi32.CreateCompatibleDC.argtypes, gdi32.CreateCompatibleDC.restype = [handle], handle
    gdi32.CreateDIBSection.restype = handle
    gdi32.CreateDIBSection.argtypes = [
        handle, pointer, ctypes.c_uint32, pointer, handle, ctypes.c_uint32,
    ]  # fmt: skip
    gdi32.SelectObject.argtypes, gdi32.SelectObject.restype = [handle, handle], handle
    gdi32.SetStretchBltMode.argtypes = [handle, _INT]
    four = [_INT] * 4
    gdi32.StretchBlt.argtypes = [handle, *four, handle, *four, ctypes.c_uint32]
    gdi32.DeleteDC.argtypes = [handle]
    gdi32.DeleteObject.argtypes = [handle]
