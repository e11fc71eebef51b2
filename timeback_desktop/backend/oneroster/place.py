"""Where a document is written, and what can be asked of the roster around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Table, case, select

from timeback_desktop.backend.oneroster.values import Unfit, referred
from timeback_desktop.backend.roster import models as roster


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is written: the tenant, the row's sourcedId, and when."""

    connection: Connection
    tenant: str
    sourced_id: str
    now_ms: int

    def first(self, table: Table, *wanted: Any, order: tuple[Any, ...] = ()) -> str | None:
        """Return the id of the tenant's first living row that fits."""
        found = (
            select(table.c.id)
            .where(table.c.publisher_id == self.tenant, table.c.status == "active", *wanted)
            .order_by(*order, table.c.entered, table.c.id)
            .limit(1)
        )
        return self.connection.scalar(found)

    def pointed(self, table: Table, column: str, reference: Any) -> str | None:
        """Return what ``column`` holds in the row of the tenant that a reference names."""
        try:
            named = referred(reference)
        except Unfit:
            return None
        found = select(table.c[column]).where(
            table.c.publisher_id == self.tenant, table.c.id == named
        )
        return self.connection.scalar(found)

    def home(self) -> str | None:
        """Return the tenant's first school, or its first org of any kind."""
        return self.first(roster.orgs, order=(case((roster.orgs.c.type == "school", 0), else_=1),))

    @property
    def today(self) -> date:
        """Return the day it is, by UTC."""
        return datetime.fromtimestamp(self.now_ms / 1000, UTC).date()
