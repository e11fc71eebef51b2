"""The one :class:`MetaData` that every table of the backend belongs to.

The naming convention gives each constraint a name that is the same on every database,
which migrations need in order to change one later.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
SOURCED_ID = String(255)
"""A name that a school's own system gave: ours are UUIDs, theirs are anything printable."""


def tenant_key() -> Column[str]:
    """Return the column that leads the key of everything a tenant owns."""
    return Column("publisher_id", ForeignKey("publishers.id"), primary_key=True)


def points_to(column: str, table: str, **options: Any) -> ForeignKeyConstraint:
    """Return the constraint that ``column`` names a row of ``table`` of the same tenant."""
    return ForeignKeyConstraint(
        ["publisher_id", column], [f"{table}.publisher_id", f"{table}.id"], **options
    )
