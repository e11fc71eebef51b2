"""Rules of the registry: who may be launched, at which address, under which name.

An app becomes known by :func:`register_application` and stops being launched by
:func:`suspend_application`, which ends the tokens of its client too (see
``auth.principal``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from timeback_desktop import ids
from timeback_desktop.backend.registry.addresses import checked_host, checked_url, host_of
from timeback_desktop.backend.registry.clients import NewClient, register_client, renew_secret
from timeback_desktop.backend.registry.models import application_grants, applications, publishers
from timeback_desktop.backend.scopes import EVENTS_WRITE
from timeback_desktop.errors import ContractFault

_ACCENT = re.compile(r"#[0-9a-fA-F]{6}")
_GRADE = re.compile(r"[A-Z0-9]{1,3}")
_WORD = re.compile(r"[a-z0-9-]{1,16}")
_MAX_LIST = 32


class AppStatus(StrEnum):
    """Where an app is in its life; a suspended or archived one cannot be launched."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRegistration:
    """What a developer tells about an app.

    ``login_url`` is where a launch begins (third-party-initiated login), ``launch_url``
    what the launch is for (target_link_uri), ``redirect_uris`` where the answer may go.
    ``id`` is minted unless the caller derives one.
    """

    name: str
    description: str
    login_url: str
    launch_url: str
    redirect_uris: tuple[str, ...]
    subject: str = ""
    grades: tuple[str, ...] = ()
    accent: str = "#3b6fd4"
    icon_url: str | None = None
    jwks_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    embedded_media: tuple[str, ...] = ()
    status: AppStatus = AppStatus.ACTIVE
    id: str | None = None


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
    application_type: str
    launch_method: str
    metadata: dict[str, Any] | None
    created_ms: int
    modified_ms: int
    promotion_asked_ms: int | None


def register_publisher(connection: Connection, publisher_id: str, name: str, now_ms: int) -> None:
    """Make sure that a publisher exists."""
    if connection.scalar(select(publishers.c.id).where(publishers.c.id == publisher_id)) is None:
        connection.execute(insert(publishers).values(id=publisher_id, name=name, created_ms=now_ms))


def home_publisher(connection: Connection) -> str | None:
    """Return the tenant whose people sit at the desktop: the first school there was."""
    schools = select(publishers.c.id).where(publishers.c.kind == "school")
    oldest = schools.order_by(publishers.c.created_ms, publishers.c.id)
    return connection.scalar(oldest.limit(1))


def register_application(
    connection: Connection, publisher_id: str, registration: ApplicationRegistration, now_ms: int
) -> RegisteredApplication:
    """Check and store an app, and make the client under which it calls the platform."""
    columns = _columns(registration)
    _refuse_second(connection, publisher_id, registration.name)
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
        name=registration.name,
        scopes=(EVENTS_WRITE,),
    )
    secret = register_client(connection, client, now_ms)
    return RegisteredApplication(app_id, client_id, secret, deployment_id)


def update_application(
    connection: Connection, app_id: str, registration: ApplicationRegistration
) -> RegisteredApplication:
    """Replace what an app tells about itself, and its secret; identity and status stay."""
    columns = {name: value for name, value in _columns(registration).items() if name != "status"}
    connection.execute(update(applications).where(applications.c.id == app_id).values(**columns))
    app = application(connection, app_id)
    if app is None:
        raise ContractFault("There is no such app.", status=404)
    secret = renew_secret(connection, app.client_id)
    return RegisteredApplication(app.id, app.client_id, secret, app.deployment_id)


def suspend_application(connection: Connection, app_id: str, reason: str) -> None:
    """Stop an app from being launched and its client from calling; say why."""
    _set_status(connection, app_id, AppStatus.SUSPENDED, reason)


def resume_application(connection: Connection, app_id: str) -> None:
    """Let a suspended app be launched again."""
    _set_status(connection, app_id, AppStatus.ACTIVE, None)


def application(connection: Connection, app_id: str) -> Application | None:
    """Return one app."""
    return _first(connection, applications.c.id == app_id)


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


def _first(connection: Connection, wanted: ColumnElement[bool]) -> Application | None:
    return next(iter(_found(connection, wanted)), None)


def _found(connection: Connection, wanted: ColumnElement[bool]) -> list[Application]:
    rows = connection.execute(select(applications).where(wanted).order_by(applications.c.name))
    return [Application(**{**row, "status": AppStatus(row["status"])}) for row in rows.mappings()]


def _set_status(connection: Connection, app_id: str, status: AppStatus, reason: str | None) -> None:
    connection.execute(
        update(applications)
        .where(applications.c.id == app_id)
        .values(status=status, status_reason=reason)
    )


def _refuse_second(connection: Connection, publisher_id: str, name: str) -> None:
    same = select(applications.c.id).where(
        applications.c.publisher_id == publisher_id, applications.c.name == name
    )
    if connection.scalar(same) is not None:
        raise ContractFault(f"An app named {name!r} is registered already.", status=409)


def _columns(registration: ApplicationRegistration) -> dict[str, Any]:
    """Return the columns of a registration, every value of it checked."""
    urls = {
        field: checked_url(getattr(registration, field), f"/{field}")
        for field in ("login_url", "launch_url", "icon_url", "jwks_url")
        if getattr(registration, field) is not None
    }
    redirects = [checked_url(uri, "/redirect_uris") for uri in registration.redirect_uris]
    if not 1 <= len(redirects) <= _MAX_LIST:
        raise _fault("An app has 1 to 32 redirect URIs.", "/redirect_uris")
    own_hosts = [host_of(url) for url in (urls["login_url"], urls["launch_url"], *redirects)]
    named = [checked_host(host, "/allowed_hosts") for host in registration.allowed_hosts]
    return {
        "icon_url": None,
        "jwks_url": None,
        **urls,
        "name": _text(registration.name, 256, "/name"),
        "description": _text(registration.description, 1024, "/description"),
        "subject": _text(registration.subject, 64, "/subject", least=0),
        "grades": _matching(registration.grades, _GRADE, "/grades"),
        "accent": _matching([registration.accent], _ACCENT, "/accent")[0],
        "redirect_uris": redirects,
        "allowed_hosts": list(dict.fromkeys([*own_hosts, *named])),
        "embedded_media": _matching(registration.embedded_media, _WORD, "/embedded_media"),
        "status": registration.status,
    }


def _fault(message: str, pointer: str) -> ContractFault:
    return ContractFault(message, status=422, pointer=pointer)


def _text(text: str, most: int, pointer: str, *, least: int = 1) -> str:
    stripped = text.strip()
    if not least <= len(stripped) <= most or not stripped.isprintable():
        raise _fault(f"This takes {least} to {most} printable characters.", pointer)
    return stripped


def _matching(words: Sequence[str], pattern: re.Pattern[str], pointer: str) -> list[str]:
    if len(words) > _MAX_LIST or not all(pattern.fullmatch(word) for word in words):
        raise _fault(f"This takes words like {pattern.pattern}, {_MAX_LIST} at most.", pointer)
    return list(words)
