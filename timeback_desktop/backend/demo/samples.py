"""Putting the sample apps on the shelf: each at its own origin, registered like any other.

They run in this process to spare the laptop three more, but nothing else is shared: an app
gets what a developer would get, and reaches the platform over HTTP.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from starlette.types import ASGIApp

from timeback_desktop import ids
from timeback_desktop.backend.demo.apps.catalogue import SAMPLES, AppConfig, Sample
from timeback_desktop.backend.demo.seed import PUBLISHER_ID, demo_id
from timeback_desktop.backend.endpoints import AUTHORIZE_PATH, EVENTS_PATH, JWKS_PATH, TOKEN_PATH
from timeback_desktop.backend.registry.logos import PictureKind, keep_picture
from timeback_desktop.backend.registry.pictures import Picture
from timeback_desktop.backend.registry.service import (
    ApplicationRegistration,
    RegisteredApplication,
    application,
    known_application,
    register_application,
    update_application,
)
from timeback_desktop.backend.secret import fresh_secret


@dataclass(frozen=True, slots=True)
class Site:
    """An app and the bound socket that it is to be served on."""

    app: ASGIApp
    socket: socket.socket


def shelve_samples(
    connection: Connection,
    *,
    issuer: str,
    data: Path,
    bind: Callable[[], socket.socket],
    now_ms: int,
) -> list[Site]:
    """Register every sample app at a fresh origin and return them, ready to be served."""
    sites = []
    for sample in SAMPLES:
        bound = bind()
        own_url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        registered = _register(connection, sample, own_url, now_ms)
        config = _config(registered, issuer=issuer, own_url=own_url, data=data / sample.slug)
        sites.append(Site(sample.build(config), bound))
    return sites


def _register(
    connection: Connection, sample: Sample, own_url: str, now_ms: int
) -> RegisteredApplication:
    registration = ApplicationRegistration(
        id=demo_id("application", sample.slug),
        name=sample.name,
        description=sample.description,
        subject=sample.subject,
        grades=sample.grades,
        accent=sample.accent,
        login_url=f"{own_url}/lti/login",
        launch_url=f"{own_url}/",
        redirect_uris=(f"{own_url}/lti/launch",),
        embedded_media=sample.embedded_media,
    )
    app_id = demo_id("application", sample.slug)
    if application(connection, app_id) is None:
        registered = register_application(connection, PUBLISHER_ID, registration, now_ms)
    else:
        registered = update_application(connection, app_id, registration, now_ms)
    icon = Picture("image/svg+xml", sample.icon_svg.encode())
    app = known_application(connection, app_id)
    keep_picture(connection, app, PictureKind.LOGO, icon, now_ms)
    return registered


def _config(
    registered: RegisteredApplication, *, issuer: str, own_url: str, data: Path
) -> AppConfig:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return AppConfig(
        issuer=issuer,
        authorize_url=f"{issuer}{AUTHORIZE_PATH}",
        jwks_url=f"{issuer}{JWKS_PATH}",
        token_url=f"{issuer}{TOKEN_PATH}",
        events_url=f"{issuer}{EVENTS_PATH}",
        client_id=registered.client_id,
        client_secret=registered.client_secret,
        deployment_id=registered.deployment_id,
        own_url=own_url,
        data_dir=data,
        application_urn=ids.to_urn(registered.id),
        secret_key=fresh_secret(),
    )
