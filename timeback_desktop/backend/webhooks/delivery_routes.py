"""Deliveries over HTTP: what became of them, the dead ones once more, and a test."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.runtime import CurrentPlatform
from timeback_desktop.backend.webhooks import listing
from timeback_desktop.backend.webhooks.routes import Json, Reader, Writer, owner_of
from timeback_desktop.backend.webhooks.states import DeliveryStatus

router = APIRouter(tags=["webhooks"])

Before = Annotated[str | None, Query(max_length=36)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/webhooks/{webhook_id}/deliveries")
def list_deliveries(  # noqa: PLR0913, PLR0917 - each is a parameter of the request
    webhook_id: str,
    principal: Reader,
    platform: CurrentPlatform,
    status: DeliveryStatus | None = None,
    before: Before = None,
    limit: Limit = 50,
) -> Json:
    """Return the deliveries of a webhook, the newest first; ``dead`` ones were given up.

    ``before`` of the answer, sent along with the next question, asks for the ones before.
    """
    owner = owner_of(principal, platform)
    with reading(platform.engine) as connection:
        return listing.listed(connection, owner, webhook_id, status, before, limit)


@router.get("/webhooks/{webhook_id}/deliveries/{delivery_id}")
def show_delivery(
    webhook_id: str, delivery_id: str, principal: Reader, platform: CurrentPlatform
) -> Json:
    """Return one delivery."""
    owner = owner_of(principal, platform)
    with reading(platform.engine) as connection:
        return {"delivery": listing.delivery(connection, owner, webhook_id, delivery_id)}


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/retry", status_code=202)
def retry_delivery(
    webhook_id: str, delivery_id: str, principal: Writer, platform: CurrentPlatform
) -> Json:
    """Let a delivery that has ended be tried again, under the same id."""
    owner, now_ms = owner_of(principal, platform), platform.now()
    with writing(platform.engine) as connection:
        told = listing.try_again(connection, owner, webhook_id, delivery_id, now_ms)
    platform.deliveries.wake()
    return {"delivery": told}


@router.post("/webhooks/{webhook_id}/test", status_code=202)
def test_webhook(webhook_id: str, principal: Writer, platform: CurrentPlatform) -> Json:
    """Let a signed test without an event be delivered; its delivery tells how that goes."""
    owner = owner_of(principal, platform)
    with writing(platform.engine) as connection:
        told = listing.ping(connection, owner, webhook_id, platform.now())
    platform.deliveries.wake()
    return {"delivery": told}
