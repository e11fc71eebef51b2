"""The zone whose midnight divides this computer's days."""

from __future__ import annotations

import tzlocal


def local_timezone() -> str:
    """Return the IANA name of the computer's zone, ``UTC`` if it has none."""
    try:
        return tzlocal.get_localzone_name() or "UTC"
    except (OSError, ValueError, LookupError):
        return "UTC"
