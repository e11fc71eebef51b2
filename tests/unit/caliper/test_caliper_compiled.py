"""The quick way takes what is ordinary, and nothing that the walker does not take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.clock import MORNING_UTC_MS
from timeback_desktop import ids
from timeback_desktop.caliper import events, insights
from timeback_desktop.caliper.compiled import decode_good, type_of
from timeback_desktop.caliper.envelope import Item
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.partition import Overlay, State

Json = dict[str, Any]
Path_ = tuple[str | int, ...]
FIXTURES = Path(__file__).parents[2] / "fixtures" / "caliper"
V1P2 = "http://purl.imsglobal.org/ctx/caliper/v1p2"
EVENT, USER, APP, SESSION = (ids.seeded("test", "quick", each) for each in "euas")
LEARNER = events.Learner(USER, "ava@demo.example", "Ava Thompson")
GARDEN = events.App(APP, "Garden", "Math")
PLACE = insights.Place(LEARNER, GARDEN, SESSION)
SPAN = events.SessionSpan(SESSION, MORNING_UTC_MS, MORNING_UTC_MS + 9000, 9000, 1000)


def official() -> Iterator[Json]:
    for path in sorted(FIXTURES.glob("*/*.json")):
        found = json.loads(path.read_text())
        yield from found.get("data", [found])


def of_the_desktop() -> Iterator[Json]:
    moment = MORNING_UTC_MS
    yield events.logged_in(EVENT, LEARNER, GARDEN, SPAN, moment)
    yield events.logged_out(EVENT, LEARNER, GARDEN, SPAN, moment, "ended")
    yield events.timed_out(EVENT, LEARNER, GARDEN, SPAN, moment)
    for state in State:
        told = events.time_spent(EVENT, LEARNER, GARDEN, SESSION, state, None, moment, 14_999)
        if told is not None:
            yield told
    insight = insights.Insight(
        id=EVENT, kind=Overlay.RUSHING, detail=None, rule="rapid", version=2, started_at_ms=moment,
        ms=90_500, on_task_ms=30_000, confidence=0.7, thresholds={"a": 1}, counts={"b": 2},
    )  # fmt: skip
    yield insights.noted(PLACE, insight)
    yield insights.overlaid(EVENT, PLACE, USER, Overlay.RUSHING, moment, 90_500)
    yield insights.contested(EVENT, PLACE, USER, moment)
    yield insights.reviewed(EVENT, PLACE, USER, moment, USER, "TruePositive", "Well seen.")


def of_the_client(kind: str, generated: Json, **more: Any) -> Json:
    """Return what the published client sends in TimeBack's own dialect."""
    return {
        "@context": V1P2,
        "id": f"urn:uuid:{EVENT}",
        "type": kind,
        "action": "SpentTime" if kind == "TimeSpentEvent" else "Completed",
        "actor": {
            "id": "https://x.example/ims/oneroster/rostering/v1p2/users/123",
            "type": "TimebackUser", "email": "ava@demo.example", "name": "Ava", "role": "student",
        },
        "object": {
            "id": "https://x.example/activities/123", "type": "TimebackActivityContext",
            "subject": "Math", "app": {"name": "Garden"}, "course": {"name": "Algebra 101"},
            "activity": {"id": "urn:x:1", "name": "Lines"}, "process": False,
        },
        "eventTime": "2026-09-21T14:13:20.123456Z",
        "profile": "TimebackProfile",
        "generated": {"id": f"urn:uuid:{USER}", **generated},
        "extensions": {"courseId": "c1", "runId": "r1"},
        **more,
    }  # fmt: skip


SPENT = of_the_client("TimeSpentEvent", {
    "type": "TimebackTimeSpentMetricsCollection",
    "items": [
        {"type": "active", "value": 14.5, "start_date": "2026-09-21T14:13:20.000001Z",
         "end_date": "2026-09-21T14:13:34Z"},
        {"type": "anti-pattern", "value": 3, "sub_type": "rushing", "extensions": {"a": 1}},
    ],
})  # fmt: skip
DONE = of_the_client("ActivityEvent", {
    "type": "TimebackActivityMetricsCollection",
    "items": [
        {"type": "xpEarned", "value": -1.5}, {"type": "totalQuestions", "value": 10},
        {"type": "correctQuestions", "value": 8}, {"type": "masteredUnits", "value": 1},
    ],
    "attempt": 1, "extensions": {"pctCompleteApp": 67},
}, session="urn:tag:auto-attach", edApp="https://x.example")  # fmt: skip


