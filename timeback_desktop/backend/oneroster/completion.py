"""What a new row gets that its document did not tell, and the names that older clients use.

The standard demands more of what is read than published clients send: a class has a school
and terms, a course an org, a person a role somewhere. What follows from the rest of the
roster is filled in here; what does not follow is left out, and then told as a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from timeback_desktop.backend.oneroster.entity import Entity
from timeback_desktop.backend.oneroster.place import Place
from timeback_desktop.backend.roster import models as roster

Document = dict[str, Any]
_IMPLIED = {
    "schools": {"type": "school"},
    "terms": {"type": "term"},
    "gradingPeriods": {"type": "gradingPeriod"},
}
_ROLES = {"students": "student", "teachers": "teacher"}


def translated(entity: Entity, document: Mapping[str, Any]) -> Document:
    """Return a document with the names that published clients use turned into ours."""
    told = dict(document)
    match entity.type:
        case "class":
            _rename(told, "org", "school")
        case "course":
            _rename(told, "academicSession", "schoolYear")
            if isinstance(org := told.get("orgSourcedId"), str):
                told.setdefault("org", {"sourcedId": org})
        case "lineItem" | "result":
            _rename(told, "class_", "class")  # 0.3.0 sends the name that Python made it give
        case _:
            pass
    return told


def _rename(told: Document, theirs: str, ours: str) -> None:
    if theirs in told:
        told.setdefault(ours, told[theirs])


def completed(entity: Entity, place: Place, document: Document) -> Document:
    """Return the document of a new row with what follows for it from the rest."""
    told = {**_IMPLIED.get(entity.path, {}), **document}
    complete = _COMPLETE.get(entity.type)
    return complete(entity, place, told) if complete else told


def _org(_entity: Entity, place: Place, told: Document) -> Document:
    return _with(told, identifier=place.sourced_id)


def _course(_entity: Entity, place: Place, told: Document) -> Document:
    org = told.get("org") or _reference(place.first(roster.orgs))
    return _with(told, courseCode=place.sourced_id, org=org, grades=[], subjects=[])


def _class(_entity: Entity, place: Place, told: Document) -> Document:
    school = told.get("school") or _reference(_school_of_course(place, told.get("course")))
    return _with(told, classType="scheduled", school=school)


def _school_of_course(place: Place, course: Any) -> str | None:
    """Return the org of a course when it is a school, else the tenant's first school."""
    org = place.pointed(roster.courses, "org_id", course)
    is_it = (roster.orgs.c.id == org, roster.orgs.c.type == "school")
    return (place.first(roster.orgs, *is_it) if org else None) or place.home()


def _user(entity: Entity, place: Place, told: Document) -> Document:
    implied = _ROLES.get(entity.path)
    if not told.get("roles") and implied:
        told = {**told, "roles": [{"role": implied}]}
    return with_whole_roles(place, _with(told, enabledUser=True, grades=[]))


def with_whole_roles(place: Place, told: Document) -> Document:
    """Return a person's document in which every role says where it is held, and which is first."""
    roles = told.get("roles")
    if not isinstance(roles, list) or not all(isinstance(role, dict) for role in roles):
        return told
    if all(role.get("org") and role.get("roleType") for role in roles):
        return told
    org = told.get("primaryOrg") or _reference(place.home())
    types = ("primary", *("secondary" for _ in roles[1:]))
    whole = [_with(role, org=org, roleType=rank) for role, rank in zip(roles, types, strict=True)]
    return {**told, "roles": whole}


def _enrollment(_entity: Entity, place: Place, told: Document) -> Document:
    school = place.pointed(roster.classes, "school_id", told.get("class"))
    return _with(told, primary=False, school=_reference(school))


def _reference(sourced_id: str | None) -> Document | None:
    return {"sourcedId": sourced_id} if sourced_id else None


def _with(told: Document, **missing: Any) -> Document:
    """Return a document with values for what it does not tell, or tells as empty."""
    empty: tuple[Any, ...] = (None, "", [])
    return {**told, **{name: value for name, value in missing.items() if told.get(name) in empty}}


_COMPLETE: dict[str, Callable[[Entity, Place, Document], Document]] = {
    "class": _class,
    "course": _course,
    "enrollment": _enrollment,
    "org": _org,
    "user": _user,
}
