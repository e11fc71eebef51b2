"""What one valid event says, in the platform's own terms. Pure: looks nothing up.

Everything here is handed a dict that ``caliper.validation`` found good, so the shapes are
known; what may still vary (an entity as object or IRI, TimeBack's two dialects) is read here
and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from timeback_desktop.backend.events.judgements import (
    ContestTold,
    InsightTold,
    ReviewTold,
    contest_in,
    insights_in,
    review_in,
)
from timeback_desktop.backend.events.reading import Json, iri_of, moment, text, within
from timeback_desktop.backend.events.work import Work, work_in
from timeback_desktop.backend.sessions.span import EndReason
from timeback_desktop.caliper.datatypes import is_count, read_duration_ms
from timeback_desktop.clock import parse_iso_utc
from timeback_desktop.ids import from_iri
from timeback_desktop.partition import TimeType

AUTO_ATTACH = "urn:tag:auto-attach"
LONGEST_SESSION_MS = 366 * 86_400_000
_ENCODER = msgspec.json.Encoder(order="sorted")
_DIALECT = {"Active": "active", "Inactive": "inactive", "Waste": "waste", "Unknown": "unknown"}

_LONGEST_SUB_TYPE = 4_096


@dataclass(frozen=True, slots=True)
class PersonRef:
    """How an event names the student."""

    iri: str
    email: str | None


@dataclass(frozen=True, slots=True)
class SessionRef:
    """How an event names its session, and what it says about it."""

    iri: str
    started_ms: int | None = None
    ended_ms: int | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time of one type, as a TimeSpentEvent states it."""

    type: TimeType
    sub_type: str | None
    started_ms: int
    ms: int


class AnswerKind(StrEnum):
    """What an event says about a question."""

    COMPLETED = "completed"
    GRADED = "graded"


