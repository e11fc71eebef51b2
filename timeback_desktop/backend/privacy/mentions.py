"""Where a person is named without a column for it: described entities, and refused rows.

An entity that a client described by itself may be a person, or hold one deep inside. So its
body is searched for every name that the person has here: id, e-mail, user name, and what apps
call him. Few entities are ever described, so that all of them can be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select

from timeback_desktop.backend.events.models import described_entities
from timeback_desktop.backend.lti.models import lti_subjects
from timeback_desktop.backend.oneroster.files.models import import_refusals
from timeback_desktop.backend.roster.models import users

_AT_ONCE = 200
_SHORTEST = 6  # a shorter user name would be found in other people's words


def names_of(connection: Connection, tenant: str, user_id: str) -> tuple[bytes, ...]:
    """Return what a person is called in what clients describe, in small letters."""
    who = (users.c.publisher_id == tenant, users.c.id == user_id)
    row = connection.execute(select(users.c.email, users.c.username).where(*who)).one_or_none()
    mine = (lti_subjects.c.publisher_id == tenant, lti_subjects.c.user_id == user_id)
    called = [user_id, *connection.scalars(select(lti_subjects.c.subject).where(*mine))]
    called += [name for name in row or () if name and len(name) >= _SHORTEST]
    return tuple(name.lower().encode() for name in called)


def described(connection: Connection, tenant: str, names: tuple[bytes, ...]) -> Iterator[Row[Any]]:
    """Yield the described entities in which any of these names stands."""
    asked = select(described_entities).where(described_entities.c.publisher_id == tenant)
    asked = asked.order_by(described_entities.c.id_sha256).execution_options(yield_per=_AT_ONCE)
    with connection.execute(asked) as rows:
        for row in rows:
            body = bytes(row.body).lower()
            if any(_stands(name, body) for name in names):
                yield row


def _stands(name: bytes, body: bytes) -> bool:
    """Tell whether a name stands in a body as a whole: not as a part of a longer one."""
    at = body.find(name)
    while at >= 0:
        around = body[max(0, at - 1) : at] + body[at + len(name) : at + len(name) + 1]
        if not any(bytes([each]).isalnum() for each in around):
            return True
        at = body.find(name, at + 1)
    return False


def refused(tenant: str, user_id: str) -> ColumnElement[bool]:
    """Return the condition that a refused row of an import names a person."""
    return and_(import_refusals.c.publisher_id == tenant, import_refusals.c.sourced_id == user_id)
