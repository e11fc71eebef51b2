"""The device flow over HTTP: a device asks, and a person answers in a browser elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from timeback_desktop.backend.auth.schemas import TokenForm, TokenRefused, read_token_form
from timeback_desktop.backend.db.engine import writing
from timeback_desktop.backend.endpoints import DEVICE_PATH
from timeback_desktop.backend.environments import Environment, door_of
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.backend.signin import pages
from timeback_desktop.backend.signin.attempts import (
    Attempt,
    Purpose,
    Shown,
    open_attempt,
    take_attempt,
)
from timeback_desktop.backend.signin.browser import AnyBrowser, KnownBrowser, may_ask, remember
from timeback_desktop.backend.signin.devices import (
    INTERVAL_S,
    LIFETIME_S,
    open_device,
    waiting_device,
)
from timeback_desktop.backend.signin.people import OPENID
from timeback_desktop.backend.signin.schemas import read_form
from timeback_desktop.backend.signin.steps import (
    DEVICE,
    DEVICE_PAGE_PATH,
    ask_who,
    client_called,
    decided,
    told_who,
)

_LONGEST_SCOPE = 4096
router = APIRouter(tags=["sign-in"])
Form = Annotated[Mapping[str, str], Depends(read_form)]


@router.post(DEVICE_PATH)
def device_authorization(
    request: Request,
    form: Annotated[TokenForm, Depends(read_token_form)],
    platform: CurrentPlatform,
) -> JSONResponse:
    """Give a device a code that its person types into a browser."""
    if door_of(request).environment is not Environment.PRODUCTION:
        raise TokenRefused("unauthorized_client", "People sign in at the production address only.")
    if not may_ask(request):
        raise TokenRefused("slow_down", "Very many devices ask from here.", status=429)
    client = client_called(platform, form.shown.client_id)
    if client is None:
        raise TokenRefused("invalid_client", "Nobody signs in for this client.", status=401)
    scope = form.fields.get("scope", OPENID)
    if len(scope) > _LONGEST_SCOPE or not (scope.isascii() and scope.isprintable()):
        raise TokenRefused("invalid_scope", "The scope cannot be read.")
    with writing(platform.engine) as connection:
        opened = open_device(connection, client, frozenset(scope.split()), platform.now())
    address = f"{platform.settings.issuer_url}{DEVICE_PAGE_PATH}"
    answer = {
        "device_code": opened.device_code,
        "user_code": opened.user_code,
        "verification_uri": address,
        "verification_uri_complete": f"{address}?user_code={opened.user_code}",
        "expires_in": LIFETIME_S,
        "interval": INTERVAL_S,
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


@router.get(DEVICE_PAGE_PATH, response_class=HTMLResponse)
def device(request: Request, platform: CurrentPlatform, browser: AnyBrowser) -> Response:
    """Ask for the code that a device shows; one in the address is only filled in."""
    typed = request.query_params.get("user_code", "")[:16]
    return remember(platform, _ask_code(platform, browser, typed=typed), browser)


def _ask_code(
    platform: Platform, browser: str, *, typed: str = "", trouble: pages.Trouble | None = None
) -> Response:
    with writing(platform.engine) as connection:
        attempt = Attempt(Purpose.DEVICE_CODE, browser, {})
        ticket = open_attempt(connection, attempt, platform.now())
    return pages.device_code(pages.PageForm(DEVICE_PAGE_PATH, ticket), typed, trouble)


@router.post(DEVICE_PAGE_PATH, response_class=HTMLResponse)
def answer_device_page(
    request: Request, form: Form, platform: CurrentPlatform, browser: KnownBrowser
) -> Response:
    """Take the answer to one of the pages of connecting a device."""
    shown = Shown(form.get("ticket", ""), browser)
    purposes = (Purpose.DEVICE_CODE, Purpose.SIGN_IN, Purpose.CONSENT)
    with writing(platform.engine) as connection:
        attempt = take_attempt(connection, shown, platform.now(), *purposes)
    match attempt.purpose:
        case Purpose.SIGN_IN:
            answer = told_who(platform, attempt, form)
        case Purpose.CONSENT:
            answer = decided(platform, attempt, form)
        case _:
            address = request.client.host if request.client else ""
            answer = _find_device(platform, browser, form.get("user_code", "")[:32], address)
    return remember(platform, answer, browser)


def _find_device(platform: Platform, browser: str, typed: str, address: str) -> Response:
    wait_ms = platform.sign_in.code_tries.take(address, platform.now())
    if wait_ms > 0:
        words = f"Please wait {-(-wait_ms // 1000)} seconds, then try again."
        return _ask_code(platform, browser, trouble=pages.Trouble(words, 429))
    with writing(platform.engine) as connection:
        waiting = waiting_device(connection, typed, platform.now())
    if waiting is None:
        words = "No device waits with this code. Please check it on your device."
        return _ask_code(platform, browser, trouble=pages.Trouble(words, 404))
    about = {
        "journey": DEVICE,
        "client_id": waiting.client_id,
        "scope": " ".join(sorted(waiting.scopes)),
        "user_code": waiting.user_code,
    }
    return ask_who(platform, Attempt(Purpose.SIGN_IN, browser, about))
