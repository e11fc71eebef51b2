"""What a failed delivery means, and so what to do about it.

::

    network, 408, 425, 429, 5xx   WAIT     same bytes again, later (Retry-After wins)
    401, 403                      SIGN_IN  refresh the credential, pause meanwhile
    413                           SMALLER  halve the batch
    any other 4xx                 POISON   split to isolate the one bad event
"""

from __future__ import annotations

from enum import Enum, auto

from timeback_desktop.errors import TimeBackError

_WAIT = frozenset({408, 425, 429})
_SIGN_IN = frozenset({401, 403})


class Remedy(Enum):
    """What to do about a failed delivery."""

    WAIT = auto()
    SIGN_IN = auto()
    SMALLER = auto()
    POISON = auto()


class DeliveryFault(TimeBackError):
    """A batch was not taken. ``retry_after_ms`` is what the backend asked for, if it did."""

    def __init__(self, message: str, remedy: Remedy, retry_after_ms: int | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.retry_after_ms = retry_after_ms


def remedy_for(status: int) -> Remedy:
    """Return what to do about an HTTP status that is not a success.

    A redirect is nothing we follow with a credential in hand: it waits, as a broken proxy.
    """
    if status in _SIGN_IN:
        return Remedy.SIGN_IN
    if status == 413:
        return Remedy.SMALLER
    if 400 <= status < 500 and status not in _WAIT:
        return Remedy.POISON
    return Remedy.WAIT


def retry_after_ms(header: str | None) -> int | None:
    """Read a Retry-After header in seconds; a date or nonsense counts as absent."""
    if header is None or not header.strip().isdigit():
        return None
    return min(int(header), 3600) * 1000
