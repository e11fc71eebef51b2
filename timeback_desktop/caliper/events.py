"""The events that the desktop itself sends, as plain JSON-ready dicts.

One builder per event, so that the client, its tests and the backend's tests all mean the
same thing by "logged in". Every builder's output passes ``validation.validate_item``.
"""

from __future__ import annotations

import msgspec

from timeback_desktop.caliper import entities
from timeback_desktop.caliper.datatypes import MAX_SECONDS
from timeback_desktop.caliper.entities import App, Json, Learner, SessionSpan
from timeback_desktop.caliper.vocabulary import CONTEXT_V1P2
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import DEFAULT_DETAIL, WIRE_TYPE, State

__all__ = [
    "App",
    "Json",
    "Learner",
    "SessionSpan",
    "encode",
    "frame",
    "logged_in",
    "logged_out",
    "time_spent",
    "timed_out",
]

_PROFILES = {
    "FeedbackEvent": "FeedbackProfile",
    "SessionEvent": "SessionProfile",
    "TimeSpentEvent": "TimebackProfile",
    "ToolUseEvent": "ToolUseProfile",
}
_ENCODER = msgspec.json.Encoder(order="sorted")


def logged_in(event_id: str, learner: Learner, app: App, span: SessionSpan, at_ms: int) -> Json:
    """Say that a session of this student in this app began."""
    return {
        **frame("SessionEvent", event_id, app, at_ms),
        **_by_student("LoggedIn", learner, app, span),
    }


def logged_out(  # noqa: PLR0913, PLR0917 - what such an event must tell
    event_id: str, learner: Learner, app: App, span: SessionSpan, at_ms: int, end_reason: str
) -> Json:
    """Say that the session ended: ``end_reason`` is ``ended`` or ``interrupted``."""
    told = {"endReason": end_reason, **_asleep(span)}
    return {
        **frame("SessionEvent", event_id, app, at_ms),
        **_by_student("LoggedOut", learner, app, span),
        "extensions": {"timeback": told},
    }


def timed_out(event_id: str, learner: Learner, app: App, span: SessionSpan, at_ms: int) -> Json:
    """Say that the session was closed because nothing happened in it any more."""
    told = {"endReason": "timed_out", **_asleep(span)}
    return {
        **frame("SessionEvent", event_id, app, at_ms),
        "action": "TimedOut",
        "actor": entities.software_application(app),
        "object": {**entities.session(learner, span), "user": entities.person(learner)},
        "extensions": {"timeback": told},
    }


def time_spent(  # noqa: PLR0913, PLR0917 - what such an event must tell
    event_id: str,
    learner: Learner,
    app: App,
    session_id: str,
    state: State,
    detail: str | None,
    started_at_ms: int,
    ms: int,
) -> Json | None:
    """Say how one window was spent; ``None`` for a state that isn't emitted, or no time.

    Raises ``ValueError`` for a negative length or one of more than a day.
    """
    if not 0 <= ms <= MAX_SECONDS * 1000:
        raise ValueError(f"a window of {ms} ms")
    time_type = WIRE_TYPE[state]
    if time_type is None or ms == 0:
        return None
    sub_type = entities.sub_type_for(state, time_type, DEFAULT_DETAIL[state], detail)
    return {
        **frame("TimeSpentEvent", event_id, app, started_at_ms + ms),
        "action": "SpentTime",
        "actor": entities.timeback_user(learner),
        "object": entities.activity_context(app),
        "generated": entities.time_metrics(event_id, time_type, sub_type, started_at_ms, ms),
        "session": to_urn(session_id),
    }


def encode(event: Json) -> bytes:
    """Return the event as JSON bytes, keys sorted, so that equal events are equal bytes."""
    return _ENCODER.encode(event)


def _asleep(span: SessionSpan) -> Json:
    # Sleep is nobody's time and has no TimeSpentEvent; told once, so that the states
    # that the platform knows still add up to the session's span.
    return {"suspendedMs": span.suspended_ms} if span.suspended_ms else {}


def _by_student(action: str, learner: Learner, app: App, span: SessionSpan) -> Json:
    return {
        "action": action,
        "actor": entities.person(learner),
        "object": entities.software_application(app),
        "session": entities.session(learner, span),
    }


def frame(kind: str, event_id: str, app: App, at_ms: int) -> Json:
    """Return what every event of ours begins with."""
    return {
        "@context": CONTEXT_V1P2,
        "id": to_urn(event_id),
        "type": kind,
        "profile": _PROFILES[kind],
        "eventTime": iso_utc(at_ms),
        "edApp": to_urn(app.id),
    }
