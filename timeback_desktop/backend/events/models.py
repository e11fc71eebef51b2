"""Tables of what arrived, and of what it says about time, questions and judgements.

``session_id`` is where the event belongs as far as is known; for an event that asked to be
attached (``auto``) it is settled again whenever more is known (``sessions.attachment``).
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

events = Table(
    "events",
    metadata,
    tenant_key(),
    Column("id", String(36), primary_key=True),
    Column("content_sha256", LargeBinary(32), nullable=False),
    Column("type", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("session_id", String(36)),
    Column("auto", Boolean, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("event_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("client_id", String(64)),
    Column("body", LargeBinary, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id", "application_id", "auto", "event_ms"),
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
    tenant_key(),
    Column("event_id", String(36), primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("session_id", String(36)),
    Column("measured", Boolean, nullable=False),
    Column("type", String(16), nullable=False),
    Column("sub_type", Text),
    Column("started_ms", BigInteger, nullable=False),
    Column("ms", BigInteger, nullable=False),
    points_to("event_id", "events"),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id", "started_ms"),
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
    points_to("event_id", "events"),
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
    points_to("event_id", "events"),
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
    points_to("event_id", "events"),
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
