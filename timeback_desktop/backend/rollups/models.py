"""Tables of figures by day: of each student, and of each class and school.

A day is a day of the school's time zone, as a number: days since 1970-01-01. In the tables of
a student ``application_id`` is empty where no app is known, because a key takes no NULL.

``ms`` is what counts after ownership, overlays and reviews: it is added up and shown.
``told_ms`` is what was told for the same cell, whether it counts or not. ``state`` is a
``partition.State``, or ``habit`` for engaged time under a habit, or ``anti-pattern`` for what
lies over the states. ``measured`` tells the desktop's time from what apps claim.

``student_days`` tell how far a day has been added up in order: as long as nothing overlaps,
figures are only added; a day on which something does is folded anew as a whole (``folded``).
``revision`` rises with every change of the day.

A group's day is added up when it is asked for: ``group_days.revisions`` is the sum of its
students' revisions as they were then, and the day is added up again when they are others.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
)

from timeback_desktop.backend.db.metadata import SOURCED_ID, metadata

HABIT = "habit"
ANTI_PATTERN = "anti-pattern"
TIMES = ("ms", "told_ms")
RESULTS = (
    "events",
    "answered",
    "correct",
    "activities",
    "xp_milli",
    "total_questions",
    "correct_questions",
    "mastered_units",
)


def _key(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _of_student() -> list[Column[Any]]:
    return [_key("publisher_id", String(36)), _key("user_id", SOURCED_ID), _key("day", Integer)]


def _of_group() -> list[Column[Any]]:
    return [
        _key("publisher_id", String(36)),
        _key("kind", String(8)),
        _key("group_id", SOURCED_ID),
        _key("day", Integer),
    ]


def _cell() -> list[Column[Any]]:
    return [_key("application_id", String(36)), _key("subject", String(64))]


def _side() -> list[Column[Any]]:
    return [_key("measured", Boolean), _key("state", String(16))]


def _sums(*names: str) -> list[Column[Any]]:
    return [Column(name, BigInteger, nullable=False) for name in names]


student_days = Table(
    "student_days",
    metadata,
    *_of_student(),
    Column("frontier_ms", BigInteger, nullable=False),
    Column("folded", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

day_times = Table(
    "day_times",
    metadata,
    *_of_student(),
    *_cell(),
    *_side(),
    *_sums(*TIMES),
    sqlite_with_rowid=False,
)

day_results = Table(
    "day_results",
    metadata,
    *_of_student(),
    *_cell(),
    *_sums(*RESULTS),
    sqlite_with_rowid=False,
)

group_times = Table(
    "group_times",
    metadata,
    *_of_group(),
    *_cell(),
    *_side(),
    *_sums(*TIMES),
    sqlite_with_rowid=False,
)

group_results = Table(
    "group_results",
    metadata,
    *_of_group(),
    *_cell(),
    *_sums(*RESULTS),
    sqlite_with_rowid=False,
)

group_days = Table(
    "group_days",
    metadata,
    *_of_group(),
    Column("revisions", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

group_members = Table(
    "group_members",
    metadata,
    _key("publisher_id", String(36)),
    _key("kind", String(8)),
    _key("group_id", SOURCED_ID),
    Column("members_sha256", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)

rolled_zones = Table(
    "rolled_zones",
    metadata,
    Column("publisher_id", ForeignKey("publishers.id"), primary_key=True),
    Column("time_zone", String(64), nullable=False),
)
