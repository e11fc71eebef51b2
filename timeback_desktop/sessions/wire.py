"""Turn what a session did into Caliper events, as final bytes."""

from __future__ import annotations

from collections.abc import Sequence

from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.ids import EventId, mint
from timeback_desktop.presence.machine import Segment
from timeback_desktop.sessions.model import EndReason, KeptSegment, OutgoingEvent, Session


def _outgoing(event_id: EventId, event: dict[str, object]) -> OutgoingEvent:
    faults = validate_item(event)
    if faults:  # our own event breaks the standard: a bug, never the student's problem
        raise AssertionError(
            f"invalid {event.get('type')}: {faults[0].pointer} {faults[0].message}"
        )
    return OutgoingEvent(event_id, caliper.encode(event))


def begun(session: Session) -> OutgoingEvent:
    """Return the LoggedIn event of a session."""
    event_id = EventId(mint())
    event = caliper.logged_in(
        event_id, session.learner, session.app, session.span, session.started_at_ms
    )
    return _outgoing(event_id, event)


def ended(session: Session) -> OutgoingEvent:
    """Return the LoggedOut or TimedOut event of a closed session."""
    if session.ended_at_ms is None or session.end_reason is None:
        raise ValueError("the session is still open")
    event_id = EventId(mint())
    common = (event_id, session.learner, session.app, session.span, session.ended_at_ms)
    if session.end_reason is EndReason.TIMED_OUT:
        return _outgoing(event_id, caliper.timed_out(*common))
    return _outgoing(event_id, caliper.logged_out(*common, str(session.end_reason)))


def spent(session: Session, kept: Sequence[KeptSegment]) -> tuple[OutgoingEvent, ...]:
    """Return one TimeSpentEvent a segment; sleep is nobody's time and sends none."""
    events = []
    for item in kept:
        segment = item.segment
        event = caliper.time_spent(
            item.id,
            session.learner,
            session.app,
            session.id,
            segment.state,
            segment.detail,
            segment.started_at_ms,
            segment.ms,
        )
        if event is not None:
            events.append(_outgoing(item.id, event))
    return tuple(events)


def keep(segments: Sequence[Segment]) -> tuple[KeptSegment, ...]:
    """Give final segments their ids."""
    return tuple(KeptSegment(EventId(mint()), segment) for segment in segments)
