"""The pump against every way a delivery can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeback_desktop.clock import Stamp
from timeback_desktop.sync.backoff import FIRST_MS, LONGEST_MS, delay_ms
from timeback_desktop.sync.faults import DeliveryFault, Remedy, remedy_for, retry_after_ms
from timeback_desktop.sync.outbox import QueueCounts, QueuedEvent
from timeback_desktop.sync.pump import BATCH, Answer, Pump, Receipt


class ListOutbox:
    """An outbox in memory, kept in order."""

    def __init__(self, count: int) -> None:
        self.waiting = [QueuedEvent(n, f"e{n}", b"{}") for n in range(count)]
        self.sent: list[str] = []
        self.aside: dict[str, str] = {}

    def next_batch(self, limit: int) -> Sequence[QueuedEvent]:
        return self.waiting[:limit]

    def acknowledge(self, event_ids: Sequence[str], at_ms: int) -> None:  # noqa: ARG002
        self.sent += event_ids
        self.waiting = [e for e in self.waiting if e.event_id not in event_ids]

    def quarantine(self, event_id: str, reason: str) -> None:
        self.aside[event_id] = reason
        self.waiting = [e for e in self.waiting if e.event_id != event_id]

    def counts(self) -> QueueCounts:
        return QueueCounts(len(self.waiting), len(self.aside), None)


class ScriptedSender:
    """Answer as told; remember what reached the other side, in order."""

    def __init__(self, act: Callable[[Sequence[QueuedEvent]], Sequence[Answer]]) -> None:
        self.act = act
        self.calls: list[list[str]] = []

    def send(self, events: Sequence[QueuedEvent]) -> Sequence[Answer]:
        self.calls.append([event.event_id for event in events])
        return self.act(events)


def accept(events: Sequence[QueuedEvent]) -> list[Answer]:
    return [Answer(event.event_id, Receipt.ACCEPTED) for event in events]


def at(ms: int) -> Stamp:
    return Stamp(mono_ms=ms, utc_ms=1_700_000_000_000 + ms, awake_ms=ms)


def drain(pump: Pump, now: int = 0) -> None:
    while pump.step(at(now)):
        pass


def test_everything_goes_in_order_in_full_batches() -> None:
    outbox, sender = ListOutbox(250), ScriptedSender(accept)
    drain(Pump(outbox, sender, Random(1)))
    assert outbox.sent == [f"e{n}" for n in range(250)]
    assert [len(call) for call in sender.calls] == [100, 100, 50]


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (302, Remedy.WAIT), (400, Remedy.POISON), (401, Remedy.SIGN_IN), (403, Remedy.SIGN_IN),
        (404, Remedy.WAIT), (409, Remedy.POISON), (408, Remedy.WAIT), (413, Remedy.SMALLER), (415, Remedy.WAIT),
        (422, Remedy.POISON), (425, Remedy.WAIT), (429, Remedy.WAIT), (500, Remedy.WAIT),
        (502, Remedy.WAIT), (503, Remedy.WAIT),
    ],
)  # fmt: skip
def test_each_status_has_its_remedy(status: int, remedy: Remedy) -> None:
    assert remedy_for(status) is remedy


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, None), ("7", 7_000), ("999999", 3_600_000), ("-1", None), ("soon", None), ("", None)],
)
def test_retry_after_is_read_in_seconds_and_capped(
    header: str | None, expected: int | None
) -> None:
    assert retry_after_ms(header) == expected


def test_a_fault_keeps_everything_and_waits() -> None:
    def fail(_: object) -> list[Answer]:
        raise DeliveryFault("down", Remedy.WAIT)

    outbox, sender = ListOutbox(3), ScriptedSender(fail)
    pump = Pump(outbox, sender, Random(1))
    assert not pump.step(at(0))
    assert not pump.step(at(FIRST_MS // 2 - 1))
    assert len(sender.calls) == 1
    assert len(outbox.waiting) == 3
    assert pump.health.fault == "down"


def test_what_the_backend_asks_for_wins_over_our_own_wait() -> None:
    def fail(_: object) -> list[Answer]:
        raise DeliveryFault("busy", Remedy.WAIT, retry_after_ms=90_000)

    pump = Pump(ListOutbox(1), ScriptedSender(fail), Random(1))
    pump.step(at(5))
    assert pump.not_before_ms == 90_005


def test_a_refused_credential_pauses_the_pump() -> None:
    def fail(_: object) -> list[Answer]:
        raise DeliveryFault("who are you", Remedy.SIGN_IN)

    pump = Pump(ListOutbox(1), ScriptedSender(fail), Random(1))
    pump.step(at(0))
    assert pump.not_before_ms >= 30_000
    pump.hurry()
    assert pump.not_before_ms == 0


@pytest.mark.parametrize("bad", [0, 1, 57, 99, 149])
def test_one_poisonous_event_is_isolated_and_the_rest_arrives(bad: int) -> None:
    def choke(events: Sequence[QueuedEvent]) -> list[Answer]:
        if any(event.event_id == f"e{bad}" for event in events):
            raise DeliveryFault("cannot read that", Remedy.POISON)
        return accept(events)

    outbox = ListOutbox(150)
    drain(Pump(outbox, ScriptedSender(choke), Random(1)))
    assert outbox.sent == [f"e{n}" for n in range(150) if n != bad]
    assert outbox.aside == {f"e{bad}": "cannot read that"}


def test_a_batch_that_is_too_large_is_halved_until_it_fits() -> None:
    def small(events: Sequence[QueuedEvent]) -> list[Answer]:
        if len(events) > 20:
            raise DeliveryFault("too large", Remedy.SMALLER)
        return accept(events)

    outbox = ListOutbox(90)
    drain(Pump(outbox, ScriptedSender(small), Random(1)))
    assert len(outbox.sent) == 90
    assert not outbox.aside


def test_duplicates_count_as_sent_and_refused_ones_are_set_aside() -> None:
    def judge(_: object) -> list[Answer]:
        return [
            Answer("e0", Receipt.DUPLICATE),
            Answer("e1", Receipt.REFUSED, "/data/1/actor: unknown"),
            Answer("e2", Receipt.ACCEPTED),
        ]

    outbox = ListOutbox(3)
    drain(Pump(outbox, ScriptedSender(judge), Random(1)))
    assert outbox.sent == ["e0", "e2"]
    assert outbox.aside == {"e1": "/data/1/actor: unknown"}


@pytest.mark.parametrize("answers", [[], [Answer("stranger", Receipt.ACCEPTED)]])
def test_an_answer_that_names_none_of_ours_drops_nothing(answers: list[Answer]) -> None:
    outbox = ListOutbox(2)
    pump = Pump(outbox, ScriptedSender(lambda _: answers), Random(1))
    assert not pump.step(at(0))
    assert len(outbox.waiting) == 2


def test_a_backlog_shows_its_progress_until_it_is_gone() -> None:
    pump = Pump(ListOutbox(400), ScriptedSender(accept), Random(1))
    shown = []
    while pump.step(at(0)):
        shown.append(pump.health.progress)
    assert shown[0] is None or shown[0] < 0.5
    assert shown[-1] is None


def test_waits_double_and_are_capped() -> None:
    waits = [delay_ms(n, Random(n)) for n in range(1, 60)]
    assert FIRST_MS // 2 <= waits[0] <= FIRST_MS
    assert LONGEST_MS // 2 <= waits[-1] <= LONGEST_MS


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 350),
    st.lists(st.sampled_from(["ok", "lost", "down", "413", "400"]), max_size=40),
)
def test_every_event_arrives_once_or_is_set_aside_whatever_happens(
    count: int, weather: list[str]
) -> None:
    arrived: dict[str, int] = {}
    script = iter(weather)

    def act(events: Sequence[QueuedEvent]) -> list[Answer]:
        kind = next(script, "ok")
        if kind == "down":
            raise DeliveryFault("down", Remedy.WAIT)
        if kind == "413":
            raise DeliveryFault("large", Remedy.SMALLER)
        if kind == "400" and len(events) == 1:
            raise DeliveryFault("bad", Remedy.POISON)
        answers = []
        for event in events:
            known = event.event_id in arrived
            arrived.setdefault(event.event_id, len(arrived))
            answers.append(Answer(event.event_id, Receipt.DUPLICATE if known else Receipt.ACCEPTED))
        if kind == "lost":  # committed, but the answer never came back
            raise DeliveryFault("cut", Remedy.WAIT)
        return answers

    outbox = ListOutbox(count)
    pump = Pump(outbox, ScriptedSender(act), Random(1))
    now = 0
    for _ in range(count + 200):
        if not outbox.waiting:
            break
        drain(pump, now)
        now += LONGEST_MS
    assert not outbox.waiting
    assert set(arrived) | set(outbox.aside) == {f"e{n}" for n in range(count)}
    order = [e for e in arrived if e not in outbox.aside]
    assert order == sorted(order, key=lambda e: int(e[1:]))
    assert len(outbox.sent) + len(outbox.aside) == count
    assert BATCH == 100
