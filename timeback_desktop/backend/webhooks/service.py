"""Rules of webhooks: whose they are, what is kept of them, what is told.

A webhook hears of what comes from the moment on at which it was made or switched on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from timeback_desktop import ids
from timeback_desktop.backend.reach import checked_target
from timeback_desktop.backend.vault import Vault
from timeback_desktop.backend.webhooks.models import (
    webhook_deliveries,
    webhook_filters,
    webhooks,
)
from timeback_desktop.backend.webhooks.planning import newest_batch
from timeback_desktop.backend.webhooks.schemas import MASK, FilterIn, FilterOperator, WebhookIn
from timeback_desktop.clock import iso_utc
from timeback_desktop.errors import ContractFault

Json = dict[str, Any]
MOST = 100
"""A client may have so many webhooks."""
MOST_FILTERS = 20
"""A webhook may have so many filters: each event is held against all of them."""
MOST_PATTERNS = 20
"""A client may have so many regular expressions in all its filters: they cost the most."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The client that webhooks belong to, in the tenant that it works on.

    ``loopback`` tells that its targets may be on this machine itself.
    """

    publisher_id: str
    client_id: str
    loopback: bool = False

    def has(self, table: Table, row_id: str | None = None) -> ColumnElement[bool]:
        """Return the condition for its rows, or for the one with that id."""
        mine = and_(table.c.publisher_id == self.publisher_id, table.c.client_id == self.client_id)
        return mine if row_id is None else and_(mine, table.c.id == row_id)

    @property
    def key(self) -> dict[str, str]:
        """Return the columns that name it."""
        return {"publisher_id": self.publisher_id, "client_id": self.client_id}


def register(
    connection: Connection, owner: Owner, vault: Vault, told: WebhookIn, now_ms: int
) -> Json:
    """Keep a new webhook."""
    if told.secret == MASK:
        raise ContractFault("A new webhook needs a secret.", status=422, pointer="/secret")
    _refuse_too_many(connection, webhooks, owner.has(webhooks), MOST)
    webhook_id = ids.mint()
    sealed = _sealed(owner, vault, webhook_id, told.secret)
    row = {**owner.key, "id": webhook_id, "sealed_secret": sealed, "created_ms": now_ms}
    row["heard_batch"] = newest_batch(connection, owner.publisher_id)
    connection.execute(insert(webhooks).values(**row, **_columns(owner, told, now_ms)))
    return webhook(connection, owner, webhook_id)


def replace(  # noqa: PLR0913, PLR0917 - whose, which, what and when
    connection: Connection,
    owner: Owner,
    vault: Vault,
    webhook_id: str,
    told: WebhookIn,
    now_ms: int,
) -> Json:
    """Keep what a client tells of a webhook now; the mask leaves its secret as it is."""
    columns = _columns(owner, told, now_ms)
    columns |= _begun_again(connection, owner, webhook_id, active=told.active)
    if told.secret != MASK:
        columns["sealed_secret"] = _sealed(owner, vault, webhook_id, told.secret)
    _change(connection, webhooks, owner, webhook_id, columns)
    return webhook(connection, owner, webhook_id)


def switch(
    connection: Connection, owner: Owner, webhook_id: str, now_ms: int, *, active: bool
) -> Json:
    """Switch a webhook on or off."""
    columns = {"active": active, "updated_ms": now_ms}
    columns |= _begun_again(connection, owner, webhook_id, active=active)
    _change(connection, webhooks, owner, webhook_id, columns)
    return webhook(connection, owner, webhook_id)


def listed(connection: Connection, owner: Owner, sensor: str | None) -> list[Json]:
    """Return a client's webhooks, those for one sensor if it is named, in order of arrival."""
    chosen = select(webhooks).where(owner.has(webhooks)).order_by(webhooks.c.id)
    if sensor:
        chosen = chosen.where(webhooks.c.sensor == sensor)
    return [_webhook(row) for row in connection.execute(chosen)]


def webhook(connection: Connection, owner: Owner, webhook_id: str) -> Json:
    """Return one webhook, or answer 404."""
    return _webhook(_one(connection, webhooks, owner, webhook_id))


def secret_of(owner: Owner, vault: Vault, webhook_id: str, sealed: str) -> str:
    """Return what deliveries to a webhook are signed with; it leaves this process in no answer."""
    kept = vault.unseal(sealed)
    if not _name(owner, webhook_id).items() <= kept.items():
        raise _unknown(webhooks)
    return kept["secret"]


def remove(connection: Connection, owner: Owner, webhook_id: str) -> None:
    """Forget a webhook, its filters and its deliveries."""
    _one(connection, webhooks, owner, webhook_id)
    for table in (webhook_filters, webhook_deliveries):
        below = and_(owner.has(table), table.c.webhook_id == webhook_id)
        connection.execute(delete(table).where(below))
    connection.execute(delete(webhooks).where(owner.has(webhooks, webhook_id)))


