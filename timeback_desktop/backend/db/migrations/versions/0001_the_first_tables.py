"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "publishers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishers")),
        sa.UniqueConstraint("name", name=op.f("uq_publishers_name")),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("description", sa.String(length=1024), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("grades", sa.JSON(), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("icon_url", sa.String(length=512), nullable=True),
        sa.Column("login_url", sa.String(length=512), nullable=False),
        sa.Column("launch_url", sa.String(length=512), nullable=False),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("jwks_url", sa.String(length=512), nullable=True),
        sa.Column("allowed_hosts", sa.JSON(), nullable=False),
        sa.Column("embedded_media", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_reason", sa.String(length=256), nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("deployment_id", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_applications_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("client_id", name=op.f("uq_applications_client_id")),
        sa.UniqueConstraint("deployment_id", name=op.f("uq_applications_deployment_id")),
        sa.UniqueConstraint("publisher_id", "name", name=op.f("uq_applications_publisher_id_name")),
    )
    op.create_table(
        "described_entities",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_described_entities_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id_sha256", name=op.f("pk_described_entities")),
    )
    op.create_table(
        "orgs",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("identifier", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=36), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "parent_id"],
            ["orgs.publisher_id", "orgs.id"],
            name=op.f("fk_orgs_publisher_id_parent_id_orgs"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_orgs_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_orgs")),
    )
    op.create_table(
        "api_clients",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_api_clients_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_api_clients_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_api_clients")),
    )
    op.create_table(
        "courses",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("course_code", sa.String(length=64), nullable=False),
        sa.Column("grades", sa.JSON(), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("org_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "org_id"],
            ["orgs.publisher_id", "orgs.id"],
            name=op.f("fk_courses_publisher_id_org_id_orgs"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_courses_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_courses")),
    )
    op.create_table(
        "users",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("given_name", sa.String(length=128), nullable=False),
        sa.Column("family_name", sa.String(length=128), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("email", sa.String(length=256), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("grades", sa.JSON(), nullable=False),
        sa.Column("org_id", sa.String(length=36), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "org_id"],
            ["orgs.publisher_id", "orgs.id"],
            name=op.f("fk_users_publisher_id_org_id_orgs"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_users_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_users")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_id"), ["id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_users_publisher_id_email"), ["publisher_id", "email"], unique=True
        )

    op.create_table(
        "access_tokens",
        sa.Column("token_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["api_clients.client_id"],
            name=op.f("fk_access_tokens_client_id_api_clients"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_access_tokens_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_access_tokens_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_access_tokens")),
    )
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_tokens_expires_ms"), ["expires_ms"], unique=False
        )

    op.create_table(
        "classes",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("class_code", sa.String(length=64), nullable=False),
        sa.Column("class_type", sa.String(length=16), nullable=False),
        sa.Column("course_id", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "course_id"],
            ["courses.publisher_id", "courses.id"],
            name=op.f("fk_classes_publisher_id_course_id_courses"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "school_id"],
            ["orgs.publisher_id", "orgs.id"],
            name=op.f("fk_classes_publisher_id_school_id_orgs"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_classes_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_classes")),
    )
    op.create_table(
        "events",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("auto", sa.Boolean(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_events_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_events_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_events_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_events_publisher_id_user_id_application_id_auto_event_ms"),
            ["publisher_id", "user_id", "application_id", "auto", "event_ms"],
            unique=False,
        )

    op.create_table(
        "lti_subjects",
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_lti_subjects_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_lti_subjects_publisher_id_user_id_users"),
        ),
        sa.PrimaryKeyConstraint(
            "application_id", "publisher_id", "user_id", name=op.f("pk_lti_subjects")
        ),
        sa.UniqueConstraint(
            "application_id", "subject", name=op.f("uq_lti_subjects_application_id_subject")
        ),
    )
    op.create_table(
        "pins",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("pin_hash", sa.String(length=256), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("closed_until_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_pins_publisher_id_user_id_users"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", name=op.f("pk_pins")),
    )
    op.create_table(
        "sessions",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.Column("declared_start_ms", sa.BigInteger(), nullable=True),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("closer_ms", sa.BigInteger(), nullable=True),
        sa.Column("closer_id", sa.String(length=36), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("suspended_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(length=16), nullable=True),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_sessions_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_sessions_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_sessions_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", "id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sessions_publisher_id_user_id_application_id_ended_ms"),
            ["publisher_id", "user_id", "application_id", "ended_ms"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_sessions_publisher_id_user_id_started_ms"),
            ["publisher_id", "user_id", "started_ms"],
            unique=False,
        )

    op.create_table(
        "answers",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Text(), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=True),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_answers_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "event_id"],
            ["events.publisher_id", "events.id"],
            name=op.f("fk_answers_publisher_id_event_id_events"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_answers_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_answers_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "event_id", name=op.f("pk_answers")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answers_publisher_id_user_id_event_ms"),
            ["publisher_id", "user_id", "event_ms"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_answers_publisher_id_user_id_session_id"),
            ["publisher_id", "user_id", "session_id"],
            unique=False,
        )

    op.create_table(
        "enrollments",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("class_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("begin_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "class_id"],
            ["classes.publisher_id", "classes.id"],
            name=op.f("fk_enrollments_publisher_id_class_id_classes"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_enrollments_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_enrollments_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_enrollments")),
    )
    with op.batch_alter_table("enrollments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_enrollments_publisher_id_class_id"),
            ["publisher_id", "class_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_enrollments_publisher_id_user_id"),
            ["publisher_id", "user_id"],
            unique=False,
        )

    op.create_table(
        "lti_launch_hints",
        sa.Column("login_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("message_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("target_link_uri", sa.String(length=512), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_lti_launch_hints_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_lti_launch_hints_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["token_sha256"],
            ["access_tokens.token_sha256"],
            name=op.f("fk_lti_launch_hints_token_sha256_access_tokens"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("login_sha256", name=op.f("pk_lti_launch_hints")),
    )
    with op.batch_alter_table("lti_launch_hints", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_lti_launch_hints_expires_ms"), ["expires_ms"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_lti_launch_hints_token_sha256"), ["token_sha256"], unique=False
        )

    op.create_table(
        "time_spent",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("sub_type", sa.Text(), nullable=True),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_time_spent_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "event_id"],
            ["events.publisher_id", "events.id"],
            name=op.f("fk_time_spent_publisher_id_event_id_events"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_time_spent_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_time_spent_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "event_id", "item", name=op.f("pk_time_spent")),
    )
    with op.batch_alter_table("time_spent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_time_spent_publisher_id_user_id_session_id"),
            ["publisher_id", "user_id", "session_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_time_spent_publisher_id_user_id_started_ms"),
            ["publisher_id", "user_id", "started_ms"],
            unique=False,
        )
