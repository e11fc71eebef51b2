"""Events in: judged one by one, stored once, only from those who may send them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.helpers.small_school import (
    AS_AVA,
    AS_BEN,
    AS_MATH,
    AS_PUBLISHER,
    AVA,
    BEN,
    MATH,
    READING,
    SESSION,
    START,
    SUBJECT,
    TENANT,
    SmallSchool,
    event_id,
    open_school,
)
from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.models import (
    answers,
    described_entities,
    event_batches,
    event_ids,
    time_spent,
)
from timeback_desktop.caliper import events as caliper
from timeback_desktop.partition import State

Json = dict[str, Any]


@pytest.fixture
def school(tmp_path: Path) -> SmallSchool:
    return open_school(tmp_path)


def window(key: object = 1, ms: int = 15_000) -> Json:
    event = caliper.time_spent(event_id(key), AVA, MATH, SESSION.id, State.ON_TASK, None, START, ms)
    assert event is not None
    return event


def app_event(**more: object) -> Json:
    return {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:{event_id('app')}",
        "type": "NavigationEvent",
        "action": "NavigatedTo",
        "actor": {"id": f"urn:uuid:{SUBJECT}", "type": "Person"},
        "object": {"id": "urn:x:page", "type": "WebPage"},
        "eventTime": "2026-09-21T14:13:30.000Z",
        "edApp": f"urn:uuid:{MATH.id}",
        "session": "urn:tag:auto-attach",
    } | more


def count(school: SmallSchool, table: Any) -> int:
    with school.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_an_event_is_kept_once_however_often_it_comes(school: SmallSchool) -> None:
    assert school.statuses(AS_AVA, window()) == ["accepted"]
    assert school.statuses(AS_AVA, window()) == ["duplicate"]
    assert school.statuses(AS_AVA, dict(reversed(window().items()))) == ["duplicate"]
    assert (count(school, event_ids), count(school, time_spent)) == (1, 1)


def test_other_content_under_the_same_id_is_a_conflict(school: SmallSchool) -> None:
    school.send(AS_AVA, window())
    (result,) = school.send(AS_AVA, window(ms=14_000))
    assert (result.status, result.faults[0].pointer) == ("refused", "/data/0/id")
    assert "conflict" in result.faults[0].message
    assert school.sessions()[0]["time"]["span_s"] == 15


def test_twins_within_one_envelope(school: SmallSchool) -> None:
    found = school.statuses(AS_AVA, window(), window(), window(ms=1), window(2))
    assert found == ["accepted", "duplicate", "refused", "accepted"]
    assert count(school, time_spent) == 2


def test_eight_senders_of_the_same_batch_store_it_once(school: SmallSchool) -> None:
    batch = [window(key) for key in range(50)]
    with ThreadPoolExecutor(8) as pool:
        answers_of = list(pool.map(lambda _: school.statuses(AS_AVA, *batch), range(8)))
    accepted = [each for found in answers_of for each in found if each == "accepted"]
    assert len(accepted) == count(school, event_ids) == count(school, time_spent) == 50


def test_good_events_are_kept_beside_bad_ones(school: SmallSchool) -> None:
    bad = window(2) | {"eventTime": "yesterday"}
    first, second, third = school.send(AS_AVA, window(1), bad, window(3))
    assert [first.status, second.status, third.status] == ["accepted", "refused", "accepted"]
    assert second.faults[0].pointer == "/data/1/eventTime"
    assert count(school, event_ids) == 2


def test_the_body_is_kept_as_it_came(school: SmallSchool) -> None:
    school.send(AS_AVA, window())
    with school.reading() as connection:
        kept = archive.find(connection, TENANT, event_id(1))
    assert kept is not None
    assert kept.raw == caliper.encode(window())


UNKNOWN = {"id": "urn:uuid:0199cc6e-8e00-7000-8000-00000000dead", "type": "Person"}
MATH_URN, READING_URN = f"urn:uuid:{MATH.id}", f"urn:uuid:{READING.id}"


@pytest.mark.parametrize(
    ("sender", "event", "pointer"),
    [
        (AS_BEN, window(), "/data/0/actor"),
        (AS_MATH, app_event(actor=UNKNOWN), "/data/0/actor"),
        (AS_MATH, app_event(actor="http://purl.imsglobal.org/caliper/Person"), "/data/0/actor"),
        (AS_MATH, app_event(edApp=READING_URN), "/data/0/edApp"),
        (AS_MATH, app_event(edApp="https://unheard.example"), "/data/0/edApp"),
        (AS_PUBLISHER, app_event(edApp="https://unheard.example"), "/data/0/edApp"),
        (AS_PUBLISHER, app_event(edApp=None), "/data/0/actor"),
        (AS_PUBLISHER, app_event(edApp=None, actor=f"urn:uuid:{AVA.id}"), "/data/0/edApp"),
        (AS_AVA, app_event(edApp=None, actor=f"urn:uuid:{AVA.id}"), "/data/0/edApp"),
        (AS_MATH, app_event(eventTime="1969-12-31T23:59:59Z"), "/data/0/eventTime"),
        (AS_MATH, app_event(eventTime="9999-12-31T23:59:59Z"), "/data/0/eventTime"),
        (AS_AVA, {"@context": app_event()["@context"], **UNKNOWN}, "/data/0/type"),
    ],
)
def test_refused_with_the_place(
    school: SmallSchool, sender: Principal, event: Json, pointer: str
) -> None:
    (result,) = school.send(sender, event)
    assert (result.status, [fault.pointer for fault in result.faults]) == ("refused", [pointer])
    assert count(school, event_ids) == 0


@pytest.mark.parametrize(
    ("sender", "actor"),
    [
        (AS_MATH, f"urn:uuid:{SUBJECT}"),
        (AS_MATH, f"urn:uuid:{SUBJECT.upper()}"),
        (AS_MATH, f"https://elsewhere.example/rostering/v1p2/users/{AVA.id}"),
        (AS_MATH, "mailto:AVA@demo.example"),
        (AS_PUBLISHER, f"urn:uuid:{SUBJECT}"),
        (AS_PUBLISHER, f"urn:uuid:{AVA.id}"),
    ],
)
def test_a_student_is_known_under_each_of_his_names(
    school: SmallSchool, sender: Principal, actor: str
) -> None:
    assert school.statuses(sender, app_event(actor=actor)) == ["accepted"]
    with school.reading() as connection:
        assert connection.scalar(select(event_batches.c.user_id)) == AVA.id


def test_the_name_of_one_app_is_no_name_in_another(school: SmallSchool) -> None:
    event = app_event(edApp=READING_URN)
    assert school.send(AS_PUBLISHER, event)[0].faults[0].pointer == "/data/0/actor"


def test_an_app_cannot_write_into_the_session_of_another(school: SmallSchool) -> None:
    school.send(AS_AVA, caliper.logged_in(event_id(0), AVA, READING, SESSION, START))
    event = app_event(session=f"urn:uuid:{SESSION.id}")
    assert school.send(AS_MATH, event)[0].faults[0].pointer == "/data/0/session"


def test_nobody_writes_into_the_session_of_another_student(school: SmallSchool) -> None:
    school.send(AS_AVA, caliper.logged_in(event_id(0), AVA, MATH, SESSION, START))
    theirs = caliper.SessionSpan(SESSION.id, START - 60_000)
    school.send(AS_BEN, caliper.logged_in(event_id(1), BEN, MATH, theirs, START))
    assert school.sessions(AVA.id)[0]["startedAtTime"] == "2026-09-21T14:13:20.000Z"


def test_an_entity_is_described_once_and_again_when_it_changed(school: SmallSchool) -> None:
    item = {"@context": app_event()["@context"], "id": "https://x.example/1", "type": "WebPage"}
    assert school.statuses(AS_MATH, item, item) == ["accepted", "duplicate"]
    assert school.statuses(AS_MATH, item | {"name": "One"}) == ["accepted"]
    assert count(school, described_entities) == 1


def graded(key: str, given: float, *, grader: bool = False) -> Json:
    student = f"urn:uuid:{SUBJECT}"
    attempt = {"id": f"urn:x:attempt:{key}", "type": "Attempt", "assignee": student}
    score = {"id": "urn:x:s", "type": "Score", "scoreType": "QUESTION_RESULT"}
    return app_event(
        id=f"urn:uuid:{event_id(key)}",
        type="GradeEvent",
        action="Graded",
        actor={"id": "urn:x:grader", "type": "SoftwareApplication"} if grader else student,
        object=attempt,
        generated=score | {"maxScore": 1.0, "scoreGiven": given},
    )


def test_a_grade_is_about_the_student_whoever_gave_it(school: SmallSchool) -> None:
    found = school.statuses(AS_MATH, graded("a", 1.0, grader=True), graded("b", 0.5))
    assert found == ["accepted", "accepted"]
    assert count(school, answers) == 2
    assert school.sessions()[0]["questions"] == {"answered": 2, "correct": 1}


def test_a_full_envelope_is_taken(school: SmallSchool) -> None:
    found = school.statuses(AS_AVA, *[window(key) for key in range(1000)])
    assert found == ["accepted"] * 1000
