"""Stored events out: in pages, one by one, by job; and the dry run. Every name of the paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.helpers.backends import InProcess, bearer, opened_site
from tests.helpers.event_door import AVA, START, body, client_token, send
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.demo.seed import demo_id
from timeback_desktop.backend.endpoints import EVENT_PATHS
from timeback_desktop.backend.events.query_routes import (
    EDUBRIDGE_PATH,
    LIST_PATHS,
    VALIDATE_PATHS,
)
from timeback_desktop.backend.settings import Settings
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper.entities import timeback_user
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import State

Json = dict[str, Any]
BOTH = f"{EVENTS_WRITE} {EVENTS_READONLY}"
BEN = caliper.Learner(demo_id("user", "noor.alsayed"), "noor.alsayed@demo.example", "Noor")
MINUTE = 60_000


def window(site: InProcess, key: str, at_ms: int = START, who: caliper.Learner = AVA) -> Json:
    app = caliper.App(site.tool.id, "Tool", "Math")
    identity, session = ids.seeded("query", "event", key), ids.seeded("query", "session", who.id)
    spent = (State.ON_TASK, None, at_ms - 15_000, 15_000)
    event = caliper.time_spent(identity, who, app, session, *spent)
    assert event is not None
    return event


class Store:
    """A backend that holds 3 batches: Ava's minutes 0 to 4, Noor's 2 to 3, Ava's 9 to 5."""

    def __init__(self, site: InProcess) -> None:
        self.site, self.token = site, client_token(site, BOTH)
        self.events = {
            "first": [window(site, f"a{m}", START + m * MINUTE) for m in range(5)],
            "noor": [window(site, f"n{m}", START + m * MINUTE, BEN) for m in range(2, 4)],
            "last": [window(site, f"a{m}", START + m * MINUTE) for m in range(9, 4, -1)],
        }
        self.jobs = {}
        for name, sent in self.events.items():
            site.clock.pass_seconds(60)
            answer = send(site, self.token, body(*sent))
            self.jobs[name] = answer.raise_for_status().json()["jobId"]
        self.all = [event["id"] for sent in self.events.values() for event in sent]

    def list(self, token: str = "", path: str = LIST_PATHS[0], **asked: Any) -> Json:
        answer = self.site.get(path, token or self.token, params=asked)
        return dict(answer.raise_for_status().json())

    def ids(self, token: str = "", **asked: Any) -> list[str]:
        return [each["externalId"] for each in self.list(token, **asked)["events"]]

    def token_of_other_app(self) -> str:
        other = self.site.register("Other")
        asked = {"grant_type": "client_credentials", "scope": BOTH}
        proof = (other.client_id, other.client_secret)
        answer = self.site.request("POST", "/auth/1.0/token", data=asked, auth=proof)
        return str(answer.raise_for_status().json()["access_token"])


