"""Tables of the roster, named and shaped as OneRoster 1.2 names them.

The tenant leads every key: a row is found only by someone who says whose it is.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
)

from timeback_desktop.backend.db.metadata import metadata, tenant_key


def _sourced_id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _of(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["publisher_id", column], [f"{table}.publisher_id", f"{table}.id"])


orgs = Table(
    "orgs",
    metadata,
    tenant_key(),
    _sourced_id(),
    Column("name", String(256), nullable=False),
    Column("type", String(32), nullable=False),
    Column("identifier", String(64), nullable=False),
    Column("parent_id", String(36)),
    Column("status", String(16), nullable=False),
    Column("modified_ms", BigInteger, nullable=False),
    _of("parent_id", "orgs"),
)

courses = Table(
    "courses",
    metadata,
    tenant_key(),
    _sourced_id(),
    Column("title", String(256), nullable=False),
    Column("course_code", String(64), nullable=False),
    Column("grades", JSON, nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("org_id", String(36), nullable=False),
    Column("status", String(16), nullable=False),
    Column("modified_ms", BigInteger, nullable=False),
    _of("org_id", "orgs"),
)

classes = Table(
    "classes",
    metadata,
    tenant_key(),
    _sourced_id(),
    Column("title", String(256), nullable=False),
    Column("class_code", String(64), nullable=False),
    Column("class_type", String(16), nullable=False),
    Column("course_id", String(36), nullable=False),
    Column("school_id", String(36), nullable=False),
    Column("status", String(16), nullable=False),
    Column("modified_ms", BigInteger, nullable=False),
    _of("course_id", "courses"),
    _of("school_id", "orgs"),
)

users = Table(
    "users",
    metadata,
    tenant_key(),
    _sourced_id(),
    Column("given_name", String(128), nullable=False),
    Column("family_name", String(128), nullable=False),
    Column("username", String(128), nullable=False),
    Column("email", String(256), nullable=False),
    Column("role", String(32), nullable=False),
    Column("grades", JSON, nullable=False),
    Column("org_id", String(36), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("modified_ms", BigInteger, nullable=False),
    _of("org_id", "orgs"),
    Index(None, "publisher_id", "email", unique=True),
    Index(None, "id"),
)

enrollments = Table(
    "enrollments",
    metadata,
    tenant_key(),
    _sourced_id(),
    Column("class_id", String(36), nullable=False),
    Column("user_id", String(36), nullable=False),
    Column("role", String(32), nullable=False),
    Column("primary", Boolean, nullable=False),
    Column("begin_date", Date),
    Column("end_date", Date),
    Column("status", String(16), nullable=False),
    Column("modified_ms", BigInteger, nullable=False),
    _of("class_id", "classes"),
    _of("user_id", "users"),
    Index(None, "publisher_id", "user_id"),
    Index(None, "publisher_id", "class_id"),
)
