"""How a try to deliver went, and whether and when there is another one.

Three tries in all. What the target may get over (no answer, 408, 425, 429, 5xx) is tried
again after 2 and 4 seconds and a little more; a target that asks for longer gets up to an
hour. Every other answer is final: the target has understood, and does not want it. That goes
for redirects too, because a signed event goes where its owner said and nowhere else.
"""

from __future__ import annotations

from binascii import crc32
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from timeback_desktop.backend.outbound import Answered

TRIES = 3
_AGAIN = frozenset({408, 425, 429})
_LONGEST_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try went; ``error`` is a sentence for the webhook's owner, or that there is none.

    ``again`` tells that another try may go better, ``asked_ms`` for how long the target wants
    to be left alone, ``tells_of_target`` whether the target has anything to do with it.
    """

    status: int | None = None
    error: str | None = None
    again: bool = False
    asked_ms: int = 0
    tells_of_target: bool = True


def judged(answer: Answered, now_ms: int) -> Outcome:
    """Return what a target's answer means."""
    status = answer.status
    if 200 <= status < 300:
        return Outcome(status)
    if 300 <= status < 400:
        return Outcome(status, f"The server answered {status}; redirects are not followed.")
    again = status >= 500 or status in _AGAIN
    asked = _asked_ms(answer.retry_after, now_ms) if again else 0
    return Outcome(status, f"The server answered {status}.", again, asked)


def pause_ms(delivery_id: str, attempts: int, outcome: Outcome) -> int:
    """Return how long to wait after so many tries.

    What is added so that not all come back at once follows from the delivery's own id.
    """
    backoff = 1000 << attempts
    spread = crc32(f"{delivery_id}/{attempts}".encode()) % (backoff // 2)
    return max(backoff, outcome.asked_ms) + spread


def _asked_ms(header: str | None, now_ms: int) -> int:
    """Read a Retry-After header, in seconds or as a date; nonsense asks for nothing."""
    told = (header or "").strip()
    if told.isascii() and told.isdigit():
        return min(int(told[:9]) * 1000, _LONGEST_MS)
    try:
        until_ms = round(parsedate_to_datetime(told).timestamp()) * 1000
    except (ValueError, OverflowError, OSError):
        return 0
    return max(0, min(until_ms - now_ms, _LONGEST_MS))
