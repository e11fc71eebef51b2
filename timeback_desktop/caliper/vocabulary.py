"""The closed vocabularies and entity types of Caliper, loaded once from ``rules.json``.

The notation of a property's kind: ``string``, ``iri``, ``dateTime``, ``duration``,
``length`` (a duration, or whole seconds), ``number``, ``integer``, ``count`` (an integer from
0), ``ordinal`` (from 1), ``percent`` (a number from 0 to 100), ``seconds`` (a number from 0 to
86,400), ``boolean``, ``map``, ``type``, ``term:<vocabulary>``, ``<EntityType>`` (an object
of that type or a subtype, or an IRI), ``{<EntityType>}`` (an object whose type is not
declared by ``type``), and ``[kind]`` for a list of those.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import msgspec

CONTEXT_V1P2 = "http://purl.imsglobal.org/ctx/caliper/v1p2"
CONTEXT_V1P1 = "http://purl.imsglobal.org/ctx/caliper/v1p1"
DATA_VERSIONS = frozenset({CONTEXT_V1P2, CONTEXT_V1P1})


class EntityRule(msgspec.Struct, frozen=True):
    """What one entity type adds to its supertypes.

    ``narrowed``: by a property and its word, the kinds that other properties then have.
    ``together``: by a property of the items, words of which all are there or none is.
    ``extended``: the kinds of what its extensions may hold.
    """

    supertypes: tuple[str, ...]
    required: tuple[str, ...]
    properties: dict[str, str]
    narrowed: dict[str, dict[str, dict[str, str]]] = {}
    together: dict[str, tuple[str, ...]] = {}
    extended: dict[str, str] = {}

    @property
    def is_plain(self) -> bool:
        """Tell whether each property can be judged by itself."""
        return not (self.narrowed or self.together or self.extended)


class RowRule(msgspec.Struct, frozen=True):
    """What one action narrows."""

    action: str
    slots: dict[str, tuple[str, ...]]


class EventRule(msgspec.Struct, frozen=True):
    """What one event type allows in its slots.

    ``needs`` lists slots that one action requires; a slot in ``inline`` takes an object
    only, because an IRI would leave out the very figures that the event is about. What
    senders in use leave out although it is required is ``excused``, by its pointer.
    """

    actions: tuple[str, ...]
    required: tuple[str, ...]
    slots: dict[str, tuple[str, ...]]
    rows: tuple[RowRule, ...] = ()
    needs: dict[str, tuple[str, ...]] = {}
    inline: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True):
    """The whole rule table."""

    terms: dict[str, frozenset[str]]
    profiles: dict[str, tuple[str, ...]]
    events: dict[str, EventRule]
    entities: dict[str, EntityRule]


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Return the rule table that ships with the package."""
    raw = files(__package__).joinpath("rules.json").read_bytes()
    return msgspec.json.decode(raw, type=Rules)


@lru_cache(maxsize=256)
def lineage(entity_type: str) -> tuple[str, ...]:
    """Return an entity type and all above it, nearest first; empty for an unknown type."""
    rule = rules().entities.get(entity_type)
    if rule is None:
        return ()
    found = [entity_type]
    for above in rule.supertypes:
        found += [each for each in lineage(above) if each not in found]
    return tuple(found)


def is_kind_of(entity_type: str, allowed: tuple[str, ...]) -> bool:
    """Tell whether a type is one of the allowed ones or a subtype of one."""
    return not set(lineage(entity_type)).isdisjoint(allowed)


@lru_cache(maxsize=256)
def has_iri(allowed: tuple[str, ...]) -> bool:
    """Tell whether an IRI may stand for one of these types: it may for all true entities."""
    return any("Entity" in lineage(each) for each in allowed)


@lru_cache(maxsize=256)
def properties_of(entity_type: str) -> dict[str, str]:
    """Return every property of an entity type with its kind, the nearest definition first."""
    merged: dict[str, str] = {}
    for each in reversed(lineage(entity_type)):
        merged |= rules().entities[each].properties
    return merged


@lru_cache(maxsize=256)
def required_of(entity_type: str) -> tuple[str, ...]:
    """Return the properties that an entity type and its supertypes require."""
    return tuple(name for each in lineage(entity_type) for name in rules().entities[each].required)


@lru_cache(maxsize=1)
def own_words() -> frozenset[str]:
    """Return the names that no inline context may redefine: types, and what all items share."""
    table = rules()
    shared = {*table.events["Event"].slots, *table.entities["Entity"].properties}
    plain = {"profile", "actor", "action", "object", "eventTime"}
    return frozenset({*table.entities, *table.events, *shared, *plain})


def is_term(vocabulary: str, value: str) -> bool:
    """Tell whether a value is in a closed vocabulary; roles may carry ``#SubRole``."""
    known = rules().terms[vocabulary]
    if vocabulary == "roles":
        base, mark, sub_role = value.partition("#")
        return base in known and (not mark or sub_role.isalnum())
    return value in known
