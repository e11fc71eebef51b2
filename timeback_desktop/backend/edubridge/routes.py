"""EduBridge over HTTP, as its published client calls it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from timeback_desktop.backend.auth.principal import Principal, require_scope
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.edubridge import (
    applications,
    courses,
    default_classes,
    enrolling,
    people,
    report_routes,
    resetting,
    tracks,
)
from timeback_desktop.backend.edubridge.asking import client_tenant, no_such, tenant_of
from timeback_desktop.backend.edubridge.schemas import EnrollIn, TrackIn
from timeback_desktop.backend.oneroster.hrefs import HrefBase
from timeback_desktop.backend.roster.models import enrollments
from timeback_desktop.backend.roster.service import find_user
from timeback_desktop.backend.runtime import CurrentPlatform
from timeback_desktop.backend.scopes import (
    EVENTS_READONLY,
    ROSTER_CREATEPUT,
    ROSTER_DELETE,
    ROSTER_READONLY,
)

router = APIRouter(prefix="/edubridge", tags=["edubridge"])
router.include_router(report_routes.router)

Json = dict[str, Any]
Reader = Annotated[Principal, Depends(require_scope(ROSTER_READONLY))]
Writer = Annotated[Principal, Depends(require_scope(ROSTER_CREATEPUT))]
Remover = Annotated[Principal, Depends(require_scope(ROSTER_DELETE, ROSTER_CREATEPUT))]
Watcher = Annotated[Principal, Depends(require_scope(EVENTS_READONLY))]


@router.get("/enrollments/user/{user_id}")
def list_enrollments(user_id: str, principal: Reader, platform: CurrentPlatform) -> Json:
    """Return the courses that a person is enrolled in."""
    tenant = tenant_of(principal)
    with reading(platform.engine) as connection:
        if find_user(connection, tenant, user_id) is None:
            raise no_such("user", user_id)
        return {"data": courses.told(connection, tenant, enrollments.c.user_id == user_id)}


@router.post("/enrollments/enroll/{user_id}/{course_id}", status_code=201)
@router.post("/enrollments/enroll/{user_id}/{course_id}/{school_id}", status_code=201)
def enroll(  # noqa: PLR0913, PLR0917 - the path, the body and the rest
    user_id: str,
    course_id: str,
    principal: Writer,
    platform: CurrentPlatform,
    response: Response,
    school_id: str | None = None,
    asked: EnrollIn | None = None,
) -> Json:
    """Enroll a person in a course, in its default class; 200 when that was so already."""
    tenant, place = tenant_of(principal), enrolling.Place(user_id, course_id, school_id)
    with writing(platform.engine) as connection:
        told, is_new = enrolling.enroll(
            connection, tenant, place, asked or EnrollIn(), platform.now()
        )
    if not is_new:
        response.status_code = 200
    return {"data": told}


@router.delete("/enrollments/unenroll/{user_id}/{course_id}", status_code=204)
@router.delete("/enrollments/unenroll/{user_id}/{course_id}/{school_id}", status_code=204)
def unenroll(
    user_id: str,
    course_id: str,
    principal: Remover,
    platform: CurrentPlatform,
    school_id: str | None = None,
) -> None:
    """Mark a person's enrollments in a course as to be deleted."""
    place = enrolling.Place(user_id, course_id, school_id)
    with writing(platform.engine) as connection:
        enrolling.unenroll(connection, tenant_of(principal), place, platform.now())


@router.post("/enrollments/resetGoals/{course_id}")
def reset_goals(course_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Give everybody in a course the goals of the course."""
    with writing(platform.engine) as connection:
        updated = resetting.reset_goals(connection, tenant_of(principal), course_id, platform.now())
    return {"data": {"updated": updated, "errors": []}}


@router.delete("/enrollments/resetProgress/{user_id}/{course_id}", status_code=204)
def reset_progress(
    user_id: str, course_id: str, principal: Remover, platform: CurrentPlatform
) -> None:
    """Mark a person's assessment results in a course as to be deleted."""
    tenant = tenant_of(principal)
    with writing(platform.engine) as connection:
        if find_user(connection, tenant, user_id) is None:
            raise no_such("user", user_id)
        resetting.reset_progress(connection, tenant, user_id, course_id, platform.now())


@router.get("/enrollments/defaultClass/{course_id}")
@router.get("/enrollments/defaultClass/{course_id}/{school_id}")
def show_default_class(
    course_id: str, principal: Reader, platform: CurrentPlatform, school_id: str | None = None
) -> Json:
    """Return the class that people are enrolled in when they are enrolled in a course."""
    with reading(platform.engine) as connection:
        told = default_classes.default_class(connection, tenant_of(principal), course_id, school_id)
    return {"data": told}


@router.get("/users")
def list_users(
    request: Request,
    response: Response,
    principal: Reader,
    platform: CurrentPlatform,
    roles: Annotated[list[str], Query(min_length=1)],  # noqa: ARG001 - told to the reference
) -> Json:
    """Return people who have these roles and no others, by the list rules of OneRoster."""
    with reading(platform.engine) as connection:
        told, total = people.page(
            connection, tenant_of(principal), request.query_params, HrefBase.of(request)
        )
    response.headers["X-Total-Count"] = str(total)
    return told


@router.get("/applications")
def list_applications(principal: Reader, platform: CurrentPlatform) -> Json:
    """Return the apps that the school lets in."""
    with reading(platform.engine) as connection:
        return {"applications": applications.told(connection, tenant_of(principal))}


@router.get("/applicationMetrics/{application_id}")
def show_application_metrics(
    application_id: str, principal: Watcher, platform: CurrentPlatform
) -> Json:
    """Return how much an app is used."""
    tenant = client_tenant(principal)
    with reading(platform.engine) as connection:
        told = applications.metrics(connection, tenant, application_id, platform.now())
    return {"data": told}


@router.get("/subject-track")
def list_tracks(principal: Reader, platform: CurrentPlatform) -> Json:
    """Return which course each subject and grade leads to."""
    with reading(platform.engine) as connection:
        return {"subjectTrack": tracks.told(connection, tenant_of(principal))}


@router.get("/subject-track/groups")
def list_track_groups(principal: Reader, platform: CurrentPlatform) -> Json:
    """Return the subject tracks, those of one subject together."""
    with reading(platform.engine) as connection:
        return {"groups": tracks.groups(connection, tenant_of(principal))}


@router.put("/subject-track")
def put_track(asked: TrackIn, principal: Writer, platform: CurrentPlatform) -> Json:
    """Say which course a subject and a grade lead to."""
    with writing(platform.engine) as connection:
        told = tracks.put(connection, tenant_of(principal), asked, platform.now())
    return {"subjectTrack": told}


@router.delete("/subject-track/{track_id}", status_code=204)
def remove_track(track_id: str, principal: Remover, platform: CurrentPlatform) -> None:
    """Forget which course a subject and a grade lead to."""
    with writing(platform.engine) as connection:
        tracks.remove(connection, tenant_of(principal), track_id)
