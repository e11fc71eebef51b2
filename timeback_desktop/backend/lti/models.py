"""Tables of the launch: open hints, and the names under which apps know people.

A hint is stored only as a hash. ``token_sha256`` binds it to the sign-in it was made
under: signing out ends it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to

lti_launch_hints = Table(
    "lti_launch_hints",
    metadata,
    Column("login_sha256", LargeBinary(32), primary_key=True),
    Column("message_sha256", LargeBinary(32), nullable=False),
    Column("token_sha256", ForeignKey("access_tokens.token_sha256", ondelete="CASCADE")),
    Column("publisher_id", String(36), nullable=False),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("application_id", ForeignKey("applications.id"), nullable=False),
    Column("session_id", String(36), nullable=False),
    Column("target_link_uri", String(512), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    points_to("user_id", "users"),
    Index(None, "expires_ms"),
    Index(None, "token_sha256"),
)

lti_subjects = Table(
    "lti_subjects",
    metadata,
    Column("application_id", ForeignKey("applications.id"), primary_key=True),
    Column("publisher_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("subject", String(36), nullable=False),
    points_to("user_id", "users"),
    UniqueConstraint("application_id", "subject"),
)
