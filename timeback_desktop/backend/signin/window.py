"""Signing in at the school's own window, where the person is chosen by a tile.

Students without a PIN or a password come in by a click: the window stands in their
classroom. Everybody else is asked, always. The window renews its tokens unseen, so that a
sign-in lasts the school day and a token that leaked does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException
from sqlalchemy import Connection, select

from timeback_desktop.backend.auth.families import (
    Holder,
    Refresh,
    access_token,
    begin,
    first_refresh,
)
from timeback_desktop.backend.auth.pins import people_with_pin, try_pin
from timeback_desktop.backend.auth.service import IssuedToken
from timeback_desktop.backend.auth.tries import Outcome, Try
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.roster.service import Profile, Role
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.signin.models import user_passwords
from timeback_desktop.backend.signin.passwords import try_password
from timeback_desktop.backend.signin.people import person


@dataclass(frozen=True, slots=True)
class WindowTokens:
    """What the window gets when somebody signed in at it."""

    access: IssuedToken
    refresh: Refresh


def people_with_secret(connection: Connection, publisher_id: str) -> frozenset[str]:
    """Return the ids of the tenant's people who have a PIN or a password."""
    mine = user_passwords.c.publisher_id == publisher_id
    with_password = connection.scalars(select(user_passwords.c.user_id).where(mine))
    return people_with_pin(connection, publisher_id).union(with_password)


def needs_secret(somebody: Profile, with_secret: frozenset[str]) -> bool:
    """Tell whether to ask: everybody who is no student is always asked."""
    return somebody.role is not Role.STUDENT or somebody.id in with_secret


def sign_in_at_window(
    platform: Platform, somebody: Profile, *, pin: str | None, password: str | None
) -> WindowTokens:
    """Sign a person in who knows the PIN or the password, if there is need of one."""
    with reading(platform.engine) as connection:
        with_secret = people_with_secret(connection, somebody.publisher_id)
    if needs_secret(somebody, with_secret):
        _check(platform, somebody, pin, password)
    holder, now = Holder(somebody.publisher_id, somebody.id), platform.now()
    with writing(platform.engine) as connection:
        known = person(connection, holder)
        if known is None:
            raise HTTPException(404, "Nobody of that name learns here.")
        family = begin(connection, holder, None, known.data_scopes(), now)
        access = access_token(connection, family, now)
        return WindowTokens(access, first_refresh(connection, family, now))


def _check(platform: Platform, somebody: Profile, pin: str | None, password: str | None) -> None:
    if not (pin or password):
        raise HTTPException(403, "Please type your PIN.")
    what, tried = _tried(platform, somebody, pin, password)
    match tried.outcome:
        case Outcome.RIGHT:
            return
        case Outcome.TOO_SOON:
            raise HTTPException(
                429,
                f"Please wait {tried.wait_s} seconds, then try again.",
                headers={"Retry-After": str(tried.wait_s)},
            )
        case Outcome.WRONG:
            raise HTTPException(403, f"That {what} is not right. Please try again.")
        case Outcome.NONE_SET:
            raise HTTPException(403, f"This person has no {what} yet.")


def _tried(
    platform: Platform, somebody: Profile, pin: str | None, password: str | None
) -> tuple[str, Try]:
    now = platform.now()
    if password:
        holder = Holder(somebody.publisher_id, somebody.id)
        return "password", try_password(platform.engine, holder, password, now)
    return "PIN", try_pin(platform.engine, somebody.publisher_id, somebody.id, pin or "", now)
