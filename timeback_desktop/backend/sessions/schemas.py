"""A session on the wire, beside what ``insights`` writes of it; and what comes in about one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import Connection, func, select

from timeback_desktop.backend.events.models import time_spent
from timeback_desktop.backend.insights import service as insights
from timeback_desktop.backend.sessions.finding import Known
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import TimeType, whole_seconds

Json = dict[str, Any]
Sides = dict[tuple[str, bool], dict[str, int]]


class HeartbeatIn(BaseModel):
    """That a session goes on; whose it is and in which app only counts while it is unseen."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    at: str | None = Field(default=None, max_length=64, examples=["2026-11-18T11:06:40Z"])
    user_id: str | None = Field(default=None, max_length=2048)
    application_id: str | None = Field(default=None, max_length=64)


def written(
    connection: Connection, tenant: str, found: Sequence[Known], timeout_ms: int
) -> list[Json]:
    """Write sessions, in their order.

    ``measured`` and ``claimed`` are all that the desktop and apps told, side by side and never
    added; ``time`` is what counts. ``expiresAt`` tells until when events that ask to be
    attached go to a session that is still open.
    """
    told: dict[tuple[str, str], Json] = {}
    for user_id in dict.fromkeys(known.user_id for known in found):
        spans = [known.span for known in found if known.user_id == user_id]
        asked = Asked(tenant, user_id)
        sides = _sides(connection, asked, [span.id for span in spans])
        shown = insights.written(connection, asked, spans, frozenset())
        for span, base in zip(spans, shown, strict=True):
            told[user_id, span.id] = {
                **base,
                "origin": str(span.origin),
                "measured": _side(sides.get((span.id, True))),
                "claimed": _side(sides.get((span.id, False))),
                "expiresAt": None if span.closing else iso_utc(span.last_ms + timeout_ms),
            }
    return [told[known.user_id, known.span.id] for known in found]


def _sides(connection: Connection, asked: Asked, session_ids: Sequence[str]) -> Sides:
    """Add up what was told of each session's time, by who told it."""
    spent = time_spent.c
    rows = connection.execute(
        select(spent.session_id, spent.measured, spent.type, func.sum(spent.ms))
        .where(
            spent.publisher_id == asked.publisher_id,
            spent.user_id == asked.user_id,
            spent.session_id.in_(session_ids),
        )
        .group_by(spent.session_id, spent.measured, spent.type)
    )
    found: Sides = {}
    for session_id, measured, kind, ms in rows:
        found.setdefault((session_id, bool(measured)), {})[kind] = int(ms)
    return found


def _side(told: dict[str, int] | None) -> Json | None:
    if told is None:
        return None
    return {str(e): whole_seconds(told[e]) if e in told else None for e in TimeType}
