"""What one valid event says, in the platform's own terms. Pure: looks nothing up.

Everything here is handed a dict that ``caliper.validation`` found good, so the shapes are
known; what may still vary (an entity as object or IRI, TimeBack's two dialects) is read here
and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from timeback_desktop.backend.events.activities import ActivityTold, activity_in
from timeback_desktop.backend.events.judgements import (
    ContestTold,
    InsightTold,
    ReviewTold,
    contest_in,
    insights_in,
    review_in,
)
from timeback_desktop.backend.events.reading import (
    Json,
    iri_of,
    lasted,
    length_of,
    moment,
    text,
    within,
)
from timeback_desktop.backend.events.work import Work, work_in
from timeback_desktop.backend.sessions.span import EndReason
from timeback_desktop.caliper.datatypes import is_count
from timeback_desktop.clock import parse_iso_utc
from timeback_desktop.ids import uuid_bytes, uuid_text
from timeback_desktop.partition import TimeType

AUTO_ATTACH = "urn:tag:auto-attach"
_ENCODER = msgspec.json.Encoder(order="sorted")
_TIME_TYPES = {each.value: each for each in TimeType} | {
    "Active": TimeType.ACTIVE,
    "Inactive": TimeType.INACTIVE,
    "Waste": TimeType.WASTE,
    "Unknown": TimeType.UNKNOWN,
    "AntiPattern": TimeType.ANTI_PATTERN,
    "Anti-pattern": TimeType.ANTI_PATTERN,  # as the published client capitalizes it
}

_LONGEST_SUB_TYPE = 4_096
_LONGEST_SUBJECT = 64


class PersonRef(msgspec.Struct, frozen=True, gc=False):
    """How an event names the student."""

    iri: str
    email: str | None


class SessionRef(msgspec.Struct, frozen=True, gc=False):
    """How an event names its session, and what it says about it."""

    iri: str
    started_ms: int | None = None
    ended_ms: int | None = None
    duration_ms: int | None = None


class About(msgspec.Struct, frozen=True, gc=False):
    """Who an event is about, in which app and session, and the subject that it tells if any."""

    person: PersonRef | None
    app_iri: str | None
    session: SessionRef | None
    subject: str | None = None


class Stretch(msgspec.Struct, frozen=True, gc=False):
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


class EventFacts(msgspec.Struct, frozen=True, gc=False):
    """What one event says.

    ``started_ms`` and ``until_ms`` are the outermost instants of the time that it tells of.
    """

    wire_id: str
    key: bytes
    type: str
    action: str
    event_ms: int
    started_ms: int
    until_ms: int
    about: About
    stretches: tuple[Stretch, ...] = ()
    end_reason: EndReason | None = None
    suspended_ms: int | None = None
    answer: Answer | None = None
    insights: tuple[InsightTold, ...] = ()
    contest: ContestTold | None = None
    review: ReviewTold | None = None
    work: Work | None = None
    activity: ActivityTold | None = None

    @property
    def id(self) -> str:
        """Return the UUID of the event."""
        return uuid_text(self.wire_id)

    @property
    def began_ms(self) -> int:
        """Return the earliest instant that it tells of."""
        return min(self.started_ms, self.event_ms)

    @property
    def is_about_a_judgement(self) -> bool:
        """Tell a contest or a review, which is no part of the session that it is about."""
        return self.contest is not None or self.review is not None


def content_hash(item: object) -> bytes:
    """Return what is the same for the same content, however its keys are ordered."""
    return hashlib.sha256(_ENCODER.encode(item)).digest()


def moved(facts: EventFacts, by_ms: int) -> EventFacts:
    """Return the same facts with every instant moved: for a sender whose clock is wrong."""
    told = facts.about.session
    session = told and msgspec.structs.replace(
        told,
        started_ms=_moved(told.started_ms, by_ms),
        ended_ms=_moved(told.ended_ms, by_ms),
    )
    return msgspec.structs.replace(
        facts,
        event_ms=facts.event_ms + by_ms,
        started_ms=facts.started_ms + by_ms,
        until_ms=facts.until_ms + by_ms,
        stretches=tuple(
            msgspec.structs.replace(each, started_ms=each.started_ms + by_ms)
            for each in facts.stretches
        ),
        about=msgspec.structs.replace(facts.about, session=session),
        insights=tuple(
            replace(
                each,
                started_ms=_moved(each.started_ms, by_ms),
                ended_ms=_moved(each.ended_ms, by_ms),
            )
            for each in facts.insights
        ),
    )


def _moved(instant_ms: int | None, by_ms: int) -> int | None:
    return None if instant_ms is None else instant_ms + by_ms


def read_event(event: Json) -> EventFacts:
    """Read a valid event."""
    event_ms = parse_iso_utc(event["eventTime"])
    stretches = _stretches(event, event_ms)
    return EventFacts(
        wire_id=event["id"],
        key=uuid_bytes(event["id"]),
        type=event["type"],
        action=event["action"],
        event_ms=event_ms,
        started_ms=min((each.started_ms for each in stretches), default=event_ms),
        until_ms=max([event_ms, *(each.started_ms + each.ms for each in stretches)]),
        about=About(
            person=_person(event),
            app_iri=_app(event),
            session=_session(event),
            subject=subject_in(within(event, "object", "subject")),
        ),
        end_reason=_end_reason(event),
        suspended_ms=_suspended(event),
        stretches=stretches,
        answer=_answer(event),
        insights=insights_in(event),
        contest=contest_in(event),
        review=review_in(event),
        work=work_in(event),
        activity=activity_in(event),
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
        duration_ms=lasted(duration),
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
    return length_of(told) if isinstance(told, int) and is_count(told) else None


def _stretches(event: Json, event_ms: int) -> tuple[Stretch, ...]:
    if event["type"] != "TimeSpentEvent":
        return ()
    items = [item for item in event["generated"]["items"] if isinstance(item, dict)]
    lengths = [round(float(_either(item, "value", "metricValue")) * 1000) for item in items]
    # Items without a date are laid end to end, the last of them ending with the event.
    cursor = event_ms - sum(lengths)
    found = []
    for item, ms in zip(items, lengths, strict=True):
        dated = moment(_either(item, "startDate", "start_date"))
        started = cursor if dated is None else dated
        cursor += ms
        if ms:
            kind = time_type_of(item.get("metricType") or item["type"])
            sub_type = sub_type_in(_either(item, "subType", "sub_type"))
            found.append(Stretch(kind, sub_type, started, ms))
    return tuple(found)


def _either(item: Json, *names: str) -> Any:
    return next((item[name] for name in names if item.get(name) is not None), 0)


def time_type_of(name: str) -> TimeType:
    """Return the type of time that either dialect calls so."""
    return _TIME_TYPES[name]


def sub_type_in(told: object) -> str | None:
    """Return a subType as it is kept."""
    return text(told, _LONGEST_SUB_TYPE)


def subject_in(told: object) -> str | None:
    """Return a subject as it is kept."""
    return text(told, _LONGEST_SUBJECT)


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
    told = facts.about.session
    if told is not None:
        for instant in (told.started_ms, told.ended_ms):
            if instant is not None:
                yield "/session", instant
