"""The desk of a tenant: it reads what is new, once for all, and hands it to who it is for.

One task in the server's event loop while anybody listens; what it asks the database runs in a
thread that the loop's end waits for, and is over at once. A reader who takes longer than others
is waited for up to a bound; past that, what was kept for him is dropped, and he is told to read
everything again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from timeback_desktop.backend.feed.arrivals import Arrivals, Bell
from timeback_desktop.backend.feed.seats import Reader, Seat, TooMany
from timeback_desktop.backend.feed.words import Cursor, Told, Why

_log = logging.getLogger(__name__)

LOOK_AGAIN_S = 3.0
"""Another process of the platform may have taken events in: its bells do not ring here."""
CHECK_EVERY_S = 15.0
TOGETHER_S = 0.2
"""Commits that come so close together are looked at at once."""
APART_S = 1.0
"""How long a student's state is left alone once it was told."""
_TROUBLED_S = 5.0


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found; ``held`` are students of whom there is news to be told later."""

    cursor: Cursor
    told: Sequence[Told] = ()
    states: Collection[str] = frozenset()
    held: frozenset[str] = frozenset()
    again: Why | None = None


class Reporter(Protocol):
    """What a desk asks of the database; called in worker threads."""

    def newest(self) -> Cursor:
        """Return the place to begin at."""
        ...

    def look(
        self, after: Cursor, people: frozenset[str], due: frozenset[str], hold: frozenset[str]
    ) -> Look:
        """Return what is new; of those to ``hold``, no state is told yet."""
        ...

    def opening(
        self, people: frozenset[str], *, named: bool, since: str | None = None
    ) -> tuple[list[bytes], Cursor]:
        """Return how everything stands, and what was missed ``since`` an id, or that it is."""
        ...

    def again(self, people: frozenset[str], why: Why, *, named: bool) -> tuple[list[bytes], Cursor]:
        """Return that everything is to be read again, and how it stands."""
        ...

    def check(self, readers: Sequence[Reader]) -> Sequence[frozenset[str] | None]:
        """Return whom each may hear of now; ``None`` for one who may not any more."""
        ...


class Desk:
    """One tenant's desk; it stays as long as somebody listens."""

    def __init__(self, arrivals: Arrivals, tenant: str, reporter: Reporter) -> None:
        self.reporter = reporter
        self._arrivals, self._tenant = arrivals, tenant
        self._cursor = Cursor()
        self._ready = asyncio.Event()
        self._told_at: dict[str, float] = {}
        self._held: frozenset[str] = frozenset()
        self._bell: Bell | None = None
        self.seats: set[Seat] = set()

    def leave(self, seat: Seat) -> None:
        """Free a place; with the last one the desk goes too."""
        self.seats.discard(seat)
        if not self.seats and self._bell is not None:
            self._bell.ring()

    async def ready(self) -> None:
        """Wait until nothing that is committed from now on is missed."""
        await self._ready.wait()

    async def run(self) -> None:
        """Look and tell for as long as anybody listens."""
        loop = asyncio.get_running_loop()
        with self._arrivals.bell_of_tenant(self._tenant) as bell:
            self._bell = bell
            self._cursor = await asyncio.to_thread(self.reporter.newest)
            self._ready.set()
            checked = loop.time()
            while await self._slept(bell):
                try:
                    await self._look()
                    if loop.time() - checked >= CHECK_EVERY_S:
                        await self._check()
                        checked = loop.time()
                except SQLAlchemyError as error:
                    _log.error("The boards wait for the database: %s", type(error).__name__)
                    await asyncio.sleep(_TROUBLED_S)

    def close(self) -> None:
        """Let every stream end."""
        for seat in self.seats:
            seat.end()
        self._ready.set()

    async def _slept(self, bell: Bell) -> bool:
        """Sleep until it is time to look; tell whether anybody still wants that."""
        await asyncio.sleep(TOGETHER_S)
        seconds = min(LOOK_AGAIN_S, CHECK_EVERY_S)
        if self._held:
            now = asyncio.get_running_loop().time()
            first = min(self._told_at.get(each, now) for each in self._held)
            seconds = min(seconds, max(0.0, first + APART_S - now))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await bell.wait()
        return bool(self.seats) and not self._arrivals.closed

    async def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        self._told_at = {who: at for who, at in self._told_at.items() if now - at < APART_S}
        hold = frozenset(self._told_at)
        people = frozenset().union(*(seat.people for seat in self.seats))
        due = self._held - hold
        look = await asyncio.to_thread(self.reporter.look, self._cursor, people, due, hold)
        self._cursor = look.cursor
        self._held = look.held | (self._held & hold)
        self._told_at |= dict.fromkeys(look.states, now)
        for seat in self.seats:
            if look.again is not None:
                seat.read_again(look.again)
            seat.tell(
                [each.block for each in look.told if each.user_id in seat.people], look.cursor
            )

    async def _check(self) -> None:
        """Ask anew who may listen, and to what."""
        seats = list(self.seats)
        found = await asyncio.to_thread(self.reporter.check, [seat.reader for seat in seats])
        for seat, people in zip(seats, found, strict=True):
            if people is None:
                seat.end()
            elif people != seat.people:
                seat.people = people
                seat.read_again(Why.MEMBERS)


class Desks:
    """The desks of one backend, each made when the first one listens."""

    def __init__(self) -> None:
        self._desks: dict[str, Desk] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def join(
        self,
        arrivals: Arrivals,
        seat: Seat,
        reporter: Callable[[], Reporter],
        most: int,
    ) -> Desk:
        """Give a stream its place; whoever has ``most`` of them already gets none."""
        tenant, person = seat.reader.tenant, seat.reader.person
        desk = self._desks.get(tenant)
        if desk is None:
            desk = self._desks[tenant] = Desk(arrivals, tenant, reporter())
            task = asyncio.create_task(self._run(tenant, desk))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if sum(each.reader.person == person for each in desk.seats) >= most:
            raise TooMany
        desk.seats.add(seat)
        return desk

    async def _run(self, tenant: str, desk: Desk) -> None:
        try:
            await desk.run()
        except SQLAlchemyError as error:
            _log.error("A board cannot begin: %s", type(error).__name__)
        finally:
            del self._desks[tenant]
            desk.close()

    def __len__(self) -> int:
        return sum(len(desk.seats) for desk in self._desks.values())
