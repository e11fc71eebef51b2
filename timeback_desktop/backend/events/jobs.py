"""What became of an envelope, for clients that ask later: its job.

Nothing waits here: an envelope is stored when it is answered, so a job that has a name is
done. Its name tells which batches it made and how many items of each kind there were
(``schemas.answer`` writes it); what it stored is read from those batches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.archive import Kept
from timeback_desktop.backend.events.readers import tenant_of
from timeback_desktop.caliper.envelope import MAX_ITEMS
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import to_urn

_NAME = re.compile(r"([0-9a-f]{1,15})" + r"-([0-9a-f]{1,4})" * 4)


@dataclass(frozen=True, slots=True)
class Job:
    """One envelope, as its name tells it."""

    name: str
    first_batch: int
    batches: int
    accepted: int
    duplicates: int
    refused: int

    @classmethod
    def named(cls, name: str) -> Job | None:
        """Read the name of a job; ``None`` for what names none."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        job = cls(name, *(int(part, 16) for part in found.groups()))
        items = job.accepted + job.duplicates
        whole = items > 0 and items + job.refused <= MAX_ITEMS
        return job if whole and job.batches <= job.accepted else None


def find_job(connection: Connection, principal: Principal, name: str) -> dict[str, Any] | None:
    """Return a job of the caller's own; ``None`` when there is none of that name."""
    job = Job.named(name)
    if job is None:
        return None
    wanted = range(job.first_batch, job.first_batch + job.batches)
    rows = archive.batches(connection, tenant_of(principal), wanted)
    kept = [each for row in rows for each in archive.kept_in(row) if _is_own(principal, each)]
    if len(rows) < job.batches or (job.batches and not kept):
        return None
    return _written(job, kept)


def _is_own(principal: Principal, kept: Kept) -> bool:
    """Tell whether the caller sent an event; the clients of a publisher share their jobs."""
    if principal.kind is not PrincipalKind.CLIENT:
        return kept.user_id == principal.user_id
    return principal.application_id in {None, kept.application_id}


def _written(job: Job, kept: list[Kept]) -> dict[str, Any]:
    results = [{"allocatedId": str(e.number), "externalId": to_urn(e.id)} for e in kept]
    return {
        "id": job.name,
        "state": "completed",
        "returnValue": {
            "status": "success",
            "results": results,
            "accepted": job.accepted,
            "duplicates": job.duplicates,
            "refused": job.refused,
        },
        "processedOn": iso_utc(kept[0].received_ms) if kept else None,
    }
