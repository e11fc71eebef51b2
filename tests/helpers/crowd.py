"""Eight desktops at once that send the same events again, in another order, and hang up.

Each thread draws what to do next from dice of its own: new events and old ones, of all, in any
order; whole, or cut in the middle, or without waiting for the answer. What was not acknowledged
is sent again at the end, as an outbox does; what was, never has to be.
"""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from tests.helpers.killable import ANSWERS_WITHIN_S, Killable, answer_of
from timeback_desktop.caliper import events as caliper
from timeback_desktop.caliper.envelope import wrap
from timeback_desktop.ids import mint, to_urn
from timeback_desktop.partition import State

SENDERS = 8
WINDOW_MS = 15_000
WINDOWS_A_SITTING = 40
STATES = (State.ON_TASK, State.ON_TASK, State.PASSIVE_OK, State.IDLE, State.AWAY, State.OFF_APP)
REMEMBERED = 200
LOST = Counter[str]


class Way(StrEnum):
    """How a request goes over the wire."""

    WHOLE = "whole"
    UNREAD = "unread"  # all of it sent, and nobody waits for the answer
    HALF = "half"


@dataclass(frozen=True, slots=True)
class Sent:
    """One event, as it is sent each time."""

    id: str
    raw: bytes


@dataclass
class Past:
    """A student's time in which every next window begins where the last one ended."""

    learner: caliper.Learner
    apps: Sequence[caliper.App]
    at_ms: int
    windows: int = 0
    session_id: str = ""

    def next(self) -> Sent:
        """Return the next window."""
        if self.windows % WINDOWS_A_SITTING == 0:
            self.session_id = mint()
            self.at_ms += 60_000
        app = self.apps[self.windows // WINDOWS_A_SITTING % len(self.apps)]
        state = STATES[self.windows // 5 % len(STATES)]
        event_id, began = mint(), self.at_ms
        self.at_ms, self.windows = began + WINDOW_MS, self.windows + 1
        event = caliper.time_spent(
            event_id, self.learner, app, self.session_id, state, None, began, WINDOW_MS
        )
        assert event is not None
        return Sent(to_urn(event_id), caliper.encode(event))


@dataclass
class Crowd:
    """What was made, what was acknowledged, and what broke the rules."""

    home: Killable
    pasts: Sequence[Past]
    made: dict[str, Sent] = field(default_factory=dict)
    never_whole: set[str] = field(default_factory=set)
    accepted: LOST = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    answered: int = 0
    odd: list[str] = field(default_factory=list)
    ways: LOST = field(default_factory=Counter)
    _recent: list[Sent] = field(default_factory=list)
    _lock: threading.Condition = field(default_factory=threading.Condition)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, seed: int) -> None:
        """Let all of them send until they are told to stop."""
        for number in range(SENDERS):
            dice = random.Random(f"{seed}/{number}")
            self._threads.append(threading.Thread(target=self._send_on, args=[dice]))
            self._threads[-1].start()

    def await_answers(self, count: int) -> None:
        """Wait until so many more requests have been answered."""
        with self._lock:
            wanted = self.answered + count
            assert self._lock.wait_for(lambda: self.answered >= wanted, ANSWERS_WITHIN_S)

    def finish(self) -> None:
        """Let them stop, then deliver what nobody has acknowledged, twice over."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        owed = [sent for sent in self.made.values() if sent.id not in self.acknowledged]
        for start in range(0, len(owed), 100):
            self._send(owed[start : start + 100], Way.WHOLE)
            self._send(owed[start : start + 100][::-1], Way.WHOLE)

    def _send_on(self, dice: random.Random) -> None:
        while not self._over.is_set():
            way = dice.choices(list(Way), (70, 15, 15))[0]
            self._send(self._batch(dice, way), way, dice.random())

    def _batch(self, dice: random.Random, way: Way) -> list[Sent]:
        """Return new events among old ones; what is only ever sent by half is not kept."""
        with self._lock:
            past = dice.choice(self.pasts)
            new = [past.next() for _ in range(dice.randint(1, 8))]
            if way is Way.HALF and dice.random() < 0.5:
                self.never_whole.update(each.id for each in new)
                return new
            self.made |= {each.id: each for each in new}
            old = dice.sample(self._recent, min(len(self._recent), dice.randint(0, 8)))
            self._recent = [*self._recent, *new][-REMEMBERED:]
        batch = [*new, *old, *dice.sample(new, dice.randint(0, 1))]
        dice.shuffle(batch)
        return batch

    def _send(self, batch: Sequence[Sent], way: Way, part: float = 1.0) -> None:
        body = wrap("urn:timeback:test", 1_795_000_000_000, [each.raw for each in batch])
        address = self.home.address()
        raw = self.home.request(address, body)
        self.ways[way] += 1
        try:
            with socket.create_connection(address, ANSWERS_WITHIN_S) as connection:
                if way is Way.HALF:  # at least the last bytes are missing
                    connection.sendall(raw[: int(part * (len(raw) - 20))])
                    return
                connection.sendall(raw)
                answer = answer_of(connection) if way is Way.WHOLE else None
        except OSError:
            return
        if answer is not None:
            self._note(batch, *answer)

    def _note(self, batch: Sequence[Sent], status: int, told: object) -> None:
        results = told.get("results") if isinstance(told, dict) else None
        with self._lock:
            self.answered += 1
            self._lock.notify_all()
            if status != 200 or results is None or len(results) != len(batch):
                self.odd.append(f"{status} {told!r}"[:300])
                return
            for sent, result in zip(batch, results, strict=True):
                if result["id"] != sent.id or result["status"] not in {"accepted", "duplicate"}:
                    self.odd.append(repr(result))
                self.acknowledged.add(sent.id)
                self.accepted[sent.id] += result["status"] == "accepted"


def figures_of(raw: bytes) -> tuple[str, str, str, str, int]:
    """Return the student, the app, the subject, the type and the milliseconds of a window."""
    event = msgspec.json.decode(raw)
    item = event["generated"]["items"][0]
    said = f"{item['type']}/{item.get('subType')}"
    about = event["object"]
    ms = round(item["value"] * 1000)
    return event["actor"]["id"], event["edApp"], about["subject"], said, ms
