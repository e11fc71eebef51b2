"""Webhooks over HTTP, as the published client calls them: for API clients only."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind, require_scope
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.reach import may_reach_loopback
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.vault import Vault
from timeback_desktop.backend.webhooks import service
from timeback_desktop.backend.webhooks.schemas import FilterIn, WebhookIn
from timeback_desktop.backend.webhooks.service import Owner

router = APIRouter(tags=["webhooks"])

Json = dict[str, Any]
Reader = Annotated[Principal, Depends(require_scope(EVENTS_READONLY))]
Writer = Annotated[Principal, Depends(require_scope(EVENTS_WRITE))]
Sensor = Annotated[str | None, Query(max_length=512)]


def owner_of(principal: Principal, platform: Platform) -> Owner:
    """Return the calling client; people carry the scopes of events too, but own no webhooks."""
    if principal.kind is PrincipalKind.CLIENT and principal.publisher_id and principal.client_id:
        loopback = may_reach_loopback(platform.settings)
        return Owner(principal.publisher_id, principal.client_id, loopback)
    raise HTTPException(403, "Only an API client has webhooks.")


def _vault(platform: Platform) -> Vault:
    return Vault.open(platform.settings.keys)


@router.get("/webhooks")
def list_webhooks(principal: Reader, platform: CurrentPlatform, sensor: Sensor = None) -> Json:
    """Return the caller's webhooks."""
    with reading(platform.engine) as connection:
        return {"webhooks": service.listed(connection, owner_of(principal, platform), sensor)}


@router.post("/webhooks", status_code=201)
def register_webhook(told: WebhookIn, principal: Writer, platform: CurrentPlatform) -> Json:
    """Keep a new webhook; it hears of what comes from now on.

    Each event is posted alone, in a Caliper envelope of its own (`sensor`, `sendTime`,
    `dataVersion`, `data` with the one event). `X-Caliper-Signature` is the HMAC-SHA256 of the
    body with the secret, in hex; `X-Caliper-Delivery-Id` stays the same when a delivery is
    tried again, so that it can be told from a new one; `X-Caliper-Webhook-Id` and
    `X-Caliper-Event-Type` go along. Answer 2xx within 30 seconds. No answer, 408, 425, 429 and
    5xx are tried again twice, after 2 and 4 seconds or when `Retry-After` says; every other
    answer is final, a redirect too. After a day without success the webhook is switched off.
    """
    owner, vault = owner_of(principal, platform), _vault(platform)
    with writing(platform.engine) as connection:
        kept = service.register(connection, owner, vault, told, platform.now())
    platform.deliveries.wake()
    return {"webhook": kept}


@router.get("/webhooks/{webhook_id}")
def show_webhook(webhook_id: str, principal: Reader, platform: CurrentPlatform) -> Json:
    """Return one webhook."""
    with reading(platform.engine) as connection:
        return {"webhook": service.webhook(connection, owner_of(principal, platform), webhook_id)}


@router.put("/webhooks/{webhook_id}")
def replace_webhook(
    webhook_id: str, told: WebhookIn, principal: Writer, platform: CurrentPlatform
) -> Json:
    """Keep what the caller tells of a webhook now."""
    owner, vault, now_ms = owner_of(principal, platform), _vault(platform), platform.now()
    with writing(platform.engine) as connection:
        kept = service.replace(connection, owner, vault, webhook_id, told, now_ms)
    platform.deliveries.wake()
    return {"webhook": kept}


@router.delete("/webhooks/{webhook_id}")
def remove_webhook(webhook_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Forget a webhook and its filters."""
    with writing(platform.engine) as connection:
        service.remove(connection, owner_of(principal, platform), webhook_id)
    return {"message": "The webhook and its filters were deleted."}


@router.put("/webhooks/{webhook_id}/activate")
def activate_webhook(webhook_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Switch a webhook on."""
    owner = owner_of(principal, platform)
    with writing(platform.engine) as connection:
        told = service.switch(connection, owner, webhook_id, platform.now(), active=True)
    platform.deliveries.wake()
    return {"webhook": told}


@router.put("/webhooks/{webhook_id}/deactivate")
def deactivate_webhook(webhook_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Switch a webhook off."""
    owner = owner_of(principal, platform)
    with writing(platform.engine) as connection:
        told = service.switch(connection, owner, webhook_id, platform.now(), active=False)
    return {"webhook": told}


@router.get("/webhook-filters")
def list_filters(principal: Reader, platform: CurrentPlatform) -> Json:
    """Return the filters of all the caller's webhooks."""
    with reading(platform.engine) as connection:
        return {"filters": service.filters(connection, owner_of(principal, platform))}


@router.post("/webhook-filters", status_code=201)
def add_filter(told: FilterIn, principal: Writer, platform: CurrentPlatform) -> Json:
    """Keep a new filter; an event is delivered when all active filters of a webhook agree.

    `filterKey` is a way into the event with dots between the steps (`object.app.name`); a list
    on the way stands for its members, of which one has to match. `neq`, `notContains` and
    `notIn` are the contrary of the plain ones. The values of `in` stand with commas between.
    A `regexp` is found anywhere in the first 1024 characters; it knows no look-around and no
    back-references, and its counted repetitions must stay small.
    """
    owner = owner_of(principal, platform)
    with writing(platform.engine) as connection:
        return {"filter": service.add_filter(connection, owner, told, platform.now())}


@router.get("/webhook-filters/webhook/{webhook_id}")
def list_filters_of_webhook(webhook_id: str, principal: Reader, platform: CurrentPlatform) -> Json:
    """Return the filters of one webhook."""
    with reading(platform.engine) as connection:
        return {"filters": service.filters(connection, owner_of(principal, platform), webhook_id)}


@router.get("/webhook-filters/{filter_id}")
def show_filter(filter_id: str, principal: Reader, platform: CurrentPlatform) -> Json:
    """Return one filter."""
    with reading(platform.engine) as connection:
        return {"filter": service.filter_(connection, owner_of(principal, platform), filter_id)}


@router.put("/webhook-filters/{filter_id}")
def replace_filter(
    filter_id: str, told: FilterIn, principal: Writer, platform: CurrentPlatform
) -> Json:
    """Keep what the caller tells of a filter now."""
    owner, now_ms = owner_of(principal, platform), platform.now()
    with writing(platform.engine) as connection:
        return {"filter": service.replace_filter(connection, owner, filter_id, told, now_ms)}


@router.delete("/webhook-filters/{filter_id}")
def remove_filter(filter_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Forget a filter."""
    with writing(platform.engine) as connection:
        service.remove_filter(connection, owner_of(principal, platform), filter_id)
    return {"message": "The filter was deleted."}
