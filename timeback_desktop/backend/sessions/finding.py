"""Which sessions a caller may see, and which it may write to.

A session is keyed by student and id, so one id may name the sessions of two students. Of what
a caller may not see it is not told that it exists.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind
from timeback_desktop.backend.events.directory import session_id_of
from timeback_desktop.backend.roster.service import may_read
from timeback_desktop.backend.sessions.models import sessions
from timeback_desktop.backend.sessions.service import span_of
from timeback_desktop.backend.sessions.span import SessionSpan
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import to_urn

_MOST_OF_A_NAME = 20


@dataclass(frozen=True, slots=True)
class Known:
    """A session, and whose it is."""

    user_id: str
    span: SessionSpan


def named(tenant: str, session: str) -> str:
    """Return the id of a session that is named by its UUID or by any IRI."""
    return session_id_of(tenant, session if ":" in session else to_urn(session.lower()))


def readable(
    connection: Connection, principal: Principal, session_id: str, user_id: str | None
) -> Known:
    """Return the session that the caller may read; 404 when there is none of that name."""
    own = principal.application_id
    for row in _of_name(connection, principal, session_id, user_id):
        if own in {None, row.application_id} and may_read(connection, principal, row.user_id):
            return Known(row.user_id, span_of(row))
    raise _no_session()


def writable(
    connection: Connection, principal: Principal, session_id: str, user_id: str | None
) -> Known | None:
    """Return the session that the caller may write to: a person's own, or one of the app."""
    for row in _of_name(connection, principal, session_id, user_id):
        if _may_write(principal, row):
            return Known(row.user_id, span_of(row))
    return None


def known(
    connection: Connection, principal: Principal, session_id: str, user_id: str | None
) -> Known:
    """Return the session that the caller may write to; 404 when there is none."""
    found = writable(connection, principal, session_id, user_id)
    if found is None:
        raise _no_session()
    return found


def page(
    connection: Connection, chosen: ColumnElement[bool], limit: int, offset: int
) -> tuple[list[Known], int]:
    """Return one page of the chosen sessions, newest first, and how many there are."""
    rows = connection.execute(
        select(sessions)
        .where(chosen)
        .order_by(sessions.c.started_ms.desc(), sessions.c.id.desc(), sessions.c.user_id)
        .limit(limit)
        .offset(offset)
    )
    found = [Known(row.user_id, span_of(row)) for row in rows]
    total = connection.scalar(select(func.count()).select_from(sessions).where(chosen))
    return found, total or 0


def _of_name(
    connection: Connection, principal: Principal, session_id: str, user_id: str | None
) -> list[Row[tuple[object, ...]]]:
    """Return the sessions of a name, what the desktop told of first."""
    wanted = [sessions.c.publisher_id == principal.publisher_id, sessions.c.id == session_id]
    if user_id is not None:
        wanted.append(sessions.c.user_id == user_id)
    order = sessions.c.measured.desc(), sessions.c.user_id
    found = select(sessions).where(and_(*wanted)).order_by(*order).limit(_MOST_OF_A_NAME)
    return list(connection.execute(found))


def _may_write(principal: Principal, row: Row[tuple[object, ...]]) -> bool:
    if principal.kind is not PrincipalKind.CLIENT:
        return bool(row.user_id == principal.user_id)
    return principal.application_id is None or row.application_id in {
        None,
        principal.application_id,
    }


def _no_session() -> ContractFault:
    return ContractFault("There is no such session here.", status=404)
