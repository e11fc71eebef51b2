"""Rules of the registry: who may be launched, at which address, under which name.

An app becomes known by :func:`register_application` and stops being launched by
:func:`suspend_application`, which ends the tokens of its client too (see
``auth.principal``).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, insert, select, update

from timeback_desktop import ids
from timeback_desktop.backend.registry.clients import NewClient, register_client, renew_secret
from timeback_desktop.backend.registry.models import (
    api_clients,
    application_grants,
    applications,
    publishers,
)
from timeback_desktop.backend.registry.registration import (
    ApplicationRegistration,
    ApplicationType,
    AppStatus,
    LaunchMethod,
    columns_of,
)
from timeback_desktop.backend.scopes import ACTIVE, DRAFT
from timeback_desktop.errors import ContractFault

__all__ = [
    "AppStatus",
    "Application",
    "ApplicationRegistration",
    "ApplicationType",
    "LaunchMethod",
    "PublisherKind",
    "RegisteredApplication",
    "application",
    "application_of_client",
    "applications_in",
    "change_application",
    "found_applications",
    "grant",
    "home_publisher",
    "is_granted",
    "keys_of",
    "known_application",
    "register_application",
    "register_publisher",
    "resume_application",
    "same_name",
    "set_keys",
    "set_status",
    "suspend_application",
    "update_application",
]


class PublisherKind(StrEnum):
    """What a tenant is for."""

    SCHOOL = "school"
    PUBLISHER = "publisher"
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class RegisteredApplication:
    """What the developer gets back; ``client_secret`` is told this once and never again."""

    id: str
    client_id: str
    client_secret: str
    deployment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An app as the registry knows it."""

    id: str
    publisher_id: str
    name: str
    description: str
    subject: str
    grades: list[str]
    accent: str
    icon_url: str | None
    login_url: str
    launch_url: str
    redirect_uris: list[str]
    jwks_url: str | None
    allowed_hosts: list[str]
    embedded_media: list[str]
    status: AppStatus
    status_reason: str | None
    client_id: str
    deployment_id: str
    cover_url: str | None
    application_type: ApplicationType
    launch_method: LaunchMethod
    metadata: dict[str, Any] | None
    created_ms: int
    modified_ms: int
    promotion_asked_ms: int | None


def register_publisher(
    connection: Connection,
    publisher_id: str,
    name: str,
    now_ms: int,
    kind: PublisherKind = PublisherKind.SCHOOL,
) -> None:
    """Make sure that a publisher exists."""
    if connection.scalar(select(publishers.c.id).where(publishers.c.id == publisher_id)) is None:
        new = insert(publishers).values(id=publisher_id, name=name, kind=kind, created_ms=now_ms)
        connection.execute(new)


def home_publisher(connection: Connection) -> str | None:
    """Return the tenant whose people sit at the desktop: the first school there was."""
    schools = select(publishers.c.id).where(publishers.c.kind == PublisherKind.SCHOOL)
    oldest = schools.order_by(publishers.c.created_ms, publishers.c.id)
    return connection.scalar(oldest.limit(1))


def register_application(
    connection: Connection, publisher_id: str, registration: ApplicationRegistration, now_ms: int
) -> RegisteredApplication:
    """Check and store an app, and make the client under which it calls the platform."""
    columns = columns_of(registration)
    _refuse_second(connection, publisher_id, columns["name"])
    app_id, client_id, deployment_id = registration.id or ids.mint(), ids.mint(), ids.mint()
    connection.execute(
        insert(applications).values(
            **columns,
            id=app_id,
            publisher_id=publisher_id,
            client_id=client_id,
            deployment_id=deployment_id,
            created_ms=now_ms,
            modified_ms=now_ms,
        )
    )
    grant(connection, publisher_id, app_id, now_ms)
    client = NewClient(
        client_id=client_id,
        publisher_id=publisher_id,
        application_id=app_id,
        name=columns["name"],
        scopes=DRAFT if registration.status is AppStatus.DRAFT else ACTIVE,
    )
    secret = register_client(connection, client, now_ms)
    set_keys(connection, app_id, registration.jwks)
    return RegisteredApplication(app_id, client_id, secret, deployment_id)


def update_application(
    connection: Connection, app_id: str, registration: ApplicationRegistration, now_ms: int
) -> RegisteredApplication:
    """Replace what an app tells about itself, and its secret; identity and status stay."""
    app = change_application(connection, app_id, registration, now_ms)
    secret = renew_secret(connection, app.client_id)
    return RegisteredApplication(app.id, app.client_id, secret, app.deployment_id)


