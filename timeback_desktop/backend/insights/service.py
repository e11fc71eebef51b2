"""Answer what coaches and students ask: which sessions there were, and how time went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from timeback_desktop.backend.insights import accounts, judgements, questions, record, stretches
from timeback_desktop.backend.insights.accounts import Account, Home, Overturned
from timeback_desktop.backend.insights.judgements import Status
from timeback_desktop.backend.insights.questions import Told
from timeback_desktop.backend.insights.record import Asked
from timeback_desktop.backend.insights.stretches import Stretch
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.backend.sessions.span import Origin, SessionSpan
from timeback_desktop.clock import iso_utc, local_date
from timeback_desktop.ids import to_urn
from timeback_desktop.partition import Totals, whole_seconds

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    limit: int
    offset: int

    def told(self, shown: int, total: int) -> Json:
        """Write it, for ``shown`` rows of ``total``."""
        more = self.offset + shown < total
        return {"limit": self.limit, "offset": self.offset, "total": total, "hasMore": more}


class Include(StrEnum):
    """What may be asked for with each session."""

    SEGMENTS = "segments"
    INSIGHTS = "insights"


def sessions_page(
    connection: Connection, asked: Asked, page: Page, include: frozenset[Include] = frozenset()
) -> Json:
    """Return one page of a student's sessions, newest first."""
    chosen = sessions.touching(asked.publisher_id, asked.user_id, asked.from_ms, asked.to_ms)
    spans, total = sessions.page(connection, chosen, page.limit, page.offset)
    mine = [span.id for span in spans]
    known = _Known(
        names=record.app_names(connection, asked),
        time=record.time_in(connection, asked, mine),
        told=record.answers_in(connection, asked, mine),
        overturned=_by_session(judgements.overturned_in(connection, asked, mine)),
    )
    found = [_session(asked, span, known) for span in spans]
    if Include.SEGMENTS in include:
        for span, written in zip(spans, found, strict=True):
            written["segments"] = known.segments(span.id)
    if Include.INSIGHTS in include:
        judged = judgements.in_sessions(connection, asked, mine)
        for span, written in zip(spans, found, strict=True):
            written["insights"] = judged.get(span.id, [])
    return {"sessions": found, "pagination": page.told(len(spans), total)}


def insights_page(
    connection: Connection, asked: Asked, page: Page, status: Status | None = None
) -> Json:
    """Return one page of what was noticed about a student, newest first."""
    found, total = judgements.page_of(connection, asked, status, page.limit, page.offset)
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
    closing = span.closing
    return {
        "id": to_urn(span.id),
        "userId": asked.user_id,
        "applicationId": span.application_id,
        "applicationName": known.names.get(span.application_id or ""),
        "startedAtTime": iso_utc(span.started_ms),
        "endedAtTime": iso_utc(span.ended_ms) if _has_end(span) else None,
        "duration": _duration_s(span),
        "loggedOut": closing is not None,
        "endReason": str(closing.reason) if closing else None,
        "time": _wire(known.totals(span.id, _asleep_ms(span))),
        "questions": questions.count(known.told.get(span.id, ())),
    }


def _asleep_ms(span: SessionSpan) -> int:
    return (span.closing.suspended_ms or 0) if span.closing else 0


def _has_end(span: SessionSpan) -> bool:
    return span.closing is not None or span.ended_ms > span.started_ms


def _duration_s(span: SessionSpan) -> int | None:
    """Return the length as measured; an explicit session has none before its end."""
    if span.closing and span.closing.duration_ms is not None:
        return whole_seconds(span.closing.duration_ms)
    if span.closing or span.origin is not Origin.EXPLICIT:
        return whole_seconds(span.ended_ms - span.started_ms)
    return None


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


@dataclass(slots=True)
class _Bucket:
    """What fell on one day, or into the whole range."""

    time: list[Account] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)

    def as_wire(self) -> Json:
        return {
            "time": _wire(accounts.total_of(self.time)),
            "questions": questions.count(self.told),
            "sessions": len(self.sessions),
        }


