"""What EduBridge tells of a course, and of who is enrolled in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select

from timeback_desktop.backend.edubridge.asking import no_such
from timeback_desktop.backend.edubridge.grades import grades_of
from timeback_desktop.backend.gradebook.models import component_resources, course_components
from timeback_desktop.backend.registry.service import Application, applications_in
from timeback_desktop.backend.roster.models import (
    academic_sessions,
    class_terms,
    classes,
    courses,
    enrollments,
    orgs,
)

Json = dict[str, Any]
ROLES = ("administrator", "proctor", "student", "teacher")
"""The roles that EduBridge knows; an enrollment in another one is OneRoster's alone."""


def enrolled(publisher_id: str) -> Select[Any]:
    """Select the live enrollments with their course and school."""
    here = classes.c.publisher_id == enrollments.c.publisher_id
    return (
        select(
            enrollments,
            courses.c.title,
            courses.c.subjects,
            courses.c.grades,
            courses.c.id.label("course_id"),
            courses.c.metadata.label("course_metadata"),
            orgs.c.name.label("school_name"),
        )
        .join(classes, and_(here, classes.c.id == enrollments.c.class_id))
        .join(
            courses,
            and_(
                courses.c.publisher_id == classes.c.publisher_id,
                courses.c.id == classes.c.course_id,
            ),
        )
        .join(
            orgs,
            and_(
                orgs.c.publisher_id == enrollments.c.publisher_id,
                orgs.c.id == enrollments.c.school_id,
            ),
        )
        .where(
            enrollments.c.publisher_id == publisher_id,
            enrollments.c.status == "active",
            enrollments.c.role.in_(ROLES),
        )
        .order_by(enrollments.c.entered)
    )


def told(connection: Connection, publisher_id: str, which: ColumnElement[bool]) -> list[Json]:
    """Write the live enrollments that ``which`` chooses."""
    rows = connection.execute(enrolled(publisher_id).where(which)).all()
    if not rows:
        return []
    apps = {app.id: app for app in applications_in(connection, publisher_id)}
    terms = _terms(connection, publisher_id, [row.class_id for row in rows])
    tested = _with_test_out(connection, publisher_id, [row.course_id for row in rows])
    return [
        _enrollment(row, apps, terms.get(row.class_id, []), test_out=row.course_id in tested)
        for row in rows
    ]


def _enrollment(
    row: Row[Any], apps: Mapping[str, Application], terms: list[Json], *, test_out: bool
) -> Json:
    return {
        "id": row.id,
        "role": row.role,
        "beginDate": row.begin_date and row.begin_date.isoformat(),
        "endDate": row.end_date and row.end_date.isoformat(),
        "metadata": goals_and_metrics(row.metadata, row.course_metadata),
        "course": {
            "id": row.course_id,
            "title": row.title,
            "metadata": row.course_metadata or {},
            "subjects": row.subjects,
            "grades": grades_of(row.grades),
            "primaryApp": _primary_app(row.course_metadata, apps),
        },
        "school": {"id": row.school_id, "name": row.school_name},
        "periods": terms,
        "testOutSupported": test_out,
        "testOutEligible": False,  # nobody here decides who may test out
    }


def goals_and_metrics(own: Json | None, of_course: Json | None) -> Json:
    """Return an enrollment's metadata; goals and metrics it has none of are its course's."""
    inherited = {
        name: (of_course or {})[name]
        for name in ("goals", "metrics")
        if isinstance((of_course or {}).get(name), dict)
    }
    return {**inherited, **(own or {})}


def _primary_app(of_course: Json | None, apps: Mapping[str, Application]) -> Json | None:
    named = (of_course or {}).get("primaryApp")
    app = apps.get(named) if isinstance(named, str) else None
    return None if app is None else {"id": app.id, "name": app.name, "domains": app.allowed_hosts}


def _terms(
    connection: Connection, publisher_id: str, class_ids: Sequence[str]
) -> dict[str, list[Json]]:
    rows = connection.execute(
        select(class_terms.c.class_id, academic_sessions)
        .join(
            academic_sessions,
            and_(
                academic_sessions.c.publisher_id == class_terms.c.publisher_id,
                academic_sessions.c.id == class_terms.c.term_id,
            ),
        )
        .where(class_terms.c.publisher_id == publisher_id, class_terms.c.class_id.in_(class_ids))
        .order_by(academic_sessions.c.start_date)
    )
    found: dict[str, list[Json]] = {}
    for row in rows:
        period = {
            "id": row.id,
            "title": row.title,
            "startDate": row.start_date.isoformat(),
            "endDate": row.end_date.isoformat(),
        }
        found.setdefault(row.class_id, []).append(period)
    return found


def _with_test_out(
    connection: Connection, publisher_id: str, course_ids: Sequence[str]
) -> set[str]:
    """Return those of the courses that hold a test with which one can be skipped."""
    part_of = and_(
        course_components.c.publisher_id == component_resources.c.publisher_id,
        course_components.c.id == component_resources.c.component_id,
    )
    found = (
        select(course_components.c.course_id)
        .join(component_resources, part_of)
        .where(
            course_components.c.publisher_id == publisher_id,
            course_components.c.course_id.in_(course_ids),
            component_resources.c.lesson_type == "test-out",
            component_resources.c.status == "active",
        )
    )
    return set(connection.scalars(found))


def course_row(connection: Connection, publisher_id: str, course_id: str) -> Row[Any]:
    """Return a live course, or answer 404."""
    row = connection.execute(
        select(courses).where(
            courses.c.publisher_id == publisher_id,
            courses.c.id == course_id,
            courses.c.status == "active",
        )
    ).one_or_none()
    if row is None:
        raise no_such("course", course_id)
    return row
