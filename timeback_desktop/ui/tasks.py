"""The only place where threads meet widgets.

Work runs elsewhere; what follows it runs on the window's thread, in the order in which the
work was finished. A fault of the environment goes to ``failed``; anything else is a bug
and is raised on the window's thread, where the crash handler sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from timeback_desktop.errors import TimeBackError

T = TypeVar("T")
Failed = Callable[[TimeBackError], None]


class Tasks(QObject):
    """Run work on other threads and carry its result back."""

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="task")
        self._closed = False
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], object]) -> None:
        """Call something on the window's thread, soon; safe from any thread."""
        if not self._closed:
            self._posted.emit(call)

    def run(self, work: Callable[[], T], done: Callable[[T], object], failed: Failed) -> None:
        """Run blocking work, then ``done`` with its result or ``failed`` with its fault."""
        if not self._closed:
            self.follow(self._pool.submit(work), done, failed)

    def follow(self, future: Future[T], done: Callable[[T], object], failed: Failed) -> None:
        """Call ``done`` or ``failed`` when work that runs elsewhere is finished."""
        future.add_done_callback(
            lambda finished: self.post(lambda: _settle(finished, done, failed))
        )

    def close(self) -> None:
        """Forget results that nobody waits for any more."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _call(self, call: Callable[[], object]) -> None:
        if not self._closed:
            call()


def _settle(future: Future[T], done: Callable[[T], object], failed: Failed) -> None:
    try:
        result = future.result()
    except CancelledError:
        return
    except TimeBackError as fault:
        failed(fault)
    else:
        done(result)
