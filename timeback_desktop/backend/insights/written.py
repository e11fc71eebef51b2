"""Figures as the Insights API writes them: of a student, a class or a school, the same. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from timeback_desktop.backend.rollups.days import date_of
from timeback_desktop.backend.rollups.figures import Cell, Figures
from timeback_desktop.partition import State, TimeType, Totals, whole_seconds

Json = dict[str, Any]


class Granularity(StrEnum):
    """How long a bucket is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def begin(self, day: date) -> date:
        """Return the first day of the bucket that a day falls into; weeks begin on Mondays."""
        match self:
            case Granularity.WEEK:
                return day - timedelta(days=day.weekday())
            case Granularity.MONTH:
                return day.replace(day=1)
            case Granularity.DAY:
                return day


def figures_on_wire(figures: Figures) -> Json:
    """Write figures; ``null`` is what nobody measured, claimed or told."""
    totals = figures.spent.totals
    return {
        "time": None if totals is None else totals.as_wire(),
        "claimed": _claimed(figures),
        "waste": None if totals is None else waste_on_wire(totals),
        "questions": figures.questions,
        "xp": figures.xp,
        "masteredUnits": figures.units,
    }


def _claimed(figures: Figures) -> Json | None:
    claimed = figures.spent.claimed
    if claimed is None:
        return None
    return {
        str(each): whole_seconds(claimed[each]) if each in claimed else None for each in TimeType
    }


def waste_on_wire(totals: Totals) -> Json:
    """Write waste with its parts, in whole seconds."""
    parts = {
        "idle_s": totals.by_state.get(State.IDLE, 0),
        "away_s": totals.by_state.get(State.AWAY, 0),
        "off_app_s": totals.by_state.get(State.OFF_APP, 0),
        "off_site_s": totals.by_state.get(State.OFF_SITE, 0),
        "habits_s": totals.habit_ms,
    }
    told = {name: whole_seconds(ms) for name, ms in parts.items()}
    return {"total_s": whole_seconds(totals.waste_ms), **told}


def together(cells: Iterable[Figures]) -> Figures:
    """Add figures up."""
    whole = Figures()
    for each in cells:
        whole.include(each)
    return whole


def by_day(cells: Mapping[Cell, Figures]) -> dict[int, Figures]:
    """Add the figures of each day up."""
    found: defaultdict[int, Figures] = defaultdict(Figures)
    for cell, figures in cells.items():
        found[cell.day].include(figures)
    return found


def by_bucket(days: Mapping[int, Figures], granularity: Granularity) -> dict[date, Figures]:
    """Add days up to buckets, each named by its first day."""
    found: defaultdict[date, Figures] = defaultdict(Figures)
    for day, figures in days.items():
        if not figures.is_empty:
            found[granularity.begin(date_of(day))].include(figures)
    return found


def _by_place(cells: Mapping[Cell, Figures]) -> dict[Cell, Figures]:
    """Add up the days of each app and subject."""
    found: defaultdict[Cell, Figures] = defaultdict(Figures)
    for cell, figures in cells.items():
        found[Cell(0, cell.application_id, cell.subject)].include(figures)
    return found


def breakdown(cells: Mapping[Cell, Figures], whole: Figures, names: Mapping[str, str]) -> Json:
    """Write figures by app, by subject and by state."""
    by_app: dict[str, Figures] = {}
    by_subject: dict[str, Figures] = {}
    for cell, figures in _by_place(cells).items():
        if not figures.is_empty:
            by_app.setdefault(cell.application_id, Figures()).include(figures)
            by_subject.setdefault(cell.subject, Figures()).include(figures)
    totals = whole.spent.totals
    apps = [
        {
            "applicationId": app_id or None,
            "applicationName": names.get(app_id),
            **figures_on_wire(figures),
        }
        for app_id, figures in by_app.items()
    ]
    return {
        "byApp": sorted(
            apps, key=lambda row: (str(row["applicationName"]), row["applicationId"] or "")
        ),
        "bySubject": [
            {"subject": subject or None, **figures_on_wire(figures)}
            for subject, figures in sorted(by_subject.items())
        ],
        "byState": totals.as_wire()["states"] if totals else {},
    }
