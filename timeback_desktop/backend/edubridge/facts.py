"""What a student achieved and how time went: by day, subject and app, in EduBridge's words.

Days of the school's own zone are read off ``rollups``; any other range or zone is folded from
all that arrived (``insights.exact``). Both come in the same cells, so no screen can disagree
with another, and nobody can tell by the answer which way it went.

``activeSeconds`` and its like are the student's one timeline: what the desktop measured, and
where it measured nothing what apps told. All that apps told stands beside it (``claimed...``)
and is never added to it; ``null`` there says that no app told of any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from timeback_desktop.backend.asking import Range
from timeback_desktop.backend.insights import exact
from timeback_desktop.backend.insights.overview import is_kept
from timeback_desktop.backend.registry.service import Application, applications_in
from timeback_desktop.backend.rollups import reading
from timeback_desktop.backend.rollups.days import date_of, number_of
from timeback_desktop.backend.rollups.figures import Cell, Figures
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.partition import TimeType, whole_seconds

Json = dict[str, Any]
NO_APP = "Unknown"
_SPENT = {
    "activeSeconds": TimeType.ACTIVE,
    "inactiveSeconds": TimeType.INACTIVE,
    "wasteSeconds": TimeType.WASTE,
    "unknownSeconds": TimeType.UNKNOWN,
}
_CLAIMED = {
    "claimedActiveSeconds": TimeType.ACTIVE,
    "claimedInactiveSeconds": TimeType.INACTIVE,
    "claimedWasteSeconds": TimeType.WASTE,
    "claimedUnknownSeconds": TimeType.UNKNOWN,
    "claimedAntiPatternSeconds": TimeType.ANTI_PATTERN,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures of one student in a range, with the apps they come from."""

    cells: Mapping[Cell, Figures]
    apps: Mapping[str, Application]

    def name_of(self, application_id: str) -> str:
        """Return what people call an app."""
        app = self.apps.get(application_id)
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
        """Write the figures by app, day and subject; apps of one name are told as one."""
        found: dict[str, dict[Cell, Figures]] = {}
        for cell, figures in self.cells.items():
            found.setdefault(self.name_of(cell.application_id), {})[cell] = figures
        return {name: _by_day(cells, self) for name, cells in sorted(found.items())}


def _by_day(cells: Mapping[Cell, Figures], facts: Facts) -> Json:
    sums: dict[tuple[int, str], Figures] = {}
    names: dict[tuple[int, str], set[str]] = {}
    for cell, figures in cells.items():
        place = cell.day, cell.subject
        sums.setdefault(place, Figures()).include(figures)
        names.setdefault(place, set()).add(facts.name_of(cell.application_id))
    days: dict[str, Json] = {}
    for (day, subject), figures in sorted(sums.items(), key=lambda each: each[0]):
        days.setdefault(date_of(day).isoformat(), {})[subject] = {
            "activityMetrics": achieved(figures),
            "timeSpentMetrics": {**spent(figures), **claimed(figures)},
            "apps": sorted(names[day, subject] - {NO_APP}),
        }
    return days


def achieved(figures: Figures) -> Json:
    """Write what was achieved, as apps told it."""
    return {
        "xpEarned": figures.xp_milli / 1000,
        "totalQuestions": figures.answered,
        "correctQuestions": figures.correct,
        "masteredUnits": figures.mastered_units,
    }


def spent(figures: Figures) -> dict[str, int]:
    """Write how time went, in whole seconds; the published clients know no ``null`` there."""
    totals = figures.spent.totals
    return {
        name: 0 if totals is None else whole_seconds(totals.spent_ms(time_type))
        for name, time_type in _SPENT.items()
    }


def claimed(figures: Figures) -> dict[str, int | None]:
    """Write how time went by the word of apps, in whole seconds."""
    told = figures.spent.claimed
    if told is None:
        return dict.fromkeys(_CLAIMED)
    return {name: whole_seconds(told.get(kind, 0)) for name, kind in _CLAIMED.items()}


def facts_of(connection: Connection, asked: Asked, over: Range, *, folded: bool = False) -> Facts:
    """Return a student's figures in a range; ``folded`` reads no figures by day."""
    if not folded and is_kept(connection, asked.publisher_id, over):
        whose = reading.of_student(asked.publisher_id, asked.user_id)
        days = number_of(over.first_day), number_of(over.last_day)
        found = reading.cells(connection, whose, *days)
    else:
        found = exact.cells(connection, asked, over.from_ms, over.to_ms, over.zone)
    apps = {app.id: app for app in applications_in(connection, asked.publisher_id)}
    return Facts({cell: it for cell, it in found.items() if not it.is_empty}, apps)
