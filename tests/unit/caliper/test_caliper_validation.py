"""The official positives pass, and each rule refuses what breaks it, at the right place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from timeback_desktop.caliper.validation import MAX_FAULTS, Fault, validate_item
from timeback_desktop.caliper.vocabulary import CONTEXT_V1P2

FIXTURES = Path(__file__).parents[2] / "fixtures" / "caliper"
Json = dict[str, Any]


def items_of(path: Path) -> list[Json]:
    found = json.loads(path.read_text())
    items: list[Json] = found.get("data", [found])
    return items


def official(name: str) -> Json:
    return items_of(FIXTURES / "v1p2" / f"caliper{name}.json")[0]


def time_spent(**item: object) -> Json:
    metric = {"type": "active", "value": 14.999, "startDate": "2026-09-21T14:13:20.000Z"}
    return {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": "urn:uuid:0199cc6e-8e00-7000-8000-000000000001",
        "type": "TimeSpentEvent",
        "profile": "TimebackProfile",
        "action": "SpentTime",
        "actor": {"id": "urn:uuid:1", "type": "TimebackUser", "email": "a@b.c", "role": "student"},
        "object": {"id": "urn:uuid:2", "type": "TimebackActivityContext", "subject": "Math"},
        "generated": {
            "id": "urn:uuid:3",
            "type": "TimebackTimeSpentMetricsCollection",
            "items": [metric | item],
        },
        "eventTime": "2026-09-21T14:13:35.123456Z",
        "session": "urn:tag:auto-attach",
    }


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*.json")), ids=lambda path: path.stem)
def test_official_positives_pass(path: Path) -> None:
    assert [validate_item(item) for item in items_of(path)] == [()] * len(items_of(path))


@pytest.mark.parametrize(
    "item",
    [
        {"value": 0},
        {"value": 86_400},
        {"value": 1.5, "subType": "off_app:game", "type": "waste"},
        {"value": 1.5, "sub_type": "eating", "type": "anti-pattern"},
        {"startDate": "2026-09-21T14:13:20Z", "endDate": "2026-09-21T16:13:20.000001+02:00"},
    ],
)
def test_time_spent_is_taken_leniently_where_nothing_is_falsified(item: Json) -> None:
    assert validate_item(time_spent(**item)) == ()


def aggregated(item: Json) -> Json:
    """Return TimeBack's other dialect of the same event."""
    event = time_spent()
    return event | {
        "profile": "AggregationProfile",
        "actor": {"id": "https://x.example/users/u-1", "type": "Person"},
        "object": {
            "id": "https://x.example/lesson/1",
            "type": "AssignableDigitalResource",
            "isPartOf": {"id": "https://x.example/course", "type": "CourseOffering"},
            "extensions": {"app": {"name": "Math", "type": "SoftwareApplication"}},
        },
        "generated": {
            "id": "urn:uuid:3",
            "type": "TimeSpentMetricsCollection",
            "items": [{"id": "urn:uuid:4", "type": "TimeSpentMetric"} | item],
        },
    }


def test_both_dialects_of_timeback_are_known() -> None:
    assert validate_item(aggregated({"metricType": "Active", "metricValue": 15})) == ()
    (fault,) = validate_item(aggregated({"metricType": "Lazy", "metricValue": 15}))
    assert fault.pointer == "/generated/items/0/metricType"


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ({"value": float("nan")}, "value"),
        ({"value": float("inf")}, "value"),
        ({"value": -0.001}, "value"),
        ({"value": 86_400.001}, "value"),
        ({"value": True}, "value"),
        ({"value": "15"}, "value"),
        ({"value": None}, "value"),
        ({"value": 10**400}, "value"),
        ({"type": "lazy"}, "type"),
        ({"type": ["active"]}, "type"),
        ({"subType": 7}, "subType"),
        ({"startDate": "2026-09-21T14:13:20"}, "startDate"),
        ({"startDate": "2026-02-30T14:13:20Z"}, "startDate"),
        ({"endDate": 1_790_000_000}, "endDate"),
        ({"mood": "happy"}, "mood"),
    ],
)
def test_time_that_would_be_false_is_refused(item: Json, name: str) -> None:
    (fault,) = validate_item(time_spent(**item))
    assert fault.pointer == f"/generated/items/0/{name}"


