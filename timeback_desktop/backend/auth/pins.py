"""PINs: few digits, for people who stand at the school's own window (see ``tries``)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, select

from timeback_desktop.backend.auth.models import pins
from timeback_desktop.backend.auth.tries import Try, hashed, try_secret


def set_pin(connection: Connection, publisher_id: str, user_id: str, pin: str) -> None:
    """Give a person a PIN, in place of the one before."""
    connection.execute(delete(pins).where(_of(publisher_id, user_id)))
    connection.execute(
        insert(pins).values(publisher_id=publisher_id, user_id=user_id, pin_hash=hashed(pin))
    )


def people_with_pin(connection: Connection, publisher_id: str) -> frozenset[str]:
    """Return the ids of the tenant's people who have a PIN."""
    found = select(pins.c.user_id).where(pins.c.publisher_id == publisher_id)
    return frozenset(connection.scalars(found))


def try_pin(engine: Engine, publisher_id: str, user_id: str, pin: str, now_ms: int) -> Try:
    """Judge a PIN; a person without one has none to get right."""
    return try_secret(engine, pins.c.pin_hash, _of(publisher_id, user_id), pin, now_ms)


def _of(publisher_id: str, user_id: str) -> ColumnElement[bool]:
    return and_(pins.c.publisher_id == publisher_id, pins.c.user_id == user_id)
