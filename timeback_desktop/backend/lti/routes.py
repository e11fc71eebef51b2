"""The launch over HTTP: the authorization endpoint."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.endpoints import AUTHORIZE_PATH
from timeback_desktop.backend.lti.claims import Audience, claims
from timeback_desktop.backend.lti.pages import hand_over, refusal
from timeback_desktop.backend.lti.schemas import (
    Asked,
    LaunchRefused,
    Unanswerable,
    checked_nonce,
    read_authorization,
    single,
    state_of,
)
from timeback_desktop.backend.lti.service import Launch, Opening, subject_of, use_hint
from timeback_desktop.backend.registry.addresses import origin_of
from timeback_desktop.backend.registry.models import ENDED
from timeback_desktop.backend.registry.service import Application, application_of_client
from timeback_desktop.backend.roster.service import class_for, profile
from timeback_desktop.backend.runtime import CurrentPlatform, Platform

router = APIRouter(tags=["lti"])


@router.get(AUTHORIZE_PATH)
@router.post(AUTHORIZE_PATH)
def authorize(
    asked: Annotated[Asked, Depends(read_authorization)], platform: CurrentPlatform
) -> HTMLResponse:
    """Answer an app's authentication request: by form to the app, or not at all."""
    app, redirect_uri = _known_target(platform, asked)
    try:
        fields = {"id_token": _id_token(platform, app, asked)}
    except LaunchRefused as refused:
        fields = {"error": refused.code, "error_description": str(refused)}
    state = state_of(asked)
    if state is not None:
        fields["state"] = state
    return hand_over(redirect_uri, fields, [origin_of(redirect_uri), *app.allowed_hosts])


def _known_target(platform: Platform, asked: Asked) -> tuple[Application, str]:
    """Return the app and the redirect URI that it registered, letter by letter."""
    client_id, redirect_uri = single(asked, "client_id"), single(asked, "redirect_uri")
    if client_id is None or redirect_uri is None:
        raise Unanswerable("A launch names one client and one place to answer to.")
    with reading(platform.engine) as connection:
        plain = client_id.isascii() and client_id.isprintable()
        app = application_of_client(connection, client_id) if plain else None
    if app is None:
        raise Unanswerable("This app is not known here.")
    if redirect_uri not in app.redirect_uris:
        raise Unanswerable("The app did not register this place to answer to.")
    return app, redirect_uri


def _id_token(platform: Platform, app: Application, asked: Asked) -> str:
    """Use the hint up and sign the token: the last thing that happens before the answer."""
    nonce = checked_nonce(asked)
    if app.status in ENDED:
        raise LaunchRefused("unauthorized_client", "This app is not available right now.")
    login_hint, message_hint = single(asked, "login_hint"), single(asked, "lti_message_hint")
    if login_hint is None or message_hint is None:
        raise LaunchRefused("invalid_request", "login_hint and lti_message_hint are needed.")
    with writing(platform.engine) as connection:
        launch = use_hint(connection, app.id, Opening(login_hint, message_hint), platform.now())
        audience = None if launch is None else _audience(connection, app, launch)
    if audience is None:
        raise LaunchRefused("login_required", "This launch is not open any more.")
    issuer, now_ms = platform.settings.issuer_url, platform.now()
    return platform.keys.sign(claims(audience, issuer, nonce, now_ms), now_ms)


def _audience(connection: Connection, app: Application, launch: Launch) -> Audience | None:
    """Return whom the launch is for, unless the person may not use the platform any more."""
    person = profile(connection, launch.publisher_id, launch.user_id)
    if person is None:
        return None
    return Audience(
        app=app,
        launch=launch,
        subject=subject_of(connection, app.id, person.publisher_id, person.id),
        role=person.role,
        context=class_for(connection, person.publisher_id, person.id, [app.subject]),
    )


def unanswerable(_request: Request, error: Unanswerable) -> HTMLResponse:
    """Show the person a page of our own; nothing goes to the address that was named."""
    return refusal(str(error))