def aggregated(event: Json, **course: Any) -> Json:
    """Return the same in the other dialect, as the published client turns it."""
    family = "TimeSpentMetric" if event["type"] == "TimeSpentEvent" else "ActivityMetric"
    made = event["generated"]
    items = [
        {"id": f"urn:uuid:{APP}", "type": family, "metricValue": each["value"],
         "metricType": each["type"][0].upper() + each["type"][1:]}
        for each in made["items"]
    ]  # fmt: skip
    return event | {
        "profile": "AggregationProfile",
        "actor": {"type": "Person", "id": event["actor"]["id"]},
        "object": {
            "type": "AssignableDigitalResource", "id": event["object"]["id"],
            "isPartOf": {"type": "CourseOffering", "name": "Algebra 101", **course},
            "extensions": {"app": {"name": "Garden", "type": "SoftwareApplication"}},
        },
        "generated": made | {"type": f"{family}sCollection", "items": items},
        "session": event.get("session", "urn:tag:auto-attach"),
    }  # fmt: skip


CLIENT = [SPENT, DONE, *(aggregated(each, id="urn:x:course") for each in (SPENT, DONE))]
ORDINARY = [*of_the_desktop(), *CLIENT]
POSITIVES = [*official(), *ORDINARY]


@pytest.mark.parametrize("item", POSITIVES, ids=lambda item: str(item["type"]))
def test_what_is_ordinary_is_taken_the_quick_way(item: Json) -> None:
    quick = decode_good(json.dumps(item).encode())
    assert validate_item(item) == ()
    if isinstance(item["@context"], str):
        assert quick is not None
        assert type_of(quick) == item["type"]


def test_a_course_that_the_client_knows_no_id_of_is_taken_the_long_way() -> None:
    for event in (SPENT, DONE):
        item = aggregated(event, id=None)
        assert validate_item(item) == ()
        assert decode_good(json.dumps(item).encode()) is None


def test_what_comes_back_reads_as_it_was_sent() -> None:
    quick = decode_good(msgspec.json.encode(SPENT))
    assert quick is not None
    assert (quick.context, quick.action, quick.eventTime) == (V1P2, "SpentTime", SPENT["eventTime"])
    assert (type_of(quick.actor), quick.actor.email) == ("TimebackUser", "ava@demo.example")
    assert (type_of(quick.generated), quick.session) == (
        "TimebackTimeSpentMetricsCollection", None
    )  # fmt: skip
    first, second = quick.generated.items
    assert (first.type, first.value, first.start_date) == (
        "active", 14.5, "2026-09-21T14:13:20.000001Z"
    )  # fmt: skip
    assert (second.sub_type, second.extensions) == ("rushing", {"a": 1})
    assert quick.extensions == {"courseId": "c1", "runId": "r1"}