Change = Callable[[Json], object]


def put(*path: str | int, value: object) -> Change:
    def change(event: Json) -> None:
        place: Any = event
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def drop(name: str) -> Change:
    return lambda event: event.pop(name)


WRONG: list[tuple[str, Change, str]] = [
    ("EventSessionLoggedIn", drop("@context"), "/@context"),
    ("EventSessionLoggedIn", put("@context", value="https://example.edu/ctx"), "/@context"),
    ("EventSessionLoggedIn", put("@context", value=[]), "/@context"),
    ("EventSessionLoggedIn", put("@context", value={"id": "@id"}), "/@context"),
    (
        "EventSessionLoggedIn",
        put("@context", value=[{"actor": "x:y"}, "http://purl.imsglobal.org/ctx/caliper/v1p2"]),
        "/@context",
    ),
    (
        "EventSessionLoggedIn",
        put("@context", value=["http://purl.imsglobal.org/ctx/caliper/v1p2", "https://x.example"]),
        "/@context",
    ),
    *[
        ("EventSessionLoggedIn", drop(name), f"/{name}")
        for name in ("id", "actor", "action", "object", "eventTime")
    ],
    ("EventSessionLoggedIn", drop("type"), "/type"),
    ("EventSessionLoggedIn", put("actor", value=None), "/actor"),
    ("EventSessionLoggedIn", put("id", value="https://example.edu/events/1"), "/id"),
    ("EventSessionLoggedIn", put("id", value="urn:uuid:not-a-uuid"), "/id"),
    ("EventSessionLoggedIn", put("type", value="SittingEvent"), "/type"),
    ("EventSessionLoggedIn", put("type", value=7), "/type"),
    ("EventSessionLoggedIn", put("action", value="Viewed"), "/action"),
    ("EventSessionLoggedIn", put("action", value="TimedOut"), "/actor/type"),
    ("EventSessionLoggedIn", put("profile", value="MediaProfile"), "/profile"),
    ("EventSessionLoggedIn", put("profile", value="NoProfile"), "/profile"),
    ("EventSessionLoggedIn", put("eventTime", value="2016-11-15T10:15:00"), "/eventTime"),
    ("EventSessionLoggedIn", put("eventTime", value="2016-11-15"), "/eventTime"),
    ("EventSessionLoggedIn", put("edApp", value="not an iri"), "/edApp"),
    ("EventSessionLoggedIn", put("edApp", value=["https://example.edu"]), "/edApp"),
    ("EventSessionLoggedIn", put("mood", value="happy"), "/mood"),
    ("EventSessionLoggedIn", put("extensions", value=["happy"]), "/extensions"),
    ("EventSessionLoggedIn", put("actor", "id", value="someone"), "/actor/id"),
    ("EventSessionLoggedIn", put("actor", "type", value="WebPage"), "/actor/type"),
    ("EventSessionLoggedIn", put("actor", "type", value="Robot"), "/actor/type"),
    ("EventSessionLoggedIn", put("actor", "name", value=["Ada"]), "/actor/name"),
    ("EventSessionLoggedIn", put("actor", "na/me~", value=1), "/actor/na~1me~0"),
    ("EventSessionLoggedIn", put("object", "type", value="Session"), "/object/type"),
    ("EventSessionLoggedIn", put("session", "type", value="Person"), "/session/type"),
    ("EventSessionLoggedOut", put("session", "duration", value=-3000), "/session/duration"),
    ("EventSessionLoggedOut", put("session", "duration", value="P"), "/session/duration"),
    ("EventSessionLoggedOut", put("session", "duration", value="PT"), "/session/duration"),
    ("EventSessionTimedOut", put("actor", value={"id": "x:y", "type": "Person"}), "/actor/type"),
    ("EventToolLaunchLaunched", drop("federatedSession"), "/federatedSession"),
    ("EventToolLaunchLaunched", put("membership", "roles", value="Learner"), "/membership/roles"),
    ("EventToolLaunchLaunched", put("membership", "roles", 0, value="Boss"), "/membership/roles/0"),
    ("EventToolLaunchLaunched", put("membership", "status", value="Gone"), "/membership/status"),
    ("EventAssessmentItemCompleted", put("generated", "type", value="Attempt"), "/generated/type"),
    ("EventAssessmentStarted", put("object", "items", value={}), "/object/items"),
    (
        "EventAssessmentStarted",
        put("object", "items", value=["x:y", {"id": "x:y", "type": "Person"}]),
        "/object/items/1/type",
    ),
    ("EventAssessmentStarted", put("object", "maxAttempts", value=-1), "/object/maxAttempts"),
    ("EventAssessmentStarted", put("object", "maxAttempts", value=1.5), "/object/maxAttempts"),
    ("EventGradeGraded", put("generated", "scoreGiven", value="10"), "/generated/scoreGiven"),
    ("EntityAggregateMeasureCollection", put("items", 0, "metric", value="Zeal"), "/items/0/metric"),
    ("EventToolUseUsedWithProgress", put("generated", "items", value=None), ""),
    (
        "EnvelopeMixedBatch",
        put("otherIdentifiers", 0, "identifierType", value="Passport"),
        "/otherIdentifiers/0/identifierType",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "pointer"), WRONG)
