"""The quick ways to read an event tell what the careful way tells."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.helpers.small_school import AVA, MATH, READING, SESSION, START, event_id
from timeback_desktop.backend.events.facts import EventFacts, read_event
from timeback_desktop.backend.events.quick import read_parts
from timeback_desktop.backend.events.windows import WindowReader
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper.parts import decode_parts
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.partition import State

FIXTURES = Path(__file__).parents[2] / "fixtures" / "caliper"
Json = dict[str, Any]


def window(key: object, state: State = State.ON_TASK, app: caliper.App = MATH) -> Json:
    found = caliper.time_spent(event_id(key), AVA, app, SESSION.id, state, None, START, 15_000)
    assert found is not None
    return found


def without(event: Json, *path: str) -> Json:
    found = deepcopy(event)
    inner = found
    for step in path[:-1]:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    del inner[path[-1]]
    return found


def changed(event: Json, **more: Any) -> Json:
    return deepcopy(event) | more


SEVERAL = changed(window(1), generated={
    "id": "urn:x:many", "type": "TimebackTimeSpentMetricsCollection", "items": [
        {"type": "active", "value": 12.5}, {"type": "waste", "value": 0, "subType": "eating"},
        {"type": "anti-pattern", "value": 3, "sub_type": "rushing"},
        {"type": "inactive", "value": 5, "startDate": "2026-09-21T08:00:00Z"},
    ]})  # fmt: skip
WINDOWS = [
    window(1),
    window(2, State.OFF_APP),
    window(3, app=READING),
    changed(window(4), session="urn:tag:auto-attach"),
    changed(window(5), session={"id": "urn:x:s", "type": "Session", "duration": "PT5M",
                                "startedAtTime": "2026-09-21T08:00:00.000Z"}),
    changed(window(6), actor=f"urn:uuid:{AVA.id}"),
    changed(window(7), id=window(7)["id"].upper().replace("URN:UUID:", "urn:uuid:")),
    changed(window(8), eventTime="2026-09-21T10:00:00.123456+02:00"),
    without(window(9), "edApp"),
    without(window(10), "session"),
    without(window(11), "profile"),
    without(window(12), "generated", "items", "0", "startDate"),
    changed(window(13), extensions={"timeback": {"suspendedMs": 5}}),
    SEVERAL,
]  # fmt: skip


def quickly(raw: bytes, reader: WindowReader) -> EventFacts | None:
    found = reader.read(raw)
    if found is None and (parts := decode_parts(raw)) is not None:
        found = read_parts(parts)
    return found


def test_windows_are_read_alike_one_after_another() -> None:
    reader, read = WindowReader(), 0
    for event in [*WINDOWS, *reversed(WINDOWS)]:
        raw = msgspec.json.encode(event)
        assert validate_item(event) == ()
        found = quickly(raw, reader)
        if found is not None:
            read += 1
            assert found == read_event(msgspec.json.decode(raw))
    assert read >= 20


def corpus() -> list[Any]:
    files = sorted(FIXTURES.rglob("*.json"))
    told = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in files]
    return [
        pytest.param(event, id=name)
        for name, found in told
        if isinstance(found, dict)
        for event in found.get("data", [found])
        if isinstance(event, dict) and "eventTime" in event
    ]


@pytest.mark.parametrize("event", corpus())
def test_what_others_send_is_read_alike(event: Json) -> None:
    found = quickly(msgspec.json.encode(event), WindowReader())
    if found is not None:
        assert validate_item(event) == ()
        assert found == read_event(event)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("eventTime", "2026-02-30T08:00:00.000Z"),
        ("eventTime", "2026-09-21t08:00:00.000z"),
        ("id", "urn:uuid:not-one"),
        ("id", "urn:uuid:0199cc6e-8e00-7000-8000-0000000000 a"),
        ("action", "Slept"),
        ("profile", "ReadingProfile"),
        ("actor", {"id": "urn:x:a", "type": "Forum"}),
        ("actor", "no iri"),
        ("edApp", {"id": "urn:x:a", "type": "Person"}),
        ("session", 5),
        ("generated", "urn:x:g"),
        ("generated", {"id": "urn x", "type": "TimebackTimeSpentMetricsCollection", "items": []}),
        ("@context", "http://elsewhere.example"),
        ("odd", 1),
    ],
)
def test_what_is_wrong_is_left_to_who_explains(place: str, value: object) -> None:
    reader = WindowReader()
    assert quickly(msgspec.json.encode(window(1)), reader) is not None
    assert quickly(msgspec.json.encode(changed(window(2), **{place: value})), reader) is None


def test_the_end_of_the_last_window_is_no_hole_in_the_checks() -> None:
    reader = WindowReader()
    first, second = window(1), window(2)
    for key in ("startDate", "endDate"):
        second["generated"]["items"][0][key] = "soon"
        assert quickly(msgspec.json.encode(first), reader) is not None
        assert quickly(msgspec.json.encode(second), reader) is None


@pytest.mark.parametrize(
    "about",
    [
        "urn:x:page",
        {"id": "urn:x:page", "type": "DigitalResource"},
        {"id": "urn:x:item", "type": "AssessmentItem"},
        {
            "id": "urn:x:why",
            "type": "WebPage",
            "isPartOf": {"id": "urn:x:i", "type": "AssessmentItem"},
        },
    ],
)
@pytest.mark.parametrize(
    ("kind", "action"), [("ViewEvent", "Viewed"), ("NavigationEvent", "NavigatedTo")]
)
def test_what_is_looked_at_is_work_or_is_not(kind: str, action: str, about: object) -> None:
    event = without(window(1), "generated")
    event |= {"type": kind, "action": action, "object": about, "profile": None}
    found = quickly(msgspec.json.encode(event), WindowReader())
    assert validate_item(event) == ()
    assert found is None or found == read_event(event)
