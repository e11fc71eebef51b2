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
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from timeback_desktop.backend.db.bulk import keys_in, put_rows, rows_at
from timeback_desktop.backend.events.models import (
    activities,
    answers,
    app_events,
    insights,
    loose_events,
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

Pair = tuple[str, str]
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
    return _span_in([getattr(row, name) for name in _ROW])


_ROW = (
    "user_id",
    "id",
    "application_id",
    "origin",
    "measured",
    "declared_start_ms",
    "first_ms",
    "last_ms",
    "closed_ms",
    "closer_ms",
    "closer_id",
    "duration_ms",
    "suspended_ms",
    "end_reason",
    "started_ms",
    "ended_ms",
)


def _span_in(row: Any) -> SessionSpan:
    """Return what the columns of ``_ROW`` know about a session."""
    _, id_, app_id, origin, measured, declared, first, last, *closed = row
    closed_ms, closer_ms, closer_id, duration_ms, suspended_ms, reason = closed[:6]
    closing = None
    if closer_id is not None:
        closing = Closing(
            closer_ms, closer_id, closed_ms, EndReason(reason), duration_ms, suspended_ms
        )
    return SessionSpan(id_, app_id, Origin(origin), bool(measured), first, last, declared, closing)


def _values(span: SessionSpan) -> tuple[Any, ...]:
    """Return the columns of ``_ROW`` after its key."""
    closing = span.closing
    end: tuple[Any, ...] = (None,) * 6
    if closing is not None:
        end = (
            closing.closed_ms,
            closing.event_ms,
            closing.event_id,
            closing.duration_ms,
            closing.suspended_ms,
            closing.reason.value,
        )
    return (
        span.application_id,
        span.origin.value,
        span.measured,
        span.declared_start_ms,
        span.first_ms,
        span.last_ms,
        *end,
        span.started_ms,
        span.ended_ms,
    )


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


def note_all(
    connection: Connection, publisher_id: str, said: Mapping[Pair, SessionSpan]
) -> list[tuple[Pair, SessionSpan | None, SessionSpan]]:
    """Merge what events said into the rows of the sessions (student, id).

    Return each with what was known before, if anything, and what is known now.
    """
    where = {"publisher_id": publisher_id}
    rows = rows_at(connection, sessions, _ROW, where, ("user_id", "id"), sorted(said))
    known = {(row[0], row[1]): _span_in(row) for row in rows}
    noted = []
    changed = []
    for key, span in said.items():
        before = known.get(key)
        after = span if before is None else merged(before, span)
        noted.append((key, before, after))
        if after != before:
            changed.append((publisher_id, *key, *_values(after)))
    put_rows(connection, sessions, ("publisher_id", *_ROW), changed)
    return noted


def with_loose_events(
    connection: Connection, publisher_id: str, seats: Iterable[Seat]
) -> list[Seat]:
    """Return those of the seats in which any event asked to be attached."""
    keys = [(seat.user_id, seat.application_id) for seat in seats]
    names = ("user_id", "application_id")
    found = keys_in(connection, loose_events, {"publisher_id": publisher_id}, names, keys)
    return [Seat(publisher_id, *key) for key in found]


def settle(connection: Connection, seat: Seat, from_ms: int, to_ms: int) -> tuple[int, int] | None:
    """Attach the loose events around a stretch of time anew; return where any of them moved.

    The stretch is widened until silence surrounds it, so that every sitting which it
    touches is looked at as a whole.
    """
    low = _edge(connection, seat, from_ms - _REACH_MS, forward=False)
    high = _edge(connection, seat, to_ms + _REACH_MS, forward=True)
    rows = connection.execute(
        select(loose_events).where(_loose(seat), loose_events.c.event_ms.between(low, high))
    ).all()
    if not rows:
        return None
    attachment = attach(
        [LooseEvent(row.id, row.started_ms, row.event_ms) for row in rows],
        _spans_near(connection, seat, low, high),
        owner=f"{seat.publisher_id}/{seat.user_id}",
        application_id=seat.application_id,
    )
    before = {row.id: row.session_id for row in rows}
    _replace_made(connection, seat, before.values(), attachment.made)
    if attachment.session_of == before:
        return None
    moments = {row.id: row.event_ms for row in rows}
    _move(connection, seat, before, attachment.session_of, moments)
    return low, high


def _loose(seat: Seat) -> ColumnElement[bool]:
    return and_(
        loose_events.c.publisher_id == seat.publisher_id,
        loose_events.c.user_id == seat.user_id,
        loose_events.c.application_id == seat.application_id,
    )


def _edge(connection: Connection, seat: Seat, edge_ms: int, *, forward: bool) -> int:
    """Walk from an instant, loose event by loose event, to where silence begins."""
    moment = loose_events.c.event_ms
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
    note_all(connection, seat.publisher_id, {(seat.user_id, span.id): span for span in made})


def _move(
    connection: Connection,
    seat: Seat,
    before: Mapping[str, str | None],
    after: Mapping[str, str],
    moments: Mapping[str, int],
) -> None:
    """Write the new homes of the events that moved, and of what was read out of them."""
    homes: dict[tuple[str | None, str], list[str]] = {}
    for event_id, home in after.items():
        if before[event_id] != home:
            homes.setdefault((before[event_id], home), []).append(event_id)
    for (left, home), moved in homes.items():
        _move_loose(connection, seat, moved, moments, home)
        for part in _parts(moved):
            stay = time_spent.c.session_id
            connection.execute(
                update(time_spent)
                .where(
                    time_spent.c.publisher_id == seat.publisher_id,
                    time_spent.c.user_id == seat.user_id,
                    stay.is_(None) if left is None else stay == left,
                    time_spent.c.event_id.in_(part),
                )
                .values(session_id=home)
            )
            for table in (answers, activities, insights):
                connection.execute(
                    update(table)
                    .where(table.c.publisher_id == seat.publisher_id, table.c.event_id.in_(part))
                    .values(session_id=home)
                )
            _announce(connection, seat, part, home)


def _move_loose(
    connection: Connection,
    seat: Seat,
    moved: Sequence[str],
    moments: Mapping[str, int],
    home: str,
) -> None:
    this = loose_events.c
    statement = (
        update(loose_events)
        .where(_loose(seat), this.event_ms == bindparam("at"), this.id == bindparam("the_id"))
        .values(session_id=home)
    )
    connection.execute(statement, [{"at": moments[each], "the_id": each} for each in moved])


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
