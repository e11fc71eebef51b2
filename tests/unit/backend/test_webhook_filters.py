from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from timeback_desktop.backend.webhooks.filters import Condition, all_agree

EVENT = {
    "type": "AssessmentItemEvent",
    "eventTime": "2026-11-24T01:00:00.000Z",
    "actor": {"id": "https://app.example/users/7", "name": "Ava"},
    "object": {"assignable": {"name": "Quiz, part 2"}, "maxScore": 10, "isHard": True},
    "generated": {
        "items": [
            {"type": "xpEarned", "value": 12.5},
            {"type": "totalQuestions", "value": 3},
            {"type": "note", "value": "7"},
        ]
    },
    "tags": ["math", "fractions", ["nested"]],
    "extensions": {"empty": None, "flag": False},
}


def condition(key: str, told: str, value: str, kind: str = "string") -> Condition:
    row: Any = SimpleNamespace(
        filter_key=key, filter_operator=told, filter_value=value, filter_type=kind
    )
    return Condition.of(row)


@pytest.mark.parametrize(
    ("key", "told", "value", "agrees"),
    [
        ("type", "eq", "AssessmentItemEvent", True),
        ("type", "eq", "assessmentitemevent", False),
        ("type", "neq", "GradeEvent", True),
        ("type", "neq", "AssessmentItemEvent", False),
        ("actor.name", "eq", "Ava", True),
        ("actor.name.first", "eq", "Ava", False),
        ("actor", "eq", "Ava", False),
        ("object.assignable.name", "contains", "part", True),
        ("object.assignable.name", "notContains", "part", False),
        ("nothing.there", "eq", "x", False),
        ("nothing.there", "neq", "x", True),
        ("nothing.there", "notIn", "x", True),
        ("nothing.there", "notContains", "x", True),
        ("type", "in", "GradeEvent, AssessmentItemEvent", True),
        ("type", "in", "GradeEvent", False),
        ("type", "notIn", "GradeEvent,ViewEvent", True),
        ("actor.id", "startsWith", "https://app.example/", True),
        ("actor.id", "endsWith", "/7", True),
        ("actor.id", "regexp", r"/users/\d+$", True),
        ("actor.id", "regexp", r"^/users", False),
        ("actor.id", "regexp", "(kept before it was judged", False),
        ("tags", "eq", "fractions", True),
        ("tags", "eq", "nested", False),
        ("generated.items.type", "eq", "totalQuestions", True),
        ("generated.items.type", "neq", "totalQuestions", False),
        ("eventTime", "gte", "2026-11-24", True),
        ("eventTime", "lt", "2026-11-24", False),
        ("object.maxScore", "eq", "10", True),
        ("object.isHard", "eq", "true", True),
        ("extensions.empty", "eq", "null", False),
    ],
)
def test_texts(key: str, told: str, value: str, agrees: bool) -> None:
    assert condition(key, told, value).agrees(EVENT) is agrees


@pytest.mark.parametrize(
    ("key", "told", "value", "agrees"),
    [
        ("object.maxScore", "eq", "10.0", True),
        ("object.maxScore", "gt", "9", True),
        ("object.maxScore", "gt", "10", False),
        ("object.maxScore", "lte", "10", True),
        ("generated.items.value", "gt", "12", True),
        ("generated.items.value", "lt", "3", False),
        ("generated.items.value", "eq", "7", True),
        ("generated.items.value", "in", "1, 3", True),
        ("object.isHard", "eq", "1", False),
        ("type", "gt", "0", False),
        ("type", "neq", "0", True),
    ],
)
def test_numbers(key: str, told: str, value: str, agrees: bool) -> None:
    assert condition(key, told, value, "number").agrees(EVENT) is agrees


@pytest.mark.parametrize(
    ("key", "value", "agrees"),
    [
        ("object.isHard", "true", True),
        ("object.isHard", "false", False),
        ("extensions.flag", "false", True),
        ("object.maxScore", "true", False),
        ("type", "true", False),
    ],
)
def test_booleans(key: str, value: str, agrees: bool) -> None:
    assert condition(key, "eq", value, "boolean").agrees(EVENT) is agrees


def test_all_have_to_agree_and_none_lets_all_pass() -> None:
    good, bad = condition("type", "contains", "Item"), condition("actor.name", "eq", "Ben")
    assert all_agree([], EVENT)
    assert all_agree([good, good], EVENT)
    assert not all_agree([good, bad], EVENT)


@pytest.mark.parametrize("event", [None, [], "text", {"a": {"a": {"a": [[[1]]]}}}, {"a": 1e400}])
def test_an_odd_event_is_no_crash(event: Any) -> None:
    for key in ("a", "a.a.a", ".", "a" + ".a" * 100):
        assert not condition(key, "eq", "1", "number").agrees(event)
