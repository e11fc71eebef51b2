"""Who is who in the demo school: names only, nothing that touches a database.

Each class has one teacher and five students, and each person is in one class, which makes
the canonical 36 enrollments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PUBLISHER = "Demo"
TEACHER_PIN = "2580"
DISTRICT = ("lakeside", "Lakeside Learning District")
SCHOOLS = (("elementary", "Lakeside Elementary"), ("middle", "Hillcrest Middle School"))


@dataclass(frozen=True, slots=True)
class Pupil:
    """One student."""

    given_name: str
    family_name: str
    grade: str


@dataclass(frozen=True, slots=True)
class Room:
    """One class with its course, teacher and students."""

    key: str
    title: str
    school: str
    course: str
    grades: tuple[str, ...]
    teacher: tuple[str, str]
    students: tuple[Pupil, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A school year or a part of one; ``parent`` is the key of what it is a part of."""

    key: str
    type: str
    title: str
    begins: date
    ends: date
    parent: str | None = None


SCHOOL_YEAR = (
    Period("year", "schoolYear", "2026-2027", date(2026, 8, 17), date(2027, 6, 11)),
    Period("fall", "term", "Fall 2026", date(2026, 8, 17), date(2026, 12, 18), "year"),
    Period("spring", "term", "Spring 2027", date(2027, 1, 4), date(2027, 6, 11), "year"),
    Period("q1", "gradingPeriod", "Quarter 1", date(2026, 8, 17), date(2026, 10, 16), "fall"),
    Period("q2", "gradingPeriod", "Quarter 2", date(2026, 10, 19), date(2026, 12, 18), "fall"),
    Period("q3", "gradingPeriod", "Quarter 3", date(2027, 1, 4), date(2027, 3, 12), "spring"),
    Period("q4", "gradingPeriod", "Quarter 4", date(2027, 3, 15), date(2027, 6, 11), "spring"),
)


def _pupils(*entries: str) -> tuple[Pupil, ...]:
    """Read entries of the form ``grade given-name family-name``."""
    return tuple(
        Pupil(grade=grade, given_name=given, family_name=family)
        for grade, given, family in (entry.split(" ", 2) for entry in entries)
    )


ROOMS = (
    Room(
        "maple",
        "Maple Room",
        "elementary",
        "Foundations, Grade 1",
        ("1",),
        ("Grace", "Okafor"),
        _pupils(
            "1 Amara Nwosu",
            "1 Leo Petrov",
            "1 Sofía Delgado",
            "1 Yusuf Demir",
            "1 Hazel Whitaker",
        ),
    ),
    Room(
        "birch",
        "Birch Room",
        "elementary",
        "Foundations, Grade 2",
        ("2",),
        ("Tomás", "Herrera"),
        _pupils(
            "2 Mei Zhang",
            "2 Oliver Brandt",
            "2 Zainab Hussain",
            "2 Mateo Rojas",
            "2 Ivy Callahan",
        ),
    ),
    Room(
        "willow",
        "Willow Room",
        "elementary",
        "Building Skills, Grade 3",
        ("3",),
        ("Priya", "Raman"),
        _pupils(
            "3 Ava Thompson",
            "3 Diego Morales",
            "3 Noor Al-Sayed",
            "3 Kenji Watanabe",
            "3 Freya Lindqvist",
        ),
    ),
    Room(
        "cedar",
        "Cedar Room",
        "elementary",
        "Building Skills, Grade 4",
        ("4",),
        ("Samuel", "Adeyemi"),
        _pupils(
            "4 Lucía Fernández",
            "4 Elijah Brooks",
            "4 Anika Sharma",
            "4 Finn O'Connor",
            "4 Thandiwe Dlamini",
        ),
    ),
    Room(
        "hawthorn",
        "Hawthorn Room",
        "middle",
        "Going Further, Grades 5 and 6",
        ("5", "6"),
        ("Hannah", "Weiss"),
        _pupils(
            "5 Jun Park",
            "5 Isabella Rossi",
            "5 Malik Johnson",
            "6 Leila Haddad",
            "6 Caleb Yazzie",
        ),
    ),
    Room(
        "juniper",
        "Juniper Room",
        "middle",
        "Going Further, Grades 7 and 8",
        ("7", "8"),
        ("Daniel", "Nguyen"),
        _pupils(
            "7 Emilia Nowak",
            "7 Rohan Iyer",
            "7 Keala Kahale",
            "8 Marcus Reed",
            "8 Chloé Dubois",
        ),
    ),
)
ADMINISTRATOR = ("Morgan", "Ellis")
GUARDIAN = ("Naomi", "Thompson")
SUBJECTS = ("Math", "Reading", "Science")
DEMO_STUDENT, DEMO_ROOM = "ava.thompson", "willow"
