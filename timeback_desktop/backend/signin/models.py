"""Tables of sign-in: passwords, invitations, and what is open for a few minutes.

Whatever a person or a client shows later (codes, tickets) is kept as a hash. Rows that
expire are swept when the next one of their kind is written.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to


def _tries() -> tuple[Column[int], Column[int]]:
    """Return the columns that ``auth.tries`` counts in."""
    return (
        Column("wrong_tries", Integer, nullable=False, default=0),
        Column("closed_until_ms", BigInteger, nullable=False, default=0),
    )


def _holder() -> tuple[Column[str], Column[str], Column[str]]:
    """Return the columns that name who signed in: a person of a roster, or an account."""
    return (
        Column("publisher_id", ForeignKey("publishers.id")),
        Column("user_id", SOURCED_ID),
        Column("account_id", ForeignKey("accounts.id")),
    )


user_passwords = Table(
    "user_passwords",
    metadata,
    Column("publisher_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("password_hash", String(256), nullable=False),
    Column("set_ms", BigInteger, nullable=False),
    *_tries(),
    points_to("user_id", "users"),
)

account_passwords = Table(
    "account_passwords",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("password_hash", String(256), nullable=False),
    Column("set_ms", BigInteger, nullable=False),
    *_tries(),
)

invitations = Table(
    "invitations",
    metadata,
    Column("code_sha256", LargeBinary(32), primary_key=True),
    *_holder(),
    Column("expires_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id"),
    Index(None, "account_id"),
    Index(None, "expires_ms"),
)

sign_in_redirects = Table(
    "sign_in_redirects",
    metadata,
    Column("application_id", ForeignKey("applications.id"), primary_key=True),
    Column("redirect_uris", JSON, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("modified_ms", BigInteger, nullable=False),
)
"""Where an app wants people sent who signed in for it; other places than those of a launch.

A ``public`` app runs where it can keep no secret, in a browser or on a phone."""

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("ticket_sha256", LargeBinary(32), primary_key=True),
    Column("browser_sha256", LargeBinary(32), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("asked", JSON, nullable=False),
    *_holder(),
    Column("expires_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
    Index(None, "expires_ms"),
)
"""A page that waits for its answer; the holder is known once the person has signed in."""

authorization_codes = Table(
    "authorization_codes",
    metadata,
    Column("code_sha256", LargeBinary(32), primary_key=True),
    Column("client_id", String(64), nullable=False),
    Column("redirect_uri", String(512), nullable=False),
    Column("challenge", String(43), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("nonce", String(512)),
    *_holder(),
    Column("signed_in_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("family_id", String(36)),
    points_to("user_id", "users"),
    Index(None, "expires_ms"),
)
"""``family_id`` is the sign-in that a code was exchanged for: a code has none until then."""

device_codes = Table(
    "device_codes",
    metadata,
    Column("device_sha256", LargeBinary(32), primary_key=True),
    Column("user_code_sha256", LargeBinary(32), nullable=False, unique=True),
    Column("client_id", String(64), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("polled_ms", BigInteger),
    Column("allowed", Boolean),
    Column("decided_ms", BigInteger),
    *_holder(),
    points_to("user_id", "users"),
    Index(None, "expires_ms"),
)

federated_identities = Table(
    "federated_identities",
    metadata,
    Column("issuer", String(512), primary_key=True),
    Column("subject", String(255), primary_key=True),
    *_holder(),
    Column("linked_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
    Index(None, "publisher_id", "user_id"),
    Index(None, "account_id"),
)
