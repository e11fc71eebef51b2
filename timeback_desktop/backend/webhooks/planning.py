"""What has to be delivered: new events, held against every webhook that may hear of them.

Batches of events are numbered in the order of their commits. Each webhook remembers the last
one that it was asked about, and is moved on in the transaction that writes its deliveries
down: a crash loses none and doubles none, and whoever takes events in knows nothing of all
this. Of several backends on one database the first one moves a webhook on; the others find
it moved and drop what they had prepared. A webhook for which much is waiting is left where it
is until that is delivered: what it has not heard yet waits in the events themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, and_, func, insert, select, update

from timeback_desktop import ids
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.models import event_batches
from timeback_desktop.backend.events.reading import iri_of
from timeback_desktop.backend.webhooks.filters import Condition, all_agree
from timeback_desktop.backend.webhooks.models import (
    webhook_deliveries,
    webhook_filters,
    webhooks,
)
from timeback_desktop.backend.webhooks.owners import may_hear
from timeback_desktop.backend.webhooks.states import PENDING, kept_until

MOST_WAITING = 1000
_BATCHES_AT_ONCE = 100
_ROWS_AT_ONCE = 2000
_LEAST_EVENTS = 100

Json = dict[str, Any]
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Hearer:
    """A webhook that is asked about events: ``heard`` is the last batch it was asked about."""

    row: Row[Any]
    heard: int
    conditions: tuple[Condition, ...]

    @property
    def key(self) -> _Key:
        """Return what names the webhook."""
        return _key(self.row)

    def hears(self, kept: archive.Kept, event: Json) -> bool:
        """Tell whether an event is for this webhook."""
        if self.row.sensor is not None and self.row.sensor != kept.sensor:
            return False
        return self._may_read(kept, event) and all_agree(self.conditions, event)

    def _may_read(self, kept: archive.Kept, event: Json) -> bool:
        """Tell whether an event is of the app whose client this is; a school's reads all."""
        own = self.row.application_id
        if own is None or kept.application_id is not None:
            return own is None or bool(kept.application_id == own)
        iri = iri_of(event.get("edApp"))
        return (
            bool(kept.client_id == self.row.client_id) if iri is None else ids.from_iri(iri) == own
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One webhook, moved on over some batches: what it is to hear of them."""

    hearer: Hearer
    heard: int
    deliveries: Sequence[Json]


def newest_batch(connection: Connection, publisher_id: str) -> int:
    """Return the last batch of events that a tenant has."""
    mine = event_batches.c.publisher_id == publisher_id
    return connection.scalar(select(func.max(event_batches.c.id)).where(mine)) or 0


def plan(engine: Engine, now_ms: int) -> bool:
    """Write down what has to be delivered of some new events; tell whether there are more."""
    steps = prepared(engine)
    for step in steps:
        with writing(engine) as connection:
            take(connection, step, now_ms)
    return bool(steps)


def prepared(engine: Engine) -> list[Step]:
    """Look what every webhook that lags behind is to hear next."""
    steps: list[Step] = []
    with reading(engine) as connection:
        lagging = _lagging(connection)
        for tenant, rows in groupby(lagging, key=lambda row: str(row.publisher_id)):
            steps += _steps(connection, tenant, list(rows))
    return steps


def take(connection: Connection, step: Step, now_ms: int) -> bool:
    """Move a webhook on and keep its deliveries, unless somebody else has moved it."""
    row = step.hearer.row
    this = and_(
        webhooks.c.publisher_id == row.publisher_id,
        webhooks.c.client_id == row.client_id,
        webhooks.c.id == row.id,
        webhooks.c.active,
        webhooks.c.heard_batch.is_not_distinct_from(row.heard_batch),
    )
    if not connection.execute(update(webhooks).where(this).values(heard_batch=step.heard)).rowcount:
        return False
    if step.deliveries:
        fresh = [{**each, "id": ids.mint(), **_waiting(now_ms)} for each in step.deliveries]
        connection.execute(insert(webhook_deliveries), fresh)
    return True


def _waiting(now_ms: int) -> Json:
    return {
        "status": PENDING,
        "attempts": 0,
        "created_ms": now_ms,
        "due_ms": now_ms,
        "until_ms": kept_until(PENDING, now_ms),
    }


def _lagging(connection: Connection) -> Sequence[Row[Any]]:
    """Return the webhooks that may hear, and have not heard all, tenant by tenant."""
    newest = (
        select(func.coalesce(func.max(event_batches.c.id), 0))
        .where(event_batches.c.publisher_id == webhooks.c.publisher_id)
        .scalar_subquery()
    )
    waiting = (
        select(func.count())
        .select_from(webhook_deliveries)
        .where(
            webhook_deliveries.c.publisher_id == webhooks.c.publisher_id,
            webhook_deliveries.c.client_id == webhooks.c.client_id,
            webhook_deliveries.c.webhook_id == webhooks.c.id,
            webhook_deliveries.c.status == PENDING,
        )
        .scalar_subquery()
    )
    behind = func.coalesce(webhooks.c.heard_batch, -1) < newest
    return connection.execute(
        may_hear(newest.label("newest"))
        .where(webhooks.c.active, behind, waiting < MOST_WAITING)
        .order_by(webhooks.c.publisher_id, webhooks.c.client_id, webhooks.c.id)
    ).all()


def _steps(connection: Connection, tenant: str, rows: Sequence[Row[Any]]) -> Iterator[Step]:
    conditions = _conditions(connection, tenant)
    hearers = []
    for row in rows:
        if row.heard_batch is None:  # kept before anything was delivered: it begins now
            yield Step(Hearer(row, row.newest, ()), row.newest, ())
        else:
            hearers.append(Hearer(row, row.heard_batch, tuple(conditions.get(_key(row), ()))))
    if hearers:
        yield from _heard(hearers, _next_batches(connection, tenant, hearers))


def _heard(hearers: Sequence[Hearer], batches: Sequence[Row[Any]]) -> list[Step]:
    """Hold the events of some batches against all these webhooks; each is read once."""
    found: dict[_Key, list[Json]] = {hearer.key: [] for hearer in hearers}
    for batch in batches:
        asked = [hearer for hearer in hearers if hearer.heard < batch.id]
        for place, kept in enumerate(archive.kept_in(batch)):
            event = msgspec.json.decode(kept.raw)
            for hearer in asked:
                if hearer.hears(kept, event):
                    found[hearer.key].append(_delivery(hearer, batch.id, place, kept, event))
    last = batches[-1].id if batches else 0
    return [
        Step(hearer, max(last, hearer.heard), found[hearer.key])
        for hearer in hearers
        if last > hearer.heard
    ]


def _delivery(hearer: Hearer, batch_id: int, place: int, kept: archive.Kept, event: Json) -> Json:
    publisher_id, client_id, webhook_id = hearer.key
    return {
        "publisher_id": publisher_id,
        "client_id": client_id,
        "webhook_id": webhook_id,
        "batch_id": batch_id,
        "place": place,
        "event_id": kept.id,
        "event_type": str(event.get("type"))[:64],
    }


def _next_batches(
    connection: Connection, tenant: str, hearers: Sequence[Hearer]
) -> Sequence[Row[Any]]:
    """Return the next batches, not more than what can be written down in a moment."""
    first = min(hearer.heard for hearer in hearers)
    sizes = connection.execute(
        select(event_batches.c.id, event_batches.c.events)
        .where(event_batches.c.publisher_id == tenant, event_batches.c.id > first)
        .order_by(event_batches.c.id)
        .limit(_BATCHES_AT_ONCE)
    )
    room = max(_LEAST_EVENTS, _ROWS_AT_ONCE // len(hearers))
    chosen: list[int] = []
    for batch_id, size in sizes:
        room -= size
        if chosen and room < 0:
            break
        chosen.append(batch_id)
    return archive.batches(connection, tenant, chosen)


def _conditions(connection: Connection, tenant: str) -> Mapping[_Key, list[Condition]]:
    mine = and_(webhook_filters.c.publisher_id == tenant, webhook_filters.c.active)
    found: dict[_Key, list[Condition]] = {}
    for row in connection.execute(select(webhook_filters).where(mine)):
        key = (row.publisher_id, row.client_id, row.webhook_id)
        found.setdefault(key, []).append(Condition.of(row))
    return found


def _key(row: Row[Any]) -> _Key:
    return row.publisher_id, row.client_id, row.id
