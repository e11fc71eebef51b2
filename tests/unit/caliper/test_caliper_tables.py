"""Every rule of the specification's tables refuses what breaks it, at the right place.

``tables_v1p2.json`` holds the tables; the rule table of the package was compiled from them,
with corrections. These tests go through the tables themselves, one wrong item for each row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from timeback_desktop.caliper.compiled import decode_good
from timeback_desktop.caliper.validation import validate_item
from timeback_desktop.caliper.vocabulary import is_kind_of

Json = dict[str, Any]
TABLES = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "caliper" / "tables_v1p2.json").read_text()
)
V1P2 = "http://purl.imsglobal.org/ctx/caliper/v1p2"
ENTITIES, EVENTS = TABLES["entities"], TABLES["events"]
ROWS = [
    (profile, row) for profile, rows in TABLES["profiles"].items() for row in rows
    if row["action"] in TABLES["vocabularies"]["actions"]
]  # fmt: skip
PLAIN = {"id", "type", "action", "profile", "eventTime", "extensions"}
LISTS = {"items", "members", "creators", "learningObjectives", "withAgents", "attachments"}
# What the tables list without saying what is in it, and what a good one holds.
MEMBERS = {
    "otherIdentifiers": {
        "type": "SystemIdentifier", "identifier": "x", "identifierType": "SystemId"},
    "roles": "Learner",
    "values": "x", "tags": "x", "keywords": "x", "categories": "x", "selections": "x",
    "itemLabels": "x", "itemValues": "x",
}  # fmt: skip
GOOD = {
    "string": "x", "decimal": 1.5, "integer": 1, "boolean": True, "datetime": "2026-09-21T14:13:20Z",
    "duration": "PT1M", "iri": "urn:x:y", "object": {}, "array": [], "term": "x",
}  # fmt: skip
BAD: dict[str, list[Any]] = {
    "string": [1, 1.5, True, ["x"], {}],
    "decimal": ["1.5", True, [1], {}],
    "integer": ["One", 1.5, -1, True, [1]],
    "boolean": ["true", 0, 1, []],
    "datetime": ["2026-09-21", "2026-09-21T14:13:20", "2026-02-30T14:13:20Z", "soon", 1_790_000_000],
    "duration": ["2026-09-21T14:13:20Z", "1 minute", "P", "PT", -1, 1.5],
    "object": ["https://extensions.must/be/a/map", ["x"], 1, True],
    "iri": ["not an iri", "no-scheme", "", 7, ["urn:x:y"], {}],
    "array": ["x", {}, 1, True],
}  # fmt: skip


def supertypes(name: str) -> Iterator[str]:
    while name:
        yield name
        name = ENTITIES.get(name, {}).get("supertype")


def names(text: str) -> list[str]:
    inner = re.sub(r"^\w+ \((\w+)\)$", r"\1", text)
    return [each.strip() for each in inner.split("|") if each.strip()]


def entity(name: str) -> Json:
    """Return the least that an entity of a type must say."""
    more: Json = {}
    if is_kind_of(name, ("AggregateMeasure",)):
        more = {"metric": "MinutesOnTask", "metricValue": 1}
    if is_kind_of(name, ("Questionnaire",)):
        more = {"items": []}
    return {"id": f"urn:x:{name}", "type": name, **more}


def describe(name: str, /, **more: Any) -> Json:
    return {"@context": V1P2, **entity(name), **more}


def event(profile: str, row: Json, /, **more: Any) -> Json:
    """Return the least that an event of a row must say."""
    told: Json = {
        "@context": V1P2,
        "id": "urn:uuid:0199cc6e-8e00-7000-8000-000000000001",
        "type": row["Event"],
        "profile": profile,
        "action": row["action"],
        "eventTime": "2026-09-21T14:13:20.000Z",
    }
    for slot in ("actor", "object", "generated"):
        if row.get(slot):
            told[slot] = entity(names(row[slot])[0])
    if row["Event"] == "ToolLaunchEvent" and row["action"] == "Launched":
        told["federatedSession"] = entity("LtiSession")
    return {**told, **more}


def judged(item: Json) -> list[str]:
    """Return the pointers of what is wrong; the quick way must not be kinder."""
    pointers = [fault.pointer for fault in validate_item(item)]
    if pointers:
        assert decode_good(json.dumps(item).encode()) is None
    return pointers


def slots(row: Json) -> dict[str, list[str]]:
    """Return the entity types that the slots of an event take for its row."""
    table = next(each for title, each in EVENTS.items() if title.partition(" ")[0] == row["Event"])
    common = {
        slot: types for slot, (types, _) in (EVENTS["Event"] | table).items() if slot not in PLAIN
    }
    narrow = {slot: names(row[slot]) for slot in ("actor", "object", "generated") if row.get(slot)}
    return common | narrow


@pytest.mark.parametrize(("profile", "row"), ROWS, ids=lambda each: str(each)[:60])
def test_each_row_of_a_profile_is_taken(profile: str, row: Json) -> None:
    item = event(profile, row)
    assert validate_item(item) == ()
    assert decode_good(json.dumps(item).encode()) is not None


WRONG_TYPES = ("Person", "Session", "Score", "WebPage", "Membership", "LtiSession", "Message")
# The tables name these by example; the text, and official events, allow what is above them.
WIDER = {
    ("NavigationEvent", "object"): "SoftwareApplication",
    ("SearchEvent", "object"): "Entity",
}


def wrong_slots() -> Iterator[tuple[str, Json, str, str]]:
    for profile, row in ROWS:
        for slot, types in slots(row).items():
            taken = tuple(each for each in types if each != "IRI")
            taken += (WIDER.get((row["Event"], slot), ""),)
            for wrong in WRONG_TYPES:
                if not is_kind_of(wrong, taken) and not is_wider(row, slot, wrong):
                    yield profile, row, slot, wrong


def is_wider(row: Json, slot: str, wrong: str) -> bool:
    """Tell whether another profile has the same event and action with such an entity."""
    return any(
        is_kind_of(wrong, tuple(names(other.get(slot, ""))))
        for _, other in ROWS
        if (other["Event"], other["action"]) == (row["Event"], row["action"])
    )


def test_no_slot_takes_an_entity_of_another_type() -> None:
    told = list(wrong_slots())
    assert len(told) > 2000
    for profile, row, slot, wrong in told:
        item = event(profile, row, **{slot: entity(wrong)})
        assert judged(item) == [f"/{slot}/type"], (row, slot, wrong)


@pytest.mark.parametrize("wrong", ["not an iri", "", 7, True, ["urn:x:y"], "/users/1"])
def test_no_slot_takes_what_is_neither_an_entity_nor_an_iri(wrong: object) -> None:
    for profile, row in ROWS:
        for slot in slots(row):
            assert judged(event(profile, row, **{slot: wrong})) == [f"/{slot}"], (row, slot)


def test_no_event_takes_the_action_of_another() -> None:
    allowed = {(row["Event"], row["action"]) for _, row in ROWS} | {("AssessmentEvent", "Reset")}
    allowed |= {(kind, "MarkedAsUnread") for kind in ("MessageEvent", "ThreadEvent")}
    first = {row["Event"]: (profile, row) for profile, row in ROWS}
    for kind, (profile, row) in first.items():
        for action in (*TABLES["vocabularies"]["actions"], "Dozed", "viewed", ""):
            if (kind, action) not in allowed and action:
                assert "/action" in judged(event(profile, row, action=action)), (kind, action)


@pytest.mark.parametrize(
    "name", ["id", "type", "actor", "action", "object", "eventTime", "@context"]
)
@pytest.mark.parametrize("how", ["missing", "null"])
def test_what_every_event_must_say(name: str, how: str) -> None:
    for profile, row in ROWS:
        item = event(profile, row)
        if how == "null":
            item[name] = None
        else:
            del item[name]
        assert f"/{name}" in judged(item)


def test_a_profile_takes_its_own_events_only() -> None:
    kinds = {row["Event"] for _, row in ROWS}
    for profile, rows in TABLES["profiles"].items():
        own = {row["Event"] for row in rows} | ({*kinds} if profile == "GeneralProfile" else set())
        for _, row in ROWS:
            if row["Event"] not in own:
                assert judged(event(profile, row)) == ["/profile"]


def properties() -> Iterator[tuple[str, str, list[str]]]:
    for name in ENTITIES:
        seen: set[str] = set()
        for above in supertypes(name):
            for each, (types, _) in ENTITIES.get(above, {"properties": {}})["properties"].items():
                if each not in seen and each != "type":
                    seen.add(each)
                    yield name, each, types


def bad_values(name: str, each: str, types: list[str]) -> Iterator[tuple[Any, str]]:
    """Yield values that a property does not take, and where the fault lies in them."""
    kind = types[0].lower()
    if kind == "array":
        yield from ((wrong, "") for wrong in BAD["array"])
        wrong_member = ({**MEMBERS[each], "identifierType": "Passport"}
                        if each == "otherIdentifiers" else 7)  # fmt: skip
        yield [wrong_member], "/0/identifierType" if each == "otherIdentifiers" else "/0"
        if each in LISTS and name != "Collection":
            yield [entity("Score")], "/0/type"
    elif kind in {"enumeration", "metric", "status", "role"}:
        yield from (("Unheard", ""), (7, ""), (["Active"], ""))
    elif kind in BAD:
        yield from ((wrong, "") for wrong in BAD[kind])
    elif types[0] in ENTITIES and types[0] != "Entity":
        wrong_type = next(x for x in ("Score", "Person") if not is_kind_of(x, tuple(types)))
        yield from (("not an iri", ""), (7, ""), (["urn:x:y"], ""))
        yield entity(wrong_type), "/type"


def test_no_property_takes_a_value_of_another_kind() -> None:
    count = 0
    for name, each, types in properties():
        for wrong, place in bad_values(name, each, types):
            if each == "duration" and is_kind_of(name, ("Session",)) and isinstance(wrong, int):
                continue  # whole seconds are taken there
            assert judged(describe(name, **{each: wrong})) == [f"/{each}{place}"], (
                name,
                each,
                wrong,
            )
            count += 1
    assert count > 3000


def test_each_property_takes_what_is_right() -> None:
    for name, each, types in properties():
        kind = types[0].lower()
        if kind == "array":
            value: Any = [MEMBERS[each]] if each in MEMBERS else []
        elif types[0] in ENTITIES:
            value = entity(types[0])
        else:
            value = GOOD.get(kind)
        if each in {"messageType", "status", "metric"} or value is None:
            continue
        assert judged(describe(name, **{each: value})) == [], (name, each)
        assert decode_good(json.dumps(describe(name, **{each: value})).encode()), (name, each)


@pytest.mark.parametrize("how", ["missing", "null"])
def test_what_every_entity_must_say(how: str) -> None:
    for name in ENTITIES:
        for each in entity(name):
            item = describe(name)
            if how == "null":
                item[each] = None
            else:
                del item[each]
            if (name, each) != ("Questionnaire", "name"):
                assert judged(item) == [f"/{each}"], (name, each)


@pytest.mark.parametrize(
    ("vocabulary", "item", "pointer"),
    [
        ("identifiers", lambda word: describe("Person", otherIdentifiers=[
            {"type": "SystemIdentifier", "identifier": "x", "identifierType": word}]),
         "/otherIdentifiers/0/identifierType"),
        ("roles", lambda word: describe("Membership", roles=[word]), "/roles/0"),
        ("statuses", lambda word: describe("Membership", status=word), "/status"),
        ("ltimessagetypes", lambda word: describe("LtiLink", messageType=word), "/messageType"),
        ("usemetrics", lambda word: describe("AggregateMeasure", metric=word), "/metric"),
    ],
)  # fmt: skip
def test_a_vocabulary_is_closed(vocabulary: str, item: Any, pointer: str) -> None:
    words = [each for each in TABLES["vocabularies"][vocabulary] if each != "SystemIdentifier"]
    for word in words:
        assert judged(item(word)) == []
    for wrong in ("Unheard", words[0].lower(), f"{words[0]} ", "", 7, [words[0]]):
        assert judged(item(wrong)) == [pointer]
