"""Invitations: a code, good once and for three days, with which a person sets a password.

An administrator makes one and hands it over; nobody but the person ever knows the password.
A new invitation takes the place of the one before.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from timeback_desktop.backend.auth.families import Holder
from timeback_desktop.backend.secret import digest, fresh_secret
from timeback_desktop.backend.signin.models import invitations

LIFETIME_S = 3 * 24 * 3600


def invite(connection: Connection, holder: Holder, now_ms: int) -> str:
    """Return a code with which a person may set a password."""
    expired = invitations.c.expires_ms < now_ms
    connection.execute(delete(invitations).where(expired | _of(holder)))
    code = fresh_secret()
    connection.execute(
        insert(invitations).values(
            code_sha256=digest(code),
            **holder.columns(),
            expires_ms=now_ms + LIFETIME_S * 1000,
        )
    )
    return code


def invited(connection: Connection, code: str, now_ms: int) -> Holder | None:
    """Return whom a code invites."""
    found = connection.execute(
        select(invitations).where(
            invitations.c.code_sha256 == digest(code), invitations.c.expires_ms > now_ms
        )
    ).one_or_none()
    return None if found is None else Holder.of(found)


def use_up(connection: Connection, code: str) -> bool:
    """End an invitation; tell whether it was still there, which is so for one of many."""
    mine = invitations.c.code_sha256 == digest(code)
    return connection.execute(delete(invitations).where(mine)).rowcount == 1


def _of(holder: Holder) -> ColumnElement[bool]:
    if holder.account_id:
        return invitations.c.account_id == holder.account_id
    return and_(
        invitations.c.publisher_id == holder.publisher_id,
        invitations.c.user_id == holder.user_id,
    )
