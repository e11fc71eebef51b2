"""Mastery: which activities a student tried, which ones passed the gate, by subject and course."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from timeback_desktop.backend.asking import Page
from timeback_desktop.backend.progress.models import xp_ledger
from timeback_desktop.backend.progress.rules import MASTERED
from timeback_desktop.backend.progress.xp import Wanted
from timeback_desktop.backend.roster.models import courses
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.clock import iso_utc

Json = dict[str, Any]
_ROW = xp_ledger.c
_SERIES = (_ROW.source, _ROW.application_id, _ROW.activity)
_FIGURES = (
    func.count().label("attempts"),
    func.max(_ROW.accuracy).label("best"),
    func.min(case((_ROW.mastered, _ROW.at_ms))).label("mastered_ms"),
    func.min(_ROW.at_ms).label("first_ms"),
    func.max(_ROW.at_ms).label("last_ms"),
    func.sum(_ROW.mastered_units).label("units"),
    func.max(_ROW.activity_name).label("name"),
    func.max(_ROW.subject).label("subject"),
    func.max(_ROW.course_id).label("course_id"),
)


def overview(connection: Connection, asked: Asked, wanted: Wanted, page: Page) -> Json:
    """Return a student's mastery: in all, by subject, by course, and a page of activities."""
    which = wanted.of(asked)
    rows = connection.execute(select(*_SERIES, *_FIGURES).where(which).group_by(*_SERIES)).all()
    rows = sorted(rows, key=lambda row: (-row.last_ms, row.activity, row.source))
    shown = rows[page.offset : page.offset + page.limit]
    return {
        "gate": MASTERED,
        "totals": _sums(rows),
        "bySubject": [
            {"subject": subject, **_sums([row for row in rows if row.subject == subject])}
            for subject in sorted({row.subject for row in rows})
        ],
        "byCourse": _by_course(connection, asked, rows),
        "activities": [_activity(row) for row in shown],
        "pagination": page.told(len(shown), len(rows)),
    }


def _by_course(connection: Connection, asked: Asked, rows: list[Row[Any]]) -> list[Json]:
    taken = sorted({row.course_id for row in rows if row.course_id is not None})
    here: ColumnElement[bool] = courses.c.publisher_id == asked.publisher_id
    titles = {
        row.id: row.title
        for row in connection.execute(
            select(courses.c.id, courses.c.title).where(here, courses.c.id.in_(taken))
        )
    }
    return [
        {
            "courseId": course_id,
            "title": titles.get(course_id),
            **_sums([row for row in rows if row.course_id == course_id]),
        }
        for course_id in taken
    ]


def _sums(rows: list[Row[Any]]) -> Json:
    units = [int(row.units) for row in rows if row.units is not None]
    return {
        "attempted": len(rows),
        "mastered": sum(row.mastered_ms is not None for row in rows),
        "attempts": sum(row.attempts for row in rows),
        "masteredUnits": sum(units) if units else None,
    }


def _activity(row: Row[Any]) -> Json:
    return {
        "source": row.source,
        "applicationId": row.application_id,
        "activityId": row.activity,
        "activityName": row.name,
        "subject": row.subject,
        "courseId": row.course_id,
        "state": "attempted" if row.mastered_ms is None else "mastered",
        "attempts": row.attempts,
        "bestAccuracy": None if row.best is None else round(row.best, 4),
        "masteredUnits": None if row.units is None else int(row.units),
        "masteredAt": None if row.mastered_ms is None else iso_utc(row.mastered_ms),
        "firstAt": iso_utc(row.first_ms),
        "lastAt": iso_utc(row.last_ms),
    }
