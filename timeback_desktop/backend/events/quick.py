"""Read the events that a school sends by the million straight from their typed parts.

``facts.read_event`` is the truth about every kind of event; what is read here comes out the
same (a test compares the two). An event that may tell more than time is left to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from timeback_desktop.backend.events.facts import (
    About,
    EventFacts,
    PersonRef,
    SessionRef,
    Stretch,
    sub_type_in,
    subject_in,
    time_type_of,
)
from timeback_desktop.backend.events.reading import lasted
from timeback_desktop.caliper.compiled import type_of
from timeback_desktop.caliper.datatypes import moment_ms
from timeback_desktop.caliper.parts import Parts

T = TypeVar("T")
_MOST = 16_384
_TIME = "TimeSpentEvent"
_PLAIN = frozenset({"NavigationEvent", "ViewEvent", "SearchEvent", "AnnotationEvent"})


class _Seen(Generic[T]):
    """What was read from a part; alike parts are one and the same object (``caliper.parts``)."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self._known: dict[int, tuple[object, T]] = {}

    def __call__(self, part: object) -> T:
        known = self._known.get(id(part))
        if known is not None and known[0] is part:
            return known[1]
        found = self._read(part)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[id(part)] = (part, found)  # the part is held, so that its id stays its own
        return found


def read_parts(event: Parts) -> EventFacts | None:
    """Return what an event says; ``None`` when ``facts.read_event`` must be asked."""
    kind, event_ms = event.kind, event.event_ms
    if kind == _TIME:
        stretches = _stretches(event.generated, event_ms)
    elif (kind in _PLAIN and not _is_work(event.object)) or (
        kind == "ToolUseEvent" and _is_plain(event.generated)
    ):
        stretches = ()
    else:
        return None
    person = person_of(event.actor)
    if person is None:
        return None
    started_ms = stretches[0].started_ms if stretches else event_ms
    until_ms = event_ms
    for each in stretches:
        started_ms = min(started_ms, each.started_ms)
        until_ms = max(until_ms, each.started_ms + each.ms)
    return EventFacts(
        wire_id=event.id,
        key=event.key,
        type=kind,
        action=event.action,
        event_ms=event_ms,
        started_ms=started_ms,
        until_ms=until_ms,
        about=about_of(person, event.object, event.edApp, event.session),
        stretches=stretches,
    )


def _is_work(about: Any) -> bool:
    """Tell what is looked at in the course of a question: the judge of time wants to hear it."""
    if isinstance(about, str):
        return False
    return type_of(about) == "AssessmentItem" or getattr(about, "isPartOf", None) is not None


def _is_plain(made: Any) -> bool:
    """Tell measures that are all Caliper's own: they judge nothing."""
    if made is None or isinstance(made, str):
        return True
    return type_of(made) == "AggregateMeasureCollection" and all(
        not isinstance(item, str)
        and type_of(item) == "AggregateMeasure"
        and item.extensions is None
        for item in made.items or ()
    )


def app_of(value: Any) -> str | None:
    """Return the IRI of an entity, given as one or as a struct."""
    if value is None or isinstance(value, str):
        return value
    found: str = value.id
    return found


def _read_person(actor: Any) -> PersonRef | None:
    if isinstance(actor, str):
        return PersonRef(actor, None)
    if type_of(actor) == "SoftwareApplication":
        return None
    email = getattr(actor, "email", None)
    return PersonRef(actor.id, email if isinstance(email, str) else None)


def _read_about(about: Any) -> tuple[str | None, str | None]:
    return app_of(getattr(about, "app", None)), subject_in(getattr(about, "subject", None))


def _read_session(value: Any) -> SessionRef | None:
    if value is None:
        return None
    if isinstance(value, str):
        return SessionRef(value)
    return SessionRef(
        value.id,
        _moment(getattr(value, "startedAtTime", None)),
        _moment(getattr(value, "endedAtTime", None)),
        lasted(getattr(value, "duration", None)),
    )


person_of = _Seen(_read_person)
_object = _Seen(_read_about)
_session = _Seen(_read_session)


def about_of(person: PersonRef, about: Any, app: Any, session: Any) -> About:
    """Return what the parts of an event tell of whom and what it is about."""
    app_iri, subject = _object(about)
    return About(person, app_of(app) or app_iri, _session(session), subject)


def _moment(value: str | None) -> int | None:
    return None if value is None else moment_ms(value)


def _stretches(made: Any, event_ms: int) -> tuple[Stretch, ...]:
    items = [item for item in made.items if not isinstance(item, str)]
    lengths = [_length(item) for item in items]
    # Items without a date are laid end to end, the last of them ending with the event.
    cursor = event_ms - sum(lengths)
    found = []
    for item, ms in zip(items, lengths, strict=True):
        dated = item.startDate or getattr(item, "start_date", None)
        started = cursor if dated is None else moment_ms(dated)
        cursor += ms
        if ms:
            found.append(Stretch(_type(item), _sub_type(item), started or 0, ms))
    return tuple(found)


def _length(item: Any) -> int:
    value = getattr(item, "value", None)
    if value is None:
        value = getattr(item, "metricValue", None)
    return round(float(value or 0) * 1000)


def _type(item: Any) -> Any:
    named = getattr(item, "metricType", None)
    return time_type_of(item.type if named is None else named)


def _sub_type(item: Any) -> str | None:
    told = getattr(item, "subType", None)
    if told is None:
        told = getattr(item, "sub_type", None)
    return None if told is None else sub_type_in(told)
