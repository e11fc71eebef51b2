"""The history of an app: who did what with it, and when. It is only ever added to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from timeback_desktop import ids
from timeback_desktop.backend.registry.models import application_history
from timeback_desktop.backend.registry.service import Application


class Step(StrEnum):
    """What can happen to an app."""

    REGISTERED = "registered"
    CHANGED = "changed"
    SECRET_ROTATED = "secret_rotated"  # noqa: S105 the name of a step
    SANDBOX_SECRET_ROTATED = "sandbox_secret_rotated"  # noqa: S105 the name of a step
    PROMOTION_ASKED = "promotion_asked"
    PROMOTED = "promoted"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history; ``by_platform`` is set for those who run the platform."""

    what: Step
    who: str
    by_platform: bool
    note: str | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class Author:
    """Who does something, and when."""

    name: str
    by_platform: bool
    at_ms: int

    def did(self, what: Step, note: str | None = None) -> Entry:
        """Return the line that tells it."""
        return Entry(what, self.name, self.by_platform, note, self.at_ms)


def write(connection: Connection, app: Application, entry: Entry) -> None:
    """Add a line to the history of an app."""
    line = {**asdict(entry), "publisher_id": app.publisher_id, "application_id": app.id}
    connection.execute(insert(application_history).values(**line, id=ids.mint()))


def history_of(connection: Connection, app: Application) -> list[Entry]:
    """Return the whole history of an app, oldest first."""
    kept = application_history.c
    rows = connection.execute(
        select(kept.what, kept.who, kept.by_platform, kept.note, kept.at_ms)
        .where(kept.publisher_id == app.publisher_id, kept.application_id == app.id)
        .order_by(kept.id)
    )
    return [Entry(Step(row.what), row.who, row.by_platform, row.note, row.at_ms) for row in rows]


def last(connection: Connection, app: Application, what: Step) -> Entry | None:
    """Return the last time that something happened to an app."""
    return next((e for e in reversed(history_of(connection, app)) if e.what is what), None)
