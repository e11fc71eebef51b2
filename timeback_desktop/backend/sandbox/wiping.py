"""Taking away everything that a tenant holds.

Which tables those are is read off the tables themselves: whatever has a tenant in it is
emptied, so that one which is added later is not forgotten. What stays is who may call.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Table, delete

from timeback_desktop.backend.auth.models import access_tokens, publisher_members
from timeback_desktop.backend.db.tables import metadata
from timeback_desktop.backend.registry.models import (
    api_clients,
    application_grants,
    application_history,
    application_pictures,
    applications,
)

KEPT: frozenset[Table] = frozenset(
    {
        access_tokens,  # those of clients; the ones of people go with the people
        api_clients,
        application_grants,
        application_history,
        application_pictures,
        applications,
        publisher_members,
    }
)


def emptied() -> Iterator[Table]:
    """Yield the tables that a tenant's rows are taken from, in an order that keys allow."""
    for table in reversed(metadata.sorted_tables):
        if "publisher_id" in table.c and table not in KEPT:
            yield table


def wipe(connection: Connection, tenant_id: str) -> None:
    """Take away everything that a tenant holds, in the transaction of the caller."""
    tokens = access_tokens.c
    of_people = (tokens.publisher_id == tenant_id, tokens.user_id.is_not(None))
    connection.execute(delete(access_tokens).where(*of_people))
    for table in emptied():
        connection.execute(delete(table).where(table.c.publisher_id == tenant_id))
