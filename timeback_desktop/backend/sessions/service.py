"""Rules of sessions over the database: merge what an event says, settle what is loose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from timeback_desktop.backend.events.models import (
    answers,
    app_events,
    events,
    insights,
    time_spent,
)
from timeback_desktop.backend.sessions.attachment import LooseEvent, attach
from timeback_desktop.backend.sessions.models import sessions
from timeback_desktop.backend.sessions.span import (
    ATTACH_GRACE_MS,
    INACTIVITY_MS,
    Closing,
    EndReason,
    Origin,
    SessionSpan,
    merged,
)

_REACH_MS = INACTIVITY_MS + ATTACH_GRACE_MS
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Seat:
    """One student in one app of one tenant."""

    publisher_id: str
    user_id: str
    application_id: str


def span_of(row: Row[Any]) -> SessionSpan:
    """Return what a row of the table knows about its session."""
    closing = None
    if row.closer_id is not None:
        closing = Closing(
            event_ms=row.closer_ms,
            event_id=row.closer_id,
            closed_ms=row.closed_ms,
            reason=EndReason(row.end_reason),
            duration_ms=row.duration_ms,
            suspended_ms=row.suspended_ms,
        )
    return SessionSpan(
        id=row.id,
        application_id=row.application_id,
        origin=Origin(row.origin),
        measured=row.measured,
        first_ms=row.first_ms,
        last_ms=row.last_ms,
        declared_start_ms=row.declared_start_ms,
        closing=closing,
    )


def _columns(span: SessionSpan) -> dict[str, Any]:
    closing = span.closing
    return {
        "application_id": span.application_id,
        "origin": span.origin,
        "measured": span.measured,
        "declared_start_ms": span.declared_start_ms,
        "first_ms": span.first_ms,
        "last_ms": span.last_ms,
        "closed_ms": closing and closing.closed_ms,
        "closer_ms": closing and closing.event_ms,
        "closer_id": closing and closing.event_id,
        "duration_ms": closing and closing.duration_ms,
        "suspended_ms": closing and closing.suspended_ms,
        "end_reason": closing and closing.reason,
        "started_ms": span.started_ms,
        "ended_ms": span.ended_ms,
    }


def _is(publisher_id: str, user_id: str, session_id: str) -> ColumnElement[bool]:
    return and_(
        sessions.c.publisher_id == publisher_id,
        sessions.c.user_id == user_id,
        sessions.c.id == session_id,
    )


def find(
    connection: Connection, publisher_id: str, user_id: str, session_id: str
) -> SessionSpan | None:
    """Return what is known about a student's session."""
    row = connection.execute(
        select(sessions).where(_is(publisher_id, user_id, session_id))
    ).one_or_none()
    return None if row is None else span_of(row)


def note(connection: Connection, publisher_id: str, user_id: str, span: SessionSpan) -> SessionSpan:
    """Merge what events said into the session's row, and return what is known now.

    The caller holds the student's lock, so that no other writer comes between.
    """
    known = find(connection, publisher_id, user_id, span.id)
    if known is None:
        key = {"publisher_id": publisher_id, "user_id": user_id, "id": span.id}
        connection.execute(insert(sessions).values(**key, **_columns(span)))
        return span
    whole = merged(known, span)
    if whole != known:
        connection.execute(
            update(sessions).where(_is(publisher_id, user_id, span.id)).values(**_columns(whole))
        )
    return whole


def settle(connection: Connection, seat: Seat, from_ms: int, to_ms: int) -> None:
    """Attach the loose events around a stretch of time anew.

    The stretch is widened until silence surrounds it, so that every sitting which it
    touches is looked at as a whole.
    """
    low = _edge(connection, seat, from_ms - _REACH_MS, forward=False)
    high = _edge(connection, seat, to_ms + _REACH_MS, forward=True)
    rows = connection.execute(
        select(events.c.id, events.c.started_ms, events.c.event_ms, events.c.session_id).where(
            _loose(seat), events.c.event_ms.between(low, high)
        )
    ).all()
    if not rows:
        return
    attachment = attach(
        [LooseEvent(row.id, row.started_ms, row.event_ms) for row in rows],
        _spans_near(connection, seat, low, high),
        owner=f"{seat.publisher_id}/{seat.user_id}",
        application_id=seat.application_id,
    )
    before = {row.id: row.session_id for row in rows}
    _replace_made(connection, seat, before.values(), attachment.made)
    _move(connection, seat, before, attachment.session_of)


def _loose(seat: Seat) -> ColumnElement[bool]:
    return and_(
        events.c.publisher_id == seat.publisher_id,
        events.c.user_id == seat.user_id,
        events.c.application_id == seat.application_id,
        events.c.auto,
    )


