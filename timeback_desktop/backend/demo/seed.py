"""Writing the demo school into the database; what is there already is left as it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from timeback_desktop import ids
from timeback_desktop.backend.auth.pins import people_with_pin, set_pin
from timeback_desktop.backend.demo.school import (
    DEMO_ROOM,
    DEMO_STUDENT,
    DISTRICT,
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
    user_roles,
    users,
)
from timeback_desktop.backend.roster.service import Role

Entry = dict[str, Any]


def demo_id(kind: str, key: str) -> str:
    """Return the identifier of a thing of the demo school, the same on every machine."""
    return ids.seeded(PUBLISHER, kind, key)


PUBLISHER_ID = demo_id("publisher", "demo")
STUDENT_ID = demo_id("user", DEMO_STUDENT)


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


def seed_demo_school(connection: Connection, now_ms: int) -> None:
    """Make sure that the whole demo school is in the database."""
    register_publisher(connection, PUBLISHER_ID, PUBLISHER, now_ms)
    for table, entries in (
        (orgs, _orgs()),
        (academic_sessions, _academic_sessions()),
        (courses, _courses()),
        (classes, _classes()),
        (users, _users()),
        (enrollments, _enrollments()),
    ):
        _add_missing(connection, table, list(entries), now_ms)
    _link_missing(connection, class_terms, "class_id", list(_class_terms()))
    _link_missing(connection, user_roles, "user_id", list(_user_roles()))
    with_pin = people_with_pin(connection, PUBLISHER_ID)
    for room in ROOMS:
        teacher_id = demo_id("user", account(*room.teacher))
        if teacher_id not in with_pin:
            set_pin(connection, PUBLISHER_ID, teacher_id, TEACHER_PIN)


def _add_missing(connection: Connection, table: Table, entries: list[Entry], now_ms: int) -> None:
    there = set(connection.scalars(select(table.c.id).where(table.c.publisher_id == PUBLISHER_ID)))
    same = {"publisher_id": PUBLISHER_ID, "status": "active", "modified_ms": now_ms}
    missing = [
        {**entry, **same, "entered": ids.mint()} for entry in entries if entry["id"] not in there
    ]
    if missing:
        connection.execute(insert(table), missing)


def _link_missing(connection: Connection, table: Table, owner: str, rows: list[Entry]) -> None:
    """Add the rows of those that have none yet."""
    mine = table.c.publisher_id == PUBLISHER_ID
    there = set(connection.scalars(select(table.c[owner]).where(mine)))
    missing = [{**row, "publisher_id": PUBLISHER_ID} for row in rows if row[owner] not in there]
    if missing:
        connection.execute(insert(table), missing)


def _academic_sessions() -> Iterator[Entry]:
    for period in SCHOOL_YEAR:
        parent = demo_id("academicSession", period.parent) if period.parent else None
        yield {
            "id": demo_id("academicSession", period.key),
            "title": period.title,
            "type": period.type,
            "start_date": period.begins,
            "end_date": period.ends,
            "school_year": "2027",
            "parent_id": parent,
        }


def _class_terms() -> Iterator[Entry]:
    terms = [period.key for period in SCHOOL_YEAR if period.type == "term"]
    for room in ROOMS:
        for key in terms:
            yield {
                "class_id": demo_id("class", room.key),
                "term_id": demo_id("academicSession", key),
            }


def _user_roles() -> Iterator[Entry]:
    for person in _users():
        yield {
            "user_id": person["id"],
            "id": person["id"],
            "role_type": "primary",
            "role": person["role"],
            "org_id": person["org_id"],
        }


def _orgs() -> Iterator[Entry]:
    key, name = DISTRICT
    district = demo_id("org", key)
    yield {"id": district, "name": name, "type": "district", "identifier": key, "parent_id": None}
    for key, name in SCHOOLS:
        school = demo_id("org", key)
        yield {
            "id": school,
            "name": name,
            "type": "school",
            "identifier": key,
            "parent_id": district,
        }


def _courses() -> Iterator[Entry]:
    for room in ROOMS:
        yield {
            "id": demo_id("course", room.key),
            "title": room.course,
            "course_code": f"{room.key.upper()}-26",
            "grades": list(room.grades),
            "subjects": list(SUBJECTS),
            "org_id": demo_id("org", room.school),
        }


def _classes() -> Iterator[Entry]:
    for room in ROOMS:
        yield {
            "id": demo_id("class", room.key),
            "title": room.title,
            "class_code": room.key,
            "class_type": "homeroom",
            "course_id": demo_id("course", room.key),
            "school_id": demo_id("org", room.school),
        }


def _users() -> Iterator[Entry]:
    for room in ROOMS:
        yield _person(room, *room.teacher, Role.TEACHER, [])
        for pupil in room.students:
            yield _person(room, pupil.given_name, pupil.family_name, Role.STUDENT, [pupil.grade])


def _person(room: Room, given_name: str, family_name: str, role: Role, grades: list[str]) -> Entry:
    username = account(given_name, family_name)
    return {
        "id": demo_id("user", username),
        "given_name": given_name,
        "family_name": family_name,
        "username": username,
        "email": f"{username}@demo.example",
        "role": role,
        "grades": grades,
        "org_id": demo_id("org", room.school),
        "enabled": True,
    }


def _enrollments() -> Iterator[Entry]:
    for room in ROOMS:
        yield _enrollment(room, account(*room.teacher), Role.TEACHER)
        for pupil in room.students:
            yield _enrollment(room, account(pupil.given_name, pupil.family_name), Role.STUDENT)


def _enrollment(room: Room, username: str, role: Role) -> Entry:
    return {
        "school_id": demo_id("org", room.school),
        "id": demo_id("enrollment", f"{room.key}/{username}"),
        "class_id": demo_id("class", room.key),
        "user_id": demo_id("user", username),
        "role": role,
        "primary": True,
    }
