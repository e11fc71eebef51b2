"""A stored event as its readers get it: as it came, with the number it got here. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from timeback_desktop.backend.events.archive import Kept
from timeback_desktop.clock import iso_utc

Json = dict[str, Any]
_AS_IT_CAME = (
    "profile",
    "actor",
    "object",
    "generated",
    "target",
    "referrer",
    "edApp",
    "group",
    "membership",
    "session",
    "federatedSession",
    "extensions",
)


def stored(kept: Kept) -> Json:
    """Write a stored event in TimeBack's form, which mixes two ways of writing names.

    ``clockAheadMs`` is ours: by how much the sender's clock was seen to run ahead, which is
    taken off ``eventTime`` wherever it is counted.
    """
    event: Json = msgspec.json.decode(kept.raw)
    return {
        "id": kept.number,
        "externalId": event["id"],
        "sensor": kept.sensor,
        "type": event["type"],
        "action": event["action"],
        "eventTime": event["eventTime"],
        "sendTime": iso_utc(kept.sent_ms),
        "created_at": iso_utc(kept.received_ms),
        "updated_at": None,
        "deleted_at": None,
        "clientAppId": kept.application_id,
        "clockAheadMs": kept.ahead_ms,
        **{name: event.get(name) for name in _AS_IT_CAME},
    }
