"""What fields of one document owe to each other, and to what the row holds already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import RowMapping, select

from timeback_desktop.backend.oneroster.checking import Draft, Row
from timeback_desktop.backend.oneroster.entity import Entity
from timeback_desktop.backend.oneroster.place import Place
from timeback_desktop.backend.oneroster.terms import session_without_terms
from timeback_desktop.backend.roster import models as roster

_MOST_LEVELS = 32


def settle(place: Place, entity: Entity, draft: Draft, there: RowMapping | None) -> None:
    """Make the fields of a draft agree; note in it what cannot agree."""
    if rule := _RULES.get(entity.type):
        rule(place, draft, there)
    if there is not None and "parent_id" in draft.row:
        _refuse_circle(place, entity, draft)


def _refuse_circle(place: Place, entity: Entity, draft: Draft) -> None:
    """See that nothing comes to lie below itself, so that whoever climbs up arrives."""
    table, above = entity.table, draft.row["parent_id"]
    for _level in range(_MOST_LEVELS):
        if above is None:
            return
        found = (table.c.publisher_id == place.tenant, table.c.id == above)
        above = place.connection.scalar(select(table.c.parent_id).where(*found))
        if above == place.sourced_id:
            break
    draft.refuse("/parent", f"leads back to itself, or further up than {_MOST_LEVELS} levels")


def _user(place: Place, draft: Draft, there: RowMapping | None) -> None:
    """Keep ``role`` and ``org_id`` of a person true to the primary one of his roles.

    A person may have a primary role in each of several orgs; ``primaryOrg`` says which of
    them it is, and must be one of them.
    """
    _check_user_ids(draft)
    roles = draft.parts.get("roles")
    wanted = draft.row.pop("org_id", None)
    if roles is None and wanted is not None and there is not None:
        roles = _kept_roles(place)
    if not roles:
        return
    first = _first_role(roles, wanted)
    if wanted is not None and first["org_id"] != wanted:
        draft.refuse("/primaryOrg", "is an org in which the person has a role")
    draft.row |= {"role": first["role"], "org_id": first["org_id"]}


def _kept_roles(place: Place) -> list[Row]:
    held = roster.user_roles
    mine = (held.c.publisher_id == place.tenant, held.c.user_id == place.sourced_id)
    rows = place.connection.execute(select(held).where(*mine).order_by(held.c.id))
    return [dict(row) for row in rows.mappings()]


def _first_role(roles: list[Row], wanted: Any) -> Row:
    def rank(role: Row) -> tuple[bool, bool]:
        return role["org_id"] != wanted, role["role_type"] != "primary"

    by_rank = rank if wanted is not None else lambda role: rank(role)[1:]
    return min(roles, key=by_rank)


def _check_user_ids(draft: Draft) -> None:
    for place, each in enumerate(draft.row.get("user_ids") or ()):
        if not all(isinstance(each.get(name), str) for name in ("type", "identifier")):
            draft.refuse(f"/userIds/{place}", "has a type and an identifier, both texts")


def _class(place: Place, draft: Draft, there: RowMapping | None) -> None:
    """See that a class is held in some term: without one it could not be read back."""
    if draft.links.get("terms") or (there is not None and "terms" not in draft.links):
        return
    bare = {"id": place.sourced_id, "course_id": None, **(there or {}), **draft.row}
    found = session_without_terms(place.connection, place.tenant, [bare], place.today)
    draft.links["terms"] = list(found.values())
    if not found:
        draft.refuse("/terms", "is needed: there is no academic session to choose")


def _academic_session(_place: Place, draft: Draft, there: RowMapping | None) -> None:
    row = {**(there or {}), **draft.row}
    begins, ends = row.get("start_date"), row.get("end_date")
    if begins is not None and ends is not None and ends < begins:
        draft.refuse("/endDate", "is not before startDate")


def _demographics(place: Place, draft: Draft, there: RowMapping | None) -> None:
    """See that demographics have the sourcedId of the person they are about."""
    who = (roster.users.c.publisher_id == place.tenant, roster.users.c.id == place.sourced_id)
    if there is None and place.connection.scalar(select(roster.users.c.id).where(*who)) is None:
        draft.refuse("/sourcedId", "is that of a person of the roster")


def _result(_place: Place, draft: Draft, there: RowMapping | None) -> None:
    """See that a result stays with its student, who stands in its key."""
    told = draft.row.get("student_id")
    if there is not None and told is not None and told != there["student_id"]:
        draft.refuse("/student", "is somebody else: this sourcedId is of another student's result")


_RULES: dict[str, Callable[[Place, Draft, RowMapping | None], None]] = {
    "academicSession": _academic_session,
    "assessmentResult": _result,
    "class": _class,
    "demographics": _demographics,
    "result": _result,
    "user": _user,
}
