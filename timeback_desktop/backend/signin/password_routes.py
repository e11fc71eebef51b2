"""Setting a password: with an invitation, or with the password until now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from timeback_desktop.backend.auth.tries import Outcome
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.backend.signin import pages
from timeback_desktop.backend.signin.attempts import (
    Attempt,
    Purpose,
    Shown,
    open_attempt,
    take_attempt,
)
from timeback_desktop.backend.signin.browser import AnyBrowser, KnownBrowser, remember
from timeback_desktop.backend.signin.invitations import invited, use_up
from timeback_desktop.backend.signin.passwords import Unfit, set_password, sign_in
from timeback_desktop.backend.signin.people import Person, person
from timeback_desktop.backend.signin.schemas import PageFault, read_form
from timeback_desktop.backend.signin.steps import WRONG_PAIR

PASSWORD_PATH = "/password"  # noqa: S105 a path
INVITATION_PATH = "/invitation"
router = APIRouter(tags=["sign-in"])
Form = Annotated[Mapping[str, str], Depends(read_form)]
_GONE = "This invitation was used already, or is too old. Please ask for a new one."
_DIFFERENT = "The two new passwords are not the same. Please type them once more."


@router.get(INVITATION_PATH, response_class=HTMLResponse)
def invitation(request: Request, platform: CurrentPlatform, browser: AnyBrowser) -> Response:
    """Ask an invited person for a password."""
    attempt = Attempt(
        Purpose.INVITATION, browser, {"code": request.query_params.get("code", "")[:128]}
    )
    return remember(platform, _ask(platform, attempt, _invited(platform, attempt)), browser)


@router.post(INVITATION_PATH, response_class=HTMLResponse)
def accept_invitation(form: Form, platform: CurrentPlatform, browser: KnownBrowser) -> Response:
    """Give an invited person the password that they typed."""
    attempt = _taken(platform, Purpose.INVITATION, form, browser)
    somebody = _invited(platform, attempt)
    if form.get("fresh") != form.get("again"):
        return _ask(platform, attempt, somebody, trouble=_DIFFERENT)
    try:
        with writing(platform.engine) as connection:
            set_password(connection, somebody, form.get("fresh", ""), platform.now())
            if not use_up(connection, attempt.asked["code"]):
                raise PageFault(_GONE, status=410)
    except Unfit as unfit:
        return _ask(platform, attempt, somebody, trouble=str(unfit))
    return _done()


@router.get(PASSWORD_PATH, response_class=HTMLResponse)
def password(platform: CurrentPlatform, browser: AnyBrowser) -> Response:
    """Ask a person for a new password and the one until now."""
    attempt = Attempt(Purpose.PASSWORD, browser, {})
    return remember(platform, _ask(platform, attempt), browser)


@router.post(PASSWORD_PATH, response_class=HTMLResponse)
def change_password(form: Form, platform: CurrentPlatform, browser: KnownBrowser) -> Response:
    """Give a person a new password who knows the one until now."""
    attempt = _taken(platform, Purpose.PASSWORD, form, browser)
    login = form.get("login", "")[:256]
    if form.get("fresh") != form.get("again"):
        return _ask(platform, attempt, trouble=_DIFFERENT, login=login)
    tried, somebody = sign_in(platform.engine, login, form.get("password", ""), platform.now())
    if somebody is None:
        words = WRONG_PAIR.words
        if tried.outcome is Outcome.TOO_SOON:
            words = f"Please wait {tried.wait_s} seconds, then try again."
        return _ask(platform, attempt, trouble=words, login=login)
    try:
        with writing(platform.engine) as connection:
            set_password(connection, somebody, form.get("fresh", ""), platform.now())
    except Unfit as unfit:
        return _ask(platform, attempt, trouble=str(unfit), login=login)
    return _done()


def _done() -> Response:
    return pages.message("Saved", "From now on you sign in with your new password.")


def _invited(platform: Platform, attempt: Attempt) -> Person:
    with reading(platform.engine) as connection:
        holder = invited(connection, attempt.asked["code"], platform.now())
        somebody = person(connection, holder) if holder else None
    if somebody is None:
        raise PageFault(_GONE, status=410, title="This invitation has ended")
    return somebody


def _taken(platform: Platform, purpose: Purpose, form: Mapping[str, str], browser: str) -> Attempt:
    with writing(platform.engine) as connection:
        shown = Shown(form.get("ticket", ""), browser)
        return take_attempt(connection, shown, platform.now(), purpose)


def _ask(
    platform: Platform,
    attempt: Attempt,
    somebody: Person | None = None,
    *,
    trouble: str | None = None,
    login: str = "",
) -> Response:
    with writing(platform.engine) as connection:
        ticket = open_attempt(connection, attempt, platform.now())
    action = PASSWORD_PATH if somebody is None else INVITATION_PATH
    form = pages.PageForm(action, ticket)
    return pages.new_password(
        form,
        somebody.name if somebody else None,
        login,
        pages.Trouble(trouble, 422) if trouble else None,
    )
