"""Accounts: people who are in no roster, and the publishers that they look after."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select

from timeback_desktop import ids
from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.auth.models import accounts, publisher_members
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.errors import ContractFault

_EMAIL = re.compile(r"[!-?A-~]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*")


class MemberRole(StrEnum):
    """What an account is to a publisher."""

    OWNER = "owner"
    DEVELOPER = "developer"


@dataclass(frozen=True, slots=True)
class Membership:
    """One publisher of an account."""

    publisher_id: str
    name: str
    kind: str
    role: MemberRole


def checked_email(email: str) -> str:
    """Return an e-mail address as accounts are known by it, or refuse."""
    plain = email.strip().lower()
    if len(plain) > 256 or _EMAIL.fullmatch(plain) is None:
        raise ContractFault("This is no e-mail address.", status=422, pointer="/email")
    return plain


def account_for(connection: Connection, email: str, name: str, now_ms: int) -> Holder:
    """Return the account with an e-mail address, made now if there is none."""
    plain = checked_email(email)
    known = connection.scalar(select(accounts.c.id).where(func.lower(accounts.c.email) == plain))
    if known is not None:
        return Holder(account_id=known)
    account_id = ids.mint()
    connection.execute(
        insert(accounts).values(
            id=account_id, email=plain, name=name.strip() or plain, created_ms=now_ms
        )
    )
    return Holder(account_id=account_id)


def join(
    connection: Connection, account_id: str, publisher_id: str, role: MemberRole, now_ms: int
) -> None:
    """Make an account a member of a publisher; one that is already stays what it is."""
    if membership(connection, account_id, publisher_id) is None:
        connection.execute(
            insert(publisher_members).values(
                publisher_id=publisher_id, account_id=account_id, role=role, since_ms=now_ms
            )
        )


def memberships(connection: Connection, account_id: str) -> list[Membership]:
    """Return the publishers of an account, by name; its sandboxes are not named."""
    rows = connection.execute(
        select(publishers.c.id, publishers.c.name, publishers.c.kind, publisher_members.c.role)
        .join(publisher_members, publisher_members.c.publisher_id == publishers.c.id)
        .where(publisher_members.c.account_id == account_id)
        .order_by(publishers.c.name)
    )
    return [Membership(row.id, row.name, row.kind, MemberRole(row.role)) for row in rows]


def membership(connection: Connection, account_id: str, publisher_id: str) -> MemberRole | None:
    """Return what an account is to a publisher."""
    role = connection.scalar(
        select(publisher_members.c.role).where(
            publisher_members.c.account_id == account_id,
            publisher_members.c.publisher_id == publisher_id,
        )
    )
    return None if role is None else MemberRole(role)
