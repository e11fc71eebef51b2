"""What a failed delivery means, and so what to do about it.

::

    network, 408, 425, 429, 5xx   WAIT     same bytes again, later (Retry-After wins)
    401, 403                      SIGN_IN  refresh the credential, pause meanwhile
    413                           SMALLER  halve the batch
    400, 409, 422                 POISON   split to isolate the one bad event
    any other 3xx, 4xx            WAIT     what stands there is not our platform, or not yet

Only an answer that speaks of the content may cost an event its place in the queue: a wrong
address that answers 404 to everything must not empty the outbox into quarantine.
"""

from __future__ import annotations

from enum import Enum, auto

from timeback_desktop.errors import TimeBackError

_POISON = frozenset({400, 409, 422})
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
    """Return what to do about an HTTP status that is not a success."""
    if status in _SIGN_IN:
        return Remedy.SIGN_IN
    if status == 413:
        return Remedy.SMALLER
    return Remedy.POISON if status in _POISON else Remedy.WAIT


def retry_after_ms(header: str | None) -> int | None:
    """Read a Retry-After header in seconds; a date or nonsense counts as absent."""
    if header is None or not header.strip().isdigit():
        return None
    return min(int(header), 3600) * 1000
