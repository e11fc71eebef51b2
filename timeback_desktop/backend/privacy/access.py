"""Who may take out, erase and set what is kept about people.

Exports: a person his own, a guardian the child's, administrators and clients with the scope
everybody's. Erasures: administrators and the school's own clients order them; a person, his
guardian or an app can ask, and an administrator decides. No app does any of this in the name
of somebody who signed in with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException
from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import CurrentPrincipal, Principal, PrincipalKind
from timeback_desktop.backend.roster.service import Role, is_agent_of
from timeback_desktop.backend.scopes import PRIVACY_READONLY, ROSTER_DELETE


@dataclass(frozen=True, slots=True)
class PersonOrScope:
    """A dependency that lets people pass who signed in here, and clients with a scope."""

    scope: str | None

    def __call__(self, principal: CurrentPrincipal) -> Principal:
        """Return the caller, or answer 403."""
        if principal.publisher_id is None:
            raise HTTPException(403, "This token belongs to no school.")
        if principal.kind is PrincipalKind.USER and not principal.is_lent:
            return principal
        if principal.kind is not PrincipalKind.CLIENT or self.scope is None:
            raise HTTPException(403, "Only a person who signed in may ask this.")
        if self.scope not in principal.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{self.scope}"'
            raise HTTPException(
                403,
                f"This token does not carry the scope {self.scope}.",
                headers={"WWW-Authenticate": challenge},
            )
        return principal


def is_administrator(principal: Principal) -> bool:
    """Tell whether a caller is an administrator of the school, in person."""
    return (
        principal.kind is PrincipalKind.USER
        and not principal.is_lent
        and Role.of(principal.role or "") is Role.ADMINISTRATOR
    )


def require_administrator(
    principal: Annotated[Principal, Depends(PersonOrScope(None))],
) -> Principal:
    """Let only administrators of the school pass."""
    if not is_administrator(principal):
        raise HTTPException(403, "Only administrators of the school may ask this.")
    return principal


def require_overseer(
    principal: Annotated[Principal, Depends(PersonOrScope(PRIVACY_READONLY))],
) -> Principal:
    """Let administrators pass, and clients with the scope."""
    if principal.kind is not PrincipalKind.CLIENT:
        require_administrator(principal)
    return principal


def stands_for(connection: Connection, principal: Principal, user_id: str) -> bool:
    """Tell whether a caller is a person, or his guardian, or may act for everybody here."""
    if principal.kind is PrincipalKind.CLIENT or is_administrator(principal):
        return True
    mine, tenant = principal.user_id or "", principal.publisher_id or ""
    if mine == user_id:
        return True
    guards = Role.of(principal.role or "") is Role.GUARDIAN
    return guards and is_agent_of(connection, tenant, mine, user_id)


def may_order_erasure(principal: Principal) -> bool:
    """Tell whether an erasure is done when this caller wants it: an app can only ask."""
    own_client = principal.kind is PrincipalKind.CLIENT and principal.application_id is None
    return own_client or is_administrator(principal)


Taker = Annotated[Principal, Depends(PersonOrScope(PRIVACY_READONLY))]
Eraser = Annotated[Principal, Depends(PersonOrScope(ROSTER_DELETE))]
Administrator = Annotated[Principal, Depends(require_administrator)]
Overseer = Annotated[Principal, Depends(require_overseer)]
