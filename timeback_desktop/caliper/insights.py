"""The events of a judgement: that it was made, that it was contested, how it was reviewed.

An insight travels as StudyReel's do, in a ToolUseEvent with one AggregateMeasure. Caliper
1.2 closes the list of metrics, so the measure says the plain truth in the one that fits:
``MinutesOnTask`` within the stretch, of the minutes that it lasted. StudyReel's own words
and everything that the judgement rests on are in ``extensions``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from timeback_desktop.caliper import entities
from timeback_desktop.caliper.datatypes import MAX_SECONDS
from timeback_desktop.caliper.entities import App, Json, Learner
from timeback_desktop.caliper.events import frame
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import Overlay, TimeType

_METRIC = "MinutesOnTask"
_MINUTE_MS = 60_000
_DAY_MS = MAX_SECONDS * 1000
_STUDYREEL_METRIC: Mapping[str, str] = {
    Overlay.RUSHING: "RUSHING",
    Overlay.SKIPPED_EXPLANATION: "IGNORING_EXPLANATION",
    Overlay.TOPIC_HOPPING: "SKIPPING_RECOMMENDED_LESSON",
}
"""StudyReel's names where it has one; what it calls cheating is a motive, and not ours to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """One judgement as the wire tells it; ``on_task_ms`` is the engaged time within it."""

    id: str
    kind: str
    detail: str | None
    rule: str
    version: int
    started_at_ms: int
    ms: int
    on_task_ms: int
    confidence: float
    thresholds: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, float] = field(default_factory=dict)
    reasoning: str = ""
    student_reasoning: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Whose session in which app an event belongs to."""

    learner: Learner
    app: App
    session_id: str


def noted(place: Place, insight: Insight) -> Json:
    """Say that a judgement was made; the event's id is the insight's."""
    ended_at_ms = insight.started_at_ms + insight.ms
    return {
        **frame("ToolUseEvent", insight.id, place.app, ended_at_ms),
        "action": "Used",
        "actor": entities.person(place.learner),
        "object": entities.software_application(place.app),
        "generated": {
            "id": f"{to_urn(insight.id)}#measures",
            "type": "AggregateMeasureCollection",
            "items": [_measure(insight)],
        },
        "session": to_urn(place.session_id),
        "extensions": {"timeback": {"insight": _told(insight)}},
    }


def overlaid(  # noqa: PLR0913, PLR0917 - what such an event must tell
    event_id: str, place: Place, insight_id: str, overlay: Overlay, started_at_ms: int, ms: int
) -> Json:
    """Say where an anti-pattern lies; an item holds no more than a day.

    Raises ``ValueError`` if it does not last.
    """
    if ms <= 0:
        raise ValueError(f"an overlay of {ms} ms")
    metrics = [
        entities.time_metrics(
            event_id,
            TimeType.ANTI_PATTERN,
            str(overlay),
            started_at_ms + cut,
            min(ms - cut, _DAY_MS),
        )
        for cut in range(0, ms, _DAY_MS)
    ]
    return {
        **frame("TimeSpentEvent", event_id, place.app, started_at_ms + ms),
        "action": "SpentTime",
        "actor": entities.timeback_user(place.learner),
        "object": entities.activity_context(place.app),
        "generated": {**metrics[0], "items": [item for each in metrics for item in each["items"]]},
        "session": to_urn(place.session_id),
        "extensions": {"timeback": {"insightId": to_urn(insight_id)}},
    }


def contested(
    event_id: str, place: Place, insight_id: str, at_ms: int, *, withdrawn: bool = False
) -> Json:
    """Say that the student calls it work, or takes that back."""
    told = {"contest": not withdrawn, "insightId": to_urn(insight_id)}
    return {**_feedback(event_id, place, place.learner.id, insight_id, at_ms),
            "extensions": {"timeback": told}}  # fmt: skip


def reviewed(  # noqa: PLR0913, PLR0917 - what such an event must tell
    event_id: str, place: Place, insight_id: str, at_ms: int, by: str, result: str, notes: str
) -> Json:
    """Say what a coach found: ``TruePositive`` or ``FalsePositive``, and why."""
    told: Json = {"insightId": to_urn(insight_id), "reviewResult": result}
    event = _feedback(event_id, place, by, insight_id, at_ms)
    if notes:
        told["reviewNotes"] = notes
        event["generated"] = {
            "id": f"{to_urn(event_id)}#comment",
            "type": "Comment",
            "commenter": to_urn(by),
            "commentedOn": to_urn(insight_id),
            "value": notes,
            "dateCreated": iso_utc(at_ms),
        }
    return {**event, "extensions": {"timeback": {"review": told}}}


def _feedback(event_id: str, place: Place, by: str, insight_id: str, at_ms: int) -> Json:
    return {
        **frame("FeedbackEvent", event_id, place.app, at_ms),
        "action": "Commented",
        "actor": {"id": to_urn(by), "type": "Person"},
        "object": {"id": to_urn(insight_id), "type": "Entity"},
        "session": to_urn(place.session_id),
    }


def _measure(insight: Insight) -> Json:
    ended_at = iso_utc(insight.started_at_ms + insight.ms)
    is_overlay = insight.kind in Overlay._value2member_map_
    words: Json = {"type": "ANTI_PATTERN" if is_overlay else "ENGAGEMENT",
                   "reasoning": insight.reasoning}  # fmt: skip
    if insight.kind in _STUDYREEL_METRIC:
        words["metric"] = _STUDYREEL_METRIC[insight.kind]
    return {
        "id": to_urn(insight.id),
        "type": "AggregateMeasure",
        "name": insight.kind,
        "description": insight.reasoning,
        "metric": _METRIC,
        "metricValue": round(insight.on_task_ms / _MINUTE_MS, 6),
        "maxMetricValue": round(insight.ms / _MINUTE_MS, 6),
        "startedAtTime": iso_utc(insight.started_at_ms),
        "endedAtTime": ended_at,
        "dateCreated": ended_at,
        "extensions": {"studyreel": words},
    }


def _told(insight: Insight) -> Json:
    told: Json = {
        "id": to_urn(insight.id),
        "kind": insight.kind,
        "rule": insight.rule,
        "version": insight.version,
        "thresholds": dict(insight.thresholds),
        "counts": dict(insight.counts),
        "confidence": insight.confidence,
        "reasoning": insight.reasoning,
        "studentReasoning": insight.student_reasoning,
        "startedAtTime": iso_utc(insight.started_at_ms),
        "endedAtTime": iso_utc(insight.started_at_ms + insight.ms),
    }
    if insight.detail is not None:
        told["detail"] = insight.detail
    if insight.interrupted:
        told["interrupted"] = True
    return told
