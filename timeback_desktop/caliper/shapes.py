"""The rule table as ``msgspec`` types, for ``compiled`` to decode and check in one pass.

What these types accept the walker accepts; they are narrower where a narrower check is
cheaper (ASCII in IRIs, the two plain contexts, entities within entities a few levels deep).

A string with a form can have its pattern in the type, for half a microsecond each time it
is there. The *strict* families of entities have all their patterns. In the *swift* family,
which stands in the slots of events, the strings that nearly every event carries are plain,
and ``compiled`` checks them with the walker's own functions behind a cache.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import Meta

from timeback_desktop.caliper import profiles, vocabulary
from timeback_desktop.caliper.datatypes import DURATION, MAX_MOMENT, MAX_SECONDS

Structs = dict[str, type[msgspec.Struct]]

_BUILDING = threading.Lock()
_MAX_IRI = 256  # so that nothing long is remembered
_EXTENSION_LEVELS = 4
_IRI = r"\A[A-Za-z][A-Za-z0-9+.\-]*+:[!#-;=?-\[\]_a-z~]++\Z"
_MOMENT = (
    r"\A[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[13578]|1[02])-31)T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+\-](?:[01][0-9]|2[0-3]):[0-5][0-9])\Z"
)
_DURATION = rf"\A(?a:{DURATION.pattern})\Z"
_PLAIN_IRI = Annotated[str, Meta(max_length=_MAX_IRI)]
_PLAIN_MOMENT = Annotated[str, Meta(max_length=MAX_MOMENT)]
_EXTENDED = tuple(
    f"{vocabulary.CONTEXT_V1P1}/{profile}-extension" for profile in vocabulary.rules().profiles
)
_CONTEXT: Any = Literal[(*sorted(vocabulary.DATA_VERSIONS), *_EXTENDED)]


def _json(levels: int) -> Any:
    """Return the type of any JSON value that is nested no deeper than this."""
    scalar: Any = bool | int | float | str | None
    if not levels:
        return scalar
    inner: Any = _json(levels - 1)
    return scalar | list[inner] | dict[str, inner]


_SCALARS: Mapping[str, Any] = {
    "string": str,
    "type": str,
    "iri": Annotated[str, Meta(pattern=_IRI)],
    "dateTime": Annotated[str, Meta(pattern=_MOMENT)],
    "duration": Annotated[str, Meta(pattern=_DURATION)],
    "length": Annotated[str, Meta(pattern=_DURATION)] | Annotated[int, Meta(ge=0)],
    "number": int | float,
    "integer": int,
    "count": Annotated[int, Meta(ge=0)],
    "ordinal": Annotated[int, Meta(ge=1)],
    "percent": Annotated[int, Meta(ge=0, le=100)] | Annotated[float, Meta(ge=0, le=100)],
    "seconds": Annotated[int, Meta(ge=0, le=MAX_SECONDS)]
    | Annotated[float, Meta(ge=0, le=MAX_SECONDS)],
    "boolean": bool,
    "map": dict[str, _json(_EXTENSION_LEVELS)],  # type: ignore[misc]
}
_ID = {"id": _PLAIN_IRI}
_ENDS = {"startDate": _PLAIN_MOMENT, "endDate": _PLAIN_MOMENT}
_SWIFT: Mapping[str, Mapping[str, Any]] = {
    "ActivityMetric": _ID,
    "AggregateMeasure": _ID
    | dict.fromkeys(("startedAtTime", "endedAtTime", "dateCreated"), _PLAIN_MOMENT),
    "TimeSpentMetric": _ID | _ENDS,
    "TimebackActivityMetric": {},
    "TimebackNamed": _ID,
    "TimebackTimeMetric": _ENDS,
    "ActivityMetricsCollection": _ID,
    "AggregateMeasureCollection": _ID,
    "AssignableDigitalResource": _ID,
    "Person": _ID,
    "Session": _ID,
    "SoftwareApplication": _ID,
    "TimeSpentMetricsCollection": _ID,
    "TimebackActivityContext": _ID,
    "TimebackActivityMetricsCollection": _ID,
    "TimebackTimeSpentMetricsCollection": _ID,
    "TimebackUser": _ID,
}
"""The strings that are left to be checked, by type; parts come before their wholes."""
_SWIFT_PARTS = frozenset(
    {
        "[ActivityMetric]",
        "[AggregateMeasure|StudyreelMeasure]",
        "[TimeSpentMetric]",
        "[{TimebackActivityMetric}]",
        "[{TimebackTimeMetric}]",
        "{TimebackNamed}",
    }
)
"""The kinds that within a swift entity are swift as well; all others are strict."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """The types of all events and entities, and the swift entities in their slots.

    A swift entity is nested a few levels at most; how deep a strict one goes is to be checked.
    """

    events: Structs
    entities: Structs
    swift: Structs


def shapes() -> Shapes:
    """Return the types, built at the first call: once, whichever threads ask at the same time.

    Of two families alike, one would decode what the checks of the other do not know.
    """
    with _BUILDING:
        return _built()


@lru_cache(maxsize=1)
def _built() -> Shapes:
    leaves = _Family().filled({})
    branches = _Family().filled(leaves)
    swift = _Family(_SWIFT).filled(branches)
    trees = _Family()
    entities = trees.filled(trees.made)
    rules = vocabulary.rules().events
    events = {name: _event(name, rule, entities, swift) for name, rule in rules.items()}
    return Shapes(events, entities, swift)


def tagged() -> list[str]:
    """Return the entity types that say their own ``type``."""
    return [name for name in vocabulary.rules().entities if name not in _untagged()]


def is_plain(name: str) -> bool:
    """Tell whether a type says all there is to say; else a check must follow, or the walker."""
    return vocabulary.rules().entities[name].is_plain


def with_subtypes(allowed: Iterable[str]) -> list[str]:
    """Return the types that say their own ``type`` and are one of these, or below one."""
    allowed = tuple(allowed)
    return [name for name in tagged() if vocabulary.is_kind_of(name, allowed)]


def widest(rule: vocabulary.EventRule) -> dict[str, set[str]]:
    """Return what each slot takes, over all actions of an event type."""
    found: dict[str, set[str]] = {}
    for action in profiles.actions_of(rule):
        for slot, types in profiles.slots_for(rule, action).items():
            found.setdefault(slot, set()).update(types)
    return found


def slot_types(allowed: Iterable[str], *, inline: bool) -> Any:
    """Return the type of a slot of an event that takes these types."""
    built = shapes()
    taken = _taken(allowed, built.entities, built.swift)
    return _slot(taken, inline=inline)


def _slot(taken: tuple[type[msgspec.Struct], ...], *, inline: bool) -> Any:
    return Union[taken if inline else (*taken, _PLAIN_IRI)]  # noqa: UP007 - made at run time


@lru_cache(maxsize=1)
def _untagged() -> frozenset[str]:
    kinds = (
        kind for rule in vocabulary.rules().entities.values() for kind in rule.properties.values()
    )
    return frozenset(kind.strip("[]{}") for kind in kinds if "{" in kind)


class _Family:
    """Entity types in the making.

    ``msgspec`` reads the annotations of a type when it is first decoded. So the types are made
    first and get their annotations second, and may hold each other.
    """

    def __init__(self, swift: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._swift = swift or {}
        self.made = {name: _blank(name) for name in swift or vocabulary.rules().entities}
        self._known: dict[str, Any] = {**_SCALARS}

    def filled(self, below: Structs) -> Structs:
        """Return the types of this family, which hold entities of the one below."""
        for name, struct in self.made.items():
            required = vocabulary.required_of(name)
            kinds = vocabulary.properties_of(name)
            for field in struct.__struct_fields__:
                if field != "context":
                    plain = self._swift.get(name, {}).get(field)
                    kind = plain or self._type_for(kinds[field], below)
                    struct.__annotations__[field] = _optional(kind, required=field in required)
        return self.made

    def _type_for(self, kind: str, below: Structs) -> Any:
        """Return the type for a kind in the notation of the rule table."""
        if kind not in self._known:
            parts = self.made if self._swift and kind in _SWIFT_PARTS else below
            self._known[kind] = self._new_type(kind, parts)
        return self._known[kind]

    def _new_type(self, kind: str, parts: Structs) -> Any:
        if kind.startswith("["):
            return list[self._new_type(kind[1:-1], parts)]  # type: ignore[misc]
        if kind.startswith("{"):
            return parts.get(kind[1:-1]) or self.made[kind[1:-1]]
        if kind.startswith("term:"):
            return _term(kind[5:])
        if kind in _SCALARS:
            return _SCALARS[kind]
        allowed = tuple(kind.split("|"))
        swift = self.made if self._swift and parts is self.made else {}
        if not vocabulary.has_iri(allowed):  # values without an id, which end any nesting
            return Union[_taken(allowed, parts or self.made, swift)]  # noqa: UP007 - at run time
        iri = _SCALARS["iri"]
        return Union[(*_taken(allowed, parts, swift), iri)]


def _blank(name: str) -> type[msgspec.Struct]:
    tag = None if name in _untagged() else name
    names = [each for each in vocabulary.properties_of(name) if each != "type" or tag is None]
    types = {**dict.fromkeys(names, Any), "context": _CONTEXT}
    return _struct(name, types, vocabulary.required_of(name), tag)


def _optional(kind: Any, *, required: bool) -> Any:
    return kind if required else Union[kind, None]  # noqa: UP007 - made at run time


class _Never(msgspec.Struct, tag_field="type", tag=""):
    """What nothing is. Beside it a type is looked for even where only one is allowed."""

    impossible: Annotated[int, Meta(ge=1, le=0)]


def _taken(
    allowed: Iterable[str], entities: Structs, swift: Structs
) -> tuple[type[msgspec.Struct], ...]:
    names = with_subtypes(allowed)
    strict = {name: struct for name, struct in entities.items() if is_plain(name)}
    found = strict | swift
    structs = tuple(found[name] for name in names if name in found)
    return (*structs, _Never) if structs else ()


def _term(name: str) -> Any:
    known = sorted(vocabulary.rules().terms[name])
    if name == "roles":
        return Annotated[str, Meta(pattern=rf"\A(?:{'|'.join(known)})(?:#[A-Za-z0-9]+)?\Z")]
    return Literal[tuple(known)]


def _event(
    name: str, rule: vocabulary.EventRule, entities: Structs, swift: Structs
) -> type[msgspec.Struct]:
    known = vocabulary.rules().profiles
    types = {
        "context": _CONTEXT,
        "id": _PLAIN_IRI,
        "eventTime": _PLAIN_MOMENT,
        "action": Literal[tuple(sorted(profiles.actions_of(rule)))],
        "profile": Literal[tuple(each for each in known if profiles.allows_profile(each, name))],
        "extensions": _SCALARS["map"],
    }
    for slot, allowed in widest(rule).items():
        taken = _taken(allowed, entities, swift)
        types[slot] = _slot(taken, inline=slot in rule.inline)
    required = ("context", *profiles.ALWAYS_REQUIRED, *rule.required)
    return _struct(name, types, required, name)


def _struct(
    name: str, types: Mapping[str, Any], required: Iterable[str], tag: str | None
) -> type[msgspec.Struct]:
    required = frozenset(required)
    fields: list[Any] = [
        (each, kind) if each in required else (each, kind | None, None)
        for each, kind in types.items()
    ]
    # What is decoded from JSON cannot hold a circle, so that the collector need not look.
    return msgspec.defstruct(
        name,
        fields,
        kw_only=True,
        forbid_unknown_fields=True,
        gc=False,
        rename={"context": "@context"},
        tag_field="type" if tag else None,
        tag=tag,
    )
