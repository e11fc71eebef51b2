"""Work that is cheaper in groups: one thread does all that waits, then all that came meanwhile.

Nobody waits for others to come: a lone piece of work is done at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_MOST = 64


@dataclass(eq=False, slots=True)
class Waiting(Generic[T, R]):
    """One piece of work until it is done; ``outcome`` is the result, or why there is none."""

    work: T
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[R]
    outcome: R | BaseException | None = None

    def tell(self) -> None:
        """Answer; to be called in the loop that waits."""
        if self.answer.done():  # who waited has gone
            return
        if isinstance(self.outcome, BaseException):
            self.answer.set_exception(self.outcome)
        else:
            self.answer.set_result(self.outcome)  # type: ignore[arg-type]


@dataclass(eq=False, slots=True)
class Turns(Generic[T, R]):
    """The queue and its thread, which begins with the first piece of work."""

    _queue: deque[Waiting[T, R]] = field(default_factory=deque)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _closed: bool = False

    async def take(self, work: T, do: Callable[[Sequence[Waiting[T, R]]], None]) -> R:
        """Have a piece of work done in some group, by ``do``, and return its outcome."""
        loop = asyncio.get_running_loop()
        waiting: Waiting[T, R] = Waiting(work, loop, loop.create_future())
        with self._changed:
            if self._closed:
                raise RuntimeError("no more work is taken")
            self._queue.append(waiting)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, args=[do], name="turns", daemon=True
                )
                self._thread.start()
            self._changed.notify()
        return await waiting.answer

    def close(self) -> None:
        """Do what waits already, and then nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self, do: Callable[[Sequence[Waiting[T, R]]], None]) -> None:
        while group := self._next_group():
            try:
                do(group)
            except Exception as error:  # noqa: BLE001 - whatever it was, somebody waits for it
                for each in group:
                    each.outcome = each.outcome or error
            _answer(group)

    def _next_group(self) -> list[Waiting[T, R]]:
        with self._changed:
            while not self._queue and not self._closed:
                self._changed.wait()
            return [self._queue.popleft() for _ in range(min(len(self._queue), _MOST))]


def _answer(group: Iterable[Waiting[Any, Any]]) -> None:
    """Tell everybody, with one call into each loop."""
    loops: dict[asyncio.AbstractEventLoop, list[Waiting[Any, Any]]] = {}
    for each in group:
        loops.setdefault(each.loop, []).append(each)
    for loop, waiting in loops.items():
        with suppress(RuntimeError):  # the loop has ended, and with it the wait
            loop.call_soon_threadsafe(_tell_all, waiting)


def _tell_all(waiting: Iterable[Waiting[Any, Any]]) -> None:
    for each in waiting:
        each.tell()
