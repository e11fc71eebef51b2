"""Tables of what arrived, and of what it says about time and questions.

``session_id`` is where the event belongs as far as is known; for an event that asked to be
attached (``auto``) it is settled again whenever more is known (``sessions.attachment``).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from timeback_desktop.backend.db.metadata import metadata, tenant_key


def _student() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["publisher_id", "user_id"], ["users.publisher_id", "users.id"])


def _of_event() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["publisher_id", "event_id"], ["events.publisher_id", "events.id"])


events = Table(
    "events",
    metadata,
    tenant_key(),
    Column("id", String(36), primary_key=True),
    Column("content_sha256", LargeBinary(32), nullable=False),
    Column("type", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("user_id", String(36), nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("session_id", String(36)),
    Column("auto", Boolean, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("event_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("client_id", String(64)),
    Column("body", LargeBinary, nullable=False),
    _student(),
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
    Column("user_id", String(36), nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("session_id", String(36)),
    Column("measured", Boolean, nullable=False),
    Column("type", String(16), nullable=False),
    Column("sub_type", Text),
    Column("started_ms", BigInteger, nullable=False),
    Column("ms", BigInteger, nullable=False),
    _of_event(),
    _student(),
    Index(None, "publisher_id", "user_id", "started_ms"),
    Index(None, "publisher_id", "user_id", "session_id"),
)

answers = Table(
    "answers",
    metadata,
    tenant_key(),
    Column("event_id", String(36), primary_key=True),
    Column("user_id", String(36), nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("session_id", String(36)),
    Column("kind", String(16), nullable=False),
    Column("attempt", Text, nullable=False),
    Column("correct", Boolean),
    Column("event_ms", BigInteger, nullable=False),
    _of_event(),
    _student(),
    Index(None, "publisher_id", "user_id", "event_ms"),
    Index(None, "publisher_id", "user_id", "session_id"),
)
