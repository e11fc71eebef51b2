"""One open stream: who listens to what, and what waits to be written to him."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.feed.words import Cursor, Why

MOST_BYTES_WAITING = 128 * 1024
MOST_OF_PERSON, MOST_OF_PROGRAM = 8, 64


class About(StrEnum):
    """What a board can be about."""

    CLASS = "class"
    ORG = "org"
    USER = "user"


@dataclass(frozen=True, slots=True, repr=False)
class Reader:
    """Who listens to what: a token shown at an environment, and one board of one tenant.

    ``person`` names whoever it is within the tenant; ``named`` tells that names are shown.
    """

    token: str
    environment: Environment
    tenant: str
    person: str
    about: About
    subject_id: str
    named: bool = False


class TooMany(Exception):
    """This person listens to enough already."""


@dataclass(eq=False, slots=True)
class Seat:
    """One open stream: whom it is about, and what waits to be written to it."""

    reader: Reader
    people: frozenset[str]
    cursor: Cursor = field(default_factory=Cursor)
    again: Why | None = None
    ended: bool = False
    abandon: Callable[[], None] | None = None
    _waiting: list[bytes] = field(default_factory=list)
    _size: int = 0
    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, blocks: Sequence[bytes], cursor: Cursor) -> None:
        """Keep events until they are taken; past the bound they are dropped, and that is told."""
        self.cursor = cursor
        if not blocks or self.again is not None:
            return
        self._waiting += blocks
        self._size += sum(map(len, blocks))
        if self._size > MOST_BYTES_WAITING:
            self.read_again(Why.MISSED)
        self._rung.set()

    def read_again(self, why: Why) -> None:
        """Let the reader begin anew."""
        self._waiting, self._size, self.again = [], 0, why
        self._rung.set()

    def end(self) -> None:
        """Let the stream end; one whose reader takes nothing is dropped the second time."""
        if self.ended and self.abandon is not None:
            self.abandon()
        self.ended = True
        self._rung.set()

    async def take(self, seconds: float) -> list[bytes]:
        """Return what waits, or nothing when it is still so after some time."""
        if not self._rung.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._rung.wait()
        self._rung.clear()
        taken, self._waiting, self._size = self._waiting, [], 0
        return taken
