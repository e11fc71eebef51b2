"""The table of sessions: a row is the merge of every event that named the session.

``started_ms`` and ``ended_ms`` are the span as far as is known; ``closed_ms`` is set, and
final, once a closing event came.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to, tenant_key

sessions = Table(
    "sessions",
    metadata,
    tenant_key(),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("application_id", ForeignKey("applications.id")),
    Column("origin", String(16), nullable=False),
    Column("measured", Boolean, nullable=False),
    Column("declared_start_ms", BigInteger),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("closed_ms", BigInteger),
    Column("closer_ms", BigInteger),
    Column("closer_id", String(36)),
    Column("duration_ms", BigInteger),
    Column("suspended_ms", BigInteger),
    Column("end_reason", String(16)),
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id", "started_ms"),
    Index(None, "publisher_id", "id"),
    Index(None, "publisher_id", "application_id", "started_ms"),
)
