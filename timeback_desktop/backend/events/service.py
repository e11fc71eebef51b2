"""Take an envelope: judge each event, keep the good ones once, and note what they say.

One transaction for all of it. On PostgreSQL the rows of the students concerned are locked
first, in order, so that two senders about one student take turns; SQLite's writing
transaction has that effect by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.events import contents, disputes
from timeback_desktop.backend.events.directory import Directory, Place, Refusal
from timeback_desktop.backend.events.facts import EventFacts, content_hash, read_event
from timeback_desktop.backend.events.models import described_entities, events
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.backend.sessions.span import Closing, Origin, SessionSpan, merged
from timeback_desktop.caliper import profiles
from timeback_desktop.caliper.envelope import Envelope, Item
from timeback_desktop.caliper.validation import Fault, validate_item

_ROWS_AT_ONCE = 200


class Status(StrEnum):
    """What became of one item."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer about one item; pointers start at the envelope."""

    id: str | None
    status: Status
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an envelope: the answer about each item, and the students of new events."""

    results: tuple[Result, ...]
    students: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Good:
    """An event that may be stored."""

    index: int
    raw: bytes
    wire_id: str
    facts: EventFacts
    place: Place


@dataclass(slots=True)
class _Intake:
    """One envelope on its way in."""

    connection: Connection
    sender: Principal
    tenant: str
    received_ms: int
    results: dict[int, Result] = field(default_factory=dict)

    def refuse(self, index: int, item: object, faults: Iterable[Fault]) -> None:
        placed = tuple(Fault(f"/data/{index}{each.pointer}", each.message) for each in faults)
        self.results[index] = Result(_id_of(item), Status.REFUSED, placed)


def ingest(
    connection: Connection, sender: Principal, envelope: Envelope, received_ms: int
) -> Taken:
    """Take an envelope and return what became of each item, in the order they came.

    The caller commits: nothing may be answered before that.
    """
    if sender.publisher_id is None:
        raise ValueError("events belong to a tenant")
    intake = _Intake(connection, sender, sender.publisher_id, received_ms)
    good = _judge(intake, envelope.items)
    _lock_students(intake, good)
    fresh = _store(intake, good)
    told = [contents.Fresh(each.facts, each.place) for each in fresh]
    contents.note(connection, intake.tenant, told, measured=sender.measures)
    _note_sessions(intake, fresh)
    results = tuple(intake.results[index] for index in range(len(envelope.items)))
    return Taken(results, frozenset(each.place.user_id for each in fresh))


def _id_of(item: object) -> str | None:
    found = item.get("id") if isinstance(item, dict) else None
    return found[:200] if isinstance(found, str) else None


def _judge(intake: _Intake, items: Sequence[Item]) -> list[_Good]:
    """Answer for what is refused and for descriptions, and return the events to store."""
    directory = Directory(intake.connection, intake.sender, intake.tenant)
    good = []
    for index, item in enumerate(items):
        faults = validate_item(item.value)
        if faults or not isinstance(item.value, dict):
            intake.refuse(index, item.value, faults)
            continue
        try:
            if profiles.rule_for(item.value["type"]) is None:
                _describe(intake, index, item)
            else:
                facts = read_event(item.value)
                place = directory.place(facts)
                disputes.check(intake.connection, intake.sender, facts, place)
                good.append(_Good(index, item.raw, item.value["id"], facts, place))
        except Refusal as refusal:
            intake.refuse(index, item.value, [refusal.fault])
    return good


def _describe(intake: _Intake, index: int, item: Item) -> None:
    """Keep an entity that was sent by itself: the latest description of each counts."""
    value = item.value
    if not isinstance(value, dict) or intake.sender.kind is not PrincipalKind.CLIENT:
        intake.refuse(index, value, [Fault("/type", "a person may send events only")])
        return
    content = content_hash(value)
    key = {"publisher_id": intake.tenant, "id_sha256": sha256(value["id"].encode()).digest()}
    row = {
        "id": value["id"],
        "type": value["type"],
        "content_sha256": content,
        "received_ms": intake.received_ms,
        "body": item.raw,
    }
    this = [described_entities.c[name] == part for name, part in key.items()]
    known = intake.connection.scalar(select(described_entities.c.content_sha256).where(*this))
    status = Status.DUPLICATE if known == content else Status.ACCEPTED
    if known is None:
        _insert_new(intake.connection, described_entities, [{**key, **row}])
    elif known != content:
        intake.connection.execute(update(described_entities).where(*this).values(**row))
    intake.results[index] = Result(value["id"], status)


def _lock_students(intake: _Intake, good: Sequence[_Good]) -> None:
    students = sorted({each.place.user_id for each in good})
    for start in range(0, len(students), _ROWS_AT_ONCE):
        part = students[start : start + _ROWS_AT_ONCE]
        intake.connection.execute(
            select(users.c.id)
            .where(users.c.publisher_id == intake.tenant, users.c.id.in_(part))
            .order_by(users.c.id)
            .with_for_update()
        ).all()


def _store(intake: _Intake, good: Sequence[_Good]) -> list[_Good]:
    """Insert the events that are new, answer for each, and return the new ones."""
    first: dict[str, _Good] = {}
    for each in good:
        first.setdefault(each.facts.id, each)
    new = _insert_new(
        intake.connection, events, [_event_row(intake, each) for each in first.values()]
    )
    stored = _contents_of(intake, [event_id for event_id in first if event_id not in new])
    stored |= {event_id: first[event_id].facts.content for event_id in new}
    for each in good:
        is_new = each.facts.id in new and first[each.facts.id] is each
        _answer_for(intake, each, stored, is_new=is_new)
    return [each for each in first.values() if each.facts.id in new]


def _answer_for(intake: _Intake, each: _Good, stored: dict[str, bytes], *, is_new: bool) -> None:
    if is_new:
        intake.results[each.index] = Result(each.wire_id, Status.ACCEPTED)
    elif stored[each.facts.id] == each.facts.content:
        intake.results[each.index] = Result(each.wire_id, Status.DUPLICATE)
    else:
        message = "conflict: this id was sent before with other content"
        intake.refuse(each.index, {"id": each.wire_id}, [Fault("/id", message)])


def _event_row(intake: _Intake, each: _Good) -> dict[str, Any]:
    return {
        "publisher_id": intake.tenant,
        "id": each.facts.id,
        "content_sha256": each.facts.content,
        "type": each.facts.type,
        "action": each.facts.action,
        "user_id": each.place.user_id,
        "application_id": each.place.application_id,
        "session_id": each.place.session_id,
        "auto": each.place.auto,
        "started_ms": each.facts.started_ms,
        "event_ms": each.facts.event_ms,
        "received_ms": intake.received_ms,
        "client_id": intake.sender.client_id,
        "body": each.raw,
    }


def _insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Insert the rows whose key is not there yet, and return the ids of those."""
    if not rows:
        return set()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing().returning(table.c.id)
    return set(connection.scalars(statement, rows))


