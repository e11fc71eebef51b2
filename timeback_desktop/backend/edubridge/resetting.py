"""Starting anew: the goals of a course for everybody in it, and one person's progress."""

from __future__ import annotations

from sqlalchemy import Connection, Select, select, update

from timeback_desktop.backend.edubridge.courses import course_row, enrolled
from timeback_desktop.backend.gradebook.models import (
    assessment_line_items,
    assessment_results,
    component_resources,
    course_components,
)
from timeback_desktop.backend.roster.models import classes, courses, enrollments


def reset_goals(connection: Connection, publisher_id: str, course_id: str, now_ms: int) -> int:
    """Give every enrollment in a course the goals of the course; return how many changed."""
    goals = (course_row(connection, publisher_id, course_id).metadata or {}).get("goals")
    changed = 0
    chosen = enrolled(publisher_id).where(courses.c.id == course_id)
    for row in connection.execute(chosen).all():
        own = {key: value for key, value in (row.metadata or {}).items() if key != "goals"}
        metadata = {**own, "goals": goals} if goals is not None else own
        if metadata == (row.metadata or {}):
            continue
        connection.execute(
            update(enrollments)
            .where(enrollments.c.publisher_id == publisher_id, enrollments.c.id == row.id)
            .values(metadata=metadata, modified_ms=now_ms)
        )
        changed += 1
    return changed


def reset_progress(
    connection: Connection, publisher_id: str, user_id: str, course_id: str, now_ms: int
) -> int:
    """Mark a person's assessment results in a course as to be deleted; return how many."""
    course_row(connection, publisher_id, course_id)
    result = connection.execute(
        update(assessment_results)
        .where(
            assessment_results.c.publisher_id == publisher_id,
            assessment_results.c.student_id == user_id,
            assessment_results.c.status == "active",
            assessment_results.c.assessment_line_item_id.in_(_items_of(publisher_id, course_id)),
        )
        .values(status="tobedeleted", modified_ms=now_ms)
    )
    return result.rowcount


def _items_of(publisher_id: str, course_id: str) -> Select[tuple[str]]:
    """Select the line items of a course: named by itself, its classes, or its components."""
    item, part, place = assessment_line_items.c, component_resources.c, course_components.c
    components = select(place.id).where(
        place.publisher_id == publisher_id, place.course_id == course_id
    )
    resources = select(part.id).where(
        part.publisher_id == publisher_id, part.component_id.in_(components)
    )
    taught = select(classes.c.id).where(
        classes.c.publisher_id == publisher_id, classes.c.course_id == course_id
    )
    return select(item.id).where(
        item.publisher_id == publisher_id,
        (item.course_id == course_id)
        | item.class_id.in_(taught)
        | item.component_id.in_(components)
        | item.component_resource_id.in_(resources),
    )
