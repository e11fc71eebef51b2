"""What a student achieved and how time went: by day, subject and app.

Time is the fold of ``insights``, so no screen can disagree with another. Experience points
and mastered units are what apps told in their ActivityEvents. Of questions an app may tell
each one, or only their number, or both: the larger number counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, select

from timeback_desktop.backend.events.facts import AnswerKind
from timeback_desktop.backend.events.models import answers, events
from timeback_desktop.backend.events.reading import within
from timeback_desktop.backend.insights import accounts, questions
from timeback_desktop.backend.insights.questions import Told
from timeback_desktop.backend.insights.record import Asked
from timeback_desktop.backend.insights.service import owned_time
from timeback_desktop.backend.registry.service import Application, applications_in
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.caliper.entities import subject_on_wire
from timeback_desktop.clock import local_date
from timeback_desktop.partition import TimeType, Totals, whole_seconds

Json = dict[str, Any]
NO_APP = "Unknown"
_METRICS = frozenset({"xpEarned", "totalQuestions", "correctQuestions", "masteredUnits"})


class Cell(NamedTuple):
    """Where a figure belongs."""

    day: date
    subject: str
    application_id: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What was achieved, and how long it took."""

    xp: float = 0.0
    questions: int = 0
    correct: int = 0
    units: int = 0
    time: Totals = field(default_factory=Totals)

    def __add__(self, other: Figures) -> Figures:
        """Return the figures of both."""
        return Figures(
            self.xp + other.xp,
            self.questions + other.questions,
            self.correct + other.correct,
            self.units + other.units,
            self.time + other.time,
        )

    def achieved(self) -> Json:
        """Write what was achieved."""
        return {
            "xpEarned": self.xp,
            "totalQuestions": self.questions,
            "correctQuestions": self.correct,
            "masteredUnits": self.units,
        }

    def spent(self) -> dict[str, int]:
        """Write how time went, in whole seconds."""
        return {
            f"{name}Seconds": whole_seconds(self.time.spent_ms(time_type))
            for name, time_type in _TYPES.items()
        }


_TYPES = {
    "active": TimeType.ACTIVE,
    "inactive": TimeType.INACTIVE,
    "waste": TimeType.WASTE,
}


@dataclass(slots=True)
class _Gathered:
    """What the events of one cell told, before it is counted."""

    time: Totals = field(default_factory=Totals)
    metrics: dict[str, float] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def counted(self) -> Figures:
        each = questions.count(self.told) or {"answered": 0, "correct": 0}
        by_number = (self._metric("totalQuestions"), self._metric("correctQuestions"))
        answered, correct = max((each["answered"], each["correct"]), by_number)
        units = self._metric("masteredUnits")
        return Figures(self.metrics.get("xpEarned", 0.0), answered, correct, units, self.time)

    def _metric(self, name: str) -> int:
        return round(self.metrics.get(name, 0.0))


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures of one student in a range, with the apps they come from."""

    cells: Mapping[Cell, Figures]
    apps: Mapping[str, Application]

    def name_of(self, application_id: str | None) -> str:
        """Return what people call an app."""
        app = self.apps.get(application_id or "")
        return app.name if app else NO_APP

    def within(self, subjects: Iterable[str]) -> Facts:
        """Return the part about these subjects; about all of them when none is named."""
        wanted = set(subjects)
        kept = {cell: it for cell, it in self.cells.items() if not wanted or cell.subject in wanted}
        return Facts(kept, self.apps)

    def by_day(self) -> Json:
        """Write the figures by day and subject."""
        return _by_day(self.cells, self)

    def by_app(self) -> Json:
        """Write the figures by app, day and subject."""
        found: dict[str | None, dict[Cell, Figures]] = {}
        for cell, figures in self.cells.items():
            found.setdefault(cell.application_id, {})[cell] = figures
        return {self.name_of(app_id): _by_day(cells, self) for app_id, cells in found.items()}


def _by_day(cells: Mapping[Cell, Figures], facts: Facts) -> Json:
    days: dict[str, Json] = {}
    sums: dict[tuple[date, str], Figures] = {}
    names: dict[tuple[date, str], set[str]] = {}
    for cell, figures in cells.items():
        place = cell.day, cell.subject
        sums[place] = sums.get(place, Figures()) + figures
        names.setdefault(place, set()).add(facts.name_of(cell.application_id))
    for day, subject in sorted(sums):
        days.setdefault(day.isoformat(), {})[subject] = {
            "activityMetrics": sums[day, subject].achieved(),
            "timeSpentMetrics": sums[day, subject].spent(),
            "apps": sorted(names[day, subject] - {NO_APP}),
        }
    return days


def facts_of(connection: Connection, asked: Asked, zone: ZoneInfo) -> Facts:
    """Return a student's figures in a range, both ends of which must be told."""
    if asked.from_ms is None or asked.to_ms is None:
        raise ValueError("facts have a range")
    apps = {app.id: app for app in applications_in(connection, asked.publisher_id)}
    found: dict[Cell, _Gathered] = {}

    def at(day: date, app_id: str | None, subject: object = None) -> _Gathered:
        app = apps.get(app_id or "")
        named = subject if isinstance(subject, str) else app.subject if app else ""
        return found.setdefault(Cell(day, subject_on_wire(named), app_id), _Gathered())

    for day, part in _time(connection, asked, asked.from_ms, asked.to_ms, zone):
        gathered = at(day, part.home.application_id)
        gathered.time = gathered.time + part.totals
    for app_id, told in _answers(connection, asked):
        at(local_date(told.event_ms, zone), app_id).told.append(told)
    for activity in _activities(connection, asked):
        gathered = at(local_date(activity.event_ms, zone), activity.app_id, activity.subject)
        for name, value in activity.metrics:
            gathered.metrics[name] = gathered.metrics.get(name, 0.0) + value
    return Facts({cell: each.counted() for cell, each in found.items()}, apps)


