"""Every read of OneRoster as a row of a table: its official name, its path, what it tells.

``routes`` turns the rows into routes. The names of operations and parameters are those of
the official OpenAPI files, whose paths must all be here (a test compares them), and those
of the published clients for what TimeBack added to the standard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from timeback_desktop.backend import scopes
from timeback_desktop.backend.oneroster import grading as grade
from timeback_desktop.backend.oneroster import membership as of
from timeback_desktop.backend.oneroster import rostering as roster
from timeback_desktop.backend.oneroster.entity import Entity, Service

Membership = Callable[[str, str], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Parent:
    """A thing that a list is asked below.

    ``holds`` narrows the list to what belongs to it; ``held_by`` narrows where it is looked
    for itself to what belongs to the parent before it.
    """

    parameter: str
    entity: Entity
    holds: Membership | None
    held_by: Membership | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One read: a list (below ``parents``, if any), or one thing by its ``sourcedId``.

    ``keys`` are the members of the body that it is told under: the standard's, and after it
    another one where a published client looks for that (see ``dialect``).
    """

    operation: str
    path: str
    entity: Entity
    scopes: tuple[str, ...]
    keys: tuple[str, ...]
    parents: tuple[Parent, ...] = ()
    single: bool = False
    service: Service


_READONLY = {
    Service.ROSTERING: (scopes.ROSTER_READONLY,),
    Service.GRADEBOOK: (scopes.GRADEBOOK_READONLY,),
    Service.RESOURCES: (scopes.RESOURCE_READONLY,),
}
_CORE = {
    Service.ROSTERING: (scopes.ROSTER_READONLY, scopes.ROSTER_CORE_READONLY),
    Service.GRADEBOOK: (scopes.GRADEBOOK_READONLY, scopes.GRADEBOOK_CORE_READONLY),
    Service.RESOURCES: (scopes.RESOURCE_READONLY, scopes.RESOURCE_CORE_READONLY),
}
_OWN_SCOPES = {
    "assessmentLineItem": (scopes.ASSESSMENT_READONLY,),
    "assessmentResult": (scopes.ASSESSMENT_READONLY,),
    "componentResource": (scopes.ROSTER_READONLY,),
    "courseComponent": (scopes.ROSTER_READONLY,),
    "demographics": (scopes.ROSTER_DEMOGRAPHICS_READONLY,),
}
_SECOND_KEYS = {"terms": ("terms", "term"), "gradingPeriods": ("gradingPeriods", "gradingPeriod")}
"""The standard tells both as ``academicSessions``; the 0.4.0 client looks for these."""

_COLLECTIONS: tuple[tuple[Entity, str, str], ...] = (
    (grade.COMPONENT_RESOURCE, "ComponentResources", "ComponentResource"),
    (grade.COURSE_COMPONENT, "CourseComponents", "CourseComponent"),
    (roster.ACADEMIC_SESSION, "AcademicSessions", "AcademicSession"),
    (roster.CLASS, "Classes", "Class"),
    (roster.COURSE, "Courses", "Course"),
    (roster.DEMOGRAPHICS, "Demographics", "Demographics"),
    (roster.ENROLLMENT, "Enrollments", "Enrollment"),
    (roster.GRADING_PERIOD, "GradingPeriods", "GradingPeriod"),
    (roster.ORG, "Orgs", "Org"),
    (roster.SCHOOL, "Schools", "School"),
    (roster.STUDENT, "Students", "Student"),
    (roster.TEACHER, "Teachers", "Teacher"),
    (roster.TERM, "Terms", "Term"),
    (roster.USER, "Users", "User"),
    (grade.ASSESSMENT_LINE_ITEM, "AssessmentLineItems", "AssessmentLineItem"),
    (grade.ASSESSMENT_RESULT, "AssessmentResults", "AssessmentResult"),
    (grade.CATEGORY, "Categories", "Category"),
    (grade.LINE_ITEM, "LineItems", "LineItem"),
    (grade.RESULT, "Results", "Result"),
    (grade.SCORE_SCALE, "ScoreScales", "ScoreScale"),
    (grade.RESOURCE, "Resources", "Resource"),
)

