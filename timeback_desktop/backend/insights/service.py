"""Answer what coaches and students ask: which sessions there were, and how time went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from timeback_desktop.backend.insights import questions, record, stretches
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


def sessions_page(
    connection: Connection, asked: Asked, page: Page, *, with_segments: bool = False
) -> Json:
    """Return one page of a student's sessions, newest first."""
    chosen = sessions.touching(asked.publisher_id, asked.user_id, asked.from_ms, asked.to_ms)
    spans, total = sessions.page(connection, chosen, page.limit, page.offset)
    mine = [span.id for span in spans]
    time = record.time_in(connection, asked, mine)
    told = record.answers_in(connection, asked, mine)
    names = record.app_names(connection, asked)
    found = []
    for span in spans:
        written = _session(asked, span, names, time[span.id], told[span.id])
        if with_segments:
            written["segments"] = [_segment(each) for each in stretches.joined(time[span.id])]
        found.append(written)
    more = page.offset + len(spans) < total
    pagination = {"limit": page.limit, "offset": page.offset, "total": total, "hasMore": more}
    return {"sessions": found, "pagination": pagination}


def _session(
    asked: Asked,
    span: SessionSpan,
    names: dict[str, str],
    time: Sequence[Stretch],
    told: Sequence[Told],
) -> Json:
    closing = span.closing
    asleep = (closing.suspended_ms or 0) if closing else 0
    return {
        "id": to_urn(span.id),
        "userId": asked.user_id,
        "applicationId": span.application_id,
        "applicationName": names.get(span.application_id or ""),
        "startedAtTime": iso_utc(span.started_ms),
        "endedAtTime": iso_utc(span.ended_ms) if _has_end(span) else None,
        "duration": _duration_s(span),
        "loggedOut": closing is not None,
        "endReason": str(closing.reason) if closing else None,
        "time": _wire(stretches.total_of(time, suspended_ms=asleep)),
        "questions": questions.count(told),
    }


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

    time: list[Stretch] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    asleep_ms: int = 0

    def as_wire(self) -> Json:
        totals = stretches.total_of(self.time, suspended_ms=self.asleep_ms)
        return {
            "time": _wire(totals),
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
    near = record.time_between(connection, asked, asked.from_ms, asked.to_ms)
    for stretch in stretches.joined(near):
        part = stretches.clipped(stretch, asked.from_ms, asked.to_ms)
        if part is not None:
            whole.time.append(part)
            days.spent(part)
    for told in record.answers_between(connection, asked, asked.from_ms, asked.to_ms):
        whole.told.append(told)
        days.told(told)
    chosen = sessions.touching(asked.publisher_id, asked.user_id, asked.from_ms, asked.to_ms)
    for span in sessions.every(connection, chosen):
        whole.sessions.add(span.id)
        asleep = (span.closing.suspended_ms or 0) if span.closing else 0
        if asked.from_ms <= span.ended_ms < asked.to_ms:
            whole.asleep_ms += asleep
            days.at(span.ended_ms).asleep_ms += asleep
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

    def spent(self, stretch: Stretch) -> None:
        """Add a stretch to each day that it lies on."""
        for day, part in stretches.split_by_day(stretch, self._zone):
            bucket = self._of(day)
            bucket.time.append(part)
            if part.session_id is not None:
                bucket.sessions.add(part.session_id)

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
    by_app: dict[str | None, list[Stretch]] = {}
    for stretch in whole.time:
        by_app.setdefault(stretch.application_id, []).append(stretch)
    rows = [
        {
            "applicationId": application_id,
            "applicationName": names.get(application_id or ""),
            "time": _wire(stretches.total_of(time)),
        }
        for application_id, time in by_app.items()
    ]
    totals = stretches.total_of(whole.time, suspended_ms=whole.asleep_ms)
    states = totals.as_wire()["states"] if totals else {}
    return {"byApp": sorted(rows, key=lambda row: str(row["applicationName"])), "byState": states}
