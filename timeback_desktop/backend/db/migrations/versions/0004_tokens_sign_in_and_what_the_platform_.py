"""Tokens sign in and what the platform keeps beside."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "account_passwords",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        sa.Column("set_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("closed_until_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_passwords_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_passwords")),
    )
    op.create_table(
        "import_jobs",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("notices", sa.JSON(), nullable=False),
        sa.Column("failure", sa.String(length=1024), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("touched_ms", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_ms", sa.BigInteger(), nullable=True),
        sa.Column("finished_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_import_jobs_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_import_jobs")),
    )
    op.create_table(
        "application_history",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=300), nullable=False),
        sa.Column("by_platform", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=256), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_application_history_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_application_history_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "application_id", "id", name=op.f("pk_application_history")
        ),
    )
    op.create_table(
        "application_pictures",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_application_pictures_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_application_pictures_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "application_id", "kind", name=op.f("pk_application_pictures")
        ),
    )
    op.create_table(
        "import_refusals",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sourced_id", sa.String(length=255), nullable=False),
        sa.Column("column", sa.String(length=128), nullable=False),
        sa.Column("message", sa.String(length=1024), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "job_id"],
            ["import_jobs.publisher_id", "import_jobs.id"],
            name=op.f("fk_import_refusals_publisher_id_job_id_import_jobs"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_import_refusals_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "job_id", "number", name=op.f("pk_import_refusals")
        ),
    )
    op.create_table(
        "sign_in_redirects",
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_sign_in_redirects_application_id_applications"),
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_sign_in_redirects")),
    )
    op.create_table(
        "authorization_codes",
        sa.Column("code_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("redirect_uri", sa.String(length=512), nullable=False),
        sa.Column("challenge", sa.String(length=43), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=512), nullable=True),
        sa.Column("publisher_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("signed_in_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("family_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_authorization_codes_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_authorization_codes_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_authorization_codes_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_authorization_codes")),
    )
    with op.batch_alter_table("authorization_codes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_authorization_codes_expires_ms"), ["expires_ms"], unique=False
        )

    op.create_table(
        "client_assertions",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("jti_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["api_clients.client_id"],
            name=op.f("fk_client_assertions_client_id_api_clients"),
        ),
        sa.PrimaryKeyConstraint("client_id", "jti_sha256", name=op.f("pk_client_assertions")),
    )
    with op.batch_alter_table("client_assertions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_client_assertions_expires_ms"), ["expires_ms"], unique=False
        )

    op.create_table(
        "credential_openings",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("credential_id", sa.String(length=36), nullable=False),
        sa.Column("opener_kind", sa.String(length=16), nullable=False),
        sa.Column("opener_id", sa.String(length=255), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_credential_openings_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_credential_openings_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "user_id", "id", name=op.f("pk_credential_openings")
        ),
    )
    op.create_table(
        "device_codes",
        sa.Column("device_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_code_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("polled_ms", sa.BigInteger(), nullable=True),
        sa.Column("allowed", sa.Boolean(), nullable=True),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.Column("publisher_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_device_codes_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_device_codes_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_device_codes_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("device_sha256", name=op.f("pk_device_codes")),
        sa.UniqueConstraint("user_code_sha256", name=op.f("uq_device_codes_user_code_sha256")),
    )
    with op.batch_alter_table("device_codes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_device_codes_expires_ms"), ["expires_ms"], unique=False
        )

    op.create_table(
        "federated_identities",
        sa.Column("issuer", sa.String(length=512), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("publisher_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("linked_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_federated_identities_account_id_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_federated_identities_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_federated_identities_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_federated_identities")),
    )
    with op.batch_alter_table("federated_identities", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_federated_identities_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_federated_identities_publisher_id_user_id"),
            ["publisher_id", "user_id"],
            unique=False,
        )

    op.create_table(
        "invitations",
        sa.Column("code_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("publisher_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_invitations_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_invitations_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_invitations_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_invitations")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_expires_ms"), ["expires_ms"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_invitations_publisher_id_user_id"),
            ["publisher_id", "user_id"],
            unique=False,
        )

    op.create_table(
        "sign_in_attempts",
        sa.Column("ticket_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("publisher_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sign_in_attempts_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_sign_in_attempts_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_sign_in_attempts_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("ticket_sha256", name=op.f("pk_sign_in_attempts")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_attempts_expires_ms"), ["expires_ms"], unique=False
        )

    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("publisher_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sign_ins_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.client_id"], name=op.f("fk_sign_ins_client_id_api_clients")
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_sign_ins_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_sign_ins_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_ins_ends_ms"), ["ends_ms"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sign_ins_publisher_id_user_id"),
            ["publisher_id", "user_id"],
            unique=False,
        )

    op.create_table(
        "subject_tracks",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("org_id", sa.String(length=255), nullable=True),
        sa.Column("course_id", sa.String(length=255), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "course_id"],
            ["courses.publisher_id", "courses.id"],
            name=op.f("fk_subject_tracks_publisher_id_course_id_courses"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "org_id"],
            ["orgs.publisher_id", "orgs.id"],
            name=op.f("fk_subject_tracks_publisher_id_org_id_orgs"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_subject_tracks_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_subject_tracks")),
    )
    with op.batch_alter_table("subject_tracks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_subject_tracks_publisher_id_course_id"),
            ["publisher_id", "course_id"],
            unique=False,
        )

    op.create_table(
        "user_passwords",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        sa.Column("set_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("closed_until_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_user_passwords_publisher_id_user_id_users"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", name=op.f("pk_user_passwords")),
    )
    op.create_table(
        "webhooks",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("description", sa.String(length=1024), nullable=True),
        sa.Column("target_url", sa.String(length=512), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("sensor", sa.String(length=512), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.client_id"], name=op.f("fk_webhooks_client_id_api_clients")
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_webhooks_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "client_id", "id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("token_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("family_id", sa.String(length=36), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("replaced_ms", sa.BigInteger(), nullable=True),
        sa.Column("successor_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("dropped_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["family_id"],
            ["sign_ins.id"],
            name=op.f("fk_refresh_tokens_family_id_sign_ins"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_refresh_tokens")),
    )
    with op.batch_alter_table("refresh_tokens", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_refresh_tokens_family_id"), ["family_id"], unique=False
        )

    op.create_table(
        "user_credentials",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("profile_id", sa.String(length=255), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id", "profile_id"],
            ["user_profiles.publisher_id", "user_profiles.user_id", "user_profiles.id"],
            name="fk_user_credentials_user_profiles",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_user_credentials_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", "id", name=op.f("pk_user_credentials")),
    )
    with op.batch_alter_table("user_credentials", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_credentials_publisher_id_user_id_profile_id"),
            ["publisher_id", "user_id", "profile_id"],
            unique=False,
        )

    op.create_table(
        "webhook_filters",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("webhook_id", sa.String(length=36), nullable=False),
        sa.Column("filter_key", sa.String(length=256), nullable=False),
        sa.Column("filter_value", sa.String(length=1024), nullable=False),
        sa.Column("filter_type", sa.String(length=16), nullable=False),
        sa.Column("filter_operator", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["api_clients.client_id"],
            name=op.f("fk_webhook_filters_client_id_api_clients"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "client_id", "webhook_id"],
            ["webhooks.publisher_id", "webhooks.client_id", "webhooks.id"],
            name="fk_webhook_filters_webhook",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_webhook_filters_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "client_id", "id", name=op.f("pk_webhook_filters")),
    )
    with op.batch_alter_table("webhook_filters", schema=None) as batch_op:
        batch_op.create_index(
            "ix_webhook_filters_webhook", ["publisher_id", "client_id", "webhook_id"], unique=False
        )

    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_tokens_client_id"), ["client_id"], unique=False)

    with op.batch_alter_table("assessment_line_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assign_date", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("due_date", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("school_id", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("category_id", sa.String(length=255), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_assessment_line_items_publisher_id_school_id_orgs"),
            "orgs",
            ["publisher_id", "school_id"],
            ["publisher_id", "id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_assessment_line_items_publisher_id_category_id_categories"),
            "categories",
            ["publisher_id", "category_id"],
            ["publisher_id", "id"],
        )

    with op.batch_alter_table("contests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contests_publisher_id_user_id"),
            ["publisher_id", "user_id"],
            unique=False,
        )

    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reviews_publisher_id_user_id"), ["publisher_id", "user_id"], unique=False
        )
