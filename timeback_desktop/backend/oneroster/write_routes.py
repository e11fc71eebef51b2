"""The writes of OneRoster over HTTP, which TimeBack added to the standard's reads.

Each collection takes the same four. A create answers 201 with the pair of sourcedIds; PUT
and PATCH answer with what is kept now; DELETE answers 204. ``install`` is what other
services of OneRoster get theirs from too.

Who may write may not therefore read: an answer tells the fields that a caller sent, and the
others only to one whose token could have read them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from timeback_desktop.backend import scopes
from timeback_desktop.backend.auth.principal import Principal, require_scope
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.oneroster import rostering as roster
from timeback_desktop.backend.oneroster.bodies import BODY, document_of
from timeback_desktop.backend.oneroster.entity import Entity
from timeback_desktop.backend.oneroster.hrefs import CANONICAL, HrefBase
from timeback_desktop.backend.oneroster.older import with_older_names
from timeback_desktop.backend.oneroster.reading import Wire, required, wire
from timeback_desktop.backend.oneroster.routes import tenant_of
from timeback_desktop.backend.oneroster.writing import change, create, put_away
from timeback_desktop.backend.runtime import current_platform

_ALWAYS = frozenset({"sourcedId", "status", "dateLastModified"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """The writes of one collection: ``name`` is its own in operations, scopes say who may.

    ``upsert`` lets a PUT create what is not there.
    """

    entity: Entity
    name: str
    write: tuple[str, ...]
    delete: tuple[str, ...]
    read: tuple[str, ...]
    upsert: bool = False

    def seen(
        self,
        request: Request,
        connection: Connection,
        principal: Principal,
        sourced_id: str,
        document: Mapping[str, Any],
    ) -> Wire:
        """Return one thing as the caller who wrote ``document`` may see it."""
        tenant, base = tenant_of(principal), HrefBase.of(request)
        row = required(connection, tenant, self.entity, sourced_id)
        (one,) = wire(connection, tenant, self.entity, [row], base)
        if principal.scopes.isdisjoint(self.read):
            told = _ALWAYS | document.keys()
            one = {name: value for name, value in one.items() if name in told}
        return with_older_names(connection, tenant, self.entity, one, base)


def said(body: Wire, status: int) -> Response:
    """Return ``body`` as the JSON of an answer."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


Handler = Callable[..., Response]


def install(router: APIRouter, writes: Writes) -> None:
    """Add the four writes of a collection to ``router``."""
    collection = f"{CANONICAL[writes.entity.service]}/{writes.entity.path}"
    one = f"{collection}/{{sourcedId}}"
    rows: tuple[tuple[str, str, str, Handler, int], ...] = (
        ("POST", collection, "create", _create(writes), 201),
        ("PUT", one, "update", _change(writes), 200),
        ("PATCH", one, "patch", _change(writes), 200),
        ("DELETE", one, "delete", _put_away(writes), 204),
    )
    for method, path, verb, handler, status in rows:
        router.add_api_route(
            path,
            handler,
            methods=[method],
            operation_id=f"{verb}{writes.name}",
            summary=f"{verb.title()} one {writes.entity.singular}",
            tags=[f"OneRoster {writes.entity.service}"],
            status_code=status,
            response_model=None,
        )


def _create(writes: Writes) -> Handler:
    scoped = Depends(require_scope(*writes.write))

    def answer(request: Request, principal: Principal = scoped, body: Any = BODY) -> Response:
        document = document_of(writes.entity, body)
        platform, tenant = current_platform(request), tenant_of(principal)
        with writing(platform.engine) as connection:
            pair = create(connection, tenant, writes.entity, document, platform.now())
        return said(pair.as_document(), 201)

    return answer


def _change(writes: Writes) -> Handler:
    scoped = Depends(require_scope(*writes.write))

    def answer(
        request: Request,
        sourcedId: str,  # noqa: N803 the name that the standard gives it
        principal: Principal = scoped,
        body: Any = BODY,
    ) -> Response:
        document, entity = document_of(writes.entity, body), writes.entity
        platform, tenant = current_platform(request), tenant_of(principal)
        with writing(platform.engine) as connection:
            is_new = change(
                connection,
                tenant,
                entity,
                sourcedId,
                document,
                platform.now(),
                upsert=writes.upsert,
            )
            one = writes.seen(request, connection, principal, sourcedId, document)
        return said({entity.singular: one}, 201 if is_new else 200)

    return answer


def _put_away(writes: Writes) -> Handler:
    scoped = Depends(require_scope(*writes.delete))

    def answer(
        request: Request,
        sourcedId: str,  # noqa: N803 the name that the standard gives it
        principal: Principal = scoped,
    ) -> Response:
        platform, tenant = current_platform(request), tenant_of(principal)
        with writing(platform.engine) as connection:
            put_away(connection, tenant, writes.entity, sourcedId, platform.now())
        return Response(status_code=204)

    return answer


MAY_WRITE = (scopes.ROSTER_CREATEPUT,)
MAY_DELETE = (scopes.ROSTER_DELETE, scopes.ROSTER_CREATEPUT)
MAY_READ = (scopes.ROSTER_READONLY, scopes.ROSTER_CORE_READONLY)
_COLLECTIONS = (
    (roster.ACADEMIC_SESSION, "AcademicSession", MAY_READ),
    (roster.CLASS, "Class", MAY_READ),
    (roster.COURSE, "Course", MAY_READ),
    (roster.DEMOGRAPHICS, "Demographics", (scopes.ROSTER_DEMOGRAPHICS_READONLY,)),
    (roster.ENROLLMENT, "Enrollment", MAY_READ),
    (roster.GRADING_PERIOD, "GradingPeriod", MAY_READ),
    (roster.ORG, "Org", MAY_READ),
    (roster.SCHOOL, "School", MAY_READ),
    (roster.STUDENT, "Student", MAY_READ),
    (roster.TEACHER, "Teacher", MAY_READ),
    (roster.TERM, "Term", MAY_READ),
    (roster.USER, "User", MAY_READ),
)
WRITES = {
    entity.path: Writes(entity=entity, name=name, write=MAY_WRITE, delete=MAY_DELETE, read=read)
    for entity, name, read in _COLLECTIONS
}

router = APIRouter()
for _writes in WRITES.values():
    install(router, _writes)
