"""The discovery documents and the key set over HTTP, and the turning of the keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.routing import iter_route_contexts

from timeback_desktop.backend.auth.principal import require_desktop
from timeback_desktop.backend.endpoints import (
    CONFIGURATION_PATH,
    JWKS_PATH,
    ROTATE_KEYS_PATH,
    SERVER_METADATA_PATH,
)
from timeback_desktop.backend.environments import SANDBOX_PREFIX, Environment, door_of
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.backend.wellknown.documents import (
    Issuer,
    openid_configuration,
    server_metadata,
)

router = APIRouter(tags=["discovery"])
_PUBLIC = "public, max-age=300"


@router.get(JWKS_PATH)
def jwks(request: Request, platform: CurrentPlatform) -> Response:
    """Publish the keys that launches and sign-ins are signed with."""
    return _published(request, platform.keys.published(platform.now()))


@router.get(CONFIGURATION_PATH)
def configuration(request: Request, platform: CurrentPlatform) -> Response:
    """Publish where a learning app finds everything (OpenID Connect Discovery)."""
    return _published(request, openid_configuration(_issuer(request, platform)))


@router.get(SERVER_METADATA_PATH)
def metadata(request: Request, platform: CurrentPlatform) -> Response:
    """Publish where a client finds everything (RFC 8414)."""
    return _published(request, server_metadata(_issuer(request, platform)))


@router.get(f"{SERVER_METADATA_PATH}{SANDBOX_PREFIX}")
def sandbox_metadata(request: Request, platform: CurrentPlatform) -> Response:
    """Publish the same for the sandbox, under the name that RFC 8414 makes of its issuer."""
    if door_of(request).environment is Environment.SANDBOX:
        raise HTTPException(404, "A sandbox has no sandbox.")
    issuer = Issuer(Environment.SANDBOX, platform.settings.issuer_url, _answers(request))
    return _published(request, server_metadata(issuer))


@router.post(ROTATE_KEYS_PATH, dependencies=[Depends(require_desktop)])
def rotate_keys(platform: CurrentPlatform) -> dict[str, str]:
    """Let the next signing key sign from now on, and publish one more."""
    return {"kid": platform.keys.turn(platform.now())}


def _issuer(request: Request, platform: Platform) -> Issuer:
    environment = door_of(request).environment
    return Issuer(environment, platform.settings.issuer_url, _answers(request))


def _answers(request: Request) -> Callable[[str], bool]:
    """Return a test whether the app has a route for a path."""
    routes = iter_route_contexts(request.app.routes)
    return frozenset(str(route.path_format) for route in routes).__contains__


def _published(request: Request, document: dict[str, Any]) -> Response:
    body = json.dumps(document).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": _PUBLIC, "ETag": tag}
    known = {name.strip() for name in request.headers.get("if-none-match", "").split(",")}
    if not known.isdisjoint({tag, f"W/{tag}", "*"}):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
