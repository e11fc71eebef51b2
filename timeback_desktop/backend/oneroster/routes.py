"""The reads of OneRoster over HTTP: one handler for lists, one for single things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import ColumnElement, Connection

from timeback_desktop.backend.auth.principal import Principal, require_scope
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.environments import door_of
from timeback_desktop.backend.oneroster import dialect, discovery, listing
from timeback_desktop.backend.oneroster.documentation import documented
from timeback_desktop.backend.oneroster.faults import CodeMinor, RosterFault
from timeback_desktop.backend.oneroster.hrefs import CANONICAL, HrefBase
from timeback_desktop.backend.oneroster.older import all_with_older_names, in_official_words
from timeback_desktop.backend.oneroster.operations import Read, every_read
from timeback_desktop.backend.oneroster.reading import Wire, find, page, required, wire
from timeback_desktop.backend.oneroster.rostering import DEMOGRAPHICS, USER
from timeback_desktop.backend.runtime import current_engine, current_platform
from timeback_desktop.backend.scopes import ROSTER_DEMOGRAPHICS_READONLY

Answer = Callable[[Request, Principal], Response]


def tenant_of(principal: Principal) -> str:
    """Return whose rows a caller works on, or answer 403."""
    if principal.publisher_id is None:
        raise RosterFault(403, CodeMinor.FORBIDDEN, "This token belongs to no school.")
    return principal.publisher_id


def told(body: Wire, headers: dict[str, str] | None = None, *, status: int = 200) -> Response:
    """Return ``body`` as the JSON of an answer."""
    content = msgspec.json.encode(body)
    return Response(content, status, headers, media_type="application/json")


def _single(read: Read) -> Answer:
    scoped = Depends(require_scope(*read.scopes))

    def answer(request: Request, principal: Principal = scoped) -> Response:
        tenant = tenant_of(principal)
        only = listing.fields_of(read.entity, request.query_params)
        with reading(current_engine(request)) as connection:
            row = required(connection, tenant, read.entity, request.path_params["sourcedId"])
            base = HrefBase.of(request)
            rows = wire(connection, tenant, read.entity, [row], base, only)
            if not dialect.is_spoken(request):
                (one,) = in_official_words(read.entity, rows)
                return told({read.keys[0]: one}, dialect.HEADERS)
            if only is None:
                rows = all_with_older_names(connection, tenant, read.entity, rows, base)
        return told(dict.fromkeys(read.keys, rows[0]), dialect.HEADERS)

    return answer


def _list(read: Read) -> Answer:
    scoped = Depends(require_scope(*read.scopes))

    def answer(request: Request, principal: Principal = scoped) -> Response:
        tenant = tenant_of(principal)
        asked = listing.asked_of(read.entity, request.query_params)
        with reading(current_engine(request)) as connection:
            below = _below(connection, tenant, read, request.path_params)
            within = (*below, *asked.within)
            found = page(connection, tenant, read.entity, within, asked)
            base = HrefBase.of(request)
            rows = wire(connection, tenant, read.entity, found.rows, base, asked.only)
            headers = _headers(request, asked, found.total)
            if not dialect.is_spoken(request):
                return told({read.keys[0]: in_official_words(read.entity, rows)}, headers)
            if asked.only is None:
                rows = all_with_older_names(connection, tenant, read.entity, rows, base)
        body = dict.fromkeys(read.keys, rows) | listing.body_of(asked, found.total)
        if base.aliased:  # where these paths come from, lists count themselves by this name
            body["total"] = found.total
        return told(body, headers)

    return answer


def _headers(request: Request, asked: listing.Listing, total: int) -> dict[str, str]:
    issuer = current_platform(request).settings.issuer_url
    path = quote(door_of(request).as_called(request.url.path), safe="/:@")
    return dialect.HEADERS | listing.headers_of(issuer + path, request.query_params, asked, total)


def _below(
    connection: Connection, tenant: str, read: Read, ids: dict[str, str]
) -> list[ColumnElement[bool]]:
    """Return what narrows a list to its parents, which must all be there."""
    conditions, before = [], ""
    for parent in read.parents:
        source_id = ids[parent.parameter]
        held = [parent.held_by(tenant, before)] if parent.held_by else []
        required(connection, tenant, parent.entity, source_id, *held)
        if parent.holds:
            conditions.append(parent.holds(tenant, source_id))
        before = source_id
    return conditions


router = APIRouter()
router.include_router(discovery.router)
for _read in every_read():
    router.add_api_route(
        f"{CANONICAL[_read.service]}/{_read.path}",
        _single(_read) if _read.single else _list(_read),
        methods=["GET"],
        operation_id=_read.operation,
        response_model=None,
        **documented(_read),
    )


@router.get(
    f"{CANONICAL[USER.service]}/users/{{sourcedId}}/demographics",
    operation_id="getUserWithDemographics",
    summary="Read one user together with the demographics",
    tags=["OneRoster rostering"],
)
def user_with_demographics(
    request: Request,
    sourcedId: str,  # noqa: N803 the name that the standard gives it
    principal: Annotated[Principal, Depends(require_scope(ROSTER_DEMOGRAPHICS_READONLY))],
) -> Response:
    """Answer with a user as it stands alone, and its demographics where there are any."""
    tenant, base = tenant_of(principal), HrefBase.of(request)
    with reading(current_engine(request)) as connection:
        row = required(connection, tenant, USER, sourcedId)
        user = wire(connection, tenant, USER, [row], base)[0]
        if (beside := find(connection, tenant, DEMOGRAPHICS, sourcedId)) is not None:
            user["demographics"] = wire(connection, tenant, DEMOGRAPHICS, [beside], base)[0]
    return told({"user": user})


@router.get(
    "/ping", operation_id="ping", summary="Ask whether the platform answers", tags=["Platform"]
)
def ping() -> dict[str, str]:
    """Answer that the platform is there."""
    return {"status": "ok"}
