"""Writing a seeded school into the database; what is there already is left as it is.

One generator fills the demo school and every sandbox: the same people and classes, under
identifiers derived from (publisher, kind, key). The demo school alone has an administrator
and a guardian besides, because people sign in there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from timeback_desktop import ids
from timeback_desktop.backend.auth.pins import people_with_pin, set_pin
from timeback_desktop.backend.demo.school import (
    ADMINISTRATOR,
    DEMO_ROOM,
    DEMO_STUDENT,
    DISTRICT,
    GUARDIAN,
    PUBLISHER,
    ROOMS,
    SCHOOL_YEAR,
    SCHOOLS,
    SUBJECTS,
    TEACHER_PIN,
    Room,
)
from timeback_desktop.backend.registry.service import register_publisher
from timeback_desktop.backend.roster.models import (
    academic_sessions,
    class_terms,
    classes,
    courses,
    enrollments,
    orgs,
    user_agents,
    user_roles,
    users,
)
from timeback_desktop.backend.roster.service import Role

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SeededSchool:
    """A tenant to be filled; ``publisher`` is what its identifiers are derived from."""

    tenant_id: str
    publisher: str
    mail_domain: str

    def id(self, kind: str, key: str) -> str:
        """Return the identifier of a thing of this school, the same on every machine."""
        return ids.seeded(self.publisher, kind, key)


def demo_id(kind: str, key: str) -> str:
    """Return the identifier of a thing of the demo school, the same on every machine."""
    return ids.seeded(PUBLISHER, kind, key)


PUBLISHER_ID = demo_id("publisher", "demo")
DEMO_SCHOOL = SeededSchool(PUBLISHER_ID, PUBLISHER, "demo.example")
STUDENT_ID = demo_id("user", DEMO_STUDENT)
ELEMENTARY = SCHOOLS[0][0]


def account(given_name: str, family_name: str) -> str:
    """Return the account name of a person: ``given.family``, in plain letters."""
    plain = unicodedata.normalize("NFKD", f"{given_name}.{family_name}".lower())
    return "".join(
        letter for letter in plain if letter.isascii() and (letter.isalpha() or letter == ".")
    )


def coach_id() -> str:
    """Return the identifier of the teacher of the demo student's class."""
    room = next(room for room in ROOMS if room.key == DEMO_ROOM)
    return demo_id("user", account(*room.teacher))


def administrator_id() -> str:
    """Return the identifier of the administrator of the demo school."""
    return demo_id("user", account(*ADMINISTRATOR))


def guardian_id() -> str:
    """Return the identifier of the demo student's guardian."""
    return demo_id("user", account(*GUARDIAN))


def seed_demo_school(connection: Connection, now_ms: int) -> None:
    """Make sure that the whole demo school is in the database, with the PIN of its staff."""
    register_publisher(connection, PUBLISHER_ID, PUBLISHER, now_ms)
    fill(connection, DEMO_SCHOOL, now_ms)
    _add_grown_ups(connection, now_ms)
    with_pin = people_with_pin(connection, PUBLISHER_ID)
    teachers = (demo_id("user", account(*room.teacher)) for room in ROOMS)
    for user_id in {*teachers, administrator_id()} - with_pin:
        set_pin(connection, PUBLISHER_ID, user_id, TEACHER_PIN)


def _add_grown_ups(connection: Connection, now_ms: int) -> None:
    """Add the administrator, and the guardian as an agent of the demo student."""
    school = DEMO_SCHOOL
    people = [
        _person(school, DISTRICT[0], ADMINISTRATOR, Role.ADMINISTRATOR, []),
        _person(school, ELEMENTARY, GUARDIAN, Role.GUARDIAN, []),
    ]
    _add_missing(connection, school, users, people, now_ms)
    _link_missing(connection, school, user_roles, "user_id", list(_primary_roles(people)))
    agent = {"user_id": STUDENT_ID, "agent_id": guardian_id()}
    _link_missing(connection, school, user_agents, "user_id", [agent])


def fill(connection: Connection, school: SeededSchool, now_ms: int) -> None:
    """Add what is missing of the canonical roster to a tenant."""
    for table, entries in (
        (orgs, _orgs(school)),
        (academic_sessions, _academic_sessions(school)),
        (courses, _courses(school)),
        (classes, _classes(school)),
        (users, _users(school)),
        (enrollments, _enrollments(school)),
    ):
        _add_missing(connection, school, table, list(entries), now_ms)
    _link_missing(connection, school, class_terms, "class_id", list(_class_terms(school)))
    roles = list(_primary_roles(_users(school)))
    _link_missing(connection, school, user_roles, "user_id", roles)


