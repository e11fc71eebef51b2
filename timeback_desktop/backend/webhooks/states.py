"""What can become of a delivery, and how long it is remembered."""

from __future__ import annotations

from enum import StrEnum


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


PENDING = DeliveryStatus.PENDING
_DAY_MS = 86_400_000
_DAYS_KEPT = {PENDING: 7, DeliveryStatus.DELIVERED: 7, DeliveryStatus.DEAD: 30}


def kept_until(status: DeliveryStatus, now_ms: int) -> int:
    """Return until when a delivery is remembered that comes to stand so now."""
    return now_ms + _DAYS_KEPT[status] * _DAY_MS
