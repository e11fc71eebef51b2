"""A day in plain text, for the command line. Every number says what it counts."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from timeback_desktop.coaching.summary import DaySummary, SessionSummary
from timeback_desktop.partition import State, Totals, whole_seconds
from timeback_desktop.sessions.verdicts import Judgement


def day_text(day: DaySummary) -> str:
    """Return a day as lines of text."""
    head = f"{day.day.isoformat()} ({day.timezone})"
    if not day.sessions:
        return f"{head}: no sessions"
    lines = [f"{head}: {_totals_text(day.totals)}"]
    for session in day.sessions:
        lines.append(f"  {_session_text(session, day.timezone)}")
        lines += [f"    {_verdict_text(each, day.timezone)}" for each in session.verdicts]
    return "\n".join(lines)


def _session_text(session: SessionSummary, timezone: str) -> str:
    clock = _clock_text(session.started_at_ms, timezone)
    end = session.end_reason or "still open"
    return f"{clock} {session.app_name} ({end}): {_totals_text(session.totals)}"


def _verdict_text(judgement: Judgement, timezone: str) -> str:
    verdict = judgement.verdict
    said = [f"rule {verdict.rule} {verdict.version}"]
    if judgement.contested:
        said.append("contested")
    if judgement.review is not None:
        said.append("found not right" if judgement.overturned else "confirmed")
    clock, kind = _clock_text(verdict.started_at_ms, timezone), verdict.kind.replace("_", " ")
    return f"{clock} {kind} {_length(verdict.ms)} ({', '.join(said)})"


def _clock_text(utc_ms: int, timezone: str) -> str:
    moment = datetime.fromtimestamp(utc_ms / 1000, tz=UTC)
    return moment.astimezone(ZoneInfo(timezone)).strftime("%H:%M")


def _totals_text(totals: Totals) -> str:
    on_task = f"{_length(totals.engaged_ms)} on task of {_length(totals.counted_ms)} counted"
    parts = [
        f"{state.value.replace('_', ' ')} {_length(totals.by_state[state])}"
        for state in State
        if totals.by_state.get(state)
    ]
    if totals.habit_ms:
        parts.append(f"of that under a habit {_length(totals.habit_ms)}")
    return f"{on_task} [{', '.join(parts)}]"


def _length(ms: int) -> str:
    minutes, seconds = divmod(whole_seconds(ms), 60)
    return f"{minutes}:{seconds:02d}"
