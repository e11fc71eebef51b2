"""Attempts: a page that was shown, waiting for the one answer that it can be given.

The ticket in the form and the cookie of the browser must both be those of the attempt. A
ticket is used up by the first answer; the next page has a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select

from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.secret import digest, fresh_secret
from timeback_desktop.backend.signin.models import sign_in_attempts
from timeback_desktop.backend.signin.schemas import PageFault

LIFETIME_S = 600


class Purpose(StrEnum):
    """What a page waits for."""

    SIGN_IN = "sign_in"
    CONSENT = "consent"
    DEVICE_CODE = "device_code"
    PROVIDER = "provider"
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 what a page is for


class PageGone(PageFault):
    """The page that this answer belongs to is not open any more, or was never shown here."""

    def __init__(self) -> None:
        super().__init__(
            "This page was open for too long, or was answered already. Please start again."
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in, in one browser; ``asked`` is what it is about.

    ``browser`` is the secret of its cookie, ``holder`` who signed in on the page before.
    """

    purpose: Purpose
    browser: str
    asked: Mapping[str, str]
    holder: Holder | None = None

    def on(
        self,
        purpose: Purpose,
        *,
        holder: Holder | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> Attempt:
        """Return the same attempt on its next page."""
        known = {**self.asked, **(asked or {})}
        return replace(self, purpose=purpose, holder=holder or self.holder, asked=known)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser shows to answer a page: the ticket of the form, and its own secret."""

    ticket: str
    browser: str


def open_attempt(connection: Connection, attempt: Attempt, now_ms: int) -> str:
    """Keep what a page is about; return the ticket that goes into its form."""
    expired = sign_in_attempts.c.expires_ms < now_ms
    connection.execute(delete(sign_in_attempts).where(expired))
    ticket = fresh_secret()
    holder = attempt.holder or Holder()
    connection.execute(
        insert(sign_in_attempts).values(
            ticket_sha256=digest(ticket),
            browser_sha256=digest(attempt.browser),
            purpose=attempt.purpose,
            asked=dict(attempt.asked),
            **holder.columns(),
            expires_ms=now_ms + LIFETIME_S * 1000,
        )
    )
    return ticket


def take_attempt(connection: Connection, shown: Shown, now_ms: int, *purposes: Purpose) -> Attempt:
    """Use a ticket up and return what its page was about, or raise :class:`PageGone`."""
    taking = delete(sign_in_attempts).where(*_is(shown, now_ms, purposes))
    return _read(connection.execute(taking.returning(*sign_in_attempts.c)).one_or_none(), shown)


def peek_attempt(connection: Connection, shown: Shown, now_ms: int, *purposes: Purpose) -> Attempt:
    """Return what a page is about, which stays open, or raise :class:`PageGone`."""
    looking = select(sign_in_attempts).where(*_is(shown, now_ms, purposes))
    return _read(connection.execute(looking).one_or_none(), shown)


def _is(shown: Shown, now_ms: int, purposes: Sequence[Purpose]) -> list[ColumnElement[bool]]:
    return [
        sign_in_attempts.c.ticket_sha256 == digest(shown.ticket),
        sign_in_attempts.c.browser_sha256 == digest(shown.browser),
        sign_in_attempts.c.purpose.in_(purposes),
        sign_in_attempts.c.expires_ms > now_ms,
    ]


def _read(found: Row[Any] | None, shown: Shown) -> Attempt:
    if found is None:
        raise PageGone
    holder = Holder.of(found)
    known = None if holder == Holder() else holder
    return Attempt(Purpose(found.purpose), shown.browser, found.asked, known)
