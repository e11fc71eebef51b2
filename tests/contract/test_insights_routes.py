"""What comes back over HTTP: to whom, in which shape, and never more than was measured."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.backends import RUN_SECRET, InProcess
from tests.helpers.event_door import AVA, START, body, client_token, send
from timeback_desktop import ids
from timeback_desktop.backend.demo.school import TEACHER_PIN
from timeback_desktop.backend.demo.seed import STUDENT_ID
from timeback_desktop.caliper import events as caliper
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import State, Totals

MINUTE = 60_000
USER = f"/insights/1.0/users/{STUDENT_ID}"
RANGE = {"from": iso_utc(START - 86_400_000), "to": iso_utc(START + 86_400_000)}


@pytest.fixture(autouse=True)
def evening(site: InProcess) -> None:
    """All of the day was lived when it is told."""
    site.clock.pass_seconds(12 * 3600)


def play(site: InProcess, key: str, start_ms: int, *states: State) -> caliper.SessionSpan:
    """Send a session of one minute a state, from the desktop."""
    app = caliper.App(site.tool.id, "Tool", "Math")
    length = len(states) * MINUTE
    span = caliper.SessionSpan(ids.seeded(key, "s", ""), start_ms, None, length)
    events = [caliper.logged_in(ids.seeded(key, "in", ""), AVA, app, span, start_ms)]
    for number, state in enumerate(states):
        at, event_id = start_ms + number * MINUTE, ids.seeded(key, "w", str(number))
        event = caliper.time_spent(event_id, AVA, app, span.id, state, None, at, MINUTE)
        events += [event] if event else []
    out = ids.seeded(key, "out", "")
    events.append(caliper.logged_out(out, AVA, app, span, start_ms + length, "ended"))
    assert send(site, site.sign_in(), body(*events)).status_code == 200
    return span


def answer_question(site: InProcess, minute: int, *, right: bool) -> None:
    """Send what an app sends when a question was answered, asking to be attached."""
    common = {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "actor": {"id": f"urn:uuid:{STUDENT_ID}", "type": "Person"},
        "edApp": f"urn:uuid:{site.tool.id}",
        "eventTime": iso_utc(START + minute * MINUTE),
        "session": "urn:tag:auto-attach",
    }
    attempt = {"id": f"urn:x:attempt:{minute}", "type": "Attempt"}
    completed = common | {
        "id": f"urn:uuid:{ids.mint()}",
        "type": "AssessmentItemEvent",
        "action": "Completed",
        "object": {"id": f"urn:x:item:{minute}", "type": "AssessmentItem"},
        "generated": {"id": "urn:x:response", "type": "Response", "attempt": attempt},
    }
    score = {"id": "urn:x:score", "type": "Score", "scoreType": "QUESTION_RESULT"}
    graded = common | {
        "id": f"urn:uuid:{ids.mint()}",
        "type": "GradeEvent",
        "action": "Graded",
        "object": attempt,
        "generated": score | {"maxScore": 1, "scoreGiven": int(right)},
    }
    assert send(site, client_token(site), body(completed, graded)).status_code == 200


def ask(site: InProcess, what: str, token: str | None = None, **params: object) -> Any:
    headers = {"Authorization": f"Bearer {token or site.sign_in()}"}
    return site.request("GET", f"{USER}/{what}", params=params, headers=headers)


def test_a_session_comes_back_as_it_was(site: InProcess) -> None:
    states = (State.ON_TASK, State.ON_TASK, State.IDLE, State.PAUSED)
    span = play(site, "one", START, *states)
    answer_question(site, 1, right=True)
    answer_question(site, 2, right=False)
    told = ask(site, "sessions", include="segments").json()
    (row,) = told["sessions"]
    assert told["pagination"] == {"limit": 50, "offset": 0, "total": 1, "hasMore": False}
    assert row["time"] == Totals.fold((state, MINUTE) for state in states).as_wire()
    assert row["questions"] == {"answered": 2, "correct": 1}
    assert [each["state"] for each in row["segments"]] == ["on_task", "idle", "paused"]
    assert {key: row[key] for key in list(row)[:9]} == {
        "id": f"urn:uuid:{span.id}",
        "userId": STUDENT_ID,
        "applicationId": site.tool.id,
        "applicationName": "Tool",
        "startedAtTime": iso_utc(START),
        "endedAtTime": iso_utc(START + 4 * MINUTE),
        "duration": 240,
        "loggedOut": True,
        "endReason": "ended",
    }


def test_segments_only_when_asked_for(site: InProcess) -> None:
    play(site, "one", START, State.ON_TASK)
    assert "segments" not in ask(site, "sessions").json()["sessions"][0]


def test_pages_are_newest_first_and_say_whether_more_follow(site: InProcess) -> None:
    spans = [play(site, str(n), START + n * 3_600_000, State.ON_TASK) for n in range(3)]
    first = ask(site, "sessions", limit=2).json()
    assert [each["id"][9:] for each in first["sessions"]] == [spans[2].id, spans[1].id]
    assert first["pagination"] == {"limit": 2, "offset": 0, "total": 3, "hasMore": True}
    rest = ask(site, "sessions", limit=2, offset=2).json()
    assert [each["id"][9:] for each in rest["sessions"]] == [spans[0].id]
    assert rest["pagination"]["hasMore"] is False


def test_a_range_takes_what_touches_it(site: InProcess) -> None:
    play(site, "one", START, State.ON_TASK, State.ON_TASK)
    end = iso_utc(START + 2 * MINUTE)
    assert ask(site, "sessions", **{"from": end}).json()["sessions"] == []
    assert ask(site, "sessions", to=iso_utc(START)).json()["sessions"] == []
    inside = {"from": iso_utc(START + MINUTE), "to": end}
    assert len(ask(site, "sessions", **inside).json()["sessions"]) == 1


def test_nothing_measured_is_null_and_no_day(site: InProcess) -> None:
    assert ask(site, "sessions").json()["sessions"] == []
    told = ask(site, "overview", **RANGE).json()
    assert told["buckets"] == []
    nothing = dict.fromkeys(("time", "claimed", "waste", "questions", "xp", "masteredUnits"))
    assert told["totals"] == {**nothing, "sessions": 0}
    assert told["breakdown"] == {"byApp": [], "bySubject": [], "byState": {}}
    assert told["trend"] is None
    answer_question(site, 0, right=True)
    (row,) = ask(site, "sessions").json()["sessions"]
    assert (row["time"], row["questions"]) == (None, {"answered": 1, "correct": 1})


def test_a_day_ends_at_midnight_of_the_zone(site: InProcess) -> None:
    # 1_795_000_000_000 is 2026-11-18T11:06:40Z; midnight in Karachi is at 19:00Z.
    midnight = START + (19 * 3600 - (11 * 3600 + 6 * 60 + 40)) * 1000
    play(site, "late", midnight - MINUTE, State.ON_TASK, State.IDLE, State.IDLE)
    told = ask(site, "overview", timezone="Asia/Karachi", **RANGE).json()
    rows = [(each["date"], each["time"]["states"], each["sessions"]) for each in told["buckets"]]
    assert rows == [("2026-11-18", {"on_task": MINUTE}, 1), ("2026-11-19", {"idle": 2 * MINUTE}, 1)]
    assert told["totals"]["sessions"] == 1
    assert told["breakdown"]["byState"] == {"on_task": MINUTE, "idle": 2 * MINUTE}
    assert told["breakdown"]["byApp"][0]["applicationName"] == "Tool"
    utc = ask(site, "overview", **RANGE).json()
    assert [each["date"] for each in utc["buckets"]] == ["2026-11-18"]


def test_an_apps_own_claim_is_never_added_to_what_was_measured(site: InProcess) -> None:
    play(site, "one", START, State.ON_TASK, State.IDLE)
    app = caliper.App(site.tool.id, "Tool", "Math")
    for key, start in (("inside", START), ("outside", START + 60 * MINUTE)):
        session = ids.seeded("claim", "session", key)
        event = caliper.time_spent(
            ids.seeded("claim", "event", key), AVA, app, session, State.ON_TASK, None, start, MINUTE
        )
        assert event is not None
        assert send(site, client_token(site), body(event)).status_code == 200
    told = ask(site, "overview", **RANGE).json()
    assert told["totals"]["time"]["states"] == {"on_task": 2 * MINUTE, "idle": MINUTE}
    times = [
        row["time"] and row["time"]["span_s"] for row in ask(site, "sessions").json()["sessions"]
    ]
    assert sorted(times, key=str) == [120, 60, None]


def test_who_may_read(site: InProcess) -> None:
    play(site, "one", START, State.ON_TASK)
    tokens = {
        "himself": site.sign_in(),
        "his teacher": site.sign_in("priya.raman", TEACHER_PIN),
        "another teacher": site.sign_in("grace.okafor", TEACHER_PIN),
        "a classmate": site.sign_in("noor.alsayed"),
        "an app": client_token(site),
        "the window": RUN_SECRET,
        "nobody": "nonsense",
    }
    for what in ("sessions", "overview"):
        found = {who: ask(site, what, token).status_code for who, token in tokens.items()}
        assert list(found.values()) == [200, 200, 403, 403, 403, 403, 401]


def test_an_unknown_person_looks_like_a_forbidden_one(site: InProcess) -> None:
    token = site.sign_in("priya.raman", TEACHER_PIN)
    for user_id in (ids.mint(), "x", "%2e%2e", "'; drop table users; --"):
        assert site.get(f"/insights/1.0/users/{user_id}/sessions", token).status_code == 403


@pytest.mark.parametrize(
    "params",
    [
        {"from": "yesterday"},
        {"from": "2026-11-18T11:06:40"},
        {"to": "2026-13-01T00:00:00Z"},
        {"from": "9999-12-31T23:59:59Z"},
        {"limit": 0},
        {"limit": 201},
        {"limit": "many"},
        {"offset": -1},
    ],
)
def test_odd_questions_about_sessions(site: InProcess, params: dict[str, object]) -> None:
    answer = ask(site, "sessions", **params)
    assert (answer.status_code in {400, 422}, bool(answer.json()["message"])) == (True, True)


@pytest.mark.parametrize(
    "params",
    [
        {"timezone": "Mars/Olympus"},
        {"timezone": "../../../etc/passwd"},
        {"timezone": "/etc/localtime"},
        {"timezone": ""},
        {"timezone": "America"},
        {"timezone": "a\x00b"},
        {"from": iso_utc(START), "to": iso_utc(START)},
        {"from": iso_utc(START - 401 * 86_400_000), "to": iso_utc(START)},
    ],
)
def test_odd_questions_about_days(site: InProcess, params: dict[str, object]) -> None:
    assert ask(site, "overview", **params).status_code == 400


def test_an_offset_with_a_bare_plus_is_understood(site: InProcess) -> None:
    play(site, "one", START, State.ON_TASK)
    asked = "from=2026-11-18T12:00:00+01:00&to=2026-11-18T13:00:00+01:00"
    headers = {"Authorization": f"Bearer {site.sign_in()}"}
    told = site.request("GET", f"{USER}/overview?{asked}", headers=headers).json()
    assert told["range"]["from"] == "2026-11-18T11:00:00.000Z"
    assert told["totals"]["sessions"] == 1


def test_the_last_week_unless_told(site: InProcess) -> None:
    told = ask(site, "overview").json()
    now = site.clock()
    assert told["range"] == {"from": iso_utc(now - 7 * 86_400_000), "to": iso_utc(now)}
    assert (told["timezone"], told["granularity"]) == ("UTC", "day")