def _time(
    connection: Connection, asked: Asked, low: int, high: int, zone: ZoneInfo
) -> Iterator[tuple[date, accounts.Account]]:
    chosen = sessions.touching(asked.publisher_id, asked.user_id, low, high)
    spans = sessions.every(connection, chosen)
    for account in owned_time(connection, asked, spans, low, high):
        yield from accounts.by_day(account, zone)


def _answers(connection: Connection, asked: Asked) -> Iterator[tuple[str | None, Told]]:
    rows = connection.execute(
        select(answers).where(
            answers.c.publisher_id == asked.publisher_id,
            answers.c.user_id == asked.user_id,
            answers.c.event_ms >= asked.from_ms,
            answers.c.event_ms < asked.to_ms,
        )
    )
    for row in rows:
        graded = row.kind == AnswerKind.GRADED
        told = Told(row.session_id, row.attempt, graded, row.correct, row.event_ms)
        yield row.application_id, told


@dataclass(frozen=True, slots=True)
class _Activity:
    """What an app told at the end of a piece of work."""

    app_id: str | None
    event_ms: int
    subject: object
    metrics: list[tuple[str, float]]


def _activities(connection: Connection, asked: Asked) -> Iterator[_Activity]:
    rows = connection.execute(
        select(events.c.application_id, events.c.event_ms, events.c.body).where(
            events.c.publisher_id == asked.publisher_id,
            events.c.user_id == asked.user_id,
            events.c.type == "ActivityEvent",
            events.c.event_ms >= asked.from_ms,
            events.c.event_ms < asked.to_ms,
        )
    )
    for row in rows:
        body = msgspec.json.decode(row.body)
        metrics = list(_metrics(within(body, "generated", "items")))
        yield _Activity(
            row.application_id, row.event_ms, within(body, "object", "subject"), metrics
        )


def _metrics(items: object) -> Iterator[tuple[str, float]]:
    """Read the metrics of either dialect: ``type``/``value``, ``metricType``/``metricValue``."""
    for item in items if isinstance(items, list) else []:
        told = within(item, "metricType") or within(item, "type")
        name = told[:1].lower() + told[1:] if isinstance(told, str) else ""
        value = within(item, "metricValue")
        value = within(item, "value") if value is None else value
        if name in _METRICS and isinstance(value, int | float) and math.isfinite(value):
            yield name, float(value)
