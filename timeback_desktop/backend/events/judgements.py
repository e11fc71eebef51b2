"""What an event says about judgements: insights, and the contests and reviews of them. Pure.

The desktop sends one ToolUseEvent a verdict, with everything it rests on in
``extensions.timeback.insight``. Third parties send StudyReel's measures, which know less:
what is missing stays ``None``, because nobody measured it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from timeback_desktop.backend.events.reading import Json, is_lived, moment, text, within
from timeback_desktop.caliper.datatypes import is_event_id
from timeback_desktop.ids import from_iri, seeded

_LONGEST_REASON = 2_000
_MOST_NUMBERS = 40
_MOST_VERSIONS = 10**9
_WORD_EDGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


class ReviewResult(StrEnum):
    """What a reviewer found, in TimeBack's words."""

    TRUE_POSITIVE = "TruePositive"
    FALSE_POSITIVE = "FalsePositive"


@dataclass(frozen=True, slots=True)
class InsightTold:
    """One insight as its sender tells it; ``id`` follows from the event's."""

    id: str
    kind: str
    detail: str | None = None
    rule: str | None = None
    version: str | None = None
    confidence: float | None = None
    reason: str | None = None
    student_reason: str | None = None
    thresholds: Mapping[str, float] | None = None
    counts: Mapping[str, float] | None = None
    started_ms: int | None = None
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ContestTold:
    """A student's word that an insight is wrong, or the taking back of it."""

    insight_id: str | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class ReviewTold:
    """A coach's word on an insight; what could not be read is ``None``."""

    insight_id: str | None
    result: ReviewResult | None
    notes: str | None


def insights_in(event: Json) -> tuple[InsightTold, ...]:
    """Return the insights that an event tells."""
    if event["type"] != "ToolUseEvent":
        return ()
    event_id = from_iri(event["id"])
    items = within(event, "generated", "items")
    measures = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    told = within(event, "extensions", "timeback", "insight")
    if isinstance(told, dict):
        found = _judged(event_id, told, measures[0] if measures else {})
        return (found,) if found else ()
    each = (_measured(event_id, place, item) for place, item in enumerate(measures))
    return tuple(found for found in each if found)


def contest_in(event: Json) -> ContestTold | None:
    """Return the contest that an event is, if it is one."""
    told = within(event, "extensions", "timeback")
    contested = within(told, "contest")
    if event["type"] != "FeedbackEvent" or not isinstance(contested, bool):
        return None
    return ContestTold(_uuid(within(told, "insightId")), withdrawn=not contested)


def review_in(event: Json) -> ReviewTold | None:
    """Return the review that an event is, if it is one."""
    told = within(event, "extensions", "timeback", "review")
    if event["type"] != "FeedbackEvent" or not isinstance(told, dict):
        return None
    said = told.get("reviewResult")
    result = next((each for each in ReviewResult if each == said), None)
    notes = told.get("reviewNotes") or within(event, "generated", "value")
    return ReviewTold(_uuid(told.get("insightId")), result, text(notes, _LONGEST_REASON))


def _judged(event_id: str, told: Json, measure: Json) -> InsightTold | None:
    kind = _slug(told.get("kind"))
    if kind is None:
        return None
    started, ended = _lies(told)
    return InsightTold(
        id=event_id,
        kind=kind,
        detail=text(told.get("detail"), 64),
        rule=text(told.get("rule"), 64),
        version=_version(told.get("version")),
        confidence=_share(told.get("confidence")),
        reason=text(told.get("reasoning"), _LONGEST_REASON) or _reason(measure),
        student_reason=text(told.get("studentReasoning"), _LONGEST_REASON),
        thresholds=_numbers(told.get("thresholds")),
        counts=_numbers(told.get("counts")),
        started_ms=started,
        ended_ms=ended,
    )


def _version(value: object) -> str | None:
    """Return a version, which may be told as a word or as a plain number."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST_VERSIONS:
        return str(value)
    return text(value, 16)


def _measured(event_id: str, place: int, measure: Json) -> InsightTold | None:
    """Read one measure in StudyReel's shape."""
    words = within(measure, "extensions", "studyreel")
    kind = _slug(within(words, "metric")) or _slug(measure.get("metric"))
    if kind is None:
        return None
    started, ended = _lies(measure)
    names = {"metricValue": "value", "maxMetricValue": "max"}
    found = {name: measure.get(key) for key, name in names.items()}
    return InsightTold(
        id=event_id if place == 0 else seeded(event_id, "insight", str(place)),
        kind=kind,
        detail=_slug(within(words, "type")) or _own_type(measure),
        reason=_reason(measure),
        counts=_numbers(found) or None,
        started_ms=started,
        ended_ms=ended,
    )


def _own_type(measure: Json) -> str | None:
    """Return StudyReel's type of a measure; Caliper's name for all of them tells nothing."""
    kind = measure.get("type")
    return None if kind == "AggregateMeasure" else _slug(kind)


def _lies(told: Json) -> tuple[int | None, int | None]:
    started, ended = (_lived(told.get(name)) for name in ("startedAtTime", "endedAtTime"))
    backwards = started is not None and ended is not None and ended < started
    return (started, None) if backwards else (started, ended)


def _lived(value: object) -> int | None:
    found = moment(value)
    return found if found is not None and is_lived(found) else None


def _reason(measure: Json) -> str | None:
    words = within(measure, "extensions", "studyreel", "reasoning")
    said = measure.get("reasoning") or words or measure.get("description")
    return text(said, _LONGEST_REASON)


def _slug(value: object) -> str | None:
    """Return a word as slugs are written here: ``MINUTES_ON_TASKS`` is ``minutes_on_tasks``."""
    if not isinstance(value, str):
        return None
    return _WORD_EDGE.sub("_", value[:64]).strip("_").lower()[:64] or None


def _uuid(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    named = value if value.lower().startswith("urn:") else f"urn:uuid:{value}"
    return from_iri(named) if is_event_id(named) else None


def _share(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= 1 else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if isfinite(value) else None
    except OverflowError:
        return None


def _numbers(value: object) -> dict[str, float] | None:
    if not isinstance(value, dict):
        return None
    pairs = ((text(name, 64), _number(number)) for name, number in value.items())
    found = {name: number for name, number in pairs if name and number is not None}
    return dict(list(found.items())[:_MOST_NUMBERS])
