"""What an app's event says of the work: closed words and hashes, as the page's own script has it."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from timeback_desktop.backend.events.work import Work, opaque, work_in
from timeback_desktop.caliper.app_events import AppEventKind

Json = dict[str, Any]
ITEM = {
    "id": "urn:x:item",
    "type": "AssessmentItem",
    "isPartOf": {"id": "urn:x:lesson", "type": "Assessment"},
    "learningObjectives": [{"id": "urn:x:skill", "type": "LearningObjective"}],
}
ATTEMPT = {"id": "urn:x:attempt", "type": "Attempt", "assignable": ITEM,
           "startedAtTime": "2026-11-18T11:00:00Z", "endedAtTime": "2026-11-18T11:00:03.5Z"}  # fmt: skip
EXPLANATION = {"id": "urn:x:why", "type": "WebPage", "isPartOf": ITEM}


def event(kind: str, action: str, thing: object, **more: Any) -> Json:
    return {"id": "urn:uuid:1", "type": kind, "action": action, "object": thing, **more}


def score(given: float, most: float = 1, kind: str | None = "QUESTION_RESULT") -> Json:
    told = {"id": "urn:x:s", "type": "Score", "scoreGiven": given, "maxScore": most}
    return told if kind is None else told | {"scoreType": kind}


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (event("AssessmentItemEvent", "Started", ITEM), AppEventKind.ITEM_STARTED),
        (event("AssessmentItemEvent", "Completed", ITEM), AppEventKind.ANSWERED),
        (event("AssessmentItemEvent", "Skipped", ITEM), None),
        (event("GradeEvent", "Graded", ATTEMPT, generated=score(1)), AppEventKind.ANSWERED_RIGHT),
        (event("GradeEvent", "Graded", ATTEMPT, generated=score(0.5)), AppEventKind.ANSWERED_WRONG),
        (event("GradeEvent", "Graded", "urn:x:a", generated=score(2, 2, None)),
         AppEventKind.ANSWERED_RIGHT),
        (event("GradeEvent", "Graded", ATTEMPT, generated=score(1, 1, "TEST_RESULT")), None),
        (event("GradeEvent", "Graded", ATTEMPT, generated=score(1, 0)), None),
        (event("GradeEvent", "Graded", ATTEMPT, generated="urn:x:score"), None),
        (event("GradeEvent", "Graded", ATTEMPT | {"assignable": {"id": "x", "type": "Assessment"}},
               generated=score(1, 1, None)), None),
        (event("AssessmentEvent", "Started", "urn:x:lesson"), AppEventKind.LESSON_STARTED),
        (event("AssessmentEvent", "Submitted", "urn:x:lesson"), AppEventKind.LESSON_FINISHED),
        (event("AssignableEvent", "Completed", "urn:x:lesson"), AppEventKind.LESSON_FINISHED),
        (event("AssessmentEvent", "Paused", "urn:x:lesson"), None),
        (event("MediaEvent", "Resumed", "urn:x:film"), AppEventKind.MEDIA_PLAYING),
        (event("MediaEvent", "Ended", "urn:x:film"), AppEventKind.MEDIA_PAUSED),
        (event("MediaEvent", "JumpedTo", "urn:x:film"), None),
        (event("ViewEvent", "Viewed", EXPLANATION), AppEventKind.FEEDBACK_SHOWN),
        (event("ViewEvent", "Viewed", {"id": "urn:x:page", "type": "Page"}), None),
        (event("NavigationEvent", "NavigatedTo", ITEM), AppEventKind.ITEM_STARTED),
        (event("NavigationEvent", "NavigatedTo", "urn:x:page"), None),
        (event("SessionEvent", "LoggedIn", "urn:x:app"), None),
    ],
)  # fmt: skip
def test_an_event_becomes_a_closed_word_or_nothing(told: Json, kind: AppEventKind | None) -> None:
    found = work_in(told)
    assert (found and found.kind) == kind


def test_names_become_hashes_and_nothing_else_stays() -> None:
    told = event("AssessmentItemEvent", "Completed", ITEM | {"name": "MARKER"}, generated={
        "type": "MultipleChoiceResponse", "attempt": ATTEMPT, "value": "C",
    })  # fmt: skip
    found = work_in(told)
    assert found == Work(
        kind=AppEventKind.ANSWERED,
        mark=opaque("urn:uuid:1") or "",
        attempt=opaque("urn:x:attempt"),
        item=opaque("urn:x:item"),
        item_type="AssessmentItem",
        skill=opaque("urn:x:skill"),
        lesson=opaque("urn:x:lesson"),
        took_ms=3_500,
        choice=2,
    )
    assert "MARKER" not in repr(found)


def test_an_explanation_belongs_to_its_item() -> None:
    found = work_in(event("ViewEvent", "Viewed", EXPLANATION))
    assert found is not None
    assert (found.item, found.lesson) == (opaque("urn:x:item"), opaque("urn:x:lesson"))


@pytest.mark.parametrize(
    ("value", "choice"),
    [(0, 0), (99, 99), (100, None), (-1, None), (True, None), ("d", 3), ("é", None), ("ab", None)],
)
def test_a_choice_is_an_ordinal(value: object, choice: int | None) -> None:
    more = {"extensions": {"timeback": {"choice": value}}}
    found = work_in(event("AssessmentItemEvent", "Completed", ITEM, **more))
    assert found is not None
    assert found.choice == choice


@pytest.mark.parametrize(
    ("attempt", "took"),
    [
        ({"duration": "PT2.5S"}, 2_500),
        ({"duration": "P400D"}, None),
        ({"startedAtTime": "2026-11-18T11:00:03Z", "endedAtTime": "2026-11-18T11:00:00Z"}, None),
        ({"startedAtTime": "2026-11-18T11:00:03Z"}, None),
        ({}, None),
    ],
)
def test_how_long_it_took_is_told_or_unknown(attempt: Json, took: int | None) -> None:
    made = {"type": "Response", "attempt": attempt}
    found = work_in(event("AssessmentItemEvent", "Completed", ITEM, generated=made))
    assert found is not None
    assert found.took_ms == took


def test_a_hash_is_what_the_pages_script_makes() -> None:
    assert opaque("urn:x:ä") == hashlib.sha256("urn:x:ä".encode()).hexdigest()[:16]
    assert [opaque(odd) for odd in ("", "x" * 513, None, 7, {})] == [None] * 5
