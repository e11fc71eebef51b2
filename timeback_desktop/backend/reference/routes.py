"""The reference over HTTP; public, as the addresses it names are."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute

from timeback_desktop.backend.environments import door_of
from timeback_desktop.backend.reference import pages
from timeback_desktop.backend.reference.document import openapi
from timeback_desktop.backend.reference.pages import slug

router = APIRouter(include_in_schema=False)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "public, max-age=300",
}


def operation_id(route: APIRoute) -> str:
    """Return the name of a route in the document: its method and path, so no two share one."""
    return slug(f"{min(route.methods or ['get'])} {route.path_format}")


@router.get("/docs")
def front(request: Request) -> HTMLResponse:
    """Show where everything is."""
    return HTMLResponse(pages.front(openapi(request.app), _root(request)), headers=_HEADERS)


@router.get("/openapi.json")
def document(request: Request) -> JSONResponse:
    """Return the OpenAPI document of everything that is answered here."""
    return JSONResponse(openapi(request.app), headers=_HEADERS)


@router.get("/docs/style.css")
def style() -> Response:
    """Return the one style sheet of the pages."""
    sheet = files("timeback_desktop.backend.reference").joinpath("style.css").read_bytes()
    return Response(sheet, media_type="text/css", headers=_HEADERS)


@router.get("/docs/{group}")
def group(group: str, request: Request) -> HTMLResponse:
    """Show the routes of one group."""
    page = pages.group_page(openapi(request.app), _root(request), group)
    if page is None:
        raise HTTPException(404, "There is no such page in the reference.")
    return HTMLResponse(page, headers=_HEADERS)


def _root(request: Request) -> str:
    return door_of(request).environment.prefix
