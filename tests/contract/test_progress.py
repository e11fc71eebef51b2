"""The ledger of points over HTTP: attempts, rules, late events, reviews, and who may look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.event_door import AVA, START, body, send
from tests.helpers.oneroster import GRADEBOOK, RESOURCES
from tests.helpers.writers import Writer, reference, token_with
from timeback_desktop import ids
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID, demo_id
from timeback_desktop.backend.progress import service
from timeback_desktop.backend.progress.models import xp_ledger
from timeback_desktop.backend.scopes import EVENTS_READONLY, ROSTER_READONLY
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper import events as caliper
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import Overlay, State

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
KENJI, PRIYA = demo_id("user", "kenji.watanabe"), demo_id("user", "priya.raman")
WILLOW = demo_id("course", "willow")
Event = dict[str, Any]


@pytest.fixture
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("progress") / "data") as site:
        site.clock.ms = START + 2 * DAY
        yield site


def completed(site: InProcess, key: str, at_ms: int, activity: str, **told: Any) -> Event:
    """Return an app's word that Ava finished an activity."""
    generated = told.pop("generated", {})
    items = [{"type": name, "value": value} for name, value in told.items()]
    kind = "TimebackActivityMetricsCollection"
    return {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:{ids.seeded(key, 'done', str(at_ms))}",
        "type": "ActivityEvent",
        "profile": "TimebackProfile",
        "action": "Completed",
        "actor": {"id": f"urn:uuid:{STUDENT_ID}", "type": "TimebackUser", "email": AVA.email},
        "object": {
            "id": f"https://tool.example/activities/{activity}",
            "type": "TimebackActivityContext",
            "subject": "Math",
            "app": {"name": "Tool"},
            "course": {"name": "Willow", "id": f"https://here.example/courses/{WILLOW}"},
            "activity": {"name": activity, "id": f"https://tool.example/activities/{activity}"},
        },
        "generated": {"id": "urn:x:got", "type": kind, "items": items, **generated},
        "edApp": f"urn:uuid:{site.tool.id}",
        "eventTime": iso_utc(at_ms),
        "session": "urn:tag:auto-attach",
    }


def right(correct: int, total: int = 10, xp: float = 5) -> dict[str, float]:
    return {"xpEarned": xp, "totalQuestions": total, "correctQuestions": correct}


def tell(site: InProcess, *events: Event) -> None:
    answer = send(site, Writer.of(site).token, body(*events))
    assert answer.status_code == 200, answer.text


def measure(site: InProcess, key: str, start_ms: int, *states: State) -> None:
    """Send what the desktop measured: a minute of each state."""
    app = caliper.App(site.tool.id, "Tool", "Math")
    span = caliper.SessionSpan(ids.seeded(key, "s", ""), start_ms)
    found = []
    for n, state in enumerate(states):
        at, event_id = start_ms + n * MINUTE, ids.seeded(key, "w", str(n))
        found += [caliper.time_spent(event_id, AVA, app, span.id, state, None, at, MINUTE)]
    answer = send(site, site.sign_in(), body(*(each for each in found if each)))
    assert answer.status_code == 200, answer.text


def worth(site: InProcess, name: str, xp: Any) -> None:
    """Say what content is worth, by the name that its app knows it by."""
    metadata = {"type": "interactive", "xp": xp}
    client = Writer(site, Writer.of(site).token, RESOURCES)
    client.create("resources", "resource", title=name, vendorResourceId=name, metadata=metadata)


