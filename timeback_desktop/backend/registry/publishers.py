"""Rules of publishers: who they are, who looks after them, and what they call us with.

A name belongs to one publisher, in whatever letters it is written. An owner looks after the
people and the credentials of a publisher, a developer after its apps; the last owner cannot
leave, because nobody could let anybody in any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from timeback_desktop import ids
from timeback_desktop.backend.auth.models import accounts, publisher_members
from timeback_desktop.backend.registry.clients import NewClient, register_client
from timeback_desktop.backend.registry.models import api_clients, publishers
from timeback_desktop.backend.registry.registration import text_of
from timeback_desktop.backend.registry.service import PublisherKind, same_name
from timeback_desktop.backend.scopes import APPLICATIONS_CREATEPUT, PUBLISHER
from timeback_desktop.errors import ContractFault

_OUR_NAMES = "sandbox of "


class MemberRole(StrEnum):
    """What a member of a publisher may do."""

    OWNER = "owner"
    DEVELOPER = "developer"


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher as its members see it."""

    id: str
    name: str
    kind: PublisherKind
    created_ms: int
    session_timeout_min: int = 10


@dataclass(frozen=True, slots=True)
class Member:
    """One person who looks after a publisher."""

    account_id: str
    email: str
    name: str
    role: MemberRole
    since_ms: int


@dataclass(frozen=True, slots=True)
class Credential:
    """A client and its secret, which is told this once."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Client:
    """A client that looks after a publisher's apps, as its owners see it."""

    client_id: str
    name: str
    created_ms: int


def add_publisher(connection: Connection, name: str, now_ms: int) -> Publisher:
    """Store a new publisher under a name that nobody has."""
    plain = text_of(name, 200, "/name")
    taken = set(map(same_name, connection.scalars(select(publishers.c.name))))
    if same_name(plain) in taken or same_name(plain).startswith(_OUR_NAMES):
        raise ContractFault(f"There is a publisher named {plain!r} already.", status=409)
    new = Publisher(ids.mint(), plain, PublisherKind.PUBLISHER, now_ms)
    connection.execute(
        insert(publishers).values(id=new.id, name=new.name, kind=new.kind, created_ms=now_ms)
    )
    return new


def publisher(connection: Connection, publisher_id: str) -> Publisher | None:
    """Return one publisher; a sandbox is none."""
    found = connection.execute(
        select(publishers).where(
            publishers.c.id == publisher_id, publishers.c.kind != PublisherKind.SANDBOX
        )
    ).one_or_none()
    return None if found is None else _publisher(found)


def _publisher(row: Row[Any]) -> Publisher:
    kind = PublisherKind(row.kind)
    return Publisher(row.id, row.name, kind, row.created_ms, row.session_timeout_min)


def every_publisher(connection: Connection) -> list[Publisher]:
    """Return all publishers by name, without sandboxes."""
    rows = connection.execute(
        select(publishers)
        .where(publishers.c.kind != PublisherKind.SANDBOX)
        .order_by(publishers.c.name, publishers.c.id)
    )
    return list(map(_publisher, rows))


def memberships(connection: Connection, account_id: str) -> dict[str, MemberRole]:
    """Return the publishers that an account looks after, and as what."""
    mine = publisher_members.c.account_id == account_id
    rows = connection.execute(
        select(publisher_members.c.publisher_id, publisher_members.c.role).where(mine)
    )
    return {row.publisher_id: MemberRole(row.role) for row in rows}


def members(connection: Connection, publisher_id: str) -> list[Member]:
    """Return who looks after a publisher, in the order in which they came."""
    rows = connection.execute(
        select(publisher_members, accounts.c.email, accounts.c.name)
        .join(accounts, accounts.c.id == publisher_members.c.account_id)
        .where(publisher_members.c.publisher_id == publisher_id)
        .order_by(publisher_members.c.since_ms, publisher_members.c.account_id)
    )
    return [
        Member(row.account_id, row.email, row.name, MemberRole(row.role), row.since_ms)
        for row in rows
    ]


def living_account(connection: Connection, account_id: str | None, email: str | None) -> str | None:
    """Return the account of that id or e-mail address (in any letter case), if there is one."""
    named = accounts.c.id == account_id
    if email is not None:
        named = func.lower(accounts.c.email) == email.strip().lower()
    return connection.scalar(select(accounts.c.id).where(named, accounts.c.closed_ms.is_(None)))


def put_member(
    connection: Connection, publisher_id: str, account_id: str, role: MemberRole, now_ms: int
) -> None:
    """Let an account look after a publisher, or give it another role there."""
    _hold(connection, publisher_id)
    key = (
        publisher_members.c.publisher_id == publisher_id,
        publisher_members.c.account_id == account_id,
    )
    if role is not MemberRole.OWNER:
        _refuse_last_owner(connection, publisher_id, account_id)
    changed = connection.execute(update(publisher_members).where(*key).values(role=role))
    if changed.rowcount == 0:
        connection.execute(
            insert(publisher_members).values(
                publisher_id=publisher_id, account_id=account_id, role=role, since_ms=now_ms
            )
        )


def remove_member(connection: Connection, publisher_id: str, account_id: str) -> None:
    """Take an account away from a publisher; the last owner stays."""
    _hold(connection, publisher_id)
    _refuse_last_owner(connection, publisher_id, account_id)
    gone = connection.execute(
        delete(publisher_members).where(
            publisher_members.c.publisher_id == publisher_id,
            publisher_members.c.account_id == account_id,
        )
    )
    if gone.rowcount == 0:
        raise ContractFault("Nobody of that account looks after this publisher.", status=404)


def _hold(connection: Connection, publisher_id: str) -> None:
    """Keep others from changing the members meanwhile: two owners must not leave at once."""
    mine = publishers.c.id == publisher_id
    connection.execute(select(publishers.c.id).where(mine).with_for_update())


def _refuse_last_owner(connection: Connection, publisher_id: str, account_id: str) -> None:
    owners = [m for m in members(connection, publisher_id) if m.role is MemberRole.OWNER]
    if [owner.account_id for owner in owners] == [account_id]:
        raise ContractFault("The last owner cannot leave; make somebody else one.", status=409)


def add_client(connection: Connection, owner: Publisher, name: str, now_ms: int) -> Credential:
    """Make a client with which a publisher looks after its apps."""
    client = NewClient(
        client_id=ids.mint(),
        publisher_id=owner.id,
        name=text_of(name, 256, "/name"),
        scopes=PUBLISHER,
    )
    return Credential(client.client_id, register_client(connection, client, now_ms))


def clients(connection: Connection, publisher_id: str) -> list[Client]:
    """Return the clients that look after a publisher's apps and were not revoked."""
    rows = connection.execute(
        select(api_clients).where(_managing(publisher_id)).order_by(api_clients.c.created_ms)
    )
    return [Client(row.client_id, row.name, row.created_ms) for row in rows]


def revoke_client(connection: Connection, publisher_id: str, client_id: str, now_ms: int) -> None:
    """End a client of a publisher and, with it, every token that it holds."""
    mine = (_managing(publisher_id), api_clients.c.client_id == client_id)
    gone = connection.execute(update(api_clients).where(*mine).values(revoked_ms=now_ms))
    if gone.rowcount == 0:
        raise ContractFault("There is no such client here.", status=404)


def _managing(publisher_id: str) -> ColumnElement[bool]:
    return and_(
        api_clients.c.owner_id == publisher_id,
        api_clients.c.application_id.is_(None),
        api_clients.c.revoked_ms.is_(None),
        api_clients.c.scopes.contains(APPLICATIONS_CREATEPUT),
    )
