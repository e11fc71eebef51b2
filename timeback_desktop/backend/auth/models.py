"""Tables of the authority: access tokens, and people's PINs.

Neither is stored as such. A token is 256 random bits, so its SHA-256 is kept (see
``backend.secret``); a PIN has ten thousand values, so it gets a slow hash, argon2.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

from timeback_desktop.backend.db.metadata import metadata

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("token_sha256", LargeBinary(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("publisher_id", ForeignKey("publishers.id"), nullable=False),
    Column("user_id", String(36)),
    Column("client_id", ForeignKey("api_clients.client_id")),
    Column("scopes", Text, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    ForeignKeyConstraint(["publisher_id", "user_id"], ["users.publisher_id", "users.id"]),
    Index(None, "expires_ms"),
)

pins = Table(
    "pins",
    metadata,
    Column("publisher_id", String(36), primary_key=True),
    Column("user_id", String(36), primary_key=True),
    Column("pin_hash", String(256), nullable=False),
    Column("wrong_tries", Integer, nullable=False, default=0),
    Column("closed_until_ms", BigInteger, nullable=False, default=0),
    ForeignKeyConstraint(["publisher_id", "user_id"], ["users.publisher_id", "users.id"]),
)
