"""Envelopes in groups: admit who sends, judge what is sent, and commit once for all.

A commit costs what the disk takes to answer, and one writer writes at a time: so whoever
comes while one commit is under way shares the next (``turns``). Whoever may not send is told
so before anything of his envelope is read. Should a group fail as a whole, each of its
envelopes is tried by itself, so that one cannot harm another.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from fastapi import HTTPException
from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import (
    EVENTS_WRITE,
    Principal,
    PrincipalKind,
    callers,
)
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.environments import Environment
from timeback_desktop.backend.events import service
from timeback_desktop.backend.events.service import Taken
from timeback_desktop.backend.registry.service import home_publisher
from timeback_desktop.backend.runtime import Platform
from timeback_desktop.backend.turns import Turns, Waiting
from timeback_desktop.caliper.envelope import open_envelope

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Posted:
    """What one request brought: its token, the environment it came to, and its body."""

    token: str | None
    environment: Environment
    body: bytes
    delivery: service.Delivery | None = None


Envelopes: TypeAlias = Sequence[Waiting[Posted, Taken]]


async def take(platform: Platform, posted: Posted) -> Taken:
    """Take one envelope and return what became of it, once that is stored.

    Raises ``EnvelopeFault`` for a bad envelope, ``HTTPException`` for a bad token.
    """
    turns: Turns[Posted, Taken] = platform.turns
    return await turns.take(posted, lambda group: _take(platform, group))


def _take(platform: Platform, group: Envelopes) -> None:
    with reading(platform.engine) as connection:
        senders = _senders(platform, connection, [each.work for each in group])
    good = []
    for each, sender in zip(group, senders, strict=True):
        try:
            if isinstance(sender, HTTPException):
                each.outcome = sender
                continue
            envelope = open_envelope(each.work.body)
            each.work.delivery = service.judge(sender, envelope, platform.now())
            good.append(each)
        except Exception as error:  # noqa: BLE001 - told to the one who sent it
            each.outcome = error
    if good:
        _store(platform, good)


def _senders(
    platform: Platform, connection: Connection, posted: Sequence[Posted]
) -> list[Principal | HTTPException]:
    shown = [(each.token, each.environment) for each in posted]
    found = callers(platform, connection, shown)
    home = None
    if any(isinstance(one, Principal) and one.kind is PrincipalKind.DESKTOP for one in found):
        home = home_publisher(connection)
    return [_sender(one, home) if isinstance(one, Principal) else one for one in found]


def _sender(principal: Principal, home: str | None) -> Principal | HTTPException:
    """Let people pass for themselves, the desktop for all who learn at it, clients by scope.

    What a student did is queued on the computer and may have to be sent long after the
    student's own token is gone.
    """
    if principal.kind is PrincipalKind.DESKTOP:
        if home is None:
            return HTTPException(409, "No school has been set up here yet.")
        return replace(principal, publisher_id=home)
    bound = principal.kind is PrincipalKind.CLIENT or principal.is_lent
    if bound and EVENTS_WRITE not in principal.scopes:
        return HTTPException(403, f"This token does not carry the scope {EVENTS_WRITE}.")
    if principal.publisher_id is None:
        return HTTPException(403, "This token belongs to no school.")
    return principal


def _store(platform: Platform, good: Envelopes) -> None:
    try:
        _commit(platform, good)
    except Exception:
        if len(good) == 1:
            raise
        _log.exception("A group of envelopes failed; each is tried by itself.")
        for each in good:
            try:
                _judge_again(platform, each.work)
                _commit(platform, [each])
            except Exception as error:  # noqa: BLE001 - told to the one who sent it
                each.outcome = error


def _judge_again(platform: Platform, posted: Posted) -> None:
    """Begin anew with an envelope: the attempt that failed has left its marks on it."""
    if posted.delivery is not None:
        sender, envelope = posted.delivery.sender, posted.delivery.envelope
        posted.delivery = service.judge(sender, envelope, platform.now())


def _commit(platform: Platform, good: Envelopes) -> None:
    deliveries = [each.work.delivery for each in good if each.work.delivery is not None]
    with writing(platform.engine) as connection:
        service.store(connection, deliveries)
    told: dict[str, set[str]] = {}
    for each, delivery in zip(good, deliveries, strict=True):
        each.outcome = delivery.taken
        told.setdefault(delivery.tenant, set()).update(delivery.students)
    for tenant, students in told.items():
        if students:
            platform.arrivals.tell(tenant, students)
