"""Decode events whose parts are mostly those of the events before: by the hundred, as schools send.

Who, in which app, about what and in which session is the same in event after event, byte for
byte. So an event is taken apart first, its parts as bytes, and a part that was read and found
good before is not read again. Like ``compiled``, from whose types the parts are decoded, this
accepts nothing that ``validation.validate_item`` does not, and explains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

from timeback_desktop.caliper import compiled, profiles, vocabulary
from timeback_desktop.caliper.datatypes import MAX_MOMENT, moment_ms

_LONGEST_KNOWN = 1_024
_MOST_KNOWN = 8_192
_UUID_LENGTH, _DIGITS, _BYTES = 36, 32, 16
_ABSENT = msgspec.Raw(b"")


class Parts(msgspec.Struct, frozen=True, gc=False):
    """One good event: each slot holds a struct as ``compiled`` tells, an IRI, or ``None``."""

    kind: str
    action: str
    id: str
    key: bytes
    event_ms: int
    actor: Any
    object: Any
    generated: Any
    edApp: Any  # noqa: N815 - the name that Caliper gives it
    session: Any


class _Head(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An event whose parts are left as they came."""

    context: Literal[tuple(sorted(vocabulary.DATA_VERSIONS))] = msgspec.field(name="@context")  # type: ignore[valid-type]
    id: str
    type: str
    actor: msgspec.Raw
    action: str
    object: msgspec.Raw
    eventTime: Annotated[str, msgspec.Meta(max_length=MAX_MOMENT)]  # noqa: N815 - the name that Caliper gives it
    profile: str | None = None
    edApp: msgspec.Raw = _ABSENT  # noqa: N815 - the name that Caliper gives it
    generated: msgspec.Raw = _ABSENT
    session: msgspec.Raw = _ABSENT


_HEAD = msgspec.json.Decoder(_Head)


@dataclass(slots=True)
class Slot:
    """What one slot of one kind of event takes, and what was found good there before."""

    decode: Callable[[bytes], Any]
    checks: Mapping[type, Callable[[Any], bool]]
    known: dict[bytes, Any] = field(default_factory=dict)

    def read(self, raw: bytes) -> Any:
        """Return the value; ``ValueError`` for one that is not certainly good."""
        found = self.known.get(raw)
        if found is None:
            found = self.read_new(raw)
            if len(raw) <= _LONGEST_KNOWN:
                if len(self.known) >= _MOST_KNOWN:
                    self.known.clear()
                self.known[raw] = found
        return found

    def read_new(self, raw: bytes) -> Any:
        """Return the value of a part that hardly comes twice."""
        found = self.decode(raw)
        if not self.checks[found.__class__](found):
            raise ValueError(raw)
        return found


@dataclass(frozen=True, slots=True)
class Slots:
    """What one action of one event type takes; what it requires is in every such event."""

    profiles: frozenset[str | None]
    actor: Slot
    object: Slot
    edApp: Slot  # noqa: N815 - the name that Caliper gives it
    session: Slot
    generated: Slot
    needs_generated: bool


def decode_parts(raw: bytes) -> Parts | None:
    """Return an event that is certainly good; ``None``: ask ``compiled.decode_good``."""
    try:
        head = _HEAD.decode(raw)
        kind = slots_of(head.type, head.action)
        event_ms = moment_ms(head.eventTime)
        if kind is None or event_ms is None or head.profile not in kind.profiles:
            return None
        key = uuid_of(head.id)
        if key is None:
            return None
        made, app, session = bytes(head.generated), bytes(head.edApp), bytes(head.session)
        if not made and kind.needs_generated:
            return None
        return Parts(
            head.type,
            head.action,
            head.id,
            key,
            event_ms,
            kind.actor.read(bytes(head.actor)),
            kind.object.read(bytes(head.object)),
            kind.generated.read_new(made) if made else None,
            kind.edApp.read(app) if app else None,
            kind.session.read(session) if session else None,
        )
    except (ValueError, RecursionError):  # msgspec's and Unicode's errors are ValueErrors
        return None


def uuid_of(event_id: str) -> bytes | None:
    """Return the 16 bytes of the UUID in ``urn:uuid:…``; ``None`` for any other id."""
    text = event_id[9:]
    if event_id[:9] != "urn:uuid:" or len(text) != _UUID_LENGTH:
        return None
    digits = text.replace("-", "")
    if len(digits) != _DIGITS or text[8] + text[13] + text[18] + text[23] != "----":
        return None
    try:
        key = bytes.fromhex(digits)
    except ValueError:
        return None
    return key if len(key) == _BYTES else None  # fromhex would pass over spaces


@lru_cache(maxsize=1024)
def slots_of(event_type: str, action: str) -> Slots | None:
    """Return what the slots of such an event take; ``None`` where more would have to be told."""
    rule = vocabulary.rules().events.get(event_type)
    if rule is None or not profiles.allows_action(rule, action):
        return None
    required = set(profiles.required_for(rule, action))
    slots = profiles.slots_for(rule, action)
    if not required <= {*profiles.ALWAYS_REQUIRED, "generated", "edApp"} or "edApp" in required:
        return None  # an event that must have more is not what this is for
    known = vocabulary.rules().profiles
    return Slots(
        profiles=frozenset(
            [None, *(each for each in known if profiles.allows_profile(each, event_type))]
        ),
        actor=_slot(slots["actor"], inline="actor" in rule.inline),
        object=_slot(slots["object"], inline="object" in rule.inline),
        edApp=_slot(slots["edApp"], inline="edApp" in rule.inline),
        session=_slot(slots["session"], inline="session" in rule.inline),
        generated=_slot(slots["generated"], inline="generated" in rule.inline),
        needs_generated="generated" in required,
    )


def _slot(allowed: tuple[str, ...], *, inline: bool) -> Slot:
    return Slot(*compiled.slot_reader(allowed, inline=inline))
