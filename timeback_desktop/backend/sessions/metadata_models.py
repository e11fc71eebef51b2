"""The table of what apps note beside a session: a small JSON object for each."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, String, Table

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to, tenant_key

# No foreign key to the session: one that was made for loose events may be made anew.
session_metadata = Table(
    "session_metadata",
    metadata,
    tenant_key(),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("session_id", String(36), primary_key=True),
    Column("body", JSON, nullable=False),
    Column("modified_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
)
