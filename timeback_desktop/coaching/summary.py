"""The summary of a session and of a day: the one fold behind every screen and export.

The figures are :class:`~timeback_desktop.partition.Totals`; this module only groups
stretches by session and by the school's local day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from timeback_desktop import clock
from timeback_desktop.clock import iso_utc
from timeback_desktop.partition import ENGAGED, State, Totals, whole_seconds


@dataclass(frozen=True, slots=True)
class Stretch:
    """One state, uninterrupted. ``started_at_ms`` labels, ``ms`` measures."""

    state: State
    detail: str | None
    started_at_ms: int
    ms: int

    @property
    def ended_at_ms(self) -> int:
        """The label of the first instant after the stretch."""
        return self.started_at_ms + self.ms


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """What a student and a coach are told about one session."""

    session_id: str
    student_id: str
    app_id: str
    app_name: str
    subject: str
    started_at_ms: int
    ended_at_ms: int | None
    end_reason: str | None
    totals: Totals
    stretches: tuple[Stretch, ...]
    longest_focus_ms: int

    def as_json(self) -> dict[str, object]:
        """Return the shape that ``summary --json`` prints; times are UTC, ISO 8601.

        ``time`` is ``None`` when nothing was measured: never zero for unknown.
        """
        return {
            "id": self.session_id,
            "studentId": self.student_id,
            "applicationId": self.app_id,
            "applicationName": self.app_name,
            "subject": self.subject,
            "startedAtTime": iso_utc(self.started_at_ms),
            "endedAtTime": None if self.ended_at_ms is None else iso_utc(self.ended_at_ms),
            "endReason": self.end_reason,
            "time": self.totals.as_wire() if self.stretches else None,
            "longestFocus_s": whole_seconds(self.longest_focus_ms),
        }


@dataclass(frozen=True, slots=True)
class DaySummary:
    """All sessions of one student on one local day."""

    student_id: str
    day: date
    timezone: str
    sessions: tuple[SessionSummary, ...]
    totals: Totals

    def as_json(self) -> dict[str, object]:
        """Return the shape that ``summary --json`` prints."""
        return {
            "studentId": self.student_id,
            "date": self.day.isoformat(),
            "timezone": self.timezone,
            "time": self.totals.as_wire() if self.totals.span_ms else None,
            "sessions": [session.as_json() for session in self.sessions],
        }


def join(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Merge neighbours that abut and say the same, so that windows do not show."""
    joined: list[Stretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last and (last.state, last.detail) == (stretch.state, stretch.detail):
            joined[-1] = Stretch(last.state, last.detail, last.started_at_ms, last.ms + stretch.ms)
        elif stretch.ms:
            joined.append(stretch)
    return tuple(joined)


def longest_focus_ms(stretches: Iterable[Stretch]) -> int:
    """Return the longest run of engaged time; any other state ends a run."""
    longest = run = 0
    for stretch in stretches:
        run = run + stretch.ms if stretch.state in ENGAGED else 0
        longest = max(longest, run)
    return longest


def totals_of(stretches: Iterable[Stretch]) -> Totals:
    """Add up stretches."""
    return Totals.fold((stretch.state, stretch.ms) for stretch in stretches)


def local_date(utc_ms: int, timezone: str) -> date:
    """Return the calendar day of an instant in the school's zone."""
    return clock.local_date(utc_ms, ZoneInfo(timezone))


def day_bounds_ms(day: date, timezone: str) -> tuple[int, int]:
    """Return the first millisecond of a local day and of the next; 23 to 25 hours apart."""
    zone = ZoneInfo(timezone)
    return clock.midnight_ms(day, zone), clock.midnight_ms(day + timedelta(days=1), zone)


def clip(stretches: Iterable[Stretch], from_ms: int, to_ms: int) -> tuple[Stretch, ...]:
    """Return the parts of the stretches inside ``[from_ms, to_ms)``."""
    parts = []
    for stretch in stretches:
        start, end = max(stretch.started_at_ms, from_ms), min(stretch.ended_at_ms, to_ms)
        if start < end:
            parts.append(Stretch(stretch.state, stretch.detail, start, end - start))
    return tuple(parts)


def day_of(
    sessions: Sequence[SessionSummary], *, student_id: str, day: date, timezone: str
) -> DaySummary:
    """Fold a student's sessions into one local day; a session over midnight gives its part."""
    bounds = day_bounds_ms(day, timezone)
    parts = tuple(clip(session.stretches, *bounds) for session in sessions)
    shown = tuple(session for session, part in zip(sessions, parts, strict=True) if part)
    total = totals_of(stretch for part in parts for stretch in part)
    return DaySummary(student_id, day, timezone, shown, total)
