"""The filter language of OneRoster evaluated in plain Python over documents of the wire.

Written from the same rules as the backend's, and sharing nothing with it: it has a reader of
its own and knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

_WORD = r"\s*(?:([A-Za-z_][\w.:-]*)\s*(!=|>=|<=|=|>|<|~)\s*('(?:[^']|'')*'|[\w.+-]+)|(\()|(\)))"
_JOINT = re.compile(r"\s*(and|or)\b", re.IGNORECASE)
_ONE = re.compile(_WORD)
INSTANTS, DAYS = {"dateLastModified"}, {"beginDate", "endDate", "startDate", "birthDate"}
Test = Callable[[dict[str, Any]], bool]


def selected(documents: list[dict[str, Any]], text: str) -> list[str]:
    """Return the sourcedIds of the documents that a filter lets through."""
    test, rest = _either(text)
    assert not rest.strip(), rest
    return sorted(each["sourcedId"] for each in documents if test(each))


def _either(text: str) -> tuple[Test, str]:
    one, text = _both(text)
    joint = _JOINT.match(text)
    if joint and joint[1].lower() == "or":
        other, text = _either(text[joint.end() :])
        return lambda doc: one(doc) or other(doc), text
    return one, text


def _both(text: str) -> tuple[Test, str]:
    one, text = _single(text)
    joint = _JOINT.match(text)
    if joint and joint[1].lower() == "and":
        other, text = _both(text[joint.end() :])
        return lambda doc: one(doc) and other(doc), text
    return one, text


def _single(text: str) -> tuple[Test, str]:
    found = _ONE.match(text)
    assert found, text
    if found[4]:
        test, text = _either(text[found.end() :])
        assert text.lstrip().startswith(")"), text
        return test, text.lstrip()[1:]
    path, sign, raw = found[1], found[2], found[3]
    value = raw[1:-1].replace("''", "'") if raw.startswith("'") else raw
    return lambda doc: _compared(doc, path, sign, value), text[found.end() :]


def _compared(doc: dict[str, Any], path: str, sign: str, value: str) -> bool:
    if sign == "!=":
        return not _compared(doc, path, "=", value)
    steps = ("roles.role" if path == "role" and "roles" in doc else path).split(".")
    top = doc.get(steps[0])
    if isinstance(top, list) and all(isinstance(each, str) for each in top) and len(steps) == 1:
        wanted = {each.strip().lower() for each in value.split(",")}
        here = {each.lower() for each in top}
        return here == wanted if sign == "=" else bool(here & wanted)
    if steps[0] != "metadata" and steps[0] != "userIds" and isinstance(top, dict | list):
        steps = (
            [*steps, "sourcedId"] if steps[-1] not in {"sourcedId", "role", "roleType"} else steps
        )
    return any(_stands(leaf, sign, value, steps[0]) for leaf in _leaves(doc, steps))


def _leaves(item: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(item, list):
        for member in item:
            yield from _leaves(member, steps)
    elif not steps:
        yield item
    elif isinstance(item, dict) and steps[0] in item:
        yield from _leaves(item[steps[0]], steps[1:])


def _stands(leaf: Any, sign: str, value: str, field: str) -> bool:
    if leaf is None or isinstance(leaf, dict):
        return False
    one: Any = str(leaf).lower()
    other: Any = value.lower()
    if field in INSTANTS:
        one, other = _instant(str(leaf)), _instant(value)
    elif field in DAYS and sign != "~":
        other = other[:10]
    elif isinstance(leaf, int | float) and not isinstance(leaf, bool) and sign != "~":
        with suppress(ValueError):
            one, other = float(leaf), float(value)
    return _SIGNS[sign](one, other)


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    "~": lambda one, other: other in one,
}


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
