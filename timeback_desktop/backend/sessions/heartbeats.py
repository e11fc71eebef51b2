"""A heartbeat: an app says that a session goes on, between the events that it sends anyway.

It is turned into an event of our own making, and goes the way of all events: so it is stored
in a batch, erased with the student, and a rebuild comes to the same sessions. Its id follows
from student, session and second, so a heartbeat that is sent again changes nothing. It
carries no time: how the time went is told by events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection

from timeback_desktop.backend.auth.principal import Principal
from timeback_desktop.backend.events.readers import tenant_of
from timeback_desktop.backend.events.service import Status, Taken, ingest
from timeback_desktop.backend.sessions.finding import Known
from timeback_desktop.backend.sessions.span import SessionSpan
from timeback_desktop.caliper.envelope import Envelope, Item
from timeback_desktop.caliper.vocabulary import CONTEXT_V1P2
from timeback_desktop.clock import iso_utc
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import seeded, to_urn

SENSOR = "urn:timeback:sensor/heartbeats"
_PLAIN = re.compile(r"[\w.~@-]+", re.ASCII)
_SECOND_MS = 1000


class Outcome(StrEnum):
    """What a heartbeat came to."""

    CREATED = "created"
    EXTENDED = "extended"
    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """That a student's session in an app goes on, at an instant."""

    user_id: str
    application_id: str | None
    session_id: str
    at_ms: int

    def event(self, tenant: str) -> dict[str, Any]:
        """Write it as an event of Caliper's General profile."""
        session = to_urn(self.session_id)
        key = f"{self.session_id}/{self.at_ms}"
        about = {} if self.application_id is None else {"edApp": to_urn(self.application_id)}
        return {
            "@context": CONTEXT_V1P2,
            "id": to_urn(seeded(f"{tenant}/{self.user_id}", "heartbeat", key)),
            "type": "Event",
            "profile": "GeneralProfile",
            "action": "Used",
            "actor": {"id": f"urn:timeback:users/{self.user_id}", "type": "Person"},
            "object": {"id": session, "type": "Session"},
            "eventTime": iso_utc(self.at_ms),
            "session": session,
            **about,
        }


def whole_second(instant_ms: int) -> int:
    """Return the second that an instant lies in: two heartbeats of one second are one."""
    return instant_ms - instant_ms % _SECOND_MS


def beat(
    connection: Connection, sender: Principal, known: Known | None, heart: Heartbeat, now_ms: int
) -> tuple[Outcome, Taken | None]:
    """Take a heartbeat in, in the transaction of the caller; ``known`` is the session so far.

    A session that was closed before that instant is told to be over, and stays as it is.
    """
    span = None if known is None else known.span
    if span is not None and span.closing is not None and heart.at_ms > span.ended_ms:
        return Outcome.COMPLETED, None
    if _PLAIN.fullmatch(heart.user_id) is None:
        raise ContractFault("Heartbeats cannot name this person; send events.", status=422)
    raw = msgspec.json.encode(heart.event(tenant_of(sender)))
    taken = ingest(connection, sender, Envelope(SENSOR, now_ms, CONTEXT_V1P2, (Item(raw),)), now_ms)
    (result,) = taken.results
    match result.status:
        case Status.REFUSED:
            raise _refused(result.faults[0].pointer, result.faults[0].message)
        case Status.DUPLICATE:
            return Outcome.DUPLICATE, taken
        case Status.ACCEPTED:
            return _came_to(span, heart.at_ms), taken


def _came_to(before: SessionSpan | None, at_ms: int) -> Outcome:
    if before is None:
        return Outcome.CREATED
    return Outcome.EXTENDED if at_ms > before.last_ms else Outcome.RECORDED


def _refused(pointer: str, message: str) -> ContractFault:
    part = pointer.removeprefix("/data/0")
    status = {"/session": 403, "/actor": 404}.get(part, 422)
    name = {"/actor": "/userId", "/edApp": "/applicationId", "/eventTime": "/at"}.get(part, part)
    return ContractFault(f"This {name.removeprefix('/')} {message}.", status=status, pointer=name)
