"""Sessions over HTTP: how they come to be, go on and end, who sees them, what is noted beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.event_door import AVA, body, client_token, send
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.demo.seed import demo_id
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper import events as caliper
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import State

Json = dict[str, Any]
BOTH = f"{EVENTS_WRITE} {EVENTS_READONLY}"
SESSIONS = "/sessions/1.0"
NOOR = caliper.Learner(demo_id("user", "noor.alsayed"), "noor.alsayed@demo.example", "Noor")
MINUTE = 60_000
AUTO = "urn:tag:auto-attach"


@dataclass
class Sitting:
    """One test's own session of a student, in its own hour."""

    site: InProcess
    token: str
    id: str
    start: int
    who: caliper.Learner = AVA

    @property
    def app(self) -> caliper.App:
        return caliper.App(self.site.tool.id, "Tool", "Math")

    def window(self, minute: float, session: str | None = None, *, key: str = "") -> Json:
        """Return a quarter of a minute on task, that ends at a minute of the hour."""
        at_ms = self.start + int(minute * MINUTE)
        event_id = ids.seeded(self.id, f"window {key}{session}", str(minute))
        spent = (State.ON_TASK, None, at_ms - 15_000, 15_000)
        event = caliper.time_spent(event_id, self.who, self.app, self.id, *spent)
        assert event is not None
        return event if session is None else {**event, "session": session}

    def session_event(self, action: str, minute: float) -> Json:
        at_ms = self.start + int(minute * MINUTE)
        person = {"id": f"urn:uuid:{self.who.id}", "type": "Person"}
        told = {"id": f"urn:uuid:{self.id}", "type": "Session", "user": person}
        told["startedAtTime"] = iso_utc(self.start)
        app = {"id": f"urn:uuid:{self.site.tool.id}", "type": "SoftwareApplication"}
        ends = {} if action == "LoggedIn" else {"endedAtTime": iso_utc(at_ms)}
        timed_out = action == "TimedOut"
        return {
            "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
            "id": f"urn:uuid:{ids.seeded(self.id, action, str(minute))}",
            "type": "SessionEvent",
            "profile": "SessionProfile",
            "action": action,
            "actor": app if timed_out else person,
            "object": {**told, **ends} if timed_out else app,
            "session": {**told, **ends},
            "eventTime": iso_utc(at_ms),
            "edApp": app,
        }

    def send(self, *events: Json, token: str = "") -> None:
        answer = send(self.site, token or self.token, body(*events))
        assert {each["status"] for each in answer.json()["results"]} == {"accepted"}, answer.text

    def ask(self, method: str, below: str = "", token: str = "", **given: Any) -> Any:
        path = f"{SESSIONS}/urn%3Auuid%3A{self.id}{below}"
        return self.site.request(method, path, headers=bearer(token or self.token), **given)

    def read(self, token: str = "") -> Json:
        return dict(self.ask("GET", token=token).raise_for_status().json()["session"])

    def beat(self, minute: float, token: str = "", **said: Any) -> Any:
        at = iso_utc(self.start + int(minute * MINUTE))
        return self.ask("POST", "/heartbeat", token, json={"at": at, **said})

    def span(self) -> tuple[str, str | None, str]:
        told = self.read()
        return told["startedAtTime"], told["endedAtTime"], told["state"]

    def at(self, minute: float) -> str:
        return iso_utc(self.start + int(minute * MINUTE))

    def listed(self, token: str = "", **asked: Any) -> list[Json]:
        hour = {"from": self.at(-1), "to": self.at(59)}
        answer = self.site.get(SESSIONS, token or self.token, params={**hour, **asked})
        return list(answer.raise_for_status().json()["sessions"])


