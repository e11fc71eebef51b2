"""Tables of webhooks: the tenant and the client that owns one lead every key.

``heard_batch`` is the last batch of events that a webhook was asked about; a webhook without
one begins at the end of what is there. ``failing_since_ms`` tells since when no delivery has
succeeded, ``off_reason`` why it was switched off when nobody asked for that.

A delivery names its event by its place in ``event_batches`` and holds nothing of it: once an
event is erased or expires, there is nothing left to deliver. One without a batch is a test.
``due_ms`` tells when it is tried next; whoever tries it puts that off first, so that nobody
else does meanwhile. ``until_ms`` tells how long the row is kept.
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
    String,
    Table,
    Text,
)

from timeback_desktop.backend.db.metadata import metadata, tenant_key


def _owned() -> tuple[Column[str], Column[str], Column[str]]:
    """Return the key of what a client keeps here."""
    return (
        tenant_key(),
        Column("client_id", ForeignKey("api_clients.client_id"), primary_key=True),
        Column("id", String(36), primary_key=True),
    )


def _dated() -> tuple[Column[int], Column[int]]:
    return (
        Column("created_ms", BigInteger, nullable=False),
        Column("updated_ms", BigInteger, nullable=False),
    )


webhooks = Table(
    "webhooks",
    metadata,
    *_owned(),
    Column("name", String(256), nullable=False),
    Column("description", String(1024)),
    Column("target_url", String(512), nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("sensor", String(512)),
    Column("active", Boolean, nullable=False),
    Column("heard_batch", BigInteger),
    Column("failing_since_ms", BigInteger),
    Column("off_reason", String(256)),
    *_dated(),
)

webhook_filters = Table(
    "webhook_filters",
    metadata,
    *_owned(),
    Column("webhook_id", String(36), nullable=False),
    Column("filter_key", String(256), nullable=False),
    Column("filter_value", String(1024), nullable=False),
    Column("filter_type", String(16), nullable=False),
    Column("filter_operator", String(16), nullable=False),
    Column("active", Boolean, nullable=False),
    *_dated(),
    ForeignKeyConstraint(
        ["publisher_id", "client_id", "webhook_id"],
        ["webhooks.publisher_id", "webhooks.client_id", "webhooks.id"],
        name="fk_webhook_filters_webhook",
        ondelete="CASCADE",
    ),
    Index("ix_webhook_filters_webhook", "publisher_id", "client_id", "webhook_id"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    *_owned(),
    Column("webhook_id", String(36), nullable=False),
    Column("batch_id", BigInteger),
    Column("place", Integer),
    Column("event_id", String(36)),
    Column("event_type", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("response_status", Integer),
    Column("error", String(256)),
    Column("created_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("tried_ms", BigInteger),
    Column("until_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["publisher_id", "client_id", "webhook_id"],
        ["webhooks.publisher_id", "webhooks.client_id", "webhooks.id"],
        name="fk_webhook_deliveries_webhook",
        ondelete="CASCADE",
    ),
    Index(
        "ix_webhook_deliveries_webhook", "publisher_id", "client_id", "webhook_id", "status", "id"
    ),
    Index(None, "until_ms"),
)
