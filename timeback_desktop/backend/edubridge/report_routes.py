"""EduBridge's analytics and learning reports over HTTP: about one student each.

``routes`` puts these below ``/edubridge`` with its own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from timeback_desktop.backend.asking import (
    LONGEST_RANGE_MS,
    Range,
    checked_range,
    instant_of,
    school_zone,
    week_around,
    zone_of,
)
from timeback_desktop.backend.auth.principal import Principal, require_scope
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.edubridge import mastery, reports
from timeback_desktop.backend.edubridge.asking import student_of, tenant_of
from timeback_desktop.backend.edubridge.facts import facts_of
from timeback_desktop.backend.runtime import CurrentPlatform
from timeback_desktop.backend.scopes import EVENTS_READONLY
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.clock import iso_utc, midnight_ms

router = APIRouter()

Json = dict[str, Any]
Watcher = Annotated[Principal, Depends(require_scope(EVENTS_READONLY))]
Text = Annotated[str | None, Query(max_length=256)]
Start = Annotated[str, Query(alias="startDate", max_length=64)]
End = Annotated[str, Query(alias="endDate", max_length=64)]
MaybeStart = Annotated[str | None, Query(alias="startDate", max_length=64)]
MaybeEnd = Annotated[str | None, Query(alias="endDate", max_length=64)]
StudentId = Annotated[str | None, Query(alias="studentId", max_length=255)]
WeekDate = Annotated[str, Query(alias="weekDate", max_length=64)]


@router.get("/analytics/activity")
def show_activity(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    principal: Watcher,
    platform: CurrentPlatform,
    start_date: Start,
    end_date: End,
    email: Text = None,
    student_id: StudentId = None,
    timezone: Text = None,
) -> Json:
    """Return what a student achieved and how time went, by day and subject."""
    zone = zone_of(timezone)
    low = instant_of(start_date, zone, "/startDate")
    high = instant_of(end_date, zone, "/endDate", end=True)
    checked_range(low, min(high + 1, low + LONGEST_RANGE_MS), "/endDate")
    with reading(platform.engine) as connection:
        student = student_of(connection, principal, student_id, email)
        over = _over(connection, principal, Range(low, high + 1, zone))
        facts = facts_of(connection, Asked(tenant_of(principal), student), over)
    return {
        "message": "Time and results, as the events tell them.",
        "startDate": iso_utc(low),
        "endDate": iso_utc(high),
        "facts": facts.by_day(),
        "factsByApp": facts.by_app(),
    }


def _over(connection: Connection, principal: Principal, asked: Range) -> Range:
    """Return the range to answer for: of a very long one the school's own days, which are kept.

    TimeBack's SDK asks for all since 2000 whenever a student opens an app.
    """
    if asked.to_ms - asked.from_ms <= LONGEST_RANGE_MS:
        return asked
    zone = zone_of(None, school_zone(connection, tenant_of(principal)))
    days = Range(asked.from_ms, asked.to_ms, zone)
    after = days.last_day + timedelta(days=1)
    return Range(midnight_ms(days.first_day, zone), midnight_ms(after, zone), zone)


@router.get("/analytics/facts/weekly")
def list_weekly_facts(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    principal: Watcher,
    platform: CurrentPlatform,
    week_date: WeekDate,
    email: Text = None,
    student_id: StudentId = None,
    timezone: Text = None,
) -> Json:
    """Return the same for the week (from Monday) that a day lies in, as a list."""
    zone = zone_of(timezone)
    over = Range(*week_around(instant_of(week_date, zone, "/weekDate"), zone), zone)
    with reading(platform.engine) as connection:
        student = student_of(connection, principal, student_id, email)
        asked = Asked(tenant_of(principal), student)
        facts = facts_of(connection, asked, over)
        found = reports.records(connection, asked, facts, zone, platform.now())
    return {"facts": found}


@router.get("/analytics/enrollment/{enrollment_id}")
def show_enrollment_facts(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    enrollment_id: str,
    principal: Watcher,
    platform: CurrentPlatform,
    start_date: MaybeStart = None,
    end_date: MaybeEnd = None,
    timezone: Text = None,
) -> Json:
    """Return the same for the subjects of the course that an enrollment is for."""
    zone, tenant = zone_of(timezone), tenant_of(principal)
    with reading(platform.engine) as connection:
        found = reports.enrollment(connection, tenant, enrollment_id)
        student = student_of(connection, principal, found.user_id, None)
        high = platform.now()
        if end_date:
            high = instant_of(end_date, zone, "/endDate", end=True)
        low = high + 1 - LONGEST_RANGE_MS
        if start_date:
            low = instant_of(start_date, zone, "/startDate")
        elif found.begin_date is not None:
            low = max(low, midnight_ms(found.begin_date, zone))
        over = Range(*checked_range(max(0, low), high + 1, "/endDate"), zone)
        facts = facts_of(connection, Asked(tenant, student), over).within(found.subjects)
    return {
        "message": "Time and results, as the events tell them.",
        "enrollmentId": enrollment_id,
        "startDate": iso_utc(max(0, low)),
        "endDate": iso_utc(high),
        "facts": facts.by_day(),
        "factsByApp": facts.by_app(),
    }


@router.get("/analytics/highestGradeMastered/{student_id}/{subject}")
def show_highest_grade(
    student_id: str, subject: str, principal: Watcher, platform: CurrentPlatform
) -> Json:
    """Return the highest grades that a student mastered in a subject."""
    with reading(platform.engine) as connection:
        student = student_of(connection, principal, student_id, None)
        return mastery.grades_mastered(connection, tenant_of(principal), student, subject)


@router.get("/learning-reports/map-profile/{user_id}")
def show_map_profile(user_id: str, principal: Watcher, platform: CurrentPlatform) -> Json:
    """Return a student's latest MAP result."""
    with reading(platform.engine) as connection:
        student = student_of(connection, principal, user_id, None)
        return {"data": mastery.map_profile(connection, tenant_of(principal), student)}


@router.get("/time-saved/user/{user_id}")
def show_time_saved(user_id: str, principal: Watcher, platform: CurrentPlatform) -> Json:
    """Return how far the school year is for a student."""
    tenant = tenant_of(principal)
    with reading(platform.engine) as connection:
        student = student_of(connection, principal, user_id, None)
        return {"data": reports.time_saved(connection, tenant, student, platform.now())}