_Row = tuple[str, str, Entity, tuple[Membership, ...]]
_IN_CLASS = "classes/{classSourcedId}"
_IN_SCHOOL = "schools/{schoolSourcedId}"
_OF_USER = "users/{userSourcedId}"
_BELOW: dict[Service, tuple[_Row, ...]] = {
    Service.ROSTERING: (
        ("StudentsForClass", f"{_IN_CLASS}/students", roster.USER, (of.students_of_class,)),
        ("TeachersForClass", f"{_IN_CLASS}/teachers", roster.USER, (of.teachers_of_class,)),
        (
            "EnrollmentsForClass",
            f"{_IN_CLASS}/enrollments",
            roster.ENROLLMENT,
            (of.enrollments_of_class,),
        ),
        (
            "ClassesForCourse",
            "courses/{courseSourcedId}/classes",
            roster.CLASS,
            (of.classes_of_course,),
        ),
        ("ClassesForSchool", f"{_IN_SCHOOL}/classes", roster.CLASS, (of.classes_of_school,)),
        ("CoursesForSchool", f"{_IN_SCHOOL}/courses", roster.COURSE, (of.courses_of_school,)),
        (
            "EnrollmentsForSchool",
            f"{_IN_SCHOOL}/enrollments",
            roster.ENROLLMENT,
            (of.enrollments_of_school,),
        ),
        ("StudentsForSchool", f"{_IN_SCHOOL}/students", roster.USER, (of.students_of_school,)),
        ("TeachersForSchool", f"{_IN_SCHOOL}/teachers", roster.USER, (of.teachers_of_school,)),
        ("TermsForSchool", f"{_IN_SCHOOL}/terms", roster.TERM, (of.terms_of_school,)),
        (
            "EnrollmentsForClassInSchool",
            f"{_IN_SCHOOL}/{_IN_CLASS}/enrollments",
            roster.ENROLLMENT,
            (of.enrollments_of_class,),
        ),
        (
            "StudentsForClassInSchool",
            f"{_IN_SCHOOL}/{_IN_CLASS}/students",
            roster.USER,
            (of.students_of_class,),
        ),
        (
            "TeachersForClassInSchool",
            f"{_IN_SCHOOL}/{_IN_CLASS}/teachers",
            roster.USER,
            (of.teachers_of_class,),
        ),
        (
            "ClassesForStudent",
            "students/{studentSourcedId}/classes",
            roster.CLASS,
            (of.classes_of_student,),
        ),
        (
            "ClassesForTeacher",
            "teachers/{teacherSourcedId}/classes",
            roster.CLASS,
            (of.classes_of_teacher,),
        ),
        ("ClassesForTerm", "terms/{termSourcedId}/classes", roster.CLASS, (of.classes_of_term,)),
        (
            "GradingPeriodsForTerm",
            "terms/{termSourcedId}/gradingPeriods",
            roster.GRADING_PERIOD,
            (of.grading_periods_of_term,),
        ),
        ("ClassesForUser", f"{_OF_USER}/classes", roster.CLASS, (of.classes_of_user,)),
        ("AgentsForUser", f"{_OF_USER}/agents", roster.USER, (of.agents_of_user,)),
        ("UsersForAgent", f"{_OF_USER}/agentFor", roster.USER, (of.wards_of_user,)),
    ),
    Service.GRADEBOOK: (
        (
            "CategoriesForClass",
            f"{_IN_CLASS}/categories",
            grade.CATEGORY,
            (of.categories_of_class,),
        ),
        ("LineItemsForClass", f"{_IN_CLASS}/lineItems", grade.LINE_ITEM, (of.line_items_of_class,)),
        ("ResultsForClass", f"{_IN_CLASS}/results", grade.RESULT, (of.results_of_class,)),
        (
            "ScoreScalesForClass",
            f"{_IN_CLASS}/scoreScales",
            grade.SCORE_SCALE,
            (of.score_scales_of_class,),
        ),
        (
            "ResultsForLineItemForClass",
            f"{_IN_CLASS}/lineItems/{{lineItemSourcedId}}/results",
            grade.RESULT,
            (of.results_of_line_item,),
        ),
        (
            "ResultsForStudentForClass",
            f"{_IN_CLASS}/students/{{studentSourcedId}}/results",
            grade.RESULT,
            (of.results_of_class, of.results_of_student),
        ),
        (
            "ResultsForLineItem",
            "lineItems/{lineItemSourcedId}/results",
            grade.RESULT,
            (of.results_of_line_item,),
        ),
        (
            "LineItemsForSchool",
            f"{_IN_SCHOOL}/lineItems",
            grade.LINE_ITEM,
            (of.line_items_of_school,),
        ),
        (
            "ScoreScalesForSchool",
            f"{_IN_SCHOOL}/scoreScales",
            grade.SCORE_SCALE,
            (of.score_scales_of_school,),
        ),
    ),
    Service.RESOURCES: tuple(
        (f"ResourcesFor{name}{suffix}", f"{prefix}{path}/resources", grade.RESOURCE, (holds,))
        for prefix, suffix in (("", ""), ("resources/", "Below"))
        for name, path, holds in (
            ("Class", _IN_CLASS, of.resources_of_class),
            ("Course", "courses/{courseSourcedId}", of.resources_of_course),
            ("User", _OF_USER, of.resources_of_user),
        )
    ),
}
_HELD_BY: dict[tuple[str, str], Membership] = {
    ("schools", "classes"): of.classes_of_school,
    ("classes", "lineItems"): of.line_items_of_class,
}
_AT = {entity.path: entity for entity, _plural, _singular in _COLLECTIONS}
_STEP = re.compile(r"(\w+)/\{(\w+)\}")


