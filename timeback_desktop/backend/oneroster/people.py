"""What TimeBack adds to the people of OneRoster: upserts, agents, apps, seats in classes.

The rules only; ``people_routes`` has the HTTP. All of it works on rows of one tenant, and
on people who were not put away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from timeback_desktop import ids
from timeback_desktop.backend.oneroster.checking import Draft, Row, check_part
from timeback_desktop.backend.oneroster.faults import invalid_data, unknown_object
from timeback_desktop.backend.oneroster.links import write_part
from timeback_desktop.backend.oneroster.place import Place
from timeback_desktop.backend.oneroster.rostering import CLASS, ENROLLMENT, PROFILES, STUDENT
from timeback_desktop.backend.oneroster.values import Unfit, is_name, referred
from timeback_desktop.backend.oneroster.writing import SourcedIdPair, change, create
from timeback_desktop.backend.registry.service import is_granted
from timeback_desktop.backend.roster import models as roster

APP_PROFILE = {"profileType": "learning_app_profile", "vendorId": "timeback"}


def upsert_student(place: Place, document: Mapping[str, Any]) -> tuple[str, bool]:
    """Create a student or change him; return his sourcedId and whether he is new.

    Without a sourcedId, the student is the one with that e-mail address.
    """
    told = document.get("sourcedId")
    if told is None:
        told = _by_email(place, document.get("email")) or ids.mint()
    if not is_name(told):
        raise invalid_data("/sourcedId is a text of 1 to 255 printable characters.", 422)
    is_new = change(
        place.connection, place.tenant, STUDENT, told, document, place.now_ms, upsert=True
    )
    return told, is_new


def _by_email(place: Place, email: Any) -> str | None:
    if not isinstance(email, str) or not email or not email.isprintable():
        return None
    return place.first(roster.users, func.lower(roster.users.c.email) == email.lower())


def living_user(place: Place, sourced_id: str) -> None:
    """Lock a person against other writers; 404 unless he is there and was not put away."""
    users = roster.users
    who = and_(users.c.publisher_id == place.tenant, users.c.id == sourced_id)
    found = select(users.c.id).where(who, users.c.status == "active").with_for_update()
    if not is_name(sourced_id) or place.connection.scalar(found) is None:
        raise unknown_object("user", sourced_id)


def add_agent(place: Place, agent_id: Any) -> None:
    """Let somebody act for a person; nothing happens when he does already."""
    living_user(place, place.sourced_id)
    if not is_name(agent_id) or agent_id == place.sourced_id:
        raise invalid_data("/agentSourcedId names another person of the roster.", 422)
    if place.first(roster.users, roster.users.c.id == agent_id) is None:
        raise invalid_data(f"/agentSourcedId names nobody who is known here: {agent_id!r}.", 422)
    known = select(roster.user_agents.c.agent_id).where(_agent(place, agent_id))
    if place.connection.scalar(known) is not None:
        return
    pair = {"publisher_id": place.tenant, "user_id": place.sourced_id, "agent_id": agent_id}
    place.connection.execute(insert(roster.user_agents).values(pair))
    _touch(place)


def remove_agent(place: Place, agent_id: str) -> None:
    """Let somebody act for a person no more; 404 when he did not."""
    gone = delete(roster.user_agents).where(_agent(place, agent_id))
    if not is_name(agent_id) or not place.connection.execute(gone).rowcount:
        raise unknown_object("agent", agent_id)
    _touch(place)


def _agent(place: Place, agent_id: str) -> ColumnElement[bool]:
    agents = roster.user_agents
    return and_(
        agents.c.publisher_id == place.tenant,
        agents.c.user_id == place.sourced_id,
        agents.c.agent_id == agent_id,
    )


def seat(place: Place, role: str, document: Mapping[str, Any]) -> SourcedIdPair:
    """Enroll a person in the class of ``place``; one who is there already keeps his seat.

    So a client that tries again after a lost answer does not enroll anybody twice.
    """
    told = {**document, "class": {"sourcedId": place.sourced_id}, "role": role}
    _lock_class(place)
    taken = _seat_of(place, role, document.get("user"))
    if taken is None:
        return create(place.connection, place.tenant, ENROLLMENT, told, place.now_ms)
    told.pop("sourcedId", None)
    change(place.connection, place.tenant, ENROLLMENT, taken, told, place.now_ms, upsert=False)
    return SourcedIdPair(taken, taken)


def _lock_class(place: Place) -> None:
    """Let others who enroll in this class wait; 404 when there is no such class."""
    one = and_(CLASS.table.c.publisher_id == place.tenant, CLASS.table.c.id == place.sourced_id)
    found = select(CLASS.table.c.id).where(one).with_for_update()
    if not is_name(place.sourced_id) or place.connection.scalar(found) is None:
        raise unknown_object("class", place.sourced_id)


def _seat_of(place: Place, role: str, user: Any) -> str | None:
    seats = roster.enrollments
    try:
        who = referred(user)
    except Unfit:
        return None
    here = and_(seats.c.class_id == place.sourced_id, seats.c.user_id == who)
    return place.first(seats, here, seats.c.role == role)


def put_profile(place: Place, profile_id: str, document: Mapping[str, Any]) -> tuple[Row, bool]:
    """Give a person a profile in an app that his school lets in; tell whether it is new."""
    living_user(place, place.sourced_id)
    if document.get("profileId") not in (None, profile_id):
        raise invalid_data(f"/profileId is {profile_id!r}, as in the address.", 422)
    draft, told = Draft(), {**APP_PROFILE, **document, "profileId": profile_id}
    row = check_part(draft, PROFILES, told, "")
    if not is_name(profile_id):
        draft.refuse("/profileId", "is a text of 1 to 255 printable characters")
    if (named := row["application_id"]) is None:
        draft.refuse("/applicationId", "is needed")
    elif not is_granted(place.connection, place.tenant, ids.from_iri(named)):
        draft.refuse("/applicationId", "is an app that this school lets in")
    else:
        row["application_id"] = ids.from_iri(named)
    draft.raise_faults()
    is_new = write_part(place, PROFILES, row)
    _touch(place)
    return {each.name: row[str(each.column)] for each in PROFILES.fields}, is_new


def remove_profile(place: Place, profile_id: str) -> None:
    """Take a profile from a person, with the credentials that were kept for it."""
    profiles = roster.user_profiles
    one = and_(
        profiles.c.publisher_id == place.tenant,
        profiles.c.user_id == place.sourced_id,
        profiles.c.id == profile_id,
    )
    if (
        not is_name(profile_id)
        or not place.connection.execute(delete(profiles).where(one)).rowcount
    ):
        raise unknown_object("profile", profile_id)
    _touch(place)


def _touch(place: Place) -> None:
    """Note that what is told of a person changed now."""
    users = roster.users
    who = and_(users.c.publisher_id == place.tenant, users.c.id == place.sourced_id)
    changed = update(users).where(who).values(modified_ms=place.now_ms)
    place.connection.execute(changed)
