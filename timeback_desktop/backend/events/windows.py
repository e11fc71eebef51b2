"""Read windows of time, which desktops send by the thousand, with the least that must be done.

What one window after another has in common, byte for byte, is read once: who, in which app,
about what, in which session; and where one ends the next begins. Whatever is not such a window,
or not certainly good, is ``None`` here and read by ``caliper.parts`` or ``facts``. What is read
comes out as ``facts.read_event`` reads it (a test compares the two).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import msgspec

from timeback_desktop.backend.events.facts import (
    About,
    EventFacts,
    Stretch,
    sub_type_in,
    time_type_of,
)
from timeback_desktop.backend.events.quick import about_of, person_of
from timeback_desktop.caliper import compiled, vocabulary
from timeback_desktop.caliper.datatypes import is_iri, moment_ms
from timeback_desktop.caliper.parts import slots_of, uuid_of
from timeback_desktop.caliper.shapes import shapes

_TYPE, _ACTION, _PROFILE = "TimeSpentEvent", "SpentTime", "TimebackProfile"
_MADE = "TimebackTimeSpentMetricsCollection"
_ABSENT = msgspec.Raw(b"")


class _Common(msgspec.Struct, gc=False):
    """What windows have in common, as it came and as it was read."""

    actor: msgspec.Raw
    object: msgspec.Raw
    edApp: msgspec.Raw  # noqa: N815 - the name that Caliper gives it
    session: msgspec.Raw
    about: About


class WindowReader:
    """Reads one envelope's windows; what was common to the last one is remembered."""

    def __init__(self) -> None:
        self._decode = _decoder()
        self._common: _Common | None = None
        self._ended = ""
        self._ended_ms = 0

    def read(self, raw: bytes) -> EventFacts | None:
        """Return what a window says, or ``None`` for what is to be read with more care."""
        try:
            event = self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        key = uuid_of(event.id)
        event_ms = moment_ms(event.eventTime)
        made = event.generated
        if key is None or event_ms is None or not _is_named(made.id, event.id):
            return None
        known = self._common
        if (
            known is None
            or known.actor != event.actor
            or known.object != event.object
            or known.session != event.session
            or known.edApp != event.edApp
        ):
            known = self._common = _read_common(event)
            if known is None:
                return None
        stretches = self._stretches(made.items, event.eventTime, event_ms)
        if stretches is None:
            return None
        started_ms = until_ms = event_ms
        if stretches:
            started_ms = min([each.started_ms for each in stretches])
            until_ms = max(event_ms, *[each.started_ms + each.ms for each in stretches])
        return EventFacts(
            event.id,
            key,
            _TYPE,
            _ACTION,
            event_ms,
            started_ms,
            until_ms,
            known.about,
            stretches,
        )

    def _stretches(self, items: list[Any], at: str, event_ms: int) -> tuple[Stretch, ...] | None:
        if len(items) != 1:
            return self._several(items, event_ms)
        (item,) = items
        ms = round(item.value * 1000)
        begun = item.startDate
        if begun is None:
            started_ms: int | None = event_ms - ms
        elif begun == self._ended:
            started_ms = self._ended_ms
        else:
            started_ms = moment_ms(begun)
        ended = item.endDate
        if started_ms is None or (ended is not None and ended != at and moment_ms(ended) is None):
            return None
        self._ended, self._ended_ms = at, event_ms
        return (Stretch(time_type_of(item.type), _sub_type(item), started_ms, ms),) if ms else ()

    def _several(self, items: list[Any], event_ms: int) -> tuple[Stretch, ...] | None:
        lengths = [round(item.value * 1000) for item in items]
        # Items without a date are laid end to end, the last of them ending with the event.
        cursor = event_ms - sum(lengths)
        found = []
        for item, ms in zip(items, lengths, strict=True):
            dated = item.startDate
            started_ms = cursor if dated is None else moment_ms(dated)
            if started_ms is None or (item.endDate and moment_ms(item.endDate) is None):
                return None
            cursor += ms
            if ms:
                found.append(Stretch(time_type_of(item.type), _sub_type(item), started_ms, ms))
        return tuple(found)


def prepare() -> None:
    """Make ready what the first window would wait for otherwise."""
    compiled.prepare()
    _decoder()


def _is_named(name: str, event_id: str) -> bool:
    """Tell whether the id of what an event generated is an IRI; mostly it is the event's own."""
    return (name.startswith(event_id) and name[len(event_id) :] == "#time") or is_iri(name)


def _sub_type(item: Any) -> str | None:
    told = item.subType
    if told is None:
        told = item.sub_type
    return None if told is None else sub_type_in(told)


def _read_common(event: Any) -> _Common | None:
    slots = slots_of(_TYPE, _ACTION)
    app, session = bytes(event.edApp), bytes(event.session)
    if slots is None:
        return None
    try:
        person = person_of(slots.actor.read(bytes(event.actor)))
        if person is None:
            return None
        about = about_of(
            person,
            slots.object.read(bytes(event.object)),
            slots.edApp.read(app) if app else None,
            slots.session.read(session) if session else None,
        )
    except (ValueError, RecursionError):
        return None
    return _Common(event.actor, event.object, event.edApp, event.session, about)


@lru_cache(maxsize=1)
def _decoder() -> Callable[[bytes], Any]:
    known: Any = Literal[tuple(sorted(vocabulary.DATA_VERSIONS))]
    window = msgspec.defstruct(
        "_Window",
        [
            ("context", known),
            ("id", str),
            ("type", Literal["TimeSpentEvent"]),
            ("actor", msgspec.Raw),
            ("action", Literal["SpentTime"]),
            ("object", msgspec.Raw),
            ("eventTime", str),
            ("generated", shapes().swift[_MADE]),
            ("profile", Literal["TimebackProfile"] | None, None),
            ("edApp", msgspec.Raw, _ABSENT),
            ("session", msgspec.Raw, _ABSENT),
        ],
        forbid_unknown_fields=True,
        gc=False,
        rename={"context": "@context"},
    )
    return msgspec.json.Decoder(window).decode
