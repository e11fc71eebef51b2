"""The table of subject tracks: which course a subject and a grade lead to.

The id is derived from what a track is for, so there is one for each, whoever writes it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to, tenant_key

subject_tracks = Table(
    "subject_tracks",
    metadata,
    tenant_key(),
    Column("id", String(36), primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("grade", String(64), nullable=False),
    Column("org_id", SOURCED_ID),
    Column("course_id", SOURCED_ID, nullable=False),
    Column("modified_ms", BigInteger, nullable=False),
    points_to("org_id", "orgs"),
    points_to("course_id", "courses"),
    Index(None, "publisher_id", "course_id"),
)