ODD: list[bytes] = [
    json.dumps(each).encode()
    for each in (
        None, True, 0, -1, 1, 2.0, 2.5, 100.5, 86_400, 86_400.5, 10**19, 10**400, "", " ", "x", "urn:x:y",
        "urn:x y", "URN:x:y", "_:b0", "1a:b", "urn:x:é", "urn:x:\u2028", "urn:x:\x7f", "urn:\x00",
        "urn:x:y\n", "x:" + "y" * 300, "urn:uuid:0199cc6e-8e00-7000-8000-00000000000A",
        "urn:uuid:0199cc6e8e0070008000000000000001", "URN:UUID:0199cc6e-8e00-7000-8000-000000000001",
        "2026-09-21T14:13:20Z", "2026-09-21t14:13:20z", "2026-09-21 14:13:20Z",
        "2026-09-21T14:13:20", "2026-09-21T14:13:20+0200", "2026-09-21T14:13:20+02:00",
        "2026-09-21T14:13:20+24:00", "2026-09-21T14:13:20-23:59", "2026-09-21T14:13:60Z",
        "2026-09-21T24:00:00Z", "2026-02-30T14:13:20Z", "2024-02-29T14:13:20Z",
        "2026-04-31T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59.999999999-23:59", "2026-09-21T14:13:20.1234567891Z",
        "2026-09-21T14:13:20,5Z", "2026-09-21T14:13:20.Z", "2026-W38-1T14:13:20Z",
        "٢٠٢٦-09-21T14:13:20Z", "2026-09-21T14:13:20Z\n", "20260921T141320Z",
        "PT1S", "PT", "P", "P1Y2M3W4DT5H6M7.8S", "pt1s", "PT1S\n", "PT1,5S", "P1H", "PT٢S", "-PT1S",
        "Started", "Viewed", "SpentTime", "Learner", "Learner#Tutor", "Learner#", "Learner#a b",
        "active", "Active", "AntiPattern", "Math", "SessionProfile", "SessionEvent", "Person",
        "TimebackUser", "Entity", "CHEATING", V1P2, V1P2 + "/", V1P2.replace("2", "1"),
        [], ["urn:x:y"], ["x"], [1], [[]], [None], [{}], {}, {"id": "urn:x:y"},
        {"id": "urn:x:y", "type": "Person"}, {"id": "urn:x y", "type": "Person"},
        {"id": "urn:x:y", "type": "Page", "isPartOf": {"id": "urn:x:y", "type": "Nothing"}},
        {"type": ""}, {"type": "", "impossible": 1}, {"impossible": 1}, {"type": "TimebackNamed"},
        [{"id": "urn:x:y", "type": "CHEATING"}], {"pctCompleteApp": 101}, {"pctCompleteApp": True},
        {"a": {"b": {"c": {"d": {"e": {"f": [[[]]]}}}}}}, [V1P2], ["https://x.example", V1P2],
    )
]  # fmt: skip
ODD += [
    b"1e999", b"-1e999", b"1" * 5000, b"1e-999", b"0.0", b"-0", b"-0.0", b"1.0e2",
    b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\xff"', b'"\xed\xa0\x80"', b'"\\u0000"', b'"urn:x:\\u0079"',
    b'{"id":"urn:x:y","type":"Person","type":"Page"}', b'{"id":"x","id":"urn:x:y","type":"Person"}',
    b'{"type":"Person","id":"urn:x:y","id":"x"}', b'{"id":"urn:x:y","ty\\u0070e":"Person"}',
    b"[" * 50 + b"]" * 50, b'{"a":' * 60 + b"1" + b"}" * 60, b"", b"nul", b"NaN",
    b'{"id":"a:b","type":"Collection","items":[' * 30 + b"]}" * 30,
]  # fmt: skip
MARK = "\x00here\x00"


def places(value: object, at: Path_ = ()) -> Iterator[Path_]:
    """Yield the place of each value within an item."""
    if at:
        yield at
    pairs = (
        value.items() if isinstance(value, dict) else
        enumerate(value) if isinstance(value, list) else ()
    )  # fmt: skip
    for step, inner in pairs:
        yield from places(inner, (*at, step))


def with_at(item: Json, place: Path_, raw: bytes, *, twice: bool = False) -> bytes:
    """Return the item's bytes with others in one place, or beside what is there."""
    copy = json.loads(json.dumps(item))
    inner: Any = copy
    for step in place[:-1]:
        inner = inner[step]
    if twice and isinstance(inner, dict):
        inner[MARK] = 0
        mark, new = json.dumps(MARK) + ": 0", json.dumps(place[-1]).encode() + b":" + raw
        return json.dumps(copy).encode().replace(mark.encode(), new)
    inner[place[-1]] = MARK
    return json.dumps(copy).encode().replace(json.dumps(MARK).encode(), raw)


def is_sound(raw: bytes) -> bool:
    """Tell whether the walker takes these bytes, or the quick way does not."""
    return decode_good(raw) is None or validate_item(Item(raw).value) == ()


