"""Whose webhooks are told anything: clients that could read the events themselves now.

A client that was revoked, whose app was suspended or put away, that works for another tenant
now, or that may not read events any more, hears of nothing. Nothing of this is remembered:
it is asked anew each time.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select

from timeback_desktop.backend.registry.models import ENDED, api_clients, applications
from timeback_desktop.backend.scopes import EVENTS_READONLY
from timeback_desktop.backend.webhooks.models import webhooks

_OWNED = webhooks.join(
    api_clients,
    and_(
        api_clients.c.client_id == webhooks.c.client_id,
        api_clients.c.publisher_id == webhooks.c.publisher_id,
    ),
).outerjoin(applications, applications.c.id == api_clients.c.application_id)
_SCOPES = literal(" ") + api_clients.c.scopes + literal(" ")
_MAY_READ = and_(
    api_clients.c.revoked_ms.is_(None),
    or_(api_clients.c.application_id.is_(None), applications.c.status.not_in(ENDED)),
    _SCOPES.contains(f" {EVENTS_READONLY} ", autoescape=True),
)


def may_hear(*more: ColumnElement[Any]) -> Select[Any]:
    """Select the webhooks whose client may read events, with the app that it is the client of."""
    return (
        select(webhooks, api_clients.c.application_id, *more).select_from(_OWNED).where(_MAY_READ)
    )
