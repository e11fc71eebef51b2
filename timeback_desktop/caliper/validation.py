"""Judge one item of an envelope, and name each fault by the JSON pointer of its place.

The walk follows the rule table (``vocabulary``, ``profiles``). A property that the table
does not have is refused, so that a misspelt one is not lost in silence; additions belong
in ``extensions``, or need a context of their own in ``@context``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from timeback_desktop.caliper import datatypes, profiles, vocabulary
from timeback_desktop.caliper.envelope import Unreadable

MAX_FAULTS = 20
_MAX_ECHO = 80
_VALUES = ("SystemIdentifier", "TextPositionSelector")
"""What is no entity and has no id of its own, but may be described like one."""
_DESCRIBED = ("Entity", *_VALUES)
_CONTEXTS = tuple(f"{base}/" for base in sorted(vocabulary.DATA_VERSIONS))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    pointer: str
    message: str


def validate_item(item: object) -> tuple[Fault, ...]:
    """Return what is wrong with one event or entity of an envelope; empty when it is good."""
    if isinstance(item, Unreadable):
        return (Fault("", item.message),)
    if not isinstance(item, dict):
        return (Fault("", "must be an object"),)
    walk = _Walk(custom_context=_has_custom_context(item.get("@context")))
    walk.context(item)
    kind = item.get("type")
    rule = profiles.rule_for(kind) if isinstance(kind, str) else None
    if rule is not None and isinstance(kind, str):
        walk.event(item, kind, rule)
    else:
        walk.entity(item, "", _DESCRIBED)
    return tuple(walk.faults)


def _is_context(value: object) -> bool:
    return isinstance(value, str) and (
        value in vocabulary.DATA_VERSIONS or value.startswith(_CONTEXTS)
    )


def together(wanted: Iterable[str], words: Iterable[object]) -> bool:
    """Tell whether all wanted words are there, or none of them."""
    found = {word for word in words if isinstance(word, str)}
    return found.issuperset(wanted) or found.isdisjoint(wanted)


def _objects(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _narrowed(
    kinds: dict[str, str], rule: vocabulary.EntityRule, item: Mapping[str, object]
) -> dict[str, str]:
    for by, words in rule.narrowed.items():
        word = item.get(by)
        if isinstance(word, str):
            kinds = kinds | words.get(word, {})
    return kinds


def _redefines(context: object) -> bool:
    if isinstance(context, dict):
        return not vocabulary.own_words().isdisjoint(context)
    return not isinstance(context, str)


def _has_custom_context(value: object) -> bool:
    return isinstance(value, list) and len(value) > 1


def _escape(name: str) -> str:
    return name[:_MAX_ECHO].replace("~", "~0").replace("/", "~1")


@dataclass(slots=True)
class _Walk:
    """One pass over an item, collecting faults."""

    custom_context: bool
    excused: frozenset[str] = frozenset()
    faults: list[Fault] = field(default_factory=list)

    def fault(self, pointer: str, message: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(pointer, message))

    def context(self, item: Mapping[str, object]) -> None:
        value = item.get("@context")
        last = value[-1] if isinstance(value, list) and value else value
        if value is None:
            if item.get("type") not in _VALUES:
                self.fault("/@context", "is required")
        elif isinstance(value, list) and any(map(_redefines, value)):
            self.fault("/@context", "must not redefine Caliper's terms inline")
        elif not _is_context(last):
            self.fault("/@context", "must be the Caliper context, or a list that ends with it")

    def event(self, item: dict[str, object], kind: str, rule: vocabulary.EventRule) -> None:
        """Judge an event: its own properties, its action, and each slot."""
        action = item.get("action")
        action = action if isinstance(action, str) else ""
        slots = profiles.slots_for(rule, action)
        self.excused = frozenset(rule.excused)
        self.required(item, profiles.required_for(rule, action), "")
        self.known(item, (*slots, *profiles.PLAIN_PROPERTIES), "")
        for name, plain in profiles.PLAIN_PROPERTIES.items():
            if item.get(name) is not None:
                self.scalar(item[name], plain, f"/{name}")
        if action and not profiles.allows_action(rule, action):
            self.fault("/action", f"{action[:_MAX_ECHO]} is not an action of {kind}")
        profile = item.get("profile")
        if isinstance(profile, str) and not profiles.allows_profile(profile, kind):
            self.fault("/profile", f"{profile[:_MAX_ECHO]} is not a profile of {kind}")
        for name, allowed in slots.items():
            if item.get(name) is not None:
                inline = name in rule.inline
                self.reference(item[name], allowed, f"/{name}", inline_only=inline)

    def required(self, item: Mapping[str, object], names: Iterable[str], pointer: str) -> None:
        for name in names:
            place = f"{pointer}/{_escape(name)}"
            if item.get(name) is None and place not in self.excused:
                self.fault(place, "is required")

    def known(self, item: Mapping[str, object], names: Iterable[str], pointer: str) -> None:
        if self.custom_context:
            return
        message = "is not a property of this type; additions belong in extensions"
        expected = {*names, "@context"}
        for name in (each for each in item if each not in expected):
            self.fault(f"{pointer}/{_escape(name)}", message)

    def reference(
        self, value: object, allowed: tuple[str, ...], pointer: str, *, inline_only: bool = False
    ) -> None:
        """Judge what stands where an entity is expected: an object, or an IRI."""
        if isinstance(value, dict):
            self.entity(value, pointer, allowed)
        elif inline_only or not vocabulary.has_iri(allowed):
            self.fault(pointer, "must be an object")
        elif not datatypes.is_iri(value):
            self.fault(pointer, "must be an object or an absolute IRI without spaces")

    def entity(self, item: dict[str, object], pointer: str, allowed: tuple[str, ...]) -> None:
        """Judge an entity that declares its own type."""
        kind = item.get("type")
        if not isinstance(kind, str):
            self.fault(f"{pointer}/type", "is required" if kind is None else "must be a type name")
        elif not vocabulary.lineage(kind):
            self.foreign(item, pointer)
        elif not vocabulary.is_kind_of(kind, allowed):
            self.fault(f"{pointer}/type", f"must be {' or '.join(allowed)}")
        else:
            self.properties(item, kind, pointer)

    def foreign(self, item: Mapping[str, object], pointer: str) -> None:
        """Judge an entity of a type that Caliper does not have: a context must explain it."""
        if not self.custom_context:
            self.fault(f"{pointer}/type", "is not a known type")
        elif not datatypes.is_iri(item.get("id")):
            self.fault(f"{pointer}/id", "must be an absolute IRI without spaces")

    def properties(self, item: dict[str, object], kind: str, pointer: str) -> None:
        """Judge each property of an entity whose type is known."""
        rule = vocabulary.rules().entities[kind]
        kinds = _narrowed(vocabulary.properties_of(kind), rule, item)
        self.required(item, vocabulary.required_of(kind), pointer)
        self.known(item, kinds, pointer)
        for name, value in item.items():
            if value is not None and name in kinds and name != "@context":
                self.value(value, kinds[name], f"{pointer}/{_escape(name)}")
        if not rule.is_plain:
            self.as_a_whole(item, rule, pointer)

    def as_a_whole(
        self, item: Mapping[str, object], rule: vocabulary.EntityRule, pointer: str
    ) -> None:
        """Judge what depends on several values at once."""
        for by, wanted in rule.together.items():
            if not together(wanted, (each.get(by) for each in _objects(item.get("items")))):
                self.fault(f"{pointer}/items", f"must have {' and '.join(wanted)} or none of them")
        for extensions in _objects([item.get("extensions")]):
            for name, kind in rule.extended.items():
                if extensions.get(name) is not None:
                    self.scalar(extensions[name], kind, f"{pointer}/extensions/{name}")

    def value(self, value: object, kind: str, pointer: str) -> None:
        """Judge one value by the kind that the rule table gives it."""
        if kind.startswith("["):
            self.several(value, kind[1:-1], pointer)
        elif kind.startswith("{"):
            self.structure(value, kind[1:-1], pointer)
        elif kind.startswith("term:") or kind in datatypes.CHECKS:
            self.scalar(value, kind, pointer)
        else:
            self.reference(value, tuple(kind.split("|")), pointer)

    def several(self, value: object, kind: str, pointer: str) -> None:
        if not isinstance(value, list):
            self.fault(pointer, "must be a list")
            return
        for index, each in enumerate(value):
            self.value(each, kind, f"{pointer}/{index}")

    def structure(self, value: object, kind: str, pointer: str) -> None:
        if isinstance(value, dict):
            self.properties(value, kind, pointer)
        else:
            self.fault(pointer, "must be an object")

    def scalar(self, value: object, kind: str, pointer: str) -> None:
        if kind.startswith("term:"):
            vocabulary_name = kind[5:]
            if not isinstance(value, str) or not vocabulary.is_term(vocabulary_name, value):
                self.fault(pointer, f"is not one of the known {vocabulary_name}")
            return
        check, message = datatypes.CHECKS[kind]
        if not check(value):
            self.fault(pointer, message)
