"""Rules of the roster: who people are, who learns with whom, who may read about whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, select

from timeback_desktop.backend.auth.principal import EVENTS_READONLY, Principal, PrincipalKind
from timeback_desktop.backend.roster.models import (
    classes,
    courses,
    enrollments,
    orgs,
    user_agents,
    users,
)


class Role(StrEnum):
    """What a person of the roster is to this program; the roster itself knows more roles."""

    STUDENT = "student"
    TEACHER = "teacher"
    ADMINISTRATOR = "administrator"
    GUARDIAN = "guardian"

    @classmethod
    def of(cls, role: str) -> Role | None:
        """Return what a role of OneRoster is here; ``None`` for one that has no business."""
        return _ROLES.get(role)


_ROLES = {
    "student": Role.STUDENT,
    "teacher": Role.TEACHER,
    **dict.fromkeys(
        (
            "administrator",
            "districtAdministrator",
            "principal",
            "siteAdministrator",
            "systemAdministrator",
        ),
        Role.ADMINISTRATOR,
    ),
    **dict.fromkeys(("guardian", "parent", "relative"), Role.GUARDIAN),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One person, as shown on a tile: a name, a role, where they learn or teach."""

    id: str
    publisher_id: str
    given_name: str
    family_name: str
    email: str | None
    role: Role
    grade: str | None
    class_name: str | None
    org_name: str | None


@dataclass(frozen=True, slots=True)
class ClassContext:
    """The class that a launch happens in."""

    id: str
    code: str
    title: str


def _people(publisher_id: str) -> Select[Any]:
    """Select the people who may use the platform now, with their org's name."""
    at = and_(orgs.c.publisher_id == users.c.publisher_id, orgs.c.id == users.c.org_id)
    return (
        select(users, orgs.c.name.label("org_name"))
        .join(orgs, at)
        .where(
            users.c.publisher_id == publisher_id,
            users.c.status == "active",
            users.c.enabled,
            users.c.role.in_(sorted(_ROLES)),
        )
        .order_by(users.c.family_name, users.c.given_name, users.c.id)
    )


def _class_names(connection: Connection, publisher_id: str) -> dict[str, str]:
    """Return the title of each person's first class."""
    taking = and_(
        classes.c.publisher_id == enrollments.c.publisher_id,
        classes.c.id == enrollments.c.class_id,
    )
    rows = connection.execute(
        select(enrollments.c.user_id, func.min(classes.c.title).label("title"))
        .join(classes, taking)
        .where(enrollments.c.publisher_id == publisher_id, enrollments.c.status == "active")
        .group_by(enrollments.c.user_id)
    )
    return {row.user_id: row.title for row in rows}


def _profiles(connection: Connection, publisher_id: str, people: Select[Any]) -> list[Profile]:
    class_names = _class_names(connection, publisher_id)
    return [
        Profile(
            id=row.id,
            publisher_id=row.publisher_id,
            given_name=row.given_name,
            family_name=row.family_name,
            email=row.email,
            role=_ROLES[row.role],
            grade=row.grades[0] if row.grades else None,
            class_name=class_names.get(row.id),
            org_name=row.org_name,
        )
        for row in connection.execute(people)
    ]


def profiles(connection: Connection, publisher_id: str) -> list[Profile]:
    """Return everybody of a tenant who may use the platform now, by family name."""
    return _profiles(connection, publisher_id, _people(publisher_id))


def profile(connection: Connection, publisher_id: str, user_id: str) -> Profile | None:
    """Return one person of a tenant who may use the platform now."""
    chosen = _people(publisher_id).where(users.c.id == user_id)
    return next(iter(_profiles(connection, publisher_id, chosen)), None)


def students_of(connection: Connection, publisher_id: str, teacher_id: str) -> list[Profile]:
    """Return the students of the classes that a teacher teaches, each once."""
    taught = _shared_class(publisher_id, teacher_id)
    chosen = _people(publisher_id).where(users.c.role == Role.STUDENT, taught)
    return _profiles(connection, publisher_id, chosen)


def _shared_class(publisher_id: str, teacher_id: str) -> Any:
    """Return the condition that a row of ``users`` learns in a class the teacher teaches."""
    teaching, learning = enrollments.alias("teaching"), enrollments.alias("learning")
    return exists().where(
        teaching.c.publisher_id == publisher_id,
        teaching.c.user_id == teacher_id,
        teaching.c.role == Role.TEACHER,
        teaching.c.status == "active",
        learning.c.publisher_id == publisher_id,
        learning.c.class_id == teaching.c.class_id,
        learning.c.role == Role.STUDENT,
        learning.c.status == "active",
        learning.c.user_id == users.c.id,
    )


def find_user(connection: Connection, publisher_id: str, user_id: str) -> str | None:
    """Return the id of a tenant's person when there is one of that id."""
    return connection.scalar(
        select(users.c.id).where(users.c.publisher_id == publisher_id, users.c.id == user_id)
    )


