"""A student's figures in any range and any zone, folded from all that arrived.

The rows of ``rollups`` are of whole days of the school's zone. Whoever asks for other hours, or
counts days elsewhere, gets the fold itself, in the same cells.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from timeback_desktop.backend.events.models import activities
from timeback_desktop.backend.registry.models import applications
from timeback_desktop.backend.rollups.days import Calendar, number_of
from timeback_desktop.backend.rollups.figures import Cell, Figures, Results
from timeback_desktop.backend.rollups.models import ANTI_PATTERN, HABIT
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.backend.timeline import accounts, questions, record
from timeback_desktop.backend.timeline.owned import owned_time
from timeback_desktop.backend.timeline.questions import Told
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.caliper.entities import subject_on_wire

Cells = dict[Cell, Figures]


def cells(connection: Connection, asked: Asked, low: int, high: int, zone: ZoneInfo) -> Cells:
    """Return the figures of each day, app and subject of a range."""
    calendar = Calendar(zone)
    found: Cells = {}
    _add_time(connection, asked, low, high, calendar, found)
    _add_claims(connection, asked, low, high, calendar, found)
    for cell, results in _results(connection, asked, low, high, calendar).items():
        found.setdefault(cell, Figures()).achieve(results)
    return found


def _add_time(  # noqa: PLR0913, PLR0917 - what, of whom, where, and where to
    connection: Connection, asked: Asked, low: int, high: int, calendar: Calendar, found: Cells
) -> None:
    spans = sessions.every(
        connection, sessions.touching(asked.publisher_id, asked.user_id, low, high)
    )
    for account in owned_time(connection, asked, spans, low, high):
        home = account.home
        for day, part in accounts.by_day(account, calendar.zone):
            cell = Cell(number_of(day), home.application_id or "", home.subject)
            spent, totals = found.setdefault(cell, Figures()).spent, part.totals
            for state, ms in totals.by_state.items():
                spent.add(state.value, ms, 0)
            spent.add(HABIT, totals.habit_ms, 0)


def _add_claims(  # noqa: PLR0913, PLR0917 - what, of whom, where, and where to
    connection: Connection, asked: Asked, low: int, high: int, calendar: Calendar, found: Cells
) -> None:
    for each in record.told_near(connection, asked, low, high):
        if each.measured:
            continue
        word = ANTI_PATTERN if each.state is None else each.state.value
        for day, start, end in calendar.cut(max(each.started_ms, low), min(each.ended_ms, high)):
            cell = Cell(day, each.application_id or "", each.subject)
            found.setdefault(cell, Figures()).spent.add(word, 0, end - start)


def _results(
    connection: Connection, asked: Asked, low: int, high: int, calendar: Calendar
) -> dict[Cell, Results]:
    told: dict[tuple[int, str], list[Told]] = {}
    for app_id, each in record.answers_by_app(connection, asked, low, high):
        told.setdefault((calendar.day_of(each.event_ms), app_id or ""), []).append(each)
    subjects = _subjects(connection, {app_id for _, app_id in told})
    found: dict[Cell, Results] = {}
    for (day, app_id), answers in told.items():
        counts = questions.count(answers) or {"answered": 0, "correct": 0}
        cell = Cell(day, app_id, subject_on_wire(subjects.get(app_id) or ""))
        found[cell] = Results(answered=counts["answered"], correct=counts["correct"])
    _add_activities(connection, asked, low, high, calendar, found)
    return found


def _subjects(connection: Connection, app_ids: set[str]) -> dict[str, str]:
    named = select(applications.c.id, applications.c.subject).where(
        applications.c.id.in_(sorted(app_ids))
    )
    return {row.id: row.subject for row in connection.execute(named)}


def _add_activities(  # noqa: PLR0913, PLR0917 - what, of whom, where, and where to
    connection: Connection,
    asked: Asked,
    low: int,
    high: int,
    calendar: Calendar,
    found: dict[Cell, Results],
) -> None:
    rows = connection.execute(
        select(activities).where(
            activities.c.publisher_id == asked.publisher_id,
            activities.c.user_id == asked.user_id,
            activities.c.event_ms >= low,
            activities.c.event_ms < high,
        )
    )
    for row in rows:
        day = calendar.day_of(row.event_ms)
        results = found.setdefault(Cell(day, row.application_id or "", row.subject), Results())
        results.activities += 1
        results.xp_milli += row.xp_milli or 0
        results.told += row.total_questions or 0
        results.told_correct += row.correct_questions or 0
        results.mastered_units += row.mastered_units or 0
