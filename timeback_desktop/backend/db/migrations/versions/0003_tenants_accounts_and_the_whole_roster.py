"""Tenants, accounts and the whole roster.

What was there is carried over: everybody gets the one role they had, every enrollment the
school of its class, every app the tenant it was in, and every row its place in the order of
coming (old rows before all new ones, whose places are UUIDs of a later time).
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("email", sa.String(length=256), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "academic_sessions",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("school_year", sa.String(length=16), nullable=False),
        sa.Column("parent_id", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "parent_id"],
            ["academic_sessions.publisher_id", "academic_sessions.id"],
            name=op.f("fk_academic_sessions_publisher_id_parent_id_academic_sessions"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_academic_sessions_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_academic_sessions")),
    )
    with op.batch_alter_table("academic_sessions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_academic_sessions_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_academic_sessions_publisher_id_parent_id"),
            ["publisher_id", "parent_id"],
            unique=False,
        )

    op.create_table(
        "categories",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_categories_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_categories")),
    )
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_categories_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )

    op.create_table(
        "publisher_members",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_publisher_members_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_publisher_members_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "account_id", name=op.f("pk_publisher_members")),
    )
    with op.batch_alter_table("publisher_members", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_publisher_members_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "resources",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=True),
        sa.Column("importance", sa.String(length=64), nullable=True),
        sa.Column("vendor_resource_id", sa.String(length=255), nullable=False),
        sa.Column("vendor_id", sa.String(length=255), nullable=True),
        sa.Column("application_id", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_resources_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_resources")),
    )
    with op.batch_alter_table("resources", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_resources_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )

    op.create_table(
        "application_grants",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("granted_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_application_grants_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_application_grants_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "application_id", name=op.f("pk_application_grants")
        ),
    )
    with op.batch_alter_table("application_grants", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_application_grants_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "course_components",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("course_id", sa.String(length=255), nullable=False),
        sa.Column("parent_id", sa.String(length=255), nullable=True),
        sa.Column("sort_order", sa.Integer(), nullable=True),
        sa.Column("prerequisites", sa.JSON(), nullable=True),
        sa.Column("prerequisite_criteria", sa.String(length=64), nullable=True),
        sa.Column("unlock_date", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "course_id"],
            ["courses.publisher_id", "courses.id"],
            name=op.f("fk_course_components_publisher_id_course_id_courses"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "parent_id"],
            ["course_components.publisher_id", "course_components.id"],
            name=op.f("fk_course_components_publisher_id_parent_id_course_components"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_course_components_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_course_components")),
    )
    with op.batch_alter_table("course_components", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_components_publisher_id_course_id"),
            ["publisher_id", "course_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_course_components_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )

    op.create_table(
        "course_resources",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("course_id", sa.String(length=255), nullable=False),
        sa.Column("resource_id", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "course_id"],
            ["courses.publisher_id", "courses.id"],
            name=op.f("fk_course_resources_publisher_id_course_id_courses"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "resource_id"],
            ["resources.publisher_id", "resources.id"],
            name=op.f("fk_course_resources_publisher_id_resource_id_resources"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_course_resources_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "course_id", "resource_id", name=op.f("pk_course_resources")
        ),
    )
    with op.batch_alter_table("course_resources", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_resources_publisher_id_resource_id"),
            ["publisher_id", "resource_id"],
            unique=False,
        )

    op.create_table(
        "demographics",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(length=64), nullable=True),
        sa.Column("american_indian_or_alaska_native", sa.Boolean(), nullable=True),
        sa.Column("asian", sa.Boolean(), nullable=True),
        sa.Column("black_or_african_american", sa.Boolean(), nullable=True),
        sa.Column("native_hawaiian_or_other_pacific_islander", sa.Boolean(), nullable=True),
        sa.Column("white", sa.Boolean(), nullable=True),
        sa.Column("demographic_race_two_or_more_races", sa.Boolean(), nullable=True),
        sa.Column("hispanic_or_latino_ethnicity", sa.Boolean(), nullable=True),
        sa.Column("country_of_birth_code", sa.String(length=64), nullable=True),
        sa.Column("state_of_birth_abbreviation", sa.String(length=64), nullable=True),
        sa.Column("city_of_birth", sa.String(length=256), nullable=True),
        sa.Column("public_school_residence_status", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_demographics_publisher_id_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_demographics_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_demographics")),
    )
    with op.batch_alter_table("demographics", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_demographics_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )

    op.create_table(
        "user_agents",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("agent_id", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "agent_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_user_agents_publisher_id_agent_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_user_agents_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_user_agents_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", "agent_id", name=op.f("pk_user_agents")),
    )
    with op.batch_alter_table("user_agents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_agents_publisher_id_agent_id"),
            ["publisher_id", "agent_id"],
            unique=False,
        )

    op.create_table(
        "user_profiles",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("profile_type", sa.String(length=64), nullable=False),
        sa.Column("vendor_id", sa.String(length=255), nullable=False),
        sa.Column("application_id", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=1024), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_user_profiles_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_user_profiles_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", "id", name=op.f("pk_user_profiles")),
    )
    op.create_table(
        "user_resources",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("resource_id", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "resource_id"],
            ["resources.publisher_id", "resources.id"],
            name=op.f("fk_user_resources_publisher_id_resource_id_resources"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_user_resources_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_user_resources_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "user_id", "resource_id", name=op.f("pk_user_resources")
        ),
    )
    with op.batch_alter_table("user_resources", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_resources_publisher_id_resource_id"),
            ["publisher_id", "resource_id"],
            unique=False,
        )

    op.create_table(
        "user_roles",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("role_type", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("org_id", sa.String(length=255), nullable=False),
        sa.Column("user_profile", sa.String(length=512), nullable=True),
        sa.Column("begin_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "org_id"],
            ["orgs.publisher_id", "orgs.id"],
            name=op.f("fk_user_roles_publisher_id_org_id_orgs"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_user_roles_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_user_roles_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", "id", name=op.f("pk_user_roles")),
    )
    with op.batch_alter_table("user_roles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_roles_publisher_id_org_id_role"),
            ["publisher_id", "org_id", "role"],
            unique=False,
        )

    op.create_table(
        "class_resources",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("class_id", sa.String(length=255), nullable=False),
        sa.Column("resource_id", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "class_id"],
            ["classes.publisher_id", "classes.id"],
            name=op.f("fk_class_resources_publisher_id_class_id_classes"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "resource_id"],
            ["resources.publisher_id", "resources.id"],
            name=op.f("fk_class_resources_publisher_id_resource_id_resources"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_class_resources_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "class_id", "resource_id", name=op.f("pk_class_resources")
        ),
    )
    with op.batch_alter_table("class_resources", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_class_resources_publisher_id_resource_id"),
            ["publisher_id", "resource_id"],
            unique=False,
        )

    op.create_table(
        "class_terms",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("class_id", sa.String(length=255), nullable=False),
        sa.Column("term_id", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "class_id"],
            ["classes.publisher_id", "classes.id"],
            name=op.f("fk_class_terms_publisher_id_class_id_classes"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "term_id"],
            ["academic_sessions.publisher_id", "academic_sessions.id"],
            name=op.f("fk_class_terms_publisher_id_term_id_academic_sessions"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_class_terms_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "class_id", "term_id", name=op.f("pk_class_terms")),
    )
    with op.batch_alter_table("class_terms", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_class_terms_publisher_id_term_id"),
            ["publisher_id", "term_id"],
            unique=False,
        )

    op.create_table(
        "component_resources",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("component_id", sa.String(length=255), nullable=False),
        sa.Column("resource_id", sa.String(length=255), nullable=False),
        sa.Column("lesson_type", sa.String(length=64), nullable=True),
        sa.Column("sort_order", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "component_id"],
            ["course_components.publisher_id", "course_components.id"],
            name=op.f("fk_component_resources_publisher_id_component_id_course_components"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "resource_id"],
            ["resources.publisher_id", "resources.id"],
            name=op.f("fk_component_resources_publisher_id_resource_id_resources"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_component_resources_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_component_resources")),
    )
    with op.batch_alter_table("component_resources", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_component_resources_publisher_id_component_id"),
            ["publisher_id", "component_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_component_resources_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )

    op.create_table(
        "score_scales",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("course_id", sa.String(length=255), nullable=True),
        sa.Column("class_id", sa.String(length=255), nullable=True),
        sa.Column("score_scale_value", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "class_id"],
            ["classes.publisher_id", "classes.id"],
            name=op.f("fk_score_scales_publisher_id_class_id_classes"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "course_id"],
            ["courses.publisher_id", "courses.id"],
            name=op.f("fk_score_scales_publisher_id_course_id_courses"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_score_scales_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_score_scales")),
    )
    with op.batch_alter_table("score_scales", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_score_scales_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )

    op.create_table(
        "assessment_line_items",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("class_id", sa.String(length=255), nullable=True),
        sa.Column("course_id", sa.String(length=255), nullable=True),
        sa.Column("component_id", sa.String(length=255), nullable=True),
        sa.Column("component_resource_id", sa.String(length=255), nullable=True),
        sa.Column("parent_id", sa.String(length=255), nullable=True),
        sa.Column("score_scale_id", sa.String(length=255), nullable=True),
        sa.Column("result_value_min", sa.Float(), nullable=True),
        sa.Column("result_value_max", sa.Float(), nullable=True),
        sa.Column("learning_objective_set", sa.JSON(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "class_id"],
            ["classes.publisher_id", "classes.id"],
            name=op.f("fk_assessment_line_items_publisher_id_class_id_classes"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "component_id"],
            ["course_components.publisher_id", "course_components.id"],
            name=op.f("fk_assessment_line_items_publisher_id_component_id_course_components"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "component_resource_id"],
            ["component_resources.publisher_id", "component_resources.id"],
            name=op.f(
                "fk_assessment_line_items_publisher_id_component_resource_id_component_resources"
            ),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "course_id"],
            ["courses.publisher_id", "courses.id"],
            name=op.f("fk_assessment_line_items_publisher_id_course_id_courses"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "parent_id"],
            ["assessment_line_items.publisher_id", "assessment_line_items.id"],
            name=op.f("fk_assessment_line_items_publisher_id_parent_id_assessment_line_items"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "score_scale_id"],
            ["score_scales.publisher_id", "score_scales.id"],
            name=op.f("fk_assessment_line_items_publisher_id_score_scale_id_score_scales"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_assessment_line_items_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_assessment_line_items")),
    )
    with op.batch_alter_table("assessment_line_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assessment_line_items_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )

    op.create_table(
        "line_items",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("assign_date", sa.String(length=40), nullable=True),
        sa.Column("due_date", sa.String(length=40), nullable=True),
        sa.Column("class_id", sa.String(length=255), nullable=True),
        sa.Column("school_id", sa.String(length=255), nullable=True),
        sa.Column("category_id", sa.String(length=255), nullable=True),
        sa.Column("grading_period_id", sa.String(length=255), nullable=True),
        sa.Column("academic_session_id", sa.String(length=255), nullable=True),
        sa.Column("score_scale_id", sa.String(length=255), nullable=True),
        sa.Column("result_value_min", sa.Float(), nullable=True),
        sa.Column("result_value_max", sa.Float(), nullable=True),
        sa.Column("learning_objective_set", sa.JSON(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "academic_session_id"],
            ["academic_sessions.publisher_id", "academic_sessions.id"],
            name=op.f("fk_line_items_publisher_id_academic_session_id_academic_sessions"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "category_id"],
            ["categories.publisher_id", "categories.id"],
            name=op.f("fk_line_items_publisher_id_category_id_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "class_id"],
            ["classes.publisher_id", "classes.id"],
            name=op.f("fk_line_items_publisher_id_class_id_classes"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "grading_period_id"],
            ["academic_sessions.publisher_id", "academic_sessions.id"],
            name=op.f("fk_line_items_publisher_id_grading_period_id_academic_sessions"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "school_id"],
            ["orgs.publisher_id", "orgs.id"],
            name=op.f("fk_line_items_publisher_id_school_id_orgs"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "score_scale_id"],
            ["score_scales.publisher_id", "score_scales.id"],
            name=op.f("fk_line_items_publisher_id_score_scale_id_score_scales"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_line_items_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_line_items")),
    )
    with op.batch_alter_table("line_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_line_items_publisher_id_class_id"),
            ["publisher_id", "class_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_line_items_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )

    op.create_table(
        "assessment_results",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("student_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("assessment_line_item_id", sa.String(length=255), nullable=False),
        sa.Column("score_scale_id", sa.String(length=255), nullable=True),
        sa.Column("score_status", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("score_percentile", sa.Float(), nullable=True),
        sa.Column("text_score", sa.String(length=256), nullable=True),
        sa.Column("score_date", sa.String(length=40), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("learning_objective_set", sa.JSON(), nullable=True),
        sa.Column("in_progress", sa.Boolean(), nullable=True),
        sa.Column("incomplete", sa.Boolean(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("missing", sa.Boolean(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "assessment_line_item_id"],
            ["assessment_line_items.publisher_id", "assessment_line_items.id"],
            name=op.f(
                "fk_assessment_results_publisher_id_assessment_line_item_id_assessment_line_items"
            ),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "score_scale_id"],
            ["score_scales.publisher_id", "score_scales.id"],
            name=op.f("fk_assessment_results_publisher_id_score_scale_id_score_scales"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "student_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_assessment_results_publisher_id_student_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_assessment_results_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "student_id", "id", name=op.f("pk_assessment_results")
        ),
    )
    with op.batch_alter_table("assessment_results", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assessment_results_publisher_id_assessment_line_item_id"),
            ["publisher_id", "assessment_line_item_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_assessment_results_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_assessment_results_publisher_id_id"), ["publisher_id", "id"], unique=True
        )

    op.create_table(
        "results",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("student_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("line_item_id", sa.String(length=255), nullable=False),
        sa.Column("class_id", sa.String(length=255), nullable=True),
        sa.Column("score_scale_id", sa.String(length=255), nullable=True),
        sa.Column("score_status", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("text_score", sa.String(length=256), nullable=True),
        sa.Column("score_date", sa.String(length=40), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("learning_objective_set", sa.JSON(), nullable=True),
        sa.Column("in_progress", sa.Boolean(), nullable=True),
        sa.Column("incomplete", sa.Boolean(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("missing", sa.Boolean(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.String(length=36), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "class_id"],
            ["classes.publisher_id", "classes.id"],
            name=op.f("fk_results_publisher_id_class_id_classes"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "line_item_id"],
            ["line_items.publisher_id", "line_items.id"],
            name=op.f("fk_results_publisher_id_line_item_id_line_items"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "score_scale_id"],
            ["score_scales.publisher_id", "score_scales.id"],
            name=op.f("fk_results_publisher_id_score_scale_id_score_scales"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "student_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_results_publisher_id_student_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_results_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "student_id", "id", name=op.f("pk_results")),
    )
    with op.batch_alter_table("results", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_results_publisher_id_entered"), ["publisher_id", "entered"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_results_publisher_id_id"), ["publisher_id", "id"], unique=True
        )
        batch_op.create_index(
            batch_op.f("ix_results_publisher_id_line_item_id"),
            ["publisher_id", "line_item_id"],
            unique=False,
        )

    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "environment", sa.String(length=16), server_default="production", nullable=False
            )
        )
        batch_op.add_column(sa.Column("account_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("family_id", sa.String(length=36), nullable=True))
        batch_op.alter_column("publisher_id", existing_type=sa.VARCHAR(length=36), nullable=True)
        batch_op.create_index(batch_op.f("ix_access_tokens_family_id"), ["family_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_access_tokens_account_id_accounts"), "accounts", ["account_id"], ["id"]
        )

    with op.batch_alter_table("api_clients", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.String(length=36), nullable=True))
        batch_op.add_column(
            sa.Column(
                "environment", sa.String(length=16), server_default="production", nullable=False
            )
        )
        batch_op.add_column(sa.Column("previous_sha256", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column("previous_until_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("jwks", sa.JSON(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_api_clients_owner_id_publishers"), "publishers", ["owner_id"], ["id"]
        )

    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cover_url", sa.String(length=512), nullable=True))
        batch_op.add_column(
            sa.Column(
                "application_type",
                sa.String(length=16),
                server_default="learning_app",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column("launch_method", sa.String(length=16), server_default="lti", nullable=False)
        )
        batch_op.add_column(sa.Column("metadata", sa.JSON(), nullable=True))
        batch_op.add_column(
            sa.Column("modified_ms", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("promotion_asked_ms", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("classes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("location", sa.String(length=256), nullable=True))
        batch_op.add_column(sa.Column("grades", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("subjects", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("subject_codes", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("periods", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("entered", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("metadata", sa.JSON(), nullable=True))
        batch_op.alter_column("class_code", existing_type=sa.VARCHAR(length=64), nullable=True)
        batch_op.create_index(
            batch_op.f("ix_classes_publisher_id_course_id"),
            ["publisher_id", "course_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_classes_publisher_id_entered"), ["publisher_id", "entered"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_classes_publisher_id_school_id"),
            ["publisher_id", "school_id"],
            unique=False,
        )

    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject_codes", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("school_year_id", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("entered", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("metadata", sa.JSON(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_courses_publisher_id_entered"), ["publisher_id", "entered"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_courses_publisher_id_org_id"), ["publisher_id", "org_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_courses_publisher_id_school_year_id_academic_sessions"),
            "academic_sessions",
            ["publisher_id", "school_year_id"],
            ["publisher_id", "id"],
        )

    with op.batch_alter_table("enrollments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("school_id", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("entered", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("metadata", sa.JSON(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_enrollments_publisher_id_entered"),
            ["publisher_id", "entered"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_enrollments_publisher_id_school_id"),
            ["publisher_id", "school_id"],
            unique=False,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_enrollments_publisher_id_school_id_orgs"),
            "orgs",
            ["publisher_id", "school_id"],
            ["publisher_id", "id"],
        )

    with op.batch_alter_table("orgs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entered", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("metadata", sa.JSON(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_orgs_publisher_id_entered"), ["publisher_id", "entered"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_orgs_publisher_id_parent_id"),
            ["publisher_id", "parent_id"],
            unique=False,
        )

    with op.batch_alter_table("publishers", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=16), server_default="school", nullable=False)
        )
        batch_op.add_column(sa.Column("sandbox_of", sa.String(length=36), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_publishers_sandbox_of"), ["sandbox_of"])
        batch_op.create_foreign_key(
            batch_op.f("fk_publishers_sandbox_of_publishers"), "publishers", ["sandbox_of"], ["id"]
        )

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("middle_name", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("preferred_first_name", sa.String(length=128), nullable=True))
        batch_op.add_column(
            sa.Column("preferred_middle_name", sa.String(length=128), nullable=True)
        )
        batch_op.add_column(sa.Column("preferred_last_name", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("pronouns", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("user_master_identifier", sa.String(length=255), nullable=True)
        )
        batch_op.add_column(sa.Column("identifier", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("user_ids", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("sms", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("entered", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("metadata", sa.JSON(), nullable=True))
        batch_op.alter_column("username", existing_type=sa.VARCHAR(length=128), nullable=True)
        batch_op.alter_column("email", existing_type=sa.VARCHAR(length=256), nullable=True)
        batch_op.drop_index(batch_op.f("ix_users_publisher_id_email"))
        batch_op.create_index(
            batch_op.f("ix_users_publisher_id_email"), ["publisher_id", "email"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_users_publisher_id_entered"), ["publisher_id", "entered"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_users_publisher_id_role"), ["publisher_id", "role"], unique=False
        )

    _carry_over()
    for table, column, length in (
        *((table, "entered", 36) for table in _OLD_TABLES),
        ("enrollments", "school_id", 255),
        ("api_clients", "owner_id", 36),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, existing_type=sa.String(length=length), nullable=False)
    _widen()


_OLD_TABLES = ("classes", "courses", "enrollments", "orgs", "users")


def _carry_over() -> None:
    for table in _OLD_TABLES:
        op.execute(f"UPDATE {table} SET entered = '000' || substr(id, 4, 33)")  # noqa: S608
    op.execute(
        "UPDATE enrollments SET school_id = (SELECT school_id FROM classes WHERE"
        " classes.publisher_id = enrollments.publisher_id AND classes.id = enrollments.class_id)"
    )
    op.execute("UPDATE api_clients SET owner_id = publisher_id")
    op.execute(
        "INSERT INTO application_grants (publisher_id, application_id, granted_ms)"
        " SELECT publisher_id, id, created_ms FROM applications"
    )
    op.execute(
        "INSERT INTO user_roles (publisher_id, user_id, id, role_type, role, org_id)"
        " SELECT publisher_id, id, id, 'primary', role, org_id FROM users"
    )


def _widen() -> None:
    """Give every text the room that the standard gives it; SQLite never minded."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, columns in {
        "orgs": {"id": 255, "parent_id": 255, "type": 64, "identifier": 255},
        "courses": {"id": 255, "org_id": 255, "course_code": 255},
        "classes": {
            "id": 255,
            "course_id": 255,
            "school_id": 255,
            "class_code": 255,
            "class_type": 64,
        },
        "users": {"id": 255, "org_id": 255, "username": 255, "role": 64},
        "enrollments": {"id": 255, "class_id": 255, "user_id": 255, "role": 64},
        **{table: {"user_id": 255} for table in _OF_USERS},
    }.items():
        for column, length in columns.items():
            op.alter_column(table, column, type_=sa.String(length=length))


_OF_USERS = (
    "access_tokens",
    "contests",
    "events",
    "lti_subjects",
    "pins",
    "reviews",
    "sessions",
    "answers",
    "app_events",
    "insights",
    "lti_launch_hints",
    "time_spent",
)