@pytest.fixture(scope="module")
def day(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with opened_site(school, tmp_path_factory.mktemp("sessions") / "data") as site:
        yield site


@pytest.fixture
def sitting(day: InProcess) -> Sitting:
    """Return a session in the hour that has just gone by; the next test has the next hour."""
    start = day.clock.ms
    day.clock.pass_seconds(60 * 60)
    return Sitting(day, client_token(day, BOTH), ids.mint(), start)


def other_app(site: InProcess) -> str:
    name = f"Other {ids.mint()}"
    app = site.register(name)
    asked = {"grant_type": "client_credentials", "scope": BOTH}
    proof = (app.client_id, app.client_secret)
    answer = site.request("POST", "/auth/1.0/token", data=asked, auth=proof)
    return str(answer.raise_for_status().json()["access_token"])


@pytest.mark.parametrize("over", ["LoggedOut", "TimedOut"])
def test_created_then_active_then_completed_for_good(sitting: Sitting, over: str) -> None:
    sitting.send(sitting.session_event("LoggedIn", 0))
    assert sitting.span() == (sitting.at(0), None, "created")
    sitting.send(sitting.window(5))
    assert sitting.span() == (sitting.at(0), sitting.at(5), "active")
    assert (sitting.read()["loggedOut"], sitting.read()["expiresAt"]) == (False, sitting.at(15))
    sitting.send(sitting.session_event(over, 8))
    done = sitting.read()
    assert (done["state"], done["loggedOut"], done["endedAtTime"]) == (
        "completed",
        True,
        sitting.at(8),
    )
    assert (done["duration"], done["expiresAt"], done["origin"]) == (480, None, "explicit")
    sitting.send(sitting.window(20))
    assert sitting.span() == (sitting.at(0), sitting.at(8), "completed")


def test_a_bare_urn_that_nobody_has_seen_is_a_session(sitting: Sitting) -> None:
    sitting.send(sitting.window(1), sitting.window(4))
    told = sitting.read()
    assert (told["startedAtTime"], told["endedAtTime"]) == (sitting.at(0.75), sitting.at(4))
    assert (told["state"], told["origin"], told["userId"]) == ("active", "bare", AVA.id)
    assert told["applicationId"] == sitting.site.tool.id


def test_events_that_ask_to_be_attached_find_an_open_session(sitting: Sitting) -> None:
    sitting.send(sitting.session_event("LoggedIn", 0), sitting.window(2, AUTO))
    events = sitting.ask("GET", "/events").json()
    assert [each["session"] == AUTO for each in events["events"]] == [False, True]
    assert sitting.span()[2] == "created"  # only what names it lengthens it
    sitting.send(sitting.window(30, AUTO))
    kinds = {each["id"]: each["origin"] for each in sitting.listed(userId=AVA.id)}
    assert sorted(kinds.values()) == ["auto", "explicit"]
    assert len(sitting.ask("GET", "/events").json()["events"]) == 2


def test_silence_parts_two_sittings_that_nobody_named(sitting: Sitting) -> None:
    sitting.send(*[sitting.window(minute, AUTO) for minute in (1, 5, 14.5, 25)])
    found = sitting.listed(userId=AVA.id)
    assert [(each["startedAtTime"], each["endedAtTime"]) for each in found] == [
        (sitting.at(24.75), sitting.at(25)),
        (sitting.at(0.75), sitting.at(14.5)),
    ]


def test_two_devices_at_once_have_a_session_each(sitting: Sitting) -> None:
    tablet = Sitting(sitting.site, sitting.token, ids.mint(), sitting.start)
    sitting.send(sitting.window(1), sitting.window(9))
    tablet.send(tablet.window(4.5), tablet.window(6.5))
    assert sitting.span()[:2] == (sitting.at(0.75), sitting.at(9))
    assert tablet.span()[:2] == (sitting.at(4.25), sitting.at(6.5))
    assert [each["claimed"]["active"] for each in (sitting.read(), tablet.read())] == [30, 30]


def test_late_events_find_their_session(sitting: Sitting) -> None:
    sitting.send(sitting.session_event("LoggedOut", 10))
    sitting.send(sitting.window(9), sitting.window(12))
    sitting.send(sitting.session_event("LoggedIn", 0), sitting.window(3, AUTO))
    assert sitting.span() == (sitting.at(0), sitting.at(10), "completed")
    times = [each["eventTime"] for each in sitting.ask("GET", "/events").json()["events"]]
    assert times == [sitting.at(minute) for minute in (0, 3, 9, 10, 12)]


def test_measured_and_claimed_stand_side_by_side(sitting: Sitting) -> None:
    sitting.send(sitting.window(5))
    assert (sitting.read()["measured"], sitting.read()["claimed"]["active"]) == (None, 15)
    sitting.send(sitting.window(5, key="own "), token=sitting.site.sign_in())
    told = sitting.read()
    assert (told["measured"]["active"], told["claimed"]["active"]) == (15, 15)
    assert (told["measured"]["waste"], told["time"]["engaged_s"]) == (None, 15)


@pytest.mark.parametrize(
    ("asked", "count"),
    [({}, 1), ({"state": "active"}, 1), ({"state": "completed"}, 0), ({"state": "created"}, 0)],
)
def test_lists_by_student_app_and_state(sitting: Sitting, asked: Json, count: int) -> None:
    sitting.send(sitting.window(5))
    found = sitting.listed(userId=AVA.id, applicationId=f"urn:uuid:{sitting.site.tool.id}", **asked)
    assert [each["id"] for each in found] == [f"urn:uuid:{sitting.id}"][:count]
    assert sitting.listed(userId=AVA.id, applicationId=ids.mint()) == []


@pytest.mark.parametrize("asked", [
    {"state": "lost"}, {"limit": 0}, {"limit": 201}, {"offset": -1}, {"from": "soon"},
])  # fmt: skip
def test_what_cannot_be_asked(sitting: Sitting, asked: Json) -> None:
    answer = sitting.site.get(SESSIONS, sitting.token, params=asked)
    assert (answer.status_code in {400, 422}, bool(answer.json()["message"])) == (True, True)


def test_a_heartbeat_begins_a_session_and_lengthens_it(sitting: Sitting) -> None:
    first = sitting.beat(1, userId=AVA.id)
    assert (first.status_code, first.json()["status"]) == (201, "created")
    assert first.json()["session"]["state"] == "created"
    later = sitting.beat(3)
    assert (later.status_code, later.json()["status"]) == (200, "extended")
    assert sitting.span() == (sitting.at(1), sitting.at(3), "active")
    assert sitting.beat(3).json()["status"] == "duplicate"
    assert sitting.beat(2).json()["status"] == "recorded"
    assert sitting.span() == (sitting.at(1), sitting.at(3), "active")
    assert sitting.read()["time"] is None
    events = sitting.ask("GET", "/events").json()["events"]
    assert [each["eventTime"] for each in events] == [sitting.at(each) for each in (1, 2, 3)]


def test_a_heartbeat_never_lengthens_what_is_over(sitting: Sitting) -> None:
    sitting.send(sitting.session_event("LoggedIn", 0), sitting.session_event("LoggedOut", 5))
    answer = sitting.beat(6)
    assert (answer.status_code, answer.json()["status"]) == (409, "completed")
    assert answer.json()["session"]["endedAtTime"] == sitting.at(5)
    assert sitting.beat(4).json()["status"] == "recorded"
    assert sitting.span() == (sitting.at(0), sitting.at(5), "completed")


def test_a_heartbeat_without_an_instant_is_of_now(sitting: Sitting) -> None:
    sitting.site.clock.ms += 777
    answer = sitting.ask("POST", "/heartbeat", json={"userId": AVA.id})
    now_ms = sitting.site.clock.ms
    assert answer.json()["session"]["startedAtTime"] == iso_utc(now_ms - now_ms % 1000)
    assert sitting.ask("POST", "/heartbeat").json()["status"] == "duplicate"
    sitting.site.clock.ms += 223


@pytest.mark.parametrize(
    ("said", "status", "pointer"),
    [
        ({}, 422, "/userId"),
        ({"userId": "nobody"}, 404, "/userId"),
        ({"userId": AVA.id, "applicationId": "unknown"}, 422, "/applicationId"),
        ({"userId": AVA.id, "at": "2126-01-01T00:00:00Z"}, 422, "/at"),
        ({"userId": AVA.id, "at": "soon"}, 400, "/at"),
        ({"userId": AVA.id, "more": 1}, 422, None),
        ({"userId": "x" * 9000}, 422, None),
    ],
)
def test_heartbeats_that_are_refused(
    sitting: Sitting, said: Json, status: int, pointer: str | None
) -> None:
    answer = sitting.ask("POST", "/heartbeat", json=said)
    assert (answer.status_code, answer.json().get("pointer")) == (status, pointer)
    assert sitting.ask("GET").status_code == 404


def test_sessions_of_others_are_not_there(sitting: Sitting) -> None:
    sitting.send(sitting.window(5))
    foreign = other_app(sitting.site)
    for caller in (foreign, sitting.site.sign_in("noor.alsayed")):
        for below in ("", "/events", "/metadata"):
            assert sitting.ask("GET", below, caller).status_code == 404
        assert sitting.ask("PUT", "/metadata", caller, json={}).status_code == 404
        refused = sitting.beat(6, caller, userId=AVA.id)
        assert (refused.status_code, bool(refused.json()["message"])) == (403, True)
    assert sitting.span()[1] == sitting.at(5)
    assert sitting.listed(foreign, userId=AVA.id) == []
    asked = {"userId": AVA.id}
    noor = sitting.site.sign_in("noor.alsayed")
    assert sitting.site.get(SESSIONS, noor, params=asked).status_code == 403


def test_a_student_sees_and_keeps_alive_his_own(sitting: Sitting) -> None:
    sitting.send(sitting.window(5))
    ava = sitting.site.sign_in()
    assert [each["id"] for each in sitting.listed(ava)] == [f"urn:uuid:{sitting.id}"]
    assert sitting.beat(7, ava).json()["status"] == "extended"
    assert sitting.read(ava)["endedAtTime"] == sitting.at(7)


def test_one_name_of_two_students_is_two_sessions(sitting: Sitting) -> None:
    other = Sitting(sitting.site, sitting.token, sitting.id, sitting.start, NOOR)
    sitting.send(sitting.window(5))
    other.send(other.window(9, key="noor "))
    for who, minute in ((AVA, 5), (NOOR, 9)):
        told = sitting.ask("GET", params={"userId": who.id}).json()["session"]
        assert (told["userId"], told["endedAtTime"]) == (who.id, sitting.at(minute))


@pytest.mark.parametrize("scope", [EVENTS_WRITE, EVENTS_READONLY])
def test_each_route_asks_for_its_scope(sitting: Sitting, scope: str) -> None:
    sitting.send(sitting.window(5))
    token = client_token(sitting.site, scope)
    reads = [sitting.ask("GET", below, token).status_code for below in ("", "/events", "/metadata")]
    writes = [
        sitting.ask(verb, "/metadata", token, json={}).status_code for verb in ("PUT", "PATCH")
    ]
    writes.append(sitting.beat(6, token).status_code)
    good, bad = [200] * 3, [403] * 3
    assert (reads, writes) == ((bad, good) if scope == EVENTS_WRITE else (good, bad))


def test_metadata_is_put_and_merged(sitting: Sitting) -> None:
    sitting.send(sitting.window(5))
    assert sitting.ask("GET", "/metadata").json() == {"metadata": {}}
    first = {"lesson": "3", "device": {"kind": "tablet", "os": "x"}, "tags": [1, 2]}
    assert sitting.ask("PUT", "/metadata", json=first).json() == {"metadata": first}
    patch = {"lesson": None, "device": {"os": None, "size": 10}, "tags": [3], "é": "ü"}
    whole = {"device": {"kind": "tablet", "size": 10}, "tags": [3], "é": "ü"}
    assert sitting.ask("PATCH", "/metadata", json=patch).json() == {"metadata": whole}
    assert sitting.read()["metadata"] == whole
    assert sitting.ask("PUT", "/metadata", json={}).json() == {"metadata": {}}


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"[]", 422),
        (b"", 422),
        (b"nonsense", 422),
        (b'{"a":"' + b"x" * 20_000 + b'"}', 413),
        (b'{"a":' * 10 + b"1" + b"}" * 10, 422),
        (b'{"a":' + b"[" * 90_000, 400),
        (b'{"a":NaN}', 422),
        (b'{"a":"\\ud800"}', 422),
    ],
    ids=range(8),
)
def test_metadata_that_is_refused(sitting: Sitting, raw: bytes, status: int) -> None:
    sitting.send(sitting.window(5))
    for verb in ("PUT", "PATCH"):
        headers = {**bearer(sitting.token), "Content-Type": "application/json"}
        path = f"{SESSIONS}/{sitting.id}/metadata"
        answer = sitting.site.request(verb, path, content=raw, headers=headers)
        assert (answer.status_code, bool(answer.json()["message"])) == (status, True)
    assert sitting.read()["metadata"] == {}
