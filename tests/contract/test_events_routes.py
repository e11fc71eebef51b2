"""The door for events over HTTP: who may send, what is answered, what hostile bodies meet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.helpers.backends import RUN_SECRET, InProcess, RunningBackend, bearer
from tests.helpers.event_door import AVA, EVENTS, START, body, client_token, send
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.demo.seed import STUDENT_ID
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper.entities import timeback_user
from timeback_desktop.caliper.envelope import MAX_BYTES, MAX_ITEMS
from timeback_desktop.partition import State

Json = dict[str, Any]
SESSION = caliper.SessionSpan(ids.seeded("test", "session", "routes"), START)
OLDER = ("status", "message", "errors")  # what older clients read
PATHS = ["/events/1.0/", "/events/1.0", "/caliper/v1p2", "/caliper/event"]


def window(app_id: str, key: object = 1) -> Json:
    app = caliper.App(app_id, "Tool", "Math")
    identity = ids.seeded("routes", "event", str(key))
    event = caliper.time_spent(identity, AVA, app, SESSION.id, State.ON_TASK, None, START, 15_000)
    assert event is not None
    return event


@pytest.mark.parametrize("path", PATHS)
def test_each_path_answers_for_each_item_in_order(site: InProcess, path: str) -> None:
    good = window(site.tool.id)
    bad = window(site.tool.id, 2) | {"action": "Slept"}
    answer = send(site, site.sign_in(), body(good, bad, good), path)
    told = answer.json()
    assert (answer.status_code, set(told)) == (200, {"jobId", "results", *OLDER})
    assert (told["status"], told["message"]) == ("partial", "2 taken, 1 refused.")
    assert [(each["id"], each["pointer"]) for each in told["errors"]] == [
        (bad["id"], "/data/1/action")
    ]
    results = answer.json()["results"]
    assert [each["status"] for each in results] == ["accepted", "refused", "duplicate"]
    assert [each["id"] for each in results] == [good["id"], bad["id"], good["id"]]
    assert [fault["pointer"] for fault in results[1]["faults"]] == ["/data/1/action"]


def test_an_answer_that_was_lost_is_given_again_as_duplicate(site: InProcess) -> None:
    token, raw = site.sign_in(), body(*[window(site.tool.id, key) for key in range(5)])
    for expected in ("accepted", "duplicate", "duplicate"):
        results = send(site, token, raw).json()["results"]
        assert {each["status"] for each in results} == {expected}


def test_nothing_good_is_a_problem_that_names_the_places(site: InProcess) -> None:
    answer = send(site, site.sign_in("noor.alsayed"), body(window(site.tool.id)))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert {"type", "title", "detail", "results", *OLDER} == set(told)
    assert told["errors"][0]["pointer"] == "/data/0/actor"
    assert told["results"][0]["faults"][0]["pointer"] == "/data/0/actor"


def test_an_app_sends_for_itself_only(site: InProcess) -> None:
    token = client_token(site)
    assert send(site, token, body(window(site.tool.id))).status_code == 200
    other = site.register("Other")
    answer = send(site, token, body(window(other.id, 2)))
    assert answer.json()["results"][0]["faults"][0]["pointer"] == "/data/0/edApp"


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_who_may_not_send(site: InProcess, token: str) -> None:
    answer = send(site, token, body(window(site.tool.id)))
    assert (answer.status_code, bool(answer.json()["message"])) == (401, True)


def test_the_desktop_delivers_for_all_who_learn_at_it_and_for_nobody_else(site: InProcess) -> None:
    stranger = caliper.Learner(ids.seeded("test", "user", "stranger"), "x@elsewhere.example", "X")
    unknown = window(site.tool.id, 2) | {"actor": timeback_user(stranger)}
    homeless = {key: value for key, value in window(site.tool.id, 3).items() if key != "edApp"}
    del homeless["object"]["app"]
    answer = send(site, RUN_SECRET, body(window(site.tool.id), unknown, homeless))
    results = answer.json()["results"]
    assert [each["status"] for each in results] == ["accepted", "refused", "refused"]
    pointers = [each["faults"][0]["pointer"] for each in results[1:]]
    assert pointers == ["/data/1/actor", "/data/2/edApp"]


def test_a_client_needs_the_scope_of_writing(backend: RunningBackend) -> None:
    token = backend.client_token(EVENTS_READONLY)
    answer = httpx.post(backend.url + EVENTS, json={}, headers=bearer(token))
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/ld+json", "application/x-www-form-urlencoded",
     "application/json; charset=utf-16", "application/jsonx", "multipart/form-data; boundary=x"],
)  # fmt: skip
def test_other_media_types(site: InProcess, kind: str) -> None:
    answer = send(site, site.sign_in(), body(window(site.tool.id)), **{"Content-Type": kind})
    assert (answer.status_code, answer.json()["status"]) == (415, 415)


def test_the_charset_may_be_said(site: InProcess) -> None:
    kind = {"Content-Type": 'application/json; charset="UTF-8"'}
    assert send(site, site.sign_in(), body(window(site.tool.id)), **kind).status_code == 200


ENVELOPE = b'{"sensor":"urn:x:s","sendTime":"2026-09-21T14:13:20Z","dataVersion":"%s","data":%s}'
V1P2 = b"http://purl.imsglobal.org/ctx/caliper/v1p2"


@pytest.mark.parametrize(
    ("raw", "status", "pointer"),
    [
        (b"", 400, None),
        (b"{}", 400, "/sensor"),
        (b"nonsense", 400, None),
        (b"\xff\xfe\x00", 400, None),
        (b"[" * 500_000, 400, None),
        (ENVELOPE % (V1P2, b"[]"), 400, "/data"),
        (ENVELOPE % (V1P2, b"[NaN]"), 400, None),
        (ENVELOPE % (V1P2, b"[" * 60 + b"]" * 60), 422, None),
        (ENVELOPE % (b"http://purl.imsglobal.org/ctx/caliper/v9", b"[1]"), 422, "/dataVersion"),
        (ENVELOPE % (V1P2, b"[" + b"1," * MAX_ITEMS + b"1]"), 413, "/data"),
        (ENVELOPE % (V1P2, b"[1]") + b" " * MAX_BYTES, 413, None),
    ],
    ids=range(11),
)
def test_malformed_envelopes(site: InProcess, raw: bytes, status: int, pointer: str | None) -> None:
    answer = send(site, site.sign_in(), raw)
    assert (answer.status_code, answer.json().get("pointer")) == (status, pointer)
    assert answer.json()["message"]


def test_no_item_brings_the_backend_down(site: InProcess) -> None:
    odd = b'[null,1,"x",[],{},{"type":[]},{"type":"Event","actor":{"id":{}}},{"@context":[[]]}]'
    answer = send(site, site.sign_in(), ENVELOPE % (V1P2, odd))
    assert answer.status_code == 422
    assert [each["status"] for each in answer.json()["results"]] == ["refused"] * 8


def test_a_sensor_is_told_what_it_may_send(site: InProcess) -> None:
    told = site.get(EVENTS, site.sign_in()).json()
    assert told["caliperMaximumPayloadSize"] == 2048
    assert V1P2.decode() in told["caliperSupportedVersions"]
    assert site.get(EVENTS).status_code == 401


def test_eight_senders_at_once_over_http(backend: RunningBackend) -> None:
    token = backend.sign_in(STUDENT_ID)
    headers = bearer(token)
    catalog = httpx.get(f"{backend.url}/desktop/1.0/catalog", headers=headers).json()
    app_id = catalog["applications"][0]["id"]
    raw = body(*[window(app_id, f"crowd {key}") for key in range(40)])

    def post(_: int) -> list[str]:
        shown = {"Content-Type": "application/json", **headers}
        answer = httpx.post(backend.url + EVENTS, content=raw, headers=shown, timeout=60)
        return [each["status"] for each in answer.raise_for_status().json()["results"]]

    with ThreadPoolExecutor(8) as pool:
        found = [each for results in pool.map(post, range(8)) for each in results]
    assert (found.count("accepted"), found.count("duplicate")) == (40, 280)


def test_the_publishers_client_sends_for_any_of_its_apps(backend: RunningBackend) -> None:
    token = backend.client_token(EVENTS_WRITE)
    person = bearer(backend.sign_in(STUDENT_ID))
    catalog = httpx.get(f"{backend.url}/desktop/1.0/catalog", headers=person).json()
    events = [window(app["id"], app["id"]) for app in catalog["applications"]]
    headers = {"Content-Type": "application/json", **bearer(token)}
    statuses = []
    for event in events:
        event["session"] = "urn:tag:auto-attach"
        answer = httpx.post(backend.url + EVENTS, content=body(event), headers=headers)
        statuses.append(answer.json()["results"][0]["status"])
    assert statuses == ["accepted"] * len(events)
    assert len(events) >= 3
