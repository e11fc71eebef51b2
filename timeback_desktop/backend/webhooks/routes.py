"""Webhooks over HTTP, as the published client calls them: for API clients only."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query

from timeback_desktop.backend.auth.principal import Principal, PrincipalKind, require_scope
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.oneroster.credentials import Vault
from timeback_desktop.backend.runtime import CurrentPlatform, Platform
from timeback_desktop.backend.scopes import EVENTS_READONLY, EVENTS_WRITE
from timeback_desktop.backend.webhooks import service
from timeback_desktop.backend.webhooks.schemas import FilterIn, WebhookIn
from timeback_desktop.backend.webhooks.service import Owner

router = APIRouter(tags=["webhooks"])

Json = dict[str, Any]
Reader = Annotated[Principal, Depends(require_scope(EVENTS_READONLY))]
Writer = Annotated[Principal, Depends(require_scope(EVENTS_WRITE))]
Sensor = Annotated[str | None, Query(max_length=512)]


def _owner(principal: Principal) -> Owner:
    """Return the calling client; people carry the scopes of events too, but own no webhooks."""
    if principal.kind is PrincipalKind.CLIENT and principal.publisher_id and principal.client_id:
        return Owner(principal.publisher_id, principal.client_id)
    raise HTTPException(403, "Only an API client has webhooks.")


def _vault(platform: Platform) -> Vault:
    return Vault.open(platform.settings.keys)


@router.get("/webhooks")
def list_webhooks(principal: Reader, platform: CurrentPlatform, sensor: Sensor = None) -> Json:
    """Return the caller's webhooks."""
    with reading(platform.engine) as connection:
        return {"webhooks": service.listed(connection, _owner(principal), sensor)}


@router.post("/webhooks", status_code=201)
def register_webhook(told: WebhookIn, principal: Writer, platform: CurrentPlatform) -> Json:
    """Keep a new webhook."""
    owner, vault = _owner(principal), _vault(platform)
    with writing(platform.engine) as connection:
        return {"webhook": service.register(connection, owner, vault, told, platform.now())}


@router.get("/webhooks/{webhook_id}")
def show_webhook(webhook_id: str, principal: Reader, platform: CurrentPlatform) -> Json:
    """Return one webhook."""
    with reading(platform.engine) as connection:
        return {"webhook": service.webhook(connection, _owner(principal), webhook_id)}


@router.put("/webhooks/{webhook_id}")
def replace_webhook(
    webhook_id: str, told: WebhookIn, principal: Writer, platform: CurrentPlatform
) -> Json:
    """Keep what the caller tells of a webhook now."""
    owner, vault, now_ms = _owner(principal), _vault(platform), platform.now()
    with writing(platform.engine) as connection:
        return {"webhook": service.replace(connection, owner, vault, webhook_id, told, now_ms)}


@router.delete("/webhooks/{webhook_id}")
def remove_webhook(webhook_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Forget a webhook and its filters."""
    with writing(platform.engine) as connection:
        service.remove(connection, _owner(principal), webhook_id)
    return {"message": "The webhook and its filters were deleted."}


@router.put("/webhooks/{webhook_id}/activate")
def activate_webhook(webhook_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Switch a webhook on."""
    owner = _owner(principal)
    with writing(platform.engine) as connection:
        told = service.switch(connection, owner, webhook_id, platform.now(), active=True)
    return {"webhook": told}


@router.put("/webhooks/{webhook_id}/deactivate")
def deactivate_webhook(webhook_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Switch a webhook off."""
    owner = _owner(principal)
    with writing(platform.engine) as connection:
        told = service.switch(connection, owner, webhook_id, platform.now(), active=False)
    return {"webhook": told}


@router.get("/webhook-filters")
def list_filters(principal: Reader, platform: CurrentPlatform) -> Json:
    """Return the filters of all the caller's webhooks."""
    with reading(platform.engine) as connection:
        return {"filters": service.filters(connection, _owner(principal))}


@router.post("/webhook-filters", status_code=201)
def add_filter(told: FilterIn, principal: Writer, platform: CurrentPlatform) -> Json:
    """Keep a new filter."""
    owner = _owner(principal)
    with writing(platform.engine) as connection:
        return {"filter": service.add_filter(connection, owner, told, platform.now())}


@router.get("/webhook-filters/webhook/{webhook_id}")
def list_filters_of_webhook(webhook_id: str, principal: Reader, platform: CurrentPlatform) -> Json:
    """Return the filters of one webhook."""
    with reading(platform.engine) as connection:
        return {"filters": service.filters(connection, _owner(principal), webhook_id)}


@router.get("/webhook-filters/{filter_id}")
def show_filter(filter_id: str, principal: Reader, platform: CurrentPlatform) -> Json:
    """Return one filter."""
    with reading(platform.engine) as connection:
        return {"filter": service.filter_(connection, _owner(principal), filter_id)}


@router.put("/webhook-filters/{filter_id}")
def replace_filter(
    filter_id: str, told: FilterIn, principal: Writer, platform: CurrentPlatform
) -> Json:
    """Keep what the caller tells of a filter now."""
    owner, now_ms = _owner(principal), platform.now()
    with writing(platform.engine) as connection:
        return {"filter": service.replace_filter(connection, owner, filter_id, told, now_ms)}


@router.delete("/webhook-filters/{filter_id}")
def remove_filter(filter_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Forget a filter."""
    with writing(platform.engine) as connection:
        service.remove_filter(connection, _owner(principal), filter_id)
    return {"message": "The filter was deleted."}
