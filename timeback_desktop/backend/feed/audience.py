"""Who may listen to which board, and about whom it tells: asked at the door, and again and again.

Students hear of themselves, teachers of their classes and of the students in them, guardians
of their children, administrators and clients with the reading scope of everybody of their
tenant. An app with a token of somebody hears what that person may, if the scope was lent to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from timeback_desktop.backend.auth.principal import Principal, callers
from timeback_desktop.backend.db.engine import reading
from timeback_desktop.backend.feed.seats import About, Reader
from timeback_desktop.backend.insights import groups as known_groups
from timeback_desktop.backend.rollups.groups import GroupKind, members
from timeback_desktop.backend.roster.models import users
from timeback_desktop.backend.roster.service import may_read, may_read_all, may_read_class
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.scopes import (
    EVENTS_READONLY,
    ROSTER_CORE_READONLY,
    ROSTER_READONLY,
)
from timeback_desktop.backend.timeline.record import parts_of

_ROSTER = frozenset({ROSTER_CORE_READONLY, ROSTER_READONLY})


class NoSuchGroup(LookupError):
    """There is no such class or school in the tenant."""


def may_listen(connection: Connection, principal: Principal, about: About, subject_id: str) -> bool:
    """Tell whether a caller may listen to a board now."""
    if EVENTS_READONLY not in principal.scopes or principal.publisher_id is None:
        return False
    match about:
        case About.USER:
            return may_read(connection, principal, subject_id)
        case About.CLASS:
            return may_read_class(connection, principal, subject_id)
        case About.ORG:
            return may_read_all(principal)


def people_of(connection: Connection, tenant: str, about: About, subject_id: str) -> frozenset[str]:
    """Return the students whom a board is about, now."""
    if about is About.USER:
        return frozenset({subject_id})
    if known_groups.find(connection, tenant, GroupKind(about.value), subject_id) is None:
        raise NoSuchGroup
    return frozenset(members(connection, tenant, about.value, subject_id))


def people_for(platform: Platform, readers: Sequence[Reader]) -> list[frozenset[str] | None]:
    """Return whom each reader may hear of at this moment; ``None`` for one who may not."""
    with reading(platform.engine) as connection:
        shown = [(reader.token, reader.environment) for reader in readers]
        found = callers(platform, connection, shown)
        groups: dict[tuple[str, About, str], frozenset[str] | None] = {}
        return [
            _people_for(connection, reader, principal, groups)
            if isinstance(principal, Principal)
            else None
            for reader, principal in zip(readers, found, strict=True)
        ]


def _people_for(
    connection: Connection,
    reader: Reader,
    principal: Principal,
    groups: dict[tuple[str, About, str], frozenset[str] | None],
) -> frozenset[str] | None:
    """Return it for one reader; ``groups`` are those that others asked for just now."""
    if principal.publisher_id != reader.tenant:
        return None
    if not may_listen(connection, principal, reader.about, reader.subject_id):
        return None
    key = (reader.tenant, reader.about, reader.subject_id)
    if key not in groups:
        try:
            groups[key] = people_of(connection, *key)
        except NoSuchGroup:
            groups[key] = None
    return groups[key]


def may_see_names(principal: Principal) -> bool:
    """Tell whether a caller may read the roster too: persons may, programs by their scope."""
    in_person = principal.user_id is not None and not principal.is_lent
    return in_person or not _ROSTER.isdisjoint(principal.scopes)


def names_of(
    connection: Connection, tenant: str, user_ids: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Return the given and the family name of each of these people."""
    return {
        row.id: (row.given_name, row.family_name)
        for part in parts_of(user_ids)
        for row in connection.execute(
            select(users.c.id, users.c.given_name, users.c.family_name).where(
                users.c.publisher_id == tenant, users.c.id.in_(part)
            )
        )
    }
