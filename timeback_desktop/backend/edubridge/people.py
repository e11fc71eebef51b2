"""People as EduBridge tells them: those who have certain roles and no others.

The published client takes a person only when every member of its model is there, and knows
eight roles and fifteen grades. So a person is told in those words: a principal is an
administrator, kindergarten is grade 0, and somebody with a role that has no word here is
not among those who have "only" the asked ones. Demographics and credentials are told by
OneRoster alone, to those who may know them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, not_, select
from starlette.datastructures import QueryParams

from timeback_desktop.backend.edubridge.grades import grades_of
from timeback_desktop.backend.oneroster import listing, reading
from timeback_desktop.backend.oneroster.hrefs import HrefBase
from timeback_desktop.backend.oneroster.rostering import USER
from timeback_desktop.backend.registry.service import Application, applications_in
from timeback_desktop.backend.roster.models import orgs, user_roles, users
from timeback_desktop.errors import ContractFault

Json = dict[str, Any]
_ADMINISTRATORS = (
    "administrator",
    "districtAdministrator",
    "principal",
    "siteAdministrator",
    "systemAdministrator",
)
_CALLED = {
    **dict.fromkeys(_ADMINISTRATORS, "administrator"),
    **{role: role for role in ("aide", "guardian", "parent", "proctor", "relative")},
    **{role: role for role in ("student", "teacher")},
}
_NEEDED = frozenset(
    {
        "sourcedId",
        "status",
        "dateLastModified",
        "userIds",
        "enabledUser",
        "givenName",
        "familyName",
        "roles",
        "agents",
        "userProfiles",
        "primaryOrg",
        "email",
    }
)
_NOT_TOLD = ("resources",)


def page(
    connection: Connection, tenant: str, query: QueryParams, base: HrefBase
) -> tuple[Json, int]:
    """Return the page of people that ``query`` asks for, and how many there are in all."""
    asked = listing.asked_of(USER, query)
    mine = [_only(query.getlist("roles"))]
    if at := query.getlist("orgSourcedIds"):
        mine.append(_holds(user_roles.c.org_id.in_(at)))
    found = reading.page(connection, tenant, USER, (*asked.within, *mine), asked)
    only = None if asked.only is None else asked.only | _NEEDED
    told = reading.wire(connection, tenant, USER, found.rows, base, only)
    apps = {app.id: app for app in applications_in(connection, tenant)}
    names = _org_names(connection, tenant, told)
    people = [_person(each, apps, names) for each in told]
    return {"users": people, **listing.body_of(asked, found.total)}, found.total


def _only(roles: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that somebody has one of these roles, and none beside them."""
    if not roles or not set(roles) <= set(_CALLED.values()):
        known = ", ".join(sorted(set(_CALLED.values())))
        raise ContractFault(f"roles names one or more of {known}.", status=422, pointer="/roles")
    ours = [role for role, called in _CALLED.items() if called in roles]
    return and_(_holds(user_roles.c.role.in_(ours)), not_(_holds(user_roles.c.role.not_in(ours))))


def _holds(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        user_roles.c.publisher_id == users.c.publisher_id,
        user_roles.c.user_id == users.c.id,
        which,
    )


def _org_names(connection: Connection, tenant: str, told: Iterable[Json]) -> dict[str, str]:
    wanted = {each["primaryOrg"]["sourcedId"] for each in told if "primaryOrg" in each}
    rows = connection.execute(
        select(orgs.c.id, orgs.c.name).where(
            orgs.c.publisher_id == tenant, orgs.c.id.in_(sorted(wanted))
        )
    )
    return {row.id: row.name for row in rows}


def _person(told: Json, apps: Mapping[str, Application], org_names: Mapping[str, str]) -> Json:
    person = {name: value for name, value in told.items() if name not in _NOT_TOLD}
    home = person.get("primaryOrg")
    return {
        **person,
        "userIds": person.get("userIds", []),
        "email": person.get("email", ""),
        "roles": [{**role, "role": _CALLED[role["role"]]} for role in person.get("roles", [])],
        # The client asks for an agent's sourcedId under a name of its own.
        "agents": [
            {**agent, "sourced_id": agent["sourcedId"]} for agent in person.get("agents", [])
        ],
        "userProfiles": [
            _profile(each, apps[each["applicationId"]])
            for each in person.get("userProfiles", [])
            if each.get("applicationId") in apps
        ],
        "grades": grades_of(person.get("grades")),
        "primaryOrg": home and {**home, "name": org_names.get(home["sourcedId"], "")},
    }


def _profile(told: Json, app: Application) -> Json:
    known = {"sourcedId": app.id, "name": app.name, "domain": app.allowed_hosts}
    return {**told, "app": {**known, "description": app.description}, "credentials": []}
