"""Who signs in: finding a person by what they type, what they are called, what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.auth.models import accounts
from timeback_desktop.backend.registry.service import home_publisher
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.roster.service import Role, profile
from timeback_desktop.backend.scopes import (
    ALL_SCOPES,
    EVENTS_READONLY,
    EVENTS_WRITE,
    PUBLISHER,
    ROSTER_CREATEPUT,
    ROSTER_DEMOGRAPHICS_READONLY,
    ROSTER_READONLY,
)

OPENID, PROFILE, EMAIL, OFFLINE = "openid", "profile", "email", "offline_access"
IDENTITY_SCOPES = frozenset({OPENID, PROFILE, EMAIL, OFFLINE})
STAFF = frozenset({Role.TEACHER, Role.ADMINISTRATOR})
_DATA_SCOPES: dict[Role, frozenset[str]] = {
    Role.STUDENT: frozenset(ALL_SCOPES),
    Role.TEACHER: frozenset(ALL_SCOPES),
    Role.ADMINISTRATOR: frozenset(
        {*ALL_SCOPES, ROSTER_READONLY, ROSTER_CREATEPUT, ROSTER_DEMOGRAPHICS_READONLY}
    ),
    Role.GUARDIAN: frozenset({EVENTS_READONLY}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in; ``role`` is set for a person of the roster."""

    holder: Holder
    given_name: str
    family_name: str
    email: str | None
    role: Role | None

    @property
    def name(self) -> str:
        """Return the whole name."""
        return f"{self.given_name} {self.family_name}".strip()

    def data_scopes(self) -> frozenset[str]:
        """Return what a token of this person may carry besides the identity."""
        return frozenset(PUBLISHER) if self.role is None else _DATA_SCOPES[self.role]


def person(connection: Connection, holder: Holder) -> Person | None:
    """Return who a holder is, unless they may not use the platform any more."""
    if holder.account_id:
        return _account(connection, holder)
    found = profile(connection, holder.publisher_id or "", holder.user_id or "")
    if found is None:
        return None
    return Person(holder, found.given_name, found.family_name, found.email, found.role)


def _account(connection: Connection, holder: Holder) -> Person | None:
    kept = connection.execute(
        select(accounts).where(accounts.c.id == holder.account_id, accounts.c.closed_ms.is_(None))
    ).one_or_none()
    return None if kept is None else Person(holder, kept.name, "", kept.email, None)


def people_called(connection: Connection, login: str) -> list[Person]:
    """Return who may be meant by an e-mail address or a user name, in any letter case.

    A name that two people of the roster share is nobody's: guessing would be worse.
    """
    typed = login.strip().lower()
    if not typed.isprintable():
        return []
    found = [_of_roster(connection, typed), _account_called(connection, typed)]
    return [somebody for somebody in found if somebody is not None]


def _of_roster(connection: Connection, typed: str) -> Person | None:
    tenant = home_publisher(connection)
    named = or_(func.lower(users.c.email) == typed, func.lower(users.c.username) == typed)
    chosen = select(users.c.id).where(
        users.c.publisher_id == tenant, named, users.c.status == "active"
    )
    matching = list(connection.scalars(chosen.limit(2)))
    if tenant is None or len(matching) != 1:
        return None
    return person(connection, Holder(tenant, matching[0]))


def _account_called(connection: Connection, typed: str) -> Person | None:
    found = connection.scalar(select(accounts.c.id).where(func.lower(accounts.c.email) == typed))
    return person(connection, Holder(account_id=found)) if found else None


def staff_with_email(connection: Connection, email: str) -> Person | None:
    """Return the teacher or administrator of the home school with an e-mail address."""
    tenant = home_publisher(connection)
    chosen = select(users.c.id).where(
        users.c.publisher_id == tenant,
        func.lower(users.c.email) == email.lower(),
        users.c.status == "active",
    )
    matching = list(connection.scalars(chosen.limit(2)))
    if tenant is None or len(matching) != 1:
        return None
    found = person(connection, Holder(tenant, matching[0]))
    return found if found is not None and found.role in STAFF else None


def in_roster(connection: Connection, email: str) -> bool:
    """Tell whether an e-mail address is that of somebody of the home school."""
    named = select(users.c.id).where(
        users.c.publisher_id == home_publisher(connection), func.lower(users.c.email) == email
    )
    return connection.scalar(named.limit(1)) is not None


def granted_scopes(
    somebody: Person, asked: Iterable[str], *, by_app: frozenset[str] | None
) -> frozenset[str]:
    """Return what is granted of what was asked for.

    ``by_app`` is what the asking app itself may do, ``None`` for the desktop. An app never
    writes events as a person: it tells them in its own name, by its own token.
    """
    data = somebody.data_scopes()
    if by_app is not None:
        data = (data & by_app) - {EVENTS_WRITE}
    return (IDENTITY_SCOPES | data).intersection(asked)
