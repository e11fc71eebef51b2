"""Send what waits, one careful step at a time.

The pump owns no clock, no socket and no table: it is handed the time, a sender and an
outbox, so that every failure can be played to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Protocol

from timeback_desktop.clock import Stamp
from timeback_desktop.sync.backoff import delay_ms
from timeback_desktop.sync.faults import DeliveryFault, Remedy
from timeback_desktop.sync.outbox import Outbox, QueueCounts, QueuedEvent

BATCH = 100
SIGN_IN_PAUSE_MS = 30_000


class Receipt(StrEnum):
    """What the backend said about one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """The backend's answer for one event; ``reason`` says why it was refused."""

    event_id: str
    receipt: Receipt
    reason: str = ""


class Sender(Protocol):
    """The way to the backend."""

    def send(self, events: Sequence[QueuedEvent]) -> Sequence[Answer]:
        """Deliver a batch; return an answer an event, or raise ``DeliveryFault``."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """How the sync stands, for the footer and the tray.

    ``backlog`` is what waited when the present drain began, so that progress can be shown.
    """

    counts: QueueCounts
    backlog: int = 0
    fault: str | None = None

    @property
    def progress(self) -> float | None:
        """The share of a backlog already sent; ``None`` while there is none worth showing."""
        if self.backlog < 2 * BATCH or not self.counts.pending:
            return None
        return 1 - self.counts.pending / self.backlog


class Pump:
    """Drain an outbox into a sender."""

    def __init__(self, outbox: Outbox, sender: Sender, dice: Random) -> None:
        self._outbox = outbox
        self._sender = sender
        self._dice = dice
        self._batch = BATCH
        self._failures = 0
        self._backlog = 0
        self._fault: str | None = None
        self.not_before_ms = 0

    @property
    def health(self) -> Health:
        """How the sync stands."""
        counts = self._outbox.counts()
        self._backlog = max(self._backlog, counts.pending) if counts.pending else 0
        return Health(counts, self._backlog, self._fault)

    def step(self, now: Stamp) -> bool:
        """Send one batch if it is time; return whether another step may follow at once."""
        if now.mono_ms < self.not_before_ms:
            return False
        batch = self._outbox.next_batch(self._batch)
        if not batch:
            self._fault = None
            return False
        try:
            answers = self._sender.send(batch)
        except DeliveryFault as fault:
            return self._suffer(fault, batch, now)
        return self._settle(batch, answers, now)

    def hurry(self) -> None:
        """Forget the waiting time: something changed (a new address, a fresh sign-in)."""
        self.not_before_ms = 0

    def _settle(self, batch: Sequence[QueuedEvent], answers: Sequence[Answer], now: Stamp) -> bool:
        waiting = {event.event_id for event in batch}
        taken = [a.event_id for a in answers if a.receipt is not Receipt.REFUSED]
        taken = [event_id for event_id in taken if event_id in waiting]
        refused = [a for a in answers if a.receipt is Receipt.REFUSED and a.event_id in waiting]
        if not taken and not refused:
            fault = DeliveryFault("the answer names none of the events", Remedy.WAIT)
            return self._suffer(fault, batch, now)
        self._outbox.acknowledge(taken, now.utc_ms)
        for answer in refused:
            self._outbox.quarantine(answer.event_id, answer.reason or "refused")
        self._failures, self._fault = 0, None
        self._batch = min(self._batch * 2, BATCH)
        return True

    def _suffer(self, fault: DeliveryFault, batch: Sequence[QueuedEvent], now: Stamp) -> bool:
        if fault.remedy in {Remedy.SMALLER, Remedy.POISON}:
            return self._isolate(batch, str(fault))
        self._failures += 1
        self._fault = str(fault)
        wait = fault.retry_after_ms or delay_ms(self._failures, self._dice)
        if fault.remedy is Remedy.SIGN_IN:
            wait = max(wait, SIGN_IN_PAUSE_MS)
        self.not_before_ms = now.mono_ms + wait
        return False

    def _isolate(self, batch: Sequence[QueuedEvent], reason: str) -> bool:
        if len(batch) == 1:
            self._outbox.quarantine(batch[0].event_id, reason)
        else:
            self._batch = max(1, len(batch) // 2)
        return True
