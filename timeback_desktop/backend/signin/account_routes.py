"""Accounts and administrators over HTTP: who am I, invitations, an app's redirect URIs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response
from sqlalchemy import Connection

from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.auth.principal import (
    CurrentPrincipal,
    Principal,
    PrincipalKind,
)
from timeback_desktop.backend.auth.tries import Outcome
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.endpoints import SIGN_IN_PATH, TOKEN_PATH
from timeback_desktop.backend.registry.managers import Manager, may_manage
from timeback_desktop.backend.registry.service import application, home_publisher
from timeback_desktop.backend.roster.service import Role
from timeback_desktop.backend.runtime import CurrentPlatform
from timeback_desktop.backend.signin.accounts import MemberRole, membership, memberships
from timeback_desktop.backend.signin.clients import redirects_of, set_redirects
from timeback_desktop.backend.signin.invitations import LIFETIME_S, invite
from timeback_desktop.backend.signin.password_routes import INVITATION_PATH
from timeback_desktop.backend.signin.passwords import set_password, try_password
from timeback_desktop.backend.signin.people import person
from timeback_desktop.backend.signin.schemas import (
    AccountOut,
    InvitationIn,
    InvitationOut,
    MemberOut,
    PasswordIn,
    RedirectsIn,
    RedirectsOut,
)

router = APIRouter(tags=["accounts"])


def require_account(principal: CurrentPrincipal) -> Principal:
    """Let only an account pass that signed in here; an app asks ``userinfo`` instead."""
    if principal.kind is not PrincipalKind.ACCOUNT or principal.is_lent:
        raise HTTPException(403, "Only an account may ask this.")
    return principal


def require_human(principal: CurrentPrincipal) -> Principal:
    """Let only a person or an account pass who signed in here, not an app in their name."""
    human = principal.kind in {PrincipalKind.USER, PrincipalKind.ACCOUNT}
    if not human or principal.is_lent:
        raise HTTPException(403, "Only a person who signed in may ask this.")
    return principal


Human = Annotated[Principal, Depends(require_human)]


def _holder(principal: Principal) -> Holder:
    if principal.account_id:
        return Holder(account_id=principal.account_id)
    return Holder(principal.publisher_id, principal.user_id)


@router.get("/accounts/1.0/me")
def me(
    account: Annotated[Principal, Depends(require_account)], platform: CurrentPlatform
) -> AccountOut:
    """Tell an account who it is and which publishers it looks after."""
    with reading(platform.engine) as connection:
        somebody = person(connection, _holder(account))
        publishers = memberships(connection, account.account_id or "")
    if somebody is None:
        raise HTTPException(401, "This account was closed.")
    return AccountOut(
        id=account.account_id or "",
        email=somebody.email,
        name=somebody.name,
        publishers=[
            MemberOut(id=one.publisher_id, name=one.name, kind=one.kind, role=one.role)
            for one in publishers
        ],
    )


@router.put("/accounts/1.0/me/password", status_code=204)
def change_own_password(asked: PasswordIn, human: Human, platform: CurrentPlatform) -> None:
    """Change one's own password; every sign-in ends, this one too."""
    holder, now = _holder(human), platform.now()
    tried = try_password(platform.engine, holder, asked.old, now)
    if tried.outcome is Outcome.TOO_SOON:
        raise HTTPException(
            429,
            f"Please wait {tried.wait_s} seconds, then try again.",
            headers={"Retry-After": str(tried.wait_s)},
        )
    if tried.outcome is not Outcome.RIGHT:
        raise HTTPException(403, "That is not your password until now.")
    with writing(platform.engine) as connection:
        somebody = person(connection, holder)
        if somebody is None:
            raise HTTPException(401, "Sign in first.")
        set_password(connection, somebody, asked.password, now)


@router.post("/accounts/1.0/invitations", status_code=201)
def invite_person(
    asked: InvitationIn, human: Human, platform: CurrentPlatform, response: Response
) -> InvitationOut:
    """Invite somebody of the home school to set a password; for its administrators."""
    response.headers["Cache-Control"] = "no-store"
    with writing(platform.engine) as connection:
        tenant = home_publisher(connection)
        if tenant is None or not _administers(connection, human, tenant):
            raise HTTPException(403, "Only an administrator of the school may invite people.")
        named = asked.user_id if asked.user_id.isprintable() else ""
        somebody = person(connection, Holder(tenant, named))
        if somebody is None:
            raise HTTPException(404, "There is nobody of that id here.")
        code = invite(connection, somebody.holder, platform.now())
    url = f"{platform.settings.issuer_url}{INVITATION_PATH}?code={code}"
    return InvitationOut(code=code, url=url, expires_in=LIFETIME_S)


def _administers(connection: Connection, human: Principal, tenant: str) -> bool:
    if human.account_id:
        return membership(connection, human.account_id, tenant) is MemberRole.OWNER
    return human.publisher_id == tenant and Role.of(human.role or "") is Role.ADMINISTRATOR


@router.put("/applications/1.0/{application_id}/sign-in")
def set_sign_in(
    application_id: str,
    asked: RedirectsIn,
    manager: Annotated[Manager, Depends(may_manage)],
    platform: CurrentPlatform,
) -> RedirectsOut:
    """Say where people are sent who signed in for an app: lets it ask them to."""
    with writing(platform.engine) as connection:
        app = application(connection, application_id)
        if app is None or not manager.looks_after(app.publisher_id):
            raise HTTPException(404, "There is no such app of yours.")
        set_redirects(connection, app.id, asked.redirect_uris, platform.now(), public=asked.public)
        kept = redirects_of(connection, app.id)
    issuer = platform.settings.issuer_url
    return RedirectsOut(
        redirect_uris=list(kept.uris),
        public=kept.public,
        client_id=app.client_id,
        authorization_endpoint=f"{issuer}{SIGN_IN_PATH}",
        token_endpoint=f"{issuer}{TOKEN_PATH}",
    )
