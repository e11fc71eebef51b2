"""Keeping and opening the credentials of students, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from timeback_desktop.backend.auth.principal import (
    CurrentPrincipal,
    Principal,
    PrincipalKind,
    require_scope,
)
from timeback_desktop.backend.oneroster.bodies import Body, told_as, unwrapped
from timeback_desktop.backend.oneroster.checking import Draft
from timeback_desktop.backend.oneroster.credentials import Credential, keep, opened
from timeback_desktop.backend.oneroster.entity import Field, Service
from timeback_desktop.backend.oneroster.hrefs import CANONICAL
from timeback_desktop.backend.oneroster.people_routes import placed
from timeback_desktop.backend.oneroster.values import Unfit, kept_value
from timeback_desktop.backend.oneroster.write_routes import said
from timeback_desktop.backend.runtime import current_platform
from timeback_desktop.backend.scopes import CREDENTIALS_CREATEPUT, CREDENTIALS_DECRYPT
from timeback_desktop.backend.vault import Vault

_EXAMPLE = {
    "applicationName": "Willow Math",
    "credentials": {"username": "ava.thompson", "password": "…"},
}
router = APIRouter(prefix=CANONICAL[Service.ROSTERING], tags=["OneRoster rostering"])


def require_opener(principal: CurrentPrincipal) -> Principal:
    """Let pass who may open credentials: clients with that scope, and students their own.

    Whose they are is known to the route alone, which looks once more. A student does so here,
    and not by an app: it would read what is signed in with to another one.
    """
    himself = principal.kind is PrincipalKind.USER and not principal.is_lent
    if himself or CREDENTIALS_DECRYPT in principal.scopes:
        return principal
    challenge = f'Bearer error="insufficient_scope", scope="{CREDENTIALS_DECRYPT}"'
    raise HTTPException(
        403,
        f"This token does not carry the scope {CREDENTIALS_DECRYPT}.",
        headers={"WWW-Authenticate": challenge},
    )


@router.post(
    "/users/{sourcedId}/credentials",
    operation_id="registerCredential",
    summary="Keep a user's credential for an app",
    openapi_extra=told_as(_EXAMPLE),
)
def post_credential(
    request: Request,
    principal: Annotated[Principal, Depends(require_scope(CREDENTIALS_CREATEPUT))],
    sourcedId: str,  # noqa: N803
    body: Body,
) -> Response:
    """Keep what a student signs in to an app with, sealed."""
    told = _credential(unwrapped(body, "credential"))
    vault = Vault.open(current_platform(request).settings.keys)
    with placed(request, principal, sourcedId) as place:
        kept = keep(place, vault, told)
    answer = {
        "userProfileId": kept.user_profile_id,
        "credentialId": kept.credential_id,
        "message": "The credential is kept, sealed.",
    }
    return said(answer, 201)


@router.post(
    "/users/{sourcedId}/credentials/{credentialId}/decrypt",
    operation_id="decryptCredential",
    summary="Open a user's credential",
)
def post_decrypt(
    request: Request,
    principal: Annotated[Principal, Depends(require_opener)],
    sourcedId: str,  # noqa: N803
    credentialId: str,  # noqa: N803
) -> Response:
    """Tell the password of a credential, and note who asked for it."""
    if principal.kind is PrincipalKind.USER and principal.user_id != sourcedId:
        raise HTTPException(403, "People may open only their own credentials.")
    vault = Vault.open(current_platform(request).settings.keys)
    with placed(request, principal, sourcedId) as place:
        password = opened(place, vault, credentialId, principal)
    answer = said({"password": password}, 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _credential(told: Any) -> Credential:
    draft, inner = Draft(), told.get("credentials")
    if not isinstance(inner, dict):
        draft.refuse("/credentials", "is an object with username and password")
        inner = {}
    name = _text(draft, told, "applicationName", "")
    username = _text(draft, inner, "username", "/credentials")
    password = _text(draft, inner, "password", "/credentials")
    draft.raise_faults()
    return Credential(name, username, password)


def _text(draft: Draft, told: Any, name: str, within: str) -> str:
    try:
        kept = kept_value(Field(name=name, required=True, longest=255), told.get(name))
    except Unfit as fault:
        draft.refuse(f"{within}/{name}", str(fault))
        return ""
    return str(kept)
