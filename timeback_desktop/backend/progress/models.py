"""Tables of the ledger: one row for each completion, and how far each student's ledger is.

Everything in the ledger can be worked out again from events, reviews, the gradebook and the
content's metadata (``service.rebuild``). Points are kept as thousandths. ``source`` says what
the row is about: an ``activity`` (its event's id) or a ``result`` (its sourcedId). ``focused_ms``
and ``waste_share`` are empty where the desktop measured nothing. ``told_attempt`` is what the
app said, ``attempt`` what counts.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    String,
    Table,
    Text,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata, points_to

xp_ledger = Table(
    "xp_ledger",
    metadata,
    Column("publisher_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("source", String(16), primary_key=True),
    Column("source_id", SOURCED_ID, primary_key=True),
    Column("application_id", String(36)),
    Column("session_id", String(36)),
    Column("subject", String(64), nullable=False),
    Column("course_id", SOURCED_ID),
    Column("activity", Text, nullable=False),
    Column("activity_name", Text),
    Column("attempt", BigInteger, nullable=False),
    Column("told_attempt", BigInteger),
    Column("accuracy", Float),
    Column("mastered_units", BigInteger),
    Column("mastered", Boolean, nullable=False),
    Column("expected_milli", BigInteger),
    Column("claimed_milli", BigInteger),
    Column("focused_ms", BigInteger),
    Column("waste_share", Float),
    Column("habits", JSON, nullable=False),
    Column("rule", String(32), nullable=False),
    Column("awarded_milli", BigInteger),
    points_to("user_id", "users"),
    sqlite_with_rowid=False,
)

xp_settled = Table(
    "xp_settled",
    metadata,
    Column("publisher_id", String(36), primary_key=True),
    Column("user_id", SOURCED_ID, primary_key=True),
    Column("batch_id", BigInteger, nullable=False),
    Column("reviews", Integer, nullable=False),
    Column("reviewed_ms", BigInteger, nullable=False),
    Column("results", Integer, nullable=False),
    Column("resulted_ms", BigInteger, nullable=False),
    points_to("user_id", "users"),
    sqlite_with_rowid=False,
)