@pytest.mark.parametrize(
    "item",
    [SPENT, *(pytest.param(each, marks=pytest.mark.slow) for each in ORDINARY)],
    ids=lambda item: str(item["type"]),
)
def test_every_oddity_in_every_place(item: Json) -> None:
    for place in places(item):
        for raw in ODD:
            assert is_sound(with_at(item, place, raw)), (place, raw)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(POSITIVES), st.data())
def test_no_item_is_taken_that_the_walker_refuses(item: Json, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(list(places(item))))
    raw = data.draw(st.sampled_from(ODD))
    assert is_sound(with_at(item, place, raw, twice=data.draw(st.booleans())))


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(POSITIVES), st.sampled_from(POSITIVES), st.data())
def test_no_part_is_taken_where_it_does_not_belong(
    item: Json, other: Json, data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(list(places(item))))
    part: Any = other
    for step in data.draw(st.sampled_from(list(places(other)))):
        part = part[step]
    assert is_sound(with_at(item, place, json.dumps(part).encode()))


@pytest.mark.parametrize("item", ORDINARY, ids=lambda item: str(item["type"]))
def test_what_is_left_out_or_added_is_seen(item: Json) -> None:
    for place in places(item):
        copy = json.loads(json.dumps(item))
        inner: Any = copy
        for step in place[:-1]:
            inner = inner[step]
        del inner[place[-1]]
        assert is_sound(json.dumps(copy).encode()), place
    for name in ("mood", "Type", "@id", "context", "items", "x" * 300):
        assert is_sound(json.dumps(item | {name: 1}).encode()), name


WRONG: list[tuple[str, Json, str]] = [
    ("a total without what was right", {"items": DONE["generated"]["items"][:2]}, "items"),
    ("a count that is none", {"items": [
        {"type": "totalQuestions", "value": 1.5}, {"type": "correctQuestions", "value": 1}
    ]}, "items/0/value"),
    ("less than nothing right", {"items": [
        {"type": "totalQuestions", "value": 1}, {"type": "correctQuestions", "value": -1}
    ]}, "items/1/value"),
    ("no attempt", {"attempt": 0}, "attempt"),
    ("half an attempt", {"attempt": 1.5}, "attempt"),
    ("more than all", {"extensions": {"pctCompleteApp": 100.5}}, "extensions/pctCompleteApp"),
    ("less than none", {"extensions": {"pctCompleteApp": -1}}, "extensions/pctCompleteApp"),
    ("a word for a number", {"extensions": {"pctCompleteApp": "50"}}, "extensions/pctCompleteApp"),
    ("an unheard metric", {"items": [{"type": "zeal", "value": 1}]}, "items/0/type"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "place"), [each[1:] for each in WRONG], ids=[e[0] for e in WRONG]
)
def test_what_an_activity_came_to_must_hold_together(change: Json, place: str) -> None:
    item = DONE | {"generated": DONE["generated"] | change}
    assert [fault.pointer for fault in validate_item(item)] == [f"/generated/{place}"]
    assert decode_good(json.dumps(item).encode()) is None
    if not place.endswith("type"):
        other = aggregated(item, id="urn:x:course")
        pointer = f"/generated/{place}".replace("/value", "/metricValue")
        assert [fault.pointer for fault in validate_item(other)] == [pointer]
        assert decode_good(json.dumps(other).encode()) is None


def test_the_words_of_the_program_before_this_one_are_known() -> None:
    (event,) = (each for each in of_the_desktop() if each["type"] == "ToolUseEvent")
    measure = {
        "id": "urn:x:m", "type": "ANTI_PATTERN", "metric": "RUSHING", "reasoning": "4 in 10 s",
        "startedAtTime": "2026-09-21T14:13:20Z", "endedAtTime": "2026-09-21T14:14:20Z",
    }  # fmt: skip
    event["generated"]["items"] = [measure]
    event["session"] = {"id": "urn:x:s", "type": "SESSION", "duration": 90}
    assert validate_item(event) == ()
    event["generated"]["items"] = [measure | {"metric": "MinutesOnTask"}]
    assert [fault.pointer for fault in validate_item(event)] == ["/generated/items/0/metric"]
