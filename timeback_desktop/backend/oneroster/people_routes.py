"""The writes about people that TimeBack added to OneRoster, over HTTP.

These paths are no part of the standard; their shapes are those that the published clients
send and expect.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from timeback_desktop.backend.auth.principal import Principal, require_scope
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.oneroster.bodies import Body, told_as, unwrapped
from timeback_desktop.backend.oneroster.entity import Service
from timeback_desktop.backend.oneroster.hrefs import CANONICAL
from timeback_desktop.backend.oneroster.people import (
    add_agent,
    put_profile,
    remove_agent,
    remove_profile,
    seat,
    upsert_student,
)
from timeback_desktop.backend.oneroster.place import Place
from timeback_desktop.backend.oneroster.reading import required
from timeback_desktop.backend.oneroster.rostering import GRADING_PERIOD, TERM
from timeback_desktop.backend.oneroster.routes import tenant_of
from timeback_desktop.backend.oneroster.write_routes import MAY_DELETE, MAY_WRITE, WRITES, said
from timeback_desktop.backend.oneroster.writing import create
from timeback_desktop.backend.runtime import current_platform

router = APIRouter(prefix=CANONICAL[Service.ROSTERING], tags=["OneRoster rostering"])
_ID = "0199f0a0-5c1e-7c11-b7f0-6a2d6f1c0001"
_SEAT = {"enrollment": {"user": {"sourcedId": _ID}, "primary": True, "beginDate": "2026-09-01"}}
_PERIOD = {
    "title": "First quarter",
    "startDate": "2026-09-01",
    "endDate": "2026-11-06",
    "schoolYear": "2027",
}
Writer = Annotated[Principal, Depends(require_scope(*MAY_WRITE))]
Deleter = Annotated[Principal, Depends(require_scope(*MAY_DELETE))]


@contextmanager
def placed(request: Request, principal: Principal, sourced_id: str) -> Iterator[Place]:
    """Open a transaction at one row of the caller's tenant."""
    platform, tenant = current_platform(request), tenant_of(principal)
    with writing(platform.engine) as connection:
        yield Place(connection, tenant, sourced_id, platform.now())


@router.put("/students", operation_id="upsertStudent", summary="Create or change one student")
def put_student(request: Request, principal: Writer, body: Body) -> Response:
    """Create a student or change him, and answer with all that is kept of him."""
    document = unwrapped(body, "student", "user")
    with placed(request, principal, "") as place:
        sourced_id, is_new = upsert_student(place, document)
        writes = WRITES["students"]
        one = writes.seen(request, place.connection, principal, sourced_id, document)
    return said({"student": one}, 201 if is_new else 200)


@router.post(
    "/users/{sourcedId}/agents",
    operation_id="addAgent",
    summary="Let somebody act for a user",
    openapi_extra=told_as({"agentSourcedId": _ID}),
)
def post_agent(request: Request, principal: Writer, sourcedId: str, body: Body) -> Response:  # noqa: N803
    """Add a guardian, or another agent, to a person."""
    agent_id = unwrapped(body, "agent").get("agentSourcedId")
    with placed(request, principal, sourcedId) as place:
        add_agent(place, agent_id)
    return said(_pair(str(agent_id)), 201)


@router.delete(
    "/users/{sourcedId}/agents/{agentSourcedId}",
    operation_id="removeAgent",
    summary="Let somebody act for a user no more",
    status_code=204,
)
def delete_agent(
    request: Request,
    principal: Deleter,
    sourcedId: str,  # noqa: N803
    agentSourcedId: str,  # noqa: N803
) -> Response:
    """Take an agent from a person."""
    with placed(request, principal, sourcedId) as place:
        remove_agent(place, agentSourcedId)
    return Response(status_code=204)


@router.post(
    "/classes/{sourcedId}/students",
    operation_id="addStudentToClass",
    summary="Enroll a student in a class",
    openapi_extra=told_as(_SEAT),
)
def post_student(request: Request, principal: Writer, sourcedId: str, body: Body) -> Response:  # noqa: N803
    """Enroll a student in a class."""
    return _seated(request, principal, sourcedId, body, "student")


@router.post(
    "/classes/{sourcedId}/teachers",
    operation_id="addTeacherToClass",
    summary="Let a teacher teach a class",
    openapi_extra=told_as(_SEAT),
)
def post_teacher(request: Request, principal: Writer, sourcedId: str, body: Body) -> Response:  # noqa: N803
    """Let a teacher teach a class."""
    return _seated(request, principal, sourcedId, body, "teacher")


def _seated(
    request: Request, principal: Principal, class_id: str, body: Any, role: str
) -> Response:
    """Answer to an enrollment, told as one or, as the 0.3.0 client does, by the person alone."""
    told = dict(unwrapped(body, "enrollment"))
    if "user" not in told and role in told:
        told["user"] = told[role]
    with placed(request, principal, class_id) as place:
        pair = seat(place, role, told)
    return said(pair.as_document(), 201)


@router.post(
    "/terms/{sourcedId}/gradingPeriods",
    operation_id="createGradingPeriodForTerm",
    summary="Create one grading period in a term",
    openapi_extra=told_as({"academicSession": _PERIOD}),
)
def post_grading_period(
    request: Request,
    principal: Writer,
    sourcedId: str,  # noqa: N803
    body: Body,
) -> Response:
    """Create a grading period in a term."""
    told = dict(unwrapped(body, "academicSession", "gradingPeriod"))
    told["parent"] = {"sourcedId": sourcedId}
    with placed(request, principal, sourcedId) as place:
        required(place.connection, place.tenant, TERM, sourcedId)
        pair = create(place.connection, place.tenant, GRADING_PERIOD, told, place.now_ms)
    return said(pair.as_document(), 201)


@router.put(
    "/users/{sourcedId}/profiles/{profileId}",
    operation_id="putUserProfile",
    summary="Assign an app to a user",
    openapi_extra=told_as({"profileId": f"urn:uuid:{_ID}", "applicationId": _ID}),
)
def put_user_profile(
    request: Request,
    principal: Writer,
    sourcedId: str,  # noqa: N803
    profileId: str,  # noqa: N803
    body: Body,
) -> Response:
    """Give a person a profile in an app that the school lets in."""
    document = unwrapped(body, "userProfile", "profile")
    with placed(request, principal, sourcedId) as place:
        kept, is_new = put_profile(place, profileId, document)
    return said(kept, 201 if is_new else 200)


@router.delete(
    "/users/{sourcedId}/profiles/{profileId}",
    operation_id="deleteUserProfile",
    summary="Take an app from a user",
    status_code=204,
)
def delete_user_profile(
    request: Request,
    principal: Deleter,
    sourcedId: str,  # noqa: N803
    profileId: str,  # noqa: N803
) -> Response:
    """Take a profile from a person, with the credentials that were kept for it."""
    with placed(request, principal, sourcedId) as place:
        remove_profile(place, profileId)
    return Response(status_code=204)


def _pair(sourced_id: str) -> dict[str, Any]:
    pair = {"suppliedSourcedId": sourced_id, "allocatedSourcedId": sourced_id}
    return {"sourcedIdPairs": pair}
