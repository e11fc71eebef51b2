"""Lists of insights and sessions: what filters keep, in which order, what changed, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.backends import InProcess, opened_site
from tests.helpers.developers import lent
from tests.helpers.event_door import AVA, START
from tests.helpers.lived_days import MINUTE, NOOR, WILLOW, People, app_of, deliver, note, spend
from timeback_desktop import ids
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, demo_id
from timeback_desktop.backend.scopes import EVENTS_READONLY
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper import events as caliper
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import Overlay, State

Json = dict[str, Any]
USER = f"/insights/1.0/users/{AVA.id}"
QUEUE = "/insights/1.0/reviews/queue"
FALSE = {"reviewResult": "FalsePositive", "reviewNotes": "She was reading."}
KINDS = {  # what, after how many minutes, for how many seconds
    "idle": (State.IDLE, 2, 60),
    "rushing": (Overlay.RUSHING, 0, 30),
    "away": (State.AWAY, 3, 45),
}


@pytest.fixture(scope="module")
def site(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("lists") / "data") as site:
        site.clock.pass_seconds(12 * 3600)
        spend(site, "one", START, State.ON_TASK, State.ON_TASK, State.IDLE, State.AWAY)
        spend(site, "two", START + 60 * MINUTE, State.ON_TASK)
        begin(site, "three")
        for key, (kind, minute, seconds) in KINDS.items():
            note(site, key, kind, START + minute * MINUTE, seconds * 1000)
        note(site, "noor", "off_app", session="noor", learner=NOOR)
        yield site


def begin(site: InProcess, key: str) -> None:
    """Send the beginning of a session, and nothing more."""
    at, app = START + 120 * MINUTE, app_of(site)
    span = caliper.SessionSpan(ids.seeded("lived", "session", key), at)
    deliver(site, caliper.logged_in(ids.seeded("lived", "in", key), AVA, app, span, at))


@pytest.fixture(scope="module")
def people(site: InProcess) -> People:
    return People(site)


@pytest.fixture(scope="module")
def teacher(people: People) -> str:
    return people.token(demo_id("user", "priya.raman"))


@pytest.fixture(scope="module")
def ava(people: People) -> str:
    return people.token(AVA.id)


def named(found: list[Json]) -> list[str]:
    return [each["insightType"] for each in found]


@pytest.mark.parametrize(("params", "kinds"), [
    ({}, ["away", "idle", "rushing"]),
    ({"sort": "oldest"}, ["rushing", "idle", "away"]),
    ({"sort": "longest"}, ["idle", "away", "rushing"]),
    ({"sort": "shortest"}, ["rushing", "away", "idle"]),
    ({"type": "idle"}, ["idle"]),
    ({"type": "rushing, away,"}, ["away", "rushing"]),
    ({"type": "nothing"}, []),
    ({"minSeconds": 45}, ["away", "idle"]),
    ({"minSeconds": 61}, []),
    ({"status": "open"}, ["away", "idle", "rushing"]),
    ({"status": "reviewed"}, []),
    ({"sessionId": ids.seeded("lived", "session", "one")}, ["away", "idle", "rushing"]),
    ({"sessionId": "another"}, []),
    ({"applicationId": "another"}, []),
    ({"from": iso_utc(START + 150_000)}, ["away", "idle"]),
    ({"limit": 1, "offset": 1}, ["idle"]),
])  # fmt: skip
def test_filters_and_orders(site: InProcess, ava: str, params: Json, kinds: list[str]) -> None:
    told = site.get(USER, ava, params=params).json()
    assert named(told["insights"]) == kinds
    assert site.get(f"{USER}/insights", ava, params=params).json()["insights"] == told["insights"]


@pytest.mark.parametrize(("params", "sessions"), [
    ({}, ["three", "two", "one"]),
    ({"state": "completed"}, ["two", "one"]),
    ({"state": "created"}, ["three"]),
    ({"state": "active"}, []),
    ({"applicationId": "another"}, []),
])  # fmt: skip
def test_sessions_by_how_far_they_are(
    site: InProcess, ava: str, params: Json, sessions: list[str]
) -> None:
    told = site.get(f"{USER}/sessions", ava, params=params).json()["sessions"]
    wanted = [f"urn:uuid:{ids.seeded('lived', 'session', key)}" for key in sessions]
    assert [each["id"] for each in told] == wanted
    assert all(each["state"] == params.get("state", each["state"]) for each in told)


def test_one_session_with_all_that_was_noticed(site: InProcess, people: People, ava: str) -> None:
    session = ids.seeded("lived", "session", "one")
    path = f"/insights/1.0/sessions/urn%3Auuid%3A{session}"
    told = site.get(path, ava).json()
    assert named(told["insights"]) == ["rushing", "idle", "away"]
    assert told["session"]["segments"][0]["state"] == "on_task"
    assert told["session"]["time"]["span_s"] == 240
    assert site.get(f"/insights/1.0/sessions/{session}", people.client()).json() == told
    for who in ("noor.alsayed", "grace.okafor"):
        answer = site.get(path, people.token(demo_id("user", who)))
        assert answer.status_code == 404  # as one that is not there


@pytest.mark.parametrize("name", ["nothing", "%00", "x" * 4_000, "urn:uuid:", "'--"])
def test_a_session_that_is_not_there(site: InProcess, ava: str, name: str) -> None:
    answer = site.get(f"/insights/1.0/sessions/{name}", ava)
    assert answer.status_code in {404, 422}  # a NUL is nothing that PostgreSQL looks for


def test_every_word_is_explained(site: InProcess, ava: str) -> None:
    note(site, "help", "needs_help")
    types = {each["slug"]: each for each in site.get("/insights/1.0/types", ava).json()["types"]}
    assert types.keys() >= {*map(str, State), *map(str, Overlay), "needs_help"}
    assert types["rushing"]["timeSpentType"] == "anti-pattern"
    assert (types["rushing"]["source"], types["rushing"]["seen"]) == ("overlay", True)
    assert (types["needs_help"]["source"], types["needs_help"]["countsAsWaste"]) == ("event", False)
    assert types["not_answering"]["countsAsWaste"] is False
    assert all(each["name"] and "_" not in each["name"] for each in types.values())


@pytest.mark.parametrize("params", [
    {"sort": "best"},
    {"status": "maybe"},
    {"minSeconds": -1},
    {"minSeconds": 10**30},
    {"minSeconds": "NaN"},
    {"type": "x" * 513},
    {"type": ",".join(map(str, range(41)))},
    {"since": "yesterday"},
    {"since": "b1"},
    {"since": "b-1.0"},
    {"since": f"b{9**20}.0"},
    {"since": "9999-99-99T00:00:00Z"},
    {"since": ""},
    {"applicationId": "x" * 65},
    {"sessionId": "x" * 65},
    {"from": "2026-11-18T11:06:40"},
    {"to": "now"},
])  # fmt: skip
def test_odd_questions(site: InProcess, ava: str, params: Json) -> None:
    answer = site.get(USER, ava, params=params)
    assert (answer.status_code in {400, 422}, bool(answer.json()["message"])) == (True, True)


@pytest.mark.parametrize("params", [
    {"status": "reviewed"},
    {"status": "maybe"},
    {"class": "x" * 256},
    {"type": "x" * 513},
    {"limit": 0},
    {"offset": -1},
])  # fmt: skip
def test_odd_questions_about_what_waits(site: InProcess, teacher: str, params: Json) -> None:
    answer = site.get(QUEUE, teacher, params=params)
    assert (answer.status_code in {400, 422}, bool(answer.json()["message"])) == (True, True)


@pytest.mark.parametrize("params", [{"state": "over"}, {"applicationId": "x" * 65}])
def test_odd_questions_about_sessions(site: InProcess, ava: str, params: Json) -> None:
    assert site.get(f"{USER}/sessions", ava, params=params).status_code == 422


def test_a_nul_is_no_name(site: InProcess, ava: str) -> None:
    for params in ({"type": "a\x00b"}, {"sessionId": "a\x00b"}, {"applicationId": "\x00"}):
        assert site.get(USER, ava, params=params).status_code in {200, 400, 422}


def test_what_waits_for_a_review(site: InProcess, people: People, teacher: str) -> None:
    def waiting(token: str = teacher, **params: object) -> list[str]:
        return named(site.get(QUEUE, token, params=params).raise_for_status().json()["insights"])

    contested = ids.seeded("lived", "insight", "away")
    site.post(f"/insights/1.0/insights/{contested}/contest", people.token(AVA.id))
    assert waiting()[0] == "away"  # contested ones come first, the oldest of the others next
    assert {*waiting()} >= {"away", "rushing", "off_app", "idle"}
    assert waiting(limit=1, offset=1) == waiting()[1:2]
    assert waiting(status="contested") == ["away"]
    assert "away" not in waiting(status="open")
    assert waiting(type="off_app") == ["off_app"]
    assert waiting(people.client(), **{"class": WILLOW}) == waiting()
    assert waiting(people.token(demo_id("user", "grace.okafor"))) == []
    maple = {"class": demo_id("class", "maple")}
    assert site.get(QUEUE, teacher, params=maple).status_code == 403
    told = site.get(QUEUE, teacher, params={"limit": 1}).json()
    assert (told["contested"], told["pagination"]["hasMore"]) == (1, True)
    site.post(f"/insights/1.0/insights/{contested}/review", teacher, json=FALSE)
    assert "away" not in waiting()


def test_what_changed_is_told_once_it_did(site: InProcess, people: People, ava: str) -> None:
    def since(cursor: str) -> Json:
        found: Json = site.get(USER, ava, params={"since": cursor}).raise_for_status().json()
        return found

    site.clock.pass_seconds(3600)
    cursor = site.get(USER, ava).json()["cursor"]
    assert since(cursor)["insights"] == []
    note(site, "late", "off_site", START - 86_400_000)  # an offline laptop
    told = since(cursor)
    assert named(told["insights"]) == ["off_site"]
    site.clock.pass_seconds(120)
    idle = ids.seeded("lived", "insight", "idle")
    head = people.token(people.extra("another head", "administrator"))
    answer = site.post(f"/insights/1.0/insights/{idle}/review", head, json=FALSE)
    assert answer.status_code == 200, answer.text
    told = since(told["cursor"])
    assert [each["review"]["reviewNotes"] for each in told["insights"]] == ["She was reading."]
    site.clock.pass_seconds(120)
    last = since(told["cursor"])["cursor"]
    assert since(last)["insights"] == []
    everything = since(iso_utc(0))
    assert len(everything["insights"]) >= 4
    assert everything["hasMore"] is False


def test_who_may_judge(site: InProcess, people: People) -> None:
    insight = note(site, "disputed", State.IDLE, START - 2 * 86_400_000)
    tokens = people.everybody()
    head = {"publisher_id": PUBLISHER_ID, "user_id": demo_id("user", "head")}
    tokens["an app in the head's name"] = lent(site, EVENTS_READONLY, **head)
    path = f"/insights/1.0/insights/{insight}/review"
    found = {who: site.post(path, token, json=FALSE).status_code for who, token in tokens.items()}
    assert {who for who, status in found.items() if status == 200} == {"her teacher", "the head"}
    assert set(found.values()) <= {200, 401, 403, 404}


def test_a_review_of_the_head_changes_the_figures_kept_by_day(
    site: InProcess, people: People
) -> None:
    spend(site, "judged", START - 5 * 86_400_000, State.IDLE, State.ON_TASK)
    day = {"from": "2026-11-13", "to": "2026-11-13"}
    path = f"/insights/1.0/classes/{WILLOW}/overview"
    insight = note(site, "judged", State.IDLE, START - 5 * 86_400_000, MINUTE, session="judged")
    token = people.client()
    before = site.get(path, token, params=day).json()["totals"]["time"]
    head = people.token(people.extra("second head", "administrator"))
    site.post(f"/insights/1.0/insights/{insight}/review", head, json=FALSE)
    after = site.get(path, token, params=day).json()["totals"]["time"]
    assert (before["waste_s"], after["waste_s"]) == (60, 0)
    assert after["states"] == {"on_task": MINUTE, "passive_ok": MINUTE}
    assert site.get(f"{USER}/overview", token, params=day).json()["totals"]["time"] == after
