"""The session feed: what an app tells reaches the desktop at once, as closed words only."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from tests.helpers.backends import RUN_SECRET, InProcess, RunningBackend, ServedThread, bearer
from tests.helpers.event_door import AVA, START, body, client_token, send
from timeback_desktop import ids
from timeback_desktop.backend.auth.principal import EVENTS_WRITE, Principal, PrincipalKind
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.demo.apps.kit.events import Lesson, Reporter, Try
from timeback_desktop.backend.demo.school import TEACHER_PIN
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, STUDENT_ID, demo_id
from timeback_desktop.backend.events.models import app_events
from timeback_desktop.backend.events.service import ingest
from timeback_desktop.backend.events.work import opaque
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper.envelope import open_envelope
from timeback_desktop.clock import iso_utc, now_ms
from timeback_desktop.net.feed import SessionFeed
from timeback_desktop.net.platform import Address, Platform
from timeback_desktop.presence.signal import AppEvent, AppEventKind

Json = dict[str, Any]
MARKER = "MARKER-walnut-7731"
SESSION = ids.seeded("feed", "session", "")
FEED = f"/desktop/1.0/sessions/{SESSION}/feed"


def logged_in(site: InProcess, session: str = SESSION, at: int = START) -> Json:
    app = caliper.App(site.tool.id, "Tool", "Math")
    span = caliper.SessionSpan(session, at)
    return caliper.logged_in(ids.seeded(session, "in", ""), AVA, app, span, at)


def item(number: int) -> Json:
    return {
        "id": f"https://app.example/{MARKER}/items/{number}?q={MARKER}",
        "type": "AssessmentItem",
        "name": f"{MARKER} who ate the bread?",
        "isPartOf": {"id": f"urn:x:{MARKER}:lesson", "type": "Assessment", "name": MARKER},
    }


def told(site: InProcess, kind: str, action: str, thing: Any, second: float, **more: Any) -> Json:
    return {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:{ids.mint()}",
        "type": kind,
        "actor": {"id": f"urn:uuid:{STUDENT_ID}", "type": "Person", "name": MARKER},
        "action": action,
        "object": thing,
        "eventTime": iso_utc(START + round(second * 1000)),
        "edApp": f"urn:uuid:{site.tool.id}",
        "session": "urn:tag:auto-attach",
        **more,
    }


def attempt(number: int, second: float, took: float) -> Json:
    begin, end = START + round(second * 1000), START + round((second + took) * 1000)
    return {"id": f"urn:x:{MARKER}:attempt:{number}:{second}", "type": "Attempt",
            "startedAtTime": iso_utc(begin), "endedAtTime": iso_utc(end)}  # fmt: skip


def question(
    site: InProcess, number: int, second: float, took: float, *, right: bool
) -> list[Json]:
    """A question as the sample apps tell it: started, completed, graded."""
    done, end = attempt(number, second, took), second + took
    response = {"id": f"urn:x:{MARKER}", "type": "FillinBlankResponse", "attempt": done,
                "values": [MARKER]}  # fmt: skip
    score = {"id": "urn:x:s", "type": "Score", "scoreType": "QUESTION_RESULT", "maxScore": 1}
    choice = {"extensions": {"timeback": {"choice": 2, "note": MARKER}}}
    return [
        told(site, "AssessmentItemEvent", "Started", item(number), second),
        told(site, "AssessmentItemEvent", "Completed", item(number), end, generated=response,
             **choice),
        told(site, "GradeEvent", "Graded", done, end, generated=score | {"scoreGiven": int(right)}),
    ]  # fmt: skip


def listen(site: InProcess, token: str | None = None, **params: object) -> Json:
    answer = site.request("GET", FEED, params=params, headers=bearer(token or site.sign_in()))
    assert answer.status_code == 200
    return dict(answer.json())


def open_session(site: InProcess) -> None:
    assert send(site, RUN_SECRET, body(logged_in(site))).status_code == 200


def tell(site: InProcess, *events: Json) -> None:
    assert send(site, client_token(site), body(*events)).status_code == 200


def test_what_an_app_tells_comes_out_in_closed_words(site: InProcess) -> None:
    open_session(site)
    events = question(site, 1, 1, 2.5, right=False)
    tell(site, *events)
    heard = listen(site)
    started, answered = heard["events"]
    common = {"item": opaque(item(1)["id"]), "skill": None, "usualMs": None,
              "lesson": opaque(f"urn:x:{MARKER}:lesson")}  # fmt: skip
    assert started == common | {
        "seq": started["seq"],
        "id": opaque(events[0]["id"]),
        "kind": "item_started",
        "at": iso_utc(START + 1_000),
        "tookMs": None,
        "choice": None,
    }
    # The answer and its grade are one thing, told once, with what either of them knew.
    assert answered == common | {
        "seq": heard["next"],
        "id": opaque(events[2]["id"]),
        "kind": "answered_wrong",
        "at": iso_utc(START + 3_500),
        "tookMs": 2_500,
        "choice": 2,
    }


def test_nothing_of_any_text_or_address_leaves(site: InProcess) -> None:
    open_session(site)
    film = {"id": f"https://app.example/{MARKER}.webm", "type": "VideoObject", "name": MARKER}
    page = {"id": f"urn:x:{MARKER}:why", "type": "WebPage", "name": MARKER, "isPartOf": item(1)}
    tell(
        site,
        *question(site, 1, 1, 2, right=True),
        told(site, "ViewEvent", "Viewed", page, 4),
        told(site, "MediaEvent", "Started", film, 5, target={
            "id": f"urn:x:{MARKER}:place", "type": "MediaLocation", "currentTime": "PT1S"}),
        told(site, "AssessmentEvent", "Submitted", item(1)["isPartOf"], 6),
        told(site, "NavigationEvent", "NavigatedTo", page, 7),
    )  # fmt: skip
    heard = listen(site)
    assert [each["kind"] for each in heard["events"]] == [
        "item_started", "answered_right", "feedback_shown", "media_playing", "lesson_finished",
        "feedback_shown",
    ]  # fmt: skip
    with reading(site.platform.engine) as connection:
        kept = [tuple(row) for row in connection.execute(select(app_events))]
    assert len(kept) == 7
    assert MARKER not in repr(kept)
    written = json.dumps(heard)
    assert not [word for word in (MARKER, "app.example", "urn:", STUDENT_ID) if word in written]


def test_each_event_is_heard_once_and_later_ones_after_it(site: InProcess) -> None:
    open_session(site)
    tell(site, *question(site, 1, 1, 2, right=True))
    first = listen(site)
    tell(site, *question(site, 2, 5, 2, right=True))
    second = listen(site, after=first["next"])
    assert len(first["events"]) == len(second["events"]) == 2
    assert listen(site, after=second["next"]) == {"events": [], "next": second["next"]}
    seqs = [each["seq"] for each in (*first["events"], *second["events"])]
    assert seqs == sorted(set(seqs))


def test_what_came_before_its_session_is_not_missed(site: InProcess) -> None:
    site.clock.pass_seconds(2 * 3600)
    tell(site, *question(site, 1, 1, 2, right=True))
    other = ids.seeded("feed", "session", "other")
    send(site, RUN_SECRET, body(logged_in(site, other, START + 3_600_000)))
    tell(site, *question(site, 2, 3_601, 2, right=True))
    heard = site.get(FEED.replace(SESSION, other), site.sign_in()).json()
    open_session(site)  # the app's first events now belong here, though newer ones were heard
    assert len(listen(site, after=heard["next"])["events"]) == 2


def test_only_the_student_of_the_session_hears_it(site: InProcess) -> None:
    open_session(site)
    tell(site, *question(site, 1, 1, 2, right=True))
    assert listen(site, site.sign_in("noor.alsayed"))["events"] == []
    assert listen(site, site.sign_in("priya.raman", TEACHER_PIN))["events"] == []
    codes = [site.get(FEED, token).status_code for token in ("", "x", client_token(site))]
    assert codes == [401, 401, 403]
    assert site.get(FEED, RUN_SECRET).status_code == 403


@pytest.mark.parametrize(
    "params",
    [{"after": -1}, {"after": 2**63}, {"after": "x"}, {"wait": -1}, {"wait": 26}, {"wait": "nan"}],
)
def test_odd_questions(site: InProcess, params: Json) -> None:
    headers = bearer(site.sign_in())
    assert site.request("GET", FEED, params=params, headers=headers).status_code == 422
    assert site.get("/desktop/1.0/sessions/..%2f/feed", site.sign_in()).status_code in {404, 422}


def test_the_usual_time_is_known_once_enough_have_answered(site: InProcess) -> None:
    site.clock.pass_seconds(3600)
    open_session(site)
    for number in range(30):
        tell(site, *question(site, number, number * 10, 4 if number % 2 else 2, right=True))
    tell(site, *question(site, 0, 400, 900, right=True))  # left open over lunch: says nothing
    heard = listen(site)["events"]
    assert {each["usualMs"] for each in heard} == {3_000}  # of the type: no item has 30 of its own
    for number in range(30):
        tell(site, *question(site, 0, 500 + number, 8, right=True))
    newest = listen(site, after=heard[-1]["seq"])["events"][-1]
    assert 7_000 < newest["usualMs"] <= 8_000  # the item's own now


async def _waited(
    site: InProcess, token: str, wait: float, meanwhile: Callable[[], None]
) -> tuple[Json, float, int]:
    """Ask with a wait, do something else meanwhile, and return how long the answer took then."""
    transport = httpx.ASGITransport(site.app)
    base, loop = site.platform.settings.url, asyncio.get_running_loop()
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        asked = asyncio.create_task(client.get(FEED, params={"wait": wait}, headers=bearer(token)))
        await asyncio.sleep(0.4)
        assert len(site.platform.arrivals) == 1
        held = site.platform.engine.pool.checkedout()  # type: ignore[attr-defined]
        began = loop.time()
        await asyncio.to_thread(meanwhile)
        answer = await asked
        return dict(answer.json()), loop.time() - began, held


def waited(site: InProcess, wait: float, meanwhile: Callable[[], None]) -> tuple[Json, float, int]:
    open_session(site)
    return site.loop.run(_waited(site, site.sign_in(), wait, meanwhile))


def _ingest(site: InProcess, *events: Json) -> None:
    app = Principal(PrincipalKind.CLIENT, application_id=site.tool.id, publisher_id=PUBLISHER_ID)
    with writing(site.platform.engine) as connection:
        taken = ingest(connection, app, open_envelope(body(*events)), START)
    site.platform.arrivals.tell(PUBLISHER_ID, taken.students)


def test_an_answer_waits_and_comes_as_soon_as_there_is_something(site: InProcess) -> None:
    events = question(site, 1, 1, 2, right=True)
    heard, took, held = waited(site, 20, lambda: _ingest(site, *events))
    assert len(heard["events"]) == 2
    assert took < 4  # sooner than it would look by itself
    assert held == 0  # nobody holds a connection while waiting
    assert len(site.platform.arrivals) == 0


def test_a_wait_ends_with_nothing_when_its_time_is_over(site: InProcess) -> None:
    heard, took, _ = waited(site, 0.8, lambda: None)
    assert heard == {"events": [], "next": 0}
    assert took < 3


def test_a_wait_ends_at_once_when_the_platform_stops(site: InProcess) -> None:
    heard, took, _ = waited(site, 20, site.platform.arrivals.close)
    assert heard["events"] == []
    assert took < 3


def test_a_server_with_listeners_stops_at_once_and_serves_others_meanwhile(tmp_path: Path) -> None:
    served = ServedThread(tmp_path)
    backend = served.start()
    token = backend.sign_in(STUDENT_ID)
    answers: list[int] = []

    def ask() -> None:
        answer = httpx.get(f"{backend.url}{FEED}?wait=25", headers=bearer(token), timeout=40)
        answers.append(answer.status_code)

    listeners = [Thread(target=ask) for _ in range(60)]  # more than there are worker threads
    for listener in listeners:
        listener.start()
    time.sleep(1.5)
    began = time.monotonic()
    catalog = httpx.get(f"{backend.url}/desktop/1.0/catalog", headers=bearer(token), timeout=10)
    assert (catalog.status_code, time.monotonic() - began < 5) == (200, True)
    began = time.monotonic()
    served.stop()
    for listener in listeners:
        listener.join(10)
    assert time.monotonic() - began < 8
    assert answers == [200] * 60


def test_the_desktop_hears_a_sample_app_over_the_real_wire(backend: RunningBackend) -> None:
    garden = demo_id("application", "math-garden")
    token, write = backend.sign_in(STUDENT_ID), backend.client_token(EVENTS_WRITE)
    session, now = ids.mint(), now_ms()
    app = caliper.App(garden, "Math Garden", "Math")
    opened = caliper.logged_in(ids.mint(), AVA, app, caliper.SessionSpan(session, now), now)
    place, heard = Platform(), Queue[tuple[AppEvent, ...]]()
    place.move(Address(backend.url, backend.run_secret))
    feed = SessionFeed(place, heard.put)
    feed.start(token, session)  # before the platform knows of the session at all
    reporter = Reporter(f"urn:uuid:{garden}", "Math Garden", STUDENT_ID)
    bed = Lesson("beds/1", "Bed 1", "Assessment")
    attempt = Try("addition/1-plus-1", "1 + 1", bed, 1, iso_utc(now), "addition")
    told = [reporter.question_started(attempt),
            *reporter.question_answered(attempt, "3", correct=False)]  # fmt: skip
    for bearer_token, events in ((backend.run_secret, [opened]), (write, told)):
        answer = httpx.post(
            f"{backend.url}/events/1.0/",
            content=body(*events),
            headers={"Content-Type": "application/json", **bearer(bearer_token)},
        )
        assert answer.status_code == 200, answer.text
    found = heard.get(timeout=10)
    feed.stop()
    place.move(None)
    assert [event.kind for event in found] == [
        AppEventKind.ITEM_STARTED,
        AppEventKind.ANSWERED_WRONG,
        AppEventKind.FEEDBACK_SHOWN,
    ]
    assert [event.id for event in found] == [opaque(told[n]["id"]) for n in (0, 2, 3)]
    assert len({event.item for event in found}) == 1
