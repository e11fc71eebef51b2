"""What lies before the time that is still kept: it must neither come back nor be counted anew.

What was erased stays erased: an event of before that is sent again is refused, and says why.
What has expired cannot be told from what is new, because its id is forgotten with it: so
events from before :func:`raw_kept_since` are refused too. Both are asked in the transaction
that stores events; erasures are written in one of their own, and writers take turns.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import Connection, select

from timeback_desktop.backend.custody.models import erased_students, kept_since
from timeback_desktop.backend.db.bulk import put_rows, rows_in
from timeback_desktop.backend.roster.models import users

FOREVER_MS = 2**62


class Kind(StrEnum):
    """The kinds of what expires, each with a rule of its own."""

    EVENTS = "events"
    DETAILS = "details"
    FIGURES = "figures"
    SIGN_INS = "signIns"
    TOKENS = "tokens"


class Scope(StrEnum):
    """How much is erased: what a student did, or him with it."""

    ACTIVITY = "activity"
    EVERYTHING = "everything"


def erased_before(connection: Connection, tenant: str, user_ids: Iterable[str]) -> dict[str, int]:
    """Return up to when these students' events were erased; the others are absent.

    About somebody who was erased as a whole nothing is taken in, unless the school enters him
    in its roster once more: from then on he counts as new.
    """
    wanted = sorted(set(user_ids))
    columns = ("user_id", "scope", "before_ms")
    where = {"publisher_id": tenant}
    rows = list(rows_in(connection, erased_students, columns, where, "user_id", wanted))
    gone = [row[0] for row in rows if row[1] == Scope.EVERYTHING]
    here = {"publisher_id": tenant, "status": "active"}
    back = {row[0] for row in rows_in(connection, users, ("id",), here, "id", gone)}
    whole = set(gone) - back
    return {row[0]: FOREVER_MS if row[0] in whole else row[2] for row in rows}


def raw_kept_since(connection: Connection, tenant: str) -> int:
    """Return from when on a tenant's events are all kept; 0 when none has expired yet.

    Figures of days that begin earlier cannot be made again from events.
    """
    return since(connection, tenant, Kind.EVENTS)


def since(connection: Connection, tenant: str, kind: Kind) -> int:
    """Return from when on everything of a kind is kept."""
    table = kept_since.c
    found = select(table.since_ms).where(table.publisher_id == tenant, table.kind == kind)
    return connection.scalar(found) or 0


def move(connection: Connection, tenant: str, kind: Kind, since_ms: int) -> None:
    """Note that what lies before an instant is being taken away; it never moves back."""
    if since_ms > since(connection, tenant, kind):
        columns = ("publisher_id", "kind", "since_ms")
        put_rows(connection, kept_since, columns, [(tenant, kind.value, since_ms)])