def overview(connection: Connection, asked: Asked, zone: ZoneInfo) -> Json:
    """Return a student's time and questions by local day, with totals and shares by app.

    ``asked`` must carry both ends of its range.
    """
    if asked.from_ms is None or asked.to_ms is None:
        raise ValueError("an overview has a range")
    whole, days = _Bucket(), _Days(zone)
    chosen = sessions.touching(asked.publisher_id, asked.user_id, asked.from_ms, asked.to_ms)
    spans = sessions.every(connection, chosen)
    for account in owned_time(connection, asked, spans, asked.from_ms, asked.to_ms):
        whole.time.append(account)
        days.spent(account)
    for told in record.answers_between(connection, asked, asked.from_ms, asked.to_ms):
        whole.told.append(told)
        days.told(told)
    for span in spans:
        whole.sessions.add(span.id)
        days.session(span, asked.from_ms)
    names = record.app_names(connection, asked)
    return {
        "range": {"from": iso_utc(asked.from_ms), "to": iso_utc(asked.to_ms)},
        "timezone": zone.key,
        "granularity": "day",
        "buckets": days.as_wire(),
        "totals": whole.as_wire(),
        "breakdown": _breakdown(whole, names),
    }


def owned_time(
    connection: Connection, asked: Asked, spans: Sequence[SessionSpan], low: int, high: int
) -> list[Account]:
    """Return the student's one timeline inside a range: no millisecond in two accounts.

    ``spans`` are the sessions that touch the range.
    """
    slept = {span.id: span for span in spans if _asleep_ms(span)}
    near = record.time_between(connection, asked, low, high)
    # Sleep is laid into the gaps of a session, which only shows where all of it is known.
    whole = record.time_in(connection, asked, list(slept))
    time = [each for each in near if each.session_id not in slept]
    time += [each for found in whole.values() for each in found]
    back = judgements.overturned_between(connection, asked, low, high)
    opened = accounts.open_accounts(stretches.joined(sorted(time, key=_by_account)), back)
    told = {account.home.session_id for account in opened}
    opened += [
        Account(Home(span.id, span.application_id, measured=True), ())
        for span in slept.values()
        if span.id not in told
    ]
    laid = [_with_sleep(account, slept) for account in opened]
    inside = (account.within(low, high) for account in accounts.owned(laid))
    return [account for account in inside if account.pieces]


def _by_account(stretch: Stretch) -> tuple[str, str, bool, int]:
    session, app = stretch.session_id or "", stretch.application_id or ""
    return session, app, stretch.measured, stretch.started_ms


def _with_sleep(account: Account, slept: Mapping[str, SessionSpan]) -> Account:
    span = slept.get(account.home.session_id or "")
    if span is None or not account.home.measured:
        return account
    return accounts.asleep(account, (span.started_ms, span.ended_ms), _asleep_ms(span))


class _Days:
    """Buckets by local day."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._buckets: dict[date, _Bucket] = {}

    def at(self, instant_ms: int) -> _Bucket:
        """Return the bucket of the day that an instant falls on."""
        return self._of(local_date(instant_ms, self._zone))

    def _of(self, day: date) -> _Bucket:
        return self._buckets.setdefault(day, _Bucket())

    def spent(self, account: Account) -> None:
        """Add an account to each day that it lies on."""
        for day, part in accounts.by_day(account, self._zone):
            bucket = self._of(day)
            bucket.time.append(part)
            if part.home.session_id is not None:
                bucket.sessions.add(part.home.session_id)

    def told(self, told: Told) -> None:
        """Add an answer to its day."""
        bucket = self.at(told.event_ms)
        bucket.told.append(told)
        if told.session_id is not None:
            bucket.sessions.add(told.session_id)

    def session(self, span: SessionSpan, from_ms: int) -> None:
        """Add a session to the day on which it began, or on which the range did."""
        self.at(max(span.started_ms, from_ms)).sessions.add(span.id)

    def as_wire(self) -> list[Json]:
        """Return the days that hold anything, oldest first."""
        return [
            {"date": day.isoformat(), **bucket.as_wire()}
            for day, bucket in sorted(self._buckets.items())
        ]


def _breakdown(whole: _Bucket, names: dict[str, str]) -> Json:
    by_app: dict[str | None, list[Account]] = {}
    for account in whole.time:
        by_app.setdefault(account.home.application_id, []).append(account)
    rows = [
        {
            "applicationId": application_id,
            "applicationName": names.get(application_id or ""),
            "time": _wire(accounts.total_of(time)),
        }
        for application_id, time in by_app.items()
    ]
    totals = accounts.total_of(whole.time)
    states = totals.as_wire()["states"] if totals else {}
    return {"byApp": sorted(rows, key=lambda row: str(row["applicationName"])), "byState": states}
