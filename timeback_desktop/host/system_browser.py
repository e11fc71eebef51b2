"""The browser that the person uses anyway, and whether there is one to be seen."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
_OUT, _ERRORS = 1, 2
_PATIENCE_S = 5.0
_LIBRARIES = "LD_LIBRARY_PATH"


def is_there() -> bool:
    """Tell whether a page can be shown; a browser that would take the terminal is none."""
    if sys.platform not in {"win32", "darwin"} and not any(map(os.environ.get, _DISPLAYS)):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def show(address: str) -> bool:
    """Open a page in the person's browser; tell whether one took it."""
    took: list[bool] = []
    opening = threading.Thread(target=lambda: took.append(webbrowser.open(address)), daemon=True)
    with _output_of_ours(), _libraries_of_the_system():
        opening.start()
        opening.join(_PATIENCE_S)
    return opening.is_alive() or took == [True]  # some come back only when they are closed


@contextmanager
def _output_of_ours() -> Iterator[None]:
    """Keep our output from browsers: they chatter, and a script that reads it waits for them."""
    sys.stdout.flush()
    ours = os.dup(_OUT)  # not inherited
    os.dup2(_ERRORS, _OUT)
    try:
        yield
    finally:
        os.dup2(ours, _OUT)
        os.close(ours)


@contextmanager
def _libraries_of_the_system() -> Iterator[None]:
    """Let a browser find its own libraries: the bundle puts ours before them."""
    ours, theirs = os.environ.get(_LIBRARIES), os.environ.get(f"{_LIBRARIES}_ORIG")
    if not getattr(sys, "frozen", False) or ours is None:
        yield
        return
    if theirs is None:
        del os.environ[_LIBRARIES]
    else:
        os.environ[_LIBRARIES] = theirs
    try:
        yield
    finally:
        os.environ[_LIBRARIES] = ours
