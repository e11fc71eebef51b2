"""Signing in over HTTP: all routes of the package, joined; and how their faults are shown."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from timeback_desktop.backend.signin import (
    account_routes,
    authorize_routes,
    device_routes,
    grants,
    password_routes,
    provider_routes,
)
from timeback_desktop.backend.signin.pages import message
from timeback_desktop.backend.signin.schemas import PageFault

__all__ = ["grants", "page_fault", "router"]  # importing ``grants`` registers them

router = APIRouter()
for feature in (
    authorize_routes,
    device_routes,
    provider_routes,
    password_routes,
    account_routes,
):
    router.include_router(feature.router)


def page_fault(_request: Request, error: PageFault) -> HTMLResponse:
    """Show the person what is wrong; nothing goes to an address that was named."""
    return message(error.title, str(error), status=error.status)
