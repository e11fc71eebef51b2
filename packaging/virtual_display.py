"""A display of our own where there is none: Xvfb, started and ended by its process id."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator

SCREEN = "1920x1080x24"
START_WITHIN_S = 20


def has_display() -> bool:
    """Tell whether a window would show to somebody, or needs no display to be told of."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def is_available() -> bool:
    """Tell whether a virtual display can be started here."""
    return sys.platform == "linux" and shutil.which("Xvfb") is not None


def _read_number(pipe: int) -> str:
    ready, _, _ = select.select([pipe], [], [], START_WITHIN_S)
    number = os.read(pipe, 16).decode().strip() if ready else ""
    if not number:
        raise RuntimeError("Xvfb did not start")
    return number


@contextlib.contextmanager
def virtual_display(screen: str = SCREEN) -> Iterator[dict[str, str]]:
    """Yield the environment of a display that lives as long as the context."""
    reading, writing = os.pipe()
    # Without -noreset it would start anew, and be away for a moment, whenever its last window goes.
    options = ("-screen", "0", screen, "-nolisten", "tcp", "-noreset")
    command = ["Xvfb", "-displayfd", str(writing), *options]
    server = subprocess.Popen(
        command, pass_fds=[writing], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(writing)
    try:
        yield {"DISPLAY": f":{_read_number(reading)}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        os.close(reading)
        server.terminate()
        server.wait()
