"""An X server of a test's own, to draw on, to type into, and to take away."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

import pytest

from tests.helpers.processes import Child


@contextlib.contextmanager
def x_server(screen: str = "1280x720x24") -> Iterator[tuple[str, Child]]:
    """Yield the name of a fresh display and the process behind it."""
    if shutil.which("Xvfb") is None:
        pytest.skip("needs a display")
    options = ("-screen", "0", screen, "-nolisten", "tcp", "-noreset")
    with Child("Xvfb", "-displayfd", "1", *options) as child:
        yield f":{child.await_line().strip()}", child
        child.terminate()  # killed outright it would leave its lock behind
        child.await_end()
