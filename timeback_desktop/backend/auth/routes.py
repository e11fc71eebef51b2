"""The token endpoint, under the two paths that real clients call it by."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from timeback_desktop.backend.auth.schemas import TokenRefused, TokenRequest, read_token_request
from timeback_desktop.backend.auth.service import issue_client_token
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.endpoints import TOKEN_PATH
from timeback_desktop.backend.registry.clients import proven_client
from timeback_desktop.backend.runtime import CurrentPlatform

router = APIRouter(tags=["auth"])
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@router.post(TOKEN_PATH)
@router.post("/oauth2/token", include_in_schema=False)
def token(
    asked: Annotated[TokenRequest, Depends(read_token_request)], platform: CurrentPlatform
) -> JSONResponse:
    """Give an API client a token for the scopes it asks for, out of those it holds."""
    with writing(platform.engine) as connection:
        client = proven_client(connection, asked.client_id, asked.client_secret)
        if client is None:
            raise TokenRefused("invalid_client", "Unknown client or wrong secret.", status=401)
        scopes = client.scopes if asked.scopes is None else client.scopes & asked.scopes
        if not scopes:
            raise TokenRefused("invalid_scope", "This client holds none of these scopes.")
        issued = issue_client_token(connection, client, scopes, platform.now())
    answer = {
        "access_token": issued.token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "scope": " ".join(sorted(issued.scopes)),
    }
    return JSONResponse(answer, headers=_NO_STORE)


def refusal(_request: Request, error: TokenRefused) -> JSONResponse:
    """Answer as RFC 6749 wants it, with our own ``message`` besides."""
    content = {"error": error.code, "error_description": str(error), "message": str(error)}
    headers = dict(_NO_STORE)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="timeback", charset="UTF-8"'
    return JSONResponse(content, error.status, headers=headers)
