"""What arriving events say about sessions, and where events belong that asked to be attached.

Called inside the transaction that stores the events: no other writer comes between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from timeback_desktop.backend.db.bulk import rows_at
from timeback_desktop.backend.events.contents import Fresh
from timeback_desktop.backend.events.facts import EventFacts
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.backend.sessions.models import sessions as table
from timeback_desktop.backend.sessions.service import Seat
from timeback_desktop.backend.sessions.span import Closing, Origin, SessionSpan, merged

Pair = tuple[str, str]


@dataclass(slots=True)
class Touched:
    """What else changed for the students: sleep that was told, and events that moved.

    Each is a student with the outermost instants of what changed.
    """

    asleep: list[tuple[str, int, int]] = field(default_factory=list)
    moved: list[tuple[str, int, int]] = field(default_factory=list)


def apps_of(connection: Connection, tenant: str, wanted: Iterable[Pair]) -> dict[Pair, str | None]:
    """Return the apps of these sessions (student, id), of those that are known."""
    columns = ("user_id", "id", "application_id")
    where = {"publisher_id": tenant}
    found = rows_at(connection, table, columns, where, ("user_id", "id"), sorted(wanted))
    return {(row[0], row[1]): row[2] for row in found}


def note(connection: Connection, tenant: str, fresh: Sequence[Fresh]) -> Touched:
    """Merge what the new events say about sessions, then settle what is loose near them."""
    said = _said(fresh)
    seats: dict[Seat, list[int]] = {}
    touched = Touched()
    for (user_id, _), before, after in sessions.note_all(connection, tenant, said):
        for known in (before, after):
            if known is not None and known.application_id is not None:
                instants = seats.setdefault(Seat(tenant, user_id, known.application_id), [])
                instants += [known.started_ms, known.ended_ms, known.last_ms]
        if after.closing is not None and after.closing.suspended_ms:
            touched.asleep.append((user_id, after.started_ms, after.ended_ms))
    for each in fresh:
        if each.place.auto and each.place.application_id:
            seat = Seat(tenant, each.place.user_id, each.place.application_id)
            seats.setdefault(seat, []).extend(facts.event_ms for facts in each.events)
    for seat in sessions.with_loose_events(connection, tenant, list(seats)):
        edges = sessions.settle(connection, seat, min(seats[seat]), max(seats[seat]))
        if edges is not None:
            touched.moved.append((seat.user_id, *edges))
    return touched


def _said(fresh: Iterable[Fresh]) -> dict[Pair, SessionSpan]:
    """Return what the events say about each session that they name.

    Most events say nothing but that they are part of it: those are taken together.
    """
    said: dict[Pair, SessionSpan] = {}
    for each in fresh:
        session_id = each.place.session_id
        if session_id is None:
            continue
        plain = []
        for facts in each.events:
            if _is_plain(facts):
                plain.append(facts)
            else:
                _add(said, each, _span(each, facts, session_id))
        if plain:
            first = min(facts.started_ms for facts in plain)
            last = max(facts.event_ms for facts in plain)
            app_id = each.place.application_id
            span = SessionSpan(session_id, app_id, Origin.BARE, each.measured, first, last)
            _add(said, each, span)
    return said


def _is_plain(facts: EventFacts) -> bool:
    told = facts.about.session
    silent = told is None or told.started_ms is None
    return silent and facts.end_reason is None and facts.type != "SessionEvent"


def _add(said: dict[Pair, SessionSpan], each: Fresh, span: SessionSpan) -> None:
    key = (each.place.user_id, span.id)
    said[key] = merged(said[key], span) if key in said else span


def _span(each: Fresh, facts: EventFacts, session_id: str) -> SessionSpan:
    """Return what one event says about the session that it names."""
    told = facts.about.session
    closing = None
    if facts.end_reason is not None and told is not None:
        closing = Closing(
            event_ms=facts.event_ms,
            event_id=facts.id,
            closed_ms=facts.event_ms if told.ended_ms is None else told.ended_ms,
            reason=facts.end_reason,
            duration_ms=told.duration_ms,
            suspended_ms=facts.suspended_ms,
        )
    return SessionSpan(
        id=session_id,
        application_id=each.place.application_id,
        origin=Origin.EXPLICIT if facts.type == "SessionEvent" else Origin.BARE,
        measured=each.measured,
        first_ms=facts.started_ms,
        last_ms=facts.event_ms,
        declared_start_ms=None if told is None else told.started_ms,
        closing=closing,
    )
