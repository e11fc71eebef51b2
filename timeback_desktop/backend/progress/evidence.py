"""What the desktop measured of the work behind a completion, and which habits were found in it.

A completion is about the time in its app since the completion before it, eight hours at most.
Only what the desktop measured counts here: an app does not vouch for its own student's focus.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, select

from timeback_desktop.backend.events.judgements import ReviewResult
from timeback_desktop.backend.events.models import insights, reviews
from timeback_desktop.backend.progress.completions import Completion
from timeback_desktop.backend.progress.rules import GAMING_KINDS, HABITUAL, Gaming
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.backend.timeline import accounts, questions, record
from timeback_desktop.backend.timeline.accounts import Account
from timeback_desktop.backend.timeline.overturned import REVIEW_OF
from timeback_desktop.backend.timeline.owned import owned_time
from timeback_desktop.backend.timeline.questions import Told
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.intervals import Interval, clip, length, union
from timeback_desktop.partition import Totals

LONGEST_WORK_MS = 8 * 3_600_000
_AT_ONCE_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Work:
    """A completion with the stretch of time that it is about."""

    completion: Completion
    from_ms: int

    @property
    def to_ms(self) -> int:
        """Return the first instant after it."""
        return self.completion.at_ms


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known about the work behind one completion; ``None`` was not measured."""

    focused_ms: int | None = None
    waste_share: float | None = None
    gaming: frozenset[Gaming] = frozenset()
    habits: list[dict[str, Any]] = field(default_factory=list)
    accuracy: float | None = None


def works(completions: Sequence[Completion], before: dict[str, int]) -> list[Work]:
    """Tell what time each completion is about; ``before`` are the last ones of each app."""
    last = dict(before)
    found = []
    for each in completions:
        app_id = each.application_id or ""
        found.append(Work(each, max(last.get(app_id, 0), each.at_ms - LONGEST_WORK_MS)))
        last[app_id] = each.at_ms
    return found


def seen(connection: Connection, tenant: str, user_id: str, found: Sequence[Work]) -> list[Seen]:
    """Return what is known about each work, read a day at a time."""
    return [
        _seen(work, known)
        for part in _by_day(found)
        for known in [_known(connection, Asked(tenant, user_id), part)]
        for work in part
    ]


def _by_day(found: Sequence[Work]) -> Iterator[list[Work]]:
    part: list[Work] = []
    for work in found:
        if part and work.to_ms - part[0].from_ms > _AT_ONCE_MS:
            yield part
            part = []
        part.append(work)
    if part:
        yield part


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is known of the time that some works lie in."""

    time: list[Account]
    habits: Sequence[Row[Any]]
    told: list[tuple[str | None, Told]]


def _known(connection: Connection, asked: Asked, part: Sequence[Work]) -> _Known:
    low, high = min(work.from_ms for work in part), part[-1].to_ms + 1
    spans = sessions.every(
        connection, sessions.touching(asked.publisher_id, asked.user_id, low, high)
    )
    return _Known(
        owned_time(connection, asked, spans, low, high),
        _habits(connection, asked, low, high),
        record.answers_by_app(connection, asked, low, high),
    )


def _habits(connection: Connection, asked: Asked, low: int, high: int) -> Sequence[Row[Any]]:
    """Return the insights of a range that tell of gaming, each with the last word on it."""
    rows = connection.execute(
        select(insights, reviews.c.result)
        .outerjoin(reviews, REVIEW_OF)
        .where(
            insights.c.publisher_id == asked.publisher_id,
            insights.c.user_id == asked.user_id,
            insights.c.kind.in_(sorted(GAMING_KINDS)),
            insights.c.at_ms >= low - record.LONGEST_STRETCH_MS,
            insights.c.at_ms < high,
        )
        .order_by(insights.c.at_ms, insights.c.id, reviews.c.at_ms, reviews.c.id)
    )
    return list({row.id: row for row in rows}.values())


def _seen(work: Work, known: _Known) -> Seen:
    """Judge one work by what is known."""
    app_id = work.completion.application_id
    mine = [
        account.within(work.from_ms, work.to_ms)
        for account in known.time
        if account.home.measured and account.home.application_id == app_id and app_id
    ]
    totals = accounts.total_of(mine)
    found = [row for row in known.habits if _is_in(row, work)]
    told = [each for app, each in known.told if app == app_id and _is_graded_in(each, work)]
    counts = questions.count(told) if app_id else None
    return Seen(
        focused_ms=None if totals is None else totals.productive_ms,
        waste_share=None if totals is None else totals.waste_share,
        gaming=_gaming(found, work, totals),
        habits=[_habit(row) for row in found],
        accuracy=counts["correct"] / counts["answered"] if counts else None,
    )


def _is_graded_in(told: Told, work: Work) -> bool:
    return told.graded and work.from_ms < told.event_ms <= work.to_ms


def _is_in(row: Row[Any], work: Work) -> bool:
    """Tell whether an insight is about a work: seen by the desktop, or told by the same app."""
    start, end = _lies(row)
    apps = {None, work.completion.application_id}
    near = start < work.to_ms and max(end, start + 1) > work.from_ms
    return near and row.application_id in apps and (row.measured or row.application_id is not None)


def _lies(row: Row[Any]) -> Interval:
    start = row.at_ms if row.started_ms is None else row.started_ms
    return start, start if row.ended_ms is None else max(start, row.ended_ms)


def _stands(row: Row[Any]) -> bool:
    return bool(row.result != ReviewResult.FALSE_POSITIVE)


def _gaming(found: Sequence[Row[Any]], work: Work, totals: Totals | None) -> frozenset[Gaming]:
    """Return the kinds of gaming that cover enough of the work to count."""
    lie: dict[Gaming, list[Interval]] = {}
    for row in found:
        if _stands(row):
            lie.setdefault(GAMING_KINDS[row.kind], []).append(_lies(row))
    enough = 0.0 if totals is None else HABITUAL * totals.engaged_ms
    return frozenset(
        kind
        for kind, parts in lie.items()
        if any(start == end for start, end in parts)  # nobody said how long: it is about all of it
        or length(clip(union(parts), work.from_ms, work.to_ms)) >= max(enough, 1)
    )


def _habit(row: Row[Any]) -> dict[str, Any]:
    start, end = _lies(row)
    return {
        "insightId": row.id,
        "insightType": row.kind,
        "ms": end - start,
        "review": row.result,
        "stands": _stands(row),
    }


def reviewed(connection: Connection, tenant: str, user_id: str) -> tuple[int, int, int]:
    """Return how many reviews there are about a student, the latest, and the first judged."""
    row = connection.execute(
        select(func.count(), func.max(reviews.c.at_ms), func.min(insights.c.at_ms))
        .select_from(insights)
        .join(reviews, REVIEW_OF)
        .where(insights.c.publisher_id == tenant, insights.c.user_id == user_id)
    ).one()
    return row[0], row[1] or 0, row[2] or 0
