"""Experience points as people read them: by day, subject and app, and row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from timeback_desktop.backend.asking import Page, Range
from timeback_desktop.backend.progress.models import xp_ledger
from timeback_desktop.backend.progress.rules import BY_NAME
from timeback_desktop.backend.rollups.days import Calendar, date_of
from timeback_desktop.backend.timeline.record import Asked, app_names
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import whole_seconds

Json = dict[str, Any]
_KEPT = ("at_ms", "application_id", "subject", "expected_milli", "claimed_milli", "awarded_milli")
_SECONDS = "focused_ms"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for, besides their range."""

    subject: str | None = None
    application_id: str | None = None
    course_id: str | None = None

    def of(self, asked: Asked, over: Range | None = None) -> ColumnElement[bool]:
        """Return the condition for these rows of a student."""
        row = xp_ledger.c
        told = {
            row.subject: self.subject,
            row.application_id: self.application_id,
            row.course_id: self.course_id,
        }
        conditions = [row.publisher_id == asked.publisher_id, row.user_id == asked.user_id]
        conditions += [column == value for column, value in told.items() if value is not None]
        if over is not None:
            conditions += [row.at_ms >= over.from_ms, row.at_ms < over.to_ms]
        return and_(*conditions)


def overview(connection: Connection, asked: Asked, over: Range, wanted: Wanted, page: Page) -> Json:
    """Return what was expected, claimed and awarded in a range, and one page of the ledger."""
    which = wanted.of(asked, over)
    columns = [xp_ledger.c[name] for name in (*_KEPT, _SECONDS)]
    rows = connection.execute(select(*columns).where(which).order_by(xp_ledger.c.at_ms)).all()
    names = app_names(connection, asked)
    apps = _grouped(rows, lambda row: row.application_id or "")
    calendar = Calendar(over.zone)
    days = _grouped(rows, lambda row: date_of(calendar.day_of(row.at_ms)).isoformat())
    return {
        "range": {"from": iso_utc(over.from_ms), "to": iso_utc(over.to_ms)},
        "timezone": over.zone.key,
        "totals": sums(rows),
        "days": [{"date": day, **sums(mine)} for day, mine in sorted(days.items())],
        "bySubject": [
            {"subject": subject, **sums(mine)}
            for subject, mine in sorted(_grouped(rows, lambda row: row.subject).items())
        ],
        "byApp": [
            {"applicationId": app or None, "applicationName": names.get(app), **sums(mine)}
            for app, mine in sorted(apps.items(), key=lambda each: names.get(each[0], ""))
        ],
        "ledger": _ledger(connection, which, names, page),
    }


def _grouped(rows: Iterable[Row[Any]], key: Callable[[Row[Any]], str]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def sums(rows: Sequence[Row[Any]]) -> Json:
    """Add rows up; ``null`` is what nobody expected, claimed, awarded or measured."""
    focused = _sum(row.focused_ms for row in rows)
    return {
        "completions": len(rows),
        "expectedXp": _points(_sum(row.expected_milli for row in rows)),
        "claimedXp": _points(_sum(row.claimed_milli for row in rows)),
        "awardedXp": _points(_sum(row.awarded_milli for row in rows)),
        "focusedSeconds": None if focused is None else whole_seconds(focused),
    }


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _points(milli: int | None) -> float | None:
    return None if milli is None else milli / 1000


def _ledger(
    connection: Connection, which: ColumnElement[bool], names: Mapping[str, str], page: Page
) -> Json:
    row = xp_ledger.c
    rows = connection.execute(
        select(xp_ledger)
        .where(which)
        .order_by(row.at_ms.desc(), row.source.desc(), row.source_id.desc())
        .limit(page.limit)
        .offset(page.offset)
    ).all()
    total = connection.scalar(select(func.count()).select_from(xp_ledger).where(which)) or 0
    entries = [_entry(each, names) for each in rows]
    return {"entries": entries, "pagination": page.told(len(entries), total)}


def _entry(row: Row[Any], names: Mapping[str, str]) -> Json:
    return {
        "source": row.source,
        "sourceId": row.source_id,
        "completedAt": iso_utc(row.at_ms),
        "applicationId": row.application_id,
        "applicationName": names.get(row.application_id or ""),
        "sessionId": row.session_id,
        "subject": row.subject,
        "courseId": row.course_id,
        "activityId": row.activity,
        "activityName": row.activity_name,
        "attempt": row.attempt,
        "toldAttempt": row.told_attempt,
        "accuracy": None if row.accuracy is None else round(row.accuracy, 4),
        "mastered": row.mastered,
        "masteredUnits": row.mastered_units,
        "expectedXp": _points(row.expected_milli),
        "claimedXp": _points(row.claimed_milli),
        "awardedXp": _points(row.awarded_milli),
        "focusedSeconds": None if row.focused_ms is None else whole_seconds(row.focused_ms),
        "wasteShare": None if row.waste_share is None else round(row.waste_share, 4),
        "habits": row.habits,
        "rule": row.rule,
        "reason": reason(row),
    }


def reason(row: Row[Any]) -> str:
    """Say in one or two sentences why a completion earned what it did."""
    said = BY_NAME[row.rule].words
    if row.awarded_milli is None and BY_NAME[row.rule].factor:
        return f"{said} What it is worth is not known."
    if row.expected_milli is None and row.awarded_milli:
        return f"{said} It is worth the minutes of focused work that were measured."
    return said
