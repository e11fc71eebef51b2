"""What an app says of its own work: heard, reduced to hashes, and never trusted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest

from tests.ui.browser.conftest import WAIT_MS, Site, Visit
from timeback_desktop.backend.events.work import work_in
from timeback_desktop.presence.signal import AppEvent, AppEventKind
from timeback_desktop.ui.browser.app_events import MOST_WAITING

K = AppEventKind
POST = "window.postMessage({subject: 'org.timeback.caliper', event: %s}, '*'); 1"
ITEM = "AssessmentItemEvent"


def opaque(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def heard(visit: Visit) -> list[AppEvent]:
    """Ask the page once and return what it said."""
    probe = visit.page.probe  # type: ignore[attr-defined]
    visit.ask("1")  # what was posted before has arrived
    probe._latest = None
    probe._unanswered = 0
    probe.ask()
    visit.bot.waitUntil(lambda: probe._latest is not None, timeout=WAIT_MS)
    visit.bot.wait(50)  # subframes answer after the page
    return list(probe.drain())


@pytest.fixture
def says(visit: Visit, site: Site) -> Callable[..., list[AppEvent]]:
    """Let a page post events, and return what is made of them."""
    visit.enter(site.page("/", "<p>Hello"))

    def post(*events: object) -> list[AppEvent]:
        for event in events:
            visit.ask(POST % json.dumps(event))
        return heard(visit)

    return post


@pytest.mark.parametrize(
    ("type_", "action", "more", "kind"),
    [
        (ITEM, "Started", {}, K.ITEM_STARTED),
        (ITEM, "Completed", {}, K.ANSWERED),
        ("GradeEvent", "Graded", {"generated": {"scoreGiven": 1, "maxScore": 1}}, K.ANSWERED_RIGHT),
        ("GradeEvent", "Graded", {"generated": {"scoreGiven": 0, "maxScore": 2}}, K.ANSWERED_WRONG),
        ("AssessmentEvent", "Started", {}, K.LESSON_STARTED),
        ("AssessmentEvent", "Submitted", {}, K.LESSON_FINISHED),
        ("MediaEvent", "Resumed", {}, K.MEDIA_PLAYING),
        ("MediaEvent", "Ended", {}, K.MEDIA_PAUSED),
        (
            "ViewEvent",
            "Viewed",
            {"object": {"isPartOf": {"type": "AssessmentItem"}}},
            K.FEEDBACK_SHOWN,
        ),
        ("NavigationEvent", "NavigatedTo", {"object": {"type": "AssessmentItem"}}, K.ITEM_STARTED),
    ],
)
def test_each_kind_of_event(
    says: Callable[..., list[AppEvent]], type_: str, action: str, more: dict, kind: K
) -> None:
    told = says({"type": type_, "action": action, "id": "urn:x:1", **more})
    assert [(event.kind, event.id) for event in told] == [(kind, opaque("urn:x:1"))]


def test_an_answer_is_reduced_to_hashes_and_numbers(says: Callable[..., list[AppEvent]]) -> None:
    item = {"id": "urn:q:marker", "isPartOf": "urn:lesson:marker", "name": "marker"}
    made = {
        "type": "MultipleChoiceResponse",
        "value": "C",
        "startedAtTime": "2026-11-15T10:00:00.000Z",
        "endedAtTime": "2026-11-15T10:00:12.500Z",
    }
    skill = {"timeback": {"skill": "urn:skill:marker"}}
    at = "2026-11-15T10:00:12.500Z"
    common = {"type": ITEM, "action": "Completed", "id": "urn:é", "eventTime": at}
    told = says({**common, "object": item, "generated": made, "extensions": skill})
    expected = AppEvent(
        K.ANSWERED,
        utc_ms=1_794_736_812_500,
        id=opaque("urn:é"),
        item=opaque("urn:q:marker"),
        skill=opaque("urn:skill:marker"),
        lesson=opaque("urn:lesson:marker"),
        took_ms=12_500,
        choice=2,
    )
    assert told == [expected]
    assert "marker" not in repr(told)


@pytest.mark.parametrize(
    "event",
    [
        None,
        7,
        "text",
        [],
        {},
        {"type": "constructor", "action": "name"},
        {"type": "__proto__", "action": "toString"},
        {"type": ITEM, "action": "__proto__"},
        {"type": ITEM, "action": ["Started"]},
        {"type": "GradeEvent", "action": "Graded"},
        {"type": "GradeEvent", "action": "Graded", "generated": {"scoreGiven": "1", "maxScore": 1}},
        {"type": "SessionEvent", "action": "LoggedIn"},
    ],
)
def test_what_is_no_work_is_not_heard(says: Callable[..., list[AppEvent]], event: object) -> None:
    assert says(event) == []


@pytest.mark.parametrize(
    ("duration", "ms"), [("PT12.5S", 12_500), ("PT1H1M", 3_660_000), ("PT", None), ("P1D", None)]
)
def test_a_duration_may_be_told_as_such(
    says: Callable[..., list[AppEvent]], duration: str, ms: int | None
) -> None:
    made = {"type": "Attempt", "duration": duration}
    told = says({"type": ITEM, "action": "Completed", "generated": made})
    assert [event.took_ms for event in told] == [ms]


def test_the_platform_reduces_the_same_event_alike(says: Callable[..., list[AppEvent]]) -> None:
    item = {"id": "urn:q:1", "type": "AssessmentItem", "isPartOf": {"id": "urn:lesson:1"}}
    attempt = {"id": "urn:try:1", "type": "Attempt", "assignable": item, "duration": "PT7S"}
    event = {
        "type": "GradeEvent",
        "action": "Graded",
        "id": "urn:uuid:1",
        "object": attempt,
        "generated": {"type": "Score", "scoreGiven": 1, "maxScore": 1},
        "extensions": {"timeback": {"skill": "urn:skill:é", "choice": 3}},
    }
    work = work_in(event)
    assert work is not None
    told = says(event)[0]
    fields = ("kind", "item", "skill", "lesson", "took_ms", "choice")
    assert [getattr(told, name) for name in fields] == [getattr(work, name) for name in fields]
    assert told.id == work.mark


def test_hostile_fields_are_dropped(says: Callable[..., list[AppEvent]]) -> None:
    told = says(
        {
            "type": ITEM,
            "action": "Started",
            "id": "x" * 5_000_000,
            "eventTime": "9" * 9_000,
            "object": {"id": {"id": "deep"}, "learningObjectives": "no list"},
            "extensions": {"timeback": {"choice": 1e300, "skill": [1]}},
            "generated": {"startedAtTime": "2026-11-15T10:00:00Z", "endedAtTime": "1999-01-01"},
        }
    )
    assert told == [AppEvent(K.ITEM_STARTED)]


def test_prototypes_and_getters_of_the_page_change_nothing(
    says: Callable[..., list[AppEvent]], visit: Visit
) -> None:
    visit.ask(
        "Object.prototype.skill = 'urn:evil'; Array.prototype.slice = () => { throw 1 };"
        "String.prototype.padStart = () => 'evil'; JSON.stringify = () => '{}'; 1"
    )
    event = "Object.create({type: 'GradeEvent'}, {toJSON: {value: () => { throw 1 }}})"
    visit.ask(POST.replace("%s", event) + "")
    told = says({"type": ITEM, "action": "Started", "id": "urn:1"})
    assert told == [AppEvent(K.ITEM_STARTED, id=opaque("urn:1"))]


def test_a_flood_is_cut_and_costs_nothing(
    says: Callable[..., list[AppEvent]], visit: Visit
) -> None:
    flood = (
        POST.replace("; 1", "") % "{type: 'AssessmentItemEvent', action: 'Started', id: 'u' + n}"
    )
    visit.ask(f"for (let n = 0; n < 1e5; n++) {flood}; 1")
    assert len(heard(visit)) <= MOST_WAITING
    assert len(says({"type": ITEM, "action": "Started"})) == 1


def test_an_envelope_is_opened(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    events = [{"type": ITEM, "action": "Started", "id": f"urn:{n}"} for n in range(100)]
    said = json.dumps({"subject": "org.timeback.caliper", "envelope": {"data": events}})
    visit.ask(f"window.postMessage({said}, '*'); 1")
    assert len(heard(visit)) == MOST_WAITING


@pytest.mark.parametrize(("allowed", "count"), [(True, 1), (False, 0)])
def test_a_frame_is_believed_when_it_is_the_apps(
    visit: Visit, site: Site, platform: Site, allowed: bool, count: int
) -> None:
    post = POST % json.dumps({"type": ITEM, "action": "Started"})
    platform.page("/frame", f"<script>{post}</script>")
    url = site.page("/", f"<p>One<iframe src='{platform.url('/frame')}'></iframe>")
    hosts = [f"127.0.0.1:{s.port}" for s in ((site, platform) if allowed else (site,))]
    visit.enter(url, *hosts)
    visit.bot.wait(300)
    assert len(heard(visit)) == count


def test_a_stranger_cannot_speak_for_the_app(visit: Visit, site: Site, platform: Site) -> None:
    post = POST.replace("window.", "parent.") % json.dumps({"type": ITEM, "action": "Started"})
    platform.page("/frame", f"<script>{post}</script>")
    visit.enter(
        site.page("/", f"<iframe src='{platform.url('/frame', host='localhost')}'></iframe>")
    )
    visit.bot.wait(300)
    assert heard(visit) == []


def test_another_site_is_not_believed(visit: Visit, site: Site, platform: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    visit.go(platform.page("/game", "<p>play"))
    visit.ask(POST % json.dumps({"type": ITEM, "action": "Started"}))
    assert heard(visit) == []


def test_on_a_pause_nothing_is_heard_and_nothing_kept(
    says: Callable[..., list[AppEvent]], visit: Visit
) -> None:
    event = {"type": ITEM, "action": "Started"}
    visit.ask(POST % json.dumps(event))
    visit.view.set_paused(paused=True)
    visit.ask(POST % json.dumps(event))
    visit.view.set_paused(paused=False)
    assert heard(visit) == []
    assert len(says(event)) == 1
