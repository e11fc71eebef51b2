"""The entities of OneRoster's gradebook and resources services, and TimeBack's own.

``assessmentLineItems`` and ``assessmentResults`` are of the standard, but TimeBack writes
them in ways it does not know (an upsert by PUT, links to course components, the dates, school
and category that the 0.3.0 client sends and demands back).
"""

from __future__ import annotations

from timeback_desktop.backend.gradebook import models as gradebook
from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind, Service
from timeback_desktop.backend.oneroster.rostering import (
    base,
    chosen,
    flag,
    reference,
    text,
    words,
)

SCORE_STATUSES = frozenset(
    {"exempt", "fully graded", "not submitted", "partially graded", "submitted"}
)


def _number(name: str, column: str) -> Field:
    return Field(name=name, kind=Kind.NUMBER, column=column)


def _instant(name: str, column: str, *, required: bool = False) -> Field:
    return Field(name=name, kind=Kind.INSTANT, column=column, required=required)


def _document(name: str, column: str, *, required: bool = False) -> Field:
    return Field(name=name, kind=Kind.DOCUMENT, column=column, required=required)


def _integer(name: str, column: str) -> Field:
    return Field(name=name, kind=Kind.INTEGER, column=column)


_REMARKS = (
    flag("inProgress", "in_progress"),
    flag("incomplete", "incomplete"),
    flag("late", "late"),
    flag("missing", "missing"),
)

CATEGORY = Entity(
    type="category",
    singular="category",
    plural="categories",
    path="categories",
    service=Service.GRADEBOOK,
    table=gradebook.categories,
    searched=("title",),
    fields=(*base(), text("title", "title", required=True), _number("weight", "weight")),
)

SCORE_SCALE = Entity(
    type="scoreScale",
    singular="scoreScale",
    plural="scoreScales",
    path="scoreScales",
    service=Service.GRADEBOOK,
    table=gradebook.score_scales,
    searched=("title",),
    fields=(
        *base(),
        text("title", "title", required=True),
        text("type", "type", 64, required=True),
        reference("course", "course_id", "course"),
        reference("class", "class_id", "class", required=True),
        _document("scoreScaleValue", "score_scale_value", required=True),
    ),
)

LINE_ITEM = Entity(
    type="lineItem",
    singular="lineItem",
    plural="lineItems",
    path="lineItems",
    service=Service.GRADEBOOK,
    table=gradebook.line_items,
    searched=("title", "description"),
    fields=(
        *base(),
        text("title", "title", required=True),
        text("description", "description", 65_536),
        _instant("assignDate", "assign_date"),
        _instant("dueDate", "due_date"),
        reference("class", "class_id", "class", required=True),
        reference("school", "school_id", "org"),
        reference("category", "category_id", "category"),
        reference("gradingPeriod", "grading_period_id", "academicSession"),
        reference("academicSession", "academic_session_id", "academicSession"),
        reference("scoreScale", "score_scale_id", "scoreScale"),
        _number("resultValueMin", "result_value_min"),
        _number("resultValueMax", "result_value_max"),
        _document("learningObjectiveSet", "learning_objective_set"),
    ),
)

RESULT = Entity(
    type="result",
    singular="result",
    plural="results",
    path="results",
    service=Service.GRADEBOOK,
    table=gradebook.results,
    fields=(
        *base(),
        reference("lineItem", "line_item_id", "lineItem", required=True),
        reference("student", "student_id", "user", required=True),
        reference("class", "class_id", "class"),
        reference("scoreScale", "score_scale_id", "scoreScale"),
        chosen("scoreStatus", "score_status", SCORE_STATUSES),
        _number("score", "score"),
        text("textScore", "text_score"),
        _instant("scoreDate", "score_date", required=True),
        text("comment", "comment", 65_536),
        _document("learningObjectiveSet", "learning_objective_set"),
        *_REMARKS,
    ),
)

