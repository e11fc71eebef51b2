"""A day in plain text, for the command line. Every number says what it counts."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from timeback_desktop.coaching.summary import DaySummary, SessionSummary
from timeback_desktop.partition import State, Totals, whole_seconds


def day_text(day: DaySummary) -> str:
    """Return a day as lines of text."""
    head = f"{day.day.isoformat()} ({day.timezone})"
    if not day.sessions:
        return f"{head}: no sessions"
    lines = [f"{head}: {_totals_text(day.totals)}"]
    lines += [f"  {_session_text(session, day.timezone)}" for session in day.sessions]
    return "\n".join(lines)


def _session_text(session: SessionSummary, timezone: str) -> str:
    start = datetime.fromtimestamp(session.started_at_ms / 1000, tz=UTC)
    clock = start.astimezone(ZoneInfo(timezone)).strftime("%H:%M")
    end = session.end_reason or "still open"
    return f"{clock} {session.app_name} ({end}): {_totals_text(session.totals)}"


def _totals_text(totals: Totals) -> str:
    on_task = f"{_length(totals.engaged_ms)} on task of {_length(totals.counted_ms)} counted"
    parts = [
        f"{state.value.replace('_', ' ')} {_length(totals.by_state[state])}"
        for state in State
        if totals.by_state.get(state)
    ]
    return f"{on_task} [{', '.join(parts)}]"


def _length(ms: int) -> str:
    minutes, seconds = divmod(whole_seconds(ms), 60)
    return f"{minutes}:{seconds:02d}"
