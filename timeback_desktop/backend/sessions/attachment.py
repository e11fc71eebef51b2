"""Where events belong that asked to be attached: a pure function of all that is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from timeback_desktop import ids
from timeback_desktop.backend.sessions.span import INACTIVITY_MS, Origin, SessionSpan


@dataclass(frozen=True, slots=True)
class LooseEvent:
    """An event that asked to be attached."""

    id: str
    started_ms: int
    event_ms: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """Which session each loose event belongs to, and the sessions that had to be made."""

    session_of: dict[str, str]
    made: tuple[SessionSpan, ...]


def attach(
    loose: Iterable[LooseEvent], spans: Sequence[SessionSpan], *, owner: str, application_id: str
) -> Attachment:
    """Attach each event to the session that covers it, and group what no session covers.

    ``owner`` names tenant and student; it only goes into the identifiers of made sessions,
    which must come out the same however often this is asked.
    """
    session_of: dict[str, str] = {}
    homeless: list[LooseEvent] = []
    for event in sorted(loose, key=lambda each: (each.event_ms, each.id)):
        home = covering(spans, event.event_ms)
        if home is None:
            homeless.append(event)
        else:
            session_of[event.id] = home.id
    made = []
    for group in _sittings(homeless):
        span = _made(group, owner, application_id)
        session_of |= {event.id: span.id for event in group}
        made.append(span)
    return Attachment(session_of, tuple(made))


def covering(spans: Iterable[SessionSpan], instant_ms: int) -> SessionSpan | None:
    """Return the session that an instant belongs to: the desktop's first, then the nearest."""
    near = [
        (not span.measured, away, -span.started_ms, span.id, span)
        for span in spans
        if (away := span.distance_ms(instant_ms)) is not None
    ]
    return min(near, key=lambda each: each[:4])[4] if near else None


def _sittings(events: Sequence[LooseEvent]) -> list[list[LooseEvent]]:
    """Cut a row of events wherever nothing happened for too long."""
    groups: list[list[LooseEvent]] = []
    for event in events:
        if groups and event.event_ms - groups[-1][-1].event_ms <= INACTIVITY_MS:
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups


def _made(group: Sequence[LooseEvent], owner: str, application_id: str) -> SessionSpan:
    return SessionSpan(
        id=ids.seeded(owner, "auto-session", f"{application_id}/{group[0].id}"),
        application_id=application_id,
        origin=Origin.AUTO,
        measured=False,
        first_ms=min(event.started_ms for event in group),
        last_ms=max(event.event_ms for event in group),
    )