def test_each_rule_refuses_at_the_place(name: str, change: Change, pointer: str) -> None:
    event = official(name)
    change(event)
    pointers = [fault.pointer for fault in validate_item(event)]
    assert pointers[:1] == ([pointer] if pointer else [])


@pytest.mark.parametrize("item", [None, 1, "text", [], True])
def test_what_is_no_object_is_no_item(item: object) -> None:
    assert validate_item(item) == (Fault("", "must be an object"),)


def test_blank_nodes_and_unknown_types_under_their_own_context_pass() -> None:
    event = official("EventSessionLoggedIn")
    event["actor"] = "_:b0"
    event["@context"] = ["https://schema.org/", "http://purl.imsglobal.org/ctx/caliper/v1p2"]
    event["referrer"] = {"id": "https://x.example/1", "type": "Thesis", "author": "me"}
    assert validate_item(event) == ()


def test_faults_are_counted_out_for_a_hostile_item() -> None:
    event = official("EventSessionLoggedIn") | {f"x{n}": n for n in range(5000)}
    assert len(validate_item(event)) == MAX_FAULTS


@pytest.mark.parametrize("duration", [0, 3000, 3000.0, "PT50M", "P1DT0.5S"])
def test_a_session_may_last_whole_seconds_as_older_senders_write_it(duration: object) -> None:
    event = official("EventSessionLoggedOut")
    event["session"]["duration"] = duration
    assert validate_item(event) == ()


@pytest.mark.parametrize(
    "value",
    [
        {"type": "TextPositionSelector", "start": 2300, "end": 2370},
        {"type": "SystemIdentifier", "identifier": "x", "identifierType": "LtiUserId"},
    ],
)
def test_values_without_an_id_may_be_described_but_have_no_iri(value: Json) -> None:
    assert validate_item(value) == validate_item({"@context": CONTEXT_V1P2, **value}) == ()
    (name,) = {"start", "identifier"} & set(value)
    assert [fault.pointer for fault in validate_item(value | {name: None})] == [f"/{name}"]
    person = {"@context": CONTEXT_V1P2, "id": "urn:x:y", "type": "Person"}
    (fault,) = validate_item(person | {"otherIdentifiers": ["urn:x:identifier"]})
    assert (fault.pointer, fault.message) == ("/otherIdentifiers/0", "must be an object")


def test_a_copy_must_say_what_it_made() -> None:
    path = FIXTURES / "v1p1" / "caliperEventResourceManagementCopied.json"
    (event,) = items_of(path)
    del event["generated"]
    assert [fault.pointer for fault in validate_item(event)] == ["/generated"]
