"""Tables of the roster, named and shaped as OneRoster 1.2 names them.

The tenant leads every key: a row is found only by someone who says whose it is. ``id`` is
the sourcedId, kept as the school's own system wrote it. ``entered`` is the place of a row
in the order in which rows came: a list that is paged by it never loses or doubles a row
because another one is written meanwhile. Nothing is ever deleted here, only marked
``tobedeleted``, as the standard wants it.
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
    Text,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to, tenant_key


def sourced_id() -> Column[str]:
    """Return the second column of every key: the row's own name."""
    return Column("id", SOURCED_ID, primary_key=True)


def kept() -> tuple[Column[str], Column[int], Column[str], Column[object]]:
    """Return what every row of the roster tells of itself."""
    return (
        Column("status", String(16), nullable=False),
        Column("modified_ms", BigInteger, nullable=False),
        Column("entered", String(36), nullable=False),
        Column("metadata", JSON),
    )


orgs = Table(
    "orgs",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("name", String(256), nullable=False),
    Column("type", String(64), nullable=False),
    Column("identifier", String(255), nullable=False),
    Column("parent_id", SOURCED_ID),
    *kept(),
    points_to("parent_id", "orgs"),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "parent_id"),
)

academic_sessions = Table(
    "academic_sessions",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256), nullable=False),
    Column("type", String(64), nullable=False),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("school_year", String(16), nullable=False),
    Column("parent_id", SOURCED_ID),
    *kept(),
    points_to("parent_id", "academic_sessions"),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "parent_id"),
)

courses = Table(
    "courses",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256), nullable=False),
    Column("course_code", String(255), nullable=False),
    Column("grades", JSON, nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("subject_codes", JSON),
    Column("org_id", SOURCED_ID, nullable=False),
    Column("school_year_id", SOURCED_ID),
    *kept(),
    points_to("org_id", "orgs"),
    points_to("school_year_id", "academic_sessions"),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "org_id"),
)

classes = Table(
    "classes",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("title", String(256), nullable=False),
    Column("class_code", String(255)),
    Column("class_type", String(64), nullable=False),
    Column("location", String(256)),
    Column("grades", JSON),
    Column("subjects", JSON),
    Column("subject_codes", JSON),
    Column("periods", JSON),
    Column("course_id", SOURCED_ID, nullable=False),
    Column("school_id", SOURCED_ID, nullable=False),
    *kept(),
    points_to("course_id", "courses"),
    points_to("school_id", "orgs"),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "course_id"),
    Index(None, "publisher_id", "school_id"),
)

class_terms = Table(
    "class_terms",
    metadata,
    tenant_key(),
    Column("class_id", SOURCED_ID, primary_key=True),
    Column("term_id", SOURCED_ID, primary_key=True),
    points_to("class_id", "classes"),
    points_to("term_id", "academic_sessions"),
    Index(None, "publisher_id", "term_id"),
)

users = Table(
    "users",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("given_name", String(128), nullable=False),
    Column("family_name", String(128), nullable=False),
    Column("middle_name", String(128)),
    Column("preferred_first_name", String(128)),
    Column("preferred_middle_name", String(128)),
    Column("preferred_last_name", String(128)),
    Column("pronouns", String(64)),
    Column("username", String(255)),
    Column("user_master_identifier", String(255)),
    Column("identifier", String(255)),
    Column("user_ids", JSON),
    Column("email", String(256)),
    Column("sms", String(64)),
    Column("phone", String(64)),
    Column("role", String(64), nullable=False),
    Column("grades", JSON, nullable=False),
    Column("org_id", SOURCED_ID, nullable=False),
    Column("enabled", Boolean, nullable=False),
    *kept(),
    points_to("org_id", "orgs"),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "email"),
    Index(None, "publisher_id", "role"),
    Index(None, "id"),
)
"""``role`` and ``org_id`` repeat the primary row of ``user_roles``: every request asks them."""

user_roles = Table(
    "user_roles",
    metadata,
    tenant_key(),
    Column("user_id", SOURCED_ID, primary_key=True),
    sourced_id(),
    Column("role_type", String(16), nullable=False),
    Column("role", String(64), nullable=False),
    Column("org_id", SOURCED_ID, nullable=False),
    Column("user_profile", String(512)),
    Column("begin_date", Date),
    Column("end_date", Date),
    points_to("user_id", "users"),
    points_to("org_id", "orgs"),
    Index(None, "publisher_id", "org_id", "role"),
)

user_agents = Table(
    "user_agents",
    metadata,
    tenant_key(),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("agent_id", SOURCED_ID, primary_key=True),
    points_to("user_id", "users"),
    points_to("agent_id", "users"),
    Index(None, "publisher_id", "agent_id"),
)

user_profiles = Table(
    "user_profiles",
    metadata,
    tenant_key(),
    Column("user_id", SOURCED_ID, primary_key=True),
    sourced_id(),
    Column("profile_type", String(64), nullable=False),
    Column("vendor_id", String(255), nullable=False),
    Column("application_id", String(255)),
    Column("description", String(1024)),
    points_to("user_id", "users"),
)

user_credentials = Table(
    "user_credentials",
    metadata,
    tenant_key(),
    Column("user_id", SOURCED_ID, primary_key=True),
    sourced_id(),
    Column("profile_id", SOURCED_ID, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["publisher_id", "user_id", "profile_id"],
        ["user_profiles.publisher_id", "user_profiles.user_id", "user_profiles.id"],
        name="fk_user_credentials_user_profiles",
        ondelete="CASCADE",
    ),
    Index(None, "publisher_id", "user_id", "profile_id"),
)
"""``sealed`` holds user name and password, and opens with the key in the data folder only."""

credential_openings = Table(
    "credential_openings",
    metadata,
    tenant_key(),
    Column("user_id", SOURCED_ID, primary_key=True),
    sourced_id(),
    Column("credential_id", String(36), nullable=False),
    Column("opener_kind", String(16), nullable=False),
    Column("opener_id", String(255), nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
)
"""Who opened which credential, and when; it outlives the credential."""

demographics = Table(
    "demographics",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("birth_date", Date),
    Column("sex", String(64)),
    Column("american_indian_or_alaska_native", Boolean),
    Column("asian", Boolean),
    Column("black_or_african_american", Boolean),
    Column("native_hawaiian_or_other_pacific_islander", Boolean),
    Column("white", Boolean),
    Column("demographic_race_two_or_more_races", Boolean),
    Column("hispanic_or_latino_ethnicity", Boolean),
    Column("country_of_birth_code", String(64)),
    Column("state_of_birth_abbreviation", String(64)),
    Column("city_of_birth", String(256)),
    Column("public_school_residence_status", String(64)),
    *kept(),
    points_to("id", "users"),
    Index(None, "publisher_id", "entered"),
)

enrollments = Table(
    "enrollments",
    metadata,
    tenant_key(),
    sourced_id(),
    Column("class_id", SOURCED_ID, nullable=False),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("school_id", SOURCED_ID, nullable=False),
    Column("role", String(64), nullable=False),
    Column("primary", Boolean, nullable=False),
    Column("begin_date", Date),
    Column("end_date", Date),
    *kept(),
    points_to("class_id", "classes"),
    points_to("user_id", "users"),
    points_to("school_id", "orgs"),
    Index(None, "publisher_id", "entered"),
    Index(None, "publisher_id", "user_id"),
    Index(None, "publisher_id", "class_id"),
    Index(None, "publisher_id", "school_id"),
)
