"""The writes of the gradebook, of learning resources and of course components over HTTP.

Each collection takes the four of ``write_routes``; PUT creates what is not there wherever
the standard has it so. Beside them stand the standard's ways to post several at once, below
a class, a school or a line item: all of them are written, or none.

A post of one answers with one pair of sourcedIds, a post of several with a list of pairs. The
standard has a list always, but the 0.3.0 client takes only the one; the 0.4.0 client takes
either.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from timeback_desktop.backend import scopes
from timeback_desktop.backend.auth.principal import Principal, require_scope
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.oneroster import course_structures, grading, rostering
from timeback_desktop.backend.oneroster.bodies import Body
from timeback_desktop.backend.oneroster.entity import Entity, Service
from timeback_desktop.backend.oneroster.faults import invalid_data
from timeback_desktop.backend.oneroster.hrefs import CANONICAL, HrefBase
from timeback_desktop.backend.oneroster.reading import required, wire
from timeback_desktop.backend.oneroster.routes import tenant_of
from timeback_desktop.backend.oneroster.write_routes import (
    MAY_DELETE,
    MAY_READ,
    MAY_WRITE,
    Handler,
    Writes,
    install,
    said,
)
from timeback_desktop.backend.oneroster.writing import create
from timeback_desktop.backend.runtime import current_platform

MOST_AT_ONCE = 1000
_GRADEBOOK = (
    (scopes.GRADEBOOK_CREATEPUT,),
    (scopes.GRADEBOOK_DELETE, scopes.GRADEBOOK_CREATEPUT),
    (scopes.GRADEBOOK_READONLY, scopes.GRADEBOOK_CORE_READONLY),
)
_ASSESSMENT = (
    (scopes.ASSESSMENT_CREATEPUT,),
    (scopes.ASSESSMENT_DELETE, scopes.ASSESSMENT_CREATEPUT),
    (scopes.ASSESSMENT_READONLY,),
)
_RESOURCE = (
    (scopes.RESOURCE_CREATEPUT,),
    (scopes.RESOURCE_DELETE, scopes.RESOURCE_CREATEPUT),
    (scopes.RESOURCE_READONLY, scopes.RESOURCE_CORE_READONLY),
)
_COMPONENTS = (MAY_WRITE, MAY_DELETE, MAY_READ)
_POST = (scopes.GRADEBOOK_CREATEPOST, scopes.GRADEBOOK_CREATEPUT)
_COLLECTIONS = (
    (grading.ASSESSMENT_LINE_ITEM, "AssessmentLineItem", _ASSESSMENT, True),
    (grading.ASSESSMENT_RESULT, "AssessmentResult", _ASSESSMENT, True),
    (grading.CATEGORY, "Category", _GRADEBOOK, True),
    (grading.LINE_ITEM, "LineItem", _GRADEBOOK, True),
    (grading.RESULT, "Result", _GRADEBOOK, True),
    (grading.SCORE_SCALE, "ScoreScale", _GRADEBOOK, True),
    (grading.RESOURCE, "Resource", _RESOURCE, False),
    (grading.COURSE_COMPONENT, "CourseComponent", _COMPONENTS, False),
    (grading.COMPONENT_RESOURCE, "ComponentResource", _COMPONENTS, False),
)
WRITES = {
    entity.path: Writes(
        entity=entity, name=name, write=write, delete=delete, read=read, upsert=upsert
    )
    for entity, name, (write, delete, read), upsert in _COLLECTIONS
}


@dataclass(frozen=True, slots=True)
class Above:
    """A thing that several are posted below; ``field`` is theirs that leads to it, if any."""

    parameter: str
    entity: Entity
    field: str | None


@dataclass(frozen=True, slots=True)
class Post:
    """A way to post several things of one kind at once."""

    path: str
    operation: str
    entity: Entity
    above: tuple[Above, ...]


_CLASS = Above("classSourcedId", rostering.CLASS, "class")
POSTS = (
    Post(
        "classes/{classSourcedId}/lineItems", "postLineItemsForClass", grading.LINE_ITEM, (_CLASS,)
    ),
    Post(
        "schools/{schoolSourcedId}/lineItems",
        "postLineItemsForSchool",
        grading.LINE_ITEM,
        (Above("schoolSourcedId", rostering.SCHOOL, "school"),),
    ),
    Post(
        "lineItems/{lineItemSourcedId}/results",
        "postResultsForLineItem",
        grading.RESULT,
        (Above("lineItemSourcedId", grading.LINE_ITEM, "lineItem"),),
    ),
    Post(
        "classes/{classSourcedId}/academicSessions/{academicSessionSourcedId}/results",
        "postResultsForAcademicSessionForClass",
        grading.RESULT,
        (_CLASS, Above("academicSessionSourcedId", rostering.ACADEMIC_SESSION, None)),
    ),
)


def _documents(post: Post, body: Any) -> list[Mapping[str, Any]]:
    """Return the documents that a body holds, each leading to where it was posted."""
    key = post.entity.plural
    found = body.get(key) if isinstance(body, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise invalid_data(f"The body is {{'{key}': [{{…}}, …]}}.", 422)
    if not 1 <= len(found) <= MOST_AT_ONCE:
        raise invalid_data(f"/{key} holds 1 to {MOST_AT_ONCE} documents.", 422)
    return found


def _placed(post: Post, document: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """Return a document with its references to what it was posted below."""
    placed = dict(document)
    for above in post.above:
        if above.field is None:
            continue
        here, told = ids[above.parameter], placed.get(above.field)
        named = told.get("sourcedId") if isinstance(told, dict) else told
        if named not in {None, here}:
            raise invalid_data(f"/{above.field} is {here!r}, as in the address.", 422)
        placed[above.field] = {"sourcedId": here}
    return placed


def _post(post: Post) -> Handler:
    scoped = Depends(require_scope(*_POST))

    def answer(request: Request, body: Body, principal: Principal = scoped) -> Response:
        platform, tenant = current_platform(request), tenant_of(principal)
        ids, documents = request.path_params, _documents(post, body)
        with writing(platform.engine) as connection:
            for above in post.above:
                required(connection, tenant, above.entity, ids[above.parameter])
            pairs = [
                create(
                    connection, tenant, post.entity, _placed(post, each, ids), platform.now()
                ).as_document()["sourcedIdPairs"]
                for each in documents
            ]
        return said({"sourcedIdPairs": pairs[0] if len(pairs) == 1 else pairs}, 201)

    return answer


router = APIRouter()
for _writes in WRITES.values():
    install(router, _writes)
for _each in POSTS:
    router.add_api_route(
        f"{CANONICAL[Service.GRADEBOOK]}/{_each.path}",
        _post(_each),
        methods=["POST"],
        operation_id=_each.operation,
        summary=f"Create several {_each.entity.plural}",
        tags=[f"OneRoster {Service.GRADEBOOK}"],
        status_code=201,
        response_model=None,
    )


@router.post(
    f"{CANONICAL[Service.ROSTERING]}/courses/structure",
    operation_id="createCourseStructure",
    summary="Create a course together with a lesson",
    tags=[f"OneRoster {Service.ROSTERING}"],
    status_code=201,
    response_model=None,
)
def create_structure(
    request: Request,
    body: Body,
    principal: Annotated[Principal, Depends(require_scope(*MAY_WRITE))],
) -> Response:
    """Write a course, and the lesson and test that its structure names."""
    platform, tenant = current_platform(request), tenant_of(principal)
    with writing(platform.engine) as connection:
        pair = course_structures.build(connection, tenant, body, platform.now())
    return said(pair.as_document(), 201)


@router.post(
    f"{CANONICAL[Service.RESOURCES]}/resources/export/{{sourcedId}}",
    operation_id="exportResource",
    summary="Export one resource as a zip file",
    tags=[f"OneRoster {Service.RESOURCES}"],
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "The zip file."}},
)
def export_resource(
    request: Request,
    sourcedId: str,  # noqa: N803 the name that the standard gives it
    principal: Annotated[
        Principal, Depends(require_scope(scopes.RESOURCE_READONLY, scopes.RESOURCE_CORE_READONLY))
    ],
) -> Response:
    """Answer with a zip file that holds what is known of a resource, as ``resource.json``."""
    tenant, base = tenant_of(principal), HrefBase.of(request)
    with reading(current_platform(request).engine) as connection:
        row = required(connection, tenant, grading.RESOURCE, sourcedId)
        one = wire(connection, tenant, grading.RESOURCE, [row], base)[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        # A ZipInfo of its own date, not of the clock: the same resource is the same file.
        entry = zipfile.ZipInfo("resource.json")
        archive.writestr(entry, json.dumps({"resource": one}, ensure_ascii=False, indent=2))
    named = {"Content-Disposition": 'attachment; filename="resource.zip"'}
    return Response(packed.getvalue(), headers=named, media_type="application/zip")
