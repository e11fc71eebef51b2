"""One job in its thread: the import, its heartbeat, and whatever end it comes to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.oneroster.files.importing import Import, Options
from timeback_desktop.backend.oneroster.files.jobs import JobKey, JobLog
from timeback_desktop.backend.oneroster.files.report import (
    Cancelled,
    PackageFault,
    Progress,
    Report,
)

_log = logging.getLogger(__name__)
_HEARTBEAT_MS = 5_000


@dataclass(slots=True)
class JobRun:
    """The work of one job; ``content`` is closed, and thereby gone, when it ends."""

    engine: Engine
    key: JobKey
    content: IO[bytes]
    folder: Path
    options: Options
    now: Callable[[], int]
    stop: threading.Event = field(default_factory=threading.Event)
    report: Report = field(init=False)
    _book: JobLog = field(init=False)
    _touched_ms: int = 0

    def __post_init__(self) -> None:
        """Tie the report to the job's rows."""
        self._book = JobLog(self.engine, self.key)
        self.report = Report(self._book.note, self._checkpoint)

    def __call__(self) -> None:
        """Do the work and write its end down."""
        with self.content:
            reason = self._reason_of_failure()
            if reason:
                self._book.fail(self.report, reason, self.now())

    def _reason_of_failure(self) -> str | None:
        try:
            self._import()
        except Cancelled:
            return "It was cancelled. Nothing was written."
        except PackageFault as fault:
            return str(fault)
        except OperationalError as error:
            _log.error("An import was ended by the database: %s", error.orig)
            return "The database could not answer. Nothing was written; please send it again."
        except Exception:  # noqa: BLE001 nobody else would hear of it
            _log.exception("An import ended in a bug.")
            return "Something went wrong on our side. Nothing was written."
        return None

    def _import(self) -> None:
        Import(
            engine=self.engine,
            tenant=self.key.tenant,
            content=self.content,
            folder=self.folder,
            options=self.options,
            report=self.report,
            now=self.now,
        ).run(self._finish)
        if self.options.dry_run:
            with writing(self.engine) as connection:
                self._finish(connection)

    def _finish(self, connection: Connection) -> None:
        if self.stop.is_set() or not self._book.may_go_on(connection):
            raise Cancelled
        self._book.complete(connection, self.report, self.now())

    def _checkpoint(self, progress: Progress) -> None:
        """Stop if asked to; tell now and then that we live, but not while we hold the lock."""
        if self.stop.is_set():
            raise Cancelled
        now = self.now()
        if progress.state != "writing" and now - self._touched_ms >= _HEARTBEAT_MS:
            self._touched_ms = now
            if not self._book.touch(self.report, now):
                raise Cancelled
