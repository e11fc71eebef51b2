"""The token endpoint, and its neighbours that end a token or tell about one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from timeback_desktop.backend.auth import documentation
from timeback_desktop.backend.auth.client_proof import Doorstep, prove
from timeback_desktop.backend.auth.grants import TokenRequest, grant_for
from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.auth.schemas import (
    TokenForm,
    TokenRefused,
    introspection,
    read_token_form,
)
from timeback_desktop.backend.auth.service import facts_of, revoke
from timeback_desktop.backend.auth.token_kinds import TokenFacts
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.endpoints import (
    INTROSPECT_PATH,
    PLAIN_TOKEN_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
)
from timeback_desktop.backend.environments import door_of
from timeback_desktop.backend.registry.clients import ApiClient
from timeback_desktop.backend.runtime import CurrentPlatform, Platform

router = APIRouter(tags=["auth"])
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
Form = Annotated[TokenForm, Depends(read_token_form)]


def _doorstep(request: Request) -> Doorstep:
    address = request.client.host if request.client else ""
    return Doorstep(door_of(request).environment, address)


At = Annotated[Doorstep, Depends(_doorstep)]


@router.post(TOKEN_PATH, **documentation.TOKEN)
@router.post(PLAIN_TOKEN_PATH, include_in_schema=False)
def token(form: Form, at: At, platform: CurrentPlatform) -> JSONResponse:
    """Give out a token, by the grant that the request names."""
    grant = grant_for(at.environment, form.fields.get("grant_type"))
    asked = TokenRequest(
        fields=form.fields,
        client_id=form.shown.client_id,
        client=prove(platform, form.shown, at),
        environment=at.environment,
        address=at.address,
    )
    return JSONResponse(grant(platform, asked).body(), headers=_NO_STORE)


@router.post(REVOKE_PATH, **documentation.REVOCATION)
def revoke_one(form: Form, at: At, platform: CurrentPlatform) -> Response:
    """End a token (RFC 7009): a client its own, and whoever holds it that of a person."""
    asked, client = _asked_token(form), prove(platform, form.shown, at)
    facts = _facts(platform, asked)
    if facts is not None:
        if facts.holder.environment is not at.environment:
            return Response(headers=_NO_STORE)
        _check_owner(facts, client)
    with writing(platform.engine) as connection:
        revoke(connection, asked, platform.now())
    return Response(headers=_NO_STORE)


def _check_owner(facts: TokenFacts, client: ApiClient | None) -> None:
    if client is None and facts.holder.kind is PrincipalKind.CLIENT:
        raise TokenRefused("invalid_client", "Show the client of this token.", status=401)
    if client is not None and facts.client_id not in {None, client.client_id}:
        raise TokenRefused("invalid_client", "This token is another client's.", status=401)


@router.post(INTROSPECT_PATH, **documentation.INTROSPECTION)
def introspect(form: Form, at: At, platform: CurrentPlatform) -> JSONResponse:
    """Tell a client what a token of its own is good for (RFC 7662)."""
    asked, client = _asked_token(form), prove(platform, form.shown, at)
    if client is None:
        raise TokenRefused("invalid_client", "Show a client id and its secret.", status=401)
    facts = _facts(platform, asked)
    own = facts if facts is not None and facts.client_id == client.client_id else None
    return JSONResponse(introspection(own, platform.settings.issuer_url), headers=_NO_STORE)


def _asked_token(form: TokenForm) -> str:
    asked = form.fields.get("token")
    if asked is None:
        raise TokenRefused("invalid_request", "token is missing.")
    return asked


def _facts(platform: Platform, asked: str) -> TokenFacts | None:
    with reading(platform.engine) as connection:
        return facts_of(connection, asked, platform.now())


def refusal(_request: Request, error: TokenRefused) -> JSONResponse:
    """Answer as RFC 6749 wants it, with our own ``message`` besides."""
    content = {"error": error.code, "error_description": str(error), "message": str(error)}
    headers = dict(_NO_STORE)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="timeback", charset="UTF-8"'
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return JSONResponse(content, error.status, headers=headers)