def _contents_of(intake: _Intake, event_ids: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for start in range(0, len(event_ids), _ROWS_AT_ONCE):
        part = event_ids[start : start + _ROWS_AT_ONCE]
        rows = intake.connection.execute(
            select(events.c.id, events.c.content_sha256).where(
                events.c.publisher_id == intake.tenant, events.c.id.in_(part)
            )
        )
        found |= {row.id: row.content_sha256 for row in rows}
    return found


def _note_sessions(intake: _Intake, fresh: Sequence[_Good]) -> None:
    """Merge what the new events say about sessions, then settle what is loose near them."""
    said: dict[tuple[str, str], SessionSpan] = {}
    touched: dict[sessions.Seat, list[int]] = {}
    for each in fresh:
        if each.place.auto and each.place.application_id:
            seat = sessions.Seat(intake.tenant, each.place.user_id, each.place.application_id)
            touched.setdefault(seat, []).append(each.facts.event_ms)
        elif each.place.session_id is not None:
            span = _span(intake, each, each.place.session_id)
            key = (each.place.user_id, each.place.session_id)
            said[key] = merged(said[key], span) if key in said else span
    for (user_id, _), span in said.items():
        for known in _noted(intake, user_id, span):
            if known.application_id is not None:
                seat = sessions.Seat(intake.tenant, user_id, known.application_id)
                touched.setdefault(seat, []).extend(
                    (known.started_ms, known.ended_ms, known.last_ms)
                )
    for seat, instants in touched.items():
        sessions.settle(intake.connection, seat, min(instants), max(instants))


def _noted(intake: _Intake, user_id: str, span: SessionSpan) -> list[SessionSpan]:
    """Merge and return what was known before, if anything, and what is known now."""
    before = sessions.find(intake.connection, intake.tenant, user_id, span.id)
    after = sessions.note(intake.connection, intake.tenant, user_id, span)
    return [after] if before is None else [before, after]


def _span(intake: _Intake, each: _Good, session_id: str) -> SessionSpan:
    """Return what one event says about the session that it names."""
    facts, told = each.facts, each.facts.session
    closing = None
    if facts.end_reason is not None and told is not None:
        closing = Closing(
            event_ms=facts.event_ms,
            event_id=facts.id,
            closed_ms=facts.event_ms if told.ended_ms is None else told.ended_ms,
            reason=facts.end_reason,
            duration_ms=told.duration_ms,
            suspended_ms=facts.suspended_ms,
        )
    return SessionSpan(
        id=session_id,
        application_id=each.place.application_id,
        origin=Origin.EXPLICIT if facts.type == "SessionEvent" else Origin.BARE,
        measured=intake.sender.measures,
        first_ms=facts.started_ms,
        last_ms=facts.event_ms,
        declared_start_ms=None if told is None else told.started_ms,
        closing=closing,
    )
