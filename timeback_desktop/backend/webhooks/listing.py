"""What a webhook's owner is told of its deliveries, and what he may do with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, insert, select, update

from timeback_desktop import ids
from timeback_desktop.backend.webhooks import service
from timeback_desktop.backend.webhooks.models import webhook_deliveries
from timeback_desktop.backend.webhooks.sending import PING
from timeback_desktop.backend.webhooks.service import Owner, instant
from timeback_desktop.backend.webhooks.states import PENDING, DeliveryStatus, kept_until
from timeback_desktop.clock import iso_utc
from timeback_desktop.errors import ContractFault

Json = dict[str, Any]
_rows = webhook_deliveries.c


def listed(  # noqa: PLR0913, PLR0917 - whose, which, and which part of them
    connection: Connection,
    owner: Owner,
    webhook_id: str,
    status: DeliveryStatus | None,
    before: str | None,
    limit: int,
) -> Json:
    """Return some deliveries of a webhook, the newest first, and where the next ones begin."""
    service.webhook(connection, owner, webhook_id)
    chosen = select(webhook_deliveries).where(_of(owner, webhook_id))
    if status is not None:
        chosen = chosen.where(_rows.status == status)
    if before is not None:
        chosen = chosen.where(_rows.id < before)
    rows = connection.execute(chosen.order_by(_rows.id.desc()).limit(limit + 1)).all()
    more = rows[limit - 1].id if len(rows) > limit else None
    return {"deliveries": [_delivery(row) for row in rows[:limit]], "before": more}


def delivery(connection: Connection, owner: Owner, webhook_id: str, delivery_id: str) -> Json:
    """Return one delivery, or answer 404."""
    return _delivery(_one(connection, owner, webhook_id, delivery_id))


def try_again(
    connection: Connection, owner: Owner, webhook_id: str, delivery_id: str, now_ms: int
) -> Json:
    """Let a delivery that has ended be delivered once more, under the same id."""
    if _one(connection, owner, webhook_id, delivery_id).status == PENDING:
        raise ContractFault("This delivery is still under way.", status=409)
    this = owner.has(webhook_deliveries, delivery_id)
    connection.execute(update(webhook_deliveries).where(this).values(_waiting(now_ms)))
    return delivery(connection, owner, webhook_id, delivery_id)


def ping(connection: Connection, owner: Owner, webhook_id: str, now_ms: int) -> Json:
    """Let a test be delivered, also to a webhook that is off; one at a time."""
    service.webhook(connection, owner, webhook_id)
    testing = exists().where(
        _of(owner, webhook_id), _rows.status == PENDING, _rows.batch_id.is_(None)
    )
    if connection.scalar(select(testing)):
        raise ContractFault("A test is still under way.", status=409)
    named = {**owner.key, "id": ids.mint(), "webhook_id": webhook_id, "event_type": PING}
    row = {**named, "created_ms": now_ms, **_waiting(now_ms)}
    connection.execute(insert(webhook_deliveries).values(row))
    return delivery(connection, owner, webhook_id, named["id"])


def _waiting(now_ms: int) -> Json:
    until_ms = kept_until(PENDING, now_ms)
    return {"status": PENDING, "attempts": 0, "due_ms": now_ms, "until_ms": until_ms}


def _of(owner: Owner, webhook_id: str) -> ColumnElement[bool]:
    return and_(owner.has(webhook_deliveries), _rows.webhook_id == webhook_id)


def _one(connection: Connection, owner: Owner, webhook_id: str, delivery_id: str) -> Row[Any]:
    service.webhook(connection, owner, webhook_id)
    this = and_(_of(owner, webhook_id), _rows.id == delivery_id)
    row = connection.execute(select(webhook_deliveries).where(this)).one_or_none()
    if row is None:
        raise ContractFault("There is no such delivery.", status=404)
    return row


def _delivery(row: Row[Any]) -> Json:
    return {
        "id": row.id,
        "webhookId": row.webhook_id,
        "eventId": None if row.event_id is None else ids.to_urn(row.event_id),
        "eventType": row.event_type,
        "status": row.status,
        "attempts": row.attempts,
        "responseStatus": row.response_status,
        "error": row.error,
        "created_at": iso_utc(row.created_ms),
        "tried_at": instant(row.tried_ms),
        "due_at": instant(row.due_ms) if row.status == PENDING else None,
    }