def change_application(
    connection: Connection, app_id: str, registration: ApplicationRegistration, now_ms: int
) -> Application:
    """Replace what an app tells about itself; identity, status and secret stay."""
    columns = {name: value for name, value in columns_of(registration).items() if name != "status"}
    app = known_application(connection, app_id)
    _refuse_second(connection, app.publisher_id, columns["name"], but=app_id)
    changed = update(applications).where(applications.c.id == app_id)
    connection.execute(changed.values(**columns, modified_ms=max(now_ms, app.modified_ms + 1)))
    set_keys(connection, app_id, registration.jwks)
    return known_application(connection, app_id)


def set_keys(connection: Connection, app_id: str, jwks: dict[str, Any] | None) -> None:
    """Give the clients of an app the public keys that they may sign their requests with."""
    clients = update(api_clients).where(api_clients.c.application_id == app_id)
    connection.execute(clients.values(jwks=jwks))


def keys_of(connection: Connection, client_id: str) -> dict[str, Any] | None:
    """Return the public keys that a client registered."""
    mine = api_clients.c.client_id == client_id
    found: dict[str, Any] | None = connection.scalar(select(api_clients.c.jwks).where(mine))
    return found


def suspend_application(connection: Connection, app_id: str, reason: str) -> None:
    """Stop an app from being launched and its client from calling; say why."""
    set_status(connection, app_id, AppStatus.SUSPENDED, reason)


def resume_application(connection: Connection, app_id: str) -> None:
    """Let a suspended app be launched again."""
    set_status(connection, app_id, AppStatus.ACTIVE, None)


def application(connection: Connection, app_id: str) -> Application | None:
    """Return one app."""
    return _first(connection, applications.c.id == app_id)


def known_application(connection: Connection, app_id: str) -> Application:
    """Return one app, or tell that there is none."""
    app = application(connection, app_id)
    if app is None:
        raise ContractFault("There is no such app.", status=404)
    return app


def application_of_client(connection: Connection, client_id: str) -> Application | None:
    """Return the app that ``client_id`` names."""
    return _first(connection, applications.c.client_id == client_id)


def grant(connection: Connection, publisher_id: str, app_id: str, now_ms: int) -> None:
    """Let an app be seen, launched and heard in a tenant."""
    if not is_granted(connection, publisher_id, app_id):
        connection.execute(
            insert(application_grants).values(
                publisher_id=publisher_id, application_id=app_id, granted_ms=now_ms
            )
        )


def is_granted(connection: Connection, publisher_id: str, app_id: str) -> bool:
    """Tell whether a tenant lets an app in."""
    found = select(application_grants.c.application_id).where(
        application_grants.c.publisher_id == publisher_id,
        application_grants.c.application_id == app_id,
    )
    return connection.scalar(found) is not None


def applications_in(connection: Connection, publisher_id: str) -> list[Application]:
    """Return the apps that a tenant lets in and that were not put away, by name."""
    let_in = select(application_grants.c.application_id).where(
        application_grants.c.publisher_id == publisher_id
    )
    living = applications.c.status != AppStatus.ARCHIVED
    return _found(connection, and_(applications.c.id.in_(let_in), living))


def found_applications(connection: Connection, rows: Select[Any]) -> list[Application]:
    """Return the apps that a query for their rows finds, in its order."""
    return [_application(dict(row)) for row in connection.execute(rows).mappings()]


def _first(connection: Connection, wanted: ColumnElement[bool]) -> Application | None:
    return next(iter(_found(connection, wanted)), None)


def _found(connection: Connection, wanted: ColumnElement[bool]) -> list[Application]:
    rows = select(applications).where(wanted).order_by(applications.c.name)
    return found_applications(connection, rows)


def _application(row: dict[str, Any]) -> Application:
    closed = {
        "status": AppStatus(row["status"]),
        "application_type": ApplicationType(row["application_type"]),
        "launch_method": LaunchMethod(row["launch_method"]),
    }
    return Application(**{**row, **closed})


def set_status(connection: Connection, app_id: str, status: AppStatus, reason: str | None) -> None:
    """Note where an app is in its life; ``registry.lifecycle`` knows what may follow what."""
    connection.execute(
        update(applications)
        .where(applications.c.id == app_id)
        .values(status=status, status_reason=reason)
    )


def _refuse_second(connection: Connection, publisher_id: str, name: str, *, but: str = "") -> None:
    """Refuse a name that another app of the publisher has, in whatever letters.

    The publisher's row is held meanwhile, so that of two who come at once one is refused.
    """
    mine = publishers.c.id == publisher_id
    connection.execute(select(publishers.c.id).where(mine).with_for_update())
    others = select(applications.c.name).where(
        applications.c.publisher_id == publisher_id, applications.c.id != but
    )
    if same_name(name) in map(same_name, connection.scalars(others)):
        raise ContractFault(f"An app named {name!r} is registered already.", status=409)


def same_name(name: str) -> str:
    """Return what two names have in common that people would take for the same."""
    return unicodedata.normalize("NFKC", name).casefold().strip()
