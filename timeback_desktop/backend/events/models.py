"""Tables of what arrived, and of what it says about time, questions and judgements.

``event_batches`` keep what one request told of one student, as it came: ``body`` is a JSON
list of the events, compressed. Their ids rise with every commit, so that a reader who knows
the last one it saw has missed nothing. ``ahead_ms`` is by how much the sender's clock was
seen to run ahead: all its instants are taken back by that. ``event_ids`` tell whether an event
is here already, and where; ``content`` is the beginning of the hash of its bytes.

``session_id`` is where an event belongs as far as is known; ``loose_events`` are those that
asked to be attached: they are settled again whenever more is known (``sessions.attachment``).

``time_spent`` holds a row for each stretch; alike stretches of one batch that abut are one row.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to, tenant_key

event_ids = Table(
    "event_ids",
    metadata,
    # No foreign key: this is the row that a school sends by the million, and the batch has one.
    Column("publisher_id", String(36), primary_key=True),
    Column("id", LargeBinary(16), primary_key=True),
    Column("batch_id", BigInteger, nullable=False),
    Column("place", Integer, nullable=False),
    Column("content", LargeBinary(8), nullable=False),
    sqlite_with_rowid=False,
)

event_batches = Table(
    "event_batches",
    metadata,
    tenant_key(),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger, nullable=False),
    Column("ahead_ms", BigInteger, nullable=False),
    Column("sensor", Text, nullable=False),
    Column("client_id", String(64)),
    Column("application_id", String(36)),
    Column("measured", Boolean, nullable=False),
    Column("events", Integer, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "id", unique=True),
)

loose_events = Table(
    "loose_events",
    metadata,
    Column("publisher_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("application_id", ForeignKey("applications.id"), primary_key=True),
    Column("event_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(36), primary_key=True),
    Column("started_ms", BigInteger, nullable=False),
    Column("session_id", String(36)),
    points_to("user_id", "users"),
    sqlite_with_rowid=False,
)

described_entities = Table(
    "described_entities",
    metadata,
    tenant_key(),
    Column("id_sha256", LargeBinary(32), primary_key=True),
    Column("id", Text, nullable=False),
    Column("type", String(64), nullable=False),
    Column("content_sha256", LargeBinary(32), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

time_spent = Table(
    "time_spent",
    metadata,
    Column("publisher_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("started_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", String(36), primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("application_id", String(36)),
    Column("session_id", String(36)),
    Column("measured", Boolean, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("type", String(16), nullable=False),
    Column("sub_type", Text),
    Column("ms", BigInteger, nullable=False),
    Index(None, "publisher_id", "user_id", "session_id"),
    sqlite_with_rowid=False,
)

activities = Table(
    "activities",
    metadata,
    tenant_key(),
    Column("event_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("session_id", String(36)),
    Column("measured", Boolean, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("activity", Text),
    Column("activity_name", Text),
    Column("course", Text),
    Column("attempt", Integer),
    Column("process", Boolean),
    Column("xp_milli", BigInteger),
    Column("total_questions", BigInteger),
    Column("correct_questions", BigInteger),
    Column("mastered_units", BigInteger),
    Column("percent_complete", Float),
    Column("event_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id", "event_ms"),
    Index(None, "publisher_id", "user_id", "session_id"),
)

answers = Table(
    "answers",
    metadata,
    tenant_key(),
    Column("event_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("session_id", String(36)),
    Column("kind", String(16), nullable=False),
    Column("attempt", Text, nullable=False),
    Column("correct", Boolean),
    Column("event_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id", "event_ms"),
    Index(None, "publisher_id", "user_id", "session_id"),
)

insights = Table(
    "insights",
    metadata,
    tenant_key(),
    Column("id", String(36), primary_key=True),
    Column("event_id", String(36), nullable=False),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("session_id", String(36)),
    Column("measured", Boolean, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("detail", String(64)),
    Column("rule", String(64)),
    Column("version", String(16)),
    Column("confidence", Float),
    Column("reason", Text),
    Column("student_reason", Text),
    Column("thresholds", JSON(none_as_null=True)),
    Column("counts", JSON(none_as_null=True)),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("at_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id", "at_ms"),
    Index(None, "publisher_id", "user_id", "session_id"),
    Index(None, "publisher_id", "event_id"),
)

# Contests and reviews have no foreign key to their insight: each may arrive before it.
# A review counts once it is verified: its author teaches the student that the insight is about.
contests = Table(
    "contests",
    metadata,
    tenant_key(),
    Column("id", String(36), primary_key=True),
    Column("insight_id", String(36), nullable=False),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "insight_id"),
    Index(None, "publisher_id", "user_id"),
)

reviews = Table(
    "reviews",
    metadata,
    tenant_key(),
    Column("id", String(36), primary_key=True),
    Column("insight_id", String(36), nullable=False),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("result", String(16), nullable=False),
    Column("notes", Text),
    Column("at_ms", BigInteger, nullable=False),
    Column("verified", Boolean, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "insight_id"),
    Index(None, "publisher_id", "user_id"),
)

app_events = Table(
    "app_events",
    metadata,
    tenant_key(),
    Column("event_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("session_id", String(36)),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("event_ms", BigInteger, nullable=False),
    Column("mark", String(16), nullable=False),
    Column("attempt", String(16)),
    Column("item", String(16)),
    Column("item_type", String(64)),
    Column("skill", String(16)),
    Column("lesson", String(16)),
    Column("took_ms", BigInteger),
    Column("choice", Integer),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id", "seq"),
    Index(None, "publisher_id", "user_id", "session_id", "seq"),
    Index(None, "publisher_id", "user_id", "attempt"),
)

item_times = Table(
    "item_times",
    metadata,
    tenant_key(),
    Column("application_id", ForeignKey("applications.id"), primary_key=True),
    Column("item", String(64), primary_key=True),
    Column("answers", Integer, nullable=False),
    Column("total_ms", BigInteger, nullable=False),
)
