"""Stand-ins for libraries of other systems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Function:
    """A function of a library: callable, and with the attributes that ctypes lets one set."""

    def __init__(self, play: Callable[..., Any]) -> None:
        self._play = play

    def __call__(self, *arguments: Any) -> Any:
        """Play it."""
        return self._play(*arguments)
