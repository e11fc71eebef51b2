"""Judge what an envelope's items say by themselves; nothing is looked up here.

Most items are read by the quickest reader that knows them (``windows``, then ``quick``); what
those leave is judged by ``caliper.validation``, which is the truth and explains.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.backend.events.facts import EventFacts, moved, read_event
from timeback_desktop.backend.events.quick import read_parts
from timeback_desktop.backend.events.windows import WindowReader
from timeback_desktop.caliper import profiles
from timeback_desktop.caliper.compiled import decode_good
from timeback_desktop.caliper.envelope import Envelope, Item
from timeback_desktop.caliper.parts import decode_parts
from timeback_desktop.caliper.validation import Fault, validate_item

CLOCK_TOLERANCE_MS = 5 * 60_000
"""What lies no further ahead of us than this is believed; a clock may be a little off."""


class Status(StrEnum):
    """What became of one item."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Result(msgspec.Struct, frozen=True, gc=False):
    """The answer about one item; pointers start at the envelope."""

    id: str | None
    status: Status
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an envelope: the answer about each item, and what was stored of it."""

    results: tuple[Result, ...]
    students: frozenset[str]
    batches: tuple[int, ...] = ()


class Good(msgspec.Struct, gc=False):
    """An event that may be stored."""

    index: int
    raw: bytes
    facts: EventFacts


@dataclass(eq=False, slots=True)
class Delivery:
    """One envelope on its way in."""

    sender: Principal
    envelope: Envelope
    received_ms: int
    ahead_ms: int = 0
    results: list[Result | None] = field(default_factory=list)
    good: list[Good] = field(default_factory=list)
    describing: list[int] = field(default_factory=list)
    students: set[str] = field(default_factory=set)
    batches: list[int] = field(default_factory=list)

    @property
    def tenant(self) -> str:
        """Return whose events these are."""
        if self.sender.publisher_id is None:
            raise ValueError("events belong to a tenant")
        return self.sender.publisher_id

    @property
    def taken(self) -> Taken:
        """Return what became of it."""
        results = tuple(each for each in self.results if each is not None)
        return Taken(results, frozenset(self.students), tuple(self.batches))

    def refuse(self, index: int, item_id: object, faults: Iterable[Fault]) -> None:
        """Answer that an item was not taken, and why."""
        placed = tuple(Fault(f"/data/{index}{each.pointer}", each.message) for each in faults)
        told = item_id[:200] if isinstance(item_id, str) else None
        self.results[index] = Result(told, Status.REFUSED, placed)


def judge(sender: Principal, envelope: Envelope, received_ms: int) -> Delivery:
    """Judge what an envelope's items say by themselves; nothing is looked up yet."""
    delivery = Delivery(sender, envelope, received_ms)
    delivery.results = [None] * len(envelope.items)
    good = delivery.good
    read_window = WindowReader().read
    for index, item in enumerate(envelope.items):
        raw = item.raw
        facts = read_window(raw)
        if facts is None and (parts := decode_parts(raw)) is not None:
            facts = read_parts(parts)
        if facts is None:
            _judge(delivery, index, item)
        else:
            good.append(Good(index, raw, facts))
    _mind_the_clock(delivery)
    return delivery


def _judge(delivery: Delivery, index: int, item: Item) -> None:
    """Judge an item that may be anything."""
    value = item.value
    faults = () if decode_good(item.raw) is not None else validate_item(value)
    if faults or not isinstance(value, dict):
        delivery.refuse(index, value.get("id") if isinstance(value, dict) else None, faults)
    elif profiles.rule_for(value["type"]) is None:
        delivery.describing.append(index)
    else:
        delivery.good.append(Good(index, item.raw, read_event(value)))


def _mind_the_clock(delivery: Delivery) -> None:
    """Take an envelope back in time by as much as its sender's clock is seen to run ahead.

    Nothing can have been sent after it arrived, and nothing can happen later than that: an
    event that still does is refused. A clock that is behind cannot be told from an envelope
    that was long under way, so that is believed.
    """
    ahead_ms = delivery.envelope.send_time_ms - delivery.received_ms
    if ahead_ms > CLOCK_TOLERANCE_MS:
        delivery.ahead_ms = ahead_ms
        for each in delivery.good:
            each.facts = moved(each.facts, -ahead_ms)
    latest = delivery.received_ms + CLOCK_TOLERANCE_MS
    if any(each.facts.until_ms > latest for each in delivery.good):
        for each in delivery.good:
            if each.facts.until_ms > latest:
                pointer = "/eventTime" if each.facts.event_ms > latest else "/generated"
                fault = Fault(pointer, "has not come yet, by our clock")
                delivery.refuse(each.index, each.facts.wire_id, [fault])
        delivery.good = [each for each in delivery.good if each.facts.until_ms <= latest]
