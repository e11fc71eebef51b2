"""Enrolling somebody in a course, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from timeback_desktop.backend.edubridge import courses as told
from timeback_desktop.backend.edubridge.asking import no_such
from timeback_desktop.backend.edubridge.default_classes import class_for
from timeback_desktop.backend.edubridge.schemas import EnrollIn
from timeback_desktop.backend.oneroster import writing
from timeback_desktop.backend.oneroster.rostering import ENROLLMENT
from timeback_desktop.backend.roster.models import courses, enrollments, orgs, users

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Who learns what, and where: at the person's own school unless another is named."""

    user_id: str
    course_id: str
    school_id: str | None = None


def enroll(
    connection: Connection, publisher_id: str, place: Place, asked: EnrollIn, now_ms: int
) -> tuple[Json, bool]:
    """Enroll a person in a course; return the enrollment, and whether it is new."""
    course = told.course_row(connection, publisher_id, place.course_id)
    school = _school(connection, publisher_id, place)
    class_id = class_for(connection, course, school, now_ms)
    known = _enrollment_in(connection, publisher_id, place.user_id, class_id, asked.role)
    document = _document(asked, place.user_id, class_id, school, known)
    if known is None:
        pair = writing.create(connection, publisher_id, ENROLLMENT, document, now_ms)
        enrollment_id = pair.allocated
    else:
        enrollment_id = known.id
        writing.change(
            connection, publisher_id, ENROLLMENT, known.id, document, now_ms, upsert=False
        )
    written = told.told(connection, publisher_id, enrollments.c.id == enrollment_id)
    return written[0], known is None


def _document(
    asked: EnrollIn, user_id: str, class_id: str, school: str, known: Row[Any] | None
) -> Json:
    began = asked.begin_date or (known.begin_date if known else None)
    metadata = {**((known.metadata if known else None) or {}), **(asked.metadata or {})}
    document: Json = {
        "user": {"sourcedId": user_id},
        "class": {"sourcedId": class_id},
        "school": {"sourcedId": school},
        "role": asked.role,
        "status": "active",
        "primary": "true" if known and known.primary else "false",
    }
    if asked.sourced_id and known is None:
        document["sourcedId"] = asked.sourced_id
    if began is not None:
        document["beginDate"] = began.isoformat()
    if metadata:
        document["metadata"] = metadata
    return document


def _school(connection: Connection, publisher_id: str, place: Place) -> str:
    """Return where somebody is to learn; their row is locked, so that nobody enrolls twice."""
    home = connection.scalar(
        select(users.c.org_id)
        .where(
            users.c.publisher_id == publisher_id,
            users.c.id == place.user_id,
            users.c.status == "active",
        )
        .with_for_update()
    )
    if home is None:
        raise no_such("user", place.user_id)
    if place.school_id is None:
        return str(home)
    named = and_(orgs.c.publisher_id == publisher_id, orgs.c.id == place.school_id)
    if connection.scalar(select(orgs.c.id).where(named)) is None:
        raise no_such("school", place.school_id)
    return place.school_id


def _enrollment_in(
    connection: Connection, publisher_id: str, user_id: str, class_id: str, role: str
) -> Row[Any] | None:
    return connection.execute(
        select(enrollments)
        .where(
            enrollments.c.publisher_id == publisher_id,
            enrollments.c.user_id == user_id,
            enrollments.c.class_id == class_id,
            enrollments.c.role == role,
        )
        .order_by(enrollments.c.entered)
        .limit(1)
    ).one_or_none()


def unenroll(connection: Connection, publisher_id: str, place: Place, now_ms: int) -> None:
    """Mark a person's enrollments in a course as to be deleted; 404 when there is none."""
    chosen = told.enrolled(publisher_id).where(
        enrollments.c.user_id == place.user_id, courses.c.id == place.course_id
    )
    if place.school_id is not None:
        chosen = chosen.where(enrollments.c.school_id == place.school_id)
    rows = connection.execute(chosen).all()
    if not rows:
        raise no_such("enrollment in the course", place.course_id)
    for row in rows:
        writing.put_away(connection, publisher_id, ENROLLMENT, row.id, now_ms)