def add_filter(connection: Connection, owner: Owner, told: FilterIn, now_ms: int) -> Json:
    """Keep a new filter of a webhook."""
    webhook(connection, owner, told.webhook_id)
    same = and_(owner.has(webhook_filters), webhook_filters.c.webhook_id == told.webhook_id)
    _refuse_too_many(connection, webhook_filters, same, MOST_FILTERS)
    _refuse_patterns(connection, owner, told)
    filter_id = ids.mint()
    row = {**owner.key, "id": filter_id, "created_ms": now_ms, "updated_ms": now_ms}
    connection.execute(insert(webhook_filters).values(**row, **told.model_dump()))
    return filter_(connection, owner, filter_id)


def replace_filter(
    connection: Connection, owner: Owner, filter_id: str, told: FilterIn, now_ms: int
) -> Json:
    """Keep what a client tells of a filter now."""
    webhook(connection, owner, told.webhook_id)
    _refuse_patterns(connection, owner, told, instead_of=filter_id)
    columns = {**told.model_dump(), "updated_ms": now_ms}
    _change(connection, webhook_filters, owner, filter_id, columns)
    return filter_(connection, owner, filter_id)


def filters(connection: Connection, owner: Owner, webhook_id: str | None = None) -> list[Json]:
    """Return a client's filters, or those of one webhook, in order of arrival."""
    chosen = select(webhook_filters).where(owner.has(webhook_filters))
    if webhook_id is not None:
        webhook(connection, owner, webhook_id)
        chosen = chosen.where(webhook_filters.c.webhook_id == webhook_id)
    return [_filter(row) for row in connection.execute(chosen.order_by(webhook_filters.c.id))]


def filter_(connection: Connection, owner: Owner, filter_id: str) -> Json:
    """Return one filter, or answer 404."""
    return _filter(_one(connection, webhook_filters, owner, filter_id))


def remove_filter(connection: Connection, owner: Owner, filter_id: str) -> None:
    """Forget a filter."""
    _one(connection, webhook_filters, owner, filter_id)
    connection.execute(delete(webhook_filters).where(owner.has(webhook_filters, filter_id)))


def _begun_again(connection: Connection, owner: Owner, webhook_id: str, *, active: bool) -> Json:
    """Return what is forgotten of a webhook that is switched on after it was off."""
    if not active or _one(connection, webhooks, owner, webhook_id).active:
        return {}
    heard = newest_batch(connection, owner.publisher_id)
    return {"heard_batch": heard, "failing_since_ms": None, "off_reason": None}


def _columns(owner: Owner, told: WebhookIn, now_ms: int) -> Json:
    return {
        "name": told.name,
        "description": told.description,
        "target_url": checked_target(told.target_url, "/targetUrl", loopback=owner.loopback),
        "sensor": told.sensor,
        "active": told.active,
        "updated_ms": now_ms,
    }


def _name(owner: Owner, webhook_id: str) -> dict[str, str]:
    return {**owner.key, "webhook": webhook_id}


def _sealed(owner: Owner, vault: Vault, webhook_id: str, secret: str) -> str:
    """Seal a secret together with its owner, so that it opens in no other row."""
    return vault.seal({**_name(owner, webhook_id), "secret": secret})


def _refuse_patterns(
    connection: Connection, owner: Owner, told: FilterIn, instead_of: str = ""
) -> None:
    if told.filter_operator is FilterOperator.REGEXP:
        patterns = webhook_filters.c.filter_operator == FilterOperator.REGEXP
        others = and_(owner.has(webhook_filters), patterns, webhook_filters.c.id != instead_of)
        _refuse_too_many(connection, webhook_filters, others, MOST_PATTERNS)


def _refuse_too_many(
    connection: Connection, table: Table, mine: ColumnElement[bool], most: int
) -> None:
    if (connection.scalar(select(func.count()).select_from(table).where(mine)) or 0) >= most:
        raise ContractFault(f"There are {most} of these already.", status=409)


def _change(connection: Connection, table: Table, owner: Owner, row_id: str, columns: Json) -> None:
    this = update(table).where(owner.has(table, row_id)).values(**columns)
    if not connection.execute(this).rowcount:
        raise _unknown(table)


def _one(connection: Connection, table: Table, owner: Owner, row_id: str) -> Row[Any]:
    row = connection.execute(select(table).where(owner.has(table, row_id))).one_or_none()
    if row is None:
        raise _unknown(table)
    return row


def _unknown(table: Table) -> ContractFault:
    kind = "webhook" if table is webhooks else "webhook filter"
    return ContractFault(f"There is no such {kind}.", status=404)


def instant(at_ms: int | None) -> str | None:
    """Write an instant, or that there is none."""
    return None if at_ms is None else iso_utc(at_ms)


def _dates(row: Row[Any]) -> Json:
    return {
        "created_at": iso_utc(row.created_ms),
        "updated_at": iso_utc(row.updated_ms),
        "deleted_at": None,
    }


def _webhook(row: Row[Any]) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "targetUrl": row.target_url,
        "secret": MASK,
        "sensor": row.sensor,
        "active": row.active,
        "statusReason": row.off_reason,
        "failingSince": instant(row.failing_since_ms),
        **_dates(row),
    }


def _filter(row: Row[Any]) -> Json:
    return {
        "id": row.id,
        "webhookId": row.webhook_id,
        "filterKey": row.filter_key,
        "filterValue": row.filter_value,
        "filterType": row.filter_type,
        "filterOperator": row.filter_operator,
        "active": row.active,
        **_dates(row),
    }
