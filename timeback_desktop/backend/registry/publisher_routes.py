"""Publishers over HTTP: making one, who looks after it, its credentials, its sandbox."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends, HTTPException, Path, Response
from pydantic import Field, model_validator
from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import PrincipalKind
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.registry import publishers
from timeback_desktop.backend.registry.managers import Manager, may_look, may_manage
from timeback_desktop.backend.registry.publishers import Member, MemberRole, Publisher
from timeback_desktop.backend.registry.schemas import Wire, token_url
from timeback_desktop.backend.registry.service import PublisherKind
from timeback_desktop.backend.runtime import CurrentEngine, CurrentPlatform
from timeback_desktop.backend.sandbox import service as sandboxes
from timeback_desktop.backend.scopes import PUBLISHER
from timeback_desktop.backend.sessions.timeouts import LONGEST_MIN, SHORTEST_MIN, set_timeout
from timeback_desktop.clock import iso_utc
from timeback_desktop.errors import ContractFault

router = APIRouter(prefix="/publishers/1.0", tags=["publishers"])
Id = Annotated[str, Path(pattern=r"^[!-~]{1,64}$")]
Looking = Annotated[Manager, Depends(may_look)]
Managing = Annotated[Manager, Depends(may_manage)]


class NameIn(Wire):
    """What something is to be called."""

    name: Annotated[str, Field(examples=["Forest Learning"])]


class PublisherOut(Wire):
    """A publisher, and whether its sandbox is there yet."""

    publisher_id: str
    name: str
    kind: PublisherKind
    date_created: str
    session_timeout_minutes: int

    @classmethod
    def of(cls, told: Publisher) -> Self:
        """Write a publisher."""
        return cls(
            publisher_id=told.id,
            name=told.name,
            kind=told.kind,
            date_created=iso_utc(told.created_ms),
            session_timeout_minutes=told.session_timeout_min,
        )


class PublisherChanges(Wire):
    """What the owners of a publisher may change about it."""

    session_timeout_minutes: Annotated[int, Field(ge=SHORTEST_MIN, le=LONGEST_MIN, examples=[15])]


class PublishersOut(Wire):
    """The publishers that the caller looks after."""

    publishers: list[PublisherOut]


class MemberIn(Wire):
    """Somebody who is to look after a publisher, by account or by e-mail address."""

    account_id: str | None = None
    email: str | None = None
    role: MemberRole = MemberRole.DEVELOPER

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.account_id is None) == (self.email is None):
            raise ValueError("Name an accountId or an email.")  # pydantic answers with it
        return self


class MemberOut(Wire):
    """Somebody who looks after a publisher."""

    account_id: str
    email: str
    name: str
    role: MemberRole
    since: str

    @classmethod
    def of(cls, member: Member) -> Self:
        """Write a member."""
        return cls(
            account_id=member.account_id,
            email=member.email,
            name=member.name,
            role=member.role,
            since=iso_utc(member.since_ms),
        )


class MembersOut(Wire):
    """Everybody who looks after a publisher."""

    members: list[MemberOut]


class CredentialOut(Wire):
    """A client that looks after a publisher's apps; the secret is shown this once."""

    client_id: str
    client_secret: str
    publisher_id: str
    scopes: list[str]
    token_url: str


class ClientOut(Wire):
    """A client that looks after a publisher's apps."""

    client_id: str
    name: str
    date_created: str


class ClientsOut(Wire):
    """The clients of a publisher that were not revoked."""

    clients: list[ClientOut]


class ResetOut(Wire):
    """The sandbox that was put back to its beginning."""

    publisher_id: str
    sandbox_id: str


def _mine(connection: Connection, manager: Manager, publisher_id: str) -> Publisher:
    """Return a publisher in the caller's hands; of others, it is not told that they exist."""
    found = publishers.publisher(connection, publisher_id)
    if found is None or not manager.looks_after(publisher_id):
        raise HTTPException(404, "There is no such publisher here.")
    return found


def _owned(connection: Connection, manager: Manager, publisher_id: str) -> Publisher:
    found = _mine(connection, manager, publisher_id)
    if not manager.owns(publisher_id):
        raise HTTPException(403, "Only an owner of the publisher may do this.")
    return found


@router.post("", status_code=201)
def make_publisher(asked: NameIn, manager: Managing, platform: CurrentPlatform) -> PublisherOut:
    """Make a publisher; an account becomes its first owner, and can own one."""
    account_id = manager.principal.account_id
    if manager.principal.kind is PrincipalKind.CLIENT:
        raise HTTPException(403, "The client of a publisher makes no other one.")
    with writing(platform.engine) as connection:
        if account_id and publishers.memberships(connection, account_id):
            raise ContractFault("You look after a publisher already.", status=409)
        made = publishers.add_publisher(connection, asked.name, platform.now())
        if account_id:
            role = MemberRole.OWNER
            publishers.put_member(connection, made.id, account_id, role, platform.now())
    return PublisherOut.of(made)


