"""One day of one student, folded from all that is known: the truth that sums must come out as."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from timeback_desktop.backend.db.bulk import rows_in
from timeback_desktop.backend.registry.models import applications
from timeback_desktop.backend.rollups.models import ANTI_PATTERN, HABIT
from timeback_desktop.backend.sessions import service as sessions
from timeback_desktop.backend.timeline import questions, record
from timeback_desktop.backend.timeline.owned import owned_time
from timeback_desktop.backend.timeline.questions import Told
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.caliper.entities import subject_on_wire

Cell = tuple[str, str, bool, str]
"""App, subject, whether the desktop measured it, and the state."""


def times_on(
    connection: Connection, tenant: str, user_id: str, edges: tuple[int, int]
) -> dict[Cell, tuple[int, int]]:
    """Return what counts and what was told in each cell of a day."""
    low, high = edges
    asked = Asked(tenant, user_id, low, high)
    sums: defaultdict[Cell, list[int]] = defaultdict(lambda: [0, 0])
    spans = sessions.every(connection, sessions.touching(tenant, user_id, low, high))
    for account in owned_time(connection, asked, spans, low, high):
        home, totals = account.home, account.totals
        of = (home.application_id or "", home.subject, home.measured)
        for state, ms in totals.by_state.items():
            sums[*of, state.value][0] += ms
        if totals.habit_ms:
            sums[*of, HABIT][0] += totals.habit_ms
    for each in record.told_near(connection, asked, low, high):
        ms = min(each.ended_ms, high) - max(each.started_ms, low)
        if ms > 0:
            lies = each.state
            name = ANTI_PATTERN if lies is None else lies.value
            sums[each.application_id or "", each.subject, each.measured, name][1] += ms
    return {cell: (told[0], told[1]) for cell, told in sums.items() if any(told)}


def answers_on(
    connection: Connection, tenant: str, user_id: str, edges: tuple[int, int]
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return how many questions were answered on a day, and how many rightly, by app."""
    told: defaultdict[str, list[Told]] = defaultdict(list)
    asked = Asked(tenant, user_id, *edges)
    for app_id, each in record.answers_by_app(connection, asked, *edges):
        told[app_id or ""].append(each)
    named = sorted(app_id for app_id in told if app_id)
    rows = rows_in(connection, applications, ("id", "subject"), {}, "id", named)
    subjects = {row[0]: row[1] for row in rows}
    found = {}
    for app_id, answers in told.items():
        counts = questions.count(answers)
        if counts is not None:
            subject = subject_on_wire(subjects.get(app_id) or "")
            found[app_id, subject] = (counts["answered"], counts["correct"])
    return found
