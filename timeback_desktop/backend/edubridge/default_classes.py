"""The class between a course and its students, which EduBridge never makes anybody name.

The default class of a course at a school is the one that was made here for it (its id is
derived from both, and its metadata says so), else the only class there is. With several
classes and none made, nobody can tell which one is meant, so one is made.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, and_, select

from timeback_desktop import ids
from timeback_desktop.backend.edubridge.asking import no_such
from timeback_desktop.backend.edubridge.courses import course_row
from timeback_desktop.backend.edubridge.grades import grades_of
from timeback_desktop.backend.oneroster import writing
from timeback_desktop.backend.oneroster.rostering import ACADEMIC_SESSION, CLASS
from timeback_desktop.backend.roster.models import academic_sessions, class_terms, classes
from timeback_desktop.clock import local_date

Json = dict[str, Any]
_MARK = {"edubridge": {"defaultClass": True}}
_AUGUST = 8


def default_class(
    connection: Connection, publisher_id: str, course_id: str, school_id: str | None
) -> Json:
    """Return the default class of a course as EduBridge writes it, or answer 404."""
    course = course_row(connection, publisher_id, course_id)
    found = _default_class(connection, publisher_id, course_id, school_id or course.org_id)
    if found is None:
        message = f"default class of the course {course_id!r}; enrolling somebody makes"
        raise no_such("class", message)
    terms = select(class_terms.c.term_id).where(
        class_terms.c.publisher_id == publisher_id, class_terms.c.class_id == found.id
    )
    return {
        "id": found.id,
        "title": found.title,
        "classCode": found.class_code,
        "subjectCodes": found.subject_codes or course.subject_codes or [],
        "subjects": found.subjects or course.subjects,
        "grades": grades_of(found.grades or course.grades),
        "periods": sorted(connection.scalars(terms)),
        "course": {"id": course.id, "title": course.title, "metadata": course.metadata or {}},
    }


def _default_class_id(publisher_id: str, course_id: str, school_id: str) -> str:
    return ids.seeded(publisher_id, "default-class", f"{course_id}\x1f{school_id}")


def _default_class(
    connection: Connection, publisher_id: str, course_id: str, school_id: str
) -> Row[Any] | None:
    rows = connection.execute(
        select(classes).where(
            classes.c.publisher_id == publisher_id,
            classes.c.course_id == course_id,
            classes.c.school_id == school_id,
            classes.c.status == "active",
        )
    ).all()
    made = _default_class_id(publisher_id, course_id, school_id)
    only = rows[0] if len(rows) == 1 else None
    return next((row for row in rows if row.id == made), only)


def class_for(connection: Connection, course: Row[Any], school_id: str, now_ms: int) -> str:
    """Return the id of the default class of a course at a school; make it if need be."""
    found = _default_class(connection, course.publisher_id, course.id, school_id)
    return found.id if found else _make_class(connection, course, school_id, now_ms)


def _make_class(connection: Connection, course: Row[Any], school_id: str, now_ms: int) -> str:
    tenant = course.publisher_id
    _see_that_there_is_a_year(connection, tenant, now_ms)
    class_id = _default_class_id(tenant, course.id, school_id)
    document = {
        "sourcedId": class_id,
        "status": "active",
        "title": course.title,
        "course": {"sourcedId": course.id},
        "school": {"sourcedId": school_id},
        "metadata": _MARK,
    }
    writing.change(connection, tenant, CLASS, class_id, document, now_ms, upsert=True)
    return class_id


def _see_that_there_is_a_year(connection: Connection, tenant: str, now_ms: int) -> None:
    """Make a school year where a tenant has no academic session at all: a class needs one."""
    living = and_(
        academic_sessions.c.publisher_id == tenant, academic_sessions.c.status == "active"
    )
    if connection.scalar(select(academic_sessions.c.id).where(living).limit(1)) is not None:
        return
    today = local_date(now_ms, ZoneInfo("UTC"))
    first = today.year if today.month >= _AUGUST else today.year - 1
    year_id = ids.seeded(tenant, "default-year", str(first))
    document = {
        "sourcedId": year_id,
        "status": "active",
        "title": f"{first}-{first + 1}",
        "type": "schoolYear",
        "startDate": date(first, _AUGUST, 1).isoformat(),
        "endDate": date(first + 1, _AUGUST - 1, 31).isoformat(),
        "schoolYear": str(first + 1),
    }
    writing.change(connection, tenant, ACADEMIC_SESSION, year_id, document, now_ms, upsert=True)
