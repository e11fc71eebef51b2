"""Tables of the authority: sign-ins, tokens, people's PINs, and the accounts of developers.

Neither is stored as such. A token is 256 random bits, so its SHA-256 is kept (see
``backend.secret``); a PIN has ten thousand values, so it gets a slow hash, argon2.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to, tenant_key

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("email", String(256), nullable=False, unique=True),
    Column("name", String(256), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("closed_ms", BigInteger),
)
"""People who are in no roster: developers, and those who run the platform."""

publisher_members = Table(
    "publisher_members",
    metadata,
    tenant_key(),
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Index(None, "account_id"),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("token_sha256", LargeBinary(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("environment", String(16), nullable=False, server_default="production"),
    Column("publisher_id", ForeignKey("publishers.id")),
    Column("user_id", SOURCED_ID),
    Column("account_id", ForeignKey("accounts.id")),
    Column("family_id", String(36)),
    Column("client_id", ForeignKey("api_clients.client_id")),
    Column("scopes", Text, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    points_to("user_id", "users"),
    Index(None, "expires_ms"),
    Index(None, "family_id"),
    Index(None, "client_id"),
)
"""``family_id`` names the sign-in that a token grew out of, through all its refreshes."""

client_assertions = Table(
    "client_assertions",
    metadata,
    Column("client_id", ForeignKey("api_clients.client_id"), primary_key=True),
    Column("jti_sha256", LargeBinary(32), primary_key=True),
    Column("expires_ms", BigInteger, nullable=False),
    Index(None, "expires_ms"),
)
"""Assertions that a client proved itself by: each is good once, and kept until it expires."""

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("publisher_id", ForeignKey("publishers.id")),
    Column("user_id", SOURCED_ID),
    Column("account_id", ForeignKey("accounts.id")),
    Column("client_id", ForeignKey("api_clients.client_id")),
    Column("scopes", Text, nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("ends_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id"),
    Index(None, "account_id"),
    Index(None, "ends_ms"),
)
"""A sign-in: the family of all tokens that grow out of it. ``client_id`` is the app that it
was for, and null for the desktop itself."""

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_sha256", LargeBinary(32), primary_key=True),
    Column("family_id", ForeignKey("sign_ins.id", ondelete="CASCADE"), nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("replaced_ms", BigInteger),
    Column("successor_sha256", LargeBinary(32)),
    Column("dropped_ms", BigInteger),
    Index(None, "family_id"),
)

pins = Table(
    "pins",
    metadata,
    Column("publisher_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("pin_hash", String(256), nullable=False),
    Column("wrong_tries", Integer, nullable=False, default=0),
    Column("closed_until_ms", BigInteger, nullable=False, default=0),
    points_to("user_id", "users"),
)
