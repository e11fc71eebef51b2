"""What is known about one session, and how two pieces of such knowledge become one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ATTACH_GRACE_MS = 30_000
INACTIVITY_MS = 10 * 60_000


class Origin(StrEnum):
    """How a session came to be known."""

    EXPLICIT = "explicit"
    BARE = "bare"
    AUTO = "auto"


class EndReason(StrEnum):
    """Why a session is over."""

    ENDED = "ended"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Closing:
    """What a LoggedOut or TimedOut event says."""

    event_ms: int
    event_id: str
    closed_ms: int
    reason: EndReason
    duration_ms: int | None = None
    suspended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SessionSpan:
    """What is known about one session: from one event, or from all so far.

    ``measured`` says that the desktop itself told of it; ``first_ms`` and ``last_ms`` are
    the outermost instants that its events name.
    """

    id: str
    application_id: str | None
    origin: Origin
    measured: bool
    first_ms: int
    last_ms: int
    declared_start_ms: int | None = None
    closing: Closing | None = None

    @property
    def started_ms(self) -> int:
        """Return when it began: as declared, else with its first event."""
        return self.first_ms if self.declared_start_ms is None else self.declared_start_ms

    @property
    def ended_ms(self) -> int:
        """Return its end: final once closed, until then its last event."""
        end = self.last_ms if self.closing is None else self.closing.closed_ms
        return max(end, self.started_ms)

    def distance_ms(self, instant_ms: int) -> int | None:
        """Return how far an instant lies from this session; ``None`` when too far to belong."""
        reach = self.ended_ms if self.closing else self.last_ms + INACTIVITY_MS
        away = max(self.started_ms - instant_ms, instant_ms - reach, 0)
        return away if away <= ATTACH_GRACE_MS else None


def merged(one: SessionSpan, other: SessionSpan) -> SessionSpan:
    """Return what both know together; the order of the two makes no difference."""
    strong, weak = sorted((one, other), key=_authority)
    return SessionSpan(
        id=one.id,
        application_id=strong.application_id or weak.application_id,
        origin=min(one.origin, other.origin, key=list(Origin).index),
        measured=one.measured or other.measured,
        first_ms=min(one.first_ms, other.first_ms),
        last_ms=max(one.last_ms, other.last_ms),
        declared_start_ms=_least(one.declared_start_ms, other.declared_start_ms),
        closing=_first(one.closing, other.closing),
    )


def _authority(span: SessionSpan) -> tuple[bool, bool, str]:
    """Order by whose word on the app counts: the desktop's, then whoever names one."""
    return (not span.measured, span.application_id is None, span.application_id or "")


def _least(one: int | None, other: int | None) -> int | None:
    known = [each for each in (one, other) if each is not None]
    return min(known, default=None)


def _first(one: Closing | None, other: Closing | None) -> Closing | None:
    known = [each for each in (one, other) if each is not None]
    return min(known, key=lambda closing: (closing.event_ms, closing.event_id), default=None)
