"""Events in batches and figures by day.

What was there is carried over: each event goes, byte for byte, into a batch of its student.
What was read out of the events, time and sessions among it, is read again from the batches
when the program starts (``rollups.rebuild``): the figures by day are made on that occasion.
"""

from hashlib import blake2b
from itertools import groupby
from typing import Any

import sqlalchemy as sa
import zstandard
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "day_results",
        sa.Column("publisher_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(length=255), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=64), autoincrement=False, nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.Column("correct", sa.BigInteger(), nullable=False),
        sa.Column("activities", sa.BigInteger(), nullable=False),
        sa.Column("xp_milli", sa.BigInteger(), nullable=False),
        sa.Column("total_questions", sa.BigInteger(), nullable=False),
        sa.Column("correct_questions", sa.BigInteger(), nullable=False),
        sa.Column("mastered_units", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "publisher_id",
            "user_id",
            "day",
            "application_id",
            "subject",
            name=op.f("pk_day_results"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "day_times",
        sa.Column("publisher_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(length=255), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=64), autoincrement=False, nullable=False),
        sa.Column("measured", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("ms", sa.BigInteger(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "publisher_id",
            "user_id",
            "day",
            "application_id",
            "subject",
            "measured",
            "state",
            name=op.f("pk_day_times"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_ids",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(length=8), nullable=False),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_event_ids")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "group_days",
        sa.Column("publisher_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(length=255), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revisions", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "publisher_id", "kind", "group_id", "day", name=op.f("pk_group_days")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "group_members",
        sa.Column("publisher_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(length=255), autoincrement=False, nullable=False),
        sa.Column("members_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("publisher_id", "kind", "group_id", name=op.f("pk_group_members")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "group_results",
        sa.Column("publisher_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(length=255), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=64), autoincrement=False, nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.Column("correct", sa.BigInteger(), nullable=False),
        sa.Column("activities", sa.BigInteger(), nullable=False),
        sa.Column("xp_milli", sa.BigInteger(), nullable=False),
        sa.Column("total_questions", sa.BigInteger(), nullable=False),
        sa.Column("correct_questions", sa.BigInteger(), nullable=False),
        sa.Column("mastered_units", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "publisher_id",
            "kind",
            "group_id",
            "day",
            "application_id",
            "subject",
            name=op.f("pk_group_results"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "group_times",
        sa.Column("publisher_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(length=255), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=64), autoincrement=False, nullable=False),
        sa.Column("measured", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("ms", sa.BigInteger(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "publisher_id",
            "kind",
            "group_id",
            "day",
            "application_id",
            "subject",
            "measured",
            "state",
            name=op.f("pk_group_times"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "student_days",
        sa.Column("publisher_id", sa.String(length=36), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(length=255), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("frontier_ms", sa.BigInteger(), nullable=False),
        sa.Column("folded", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", "day", name=op.f("pk_student_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_entries",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=255), nullable=True),
        sa.Column("detail", sa.String(length=64), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("previous_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("entry_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_audit_entries_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "number", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_entries_publisher_id_subject_id_number"),
            ["publisher_id", "subject_id", "number"],
            unique=False,
        )

    op.create_table(
        "erased_students",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("before_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=255), nullable=False),
        sa.Column("finished_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_erased_students_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", name=op.f("pk_erased_students")),
    )
    op.create_table(
        "erasure_requests",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asker_kind", sa.String(length=16), nullable=False),
        sa.Column("asker_id", sa.String(length=255), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_erasure_requests_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "id", name=op.f("pk_erasure_requests")),
    )
    with op.batch_alter_table("erasure_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_erasure_requests_publisher_id_state_id"),
            ["publisher_id", "state", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_erasure_requests_publisher_id_user_id"),
            ["publisher_id", "user_id"],
            unique=False,
        )

    op.create_table(
        "kept_since",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_kept_since_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "kind", name=op.f("pk_kept_since")),
    )
    op.create_table(
        "retention_rules",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_retention_rules_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "kind", name=op.f("pk_retention_rules")),
    )
    op.create_table(
        "rolled_zones",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_rolled_zones_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", name=op.f("pk_rolled_zones")),
    )
    op.create_table(
        "activities",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("activity_name", sa.Text(), nullable=True),
        sa.Column("course", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("process", sa.Boolean(), nullable=True),
        sa.Column("xp_milli", sa.BigInteger(), nullable=True),
        sa.Column("total_questions", sa.BigInteger(), nullable=True),
        sa.Column("correct_questions", sa.BigInteger(), nullable=True),
        sa.Column("mastered_units", sa.BigInteger(), nullable=True),
        sa.Column("percent_complete", sa.Float(), nullable=True),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_activities_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_activities_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_activities_publisher_id_publishers")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "event_id", name=op.f("pk_activities")),
    )
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_activities_publisher_id_user_id_event_ms"),
            ["publisher_id", "user_id", "event_ms"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_activities_publisher_id_user_id_session_id"),
            ["publisher_id", "user_id", "session_id"],
            unique=False,
        )

    op.create_table(
        "event_batches",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.Column("ahead_ms", sa.BigInteger(), nullable=False),
        sa.Column("sensor", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_event_batches_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_event_batches_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", "id", name=op.f("pk_event_batches")),
    )
    with op.batch_alter_table("event_batches", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_event_batches_publisher_id_id"), ["publisher_id", "id"], unique=True
        )

    op.create_table(
        "loose_events",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=False),
        sa.Column("event_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_loose_events_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_loose_events_publisher_id_user_id_users"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id",
            "user_id",
            "application_id",
            "event_ms",
            "id",
            name=op.f("pk_loose_events"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session_metadata",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_session_metadata_publisher_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_session_metadata_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "user_id", "session_id", name=op.f("pk_session_metadata")
        ),
    )
    op.create_table(
        "xp_ledger",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.String(length=255), nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("course_id", sa.String(length=255), nullable=True),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("activity_name", sa.Text(), nullable=True),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("told_attempt", sa.BigInteger(), nullable=True),
        sa.Column("accuracy", sa.Float(), nullable=True),
        sa.Column("mastered_units", sa.BigInteger(), nullable=True),
        sa.Column("mastered", sa.Boolean(), nullable=False),
        sa.Column("expected_milli", sa.BigInteger(), nullable=True),
        sa.Column("claimed_milli", sa.BigInteger(), nullable=True),
        sa.Column("focused_ms", sa.BigInteger(), nullable=True),
        sa.Column("waste_share", sa.Float(), nullable=True),
        sa.Column("habits", sa.JSON(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("awarded_milli", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_xp_ledger_publisher_id_user_id_users"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "user_id", "at_ms", "source", "source_id", name=op.f("pk_xp_ledger")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "xp_settled",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("reviewed_ms", sa.BigInteger(), nullable=False),
        sa.Column("results", sa.Integer(), nullable=False),
        sa.Column("resulted_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id", "user_id"],
            ["users.publisher_id", "users.id"],
            name=op.f("fk_xp_settled_publisher_id_user_id_users"),
        ),
        sa.PrimaryKeyConstraint("publisher_id", "user_id", name=op.f("pk_xp_settled")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("webhook_id", sa.String(length=36), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.String(length=36), nullable=True),
        sa.Column("event_type", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=256), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("tried_ms", sa.BigInteger(), nullable=True),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["api_clients.client_id"],
            name=op.f("fk_webhook_deliveries_client_id_api_clients"),
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id", "client_id", "webhook_id"],
            ["webhooks.publisher_id", "webhooks.client_id", "webhooks.id"],
            name="fk_webhook_deliveries_webhook",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"],
            ["publishers.id"],
            name=op.f("fk_webhook_deliveries_publisher_id_publishers"),
        ),
        sa.PrimaryKeyConstraint(
            "publisher_id", "client_id", "id", name=op.f("pk_webhook_deliveries")
        ),
    )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_webhook_deliveries_until_ms"), ["until_ms"], unique=False
        )
        batch_op.create_index(
            "ix_webhook_deliveries_webhook",
            ["publisher_id", "client_id", "webhook_id", "status", "id"],
            unique=False,
        )

    _carry_over()
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_answers_publisher_id_event_id_events"), type_="foreignkey"
        )

    with op.batch_alter_table("app_events", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_app_events_publisher_id_event_id_events"), type_="foreignkey"
        )

    with op.batch_alter_table("insights", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_insights_publisher_id_event_id_events"), type_="foreignkey"
        )

    with op.batch_alter_table("publishers", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("time_zone", sa.String(length=64), server_default="UTC", nullable=False)
        )
        batch_op.add_column(
            sa.Column("session_timeout_min", sa.Integer(), server_default="10", nullable=False)
        )

    with op.batch_alter_table("resources", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_resources_publisher_id_vendor_resource_id"),
            ["publisher_id", "vendor_resource_id"],
            unique=False,
        )

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_publisher_id_user_id_application_id_ended_ms"))
        batch_op.create_index(
            batch_op.f("ix_sessions_publisher_id_application_id_started_ms"),
            ["publisher_id", "application_id", "started_ms"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_sessions_publisher_id_id"), ["publisher_id", "id"], unique=False
        )

    _make_time_spent()

    with op.batch_alter_table("webhooks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("heard_batch", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("failing_since_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("off_reason", sa.String(length=256), nullable=True))
    op.drop_table("events")


_EVENTS_A_BATCH = 500
_YEAR_2020_MS = 1_577_836_800_000


def _carry_over() -> None:
    connection = op.get_bind()
    old = sa.Table("events", sa.MetaData(), autoload_with=connection)
    batches = sa.Table("event_batches", sa.MetaData(), autoload_with=connection)
    ids = sa.Table("event_ids", sa.MetaData(), autoload_with=connection)
    c = old.c
    order = (c.publisher_id, c.received_ms, c.user_id, c.client_id, c.application_id, c.id)
    last: dict[str, int] = {}
    rows = connection.execute(sa.select(old).order_by(*order)).mappings()
    for _, group in groupby(rows, lambda row: tuple(row[each.name] for each in order[:-1])):
        found = list(group)
        for start in range(0, len(found), _EVENTS_A_BATCH):
            part = found[start : start + _EVENTS_A_BATCH]
            tenant = part[0]["publisher_id"]
            began = (part[0]["received_ms"] - _YEAR_2020_MS) * 16
            number = last[tenant] = max(began, last.get(tenant, 0) + 1)
            connection.execute(sa.insert(batches).values(**_batch(number, part)))
            connection.execute(
                sa.insert(ids),
                [_place(row, number, place) for place, row in enumerate(part)],
            )


def _batch(number: int, part: list[Any]) -> dict[str, Any]:
    first = part[0]
    told = [bytes(row["body"]) for row in part]
    same = ("publisher_id", "user_id", "client_id", "application_id", "received_ms")
    return {
        **{name: first[name] for name in same},
        "id": number,
        "sent_ms": first["received_ms"],
        "ahead_ms": 0,
        "sensor": "",
        "measured": first["client_id"] is None,
        "events": len(part),
        "first_ms": min(row["event_ms"] for row in part),
        "last_ms": max(row["event_ms"] for row in part),
        "body": zstandard.ZstdCompressor(level=1).compress(b"[" + b",".join(told) + b"]"),
    }


def _place(row: Any, number: int, place: int) -> dict[str, Any]:
    return {
        "publisher_id": row["publisher_id"],
        "id": bytes.fromhex(row["id"].replace("-", "")),
        "batch_id": number,
        "place": place,
        "content": blake2b(bytes(row["body"]), digest_size=8).digest(),
    }


def _make_time_spent() -> None:
    op.drop_table("time_spent")
    op.create_table(
        "time_spent",
        sa.Column("publisher_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.String(length=36), nullable=True),
        sa.Column("session_id", sa.String(length=36), nullable=True),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("sub_type", sa.Text(), nullable=True),
        sa.Column("ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "publisher_id", "user_id", "started_ms", "event_id", "item", name="pk_time_spent"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_time_spent_publisher_id_user_id_session_id",
        "time_spent",
        ["publisher_id", "user_id", "session_id"],
    )
