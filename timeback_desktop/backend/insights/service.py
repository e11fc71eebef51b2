"""Answer what coaches and students ask: which sessions there were, and what was noticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, true

from timeback_desktop.backend.asking import Page
from timeback_desktop.backend.insights import judgements
from timeback_desktop.backend.insights.judgements import Status, Wanted
from timeback_desktop.backend.insights.spans import length_ms
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.backend.sessions.models import sessions as table
from timeback_desktop.backend.sessions.span import SessionSpan
from timeback_desktop.backend.timeline import accounts, overturned, questions, record, stretches
from timeback_desktop.backend.timeline.accounts import Overturned
from timeback_desktop.backend.timeline.owned import asleep_ms
from timeback_desktop.backend.timeline.questions import Told
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.backend.timeline.stretches import Stretch
from timeback_desktop.clock import iso_utc
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import Totals, whole_seconds

__all__ = [
    "Chosen",
    "Include",
    "Page",
    "State",
    "Status",
    "Wanted",
    "insights_page",
    "one_session",
    "sessions_page",
    "written",
]

_MOST_OF_A_NAME = 20
Json = dict[str, Any]


class State(StrEnum):
    """How far a session has come: only begun, going on, over."""

    CREATED = "created"
    ACTIVE = "active"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of a student's sessions are asked for, besides those of a range."""

    application_id: str | None = None
    state: State | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """Return it as a condition on the table."""
        wanted: list[ColumnElement[bool]] = [true()]
        if self.application_id is not None:
            wanted.append(table.c.application_id == self.application_id)
        if self.state is not None:
            closed = table.c.closer_id.is_not(None)
            begun = table.c.ended_ms == table.c.started_ms
            wanted.append(
                {
                    State.CREATED: and_(~closed, begun),
                    State.ACTIVE: and_(~closed, ~begun),
                    State.COMPLETED: closed,
                }[self.state]
            )
        return and_(*wanted)


class Include(StrEnum):
    """What may be asked for with each session."""

    SEGMENTS = "segments"
    INSIGHTS = "insights"


def sessions_page(
    connection: Connection,
    asked: Asked,
    page: Page,
    include: frozenset[Include] = frozenset(),
    which: Chosen | None = None,
) -> Json:
    """Return one page of a student's sessions, newest first."""
    chosen = sessions.touching(asked.publisher_id, asked.user_id, asked.from_ms, asked.to_ms)
    chosen = and_(chosen, (which or Chosen()).condition)
    spans, total = sessions.page(connection, chosen, page.limit, page.offset)
    found = written(connection, asked, spans, include)
    return {"sessions": found, "pagination": page.told(len(spans), total)}


def one_session(
    connection: Connection, tenant: str, session_id: str, may: Callable[[str], bool]
) -> Json | None:
    """Return a session with its segments and insights, of the first student who ``may`` be read.

    A session is keyed by its student too: nobody can name another's and write into it.
    """
    rows = connection.execute(
        select(table)
        .where(table.c.publisher_id == tenant, table.c.id == session_id)
        .order_by(table.c.measured.desc(), table.c.user_id)
        .limit(_MOST_OF_A_NAME)
    )
    row = next((each for each in rows if may(each.user_id)), None)
    if row is None:
        return None
    asked, span = Asked(tenant, row.user_id), sessions.span_of(row)
    (session,) = written(connection, asked, [span], frozenset(Include))
    found = session.pop("insights")
    return {"session": session, "insights": found}


def written(
    connection: Connection, asked: Asked, spans: Sequence[SessionSpan], include: frozenset[Include]
) -> list[Json]:
    """Write a student's sessions, in their order."""
    mine = [span.id for span in spans]
    known = _Known(
        names=record.app_names(connection, asked),
        time=record.time_in(connection, asked, mine),
        told=record.answers_in(connection, asked, mine),
        overturned=_by_session(overturned.overturned_in(connection, asked, mine)),
    )
    found = [_session(asked, span, known) for span in spans]
    if Include.SEGMENTS in include:
        for span, session in zip(spans, found, strict=True):
            session["segments"] = known.segments(span.id)
    if Include.INSIGHTS in include:
        judged = judgements.in_sessions(connection, asked, mine)
        for span, session in zip(spans, found, strict=True):
            session["insights"] = judged.get(span.id, [])
    return found


def insights_page(
    connection: Connection, asked: Asked, page: Page, which: Wanted | None = None
) -> Json:
    """Return one page of what was noticed about a student, newest first unless told."""
    wanted = which or Wanted()
    found, total = judgements.page_of(connection, asked, wanted, page.limit, page.offset)
    return {"insights": found, "pagination": page.told(len(found), total)}


def _by_session(found: Sequence[Overturned]) -> dict[str | None, list[Overturned]]:
    grouped: dict[str | None, list[Overturned]] = {}
    for each in found:
        grouped.setdefault(each.session_id, []).append(each)
    return grouped


@dataclass(frozen=True, slots=True)
class _Known:
    """What is on record about the sessions of a page."""

    names: dict[str, str]
    time: Mapping[str, Sequence[Stretch]]
    told: Mapping[str, Sequence[Told]]
    overturned: Mapping[str | None, Sequence[Overturned]]

    def totals(self, session_id: str, asleep_ms: int) -> Totals | None:
        back = self.overturned.get(session_id, ())
        opened = accounts.open_accounts(self.time.get(session_id, ()), back)
        return accounts.total_of(opened, asleep_ms=asleep_ms)

    def segments(self, session_id: str) -> list[Json]:
        back = self.overturned.get(session_id, ())
        time = stretches.joined(self.time.get(session_id, ()))
        return [_segment(each) for each in accounts.settled(time, back)]


def _session(asked: Asked, span: SessionSpan, known: _Known) -> Json:
    closing, lasted = span.closing, length_ms(span)
    return {
        "id": to_urn(span.id),
        "userId": asked.user_id,
        "applicationId": span.application_id,
        "applicationName": known.names.get(span.application_id or ""),
        "startedAtTime": iso_utc(span.started_ms),
        "endedAtTime": iso_utc(span.ended_ms) if _has_end(span) else None,
        "duration": None if lasted is None else whole_seconds(lasted),
        "loggedOut": closing is not None,
        "endReason": str(closing.reason) if closing else None,
        "time": _wire(known.totals(span.id, asleep_ms(span))),
        "questions": questions.count(known.told.get(span.id, ())),
        "state": str(_state(span)),
    }


def _state(span: SessionSpan) -> State:
    if span.closing is not None:
        return State.COMPLETED
    return State.ACTIVE if span.ended_ms > span.started_ms else State.CREATED


def _has_end(span: SessionSpan) -> bool:
    return span.closing is not None or span.ended_ms > span.started_ms


def _segment(stretch: Stretch) -> Json:
    return {
        "state": None if stretch.state is None else str(stretch.state),
        "type": str(stretch.type),
        "subType": stretch.sub_type,
        "startedAtTime": iso_utc(stretch.started_ms),
        "endedAtTime": iso_utc(stretch.ended_ms),
        "ms": stretch.ms,
    }


def _wire(totals: Totals | None) -> Json | None:
    return None if totals is None else totals.as_wire()
