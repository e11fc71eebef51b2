"""Erasures that somebody asked for who may not order them: an administrator decides."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from timeback_desktop import ids
from timeback_desktop.backend.custody import trail
from timeback_desktop.backend.custody.models import erasure_requests
from timeback_desktop.backend.custody.trail import Action, Deed
from timeback_desktop.backend.privacy.erasure import Erasing
from timeback_desktop.errors import ContractFault

MOST_SHOWN = 200


class State(StrEnum):
    """How far a request has come."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


def ask(connection: Connection, erasing: Erasing, now_ms: int) -> str:
    """Note that an erasure is asked for; one that was asked for already is not noted twice."""
    table = erasure_requests
    same = (
        table.c.publisher_id == erasing.tenant,
        table.c.user_id == erasing.user_id,
        table.c.scope == erasing.scope.value,
        table.c.state == State.ASKED.value,
    )
    known = connection.scalar(select(table.c.id).where(*same).limit(1))
    if known is not None:
        return str(known)
    asked = {
        "publisher_id": erasing.tenant,
        "id": ids.mint(),
        "user_id": erasing.user_id,
        "scope": erasing.scope.value,
        "state": State.ASKED.value,
        "asker_kind": erasing.actor.kind,
        "asker_id": erasing.actor.id,
        "asked_ms": now_ms,
    }
    connection.execute(insert(table).values(asked))
    _note(connection, erasing, Action.ERASURE_ASKED, now_ms)
    return str(asked["id"])


def listed(connection: Connection, tenant: str, state: State | None) -> Sequence[Row[Any]]:
    """Return the requests of a school, the newest first."""
    table = erasure_requests
    asked = select(table).where(table.c.publisher_id == tenant)
    if state is not None:
        asked = asked.where(table.c.state == state.value)
    return connection.execute(asked.order_by(table.c.id.desc()).limit(MOST_SHOWN)).all()


def open_request(connection: Connection, tenant: str, request_id: str) -> Row[Any]:
    """Return a request that waits for a decision; raise when there is none."""
    table = erasure_requests
    one = (table.c.publisher_id == tenant, table.c.id == request_id)
    found = connection.execute(select(table).where(*one)).one_or_none()
    if found is None:
        raise ContractFault("There is no such request here.", status=404)
    if found.state != State.ASKED:
        raise ContractFault(f"This request was {found.state} already.", status=409)
    return found


def decide(
    connection: Connection, erasing: Erasing, request_id: str, state: State, now_ms: int
) -> None:
    """Note what was decided."""
    table = erasure_requests
    one = (table.c.publisher_id == erasing.tenant, table.c.id == request_id)
    decided = {"state": state.value, "decided_ms": now_ms}
    connection.execute(update(table).where(*one).values(decided))
    if state is State.DECLINED:
        _note(connection, erasing, Action.ERASURE_DECLINED, now_ms)


def _note(connection: Connection, erasing: Erasing, action: Action, now_ms: int) -> None:
    deed = Deed(
        action=action,
        actor=erasing.actor,
        subject_id=erasing.user_id,
        detail=erasing.scope.value,
    )
    trail.write(connection, erasing.tenant, deed, now_ms)
