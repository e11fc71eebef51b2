"""Signing in with another provider: over to it, and back with a code.

Each provider has a redirect URI of its own, and names itself where it can (RFC 9207), so
that the code of one is never taken to another. ``state`` is the ticket of the attempt: known
only to the browser that was sent away, and good once.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.backend.secret import fresh_secret
from timeback_desktop.backend.signin.attempts import (
    Attempt,
    Purpose,
    Shown,
    open_attempt,
    peek_attempt,
    take_attempt,
)
from timeback_desktop.backend.signin.browser import KnownBrowser, remember
from timeback_desktop.backend.signin.federation import person_behind
from timeback_desktop.backend.signin.pages import Trouble
from timeback_desktop.backend.signin.providers import (
    Exchange,
    Provider,
    authorization_address,
)
from timeback_desktop.backend.signin.schemas import PageFault
from timeback_desktop.backend.signin.steps import PROVIDER_PATH, arrived, ask_who
from timeback_desktop.errors import ContractFault

router = APIRouter(tags=["sign-in"])
_log = logging.getLogger(__name__)


def _provider(platform: Platform, key: str) -> Provider:
    provider = platform.sign_in.providers.get(key)
    if provider is None:
        raise PageFault("There is no such way to sign in here.", status=404)
    return provider


def _redirect_uri(platform: Platform, key: str) -> str:
    return f"{platform.settings.issuer_url}{PROVIDER_PATH}/{key}/callback"


@router.get(f"{PROVIDER_PATH}/{{key}}", response_class=HTMLResponse)
def go_to_provider(
    key: str, platform: CurrentPlatform, browser: KnownBrowser, ticket: str = ""
) -> Response:
    """Send a person whom a page of ours asked for to another provider."""
    provider = _provider(platform, key)
    with reading(platform.engine) as connection:
        shown = Shown(ticket, browser)
        attempt = peek_attempt(connection, shown, platform.now(), Purpose.SIGN_IN)
    try:
        metadata = provider.metadata(platform.now())
    except ContractFault as fault:
        _log.info("Provider %s: %s", key, fault)
        return ask_who(platform, attempt, trouble=_unreachable(provider))
    nonce, verifier = fresh_secret(), fresh_secret()
    kept = {"provider": key, "provider_nonce": nonce, "provider_verifier": verifier}
    with writing(platform.engine) as connection:
        sent = attempt.on(Purpose.PROVIDER, asked=kept)
        state = open_attempt(connection, sent, platform.now())
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    asked = {
        "redirect_uri": _redirect_uri(platform, key),
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge.rstrip(b"=").decode(),
    }
    answer = RedirectResponse(authorization_address(provider, metadata, asked), 303)
    answer.headers["Cache-Control"] = "no-store"
    return remember(platform, answer, browser)


@router.get(f"{PROVIDER_PATH}/{{key}}/callback", response_class=HTMLResponse)
def back_from_provider(
    key: str, request: Request, platform: CurrentPlatform, browser: KnownBrowser
) -> Response:
    """Go on with a person who comes back from another provider."""
    provider = _provider(platform, key)
    told = request.query_params
    with writing(platform.engine) as connection:
        shown = Shown(told.get("state", ""), browser)
        attempt = take_attempt(connection, shown, platform.now(), Purpose.PROVIDER)
    if attempt.asked["provider"] != key:
        raise PageFault("This answer comes from another provider than the one asked.")
    try:
        return _welcome(platform, provider, attempt, told)
    except ContractFault as fault:
        if isinstance(fault, PageFault):
            raise
        _log.info("Provider %s: %s", key, fault)
        return ask_who(platform, attempt, trouble=_unproven(provider))


def _welcome(
    platform: Platform, provider: Provider, attempt: Attempt, told: Mapping[str, str]
) -> Response:
    """Let in whom the provider proves, or say why not."""
    now, title = platform.now(), provider.settings.title
    named = told.get("iss")
    silent = named is None and not provider.metadata(now).names_itself
    if not silent and named != provider.settings.issuer:
        raise PageFault("This answer comes from another provider than the one asked.")
    if "error" in told or not told.get("code"):
        words = f"You did not sign in with {title}. You can try again, or use a password."
        return ask_who(platform, attempt, trouble=Trouble(words, 403))
    exchange = Exchange(
        told["code"],
        _redirect_uri(platform, provider.key),
        attempt.asked["provider_verifier"],
        attempt.asked["provider_nonce"],
    )
    proven = provider.prove(exchange, now)
    with writing(platform.engine) as connection:
        somebody = person_behind(connection, proven, provider.settings.lets_in, now)
    if somebody is None:
        words = f"{title} knows you, but this school does not let you in that way."
        return ask_who(platform, attempt, trouble=Trouble(words, 403))
    return arrived(platform, attempt, somebody)


def _unreachable(provider: Provider) -> Trouble:
    title = provider.settings.title
    return Trouble(f"{title} cannot be reached right now. You can use a password.", 502)


def _unproven(provider: Provider) -> Trouble:
    title = provider.settings.title
    return Trouble(f"{title} did not prove who you are. Please try again.", 403)
