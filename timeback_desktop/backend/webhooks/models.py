"""Tables of webhooks: the tenant and the client that owns one lead every key."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
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
