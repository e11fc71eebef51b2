"""The cookie that ties a page to the browser which it was shown in; it carries no rights."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Request, Response

from timeback_desktop.backend.environments import Environment, door_of
from timeback_desktop.backend.runtime import Platform, current_platform
from timeback_desktop.backend.secret import fresh_secret
from timeback_desktop.backend.signin.attempts import LIFETIME_S
from timeback_desktop.backend.signin.schemas import PageFault

_NAME = "timeback_sign_in"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def _is_secure(platform: Platform) -> bool:
    return platform.settings.issuer_url.startswith("https:")


def _name(platform: Platform) -> str:
    # __Host- keeps a neighbour below the same domain from setting it.
    return f"__Host-{_NAME}" if _is_secure(platform) else _NAME


def known_browser(request: Request) -> str:
    """Return the secret of the browser that shows a page of ours, or refuse."""
    _check_place(request)
    secret = request.cookies.get(_name(current_platform(request)), "")
    if _SECRET.fullmatch(secret) is None:
        raise PageFault(
            "This page was open for too long, or your browser keeps no cookies for it. "
            "Please start again."
        )
    return secret


def any_browser(request: Request) -> str:
    """Return the secret of a browser, which gets one if it has none."""
    _check_place(request)
    known = request.cookies.get(_name(current_platform(request)), "")
    return known if _SECRET.fullmatch(known) else fresh_secret()


def remember(platform: Platform, response: Response, browser: str) -> Response:
    """Let a browser keep its secret for as long as a page may stay open."""
    response.set_cookie(
        _name(platform),
        browser,
        max_age=LIFETIME_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_secure(platform),
    )
    return response


def _check_place(request: Request) -> None:
    """Refuse what is not production, and an address that sends floods."""
    if door_of(request).environment is not Environment.PRODUCTION:
        raise PageFault(
            "People sign in at the production address only: a sandbox has pretended people.",
            status=404,
            title="Nobody signs in here",
        )
    if not may_ask(request):
        raise PageFault("Very many people sign in from here. Please try again soon.", status=429)


def may_ask(request: Request) -> bool:
    """Count a request that makes us remember something; tell whether it may."""
    platform = current_platform(request)
    address = request.client.host if request.client else ""
    return platform.sign_in.pages.take(address, platform.now()) == 0


KnownBrowser = Annotated[str, Depends(known_browser)]
AnyBrowser = Annotated[str, Depends(any_browser)]
