"""What clients of before OneRoster 1.2 look for beside the standard.

The official schema of the reads forbids any other member, so only those are told who cannot
do without (``dialect``); it knows no writes, whose answers always carry these names. They are
what the 0.3.0 client demands: ``org`` of a class and of a session (for which the tenant's
first school stands, as sessions have none), ``orgSourcedId`` of a course.

One word goes the other way: the clients know an ``administrator`` and none of the four that
1.2 knows instead, so it is kept, and told to everybody else as one of those.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from timeback_desktop.backend.oneroster.entity import Entity
from timeback_desktop.backend.oneroster.hrefs import HrefBase
from timeback_desktop.backend.oneroster.place import Place
from timeback_desktop.backend.oneroster.reading import Wire

OLDER, OFFICIAL = "administrator", "siteAdministrator"


def with_older_names(
    connection: Connection, tenant: str, entity: Entity, one: Wire, base: HrefBase
) -> Wire:
    """Return one thing with the members that older clients demand, as far as it tells them."""
    return all_with_older_names(connection, tenant, entity, [one], base)[0]


def all_with_older_names(
    connection: Connection, tenant: str, entity: Entity, told: Sequence[Wire], base: HrefBase
) -> list[Wire]:
    """Return things with the members that older clients demand, as far as they tell them."""
    match entity.type:
        case "class":
            return [{**one, "org": one["school"]} if "school" in one else one for one in told]
        case "course":
            return [_with_org_id(one) for one in told]
        case "academicSession" if (home := Place(connection, tenant, "", 0).home()) is not None:
            return [{**one, "org": base.reference("org", home)} for one in told]
        case _:
            return list(told)


def in_official_words(entity: Entity, told: Sequence[Wire]) -> list[Wire]:
    """Return things without the one word that the official schema does not have."""
    if entity.type != "user":
        return list(told)
    return [
        {**one, "roles": [_official(role) for role in one["roles"]]} if "roles" in one else one
        for one in told
    ]


def _official(role: Wire) -> Wire:
    return {**role, "role": OFFICIAL} if role.get("role") == OLDER else role


def _with_org_id(course: Wire) -> Wire:
    return {**course, "orgSourcedId": course["org"]["sourcedId"]} if "org" in course else course