def _edge(connection: Connection, seat: Seat, edge_ms: int, *, forward: bool) -> int:
    """Walk from an instant, loose event by loose event, to where silence begins."""
    moment = events.c.event_ms
    while True:
        beyond = moment > edge_ms if forward else moment < edge_ms
        order = moment if forward else moment.desc()
        page = connection.scalars(
            select(moment).where(_loose(seat), beyond).order_by(order).limit(_PAGE)
        ).all()
        for instant in page:
            if abs(instant - edge_ms) > INACTIVITY_MS:
                return edge_ms
            edge_ms = instant
        if len(page) < _PAGE:
            return edge_ms


def _spans_near(connection: Connection, seat: Seat, low: int, high: int) -> list[SessionSpan]:
    rows = connection.execute(
        select(sessions).where(
            sessions.c.publisher_id == seat.publisher_id,
            sessions.c.user_id == seat.user_id,
            sessions.c.application_id == seat.application_id,
            sessions.c.origin != Origin.AUTO,
            sessions.c.started_ms <= high + ATTACH_GRACE_MS,
            or_(
                sessions.c.ended_ms >= low - _REACH_MS,
                sessions.c.last_ms >= low - _REACH_MS,
            ),
        )
    )
    return [span_of(row) for row in rows]


def _replace_made(
    connection: Connection,
    seat: Seat,
    before: Iterable[str | None],
    made: Sequence[SessionSpan],
) -> None:
    """Remove the sessions that were made for these events, and make the present ones."""
    named = {each for each in before if each} | {span.id for span in made}
    for part in _parts(sorted(named)):
        connection.execute(
            delete(sessions).where(
                sessions.c.publisher_id == seat.publisher_id,
                sessions.c.user_id == seat.user_id,
                sessions.c.id.in_(part),
                sessions.c.origin == Origin.AUTO,
            )
        )
    for span in made:
        note(connection, seat.publisher_id, seat.user_id, span)


def _move(
    connection: Connection,
    seat: Seat,
    before: Mapping[str, str | None],
    after: Mapping[str, str],
) -> None:
    """Write the new homes of the events that moved, and of what was read out of them."""
    homes: dict[str, list[str]] = {}
    for event_id, home in after.items():
        if before[event_id] != home:
            homes.setdefault(home, []).append(event_id)
    for home, moved in homes.items():
        for part in _parts(moved):
            for table, key in (
                (events, events.c.id),
                (time_spent, time_spent.c.event_id),
                (answers, answers.c.event_id),
                (insights, insights.c.event_id),
            ):
                connection.execute(
                    update(table)
                    .where(table.c.publisher_id == seat.publisher_id, key.in_(part))
                    .values(session_id=home)
                )
            _announce(connection, seat, part, home)


def _announce(connection: Connection, seat: Seat, moved: Sequence[str], home: str) -> None:
    """Bring what apps told to its new home, numbered anew: who listens there has not heard it."""
    seq = app_events.c.seq
    mine = and_(
        app_events.c.publisher_id == seat.publisher_id, app_events.c.user_id == seat.user_id
    )
    these = and_(mine, app_events.c.event_id.in_(moved))
    first = connection.scalar(select(func.min(seq)).where(these))
    if first is None:
        return
    last = connection.scalar(select(func.max(seq)).where(mine)) or 0
    connection.execute(
        update(app_events).where(these).values(session_id=home, seq=seq + (last - first + 1))
    )


def _parts(identifiers: Sequence[str]) -> list[Sequence[str]]:
    return [identifiers[at : at + _PAGE] for at in range(0, len(identifiers), _PAGE)]


def touching(
    publisher_id: str, user_id: str, from_ms: int | None, to_ms: int | None
) -> ColumnElement[bool]:
    """Return the condition for a student's sessions that touch a stretch of time."""
    conditions = [sessions.c.publisher_id == publisher_id, sessions.c.user_id == user_id]
    if from_ms is not None:
        begun = sessions.c.started_ms >= from_ms
        conditions.append(or_(sessions.c.ended_ms > from_ms, begun))
    if to_ms is not None:
        conditions.append(sessions.c.started_ms < to_ms)
    return and_(*conditions)


def every(connection: Connection, chosen: ColumnElement[bool]) -> list[SessionSpan]:
    """Return all the chosen sessions."""
    return [span_of(row) for row in connection.execute(select(sessions).where(chosen))]


def page(
    connection: Connection, chosen: ColumnElement[bool], limit: int, offset: int
) -> tuple[list[SessionSpan], int]:
    """Return one page of the chosen sessions, newest first, and how many there are."""
    rows = connection.execute(
        select(sessions)
        .where(chosen)
        .order_by(sessions.c.started_ms.desc(), sessions.c.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    total = connection.scalar(select(func.count()).select_from(sessions).where(chosen))
    return [span_of(row) for row in rows], total or 0
