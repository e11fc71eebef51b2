"""What an event says of a judgement: all that the desktop tells, what a third party knows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.small_school import AVA, MATH, SESSION, START, event_id
from timeback_desktop.backend.events.judgements import (
    ContestTold,
    InsightTold,
    ReviewResult,
    ReviewTold,
    contest_in,
    insights_in,
    review_in,
)
from timeback_desktop.caliper import insights as wire
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import from_iri

Json = dict[str, Any]
PLACE = wire.Place(AVA, MATH, SESSION.id)
VERDICT = wire.Insight(
    id=event_id("verdict"),
    kind="rushing",
    detail=None,
    rule="rapid_answers",
    version=3,
    started_at_ms=START,
    ms=21_500,
    on_task_ms=21_500,
    confidence=0.8,
    thresholds={"rapid_ms": 4_000},
    counts={"answers": 4, "wrong": 3},
    reasoning="Four answers under 4 s, three wrong.",
    student_reasoning="4 answers in a row took under 4 s.",
)


def used(*measures: Json, **more: Any) -> Json:
    """What a third party sends, with StudyReel's words in a context of its own."""
    return {
        "@context": ["https://studyreel.example/ctx", "http://purl.imsglobal.org/ctx/caliper/v1p2"],
        "id": f"urn:uuid:{event_id('measured')}",
        "type": "ToolUseEvent",
        "actor": {"id": f"urn:uuid:{AVA.id}", "type": "Person"},
        "action": "Used",
        "object": {"id": f"urn:uuid:{MATH.id}", "type": "SoftwareApplication"},
        "eventTime": iso_utc(START),
        "generated": {
            "id": "urn:x:measures",
            "type": "AggregateMeasureCollection",
            "items": list(measures),
        },
        "session": {"id": f"urn:uuid:{SESSION.id}", "type": "SESSION"},
        **more,
    }


STUDYREEL = {
    "id": "urn:x:measure",
    "type": "ANTI_PATTERN",
    "metric": "SKIPPING_RECOMMENDED_LESSON",
    "startedAtTime": iso_utc(START),
    "endedAtTime": iso_utc(START + 60_000),
    "reasoning": "Left the lesson that was next.",
}


def test_the_desktop_tells_everything_a_verdict_rests_on() -> None:
    assert insights_in(wire.noted(PLACE, VERDICT)) == (
        InsightTold(
            id=VERDICT.id,
            kind="rushing",
            rule="rapid_answers",
            version="3",
            confidence=0.8,
            reason=VERDICT.reasoning,
            student_reason=VERDICT.student_reasoning,
            thresholds={"rapid_ms": 4_000},
            counts={"answers": 4, "wrong": 3},
            started_ms=START,
            ended_ms=START + 21_500,
        ),
    )


def test_a_third_partys_measure_keeps_what_it_does_not_know_null() -> None:
    event = used(STUDYREEL, {"id": "urn:x:2", "type": "ENGAGEMENT", "metric": "MINUTES_ON_TASKS"})
    assert validate_item(event) == ()
    first, second = insights_in(event)
    assert first == InsightTold(
        id=event_id("measured"),
        kind="skipping_recommended_lesson",
        detail="anti_pattern",
        reason="Left the lesson that was next.",
        counts=None,
        started_ms=START,
        ended_ms=START + 60_000,
    )
    assert (second.kind, second.reason, second.started_ms) == ("minutes_on_tasks", None, None)
    assert second.id != first.id


def test_plain_caliper_is_a_measure_too() -> None:
    measure = {"id": "urn:x:m", "type": "AggregateMeasure", "metric": "MinutesOnTask",
               "metricValue": 3.5, "maxMetricValue": 5}  # fmt: skip
    event = used(measure) | {"@context": "http://purl.imsglobal.org/ctx/caliper/v1p2"}
    event["session"] = f"urn:uuid:{SESSION.id}"
    assert validate_item(event) == ()
    (found,) = insights_in(event)
    assert (found.kind, found.counts) == ("minutes_on_task", {"value": 3.5, "max": 5})


@pytest.mark.parametrize(
    "told",
    [
        {"kind": 7},
        {"kind": ""},
        {"kind": "\0\0"},
        {},
        {"kind": "idle", "version": 10**400, "confidence": 2, "thresholds": [1], "counts": "x"},
        {"kind": "idle", "confidence": float("nan"), "startedAtTime": "yesterday"},
        {"kind": "idle", "confidence": True, "thresholds": {"a": 10**400, "b": float("inf")}},
        {"kind": "idle", "startedAtTime": "9999-01-01T00:00:00Z", "detail": ["x"], "rule": {}},
    ],
)
def test_odd_words_become_nothing(told: Json) -> None:
    event = used(extensions={"timeback": {"insight": told}})
    found = insights_in(event)
    assert len(found) == (told.get("kind") == "idle")
    for each in found:
        assert (each.version, each.confidence, each.started_ms, each.rule) == (None,) * 4
        assert not each.thresholds


def test_an_end_before_the_start_is_no_end() -> None:
    measure = STUDYREEL | {"endedAtTime": iso_utc(START - 1)}
    (found,) = insights_in(used(measure))
    assert (found.started_ms, found.ended_ms) == (START, None)


def test_a_contest_and_its_withdrawal() -> None:
    event = wire.contested(event_id("c"), PLACE, VERDICT.id, START)
    back = wire.contested(event_id("w"), PLACE, VERDICT.id, START, withdrawn=True)
    assert contest_in(event) == ContestTold(VERDICT.id, withdrawn=False)
    assert contest_in(back) == ContestTold(VERDICT.id, withdrawn=True)
    assert review_in(event) is None


def test_a_review_with_its_note() -> None:
    event = wire.reviewed(
        event_id("r"), PLACE, VERDICT.id, START, "coach", "FalsePositive", "On paper."
    )
    found = ReviewTold(VERDICT.id, ReviewResult.FALSE_POSITIVE, "On paper.")
    assert review_in(event) == found
    del event["extensions"]["timeback"]["review"]["reviewNotes"]
    assert review_in(event) == found  # from the comment
    assert contest_in(event) is None


@pytest.mark.parametrize("named", [None, 7, "", "x", "urn:x:y", [], "urn:uuid:zz", "\0"])
def test_a_dispute_about_nothing_names_nothing(named: object) -> None:
    told = {"contest": True, "insightId": named, "review": {"insightId": named}}
    event = used(extensions={"timeback": told}) | {"type": "FeedbackEvent"}
    assert contest_in(event) == ContestTold(None, withdrawn=False)
    assert review_in(event) == ReviewTold(None, None, None)


def test_an_insight_is_named_by_its_event_whatever_it_says_of_itself() -> None:
    event = wire.noted(PLACE, VERDICT)
    event["extensions"]["timeback"]["insight"]["id"] = "urn:uuid:somebody-elses"
    assert insights_in(event)[0].id == from_iri(event["id"])
