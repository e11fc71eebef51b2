"""What a student completed: ActivityEvents, and graded tests of the gradebook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from timeback_desktop.backend.asking import instant_of
from timeback_desktop.backend.events.models import activities
from timeback_desktop.backend.gradebook.models import assessment_line_items
from timeback_desktop.backend.gradebook.results import graded_results
from timeback_desktop.backend.roster.models import courses
from timeback_desktop.caliper.entities import subject_on_wire
from timeback_desktop.errors import ContractFault
from timeback_desktop.ids import from_iri

ACTIVITY, RESULT = "activity", "result"
_COPIES = "caliper_"
"""So begins a line item that repeats what an ActivityEvent told: it is no test of its own."""
_MOST = 2**53
_MOST_UNITS, _MOST_ATTEMPTS = 1_000_000, 1_000_000
"""More than that is a slip of the pen, or worse; it is not believed."""
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One completion, as it was told; ``names`` are what its content may be known by."""

    source: str
    source_id: str
    at_ms: int
    activity: str
    activity_name: str | None = None
    application_id: str | None = None
    session_id: str | None = None
    subject: str
    course_id: str | None = None
    names: tuple[str, ...] = ()
    told_attempt: int | None = None
    accuracy: float | None = None
    mastered_units: int | None = None
    claimed_milli: int | None = None

    @property
    def series(self) -> tuple[str, str, str]:
        """Return what the attempts are counted over."""
        return self.source, self.application_id or "", self.activity


def accuracy_of(answered: object, correct: object) -> float | None:
    """Return the share of right answers; ``None`` where the numbers cannot be true."""
    most, right = _number(answered), _number(correct)
    if most is None or right is None or not 0 < most < _MOST:
        return None
    return right / most if 0 <= right <= most else None


def _number(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return value if good else None  # type: ignore[return-value]


def _count(told: object) -> int | None:
    """Return a number of units that somebody may have mastered; an app may take some back."""
    number = _number(told)
    return round(number) if number is not None and abs(number) <= _MOST_UNITS else None


def _attempt(told: object) -> int | None:
    good = isinstance(told, int) and not isinstance(told, bool) and 0 < told <= _MOST_ATTEMPTS
    return told if good else None  # type: ignore[return-value]


def told_from(connection: Connection, tenant: str, user_id: str, from_ms: int) -> list[Completion]:
    """Return what apps told of finished work from an instant on, oldest first."""
    rows = connection.execute(
        select(activities)
        .where(
            activities.c.publisher_id == tenant,
            activities.c.user_id == user_id,
            activities.c.event_ms >= from_ms,
        )
        .order_by(activities.c.event_ms, activities.c.event_id)
    ).all()
    known = _courses(connection, tenant, {from_iri(row.course) for row in rows if row.course})
    return [_told(row, known) for row in rows]


def _told(row: Row[Any], known: set[str]) -> Completion:
    name = row.activity or row.event_id
    course = from_iri(row.course) if row.course else None
    return Completion(
        source=ACTIVITY,
        source_id=row.event_id,
        at_ms=row.event_ms,
        activity=name,
        activity_name=row.activity_name,
        application_id=row.application_id,
        session_id=row.session_id,
        subject=row.subject,
        course_id=course if course in known else None,
        names=tuple(dict.fromkeys((name, from_iri(name)))),
        told_attempt=_attempt(row.attempt),
        accuracy=accuracy_of(row.total_questions, row.correct_questions),
        mastered_units=_count(row.mastered_units),
        claimed_milli=row.xp_milli,
    )


def _courses(connection: Connection, tenant: str, named: Iterable[str]) -> set[str]:
    """Return those of the names that are courses here."""
    wanted = sorted(name for name in named if name)
    if not wanted:
        return set()
    chosen = select(courses.c.id).where(courses.c.publisher_id == tenant, courses.c.id.in_(wanted))
    return set(connection.scalars(chosen))


def graded(connection: Connection, tenant: str, user_id: str) -> list[Completion]:
    """Return a student's graded tests, oldest first."""
    no_copy = ~assessment_line_items.c.id.startswith(_COPIES, autoescape=True)
    return sorted(
        (_graded(row) for row in graded_results(connection, tenant, user_id, no_copy)),
        key=lambda each: (each.at_ms, each.source_id),
    )


def _graded(row: Row[Any]) -> Completion:
    said = {**(row.item_metadata or {}), **(row.metadata or {})}
    subject = said.get("subject") or next(iter(row.subjects or ()), "")
    names = (row.component_resource_id, row.assessment_line_item_id)
    return Completion(
        source=RESULT,
        source_id=row.id,
        at_ms=_day_of(row.score_date, row.modified_ms),
        activity=row.assessment_line_item_id,
        activity_name=row.title,
        subject=subject_on_wire(subject if isinstance(subject, str) else ""),
        course_id=row.course_id,
        names=tuple(name for name in names if name),
        told_attempt=_attempt(said.get("attempt")),
        accuracy=_accuracy_of_result(row, said),
        mastered_units=_count(said.get("masteredUnits")),
    )


def _accuracy_of_result(row: Row[Any], said: dict[str, Any]) -> float | None:
    by_number = accuracy_of(said.get("totalQuestions"), said.get("correctQuestions"))
    most = row.result_value_max or 100.0
    if by_number is not None or row.score is None:
        return by_number
    return min(max(row.score / most, 0.0), 1.0) if most > 0 else None


def _day_of(text: str, otherwise_ms: int) -> int:
    """Return when a test was scored; a date means its first instant, and not every text is one."""
    try:
        return instant_of(text, _UTC, "/scoreDate")
    except ContractFault:
        return otherwise_ms
