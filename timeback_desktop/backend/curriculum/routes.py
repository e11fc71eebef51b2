"""The reads of CASE over HTTP, over a store without any framework."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse

from timeback_desktop.backend.auth.principal import require_scope
from timeback_desktop.backend.oneroster.faults import status_info
from timeback_desktop.backend.scopes import RESOURCE_CORE_READONLY, RESOURCE_READONLY

router = APIRouter(
    prefix="/ims/case/v1p1",
    tags=["CASE"],
    dependencies=[Depends(require_scope(RESOURCE_READONLY, RESOURCE_CORE_READONLY))],
)

Json = dict[str, Any]
Limit = Annotated[int, Query(ge=1, le=3000)]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get("/CFDocuments")
def list_documents(response: Response, limit: Limit = 100, offset: Offset = 0) -> Json:
    """Return the frameworks' documents."""
    return _empty(response, "CFDocuments", limit, offset)


@router.get("/CFItems")
def list_items(response: Response, limit: Limit = 100, offset: Offset = 0) -> Json:
    """Return the competencies of all frameworks."""
    return _empty(response, "CFItems", limit, offset)


@router.get("/CFDocuments/{sourced_id}")
def show_document(sourced_id: str) -> JSONResponse:
    """Return one document."""
    return _unknown("CFDocument", sourced_id)


@router.get("/CFItems/{sourced_id}")
def show_item(sourced_id: str) -> JSONResponse:
    """Return one competency."""
    return _unknown("CFItem", sourced_id)


@router.get("/CFAssociations/{sourced_id}")
def show_association(sourced_id: str) -> JSONResponse:
    """Return one association between two competencies."""
    return _unknown("CFAssociation", sourced_id)


@router.get("/CFPackages/{sourced_id}")
@router.get("/CFPackages/{sourced_id}/groups")
def show_package(sourced_id: str) -> JSONResponse:
    """Return a framework with all that belongs to it."""
    return _unknown("CFPackage", sourced_id)


def _empty(response: Response, key: str, limit: int, offset: int) -> Json:
    response.headers["X-Total-Count"] = "0"
    page = {"totalCount": 0, "pageCount": 0, "pageNumber": offset // limit + 1}
    return {key: [], **page, "offset": offset, "limit": limit}


def _unknown(kind: str, sourced_id: str) -> JSONResponse:
    message = f"There is no {kind} with the sourcedId {sourced_id[:255]!r}."
    return JSONResponse(status_info(404, message), 404)
