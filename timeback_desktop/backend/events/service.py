"""Take envelopes: judge each event, keep the good ones once, and note what they say.

Envelopes are taken in groups, one transaction for each: a commit costs what the disk takes
to answer, and every look-up and every statement is shared. Writers take turns (``db.engine``),
so what was looked up in a transaction is true until its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b, sha256
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.custody import horizons
from timeback_desktop.backend.db import bulk
from timeback_desktop.backend.events import archive, contents, disputes
from timeback_desktop.backend.events.contents import Fresh
from timeback_desktop.backend.events.directory import Directory, Place, Refusal, unlived
from timeback_desktop.backend.events.facts import content_hash
from timeback_desktop.backend.events.judging import (
    Delivery,
    Good,
    Result,
    Status,
    Taken,
    judge,
)
from timeback_desktop.backend.events.models import described_entities, event_batches, event_ids
from timeback_desktop.backend.rollups import service as rollups
from timeback_desktop.backend.sessions import arrival
from timeback_desktop.caliper.envelope import Envelope
from timeback_desktop.caliper.validation import Fault

__all__ = ["Delivery", "Result", "Status", "Taken", "ingest", "judge", "store"]

_YEAR_2020_MS = 1_577_836_800_000
_BATCHES_A_MS = 16


def ingest(
    connection: Connection, sender: Principal, envelope: Envelope, received_ms: int
) -> Taken:
    """Take one envelope and return what became of each item, in the order they came.

    The caller commits: nothing may be answered before that.
    """
    delivery = judge(sender, envelope, received_ms)
    store(connection, [delivery])
    return delivery.taken


def store(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Take judged envelopes; the caller commits before anything is answered."""
    tenants: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        tenants.setdefault(delivery.tenant, []).append(delivery)
    for tenant, group in sorted(tenants.items()):
        _store(connection, tenant, group)


class _Group(msgspec.Struct):
    """Events of one envelope that belong to one place."""

    delivery: Delivery
    place: Place
    events: list[Good]


def _store(connection: Connection, tenant: str, deliveries: Sequence[Delivery]) -> None:
    groups = _keep_once(connection, tenant, _place(connection, tenant, deliveries))
    groups = _without_the_forgotten(connection, tenant, groups)
    for delivery in deliveries:
        for index in delivery.describing:
            _describe(connection, tenant, delivery, index)
    if groups:
        _write_batches(connection, tenant, groups)
        told = [
            Fresh(
                each.place,
                each.delivery.sender.measures,
                [one.facts for one in each.events],
            )
            for each in groups
        ]
        stretches = contents.note(connection, tenant, told)
        touched = arrival.note(connection, tenant, told)
        rollups.note(connection, tenant, told, stretches, touched)


def _place(connection: Connection, tenant: str, deliveries: Sequence[Delivery]) -> list[_Group]:
    """Return the events that their senders may send, by the places that they belong to."""
    directory = Directory(connection, tenant)
    alike = [(delivery, _alike(delivery)) for delivery in deliveries]
    directory.learn(
        (events[0].facts.about, delivery.sender) for delivery, found in alike for events in found
    )
    groups = []
    for delivery, found in alike:
        for events in found:
            group = _placed(connection, directory, delivery, events)
            if group is not None:
                groups.append(group)
    return _without_strangers(connection, tenant, groups)


def _alike(delivery: Delivery) -> list[list[Good]]:
    """Group the events of an envelope by what they are about."""
    found: dict[tuple[int, bool], list[Good]] = {}
    for each in delivery.good:
        if (refusal := unlived(each.facts)) is not None:
            delivery.refuse(each.index, each.facts.wire_id, [refusal.fault])
            continue
        key = (id(each.facts.about), each.facts.is_about_a_judgement)
        found.setdefault(key, []).append(each)
    return list(found.values())


