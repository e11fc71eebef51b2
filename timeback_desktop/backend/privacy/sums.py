"""Take a person's share off the figures of the classes and schools that he is in.

A group's day is added up from its students' when it is asked for. So the days of his that a
group holds are forgotten, in every group that he is or ever was in; whoever asks for them
next gets them without him.
"""

from __future__ import annotations

from sqlalchemy import Connection, Select, delete, select, union

from timeback_desktop.backend.rollups.groups import GroupKind
from timeback_desktop.backend.rollups.models import (
    day_results,
    day_times,
    group_days,
    group_results,
    group_times,
    student_days,
)
from timeback_desktop.backend.roster.models import enrollments

_OF_GROUPS = (group_times, group_results, group_days)
_DAYS_AT_ONCE = 400


def take_off(connection: Connection, tenant: str, user_id: str) -> None:
    """Let the groups of a person forget the days on which he has figures."""
    seats = select(enrollments.c.class_id).where(
        enrollments.c.publisher_id == tenant, enrollments.c.user_id == user_id
    )
    days = sorted(connection.scalars(_days(tenant, user_id)))
    for start in range(0, len(days), _DAYS_AT_ONCE):
        part = days[start : start + _DAYS_AT_ONCE]
        for table in _OF_GROUPS:
            # He may have changed schools, which nothing tells: the days of all are forgotten.
            his = (table.c.kind == GroupKind.ORG.value) | table.c.group_id.in_(seats)
            these = (table.c.publisher_id == tenant, table.c.day.in_(part))
            connection.execute(delete(table).where(*these, his))


def _days(tenant: str, user_id: str) -> Select[tuple[int]]:
    every = union(
        *(
            select(table.c.day).where(table.c.publisher_id == tenant, table.c.user_id == user_id)
            for table in (student_days, day_times, day_results)
        )
    ).subquery()
    return select(every.c.day)
