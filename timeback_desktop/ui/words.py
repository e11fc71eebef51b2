"""The words for states, lengths of time and faults: one place, so that no two screens differ.

Student wording at a grade-4 reading level: facts, kind, never a motive. Numbers always
say what they count. What could not be seen is said to be not counted, not hidden.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from timeback_desktop.errors import EnvironmentFault, TimeBackError
from timeback_desktop.partition import Overlay, State, whole_seconds
from timeback_desktop.waste.verdict import Insight, Kind

_WORDS: dict[State, object] = {
    State.ON_TASK: QT_TRANSLATE_NOOP("State", "On task"),
    State.PASSIVE_OK: QT_TRANSLATE_NOOP("State", "Reading"),
    State.TRANSIT: QT_TRANSLATE_NOOP("State", "On the way"),
    State.IDLE: QT_TRANSLATE_NOOP("State", "Idle"),
    State.AWAY: QT_TRANSLATE_NOOP("State", "Away"),
    State.PAUSED: QT_TRANSLATE_NOOP("State", "Paused"),
    State.OFF_APP: QT_TRANSLATE_NOOP("State", "Other app"),
    State.OFF_SITE: QT_TRANSLATE_NOOP("State", "Other site"),
    State.SUSPENDED: QT_TRANSLATE_NOOP("State", "Asleep"),
    State.UNKNOWN: QT_TRANSLATE_NOOP("State", "Not counted"),
}
_PASSIVE_WORDS: dict[str, object] = {
    "video": QT_TRANSLATE_NOOP("State", "Watching"),
    "listening": QT_TRANSLATE_NOOP("State", "Listening"),
    "attested": QT_TRANSLATE_NOOP("State", "Working on paper"),
}
_MEANINGS: dict[State, object] = {
    State.ON_TASK: QT_TRANSLATE_NOOP("State", "Working in the app"),
    State.PASSIVE_OK: QT_TRANSLATE_NOOP("State", "Reading, watching or listening"),
    State.TRANSIT: QT_TRANSLATE_NOOP("State", "A page was opening"),
    State.IDLE: QT_TRANSLATE_NOOP("State", "The app was open and nothing moved"),
    State.AWAY: QT_TRANSLATE_NOOP("State", "Nobody was at the computer"),
    State.PAUSED: QT_TRANSLATE_NOOP("State", "Pause was on"),
    State.OFF_APP: QT_TRANSLATE_NOOP("State", "Another program was in front"),
    State.OFF_SITE: QT_TRANSLATE_NOOP("State", "Another website was in front"),
    State.SUSPENDED: QT_TRANSLATE_NOOP("State", "The computer was asleep"),
    State.UNKNOWN: QT_TRANSLATE_NOOP("State", "We could not see, so it does not count"),
}
_KINDS: dict[Overlay | Insight, object] = {
    Overlay.RUSHING: QT_TRANSLATE_NOOP("Kind", "Quick answers"),
    Overlay.SKIPPED_EXPLANATION: QT_TRANSLATE_NOOP("Kind", "Help page left early"),
    Overlay.TOPIC_HOPPING: QT_TRANSLATE_NOOP("Kind", "Many lessons at once"),
    Overlay.NOT_ANSWERING: QT_TRANSLATE_NOOP("Kind", "No answer yet"),
    Overlay.ANSWER_PATTERN: QT_TRANSLATE_NOOP("Kind", "Answers in a pattern"),
    Overlay.TAB_FLIPPING: QT_TRANSLATE_NOOP("Kind", "A lot of switching"),
    Overlay.EXTERNAL_HELP: QT_TRANSLATE_NOOP("Kind", "Answers from elsewhere"),
    Overlay.SIMULATED_INPUT: QT_TRANSLATE_NOOP("Kind", "Could not tell who it was"),
    Insight.NEEDS_HELP: QT_TRANSLATE_NOOP("Kind", "A good time to ask"),
}


def _say(context: str, text: object) -> str:
    return QCoreApplication.translate(context, str(text))


def fault_words(fault: TimeBackError) -> tuple[str, str]:
    """Return what happened and what to do about it, for the person at the window."""
    if isinstance(fault, EnvironmentFault):
        return fault.cause, fault.way_out
    return str(fault), _say("Fault", "Try again.")


def state_word(state: State, detail: str | None = None) -> str:
    """Return the word for a state; ``detail`` is its subType on the wire, refined or not."""
    head = (detail or "").partition(":")[0]
    if state is State.PASSIVE_OK and head in _PASSIVE_WORDS:
        return _say("State", _PASSIVE_WORDS[head])
    return _say("State", _WORDS[state])


def group_word(state: State) -> str:
    """Return the word for all time in a state, whatever its details."""
    if state is State.PASSIVE_OK:
        return _say("State", "Reading or watching")
    return state_word(state)


def kind_word(kind: Kind, detail: str | None = None) -> str:
    """Return the word for what a verdict is about."""
    if isinstance(kind, State):
        return state_word(kind, detail)
    return _say("Kind", _KINDS[kind])


def state_meaning(state: State) -> str:
    """Return one line that says what a state means."""
    return _say("State", _MEANINGS[state])


def measure_text(key: str, value: float) -> str:
    """Write a threshold or a count of a rule: its name, then what it is, in its unit."""
    name = key.removesuffix("_ms").replace("_", " ")
    if key.endswith("_ms"):
        return f"{name} {_exact_length(value)}"
    if 0 < value < 1:
        return f"{name} {value:.0%}"
    return f"{name} {value:g}"


def _exact_length(ms: float) -> str:
    """Write a length; below ten seconds to a tenth."""
    if ms % 1000 and ms < 10_000:
        return _say("Length", "{n} s").format(n=f"{ms / 1000:.1f}")
    return length_text(round(ms))


def clock_text(ms: int) -> str:
    """Write a running length of time: ``4:05``, or ``1:04:05`` from an hour on.

    Whole seconds that have passed, so that a running clock never shows a second early.
    """
    minutes, seconds = divmod(max(ms, 0) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def length_text(ms: int) -> str:
    """Write a finished length of time, exact to the second: ``12 min 5 s``, ``1 h 4 min``."""
    minutes, seconds = divmod(whole_seconds(ms), 60)
    hours, minutes = divmod(minutes, 60)
    parts = (
        (hours, _say("Length", "{n} h")),
        (minutes, _say("Length", "{n} min")),
        (seconds, _say("Length", "{n} s")),
    )
    said = [words.format(n=number) for number, words in parts if number]
    return " ".join(said) or _say("Length", "{n} s").format(n=0)


def whole_minutes(ms: int) -> int:
    """Round to minutes by way of the one rounding to seconds, halves up."""
    return (whole_seconds(ms) + 30) // 60


def part_text(part_ms: int, whole_ms: int) -> str:
    """Write a part of a whole in one unit: ``21 of 25 min``, or ``35 of 50 s`` below 2 min."""
    if whole_ms < 120_000:
        seconds = (whole_seconds(part_ms), whole_seconds(whole_ms))
        return _say("Length", "{part} of {whole} s").format(part=seconds[0], whole=seconds[1])
    minutes = (whole_minutes(part_ms), whole_minutes(whole_ms))
    return _say("Length", "{part} of {whole} min").format(part=minutes[0], whole=minutes[1])


def zone(name: str) -> tzinfo:
    """Return the time zone of that name, or UTC for one that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def time_of_day(utc_ms: int, where: tzinfo, *, seconds: bool = False) -> str:
    """Write an instant as a wall clock shows it there: ``10:24``."""
    moment = datetime.fromtimestamp(utc_ms / 1000, tz=where)
    return f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
