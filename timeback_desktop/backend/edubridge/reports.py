"""Learning time as reports want it: a week as a list, an enrollment, the school year so far."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, and_, func, select

from timeback_desktop.backend.edubridge.asking import no_such
from timeback_desktop.backend.edubridge.facts import Facts, achieved, claimed, spent
from timeback_desktop.backend.rollups.days import date_of
from timeback_desktop.backend.rollups.figures import Cell, Figures
from timeback_desktop.backend.roster.models import (
    academic_sessions,
    classes,
    courses,
    enrollments,
    orgs,
    users,
)
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.clock import iso_utc, local_date, midnight_ms

Json = dict[str, Any]
_SATURDAY = 5


class Enrolled(NamedTuple):
    """Who is enrolled, since when, and in which subjects."""

    user_id: str
    begin_date: date | None
    subjects: list[str]


def records(
    connection: Connection, asked: Asked, facts: Facts, zone: ZoneInfo, now_ms: int
) -> list[Json]:
    """Write a student's facts as a list: one record for each day, subject and app."""
    at = and_(orgs.c.publisher_id == users.c.publisher_id, orgs.c.id == users.c.org_id)
    person = connection.execute(
        select(users, orgs.c.name.label("org_name"))
        .join(orgs, at)
        .where(users.c.publisher_id == asked.publisher_id, users.c.id == asked.user_id)
    ).one()
    told = {**_who(person), "generatedAt": iso_utc(now_ms)}
    return [
        {**told, **_what(asked.user_id, cell, figures, facts.name_of(cell.application_id), zone)}
        for cell, figures in sorted(facts.cells.items(), key=lambda each: _order(each[0]))
    ]


def _order(cell: Cell) -> tuple[int, str, str]:
    return cell.day, cell.subject, cell.application_id


def _who(person: Row[Any]) -> Json:
    return {
        "email": person.email or "",
        "username": person.username,
        "userGrade": person.grades[0] if person.grades else None,
        "userFamilyName": person.family_name,
        "userGivenName": person.given_name,
        "userId": person.id,
        "campusId": person.org_id,
        "campusName": person.org_name,
        "source": "events",
    }


def _what(student_id: str, cell: Cell, figures: Figures, app: str, zone: ZoneInfo) -> Json:
    day, seconds = date_of(cell.day), {**spent(figures), **claimed(figures)}
    return {
        "id": _number(f"{student_id}/{day}/{cell.subject}/{cell.application_id}"),
        "date": day.isoformat(),
        "datetime": iso_utc(midnight_ms(day, zone)),
        "subject": cell.subject,
        "app": app,
        **achieved(figures),
        **{name: None if told is None else str(told) for name, told in seconds.items()},
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "dayOfWeek": day.isoweekday() % 7,  # 0 is Sunday
    }


def _number(name: str) -> int:
    """Return the same number for the same name, one that JavaScript can hold exactly."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6])


def enrollment(connection: Connection, tenant: str, enrollment_id: str) -> Enrolled:
    """Return an enrollment with the subjects of its course, or answer 404."""
    row = connection.execute(
        select(enrollments.c.user_id, enrollments.c.begin_date, courses.c.subjects)
        .join(
            classes,
            and_(
                classes.c.publisher_id == enrollments.c.publisher_id,
                classes.c.id == enrollments.c.class_id,
            ),
        )
        .join(
            courses,
            and_(
                courses.c.publisher_id == classes.c.publisher_id,
                courses.c.id == classes.c.course_id,
            ),
        )
        .where(enrollments.c.publisher_id == tenant, enrollments.c.id == enrollment_id)
    ).one_or_none()
    if row is None:
        raise no_such("enrollment", enrollment_id)
    return Enrolled(*row)


def time_saved(connection: Connection, tenant: str, student_id: str, now_ms: int) -> Json:
    """Write how far the school year is; hours saved are nothing that anybody measured.

    School days are the days from Monday to Friday, holidays among them.
    """
    today = local_date(now_ms, ZoneInfo("UTC"))
    began = connection.scalar(
        select(func.max(academic_sessions.c.start_date)).where(
            academic_sessions.c.publisher_id == tenant,
            academic_sessions.c.type == "schoolYear",
            academic_sessions.c.status == "active",
            academic_sessions.c.start_date <= today,
            academic_sessions.c.end_date >= today,
        )
    )
    earliest = connection.scalar(
        select(func.min(enrollments.c.begin_date)).where(
            enrollments.c.publisher_id == tenant,
            enrollments.c.user_id == student_id,
            enrollments.c.status == "active",
        )
    )
    return {
        "totalHoursSaved": None,
        "totalDaysSaved": None,
        "schoolDaysElapsed": None if began is None else _weekdays(began, today),
        "earliestStartDate": earliest and earliest.isoformat(),
        "schoolYearStartDate": began and began.isoformat(),
        "calculation": None,
    }


def _weekdays(first: date, last: date) -> int:
    days = (last - first).days + 1
    return sum((first + timedelta(days=at)).weekday() < _SATURDAY for at in range(days))
