"""Tables of the registry.

``applications.client_id`` names the app both in a launch and at the token endpoint;
``deployment_id`` is the one deployment each app has here.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from timeback_desktop.backend.db.metadata import metadata

publishers = Table(
    "publishers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(256), nullable=False, unique=True),
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
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("publisher_id", "name"),
)

api_clients = Table(
    "api_clients",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("publisher_id", ForeignKey("publishers.id"), nullable=False),
    Column("application_id", ForeignKey("applications.id")),
    Column("name", String(256), nullable=False),
    Column("secret_sha256", LargeBinary(32), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)
