"""The authorization endpoint: a request comes in, pages are answered, a code goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.auth.principal import Principal, require_scope
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.endpoints import SIGN_IN_PATH, USERINFO_PATH
from timeback_desktop.backend.registry.service import application_of_client
from timeback_desktop.backend.runtime import CurrentPlatform
from timeback_desktop.backend.signin.attempts import Attempt, Purpose, Shown, take_attempt
from timeback_desktop.backend.signin.browser import AnyBrowser, KnownBrowser, remember
from timeback_desktop.backend.signin.identity import claims_of, subject
from timeback_desktop.backend.signin.people import OPENID, person
from timeback_desktop.backend.signin.schemas import (
    AuthorizationRefused,
    PageFault,
    asked_of,
    checked_authorization,
    read_form,
    single,
    target_of,
)
from timeback_desktop.backend.signin.steps import (
    CODE,
    ask_who,
    client_called,
    decided,
    send_back,
    told_who,
)

router = APIRouter(tags=["sign-in"])
Form = Annotated[Mapping[str, str], Depends(read_form)]


@router.get(SIGN_IN_PATH, response_class=HTMLResponse)
def authorize(request: Request, platform: CurrentPlatform, browser: AnyBrowser) -> Response:
    """Ask a person to sign in for a client; answer at the client's redirect URI."""
    asked = asked_of(request)
    client = client_called(platform, single(asked, "client_id"))
    if client is None:
        raise PageFault("This app is not known here.")
    target = target_of(asked, client)
    try:
        told = checked_authorization(asked)
    except AuthorizationRefused as refused:
        if not client.reviewed:  # no open redirector for whoever registers a draft
            raise PageFault(str(refused)) from refused
        answer = {"error": refused.code, "error_description": str(refused)}
        return send_back(platform, target, answer)
    about = {
        **told,
        "journey": CODE,
        "client_id": client.id,
        "redirect_uri": target.redirect_uri,
        **({} if target.state is None else {"state": target.state}),
    }
    attempt = Attempt(Purpose.SIGN_IN, browser, about)
    return remember(platform, ask_who(platform, attempt), browser)


@router.post(SIGN_IN_PATH, response_class=HTMLResponse)
def answer_page(form: Form, platform: CurrentPlatform, browser: KnownBrowser) -> Response:
    """Take the answer to one of the pages of a sign-in."""
    shown = Shown(form.get("ticket", ""), browser)
    with writing(platform.engine) as connection:
        now = platform.now()
        attempt = take_attempt(connection, shown, now, Purpose.SIGN_IN, Purpose.CONSENT)
    step = told_who if attempt.purpose is Purpose.SIGN_IN else decided
    return remember(platform, step(platform, attempt, form), browser)


@router.get(USERINFO_PATH)
@router.post(USERINFO_PATH, include_in_schema=False)
def userinfo(
    caller: Annotated[Principal, Depends(require_scope(OPENID))], platform: CurrentPlatform
) -> JSONResponse:
    """Tell a client who signed in, as far as its token's scopes go."""
    holder = Holder(
        None if caller.account_id else caller.publisher_id, caller.user_id, caller.account_id
    )
    with writing(platform.engine) as connection:
        somebody = person(connection, holder)
        app = application_of_client(connection, caller.client_id) if caller.client_id else None
        told = {"sub": subject(connection, app.id if app else None, holder)}
    claims = claims_of(somebody, caller.scopes) if somebody else {}
    return JSONResponse({**told, **claims}, headers={"Cache-Control": "no-store"})
