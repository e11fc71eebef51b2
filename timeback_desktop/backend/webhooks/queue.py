"""The deliveries that wait: who takes which of them, and what is noted of a try.

Whoever takes a delivery puts it off by :data:`LEASE_MS` in the same transaction, so that no
other backend takes it too. Should its process end before the try is noted, the delivery is
due again after that, under the same id: it may arrive twice, and never not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, or_, select, update

from timeback_desktop.backend.webhooks.models import webhook_deliveries, webhooks
from timeback_desktop.backend.webhooks.outcomes import TRIES, Outcome, pause_ms
from timeback_desktop.backend.webhooks.owners import may_hear
from timeback_desktop.backend.webhooks.service import Owner
from timeback_desktop.backend.webhooks.states import PENDING, DeliveryStatus, kept_until

LEASE_MS = 90_000
"""Longer than any try takes."""
FAILING_DAY_MS = 86_400_000
_IN_ALL, _OF_A_CLIENT, _OF_A_WEBHOOK, _OF_A_FAILING_ONE = 64, 16, 8, 1
_SWEPT_AT_ONCE = 1000

_rows = webhook_deliveries.c


@dataclass(frozen=True, slots=True)
class Errand:
    """A delivery that was taken: what is to be sent where. Without a batch it is a test."""

    owner: Owner
    id: str
    webhook_id: str
    target_url: str
    sealed_secret: str
    batch_id: int | None
    place: int | None
    event_type: str
    created_ms: int
    attempts: int

    @property
    def this(self) -> ColumnElement[bool]:
        """Return the condition for its row, as long as it is still to be delivered."""
        return and_(self.owner.has(webhook_deliveries, self.id), _rows.status == PENDING)


@dataclass(slots=True)
class Room:
    """How much is under way from here, so that nobody's slow server takes all the places."""

    _busy: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def for_webhook(self, row: Row[Any]) -> int:
        """Return how many more deliveries of a webhook may begin."""
        most = _OF_A_WEBHOOK if row.failing_since_ms is None else _OF_A_FAILING_ONE
        client = (row.publisher_id, row.client_id)
        left = most - self._busy[*client, row.id]
        return max(0, min(left, _OF_A_CLIENT - self._busy[client], _IN_ALL - self._busy[()]))

    def copy(self) -> Room:
        """Return a second count that starts from this one."""
        return Room(self._busy.copy())

    def enter(self, errand: Errand) -> None:
        """Count a delivery that begins."""
        self._busy.update(_counted(errand))

    def leave(self, errand: Errand) -> None:
        """Count it off again."""
        self._busy.subtract(_counted(errand))
        self._busy += Counter()  # drops what is zero


def _counted(errand: Errand) -> list[tuple[str, ...]]:
    client = (errand.owner.publisher_id, errand.owner.client_id)
    return [(), client, (*client, errand.webhook_id)]


def has_due(connection: Connection, now_ms: int) -> bool:
    """Tell whether anything can be taken."""
    return connection.execute(_due_webhooks(now_ms).limit(1)).first() is not None


def claim(connection: Connection, room: Room, now_ms: int) -> list[Errand]:
    """Take what is due, as far as there is room, those first that wait longest."""
    taken = []
    for hook in connection.execute(_due_webhooks(now_ms)).all():
        for row in _due(connection, hook, now_ms, room.for_webhook(hook)):
            errand = _errand(hook, row)
            room.enter(errand)
            taken.append(errand)
            connection.execute(
                update(webhook_deliveries).where(errand.this).values(due_ms=now_ms + LEASE_MS)
            )
    return taken


def note(connection: Connection, errand: Errand, outcome: Outcome, now_ms: int) -> None:
    """Write down how a try went; what was erased or taken back meanwhile stays so."""
    attempts = errand.attempts + 1
    told: dict[str, Any] = {
        "attempts": attempts,
        "response_status": outcome.status,
        "error": outcome.error and outcome.error[:256],
        "tried_ms": now_ms,
    }
    if outcome.again and attempts < TRIES:
        told["due_ms"] = now_ms + pause_ms(errand.id, attempts, outcome)
    else:
        status = DeliveryStatus.DEAD if outcome.error else DeliveryStatus.DELIVERED
        told |= {"status": status, "until_ms": kept_until(status, now_ms)}
    connection.execute(update(webhook_deliveries).where(errand.this).values(told))
    if outcome.tells_of_target:
        _note_target(connection, errand, outcome, now_ms)


def _note_target(connection: Connection, errand: Errand, outcome: Outcome, now_ms: int) -> None:
    """Keep since when a target fails, and switch its webhook off after a day of that."""
    this, since = errand.owner.has(webhooks, errand.webhook_id), webhooks.c.failing_since_ms
    if outcome.error is None:
        connection.execute(
            update(webhooks).where(this, since.is_not(None)).values(failing_since_ms=None)
        )
        return
    connection.execute(
        update(webhooks).where(this, since.is_(None)).values(failing_since_ms=now_ms)
    )
    reason = f"Nothing could be delivered for a day. {outcome.error}"[:256]
    lasting = and_(this, webhooks.c.active, since <= now_ms - FAILING_DAY_MS)
    off = {"active": False, "off_reason": reason, "updated_ms": now_ms}
    connection.execute(update(webhooks).where(lasting).values(off))


def sweep(connection: Connection, now_ms: int) -> int:
    """Forget some of what has been kept long enough; return how many rows."""
    key = (_rows.publisher_id, _rows.client_id, _rows.id)
    old = select(*key).where(_rows.until_ms <= now_ms).limit(_SWEPT_AT_ONCE)
    found = connection.execute(old).all()
    for publisher_id, client_id, row_id in found:
        this = Owner(publisher_id, client_id).has(webhook_deliveries, row_id)
        connection.execute(delete(webhook_deliveries).where(this))
    return len(found)


def _of_webhook(hook: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        _rows.publisher_id == hook.publisher_id,
        _rows.client_id == hook.client_id,
        _rows.webhook_id == hook.id,
    )


def _due_webhooks(now_ms: int) -> Any:
    """Select the webhooks for which something is due; a test also when they are off."""
    due = (
        select(func.min(_rows.due_ms))
        .where(
            *_of_webhook(webhooks.c),
            _rows.status == PENDING,
            _rows.due_ms <= now_ms,
            or_(webhooks.c.active, _rows.batch_id.is_(None)),
        )
        .scalar_subquery()
    )
    return may_hear().where(due.is_not(None)).order_by(due, webhooks.c.id)


def _due(connection: Connection, hook: Row[Any], now_ms: int, most: int) -> Sequence[Row[Any]]:
    if not most:
        return ()
    due = [*_of_webhook(hook), _rows.status == PENDING, _rows.due_ms <= now_ms]
    if not hook.active:
        due.append(_rows.batch_id.is_(None))
    chosen = select(webhook_deliveries).where(*due).order_by(_rows.due_ms, _rows.id).limit(most)
    return connection.execute(chosen).all()


def _errand(hook: Row[Any], row: Row[Any]) -> Errand:
    return Errand(
        owner=Owner(row.publisher_id, row.client_id),
        id=row.id,
        webhook_id=row.webhook_id,
        target_url=hook.target_url,
        sealed_secret=hook.sealed_secret,
        batch_id=row.batch_id,
        place=row.place,
        event_type=row.event_type,
        created_ms=row.created_ms,
        attempts=row.attempts,
    )
