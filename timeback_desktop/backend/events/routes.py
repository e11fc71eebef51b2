"""The event endpoint as the reference tells it, and what it answers to GET.

Envelopes themselves never come this far: ``door`` answers them before the routes.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from timeback_desktop.backend.auth.principal import (
    EVENTS_WRITE,
    CurrentPrincipal,
    PrincipalKind,
)
from timeback_desktop.backend.endpoints import EVENT_PATHS
from timeback_desktop.backend.events import schemas

router = APIRouter(tags=["events"])


def send_events(_principal: CurrentPrincipal) -> Response:
    """Take a Caliper envelope and answer for each of its items."""
    raise HTTPException(405, "Send an envelope by POST.")  # ``door`` has answered every POST


def configuration(principal: CurrentPrincipal) -> dict[str, Any]:
    """Tell a sensor what it may send here."""
    if principal.kind is PrincipalKind.CLIENT and EVENTS_WRITE not in principal.scopes:
        raise HTTPException(403, f"This token does not carry the scope {EVENTS_WRITE}.")
    return schemas.configuration()


for _path in EVENT_PATHS:
    _shown = _path == EVENT_PATHS[0]
    router.add_api_route(_path, send_events, methods=["POST"], include_in_schema=_shown)
    router.add_api_route(_path, configuration, methods=["GET"], include_in_schema=_shown)