def find_user_by_email(connection: Connection, publisher_id: str, email: str) -> str | None:
    """Return the id of the tenant's person with that e-mail address, in any letter case."""
    return connection.scalar(
        select(users.c.id).where(
            users.c.publisher_id == publisher_id, func.lower(users.c.email) == email.lower()
        )
    )


def may_read(connection: Connection, principal: Principal, user_id: str) -> bool:
    """Tell whether a caller may read about a person: never across tenants.

    People read about themselves, teachers about the students of their classes, guardians
    about the children whose agents they are, administrators and clients with the reading
    scope about everybody of their tenant.
    """
    if EVENTS_READONLY not in principal.scopes or principal.publisher_id is None:
        return False
    tenant = principal.publisher_id
    if find_user(connection, tenant, user_id) is None:
        return False
    if principal.kind is PrincipalKind.CLIENT or principal.user_id == user_id:
        return True
    mine = principal.user_id or ""
    match Role.of(principal.role or ""):
        case Role.TEACHER:
            return teaches(connection, tenant, mine, user_id)
        case Role.GUARDIAN:
            return is_agent_of(connection, tenant, mine, user_id)
        case role:
            return role is Role.ADMINISTRATOR


def may_read_class(connection: Connection, principal: Principal, class_id: str) -> bool:
    """Tell whether a caller may read the figures of a class: its teachers, and whoever may all."""
    if may_read_all(principal):
        return True
    teaching = principal.kind is PrincipalKind.USER and principal.role == Role.TEACHER
    if EVENTS_READONLY not in principal.scopes or not teaching:
        return False
    found = select(enrollments.c.id).where(
        enrollments.c.publisher_id == principal.publisher_id,
        enrollments.c.class_id == class_id,
        enrollments.c.user_id == principal.user_id,
        enrollments.c.role == Role.TEACHER,
        enrollments.c.status == "active",
    )
    return connection.scalar(found.limit(1)) is not None


def may_read_all(principal: Principal) -> bool:
    """Tell whether a caller may read about everybody of its tenant: administrators, clients."""
    if EVENTS_READONLY not in principal.scopes or principal.publisher_id is None:
        return False
    if principal.kind is PrincipalKind.CLIENT:
        return True
    of_school = principal.kind is PrincipalKind.USER
    return of_school and Role.of(principal.role or "") is Role.ADMINISTRATOR


def may_review(connection: Connection, principal: Principal, user_id: str) -> bool:
    """Tell whether a caller may judge over what is said of a student.

    His teachers and the administrators of the school may; no app does in their name.
    """
    judges = Role.of(principal.role or "") in {Role.TEACHER, Role.ADMINISTRATOR}
    in_person = principal.kind is PrincipalKind.USER and not principal.is_lent
    may = judges and in_person and principal.user_id != user_id
    return may and may_read(connection, principal, user_id)


def is_agent_of(connection: Connection, publisher_id: str, agent_id: str, user_id: str) -> bool:
    """Tell whether the roster names a person as the agent of another: a parent, say."""
    found = select(user_agents.c.agent_id).where(
        user_agents.c.publisher_id == publisher_id,
        user_agents.c.user_id == user_id,
        user_agents.c.agent_id == agent_id,
    )
    return connection.scalar(found) is not None


def is_teacher(connection: Connection, publisher_id: str, user_id: str) -> bool:
    """Tell whether a tenant's person is a teacher."""
    who = (users.c.publisher_id == publisher_id, users.c.id == user_id)
    return connection.scalar(select(users.c.role).where(*who)) == Role.TEACHER


def teaches(connection: Connection, publisher_id: str, teacher_id: str, user_id: str) -> bool:
    """Tell whether a person teaches a class that another learns in."""
    found = select(users.c.id).where(
        users.c.publisher_id == publisher_id,
        users.c.id == user_id,
        _shared_class(publisher_id, teacher_id),
    )
    return connection.scalar(found) is not None


def class_for(
    connection: Connection, publisher_id: str, user_id: str, subjects: Iterable[str]
) -> ClassContext | None:
    """Return the class that a person works in when opening an app of these subjects."""
    taking = and_(
        enrollments.c.publisher_id == classes.c.publisher_id,
        enrollments.c.class_id == classes.c.id,
    )
    of = and_(courses.c.publisher_id == classes.c.publisher_id, courses.c.id == classes.c.course_id)
    rows = connection.execute(
        select(classes.c.id, classes.c.class_code, classes.c.title, courses.c.subjects)
        .join(enrollments, taking)
        .join(courses, of)
        .where(
            classes.c.publisher_id == publisher_id,
            enrollments.c.user_id == user_id,
            enrollments.c.status == "active",
        )
        .order_by(classes.c.title, classes.c.id)
    ).all()
    wanted = set(subjects)
    best = min(rows, key=lambda row: wanted.isdisjoint(row.subjects), default=None)
    return None if best is None else ClassContext(best.id, best.class_code, best.title)