@router.get("")
def list_publishers(manager: Looking, engine: CurrentEngine) -> PublishersOut:
    """List the publishers that the caller looks after."""
    with reading(engine) as connection:
        every = publishers.every_publisher(connection)
    mine = [PublisherOut.of(one) for one in every if manager.looks_after(one.id)]
    return PublishersOut(publishers=mine)


@router.get("/{publisher_id}")
def read_publisher(publisher_id: Id, manager: Looking, engine: CurrentEngine) -> PublisherOut:
    """Read one publisher."""
    with reading(engine) as connection:
        return PublisherOut.of(_mine(connection, manager, publisher_id))


@router.patch("/{publisher_id}")
def change_publisher(
    publisher_id: Id, asked: PublisherChanges, manager: Managing, engine: CurrentEngine
) -> PublisherOut:
    """Change after how much silence a sitting of a student is over; in the sandbox too."""
    with writing(engine) as connection:
        _owned(connection, manager, publisher_id)
        set_timeout(connection, publisher_id, asked.session_timeout_minutes)
        return PublisherOut.of(_mine(connection, manager, publisher_id))


@router.get("/{publisher_id}/members")
def list_members(publisher_id: Id, manager: Looking, engine: CurrentEngine) -> MembersOut:
    """List who looks after a publisher."""
    with reading(engine) as connection:
        _mine(connection, manager, publisher_id)
        found = publishers.members(connection, publisher_id)
    return MembersOut(members=[MemberOut.of(member) for member in found])


@router.post("/{publisher_id}/members", status_code=201)
def put_member(
    publisher_id: Id, asked: MemberIn, manager: Managing, platform: CurrentPlatform
) -> MembersOut:
    """Let somebody look after a publisher, or change as what."""
    with writing(platform.engine) as connection:
        _owned(connection, manager, publisher_id)
        account_id = publishers.living_account(connection, asked.account_id, asked.email)
        if account_id is None:
            raise HTTPException(404, "Nobody of that name has signed in here yet.")
        publishers.put_member(connection, publisher_id, account_id, asked.role, platform.now())
        found = publishers.members(connection, publisher_id)
    return MembersOut(members=[MemberOut.of(member) for member in found])


@router.delete("/{publisher_id}/members/{account_id}", status_code=204)
def remove_member(
    publisher_id: Id, account_id: Id, manager: Managing, platform: CurrentPlatform
) -> None:
    """Take somebody away from a publisher; everybody may leave, but not the last owner."""
    with writing(platform.engine) as connection:
        _mine(connection, manager, publisher_id)
        if account_id != manager.principal.account_id:
            _owned(connection, manager, publisher_id)
        publishers.remove_member(connection, publisher_id, account_id)


@router.post("/{publisher_id}/clients", status_code=201)
def make_client(
    publisher_id: Id,
    asked: NameIn,
    manager: Managing,
    platform: CurrentPlatform,
    response: Response,
) -> CredentialOut:
    """Make a client with which programs look after the publisher's apps."""
    response.headers["Cache-Control"] = "no-store"
    with writing(platform.engine) as connection:
        owner = _owned(connection, manager, publisher_id)
        made = publishers.add_client(connection, owner, asked.name, platform.now())
    return CredentialOut(
        client_id=made.client_id,
        client_secret=made.client_secret,
        publisher_id=publisher_id,
        scopes=list(PUBLISHER),
        token_url=token_url(platform.settings.issuer_url, Environment.PRODUCTION),
    )


@router.get("/{publisher_id}/clients")
def list_clients(publisher_id: Id, manager: Looking, engine: CurrentEngine) -> ClientsOut:
    """List the clients with which programs look after the publisher's apps."""
    with reading(engine) as connection:
        _owned(connection, manager, publisher_id)
        found = publishers.clients(connection, publisher_id)
    return ClientsOut(
        clients=[
            ClientOut(client_id=c.client_id, name=c.name, date_created=iso_utc(c.created_ms))
            for c in found
        ]
    )


@router.delete("/{publisher_id}/clients/{client_id}", status_code=204)
def revoke_client(
    publisher_id: Id, client_id: Id, manager: Managing, platform: CurrentPlatform
) -> None:
    """End a client of the publisher, and every token that it holds."""
    with writing(platform.engine) as connection:
        _owned(connection, manager, publisher_id)
        publishers.revoke_client(connection, publisher_id, client_id, platform.now())


@router.post("/{publisher_id}/sandbox/reset")
def reset_sandbox(publisher_id: Id, manager: Managing, platform: CurrentPlatform) -> ResetOut:
    """Put the sandbox back to its beginning; credentials and tokens stay good."""
    with writing(platform.engine) as connection:
        _mine(connection, manager, publisher_id)
        sandbox_id = sandboxes.reset(connection, publisher_id, platform.now())
    return ResetOut(publisher_id=publisher_id, sandbox_id=sandbox_id)
