"""An import as a thing that can be asked about: its row, its report, its end.

A job's last state is written in the transaction that writes the roster: no crash can leave
a roster that was changed by a job that failed. Before that, a job that nobody has touched
for ten minutes has lost its process, and has failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, true, update

from timeback_desktop import ids
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.oneroster.files.models import import_jobs, import_refusals
from timeback_desktop.backend.oneroster.files.report import Refused, Report
from timeback_desktop.errors import ContractFault

LOST_AFTER_MS = 10 * 60_000
KEPT = 20
_AT_ONCE = 500
_LOST = "The program ended before the import was done. Nothing was written; please send it again."


@dataclass(frozen=True, slots=True)
class JobKey:
    """Which job, and whose."""

    tenant: str
    id: str

    @property
    def row(self) -> Any:
        """Return the condition that a row is this job."""
        return (import_jobs.c.publisher_id == self.tenant) & (import_jobs.c.id == self.id)


def begin_job(
    connection: Connection, tenant: str, options: Mapping[str, object], now_ms: int
) -> JobKey:
    """Store a new job, or refuse it while another one of the tenant is not done."""
    end_lost(connection, now_ms)
    unfinished = import_jobs.c.finished_ms.is_(None)
    mine = import_jobs.c.publisher_id == tenant
    if other := connection.scalar(select(import_jobs.c.id).where(mine, unfinished)):
        raise ContractFault(f"Another import is not done yet: {other}.", status=409)
    _forget_old(connection, tenant)
    key = JobKey(tenant, ids.mint())
    connection.execute(
        insert(import_jobs).values(
            publisher_id=tenant,
            id=key.id,
            state="waiting",
            options=dict(options),
            progress={},
            counts={},
            notices=[],
            created_ms=now_ms,
            touched_ms=now_ms,
        )
    )
    return key


def _forget_old(connection: Connection, tenant: str) -> None:
    mine = import_jobs.c.publisher_id == tenant
    newest = select(import_jobs.c.id).where(mine).order_by(import_jobs.c.id.desc())
    old = list(connection.scalars(newest.offset(KEPT - 1)))
    told = (import_refusals.c.publisher_id == tenant, import_refusals.c.job_id.in_(old))
    connection.execute(delete(import_refusals).where(*told))
    connection.execute(delete(import_jobs).where(mine, import_jobs.c.id.in_(old)))


def end_lost(connection: Connection, now_ms: int, *, alone: bool = False) -> None:
    """Let jobs fail whose process has ended: all of them when no other process is there."""
    lost = true() if alone else import_jobs.c.touched_ms < now_ms - LOST_AFTER_MS
    connection.execute(
        update(import_jobs)
        .where(import_jobs.c.finished_ms.is_(None), lost)
        .values(state="failed", failure=_LOST, finished_ms=now_ms)
    )


def job_of(connection: Connection, key: JobKey) -> Row[Any]:
    """Return a job, or answer 404."""
    found = connection.execute(select(import_jobs).where(key.row)).one_or_none()
    if found is None:
        raise ContractFault("There is no such import.", status=404)
    return found


def cancel_job(connection: Connection, key: JobKey, now_ms: int) -> None:
    """Ask a job to stop; one that has ended cannot."""
    if job_of(connection, key).finished_ms is not None:
        raise ContractFault("This import has ended already.", status=409)
    connection.execute(update(import_jobs).where(key.row).values(cancelled_ms=now_ms))


def count_faults(connection: Connection, key: JobKey) -> int:
    """Return how many faults were found in the rows of a job."""
    asked = select(func.count()).select_from(import_refusals).where(*_faults_of(key))
    return int(connection.scalar(asked) or 0)


def _faults_of(key: JobKey) -> Sequence[Any]:
    told = import_refusals.c
    return told.publisher_id == key.tenant, told.job_id == key.id


def faults(connection: Connection, key: JobKey, offset: int, limit: int) -> list[Refused]:
    """Return some of the faults that were found, in the order in which they were."""
    told = import_refusals.c
    asked = select(told.file, told.line, told.sourced_id, told.column, told.message)
    page = asked.where(*_faults_of(key), told.number > offset, told.number <= offset + limit)
    return [Refused(*each) for each in connection.execute(page.order_by(told.number))]


def all_faults(engine: Engine, key: JobKey) -> Iterator[Refused]:
    """Yield all faults, holding no connection between two portions."""
    offset = 0
    while True:
        with reading(engine) as connection:
            some = faults(connection, key, offset, _AT_ONCE)
        yield from some
        offset += len(some)
        if len(some) < _AT_ONCE:
            return


@dataclass(slots=True)
class JobLog:
    """Writes down how a job goes; ``now_ms`` is told each time."""

    engine: Engine
    key: JobKey
    _waiting: list[Refused] = field(default_factory=list)
    _number: int = 0

    def note(self, fault: Refused) -> None:
        """Keep one fault of a row."""
        self._waiting.append(fault)
        if len(self._waiting) >= _AT_ONCE:
            with writing(self.engine) as connection:
                self._flush(connection)

    def _flush(self, connection: Connection) -> None:
        same = {"publisher_id": self.key.tenant, "job_id": self.key.id}
        rows = [
            {**same, "number": number, **asdict(each), "column": each.column[:128]}
            for number, each in enumerate(self._waiting, self._number + 1)
        ]
        if rows:
            connection.execute(insert(import_refusals), rows)
        self._number += len(rows)
        self._waiting = []

    def touch(self, report: Report, now_ms: int) -> bool:
        """Tell that the job lives; return whether it may go on."""
        with writing(self.engine) as connection:
            goes_on = self.may_go_on(connection)
            told = self._told(report, now_ms)
            if goes_on:
                connection.execute(update(import_jobs).where(self.key.row).values(told))
        return goes_on

    def may_go_on(self, connection: Connection) -> bool:
        """Tell whether nobody has cancelled the job or given it up."""
        job = job_of(connection, self.key)
        return job.finished_ms is None and job.cancelled_ms is None

    def _told(self, report: Report, now_ms: int) -> dict[str, Any]:
        return {
            "state": report.progress.shown_state,
            "progress": report.progress.as_json(),
            "counts": {name: each.as_json() for name, each in report.counts.items()},
            "notices": list(report.notices),
            "touched_ms": now_ms,
        }

    def complete(self, connection: Connection, report: Report, now_ms: int) -> None:
        """Write the good end down, in the transaction of the work itself."""
        self._flush(connection)
        done = {"state": "completed", "finished_ms": now_ms}
        done["progress"] = {**report.progress.as_json(), "percent": 100}
        told = {**self._told(report, now_ms), **done}
        connection.execute(update(import_jobs).where(self.key.row).values(told))

    def fail(self, report: Report, reason: str, now_ms: int) -> None:
        """Write the bad end down."""
        with writing(self.engine) as connection:
            self._flush(connection)
            failed = {"state": "failed", "failure": reason[:1024], "finished_ms": now_ms}
            told = {**self._told(report, now_ms), **failed}
            unfinished = import_jobs.c.finished_ms.is_(None)
            connection.execute(update(import_jobs).where(self.key.row, unfinished).values(told))
