"""What an event says, in either dialect and in whatever form its entities come."""

from __future__ import annotations

from typing import Any

import pytest

from timeback_desktop.backend.events.facts import Answer, AnswerKind, Stretch, read_event
from timeback_desktop.backend.sessions.span import EndReason
from timeback_desktop.clock import parse_iso_utc
from timeback_desktop.partition import TimeType

AT = "2026-09-21T14:13:35.000Z"
AT_MS = parse_iso_utc(AT)


def event(kind: str, action: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "urn:uuid:0199CC6E-8E00-7000-8000-00000000000A",
        "type": kind,
        "action": action,
        "actor": {"id": "urn:uuid:1", "type": "Person"},
        "object": "urn:x:object",
        "eventTime": AT,
    } | more


def spent(*items: dict[str, Any]) -> tuple[Stretch, ...]:
    generated = {"items": list(items)}
    return read_event(event("TimeSpentEvent", "SpentTime", generated=generated)).stretches


def test_an_id_is_the_same_in_either_letter_case() -> None:
    found = read_event(event("MediaEvent", "Started"))
    assert found.id == "0199cc6e-8e00-7000-8000-00000000000a"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"type": "active", "value": 15}, (TimeType.ACTIVE, None, 15_000)),
        ({"type": "waste", "value": 0.5, "subType": "off_app"}, (TimeType.WASTE, "off_app", 500)),
        ({"type": "waste", "value": 1, "sub_type": "eating"}, (TimeType.WASTE, "eating", 1000)),
        ({"metricType": "Inactive", "metricValue": 2, "type": "TimeSpentMetric"},
         (TimeType.INACTIVE, None, 2000)),
        ({"metricType": "AntiPattern", "metricValue": 2, "type": "TimeSpentMetric"},
         (TimeType.ANTI_PATTERN, None, 2000)),
    ],
)  # fmt: skip
def test_both_dialects_of_time(item: dict[str, Any], expected: tuple[Any, ...]) -> None:
    (found,) = spent(item)
    assert (found.type, found.sub_type, found.ms) == expected
    assert found.started_ms + found.ms == AT_MS


def test_undated_items_are_laid_end_to_end_and_empty_ones_left_out() -> None:
    found = spent(
        {"type": "active", "value": 10},
        {"type": "waste", "value": 0},
        {"type": "inactive", "value": 5},
    )
    assert [each.started_ms - AT_MS for each in found] == [-15_000, -5_000]


def test_a_dated_item_stays_where_it_says() -> None:
    (found,) = spent({"type": "active", "value": 10, "startDate": "2026-09-21T14:00:00+01:00"})
    assert found.started_ms == parse_iso_utc("2026-09-21T13:00:00Z")


PERSON = {"id": "urn:uuid:2", "type": "Person"}
PROGRAM = {"id": "urn:x:p", "type": "SoftwareApplication"}


@pytest.mark.parametrize(
    ("found", "iri"),
    [
        (event("MediaEvent", "Started"), "urn:uuid:1"),
        (event("MediaEvent", "Started", actor="urn:uuid:3"), "urn:uuid:3"),
        (event("SessionEvent", "TimedOut", actor=PROGRAM, object={"user": PERSON}), "urn:uuid:2"),
        (event("SessionEvent", "TimedOut", actor="urn:x:p", object={"user": "urn:uuid:4"}),
         "urn:uuid:4"),
        (event("GradeEvent", "Graded", object={"assignee": PERSON}), "urn:uuid:2"),
        (event("GradeEvent", "Graded", actor=PROGRAM, generated={"attempt": {"assignee": PERSON}}),
         "urn:uuid:2"),
        (event("GradeEvent", "Graded", actor=PROGRAM), None),
    ],
)  # fmt: skip
def test_who_an_event_is_about(found: dict[str, Any], iri: str | None) -> None:
    person = read_event(found).about.person
    assert (person and person.iri) == iri


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        (event("AssessmentItemEvent", "Completed", generated={"attempt": {"id": "urn:x:a"}}),
         Answer(AnswerKind.COMPLETED, "urn:x:a")),
        (event("AssessmentItemEvent", "Completed", generated={"attempt": "urn:x:a"}),
         Answer(AnswerKind.COMPLETED, "urn:x:a")),
        (event("AssessmentItemEvent", "Started", generated={"id": "urn:x:a"}), None),
        (event("GradeEvent", "Graded", object="urn:x:a",
               generated={"scoreType": "QUESTION_RESULT", "scoreGiven": 4, "maxScore": 5}),
         Answer(AnswerKind.GRADED, "urn:x:a", correct=False)),
        (event("GradeEvent", "Graded", object={"id": "urn:x:a", "assignable": {
            "type": "AssessmentItem"}}, generated={"scoreGiven": 1}),
         Answer(AnswerKind.GRADED, "urn:x:a", correct=True)),
        (event("GradeEvent", "Graded", generated={"scoreGiven": 10, "maxScore": 15}), None),
    ],
)  # fmt: skip
def test_questions(found: dict[str, Any], answer: Answer | None) -> None:
    assert read_event(found).answer == answer


@pytest.mark.parametrize(
    ("action", "told", "reason"),
    [
        ("LoggedIn", {}, None),
        ("LoggedOut", {}, EndReason.ENDED),
        ("LoggedOut", {"endReason": "interrupted"}, EndReason.INTERRUPTED),
        ("LoggedOut", {"endReason": ["odd"]}, EndReason.ENDED),
        ("TimedOut", {"endReason": "ended"}, EndReason.TIMED_OUT),
    ],
)
def test_why_a_session_is_over(action: str, told: object, reason: EndReason | None) -> None:
    found = event("SessionEvent", action, extensions={"timeback": told})
    assert read_event(found).end_reason is reason


@pytest.mark.parametrize("told", [{"suspendedMs": -1}, {"suspendedMs": True}, {}, [], "x", None])
def test_odd_sleep_is_no_sleep(told: object) -> None:
    found = event("SessionEvent", "LoggedOut", extensions={"timeback": told})
    assert read_event(found).suspended_ms is None
