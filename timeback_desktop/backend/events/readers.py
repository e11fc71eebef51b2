"""Who may read which stored events.

A client reads about everybody of its tenant, the client of one app only what is about that
app; a person reads about those whom it may read about everywhere else.
"""

from __future__ import annotations

from fastapi import HTTPException
from sqlalchemy import Connection, select

from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.backend.events.archive import Kept
from timeback_desktop.backend.lti.models import lti_subjects
from timeback_desktop.backend.roster import service as roster
from timeback_desktop.backend.roster.models import user_agents
from timeback_desktop.backend.roster.service import Role
from timeback_desktop.ids import from_iri

_MAILTO = "mailto:"


def tenant_of(principal: Principal) -> str:
    """Return whose data the caller works on, or answer 403."""
    if principal.publisher_id is None:
        raise HTTPException(403, "This token belongs to no school.")
    return principal.publisher_id


def people_asked_for(
    connection: Connection, principal: Principal, actor_id: str | None, email: str | None
) -> list[str] | None:
    """Return the students whose events are asked for; ``None`` for everybody of the tenant.

    Nobody when two names are of two people, or of none. 403 for those who may not be read about.
    """
    named = [_by_actor(connection, principal, actor_id)] if actor_id else []
    named += [roster.find_user_by_email(connection, tenant_of(principal), email)] if email else []
    if not named:
        return everybody(connection, principal)
    known = set(named)
    if len(known) > 1 or None in known:
        if roster.may_read_all(principal):
            return []
        raise _not_this_one()
    found = [person for person in named if person is not None][:1]
    if not roster.may_read(connection, principal, found[0]):
        raise _not_this_one()
    return found


def everybody(connection: Connection, principal: Principal) -> list[str] | None:
    """Return all whom the caller may read about; ``None`` when that is the whole tenant."""
    if roster.may_read_all(principal):
        return None
    tenant, mine = tenant_of(principal), principal.user_id or ""
    match Role.of(principal.role or ""):
        case Role.TEACHER:
            taught = roster.students_of(connection, tenant, mine)
            return [mine, *(student.id for student in taught)]
        case Role.GUARDIAN:
            children = select(user_agents.c.user_id).where(
                user_agents.c.publisher_id == tenant, user_agents.c.agent_id == mine
            )
            return [mine, *connection.scalars(children)]
        case _:
            return [mine]


def may_see(connection: Connection, principal: Principal, kept: Kept) -> bool:
    """Tell whether the caller may read one event."""
    own = principal.application_id
    if own is not None and kept.application_id != own:
        return False
    return roster.may_read(connection, principal, kept.user_id)


def _by_actor(connection: Connection, principal: Principal, iri: str) -> str | None:
    """Find a person as events name one: what an app was told, else our own id, else e-mail."""
    tenant = tenant_of(principal)
    if iri.lower().startswith(_MAILTO):
        return roster.find_user_by_email(connection, tenant, iri[len(_MAILTO) :])
    name = from_iri(iri)
    told = select(lti_subjects.c.user_id).where(
        lti_subjects.c.publisher_id == tenant, lti_subjects.c.subject == name
    )
    if principal.application_id is not None:
        told = told.where(lti_subjects.c.application_id == principal.application_id)
    return connection.scalar(told) or roster.find_user(connection, tenant, name)


def _not_this_one() -> HTTPException:
    return HTTPException(403, "This token may not read about this person.")
