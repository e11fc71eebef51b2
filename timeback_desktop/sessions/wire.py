"""Turn what a session did into Caliper events, as final bytes."""

from __future__ import annotations

from collections.abc import Sequence

from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper import insights
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.ids import EventId, mint
from timeback_desktop.partition import Overlay
from timeback_desktop.presence.segments import Segment
from timeback_desktop.sessions.model import EndReason, KeptSegment, OutgoingEvent, Session
from timeback_desktop.sessions.verdicts import Contest, Dispute, KeptVerdict, figures
from timeback_desktop.waste.sentences import Names, for_coach, for_student


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


def judged(session: Session, kept: KeptVerdict, on_task_ms: int) -> tuple[OutgoingEvent, ...]:
    """Return the insight of a verdict, and where it lies if it is an anti-pattern.

    A verdict on a state sends no time of its own: its segments did.
    """
    place, verdict = _place(session), kept.verdict
    event_id = EventId(kept.id)
    insight = _outgoing(event_id, insights.noted(place, _insight(session, kept, on_task_ms)))
    if not isinstance(verdict.kind, Overlay):
        return (insight,)
    lies_id = EventId(mint())
    event = insights.overlaid(
        lies_id, place, kept.id, verdict.kind, verdict.started_at_ms, verdict.ms
    )
    return (_outgoing(lies_id, event), insight)


def disputed(session: Session, dispute: Dispute) -> OutgoingEvent:
    """Return the event of a contest or a review."""
    event_id, place = EventId(mint()), _place(session)
    if isinstance(dispute, Contest):
        event = insights.contested(
            event_id, place, dispute.verdict_id, dispute.at_ms, withdrawn=dispute.withdrawn
        )
    else:
        event = insights.reviewed(
            event_id,
            place,
            dispute.verdict_id,
            dispute.at_ms,
            dispute.by,
            str(dispute.result),
            dispute.notes,
        )
    return _outgoing(event_id, event)


def _place(session: Session) -> insights.Place:
    return insights.Place(session.learner, session.app, session.id)


def _insight(session: Session, kept: KeptVerdict, on_task_ms: int) -> insights.Insight:
    verdict, names = kept.verdict, Names(session.app.name)
    return insights.Insight(
        id=kept.id,
        kind=str(verdict.kind),
        detail=verdict.detail,
        rule=verdict.rule,
        version=verdict.version,
        started_at_ms=verdict.started_at_ms,
        ms=verdict.ms,
        on_task_ms=on_task_ms,
        confidence=verdict.confidence,
        thresholds=figures(verdict.thresholds),
        counts=figures(verdict.counts),
        reasoning=for_coach(verdict, names),
        student_reasoning=for_student(verdict, names),
        interrupted=kept.interrupted,
    )