def every_read() -> Iterator[Read]:
    """Yield every read, paths with fixed words before those with an id in their place."""
    for entity, plural, singular in _COLLECTIONS:
        yield from _collection(entity, plural, singular)
    for service, rows in _BELOW.items():
        for name, path, entity, memberships in rows:
            yield _below(service, name, path, entity, memberships)


def _collection(entity: Entity, plural: str, singular: str) -> Iterator[Read]:
    held = _OWN_SCOPES.get(entity.type, _CORE[entity.service])
    second = _SECOND_KEYS.get(entity.path, ())
    yield Read(
        operation=f"getAll{plural}",
        path=entity.path,
        entity=entity,
        scopes=held,
        keys=(entity.plural, *second[:1]),
        service=entity.service,
    )
    yield Read(
        operation=f"get{singular}",
        path=f"{entity.path}/{{sourcedId}}",
        entity=entity,
        scopes=held,
        keys=(entity.singular, *second[1:]),
        service=entity.service,
        single=True,
    )


def _below(
    service: Service, name: str, path: str, entity: Entity, memberships: tuple[Membership, ...]
) -> Read:
    last = path.rsplit("/", 1)[-1]
    return Read(
        operation=f"get{name}",
        path=path,
        entity=entity,
        scopes=_READONLY[service],
        keys=("agents",) if last == "agents" else (entity.plural, *_SECOND_KEYS.get(last, ())[:1]),
        parents=tuple(_parents(path, memberships)),
        service=service,
    )


def _parents(path: str, memberships: tuple[Membership, ...]) -> Iterator[Parent]:
    steps = _STEP.findall(path)
    holds = [*[None] * (len(steps) - len(memberships)), *memberships]
    before = ""
    for (collection, parameter), held in zip(steps, holds, strict=True):
        yield Parent(parameter, _AT[collection], held, _HELD_BY.get((before, collection)))
        before = collection
