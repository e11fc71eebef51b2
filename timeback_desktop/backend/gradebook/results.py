"""A student's graded results, with all that tells what they are about: asked by several reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from timeback_desktop.backend.gradebook.models import (
    assessment_line_items,
    assessment_results,
    component_resources,
    course_components,
)
from timeback_desktop.backend.roster.models import courses

GRADED = "fully graded"


def graded_results(
    connection: Connection, tenant: str, student_id: str, *which: ColumnElement[bool]
) -> Sequence[Row[Any]]:
    """Return the active, fully graded results of a student, of those that also are ``which``.

    Each has the columns of its result, its line item's title and ``item_metadata``, the
    lesson type of its component resource, and ``course_id``, subjects and grades of its course.
    """
    result, item = assessment_results.c, assessment_line_items.c
    part, place, course = component_resources.c, course_components.c, courses.c
    component = func.coalesce(item.component_id, part.component_id)
    return connection.execute(
        select(
            assessment_results,
            item.title,
            item.metadata.label("item_metadata"),
            item.result_value_max,
            item.component_resource_id,
            part.lesson_type,
            course.id.label("course_id"),
            course.subjects,
            course.grades,
        )
        .join(
            assessment_line_items,
            and_(item.publisher_id == tenant, item.id == result.assessment_line_item_id),
        )
        .outerjoin(
            component_resources,
            and_(part.publisher_id == tenant, part.id == item.component_resource_id),
        )
        .outerjoin(course_components, and_(place.publisher_id == tenant, place.id == component))
        .outerjoin(
            courses,
            and_(
                course.publisher_id == tenant,
                course.id == func.coalesce(item.course_id, place.course_id),
            ),
        )
        .where(
            result.publisher_id == tenant,
            result.student_id == student_id,
            result.status == "active",
            result.score_status == GRADED,
            *which,
        )
    ).all()