@dataclass(frozen=True, slots=True)
class Answer:
    """One attempt at a question: that it was completed, or how it was graded."""

    kind: AnswerKind
    attempt: str
    correct: bool | None = None


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What one event says."""

    id: str
    content: bytes
    type: str
    action: str
    event_ms: int
    started_ms: int
    person: PersonRef | None
    app_iri: str | None
    session: SessionRef | None
    end_reason: EndReason | None
    suspended_ms: int | None
    stretches: tuple[Stretch, ...]
    answer: Answer | None
    insights: tuple[InsightTold, ...] = ()
    contest: ContestTold | None = None
    review: ReviewTold | None = None
    work: Work | None = None

    @property
    def is_about_a_judgement(self) -> bool:
        """Tell a contest or a review, which is no part of the session that it is about."""
        return self.contest is not None or self.review is not None


def content_hash(item: object) -> bytes:
    """Return what is the same for the same content, however its keys are ordered."""
    return hashlib.sha256(_ENCODER.encode(item)).digest()


def read_event(event: Json) -> EventFacts:
    """Read a valid event."""
    event_ms = parse_iso_utc(event["eventTime"])
    stretches = _stretches(event, event_ms)
    return EventFacts(
        id=from_iri(event["id"]),
        content=content_hash(event),
        type=event["type"],
        action=event["action"],
        event_ms=event_ms,
        started_ms=min((each.started_ms for each in stretches), default=event_ms),
        person=_person(event),
        app_iri=_app(event),
        session=_session(event),
        end_reason=_end_reason(event),
        suspended_ms=_suspended(event),
        stretches=stretches,
        answer=_answer(event),
        insights=insights_in(event),
        contest=contest_in(event),
        review=review_in(event),
        work=work_in(event),
    )


def _person(event: Json) -> PersonRef | None:
    """Return the student: the actor, unless the actor is a program or a grader."""
    named: list[object] = []
    if event["type"] == "GradeEvent":
        named += [
            within(event, "object", "assignee"),
            within(event, "generated", "attempt", "assignee"),
        ]
    if within(event, "actor", "type") == "SoftwareApplication" or event["action"] == "TimedOut":
        named += [within(event, "object", "user"), within(event, "session", "user")]
    else:
        named.append(event["actor"])
    found = next((each for each in named if iri_of(each) is not None), None)
    iri = iri_of(found)
    if iri is None:
        return None
    email = within(found, "email")
    return PersonRef(iri, email if isinstance(email, str) else None)


def _app(event: Json) -> str | None:
    named: list[object] = [event.get("edApp"), within(event, "object", "app")]
    if event["type"] == "SessionEvent" and event["action"] != "TimedOut":
        named.append(event["object"])
    return next((iri for each in named if (iri := iri_of(each)) is not None), None)


def _session(event: Json) -> SessionRef | None:
    value = event["object"] if event["action"] == "TimedOut" else event.get("session")
    iri = iri_of(value)
    if iri is None:
        return None
    duration = within(value, "duration")
    return SessionRef(
        iri=iri,
        started_ms=moment(within(value, "startedAtTime")),
        ended_ms=moment(within(value, "endedAtTime")),
        duration_ms=_length(read_duration_ms(duration)) if isinstance(duration, str) else None,
    )


def _end_reason(event: Json) -> EndReason | None:
    if event["type"] != "SessionEvent" or event["action"] == "LoggedIn":
        return None
    if event["action"] == "TimedOut":
        return EndReason.TIMED_OUT
    told = within(event, "extensions", "timeback", "endReason")
    return next((reason for reason in EndReason if reason == told), EndReason.ENDED)


def _suspended(event: Json) -> int | None:
    told = within(event, "extensions", "timeback", "suspendedMs")
    return _length(told) if isinstance(told, int) and is_count(told) else None


def _length(ms: int | None) -> int | None:
    """Return a length that somebody may have lived through, else nothing."""
    return ms if ms is not None and ms <= LONGEST_SESSION_MS else None


def _stretches(event: Json, event_ms: int) -> tuple[Stretch, ...]:
    if event["type"] != "TimeSpentEvent":
        return ()
    items = event["generated"]["items"]
    lengths = [round(float(_either(item, "value", "metricValue")) * 1000) for item in items]
    # Items without a date are laid end to end, the last of them ending with the event.
    cursor = event_ms - sum(lengths)
    found = []
    for item, ms in zip(items, lengths, strict=True):
        dated = moment(item.get("startDate"))
        started = cursor if dated is None else dated
        cursor += ms
        if ms:
            found.append(Stretch(_time_type(item), _sub_type(item), started, ms))
    return tuple(found)


def _either(item: Json, *names: str) -> Any:
    return next((item[name] for name in names if item.get(name) is not None), 0)


def _time_type(item: Json) -> TimeType:
    name = item.get("metricType") or item["type"]
    return TimeType(_DIALECT.get(name, "anti-pattern" if name == "AntiPattern" else name))


def _sub_type(item: Json) -> str | None:
    return text(_either(item, "subType", "sub_type"), _LONGEST_SUB_TYPE)


def _answer(event: Json) -> Answer | None:
    match event["type"], event["action"]:
        case "AssessmentItemEvent", "Completed":
            attempt = within(event, "generated", "attempt")
            return Answer(AnswerKind.COMPLETED, iri_of(attempt) or event["id"])
        case "GradeEvent", "Graded" if _is_about_question(event):
            return _graded(event)
        case _:
            return None


def _is_about_question(event: Json) -> bool:
    """Tell a graded question from a graded test: TimeBack's scoreType, or the assignable."""
    return (
        within(event, "generated", "scoreType") == "QUESTION_RESULT"
        or within(event, "object", "assignable", "type") == "AssessmentItem"
    )


def _graded(event: Json) -> Answer:
    given = within(event, "generated", "scoreGiven")
    most = within(event, "generated", "maxScore")
    right = None
    if isinstance(given, int | float):
        full = most if isinstance(most, int | float) and most > 0 else 1
        right = given >= full
    return Answer(AnswerKind.GRADED, iri_of(event["object"]) or event["id"], right)


def instants_of(facts: EventFacts) -> Iterable[tuple[str, int]]:
    """Return every instant that an event names, with the pointer of its place."""
    yield "/eventTime", facts.event_ms
    for index, stretch in enumerate(facts.stretches):
        yield f"/generated/items/{index}/startDate", stretch.started_ms
    if facts.session is not None:
        for instant in (facts.session.started_ms, facts.session.ended_ms):
            if instant is not None:
                yield "/session", instant