@pytest.fixture(scope="module")
def store(school: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened_site(school, tmp_path_factory.mktemp("queries") / "data") as site:
        site.clock.ms = START + 20 * MINUTE
        yield Store(site)


def test_a_stored_event_has_every_field_of_its_form(store: Store) -> None:
    sent = store.events["last"][-1]
    found = store.list(limit=1)["events"][0]
    assert found["externalId"] == sent["id"]
    assert {name: found[name] for name in ("actor", "object", "generated", "edApp", "session")} == {
        name: sent[name] for name in ("actor", "object", "generated", "edApp", "session")
    }
    assert (found["type"], found["action"]) == ("TimeSpentEvent", "SpentTime")
    assert (found["sensor"], found["sendTime"]) == ("urn:x:sensor", iso_utc(START))
    assert isinstance(found["id"], int)
    assert found["created_at"] == iso_utc(store.site.clock())


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 11, 12, 13, 1000])
def test_pages_of_any_size_hold_every_event_once_newest_first(store: Store, limit: int) -> None:
    found = []
    for offset in range(0, 12, limit):
        page = store.list(limit=limit, offset=offset)
        told = {"total": 12, "totalPages": -(-12 // limit)}
        told |= {"currentPage": offset // limit + 1, "limit": limit}
        assert page["pagination"] == told
        found += page["events"]
    assert [each["externalId"] for each in found] == store.all[::-1]
    numbers = [each["id"] for each in found]
    assert numbers == sorted(numbers, reverse=True)
    assert store.ids(offset=12) == []


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({"sensor": "urn:x:sensor"}, 12),
        ({"sensor": "urn:x:other"}, 0),
        ({"actorId": f"urn:uuid:{AVA.id}"}, 10),
        ({"actorId": AVA.id}, 10),
        ({"actorId": f"https://api.example/ims/oneroster/rostering/v1p2/users/{BEN.id}"}, 2),
        ({"actorEmail": AVA.email.upper()}, 10),
        ({"actorId": f"mailto:{BEN.email}"}, 2),
        ({"actorId": AVA.id, "actorEmail": BEN.email}, 0),
        ({"actorId": "nobody"}, 0),
        ({"startDate": iso_utc(START + 3 * MINUTE)}, 2 + 1 + 5),
        ({"endDate": iso_utc(START + 3 * MINUTE)}, 4 + 2),
        ({"startDate": iso_utc(START + 2 * MINUTE), "endDate": iso_utc(START + 2 * MINUTE)}, 2),
        ({"startDate": "2026-11-18", "endDate": "2026-11-18"}, 12),
        ({"startDate": "2026-11-19"}, 0),
        ({"startDate": iso_utc(START + 100 * MINUTE)}, 0),
    ],
)  # fmt: skip
def test_each_filter(store: Store, asked: Json, keys: int) -> None:
    whole = store.list(**asked)
    found = [each["externalId"] for each in whole["events"]]
    assert (whole["pagination"]["total"], len(found)) == (keys, keys)
    assert found == [each for each in store.all[::-1] if each in found]
    pages = [store.ids(limit=2, offset=at, **asked) for at in range(0, keys, 2)]
    assert [each for page in pages for each in page] == found


@pytest.mark.parametrize("asked", [
    {"limit": 0}, {"limit": 1001}, {"offset": -1}, {"startDate": "soon"}, {"endDate": "2026-13-01"},
    {"startDate": "9999-12-31T00:00:00Z"}, {"limit": "many"},
])  # fmt: skip
def test_what_cannot_be_asked(store: Store, asked: Json) -> None:
    answer = store.site.get(LIST_PATHS[0], store.token, params=asked)
    assert (answer.status_code in {400, 422}, bool(answer.json()["message"])) == (True, True)


@pytest.mark.parametrize("path", LIST_PATHS)
def test_every_name_of_the_list(store: Store, path: str) -> None:
    assert store.list(path=path, limit=3)["pagination"]["total"] == 12


def test_one_event_by_its_id_however_it_is_written(store: Store) -> None:
    wanted = store.events["noor"][0]["id"]
    for named in (quote(wanted, safe=""), wanted, wanted.upper().replace("URN:UUID", "urn:uuid")):
        found = store.site.get(f"/caliper/events/{named}", store.token).raise_for_status().json()
        assert found["event"]["externalId"] == wanted
        assert found["event"] in store.list()["events"]
    for named in ("urn%3Auuid%3Anonsense", "1", ids.seeded("query", "event", "none"), "%00"):
        assert store.site.get(f"/caliper/events/{named}", store.token).status_code == 404


def test_who_reads_what(store: Store) -> None:
    site = store.site
    of_ava, of_noor = store.events["first"] + store.events["last"], store.events["noor"]
    assert set(store.ids(site.sign_in())) == {each["id"] for each in of_ava}
    assert set(store.ids(site.sign_in("noor.alsayed"))) == {each["id"] for each in of_noor}
    hers = quote(of_noor[0]["id"], safe="")
    assert site.get(f"/caliper/events/{hers}", site.sign_in()).status_code == 404
    answer = site.get(LIST_PATHS[0], site.sign_in(), params={"actorId": BEN.id})
    assert answer.status_code == 403
    assert site.get(LIST_PATHS[0], site.sign_in(), params={"actorId": "x"}).status_code == 403
    assert site.get(LIST_PATHS[0], client_token(site)).status_code == 403
    assert site.get(LIST_PATHS[0]).status_code == 401


def test_an_app_reads_only_what_is_about_it(store: Store) -> None:
    other = store.token_of_other_app()
    assert store.list(other)["pagination"]["total"] == 0
    one = quote(store.all[0], safe="")
    assert store.site.get(f"/caliper/events/{one}", other).status_code == 404
    assert store.site.get(f"/jobs/{store.jobs['noor']}/status", other).status_code == 404


def test_a_job_tells_what_it_stored(store: Store) -> None:
    found = store.site.get(f"/jobs/{store.jobs['noor']}/status", store.token).json()["job"]
    listed = {each["externalId"]: str(each["id"]) for each in store.list()["events"]}
    wanted = [each["id"] for each in store.events["noor"]]
    assert (found["id"], found["state"]) == (store.jobs["noor"], "completed")
    assert found["returnValue"]["status"] == "success"
    results = found["returnValue"]["results"]
    assert results == [{"allocatedId": listed[e], "externalId": e} for e in wanted]
    assert found["processedOn"]


def test_a_job_that_stored_nothing_new(store: Store) -> None:
    again = send(store.site, store.token, body(*store.events["noor"])).json()
    assert {each["status"] for each in again["results"]} == {"duplicate"}
    job = store.site.get(f"/jobs/{again['jobId']}/status", store.token).json()["job"]
    told = job["returnValue"]
    assert (job["state"], told["results"], told["duplicates"]) == ("completed", [], 2)


@pytest.mark.parametrize("name", [
    "x", "0-0-0-0-0", "1-1-1-0-0", "fffffffffffffff-1-1-0-0", "0-ffff-ffff-0-0", "1-1-1-0",
    "-1-1-1-0-0", "%F0%9F%98%80", ids.seeded("query", "job", "1"),
])  # fmt: skip
def test_unknown_jobs(store: Store, name: str) -> None:
    assert store.site.get(f"/jobs/{name}/status", store.token).status_code == 404


@pytest.mark.parametrize("path", [path for path in EVENT_PATHS if path != EVENT_PATHS[0]])
def test_every_name_of_the_door_takes_and_configures(store: Store, path: str) -> None:
    again = send(store.site, store.token, body(store.events["noor"][0]), path)
    assert [each["status"] for each in again.json()["results"]] == ["duplicate"]
    told = store.site.get(path, store.token).json()
    assert set(told) == {
        "caliperSupportedVersions",
        "caliperMaximumPayloadSize",
        "caliperSupportedExtensions",
    }


def test_edubridges_name_answers_in_its_own_form(store: Store) -> None:
    good, bad = store.events["noor"][0], {"type": "TimeSpentEvent"}
    taken = send(store.site, store.token, body(good, bad), EDUBRIDGE_PATH).json()
    assert (taken["success"], bool(taken["message"])) == (True, True)
    assert [each["status"] for each in taken["results"]] == ["duplicate", "refused"]
    refused = send(store.site, store.token, body(bad), EDUBRIDGE_PATH)
    assert (refused.status_code, refused.json()["success"]) == (422, False)
    assert send(store.site, store.token, b"{}", EDUBRIDGE_PATH).status_code == 400
    assert send(store.site, "", body(good), EDUBRIDGE_PATH).status_code == 401


@pytest.mark.parametrize("path", VALIDATE_PATHS)
def test_a_dry_run_stores_nothing_and_points_at_each_fault(store: Store, path: str) -> None:
    good, bad = window(store.site, "dry"), window(store.site, "dry 2") | {"action": "Slept"}
    told = send(store.site, store.token, body(good), path).raise_for_status().json()
    assert (told["status"], told["errors"]) == ("success", [])
    told = send(store.site, store.token, body(good, bad), path).raise_for_status().json()
    assert (told["status"], bool(told["message"])) == ("error", True)
    assert [each["pointer"] for each in told["errors"]] == ["/data/1/action"]
    assert store.list()["pagination"]["total"] == 12
    sent = send(store.site, store.token, body(good), "/caliper/event/validate")
    assert sent.json()["results"] == [{"id": good["id"], "status": "good"}]


def test_a_dry_run_knows_who_sends_about_whom(store: Store) -> None:
    stranger = caliper.Learner(ids.seeded("query", "user", "x"), "x@elsewhere.example", "X")
    conflict = window(store.site, "a0", START + 7)
    unknown = window(store.site, "dry") | {"actor": timeback_user(stranger)}
    told = send(store.site, store.token, body(conflict, unknown), VALIDATE_PATHS[0]).json()
    assert {each["pointer"] for each in told["errors"]} == {"/data/0/id", "/data/1/actor"}
    reader = client_token(store.site, EVENTS_READONLY)
    assert send(store.site, reader, body(unknown), VALIDATE_PATHS[0]).status_code == 403


@pytest.mark.parametrize(
    ("raw", "status", "pointer"),
    [(b"", 400, ""), (b"{}", 400, "/sensor"), (b"[" * 99_999, 400, ""), (b"\xff", 400, "")],
    ids=range(4),
)
def test_a_dry_run_of_nonsense_and_as_a_problem(
    store: Store, raw: bytes, status: int, pointer: str
) -> None:
    told = send(store.site, store.token, raw, VALIDATE_PATHS[0]).raise_for_status().json()
    assert (told["status"], told["errors"][0]["pointer"]) == ("error", pointer)
    accept = {"Accept": "application/problem+json"}
    answer = send(store.site, store.token, raw, VALIDATE_PATHS[0], **accept)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_sandbox_has_events_of_its_own(store: Store) -> None:
    answer = store.site.get("/sandbox/caliper/events", store.token)
    assert answer.status_code == 401
    headers = {**bearer(store.token), "Content-Type": "text/plain"}
    found = store.site.request("POST", VALIDATE_PATHS[0], content=b"{}", headers=headers)
    assert found.status_code == 415
