"""The thread that forgets in time: once a day, in small steps, behind everybody else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from timeback_desktop.backend.privacy.erasure import finish, unfinished
from timeback_desktop.backend.privacy.expiry import expire_all

_FIRST_AFTER_S, _EVERY_S = 120.0, 24 * 3600.0
_BETWEEN_STEPS_S = 0.1
_log = logging.getLogger(__name__)


class Custodian:
    """Finishes erasures that were cut short, and takes away what was kept long enough."""

    def __init__(self, engine: Engine, now: Callable[[], int]) -> None:
        self._engine = engine
        self._now = now
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, a while from now: a backend that just started has better things to do."""
        self._thread = threading.Thread(target=self._run, name="custodian")
        self._thread.start()

    def close(self) -> None:
        """Stop after the step that is under way."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def round(self) -> None:
        """Do all that is due."""
        for erasing in unfinished(self._engine):
            finish(self._engine, erasing, self._now())
        pause = self._between_steps
        for counts in expire_all(self._engine, self._now(), pause=pause).values():
            _log.info("Expired: %s", ", ".join(f"{n} {name}" for name, n in counts.items()))

    def _between_steps(self) -> bool:
        return self._closed.wait(_BETWEEN_STEPS_S)

    def _run(self) -> None:
        pause = _FIRST_AFTER_S
        while not self._closed.wait(pause):
            pause = _EVERY_S
            try:
                self.round()
            except SQLAlchemyError as error:
                _log.error("What is old waits for the database: %s", type(error).__name__)
                pause = _FIRST_AFTER_S
