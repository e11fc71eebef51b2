"""What is told about an import over HTTP, and its refused rows as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import Row

from timeback_desktop.backend.oneroster.files.columns import FILES
from timeback_desktop.backend.oneroster.files.report import Refused, Report
from timeback_desktop.clock import iso_utc

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PRIVATE = frozenset(each.csv for each in FILES if each.private)
_UNTOLD = "You may not see what this file holds, so the reason is not told."


class ImportProgress(BaseModel):
    """How far an import is."""

    file: str = ""
    rowsRead: int = 0  # noqa: N815 as on the wire
    rowsTotal: int = 0  # noqa: N815
    percent: int = 0


class ImportCounts(BaseModel):
    """What became of the rows of one file."""

    created: int
    changed: int
    putAway: int  # noqa: N815
    unchanged: int
    refused: int


class RefusedRow(BaseModel):
    """One fault of a row that was not taken."""

    file: str
    line: int
    sourcedId: str  # noqa: N815
    column: str
    message: str


class ImportJob(BaseModel):
    """An import, as it is now."""

    jobId: str  # noqa: N815
    state: Literal["waiting", "reading", "checking", "writing", "completed", "failed"]
    failure: str | None
    options: dict[str, Any]
    createdAt: str  # noqa: N815
    finishedAt: str | None  # noqa: N815
    progress: ImportProgress
    counts: dict[str, ImportCounts]
    notices: list[str]
    refusedTotal: int  # noqa: N815
    refused: list[RefusedRow]


class ImportBegun(BaseModel):
    """The answer to a package: which job takes it in."""

    jobId: str  # noqa: N815
    state: Literal["waiting"]


def job_json(
    job: Row[Any], live: Report | None, total: int, refused: Iterable[Refused], *, private: bool
) -> dict[str, object]:
    """Return a job as it is told; ``live`` knows more while the job runs here."""
    running = live if job.finished_ms is None else None
    counts = {name: each.as_json() for name, each in dict(live.counts).items()} if live else {}
    return {
        "jobId": job.id,
        "state": running.progress.shown_state if running else job.state,
        "failure": job.failure,
        "options": job.options,
        "createdAt": iso_utc(job.created_ms),
        "finishedAt": iso_utc(job.finished_ms) if job.finished_ms else None,
        "progress": running.progress.as_json() if running else job.progress,
        "counts": counts if running else job.counts,
        "notices": list(running.notices) if running else job.notices,
        "refusedTotal": total,
        "refused": [_row(each) for each in told(refused, private=private)],
    }


def told(refused: Iterable[Refused], *, private: bool) -> Iterator[Refused]:
    """Yield refused rows; what a private file holds only to those who may see it."""
    for each in refused:
        if each.file in _PRIVATE and not private:
            yield Refused(each.file, each.line, each.sourced_id, each.column, _UNTOLD)
        else:
            yield each


def _row(each: Refused) -> dict[str, object]:
    return {
        "file": each.file,
        "line": each.line,
        "sourcedId": each.sourced_id,
        "column": each.column,
        "message": each.message,
    }


def refused_csv(refused: Iterable[Refused]) -> Iterator[str]:
    """Yield refused rows as CSV, a few at a time; no cell of it is a formula."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(("file", "line", "sourcedId", "column", "message"))
    for count, each in enumerate(refused, 1):
        lines.writerow([_harmless(str(cell)) for cell in _row(each).values()])
        if count % 200 == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
