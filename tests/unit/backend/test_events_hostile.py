"""Whatever an event is bent into, the answer is a verdict, never an accident."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.small_school import (
    AS_MATH,
    AS_PUBLISHER,
    AVA,
    MATH,
    SESSION,
    START,
    TENANT,
    SmallSchool,
    event_id,
    open_school,
)
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.demo.apps.kit.events import Lesson, Reporter, Try
from timeback_desktop.backend.events.service import ingest
from timeback_desktop.backend.feed.service import Listener, heard_since
from timeback_desktop.backend.insights.service import Page, insights_page
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper import insights as wire
from timeback_desktop.caliper.envelope import EnvelopeFault, open_envelope
from timeback_desktop.partition import State

Json = dict[str, Any]


@pytest.fixture(scope="module")
def school() -> Iterator[SmallSchool]:
    with TemporaryDirectory() as folder:
        found = open_school(Path(folder))
        yield found
        found.engine.dispose()


def spent(key: object) -> Json:
    event = caliper.time_spent(
        event_id(key), AVA, MATH, SESSION.id, State.IDLE, "idle", START, 15_000
    )
    assert event is not None
    return event


def over(key: object) -> Json:
    span = caliper.SessionSpan(SESSION.id, START, None, 60_000, 5)
    return caliper.logged_out(event_id(key), AVA, MATH, span, START + 60_000, "ended")


def verdicts(school: SmallSchool, item: Json) -> list[str]:
    raw = json.dumps(
        {
            "sensor": "urn:x:s",
            "sendTime": "2026-09-21T14:13:20Z",
            "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2",
            "data": [item],
        }
    ).encode()
    with writing(school.engine) as connection:
        results = ingest(connection, AS_PUBLISHER, open_envelope(raw), START).results
    return [str(result.status) for result in results]


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: Iterable[tuple[Any, object]] = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inner = enumerate(value)
    return [path, *[place for key, each in inner for place in places(each, (*path, key))]]


_odd: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 0.5, 10**30, 10**400, "", "x", "urn:x:\0", "\0", "P999999999Y", "PT" + "9" * 400
     + "S", "urn:tag:auto-attach", "2999-12-31T23:59:59.999999+14:00", [], [[]], {}, {"id": []},
     "0001-01-01T00:00:00+14:00", {"id": "urn:x:y", "type": "Person"}, {"type": "Entity"}]
)  # fmt: skip


PLACE = wire.Place(AVA, MATH, SESSION.id)


def judged() -> Json:
    seen = {"rule": "r", "version": 1, "thresholds": {"a": 1.5}, "counts": {"b": 2}}
    return wire.noted(
        PLACE,
        wire.Insight(
            id=event_id("bent insight"), kind="idle", detail="idle", started_at_ms=START, ms=9,
            on_task_ms=0, confidence=0.5, reasoning="So.", student_reasoning="So.", **seen,
        ),
    )  # fmt: skip


def told_by_an_app() -> list[Json]:
    app = Reporter(f"urn:uuid:{MATH.id}", "Math", AVA.id)
    lesson = Lesson("beds/1", "Bed", "Assessment")
    attempt = Try("i", "1 + 1", lesson, 1, "2026-09-21T14:13:20.000Z", "adding")
    return [
        *app.question_answered(attempt, "2", correct=True, choice=1),
        app.lesson_finished(lesson, attempt.began),
        app.media("Started", "film", "Film", at_s=1, length_s=2),
    ]


BENT = [
    spent("bent"),
    over("bent"),
    judged(),
    wire.contested(event_id("bent contest"), PLACE, event_id("bent insight"), START),
    wire.reviewed(event_id("bent r"), PLACE, event_id("x"), START, AVA.id, "TruePositive", "Yes."),
    *told_by_an_app(),
]


@settings(deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(BENT), _odd)
def test_a_bent_event(school: SmallSchool, data: st.DataObject, event: Json, odd: Any) -> None:
    bent = deepcopy(event)
    place: Any = bent
    path = data.draw(st.sampled_from(places(event)[1:]))
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = odd
    (verdict,) = verdicts(school, bent)
    assert verdict in {"accepted", "duplicate", "refused"}
    school.sessions(segments=True)
    with school.reading() as connection:
        asked = Asked(TENANT, AVA.id)
        json.dumps(insights_page(connection, asked, Page(200, 0)))
        json.dumps(heard_since(connection, Listener(TENANT, AVA.id, SESSION.id), 0))


@pytest.mark.parametrize("number", [10**30, -(10**30), 2**64, 1e300])
def test_a_number_beyond_any_machine_word(school: SmallSchool, number: float) -> None:
    event = spent(f"huge {number}") | {"extensions": {"n": number}}
    assert verdicts(school, event) == ["accepted"]
    assert verdicts(school, event) == ["duplicate"]


@pytest.mark.parametrize(
    "told", [{"suspendedMs": 10**18}, {"suspendedMs": 2**63}, {"endReason": "\0"}, "x", {}, []]
)
def test_odd_words_about_the_end(school: SmallSchool, told: object) -> None:
    event = over(f"odd {told}") | {"extensions": {"timeback": told}}
    assert verdicts(school, event) == ["accepted"]


@pytest.mark.parametrize("duration", ["PT" + "9" * 300 + "S", "P99999D", "P1Y", "PT0S"])
def test_odd_lengths_of_a_session(school: SmallSchool, duration: str) -> None:
    event = over(duration)
    event["session"]["duration"] = duration
    assert verdicts(school, event) == ["accepted"]
    assert all(row["duration"] is not None for row in school.sessions())


def test_an_answer_is_no_larger_than_its_faults_need(school: SmallSchool) -> None:
    event = spent("wide") | {"a" * 100_000 + str(n): n for n in range(10)}
    (result,) = school.send(AS_MATH, event)
    assert sum(len(fault.pointer) for fault in result.faults) < 2_000


def test_half_a_sign_in_a_reason_is_no_accident(school: SmallSchool) -> None:
    raw = json.dumps(judged() | {"id": f"urn:uuid:{event_id('half')}"}).replace("So.", "\\ud83d")
    with pytest.raises(EnvelopeFault) as caught:
        verdicts(school, json.loads(raw))
    assert caught.value.status == 400
