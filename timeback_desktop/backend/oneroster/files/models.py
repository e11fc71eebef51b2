"""Tables of imports: what was asked, how it went, and every fault that was found.

A refused row names a child, so the report of an import is kept only as long as it is of use:
the newest few of each tenant (see ``jobs``).
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKeyConstraint, Integer, String, Table

from timeback_desktop.backend.db.metadata import metadata, tenant_key

import_jobs = Table(
    "import_jobs",
    metadata,
    tenant_key(),
    Column("id", String(36), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("options", JSON, nullable=False),
    Column("progress", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("notices", JSON, nullable=False),
    Column("failure", String(1024)),
    Column("created_ms", BigInteger, nullable=False),
    Column("touched_ms", BigInteger, nullable=False),
    Column("cancelled_ms", BigInteger),
    Column("finished_ms", BigInteger),
)

import_refusals = Table(
    "import_refusals",
    metadata,
    tenant_key(),
    Column("job_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("file", String(64), nullable=False),
    Column("line", Integer, nullable=False),
    Column("sourced_id", String(255), nullable=False),
    Column("column", String(128), nullable=False),
    Column("message", String(1024), nullable=False),
    ForeignKeyConstraint(
        ["publisher_id", "job_id"], ["import_jobs.publisher_id", "import_jobs.id"]
    ),
)