def ask(site: InProcess, path: str = "xp", who: str = STUDENT_ID, **query: Any) -> Any:
    token = token_with(site, EVENTS_READONLY)
    given = {"from": iso_utc(START - DAY), **query} if path == "xp" else query
    answer = site.get(f"/progress/1.0/users/{who}/{path}", token, params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ledger(site: InProcess, *names: str) -> list[tuple[Any, ...]]:
    """Return the ledger, oldest first."""
    entries = reversed(ask(site)["ledger"]["entries"])
    return [tuple(each[name] for name in names) for each in entries]


def test_attempts_are_counted_and_each_earns_by_its_row(site: InProcess) -> None:
    worth(site, "fractions", 20)
    tries = enumerate([7, 10, 9])
    tell(
        *[site],
        *[completed(site, "t", START + n * HOUR, "fractions", **right(c)) for n, c in tries],
    )
    told = ledger(site, "attempt", "rule", "expectedXp", "claimedXp", "awardedXp", "mastered")
    assert told == [
        (1, "not_passed", 20.0, 5.0, 0.0, False),
        (2, "perfect_later", 20.0, 5.0, 20.0, True),
        (3, "passed_later", 20.0, 5.0, 10.0, True),
    ]
    totals = ask(site)["totals"]
    assert (totals["claimedXp"], totals["awardedXp"], totals["completions"]) == (15.0, 30.0, 3)


def test_claimed_points_are_those_of_edubridge(site: InProcess) -> None:
    tell(site, completed(site, "a", START, "one", **right(10, xp=2.75)))
    tell(site, completed(site, "b", START + HOUR, "two", **right(3, xp=-0.5)))
    day = iso_utc(START)[:10]
    query = {"studentId": STUDENT_ID, "startDate": day, "endDate": day}
    facts = site.get(
        "/edubridge/analytics/activity", token_with(site, EVENTS_READONLY), params=query
    ).json()["facts"]
    (mine,) = ask(site, **{"from": day, "to": day})["days"]
    assert facts[day]["Math"]["activityMetrics"]["xpEarned"] == mine["claimedXp"] == 2.25
    assert mine["awardedXp"] == 0.0  # the one below 80 %; of the other nobody knows its worth


def test_an_app_may_tell_of_more_attempts_but_not_of_fewer(site: InProcess) -> None:
    for n, attempt in enumerate([1, 1, 5]):
        event = completed(
            site, "m", START + n * MINUTE, "x", **right(10), generated={"attempt": attempt}
        )
        tell(site, event)
    assert ledger(site, "attempt", "toldAttempt") == [(1, 1), (2, 1), (5, 5)]


def test_minutes_are_the_base_where_no_content_says_more(site: InProcess) -> None:
    measure(site, "desk", START, *[State.ON_TASK] * 8)
    tell(site, completed(site, "a", START + 8 * MINUTE, "plain", **right(9)))
    (row,) = ledger(site, "focusedSeconds", "wasteShare", "expectedXp", "awardedXp", "rule")
    assert row == (480, 0.0, None, 8.0, "passed_first")


def test_waste_costs_a_part_and_an_app_cannot_claim_it_away(site: InProcess) -> None:
    worth(site, "slow", 10)
    measure(site, "desk", START, *[State.ON_TASK] * 6, *[State.OFF_APP] * 4)
    tell(site, completed(site, "a", START + 10 * MINUTE, "slow", **right(10)))
    (row,) = ledger(site, "focusedSeconds", "wasteShare", "awardedXp", "rule")
    assert row == (360, 0.4, 5.0, "wasteful_first")


def test_time_is_about_one_completion_only(site: InProcess) -> None:
    measure(site, "desk", START, *[State.ON_TASK] * 10)
    tell(site, completed(site, "a", START + 4 * MINUTE, "one", **right(8)))
    tell(site, completed(site, "b", START + 10 * MINUTE, "two", **right(8)))
    assert ledger(site, "awardedXp") == [(4.0,), (6.0,)]


def rushed(site: InProcess, key: str, start_ms: int, minutes: int) -> str:
    """Let the desktop notice rushing; return the insight's id."""
    insight_id = ids.seeded(key, "insight", "")
    told = {
        "kind": str(Overlay.RUSHING),
        "startedAtTime": iso_utc(start_ms),
        "endedAtTime": iso_utc(start_ms + minutes * MINUTE),
    }
    app = {"id": f"urn:uuid:{site.tool.id}", "type": "SoftwareApplication"}
    event = {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:{insight_id}",
        "type": "ToolUseEvent",
        "profile": "ToolUseProfile",
        "action": "Used",
        "actor": {"id": f"urn:uuid:{STUDENT_ID}", "type": "Person"},
        "object": app,
        "edApp": app,
        "eventTime": iso_utc(start_ms + minutes * MINUTE),
        "extensions": {"timeback": {"insight": told}},
    }
    answer = send(site, site.sign_in(), body(event))
    assert answer.status_code == 200, answer.text
    return insight_id


def test_rushing_takes_points_until_a_teacher_takes_it_back(site: InProcess) -> None:
    worth(site, "fast", 8)
    measure(site, "desk", START, *[State.ON_TASK] * 10)
    tell(site, completed(site, "a", START + 10 * MINUTE, "fast", **right(10)))
    assert ledger(site, "rule", "awardedXp") == [("perfect_first", 10.0)]
    insight = rushed(site, "hasty", START + 2 * MINUTE, 5)  # it arrives late
    assert ledger(site, "rule", "awardedXp", "mastered") == [("gaming", -2.0, False)]
    said = {"reviewResult": "FalsePositive"}
    path = f"/insights/1.0/insights/{insight}/review"
    teacher = site.sign_in("priya.raman", "2580")
    assert site.post(path, teacher, json=said).status_code == 200
    assert ledger(site, "rule", "awardedXp", "mastered") == [("perfect_first", 10.0, True)]
    ((habits,),) = ledger(site, "habits")
    assert [(each["insightId"], each["stands"]) for each in habits] == [(insight, False)]


def test_a_moment_of_haste_in_much_good_work_costs_nothing(site: InProcess) -> None:
    measure(site, "desk", START, *[State.ON_TASK] * 40)
    rushed(site, "hasty", START, 1)
    tell(site, completed(site, "a", START + 40 * MINUTE, "long", **right(8)))
    assert ledger(site, "rule") == [("passed_first",)]


def rows(site: InProcess) -> list[Any]:
    with reading(site.platform.engine) as connection:
        return [tuple(row) for row in connection.execute(select(xp_ledger))]


def test_a_late_event_moves_the_later_attempts_and_rebuilding_gives_the_same(
    site: InProcess,
) -> None:
    worth(site, "late", 4)
    tell(site, completed(site, "b", START + HOUR, "late", **right(10)))
    assert ledger(site, "attempt", "awardedXp") == [(1, 5.0)]
    tell(site, completed(site, "a", START, "late", **right(8)))
    measure(site, "desk", START - 10 * MINUTE, *[State.ON_TASK] * 5)
    assert ledger(site, "attempt", "awardedXp", "focusedSeconds") == [(1, 4.0, 300), (2, 4.0, None)]
    kept = rows(site)
    with writing(site.platform.engine) as connection:
        assert service.rebuild(connection, PUBLISHER_ID) == 1
    assert rows(site) == kept
    with writing(site.platform.engine) as connection:
        assert not service.settle(connection, PUBLISHER_ID, STUDENT_ID)


def test_questions_told_one_by_one_are_the_result_where_no_number_is(site: InProcess) -> None:
    worth(site, "each", 10)
    graded = [
        {
            "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
            "id": f"urn:uuid:{ids.seeded('g', str(n), '')}",
            "type": "GradeEvent",
            "profile": "GradingProfile",
            "action": "Graded",
            "actor": {"id": f"urn:uuid:{site.tool.id}", "type": "SoftwareApplication"},
            "object": {
                "id": f"urn:x:attempt:{n}",
                "type": "Attempt",
                "assignee": {"id": f"urn:uuid:{STUDENT_ID}", "type": "Person"},
                "assignable": {"id": f"urn:x:item:{n}", "type": "AssessmentItem"},
            },
            "generated": {
                "id": f"urn:x:score:{n}",
                "type": "Score",
                "scoreGiven": 1 if n else 0,
                "maxScore": 1,
                "scoreType": "QUESTION_RESULT",
            },
            "edApp": f"urn:uuid:{site.tool.id}",
            "eventTime": iso_utc(START + n * MINUTE),
            "session": "urn:tag:auto-attach",
        }
        for n in range(10)
    ]
    tell(site, *graded, completed(site, "a", START + 10 * MINUTE, "each", xpEarned=3))
    assert ledger(site, "accuracy", "awardedXp", "mastered") == [(0.9, 10.0, True)]


def test_a_graded_test_of_the_gradebook_is_a_completion(site: InProcess) -> None:
    client = Writer.of(site)
    for key, score in (("unit-test", 95), ("caliper_copy", 100)):
        item = {"title": "Unit test", "status": "active", "course": reference(WILLOW)}
        item["metadata"] = {"xp": 30}
        path = f"{GRADEBOOK}/assessmentLineItems/{key}"
        assert client.send("PUT", path, {"assessmentLineItem": item}).is_success
        found = {
            "assessmentLineItem": reference(key),
            "student": reference(STUDENT_ID),
            "scoreDate": iso_utc(START),
            "scoreStatus": "fully graded",
            "score": score,
        }
        path = f"{GRADEBOOK}/assessmentResults/{key}"
        assert client.send("PUT", path, {"assessmentResult": found}).is_success
    (row,) = ledger(site, "source", "activityName", "accuracy", "awardedXp", "claimedXp")
    assert row == ("result", "Unit test", 0.95, 30.0, None)
    assert site.request(
        "DELETE", f"/edubridge/enrollments/resetProgress/{STUDENT_ID}/{WILLOW}",
        headers=bearer(client.token),
    ).status_code == 204  # fmt: skip
    assert ledger(site, "source") == []


def test_mastery_is_told_by_activity_course_and_subject(site: InProcess) -> None:
    tell(site, completed(site, "a", START, "one", **right(8), masteredUnits=1))
    tell(site, completed(site, "b", START + HOUR, "one", **right(9), masteredUnits=2))
    tell(site, completed(site, "c", START + 2 * HOUR, "two", **right(8)))
    told = ask(site, "mastery")
    assert told["gate"] == 0.9
    assert told["totals"] == {"attempted": 2, "mastered": 1, "attempts": 3, "masteredUnits": 3}
    (course,) = told["byCourse"]
    assert (course["courseId"], course["attempted"], course["mastered"]) == (WILLOW, 2, 1)
    states = {each["activityName"]: each["state"] for each in told["activities"]}
    assert states == {"one": "mastered", "two": "attempted"}
    assert told["activities"][1]["masteredAt"] == iso_utc(START + HOUR)
    assert ask(site, "mastery", subject="Science")["totals"]["attempted"] == 0


def test_what_nobody_told_is_null_and_pages_hold(site: InProcess) -> None:
    nothing = {"completions": 0, "expectedXp": None, "claimedXp": None, "awardedXp": None}
    assert ask(site)["totals"] == nothing | {"focusedSeconds": None}
    tell(site, *[completed(site, "p", START + n, f"n{n}", **right(9)) for n in range(5)])
    seen = []
    for offset in range(0, 6, 2):
        told = ask(site, limit=2, offset=offset)["ledger"]
        seen += [each["activityName"] for each in told["entries"]]
        assert told["pagination"]["total"] == 5
    assert seen == ["n4", "n3", "n2", "n1", "n0"]
    assert ask(site, subject="Science")["totals"] == nothing | {"focusedSeconds": None}


HOSTILE = [
    {"xpEarned": 9e15, "totalQuestions": 9e15, "correctQuestions": 9e15, "masteredUnits": 9e15},
    {"xpEarned": -9e15, "masteredUnits": -9e15},
    {"totalQuestions": 0, "correctQuestions": 0},
    {"totalQuestions": 1, "correctQuestions": 5},
    {"xpEarned": 1e-9},
]


def test_absurd_numbers_break_nothing(site: InProcess) -> None:
    worth(site, "odd", 1e300)
    for n, told in enumerate(HOSTILE):
        event = completed(site, "h", START + n, "odd", **told, generated={"attempt": 2**60})
        send(site, Writer.of(site).token, body(event))  # taken or refused: both are good
    assert all(each[0] is None for each in ledger(site, "expectedXp"))
    assert ask(site, "mastery")["totals"]["attempted"] <= 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"users/{STUDENT_ID}/xp?from=yesterday", 400),
        (f"users/{STUDENT_ID}/xp?from=2026-11-02&to=2026-11-01", 400),
        (f"users/{STUDENT_ID}/xp?from=1999-01-01&to=2026-11-01", 400),
        (f"users/{STUDENT_ID}/xp?to=9999-12-31", 400),
        (f"users/{STUDENT_ID}/xp?timezone=../../etc/passwd", 400),
        (f"users/{STUDENT_ID}/xp?limit=0", 422),
        (f"users/{STUDENT_ID}/xp?offset=-1", 422),
        (f"users/{STUDENT_ID}/xp?subject=%27%20OR%201%3D1--", 200),
        (f"users/{STUDENT_ID}/mastery?limit=100000", 422),
        ("users/nobody/xp", 403),
        ("users/%00/mastery", 403),
        ("users/nobody/mastery", 403),
    ],
)
def test_nonsense_is_told_and_breaks_nothing(roster: Any, path: str, status: int) -> None:
    answer = roster.get(f"/progress/1.0/{path}")
    assert answer.status_code == status or (answer.status_code == 422 and "%00" in path)


def test_who_may_look(roster: Any) -> None:
    site = roster.site
    teacher, ava = site.sign_in("priya.raman", "2580"), site.sign_in()
    jun = demo_id("user", "jun.park")
    asked = [(ava, STUDENT_ID), (ava, KENJI), (teacher, STUDENT_ID), (teacher, jun)]
    for path in ("xp", "mastery"):
        found = [site.get(f"/progress/1.0/users/{who}/{path}", token) for token, who in asked]
        assert [each.status_code for each in found] == [200, 403, 200, 403]
    assert site.get("/progress/1.0/rules", ava).status_code == 200
    assert site.get("/progress/1.0/rules").status_code == 401
    stranger = token_with(site, ROSTER_READONLY)
    assert site.get(f"/progress/1.0/users/{STUDENT_ID}/xp", stranger).status_code == 403