def _placed(
    connection: Connection, directory: Directory, delivery: Delivery, events: list[Good]
) -> _Group | None:
    """Return the events with their place, or answer that they may not be sent."""
    sender, first = delivery.sender, events[0].facts
    try:
        place = directory.place(first.about, sender, judges=first.is_about_a_judgement)
        if first.is_about_a_judgement:
            disputes.check(connection, sender, first, place)
    except Refusal as refusal:
        for each in events:
            delivery.refuse(each.index, each.facts.wire_id, [refusal.fault])
        return None
    return _Group(delivery, place, events)


def _without_strangers(connection: Connection, tenant: str, groups: list[_Group]) -> list[_Group]:
    """Refuse what clients tell of sessions that they have no part in."""
    theirs = {
        (each.place.user_id, each.place.session_id)
        for each in groups
        if each.place.session_id and each.delivery.sender.kind is PrincipalKind.CLIENT
    }
    apps = {key: app for key, app in arrival.apps_of(connection, tenant, theirs).items() if app}
    found = []
    for group in groups:
        place, sender = group.place, group.delivery.sender
        owner = apps.get((place.user_id, place.session_id or ""))
        if owner in {None, place.application_id} or sender.kind is not PrincipalKind.CLIENT:
            found.append(group)
            continue
        for each in group.events:
            fault = Fault("/session", "belongs to another app")
            group.delivery.refuse(each.index, each.facts.wire_id, [fault])
    return found


_ID_COLUMNS = ("id", "batch_id", "place", "content")
_BATCH_COLUMNS = (
    "publisher_id",
    "user_id",
    "id",
    "received_ms",
    "sent_ms",
    "ahead_ms",
    "sensor",
    "client_id",
    "application_id",
    "measured",
    "events",
    "first_ms",
    "last_ms",
    "body",
)


def _keep_once(connection: Connection, tenant: str, groups: Sequence[_Group]) -> list[_Group]:
    """Answer for each event whether it is new, and return the new ones."""
    first: dict[bytes, Good] = {}
    for group in groups:
        for each in group.events:
            first.setdefault(each.facts.key, each)
    known = {
        bytes(row[0]): row
        for row in bulk.rows_in(
            connection, event_ids, _ID_COLUMNS, {"publisher_id": tenant}, "id", list(first)
        )
    }
    for group in groups:
        results = group.delivery.results
        fresh = []
        for each in group.events:
            key = each.facts.key
            if first[key] is each and key not in known:
                results[each.index] = Result(each.facts.wire_id, Status.ACCEPTED)
                fresh.append(each)
            elif _is_same(connection, tenant, each, first[key], known.get(key)):
                results[each.index] = Result(each.facts.wire_id, Status.DUPLICATE)
            else:
                message = "conflict: this id was sent before with other content"
                fault = Fault("/id", message)
                group.delivery.refuse(each.index, each.facts.wire_id, [fault])
        group.events = fresh
    return [group for group in groups if group.events]


def _without_the_forgotten(
    connection: Connection, tenant: str, groups: Sequence[_Group]
) -> list[_Group]:
    """Refuse what would bring back what was erased, or has expired; what is known stays known."""
    since = horizons.raw_kept_since(connection, tenant)
    students = {group.place.user_id for group in groups}
    erased = horizons.erased_before(connection, tenant, students)
    for group in groups if since or erased else ():
        floor = max(since, erased.get(group.place.user_id, 0))
        for each in group.events:
            if each.facts.began_ms < floor:
                message = "lies before the time that is still kept: it was erased, or has expired"
                fault = Fault("/eventTime", message)
                group.delivery.refuse(each.index, each.facts.wire_id, [fault])
        group.events = [each for each in group.events if each.facts.began_ms >= floor]
    return [group for group in groups if group.events]


def _digest(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=8).digest()


