"""Tables of the gradebook and of learning resources, shaped as OneRoster 1.2 names them.

Results grow with every student and every day, so the student stands in their key, behind
the tenant: all that is told of one student lies together, and can be taken away together.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to, tenant_key
from timeback_desktop.backend.roster.models import kept, sourced_id

categories = Table(
    "categories",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256), nullable=False),
    Column("weight", Float),
    *kept(),
    Index(None, "publisher_id", "entered"),
)

score_scales = Table(
    "score_scales",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256), nullable=False),
    Column("type", String(64), nullable=False),
    Column("course_id", SOURCED_ID),
    Column("class_id", SOURCED_ID),
    Column("score_scale_value", JSON, nullable=False),
    *kept(),
    points_to("course_id", "courses"),
    points_to("class_id", "classes"),
    Index(None, "publisher_id", "entered"),
)

line_items = Table(
    "line_items",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256), nullable=False),
    Column("description", Text),
    Column("assign_date", String(40)),
    Column("due_date", String(40)),
    Column("class_id", SOURCED_ID),
    Column("school_id", SOURCED_ID),
    Column("category_id", SOURCED_ID),
    Column("grading_period_id", SOURCED_ID),
    Column("academic_session_id", SOURCED_ID),
    Column("score_scale_id", SOURCED_ID),
    Column("result_value_min", Float),
    Column("result_value_max", Float),
    Column("learning_objective_set", JSON),
    *kept(),
    points_to("class_id", "classes"),
    points_to("school_id", "orgs"),
    points_to("category_id", "categories"),
    points_to("grading_period_id", "academic_sessions"),
    points_to("academic_session_id", "academic_sessions"),
    points_to("score_scale_id", "score_scales"),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "class_id"),
)

results = Table(
    "results",
    metadata,
    tenant_key(),
    Column("student_id", SOURCED_ID, primary_key=True),
    sourced_id(),
    Column("line_item_id", SOURCED_ID, nullable=False),
    Column("class_id", SOURCED_ID),
    Column("score_scale_id", SOURCED_ID),
    Column("score_status", String(64), nullable=False),
    Column("score", Float),
    Column("text_score", String(256)),
    Column("score_date", String(40), nullable=False),
    Column("comment", Text),
    Column("learning_objective_set", JSON),
    Column("in_progress", Boolean),
    Column("incomplete", Boolean),
    Column("late", Boolean),
    Column("missing", Boolean),
    *kept(),
    points_to("student_id", "users"),
    points_to("line_item_id", "line_items"),
    points_to("class_id", "classes"),
    points_to("score_scale_id", "score_scales"),
    Index(None, "publisher_id", "id", unique=True),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "line_item_id"),
)

course_components = Table(
    "course_components",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256), nullable=False),
    Column("course_id", SOURCED_ID, nullable=False),
    Column("parent_id", SOURCED_ID),
    Column("sort_order", Integer),
    Column("prerequisites", JSON),
    Column("prerequisite_criteria", String(64)),
    Column("unlock_date", String(40)),
    *kept(),
    points_to("course_id", "courses"),
    points_to("parent_id", "course_components"),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "course_id"),
)

resources = Table(
    "resources",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256)),
    Column("roles", JSON),
    Column("importance", String(64)),
    Column("vendor_resource_id", String(255), nullable=False),
    Column("vendor_id", String(255)),
    Column("application_id", String(255)),
    *kept(),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "vendor_resource_id"),
)

component_resources = Table(
    "component_resources",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256), nullable=False),
    Column("component_id", SOURCED_ID, nullable=False),
    Column("resource_id", SOURCED_ID, nullable=False),
    Column("lesson_type", String(64)),
    Column("sort_order", Integer),
    *kept(),
    points_to("component_id", "course_components"),
    points_to("resource_id", "resources"),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "component_id"),
)

assessment_line_items = Table(
    "assessment_line_items",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256), nullable=False),
    Column("description", Text),
    Column("assign_date", String(40)),
    Column("due_date", String(40)),
    Column("class_id", SOURCED_ID),
    Column("school_id", SOURCED_ID),
    Column("category_id", SOURCED_ID),
    Column("course_id", SOURCED_ID),
    Column("component_id", SOURCED_ID),
    Column("component_resource_id", SOURCED_ID),
    Column("parent_id", SOURCED_ID),
    Column("score_scale_id", SOURCED_ID),
    Column("result_value_min", Float),
    Column("result_value_max", Float),
    Column("learning_objective_set", JSON),
    *kept(),
    points_to("class_id", "classes"),
    points_to("school_id", "orgs"),
    points_to("category_id", "categories"),
    points_to("course_id", "courses"),
    points_to("component_id", "course_components"),
    points_to("component_resource_id", "component_resources"),
    points_to("parent_id", "assessment_line_items"),
    points_to("score_scale_id", "score_scales"),
    Index(None, "publisher_id", "entered"),
)

assessment_results = Table(
    "assessment_results",
    metadata,
    tenant_key(),
    Column("student_id", SOURCED_ID, primary_key=True),
    sourced_id(),
    Column("assessment_line_item_id", SOURCED_ID, nullable=False),
    Column("score_scale_id", SOURCED_ID),
    Column("score_status", String(64), nullable=False),
    Column("score", Float),
    Column("score_percentile", Float),
    Column("text_score", String(256)),
    Column("score_date", String(40), nullable=False),
    Column("comment", Text),
    Column("learning_objective_set", JSON),
    Column("in_progress", Boolean),
    Column("incomplete", Boolean),
    Column("late", Boolean),
    Column("missing", Boolean),
    *kept(),
    points_to("student_id", "users"),
    points_to("assessment_line_item_id", "assessment_line_items"),
    points_to("score_scale_id", "score_scales"),
    Index(None, "publisher_id", "id", unique=True),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "assessment_line_item_id"),
)


def _assigned(name: str, owner: str, owners: str) -> Table:
    """Return the table of what ``owners`` are given to learn with."""
    return Table(
        name,
        metadata,
        tenant_key(),
        Column(owner, SOURCED_ID, primary_key=True),
        Column("resource_id", SOURCED_ID, primary_key=True),
        points_to(owner, owners),
        points_to("resource_id", "resources"),
        Index(None, "publisher_id", "resource_id"),
    )


class_resources = _assigned("class_resources", "class_id", "classes")
course_resources = _assigned("course_resources", "course_id", "courses")
user_resources = _assigned("user_resources", "user_id", "users")
