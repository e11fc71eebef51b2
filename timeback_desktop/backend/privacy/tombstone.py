"""What stays of a person who was erased as a whole: an id that means nobody any more.

Rows of others point to it (a class had a seat, a school had a student), and systems that copy
the roster have to hear that he is gone. So person, roles and seats stay, marked and without a
name; whatever column is added to them later is blanked too, if it can be.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, update

from timeback_desktop.backend.roster.models import enrollments, user_roles, users

_KEPT = {
    users: {"role", "org_id", "entered"},
    user_roles: {"role_type", "role", "org_id"},
    enrollments: {"class_id", "user_id", "school_id", "role", "primary", "entered"},
}


def set_up(connection: Connection, tenant: str, user_id: str, now_ms: int) -> None:
    """Blank what the roster tells of a person."""
    marked = {"status": "tobedeleted", "modified_ms": now_ms}
    users_row = {**_blank(users), **marked, "enabled": False, "grades": []}
    who = (users.c.publisher_id == tenant, users.c.id == user_id)
    connection.execute(update(users).where(*who).values(users_row))
    for table, more in ((user_roles, {}), (enrollments, marked)):
        mine = (table.c.publisher_id == tenant, table.c.user_id == user_id)
        connection.execute(update(table).where(*mine).values({**_blank(table), **more}))


def _blank(table: Table) -> dict[str, Any]:
    """Return nothing for every column that may be without a value, and no text for the others."""
    found: dict[str, Any] = {}
    for column in table.c:
        if column.primary_key or column.name in _KEPT[table]:
            continue
        if column.nullable:
            found[column.name] = None
        elif column.type.python_type is str:
            found[column.name] = ""
    return found
