"""Packages that exist on one system only and carry no types: imported by name, when chosen.

A missing one is an ordinary ``ImportError`` for the fence around each sensor. The bundle's
recipe names them, since no import statement does.
"""

from __future__ import annotations

import importlib
from typing import Any


def foreign(name: str) -> Any:
    """Return a module that may not be there."""
    return importlib.import_module(name)