def _add_missing(
    connection: Connection, school: SeededSchool, table: Table, entries: list[Entry], now_ms: int
) -> None:
    there = set(
        connection.scalars(select(table.c.id).where(table.c.publisher_id == school.tenant_id))
    )
    same = {"publisher_id": school.tenant_id, "status": "active", "modified_ms": now_ms}
    missing = [
        {**entry, **same, "entered": ids.mint()} for entry in entries if entry["id"] not in there
    ]
    if missing:
        connection.execute(insert(table), missing)


def _link_missing(
    connection: Connection, school: SeededSchool, table: Table, owner: str, rows: list[Entry]
) -> None:
    """Add the rows of those that have none yet."""
    mine = table.c.publisher_id == school.tenant_id
    there = set(connection.scalars(select(table.c[owner]).where(mine)))
    missing = [{**row, "publisher_id": school.tenant_id} for row in rows if row[owner] not in there]
    if missing:
        connection.execute(insert(table), missing)


def _academic_sessions(school: SeededSchool) -> Iterator[Entry]:
    for period in SCHOOL_YEAR:
        parent = school.id("academicSession", period.parent) if period.parent else None
        yield {
            "id": school.id("academicSession", period.key),
            "title": period.title,
            "type": period.type,
            "start_date": period.begins,
            "end_date": period.ends,
            "school_year": "2027",
            "parent_id": parent,
        }


def _class_terms(school: SeededSchool) -> Iterator[Entry]:
    terms = [period.key for period in SCHOOL_YEAR if period.type == "term"]
    for room in ROOMS:
        for key in terms:
            yield {
                "class_id": school.id("class", room.key),
                "term_id": school.id("academicSession", key),
            }


def _primary_roles(people: Iterable[Entry]) -> Iterator[Entry]:
    for person in people:
        yield {
            "user_id": person["id"],
            "id": person["id"],
            "role_type": "primary",
            "role": person["role"],
            "org_id": person["org_id"],
        }


def _orgs(school: SeededSchool) -> Iterator[Entry]:
    key, name = DISTRICT
    district = school.id("org", key)
    yield {"id": district, "name": name, "type": "district", "identifier": key, "parent_id": None}
    for key, name in SCHOOLS:
        yield {
            "id": school.id("org", key),
            "name": name,
            "type": "school",
            "identifier": key,
            "parent_id": district,
        }


def _courses(school: SeededSchool) -> Iterator[Entry]:
    for room in ROOMS:
        yield {
            "id": school.id("course", room.key),
            "title": room.course,
            "course_code": f"{room.key.upper()}-26",
            "grades": list(room.grades),
            "subjects": list(SUBJECTS),
            "org_id": school.id("org", room.school),
        }


def _classes(school: SeededSchool) -> Iterator[Entry]:
    for room in ROOMS:
        yield {
            "id": school.id("class", room.key),
            "title": room.title,
            "class_code": room.key,
            "class_type": "homeroom",
            "course_id": school.id("course", room.key),
            "school_id": school.id("org", room.school),
        }


def _users(school: SeededSchool) -> Iterator[Entry]:
    for room in ROOMS:
        yield _person(school, room.school, room.teacher, Role.TEACHER, [])
        for pupil in room.students:
            name = (pupil.given_name, pupil.family_name)
            yield _person(school, room.school, name, Role.STUDENT, [pupil.grade])


def _person(
    school: SeededSchool, org: str, name: tuple[str, str], role: Role, grades: list[str]
) -> Entry:
    given_name, family_name = name
    username = account(given_name, family_name)
    return {
        "id": school.id("user", username),
        "given_name": given_name,
        "family_name": family_name,
        "username": username,
        "email": f"{username}@{school.mail_domain}",
        "role": role,
        "grades": grades,
        "org_id": school.id("org", org),
        "enabled": True,
    }


def _enrollments(school: SeededSchool) -> Iterator[Entry]:
    for room in ROOMS:
        yield _enrollment(school, room, account(*room.teacher), Role.TEACHER)
        for pupil in room.students:
            yield _enrollment(
                school, room, account(pupil.given_name, pupil.family_name), Role.STUDENT
            )


def _enrollment(school: SeededSchool, room: Room, username: str, role: Role) -> Entry:
    return {
        "school_id": school.id("org", room.school),
        "id": school.id("enrollment", f"{room.key}/{username}"),
        "class_id": school.id("class", room.key),
        "user_id": school.id("user", username),
        "role": role,
        "primary": True,
    }
