"""Keep the ledger: work out what is new since it was settled last, or all of it.

Nothing has to be told here when something arrives. Batches of events have numbers that rise,
reviews and results are counted: by these a ledger knows whether it is up to date
(:func:`is_settled`, a few look-ups), and from when on it is not. So :func:`settle` is called by
whoever reads. Worked out again, a row comes out the same: nothing in it depends on when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, case, delete, func, insert, select, union

from timeback_desktop.backend.db.bulk import put_rows
from timeback_desktop.backend.events.models import activities, event_batches
from timeback_desktop.backend.gradebook.models import assessment_results
from timeback_desktop.backend.gradebook.results import GRADED
from timeback_desktop.backend.progress import completions, worth
from timeback_desktop.backend.progress.completions import ACTIVITY, RESULT, Completion
from timeback_desktop.backend.progress.evidence import Seen, reviewed, seen, works
from timeback_desktop.backend.progress.models import xp_ledger, xp_settled
from timeback_desktop.backend.progress.rules import (
    Evidence,
    awarded_milli,
    base_milli,
    decide,
    is_mastered,
)
from timeback_desktop.backend.timeline.record import LONGEST_STRETCH_MS, parts_of

Series = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Stand:
    """How far what is known about a student has come."""

    batch_id: int
    reviews: int
    reviewed_ms: int
    results: int
    resulted_ms: int


def is_settled(connection: Connection, tenant: str, user_id: str) -> bool:
    """Tell whether a student's ledger holds all that is known."""
    return _settled(connection, tenant, user_id) == _stand(connection, tenant, user_id)[0]


def settle(connection: Connection, tenant: str, user_id: str) -> bool:
    """Bring a student's ledger up to date in a writing transaction; tell whether it was not."""
    before = _settled(connection, tenant, user_id)
    now, first_judged_ms = _stand(connection, tenant, user_id)
    if before == now:
        return False
    from_ms = _changed_from(connection, tenant, user_id, before, now, first_judged_ms)
    if from_ms is not None:
        _fold(connection, tenant, user_id, from_ms)
    if before is None or before.results != now.results or before.resulted_ms != now.resulted_ms:
        _fold_results(connection, tenant, user_id)
    columns = ("publisher_id", "user_id", *asdict(now))
    put_rows(connection, xp_settled, columns, [(tenant, user_id, *asdict(now).values())])
    return True


def note(connection: Connection, tenant: str, user_ids: Iterable[str]) -> None:
    """Settle the ledgers of these students, in order, so that no two writers block."""
    for user_id in sorted(set(user_ids)):
        settle(connection, tenant, user_id)


def hold(connection: Connection, tenant: str, user_id: str) -> None:
    """Take a ledger for settled as it is: what is missing since then is old, and was not undone."""
    stand, _ = _stand(connection, tenant, user_id)
    columns = ("publisher_id", "user_id", *asdict(stand))
    put_rows(connection, xp_settled, columns, [(tenant, user_id, *asdict(stand).values())])


def rebuild(connection: Connection, tenant: str) -> int:
    """Work out a tenant's whole ledger again, and return how many students are in it.

    What content is worth is looked up anew.
    """
    for table in (xp_ledger, xp_settled):
        connection.execute(delete(table).where(table.c.publisher_id == tenant))
    user_ids = sorted(connection.scalars(_students(tenant)))
    note(connection, tenant, user_ids)
    return len(user_ids)


def _students(tenant: str) -> Any:
    return union(
        select(activities.c.user_id).where(activities.c.publisher_id == tenant),
        select(assessment_results.c.student_id).where(assessment_results.c.publisher_id == tenant),
    )


def _settled(connection: Connection, tenant: str, user_id: str) -> _Stand | None:
    names = [xp_settled.c[name] for name in _Stand.__dataclass_fields__]
    row = connection.execute(
        select(*names).where(xp_settled.c.publisher_id == tenant, xp_settled.c.user_id == user_id)
    ).one_or_none()
    return None if row is None else _Stand(*row)


def _stand(connection: Connection, tenant: str, user_id: str) -> tuple[_Stand, int]:
    """Return how far everything has come, and when the first thing was that was reviewed."""
    mine = (event_batches.c.publisher_id == tenant, event_batches.c.user_id == user_id)
    batch_id = connection.scalar(select(func.max(event_batches.c.id)).where(*mine)) or 0
    reviews, reviewed_ms, first_judged_ms = reviewed(connection, tenant, user_id)
    result = assessment_results.c
    counted = case(((result.status == "active") & (result.score_status == GRADED), 1))
    row = connection.execute(
        select(func.count(counted), func.max(result.modified_ms)).where(
            result.publisher_id == tenant, result.student_id == user_id
        )
    ).one()
    return _Stand(batch_id, reviews, reviewed_ms, row[0], row[1] or 0), first_judged_ms


