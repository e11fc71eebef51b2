"""Insights, contests and reviews as events: valid, exact, and no motive in them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.helpers.clock import MORNING_UTC_MS
from timeback_desktop import ids
from timeback_desktop.caliper import events, insights
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.partition import Overlay

EVENT, INSIGHT, COACH = (ids.seeded("test", "insight", each) for each in ("e", "i", "c"))
PLACE = insights.Place(
    events.Learner(ids.seeded("test", "user", "ava"), "ava@demo.example", "Ava Thompson"),
    events.App(ids.seeded("test", "app", "math"), "Garden", "Math"),
    ids.seeded("test", "session", "1"),
)
DAY = 86_400_000


def insight(kind: str = "rushing", **more: Any) -> insights.Insight:
    told: dict[str, Any] = {
        "id": INSIGHT, "kind": kind, "detail": None, "rule": "rapid", "version": 2,
        "started_at_ms": MORNING_UTC_MS, "ms": 90_500, "on_task_ms": 30_000, "confidence": 0.7,
        "thresholds": {"rapid_ms": 10_000}, "counts": {"answers": 4},
        "reasoning": "4 answers under 10 s.", "student_reasoning": "You were fast.",
    }  # fmt: skip
    return insights.Insight(**told | more)


def overlaid(ms: int) -> events.Json:
    return insights.overlaid(EVENT, PLACE, INSIGHT, Overlay.RUSHING, MORNING_UTC_MS, ms)


def reviewed(result: str, notes: str) -> events.Json:
    return insights.reviewed(EVENT, PLACE, INSIGHT, MORNING_UTC_MS, COACH, result, notes)


@pytest.mark.parametrize(
    "event",
    [
        *[insights.noted(PLACE, insight(kind)) for kind in (*Overlay, "idle", "needs_help")],
        insights.noted(PLACE, insight(detail="off_app:game", interrupted=True, counts={})),
        insights.noted(PLACE, insight(ms=0, on_task_ms=0)),
        *[overlaid(ms) for ms in (1, 90_500, DAY, 3 * DAY + 7)],
        insights.contested(EVENT, PLACE, INSIGHT, MORNING_UTC_MS),
        insights.contested(EVENT, PLACE, INSIGHT, MORNING_UTC_MS, withdrawn=True),
        reviewed("TruePositive", ""),
        reviewed("FalsePositive", "Ihr Bleistift war stumpf \U0001f58d \n"),
    ],
)
def test_everything_that_is_built_is_valid(event: events.Json) -> None:
    assert validate_item(msgspec.json.decode(events.encode(event))) == ()


def test_an_insight_says_what_it_rests_on() -> None:
    event = insights.noted(PLACE, insight())
    told = event["extensions"]["timeback"]["insight"]
    assert event["id"] == told["id"] == ids.to_urn(INSIGHT)
    assert event["session"] == ids.to_urn(PLACE.session_id)
    assert (told["rule"], told["version"], told["confidence"]) == ("rapid", 2, 0.7)
    assert (told["thresholds"], told["counts"]) == ({"rapid_ms": 10_000}, {"answers": 4})
    assert (told["startedAtTime"], told["endedAtTime"]) == (
        "2026-09-21T14:13:20.000Z",
        "2026-09-21T14:14:50.500Z",
    )
    assert "interrupted" not in told
    assert "detail" not in told


def test_its_measure_never_claims_minutes_that_were_not_on_task() -> None:
    (measure,) = insights.noted(PLACE, insight())["generated"]["items"]
    assert (measure["metric"], measure["metricValue"]) == ("MinutesOnTask", 0.5)
    assert measure["maxMetricValue"] == pytest.approx(90.5 / 60, abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("rushing", ("ANTI_PATTERN", "RUSHING")),
        ("skipped_explanation", ("ANTI_PATTERN", "IGNORING_EXPLANATION")),
        ("external_help", ("ANTI_PATTERN", None)),
        ("idle", ("ENGAGEMENT", None)),
        ("needs_help", ("ENGAGEMENT", None)),
    ],
)
def test_the_older_words_are_said_where_they_fit(kind: str, words: tuple[str, str | None]) -> None:
    event = insights.noted(PLACE, insight(kind))
    (measure,) = event["generated"]["items"]
    told = measure["extensions"]["studyreel"]
    assert (told["type"], told.get("metric")) == words
    assert b"CHEAT" not in events.encode(event).upper()


def test_an_overlay_of_days_is_cut_into_days_and_loses_nothing() -> None:
    items = overlaid(3 * DAY + 7)["generated"]["items"]
    assert [item["value"] for item in items] == [86_400, 86_400, 86_400, 0.007]
    assert [item["endDate"] for item in items[:-1]] == [item["startDate"] for item in items[1:]]


@pytest.mark.parametrize("ms", [0, -1])
def test_an_overlay_that_does_not_last_is_a_bug_of_the_caller(ms: int) -> None:
    with pytest.raises(ValueError, match="overlay"):
        overlaid(ms)


def test_notes_are_a_comment_and_no_notes_are_none() -> None:
    assert "generated" not in reviewed("TruePositive", "")
    comment = reviewed("TruePositive", "Well seen.")["generated"]
    assert (comment["type"], comment["value"]) == ("Comment", "Well seen.")
    assert comment["commentedOn"] == ids.to_urn(INSIGHT)


def test_no_name_and_no_address_where_nobody_asks_for_them() -> None:
    for event in (insights.noted(PLACE, insight()), reviewed("TruePositive", "x")):
        assert b"Ava" not in events.encode(event)
        assert b"ava@" not in events.encode(event)
