"""The summary of a session and of a day: the one fold behind every screen and export.

The figures are :class:`~timeback_desktop.partition.Totals`, made by
:func:`~timeback_desktop.partition.measure`; this module only groups stretches and verdicts
by session and by the school's local day. The axis is that of the UTC labels, on which the
platform measures too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from timeback_desktop import clock
from timeback_desktop.clock import iso_utc
from timeback_desktop.intervals import clip as clip_intervals
from timeback_desktop.partition import (
    ENGAGED,
    Mark,
    Piece,
    State,
    Totals,
    measure,
    settle,
    whole_seconds,
)
from timeback_desktop.sessions.model import Session
from timeback_desktop.sessions.verdicts import Judgement, Review, figures
from timeback_desktop.waste.sentences import Names, for_coach, for_student

REVIEWED = "reviewed"
"""The detail of time that was called wasted until a coach found it was not."""


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
    """What a student and a coach are told about one session.

    ``stretches`` read as they stand after review, so that they add up to ``totals``.
    """

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
    verdicts: tuple[Judgement, ...] = ()

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
            "verdicts": [verdict_json(each, self.app_name) for each in self.verdicts],
        }


@dataclass(frozen=True, slots=True)
class DaySummary:
    """All sessions of one student on one local day."""

    student_id: str
    day: date
    timezone: str
    sessions: tuple[SessionSummary, ...]
    totals: Totals

    @property
    def verdicts(self) -> tuple[Judgement, ...]:
        """The verdicts that lie in this day, wholly or in part, in order of time."""
        start, end = day_bounds_ms(self.day, self.timezone)
        return tuple(
            each
            for session in self.sessions
            for each in session.verdicts
            if each.verdict.started_at_ms < end
            and each.verdict.started_at_ms + each.verdict.ms > start
        )

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
    """Merge neighbours that abut and say the same, so that windows do not show.

    Where the wall clock was set, labels do not abut: there the stretch stays cut.
    """
    joined: list[Stretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last and _says(last, last.ended_at_ms) == _says(stretch, stretch.started_at_ms):
            joined[-1] = replace(last, ms=last.ms + stretch.ms)
        elif stretch.ms:
            joined.append(stretch)
    return tuple(joined)


def _says(stretch: Stretch, edge_ms: int) -> tuple[State, str | None, int]:
    return stretch.state, stretch.detail, edge_ms


def settled(stretches: Iterable[Stretch], judgements: Sequence[Judgement]) -> tuple[Stretch, ...]:
    """Return the stretches as they read once overturned judgements are taken back."""
    taken_back = overturned_marks(judgements)
    parts: list[Stretch] = []
    for stretch in stretches:
        piece = Piece(stretch.state, stretch.started_at_ms, stretch.ended_at_ms)
        for part in settle([piece], taken_back):
            detail = stretch.detail if part.state is stretch.state else REVIEWED
            parts.append(Stretch(part.state, detail, part.from_ms, part.to_ms - part.from_ms))
    return join(parts)


def longest_focus_ms(stretches: Iterable[Stretch], judgements: Sequence[Judgement] = ()) -> int:
    """Return the longest run of engaged time; any other state ends a run."""
    longest = run = 0
    for stretch in settled(stretches, judgements) if judgements else stretches:
        run = run + stretch.ms if stretch.state in ENGAGED else 0
        longest = max(longest, run)
    return longest


def overlay_marks(judgements: Iterable[Judgement]) -> list[Mark]:
    """Return where verdicts lie, by their labels; those that are never waste have no place."""
    return [mark for each in judgements if (mark := each.mark) is not None]


def overturned_marks(judgements: Iterable[Judgement]) -> list[Mark]:
    """Return where verdicts lie that a coach found wrong."""
    return overlay_marks(each for each in judgements if each.overturned)


def totals_of(stretches: Iterable[Stretch], judgements: Sequence[Judgement] = ()) -> Totals:
    """Measure stretches with the verdicts over them."""
    pieces = [Piece(s.state, s.started_at_ms, s.ended_at_ms) for s in stretches]
    return measure(pieces, overlay_marks(judgements), overturned_marks(judgements))


def verdict_json(judgement: Judgement, app_name: str) -> dict[str, object]:
    """Return one verdict with all that it rests on and all that was said to it."""
    verdict, names = judgement.verdict, Names(app_name)
    return {
        "id": judgement.id,
        "kind": str(verdict.kind),
        "detail": verdict.detail,
        "rule": verdict.rule,
        "version": verdict.version,
        "startedAtTime": iso_utc(verdict.started_at_ms),
        "endedAtTime": iso_utc(verdict.started_at_ms + verdict.ms),
        "confidence": verdict.confidence,
        "thresholds": figures(verdict.thresholds),
        "counts": figures(verdict.counts),
        "reasoning": for_coach(verdict, names),
        "studentReasoning": for_student(verdict, names),
        "interrupted": judgement.kept.interrupted,
        "contested": judgement.contested,
        "review": None if judgement.review is None else _review_json(judgement.review),
    }


def _review_json(review: Review) -> dict[str, object]:
    return {
        "reviewedAt": iso_utc(review.at_ms),
        "reviewedBy": review.by,
        "reviewNotes": review.notes or None,
        "reviewResult": str(review.result),
    }


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
    shown: list[SessionSummary] = []
    total = Totals()
    for session in sessions:
        part = clip(session.stretches, *bounds)
        if part:
            shown.append(session)
            total += _measured_within(part, session.verdicts, bounds)
    return DaySummary(student_id, day, timezone, tuple(shown), total)


def _measured_within(
    part: Sequence[Stretch], verdicts: Sequence[Judgement], bounds: tuple[int, int]
) -> Totals:
    return measure(
        [Piece(s.state, s.started_at_ms, s.ended_at_ms) for s in part],
        _clip_marks(overlay_marks(verdicts), bounds),
        _clip_marks(overturned_marks(verdicts), bounds),
    )


def _clip_marks(marks: Iterable[Mark], bounds: tuple[int, int]) -> list[Mark]:
    return [
        Mark(mark.kind, *inside)
        for mark in marks
        for inside in clip_intervals([mark.interval], *bounds)
    ]


def summarise(
    session: Session, measured: Iterable[Stretch], verdicts: Sequence[Judgement]
) -> SessionSummary:
    """Fold what was measured in a session, and what was judged, into its summary."""
    whole = join(measured)
    stretches = settled(whole, verdicts)
    return SessionSummary(
        session_id=session.id,
        student_id=session.learner.id,
        app_id=session.app.id,
        app_name=session.app.name,
        subject=session.app.subject,
        started_at_ms=session.started_at_ms,
        ended_at_ms=session.ended_at_ms,
        end_reason=None if session.end_reason is None else str(session.end_reason),
        totals=totals_of(whole, verdicts),
        stretches=stretches,
        longest_focus_ms=longest_focus_ms(stretches),
        verdicts=tuple(verdicts),
    )
