"""Tables of custody: the audit trail, rules of retention, and what was erased or asked to be.

None of them holds anything of a person but the ids of the roster, so that they may outlive an
erasure. ``audit_entries`` are numbered from 1 in each tenant, and each holds the hash of the
one before (see ``trail``). ``kept_since`` tells from when on the kinds of ``retention_rules``
are complete; ``erased_students`` up to when everything about a student was erased, and whether
that is done: what is not is finished by whoever comes next.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, tenant_key


def _actor(prefix: str) -> tuple[Column[str], Column[str]]:
    """Return who did something: a kind of caller, and its id."""
    return (
        Column(f"{prefix}_kind", String(16), nullable=False),
        Column(f"{prefix}_id", SOURCED_ID, nullable=False),
    )


audit_entries = Table(
    "audit_entries",
    metadata,
    tenant_key(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    *_actor("actor"),
    Column("action", String(32), nullable=False),
    Column("subject_id", SOURCED_ID),
    Column("detail", String(64)),
    Column("counts", JSON, nullable=False),
    Column("previous_sha256", LargeBinary(32), nullable=False),
    Column("entry_sha256", LargeBinary(32), nullable=False),
    Index(None, "publisher_id", "subject_id", "number"),
)

retention_rules = Table(
    "retention_rules",
    metadata,
    tenant_key(),
    Column("kind", String(16), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

kept_since = Table(
    "kept_since",
    metadata,
    Column("publisher_id", ForeignKey("publishers.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
)

erased_students = Table(
    "erased_students",
    metadata,
    tenant_key(),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("scope", String(16), nullable=False),
    Column("before_ms", BigInteger, nullable=False),
    *_actor("actor"),
    Column("finished_ms", BigInteger),
)

erasure_requests = Table(
    "erasure_requests",
    metadata,
    tenant_key(),
    Column("id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, nullable=False),
    Column("scope", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    *_actor("asker"),
    Column("asked_ms", BigInteger, nullable=False),
    Column("decided_ms", BigInteger),
    Index(None, "publisher_id", "state", "id"),
    Index(None, "publisher_id", "user_id"),
)
