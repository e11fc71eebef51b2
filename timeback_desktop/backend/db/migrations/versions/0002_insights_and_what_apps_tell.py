"""Insights and what apps tell."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "item_times",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("total_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_item_times_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_item_times_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "application_id", "item", name=op.f("pk_item_times")
        ),
    )
    op.create_table(
        "contests",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("insight_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_contests_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_contests_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_contests")),
    )
    with op.batch_alter_table("contests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contests_publisher_id_insight_id"),
            ["publisher_id", "insight_id"],
            unique=False,
        )

    op.create_table(
        "reviews",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("insight_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_reviews_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_reviews_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_reviews")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reviews_publisher_id_insight_id"),
            ["publisher_id", "insight_id"],
            unique=False,
        )

    op.create_table(
        "app_events",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.String(length=16), nullable=True),
        sa.Column("item", sa.String(length=16), nullable=True),
        sa.Column("item_type", sa.String(length=64), nullable=True),
        sa.Column("skill", sa.String(length=16), nullable=True),
        sa.Column("lesson", sa.String(length=16), nullable=True),
        sa.Column("took_ms", sa.BigInteger(), nullable=True),
        sa.Column("choice", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_app_events_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "event_id"],
            ["events.publisher_id", "events.id"],
            name=op.f("fk_app_events_publisher_id_event_id_events"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_app_events_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_app_events_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "event_id", name=op.f("pk_app_events")),
    )
    with op.batch_alter_table("app_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_app_events_publisher_id_user_id_attempt"),
            ["publisher_id", "user_id", "attempt"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_app_events_publisher_id_user_id_seq"),
            ["publisher_id", "user_id", "seq"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_app_events_publisher_id_user_id_session_id_seq"),
            ["publisher_id", "user_id", "session_id", "seq"],
            unique=False,
        )

    op.create_table(
        "insights",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=64), nullable=True),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("version", sa.String(length=16), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("student_reason", sa.Text(), nullable=True),
        sa.Column("thresholds", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_insights_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "event_id"],
            ["events.publisher_id", "events.id"],
            name=op.f("fk_insights_publisher_id_event_id_events"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_insights_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_insights_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_insights")),
    )
    with op.batch_alter_table("insights", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_insights_publisher_id_event_id"),
            ["publisher_id", "event_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_insights_publisher_id_user_id_at_ms"),
            ["publisher_id", "user_id", "at_ms"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_insights_publisher_id_user_id_session_id"),
            ["publisher_id", "user_id", "session_id"],
            unique=False,
        )
