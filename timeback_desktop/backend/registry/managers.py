"""Who may look after apps and publishers: the one dependency that all their routes share.

Four kinds of caller may. The client of a publisher (with the scopes for it) and the members
of a publisher look after what is that publisher's, and see of the others nothing at all.
An administrator of the home school and the desktop itself run the platform: they look after
everything, and decide what may be launched. They do so themselves: an app in which one of
them signed in looks after nothing. All this happens at the front door only; a sandbox has
no apps of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import HTTPException, Request
from sqlalchemy import Connection, select

from timeback_desktop.backend.auth.models import accounts
from timeback_desktop.backend.auth.principal import CurrentPrincipal, Principal, PrincipalKind
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.environments import Environment, door_of
from timeback_desktop.backend.registry.history import Author
from timeback_desktop.backend.registry.publishers import MemberRole, memberships
from timeback_desktop.backend.registry.service import home_publisher
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.roster.service import Role
from timeback_desktop.backend.runtime import current_platform
from timeback_desktop.backend.scopes import APPLICATIONS_CREATEPUT, APPLICATIONS_READONLY


@dataclass(frozen=True, slots=True)
class Manager:
    """Somebody who looks after apps: those of some publishers, or ``everywhere``."""

    author: Author
    principal: Principal
    publishers: Mapping[str, MemberRole] = field(default_factory=dict)
    everywhere: bool = False

    def looks_after(self, publisher_id: str) -> bool:
        """Tell whether the apps of a publisher are in these hands."""
        return self.everywhere or publisher_id in self.publishers

    def owns(self, publisher_id: str) -> bool:
        """Tell whether the people and credentials of a publisher are in these hands."""
        return self.everywhere or self.publishers.get(publisher_id) is MemberRole.OWNER


@dataclass(frozen=True, slots=True)
class ManagerCheck:
    """A dependency that lets only those pass who look after apps; ``any_of`` is for clients."""

    any_of: tuple[str, ...]

    def __call__(self, request: Request, principal: CurrentPrincipal) -> Manager:
        """Return the caller and what is in its hands, or answer 403."""
        platform = current_platform(request)
        if door_of(request).environment is Environment.SANDBOX:
            raise HTTPException(404, "Apps and publishers are looked after outside the sandbox.")
        with reading(platform.engine) as connection:
            manager = self._manager(connection, principal, platform.now())
        if manager is None:
            raise HTTPException(403, "Only those who look after apps may ask this.")
        return manager

    def _manager(self, connection: Connection, principal: Principal, now_ms: int) -> Manager | None:
        if principal.is_lent:
            return None
        match principal.kind:
            case PrincipalKind.DESKTOP:
                return Manager(
                    Author("desktop", by_platform=True, at_ms=now_ms), principal, everywhere=True
                )
            case PrincipalKind.CLIENT:
                return self._client(principal, now_ms)
            case PrincipalKind.ACCOUNT:
                author = Author(_account(connection, principal), by_platform=False, at_ms=now_ms)
                mine = memberships(connection, principal.account_id or "")
                return Manager(author, principal, mine)
            case PrincipalKind.USER:
                return _administrator(connection, principal, now_ms)

    def _client(self, principal: Principal, now_ms: int) -> Manager:
        if principal.scopes.isdisjoint(self.any_of):
            challenge = f'Bearer error="insufficient_scope", scope="{self.any_of[0]}"'
            raise HTTPException(
                403,
                f"This token does not carry the scope {' or '.join(self.any_of)}.",
                headers={"WWW-Authenticate": challenge},
            )
        author = Author(f"client {principal.client_id}", by_platform=False, at_ms=now_ms)
        return Manager(author, principal, {principal.owner_id or "": MemberRole.DEVELOPER})


def _account(connection: Connection, principal: Principal) -> str:
    mine = accounts.c.id == principal.account_id
    return str(connection.scalar(select(accounts.c.email).where(mine)))


def _administrator(connection: Connection, principal: Principal, now_ms: int) -> Manager | None:
    at_home = principal.publisher_id == home_publisher(connection)
    if not at_home or Role.of(principal.role or "") is not Role.ADMINISTRATOR:
        return None
    who = (users.c.publisher_id == principal.publisher_id, users.c.id == principal.user_id)
    name = connection.execute(select(users.c.given_name, users.c.family_name).where(*who)).one()
    author = Author(f"{name.given_name} {name.family_name}", by_platform=True, at_ms=now_ms)
    return Manager(author, principal, everywhere=True)


may_look = ManagerCheck((APPLICATIONS_READONLY, APPLICATIONS_CREATEPUT))
may_manage = ManagerCheck((APPLICATIONS_CREATEPUT,))
