"""Tables of the registry.

A publisher is a tenant. Its ``kind`` says what for: a ``school`` has people of its own, a
``publisher`` has apps, a ``sandbox`` has pretended people and belongs to one of the others.

``applications.client_id`` names the app both in a launch and at the token endpoint;
``deployment_id`` is the one deployment each app has here. ``application_grants`` says in
which tenant an app may be seen, launched and heard.

An API client acts on the data of one tenant (``publisher_id``) in one ``environment`` and
is managed by its owner (``owner_id``): an app's two clients have one owner, but the
sandbox's secret never opens the school.
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
    UniqueConstraint,
)

from timeback_desktop.backend.db.metadata import metadata, tenant_key

ENDED = ("suspended", "archived")
"""The states of an app in which neither it nor its tokens are good for anything."""

publishers = Table(
    "publishers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(256), nullable=False, unique=True),
    Column("kind", String(16), nullable=False, server_default="school"),
    Column("time_zone", String(64), nullable=False, server_default="UTC"),
    Column("session_timeout_min", Integer, nullable=False, server_default="10"),
    Column("sandbox_of", ForeignKey("publishers.id"), unique=True),
    Column("created_ms", BigInteger, nullable=False),
)

applications = Table(
    "applications",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("publisher_id", ForeignKey("publishers.id"), nullable=False),
    Column("name", String(256), nullable=False),
    Column("description", String(1024), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("grades", JSON, nullable=False),
    Column("accent", String(7), nullable=False),
    Column("icon_url", String(512)),
    Column("cover_url", String(512)),
    Column("application_type", String(16), nullable=False, server_default="learning_app"),
    Column("launch_method", String(16), nullable=False, server_default="lti"),
    Column("login_url", String(512), nullable=False),
    Column("launch_url", String(512), nullable=False),
    Column("redirect_uris", JSON, nullable=False),
    Column("jwks_url", String(512)),
    Column("allowed_hosts", JSON, nullable=False),
    Column("embedded_media", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_reason", String(256)),
    Column("client_id", String(64), nullable=False, unique=True),
    Column("deployment_id", String(64), nullable=False, unique=True),
    Column("metadata", JSON),
    Column("created_ms", BigInteger, nullable=False),
    Column("modified_ms", BigInteger, nullable=False, server_default="0"),
    Column("promotion_asked_ms", BigInteger),
    UniqueConstraint("publisher_id", "name"),
)

application_grants = Table(
    "application_grants",
    metadata,
    tenant_key(),
    Column("application_id", ForeignKey("applications.id"), primary_key=True),
    Column("granted_ms", BigInteger, nullable=False),
    Index(None, "application_id"),
)

application_history = Table(
    "application_history",
    metadata,
    tenant_key(),
    Column("application_id", ForeignKey("applications.id"), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("what", String(32), nullable=False),
    Column("who", String(300), nullable=False),
    Column("by_platform", Boolean, nullable=False),
    Column("note", String(256)),
    Column("at_ms", BigInteger, nullable=False),
)
"""Who did what with an app, and when; ``by_platform`` tells who runs the platform from makers."""

application_pictures = Table(
    "application_pictures",
    metadata,
    tenant_key(),
    Column("application_id", ForeignKey("applications.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("media_type", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fetched_ms", BigInteger, nullable=False),
)

api_clients = Table(
    "api_clients",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("publisher_id", ForeignKey("publishers.id"), nullable=False),
    Column("owner_id", ForeignKey("publishers.id"), nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("environment", String(16), nullable=False, server_default="production"),
    Column("name", String(256), nullable=False),
    Column("secret_sha256", LargeBinary(32), nullable=False),
    Column("previous_sha256", LargeBinary(32)),
    Column("previous_until_ms", BigInteger),
    Column("jwks", JSON),
    Column("scopes", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)