def _is_same(connection: Connection, tenant: str, each: Good, first: Good, row: Any | None) -> bool:
    """Tell whether an event says what the one that has its id says, however it is written."""
    if row is None:
        return each.raw == first.raw or _content(each.raw) == _content(first.raw)
    if bytes(row[3]) == _digest(each.raw):
        return True
    batch = archive.batches(connection, tenant, [row[1]])
    if not batch:
        return False  # only its id is kept, and the bytes are others
    stored = archive.unpack(batch[0].body)[row[2]]
    return _content(stored) == _content(each.raw)


def _content(raw: bytes) -> bytes:
    return content_hash(msgspec.json.decode(raw))


def _write_batches(connection: Connection, tenant: str, groups: Sequence[_Group]) -> None:
    """Write a batch for each student of each envelope, and where each event is found."""
    of_one: dict[tuple[int, str], list[_Group]] = {}
    for group in groups:
        of_one.setdefault((id(group.delivery), group.place.user_id), []).append(group)
    number = _first_number(connection, tenant, groups[0].delivery.received_ms)
    batches, places = [], []
    for mine in of_one.values():
        events = [each for group in mine for each in group.events]
        events.sort(key=_index)
        batches.append(_batch(tenant, number, mine, events))
        places += [
            (tenant, each.facts.key, number, place, _digest(each.raw))
            for place, each in enumerate(events)
        ]
        mine[0].delivery.batches.append(number)
        mine[0].delivery.students.add(mine[0].place.user_id)
        number += 1
    bulk.insert_rows(connection, event_batches, _BATCH_COLUMNS, batches)
    bulk.insert_rows(connection, event_ids, ("publisher_id", *_ID_COLUMNS), places)


_index = attrgetter("index")


def _first_number(connection: Connection, tenant: str, now_ms: int) -> int:
    """Return a number above all that the tenant has: it tells when, to the millisecond."""
    last = bulk.greatest(connection, event_batches, "id", {"publisher_id": tenant})
    return max((now_ms - _YEAR_2020_MS) * _BATCHES_A_MS, (last or 0) + 1)


def _batch(
    tenant: str, number: int, groups: Sequence[_Group], events: Sequence[Good]
) -> tuple[Any, ...]:
    delivery, place = groups[0].delivery, groups[0].place
    times = [each.facts.event_ms for each in events]
    apps = {group.place.application_id for group in groups}
    return (
        tenant,
        place.user_id,
        number,
        delivery.received_ms,
        delivery.envelope.send_time_ms,
        delivery.ahead_ms,
        delivery.envelope.sensor.replace("\0", ""),
        delivery.sender.client_id,
        place.application_id if len(apps) == 1 else None,
        delivery.sender.measures,
        len(events),
        min(times),
        max(times),
        archive.pack([each.raw for each in events]),
    )


def _describe(connection: Connection, tenant: str, delivery: Delivery, index: int) -> None:
    """Keep an entity that was sent by itself: the latest description of each counts."""
    item = delivery.envelope.items[index]
    value: Any = item.value
    if delivery.sender.kind is not PrincipalKind.CLIENT:
        delivery.refuse(index, value.get("id"), [Fault("/type", "a person may send events only")])
        return
    content = content_hash(value)
    # A selector or an identifier has no id of its own: what it says names it.
    described_id = value.get("id") or f"urn:sha256:{content.hex()}"
    key = {"publisher_id": tenant, "id_sha256": sha256(described_id.encode()).digest()}
    row = {
        "id": described_id,
        "type": value["type"],
        "content_sha256": content,
        "received_ms": delivery.received_ms,
        "body": item.raw,
    }
    this = [described_entities.c[name] == part for name, part in key.items()]
    known = connection.scalar(select(described_entities.c.content_sha256).where(*this))
    if known is None:
        connection.execute(insert(described_entities).values(**key, **row))
    elif known != content:
        connection.execute(update(described_entities).where(*this).values(**row))
    status = Status.DUPLICATE if known == content else Status.ACCEPTED
    delivery.results[index] = Result(described_id, status)