def _changed_from(  # noqa: PLR0913, PLR0917 - whose, what was, and what is
    connection: Connection,
    tenant: str,
    user_id: str,
    before: _Stand | None,
    now: _Stand,
    first_judged_ms: int,
) -> int | None:
    """Return from when on completions may read otherwise; ``None`` when none does."""
    if before is None:
        return 0
    changed = []
    first = connection.scalar(
        select(func.min(event_batches.c.first_ms)).where(
            event_batches.c.publisher_id == tenant,
            event_batches.c.user_id == user_id,
            event_batches.c.id > before.batch_id,
        )
    )
    if first is not None:
        changed.append(max(0, first - LONGEST_STRETCH_MS))
    if (before.reviews, before.reviewed_ms) != (now.reviews, now.reviewed_ms):
        changed.append(first_judged_ms)
    return min(changed, default=None)


def _fold(connection: Connection, tenant: str, user_id: str, from_ms: int) -> None:
    """Work out the rows of activities from an instant on."""
    found = completions.told_from(connection, tenant, user_id, from_ms)
    _forget(connection, tenant, user_id, ACTIVITY, from_ms)
    if found:
        kept = and_(_rows_of(tenant, user_id, ACTIVITY), xp_ledger.c.at_ms < from_ms)
        evidence = seen(connection, tenant, user_id, works(found, _last(connection, kept)))
        attempts = _attempts(connection, kept, found)
        _write(connection, tenant, user_id, found, evidence, attempts)


def _fold_results(connection: Connection, tenant: str, user_id: str) -> None:
    """Work out the rows of graded tests; nobody measures how a test was taken."""
    found = completions.graded(connection, tenant, user_id)
    _forget(connection, tenant, user_id, RESULT, 0)
    _write(connection, tenant, user_id, found, [Seen()] * len(found), {})


def _rows_of(tenant: str, user_id: str, source: str) -> Any:
    mine = (xp_ledger.c.publisher_id == tenant, xp_ledger.c.user_id == user_id)
    return and_(*mine, xp_ledger.c.source == source)


def _forget(connection: Connection, tenant: str, user_id: str, source: str, from_ms: int) -> None:
    mine = and_(_rows_of(tenant, user_id, source), xp_ledger.c.at_ms >= from_ms)
    connection.execute(delete(xp_ledger).where(mine))


def _last(connection: Connection, kept: Any) -> dict[str, int]:
    """Return when the last completion in each app was."""
    row = xp_ledger.c
    chosen: Select[Any] = select(row.application_id, func.max(row.at_ms)).where(kept)
    return {app or "": at for app, at in connection.execute(chosen.group_by(row.application_id))}


def _attempts(connection: Connection, kept: Any, found: Sequence[Completion]) -> dict[Series, int]:
    """Return how often each activity was completed before."""
    row, counts = xp_ledger.c, dict[Series, int]()
    for part in parts_of(sorted({each.activity for each in found})):
        rows = connection.execute(
            select(row.source, row.application_id, row.activity, func.max(row.attempt))
            .where(kept, row.activity.in_(part))
            .group_by(row.source, row.application_id, row.activity)
        )
        counts |= {(source, app or "", name): attempt for source, app, name, attempt in rows}
    return counts


def _write(  # noqa: PLR0913, PLR0917 - whose, and what is known of each
    connection: Connection,
    tenant: str,
    user_id: str,
    found: Sequence[Completion],
    evidence: Sequence[Seen],
    attempts: dict[Series, int],
) -> None:
    expected = worth.expected(connection, tenant, found)
    rows = []
    for each, known in zip(found, evidence, strict=True):
        # An app may know of attempts that never came here; that it knows of none proves nothing.
        attempt = max(attempts.get(each.series, 0) + 1, each.told_attempt or 1)
        attempts[each.series] = attempt
        rows.append(
            {
                "publisher_id": tenant,
                "user_id": user_id,
                **_judged(each, known, attempt, expected.get(each.names)),
            }
        )
    if rows:
        connection.execute(insert(xp_ledger), rows)


def _judged(
    each: Completion, known: Seen, attempt: int, expected_milli: int | None
) -> dict[str, Any]:
    """Return the row of one completion."""
    accuracy = known.accuracy if each.accuracy is None else each.accuracy
    rule = decide(Evidence(accuracy, attempt, known.waste_share, known.gaming))
    return {
        "at_ms": each.at_ms,
        "source": each.source,
        "source_id": each.source_id,
        "application_id": each.application_id,
        "session_id": each.session_id,
        "subject": each.subject,
        "course_id": each.course_id,
        "activity": each.activity,
        "activity_name": each.activity_name,
        "attempt": attempt,
        "told_attempt": each.told_attempt,
        "accuracy": accuracy,
        "mastered_units": each.mastered_units,
        "mastered": is_mastered(rule, accuracy),
        "expected_milli": expected_milli,
        "claimed_milli": each.claimed_milli,
        "focused_ms": known.focused_ms,
        "waste_share": known.waste_share,
        "habits": known.habits,
        "rule": rule.name,
        "awarded_milli": awarded_milli(rule, base_milli(expected_milli, known.focused_ms)),
    }