ASSESSMENT_LINE_ITEM = Entity(
    type="assessmentLineItem",
    singular="assessmentLineItem",
    plural="assessmentLineItems",
    path="assessmentLineItems",
    service=Service.GRADEBOOK,
    table=gradebook.assessment_line_items,
    searched=("title", "description"),
    fields=(
        *base(),
        text("title", "title", required=True),
        text("description", "description", 65_536),
        _instant("assignDate", "assign_date"),
        _instant("dueDate", "due_date"),
        reference("class", "class_id", "class"),
        reference("school", "school_id", "org"),
        reference("category", "category_id", "category"),
        reference("course", "course_id", "course"),
        reference("component", "component_id", "courseComponent"),
        reference("componentResource", "component_resource_id", "componentResource"),
        reference("parentAssessmentLineItem", "parent_id", "assessmentLineItem"),
        reference("scoreScale", "score_scale_id", "scoreScale"),
        _number("resultValueMin", "result_value_min"),
        _number("resultValueMax", "result_value_max"),
        _document("learningObjectiveSet", "learning_objective_set"),
    ),
)

ASSESSMENT_RESULT = Entity(
    type="assessmentResult",
    singular="assessmentResult",
    plural="assessmentResults",
    path="assessmentResults",
    service=Service.GRADEBOOK,
    table=gradebook.assessment_results,
    fields=(
        *base(),
        reference(
            "assessmentLineItem", "assessment_line_item_id", "assessmentLineItem", required=True
        ),
        reference("student", "student_id", "user", required=True),
        _number("score", "score"),
        text("textScore", "text_score"),
        _instant("scoreDate", "score_date", required=True),
        reference("scoreScale", "score_scale_id", "scoreScale"),
        _number("scorePercentile", "score_percentile"),
        chosen("scoreStatus", "score_status", SCORE_STATUSES),
        text("comment", "comment", 65_536),
        _document("learningObjectiveSet", "learning_objective_set"),
        *_REMARKS,
    ),
)

COURSE_COMPONENT = Entity(
    type="courseComponent",
    singular="courseComponent",
    plural="courseComponents",
    path="courses/components",
    service=Service.ROSTERING,
    table=gradebook.course_components,
    searched=("title",),
    extension=True,
    fields=(
        *base(),
        text("title", "title", required=True),
        reference("course", "course_id", "course", required=True),
        reference("parent", "parent_id", "courseComponent"),
        _integer("sortOrder", "sort_order"),
        words("prerequisites", "prerequisites"),
        text("prerequisiteCriteria", "prerequisite_criteria", 64),
        _instant("unlockDate", "unlock_date"),
    ),
)

COMPONENT_RESOURCE = Entity(
    type="componentResource",
    singular="componentResource",
    plural="componentResources",
    path="courses/component-resources",
    service=Service.ROSTERING,
    table=gradebook.component_resources,
    searched=("title",),
    extension=True,
    fields=(
        *base(),
        text("title", "title", required=True),
        reference("courseComponent", "component_id", "courseComponent", required=True),
        reference("resource", "resource_id", "resource", required=True),
        text("lessonType", "lesson_type", 64),
        _integer("sortOrder", "sort_order"),
    ),
)

RESOURCE = Entity(
    type="resource",
    singular="resource",
    plural="resources",
    path="resources",
    service=Service.RESOURCES,
    table=gradebook.resources,
    searched=("title", "vendorResourceId"),
    fields=(
        *base(),
        text("title", "title"),
        words("roles", "roles"),
        text("importance", "importance", 64),
        text("vendorResourceId", "vendor_resource_id", 255, required=True),
        text("vendorId", "vendor_id", 255),
        text("applicationId", "application_id", 255),
    ),
)

ENTITIES = (
    ASSESSMENT_LINE_ITEM,
    ASSESSMENT_RESULT,
    CATEGORY,
    COMPONENT_RESOURCE,
    COURSE_COMPONENT,
    LINE_ITEM,
    RESOURCE,
    RESULT,
    SCORE_SCALE,
)
