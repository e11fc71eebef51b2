"""Progress over HTTP: for the student himself, his teachers, and clients with the scope."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from sqlalchemy import Connection

from timeback_desktop.backend.asking import (
    DAY_MS,
    From,
    Limit,
    Offset,
    Page,
    Range,
    Timezone,
    To,
    Word,
    checked_range,
    end_of,
    instant_of,
    zone_of,
)
from timeback_desktop.backend.auth.principal import Principal, require_scope
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.progress import mastery, service, written, xp
from timeback_desktop.backend.progress.xp import Wanted
from timeback_desktop.backend.rollups.reading import rolled_zone
from timeback_desktop.backend.roster.service import may_read
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.backend.scopes import EVENTS_READONLY
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.ids import from_iri

router = APIRouter(prefix="/progress/1.0", tags=["progress"])

Json = dict[str, Any]
Watcher = Annotated[Principal, Depends(require_scope(EVENTS_READONLY))]
AppId = Annotated[str | None, Query(alias="applicationId", max_length=255)]
CourseId = Annotated[str | None, Query(alias="courseId", max_length=255)]


@router.get("/rules")
def show_rules(principal: Watcher) -> Json:  # noqa: ARG001 - whoever may read about people
    """Return the table by which points are awarded and mastery is told, as it stands."""
    return written.rules()


@router.get("/users/{user_id}/xp")
def show_xp(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    user_id: str,
    principal: Watcher,
    platform: CurrentPlatform,
    from_: From = None,
    to: To = None,
    timezone: Timezone = None,
    subject: Word = None,
    application_id: AppId = None,
    course_id: CourseId = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Json:
    """Return points by day, subject and app, and the ledger; the last 7 days unless told."""
    wanted = Wanted(subject, application_id and from_iri(application_id), course_id)
    asked = _settled(platform, principal, user_id)
    with reading(platform.engine) as connection:
        over = _range(connection, asked, platform.now(), from_, to, timezone)
        return xp.overview(connection, asked, over, wanted, Page(limit, offset))


@router.get("/users/{user_id}/mastery")
def show_mastery(  # noqa: PLR0913, PLR0917 - one parameter each of the query
    user_id: str,
    principal: Watcher,
    platform: CurrentPlatform,
    subject: Word = None,
    application_id: AppId = None,
    course_id: CourseId = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Json:
    """Return which activities a student tried and mastered, of all time."""
    wanted = Wanted(subject, application_id and from_iri(application_id), course_id)
    asked = _settled(platform, principal, user_id)
    with reading(platform.engine) as connection:
        return mastery.overview(connection, asked, wanted, Page(limit, offset))


def _settled(platform: Platform, principal: Principal, user_id: str) -> Asked:
    """Return who is asked about, with a ledger that is up to date."""
    student, tenant = from_iri(user_id), principal.publisher_id
    with reading(platform.engine) as connection:
        if tenant is None or not may_read(connection, principal, student):
            raise HTTPException(403, "This token may not read about this person.")
        fresh = service.is_settled(connection, tenant, student)
    if not fresh:
        with writing(platform.engine) as connection:
            service.settle(connection, tenant, student)
    return Asked(tenant, student)


def _range(  # noqa: PLR0913, PLR0917 - whose, now, and what was asked
    connection: Connection,
    asked: Asked,
    now_ms: int,
    from_: str | None,
    to: str | None,
    timezone: str | None,
) -> Range:
    zone = zone_of(timezone, rolled_zone(connection, asked.publisher_id))
    high = now_ms + 1 if to is None else end_of(to, zone, "/to")
    low = max(0, high - 7 * DAY_MS) if from_ is None else instant_of(from_, zone, "/from")
    return Range(*checked_range(low, high), zone)
