"""The steps of a sign-in in the browser: who is it, may the app know, and back to the app.

Two journeys share them. ``code`` ends at the redirect URI of a client, ``device`` ends on a
page of ours while a device elsewhere gets its tokens. What a journey is about travels in
``Attempt.asked``; nothing of it is read from the browser again.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from timeback_desktop.backend.auth.tries import Outcome
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.endpoints import SIGN_IN_PATH
from timeback_desktop.backend.registry.service import is_granted
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.signin import devices, pages
from timeback_desktop.backend.signin.attempts import Attempt, Purpose, open_attempt
from timeback_desktop.backend.signin.clients import SignInClient, sign_in_client
from timeback_desktop.backend.signin.codes import Authorization, issue_code
from timeback_desktop.backend.signin.passwords import sign_in
from timeback_desktop.backend.signin.people import Person, granted_scopes, person
from timeback_desktop.backend.signin.schemas import PageFault, Target

DEVICE_PAGE_PATH = "/device"
PROVIDER_PATH = "/oauth2/with"
CODE, DEVICE = "code", "device"
WRONG_PAIR = pages.Trouble(
    "That name and password do not go together. Please check both and try again.", 403
)


def ask_who(
    platform: Platform,
    attempt: Attempt,
    *,
    login: str = "",
    trouble: pages.Trouble | None = None,
) -> Response:
    """Show the page that asks for a name and a password."""
    with writing(platform.engine) as connection:
        client = _client(connection, attempt)
        ticket = open_attempt(connection, attempt.on(Purpose.SIGN_IN), platform.now())
    links = [
        pages.ProviderLink(provider.settings.title, f"{PROVIDER_PATH}/{key}?ticket={ticket}")
        for key, provider in platform.sign_in.providers.items()
    ]
    form = pages.PageForm(_action(attempt), ticket, attempt.asked.get("redirect_uri"))
    return pages.sign_in(form, client.name, login, trouble, links)


def told_who(platform: Platform, attempt: Attempt, form: Mapping[str, str]) -> Response:
    """Judge a name and a password, and go on with whoever it is."""
    if form.get("decision") == "cancel" and attempt.asked["journey"] == CODE:
        return refuse(platform, attempt, "access_denied", "The person did not want to.")
    login, password = form.get("login", "")[:256], form.get("password", "")
    tried, somebody = sign_in(platform.engine, login, password, platform.now())
    if somebody is not None:
        return arrived(platform, attempt, somebody)
    if tried.outcome is Outcome.TOO_SOON:
        words = f"Please wait {tried.wait_s} seconds, then try again."
        answer = ask_who(platform, attempt, login=login, trouble=pages.Trouble(words, 429))
        answer.headers["Retry-After"] = str(tried.wait_s)
        return answer
    return ask_who(platform, attempt, login=login, trouble=WRONG_PAIR)


def arrived(platform: Platform, attempt: Attempt, somebody: Person) -> Response:
    """Go on with a person who has proven who they are."""
    known = attempt.on(
        Purpose.CONSENT,
        holder=somebody.holder,
        asked={"signed_in_ms": str(platform.now())},
    )
    with writing(platform.engine) as connection:
        client = _client(connection, attempt)
        if not _is_let_in(connection, client, somebody):
            raise PageFault("The school does not let this app in yet.", status=403)
        scopes = _scopes(client, somebody, attempt)
        if client.ours and attempt.asked["journey"] == CODE:
            return _answer_code(platform, connection, known, client, scopes)
        ticket = open_attempt(connection, known, platform.now())
    form = pages.PageForm(_action(attempt), ticket, attempt.asked.get("redirect_uri"))
    if attempt.asked["journey"] == DEVICE:
        code = attempt.asked["user_code"]
        return pages.device_consent(form, client.name, code, somebody.name, scopes)
    return pages.consent(form, client.name, somebody.name, scopes)


def decided(platform: Platform, attempt: Attempt, form: Mapping[str, str]) -> Response:
    """Act on what a person who signed in has decided."""
    allow = form.get("decision") == "allow"
    with writing(platform.engine) as connection:
        client = _client(connection, attempt)
        somebody = person(connection, attempt.holder) if attempt.holder else None
        if somebody is None:
            raise PageFault("This person may not sign in any more.", status=403)
        scopes = _scopes(client, somebody, attempt)
        if attempt.asked["journey"] == DEVICE:
            return _answer_device(platform, connection, attempt, scopes, allow=allow)
        if allow:
            return _answer_code(platform, connection, attempt, client, scopes)
    return refuse(platform, attempt, "access_denied", "The person said no.")


def refuse(platform: Platform, attempt: Attempt, code: str, description: str) -> Response:
    """Send the person back to the client with a no."""
    answer = {"error": code, "error_description": description}
    return send_back(platform, _target(attempt), answer)


def send_back(platform: Platform, target: Target, answer: Mapping[str, str]) -> Response:
    """Redirect to a client; 303, so that no browser sends the password along."""
    address = target.address(platform.settings.issuer_url, answer)
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(address, 303, headers=headers)


def _answer_code(
    platform: Platform,
    connection: Connection,
    attempt: Attempt,
    client: SignInClient,
    scopes: frozenset[str],
) -> Response:
    if attempt.holder is None:
        raise PageFault("Please sign in first.", status=403)
    if not scopes:
        return refuse(platform, attempt, "invalid_scope", "Nothing of this can be granted.")
    authorization = Authorization(
        client_id=client.id,
        redirect_uri=attempt.asked["redirect_uri"],
        challenge=attempt.asked["challenge"],
        scopes=scopes,
        nonce=attempt.asked.get("nonce"),
        holder=attempt.holder,
        signed_in_ms=int(attempt.asked["signed_in_ms"]),
    )
    code = issue_code(connection, authorization, platform.now())
    return send_back(platform, _target(attempt), {"code": code})


def _answer_device(
    platform: Platform,
    connection: Connection,
    attempt: Attempt,
    scopes: frozenset[str],
    *,
    allow: bool,
) -> Response:
    if attempt.holder is None:
        raise PageFault("Please sign in first.", status=403)
    code, now = attempt.asked["user_code"], platform.now()
    waited = (
        devices.allow(connection, code, attempt.holder, scopes, now)
        if allow
        else devices.deny(connection, code, now)
    )
    if not waited:
        return pages.message("Too late", "The device does not wait any more. Start there again.")
    if allow:
        return pages.message("Connected", "You can go back to your device and close this page.")
    return pages.message("Not connected", "The device was told no. You can close this page.")


def _client(connection: Connection, attempt: Attempt) -> SignInClient:
    """Return the client that an attempt is for, which may have been suspended meanwhile."""
    client = sign_in_client(connection, attempt.asked["client_id"])
    if client is None:
        raise PageFault("This app is not available right now.")
    return client


def _is_let_in(connection: Connection, client: SignInClient, somebody: Person) -> bool:
    """Tell whether a person may sign in to an app: those of a school to what it lets in.

    Whoever makes a draft tries it with an account; no child's name is told to one.
    """
    tenant = somebody.holder.publisher_id
    if client.application_id is None or tenant is None:
        return True
    return is_granted(connection, tenant, client.application_id)


def _scopes(client: SignInClient, somebody: Person, attempt: Attempt) -> frozenset[str]:
    return granted_scopes(somebody, attempt.asked["scope"].split(), by_app=client.scopes)


def _action(attempt: Attempt) -> str:
    return DEVICE_PAGE_PATH if attempt.asked["journey"] == DEVICE else SIGN_IN_PATH


def _target(attempt: Attempt) -> Target:
    return Target(attempt.asked["redirect_uri"], attempt.asked.get("state"))


def client_called(platform: Platform, client_id: str | None) -> SignInClient | None:
    """Return the client of an id that a browser or a device named."""
    with reading(platform.engine) as connection:
        return sign_in_client(connection, client_id) if client_id else None
