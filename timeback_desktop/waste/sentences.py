"""Verdicts in words: facts with what they count, kind, specific, one action; no motives.

A student's sentence reads at a fourth grader's level. A coach's sentence ends with how sure
the judge is. Both come from templates alone: every number in them is a count, a threshold
or the length of the verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from timeback_desktop.partition import Overlay, State
from timeback_desktop.waste.verdict import Insight, Kind, Verdict


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called on this student's screen."""

    app: str
    lesson: str | None = None
    guide: str | None = None
    skill: str | None = None

    @property
    def work(self) -> str:
        """The name of the work to go back to."""
        return self.lesson or self.app


STILL_WITH_IT: Final = "Still with it? Press any key, or say what you were doing."

_PLACES: Final = {
    "game": "a game",
    "browser": "a browser",
    "chat": "a chat",
    "media": "a player",
    "office": "a text or sheet program",
    "calculator": "a calculator",
}
_LOW, _HIGH = 0.4, 0.75


def clock(ms: float) -> str:
    """Write a length as minutes and seconds: ``1:40``."""
    seconds = int(ms + 500) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


def seconds(ms: float) -> str:
    """Write a short length in seconds, as exactly as it needs."""
    return f"{ms / 1000:.1f}".removesuffix(".0") + " s"


def still_away(ms: int, state: State, names: Names, detail: str | None = None) -> str:
    """Ask a student who is elsewhere, and has been for that long or a little longer."""
    place = _place(state, detail)
    return f"You have been in {place} for over {clock(ms)}. Go back to {names.work}?"


def for_student(verdict: Verdict, names: Names) -> str:
    """Tell a student what was seen, and one thing to do."""
    return _STUDENT[verdict.kind](verdict, names)


def for_coach(verdict: Verdict, names: Names) -> str:
    """Tell a coach what was seen, by which limit, and how sure that is."""
    return f"{_COACH[verdict.kind](verdict, names)} Confidence: {sure(verdict.confidence)}."


def sure(confidence: float) -> str:
    """Name a confidence."""
    if confidence < _LOW:
        return "low"
    return "high" if confidence >= _HIGH else "medium"


def _place(state: State, detail: str | None) -> str:
    if state is State.OFF_SITE:
        return "another site"
    return _PLACES.get((detail or "").partition(":")[2], "another program")


def _n(verdict: Verdict, key: str) -> int:
    return int(verdict.counts.get(key, 0))


def _limit(verdict: Verdict, key: str) -> float:
    return verdict.thresholds.get(key, 0)


def _of(count: int, noun: str, plural: str | None = None) -> str:
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


# To the student -------------------------------------------------------------------------


def _idle(verdict: Verdict, names: Names) -> str:
    if verdict.detail == "simulated_input":
        return _automatic(verdict, names)
    quiet = clock(_n(verdict, "quiet_ms") or verdict.ms)
    return f"It was quiet for {quiet}. Were you at work? Then tap “That was work”."


def _away(verdict: Verdict, _: Names) -> str:
    return f"The screen was off or locked for {clock(verdict.ms)}. Next time, press Pause first."


def _off(verdict: Verdict, names: Names) -> str:
    place = _place(State(verdict.kind), verdict.detail)
    return f"You were in {place} for {clock(verdict.ms)}. Ready to go back to {names.work}?"


def _rushing(verdict: Verdict, _: Names) -> str:
    answers, wrong = _n(verdict, "answers"), _n(verdict, "wrong")
    were = "was" if wrong == 1 else "were"
    told = f"{_of(answers, 'answer')} took under {seconds(_limit(verdict, 'rapid_ms'))}"
    if verdict.detail == "mean":
        told = f"Your last {_of(answers, 'answer')} took {seconds(_n(verdict, 'mean_ms'))} each"
    elif answers > 1:
        told = f"{answers} answers in a row took under {seconds(_limit(verdict, 'rapid_ms'))} each"
    if wrong:
        told += f", and {wrong} {were} not right"
    return f"{told}. Try to read the question out loud once before you pick."


def _skipped(verdict: Verdict, _: Names) -> str:
    skips = _n(verdict, "skips")
    return (
        f"You left the help page in {seconds(_n(verdict, 'stay_ms'))} after a miss, "
        f"{_of(skips, 'time')} now. Read the next one: it can save your next miss."
    )


def _hopping(verdict: Verdict, _: Names) -> str:
    lessons = _n(verdict, "lessons")
    return (
        f"You opened {_of(lessons, 'lesson')} and did not end one yet. Pick one and stay with it."
    )


def _not_answering(verdict: Verdict, names: Names) -> str:
    return (
        f"You have been at this for {clock(verdict.ms)} with no answer yet. "
        f"That is a good time to ask {_guide(names)}."
    )


def _pattern(verdict: Verdict, _: Names) -> str:
    answers, right = _n(verdict, "answers"), _n(verdict, "right")
    how = "the same spot" if verdict.detail == "same" else "spots in turn"
    return (
        f"You picked {how} for {_of(answers, 'answer')}, and {right} of them "
        f"{'was' if right == 1 else 'were'} right. Read each one before you pick."
    )


def _flipping(verdict: Verdict, names: Names) -> str:
    changes = _of(_n(verdict, "changes"), "time")
    return f"You switched {changes} in {clock(verdict.ms)}. Stay on {names.work} for a bit."


def _outside(verdict: Verdict, _: Names) -> str:
    times = _of(_n(verdict, "times"), "time")
    return f"You left and came back with the right answer {times}. Try the next one on your own."


def _automatic(verdict: Verdict, _: Names) -> str:
    return f"We could not tell if it was you for {clock(verdict.ms)}. Tell us if it was."


def _needs_help(verdict: Verdict, names: Names) -> str:
    skill = names.skill or names.work
    tries = _n(verdict, "tries") or _n(verdict, "wrong")
    return (
        f"You have worked hard on {skill} ({_of(tries, 'try', 'tries')}). "
        f"Now is the time to ask {_guide(names)}."
    )


def _guide(names: Names) -> str:
    return names.guide or "your guide"


# To the coach ---------------------------------------------------------------------------


def _coach_idle(verdict: Verdict, names: Names) -> str:
    if verdict.detail == "simulated_input":
        return _coach_automatic(verdict, names)
    quiet = clock(_n(verdict, "quiet_ms") or verdict.ms)
    patience = _limit(verdict, "patience_ms")
    allowed = f", allowed {clock(patience)}" if patience else ""
    return f"Idle {clock(verdict.ms)} in {names.app} (quiet for {quiet}{allowed})."


def _coach_away(verdict: Verdict, _: Names) -> str:
    how = "screen locked" if verdict.detail == "locked" else "screen off or another user"
    return f"Away {clock(verdict.ms)} ({how})."


def _coach_off(verdict: Verdict, _: Names) -> str:
    state = State(verdict.kind)
    free = _limit(verdict, "free_ms")
    counted = f", free up to {seconds(free)}" if free else ""
    episodes = _of(_n(verdict, "episodes") or 1, "episode")
    where = "Off the site" if state is State.OFF_SITE else "Off the app"
    return (
        f"{where} for {clock(verdict.ms)}: {_place(state, verdict.detail)}, "
        f"{episodes} so far{counted}."
    )


def _coach_rushing(verdict: Verdict, _: Names) -> str:
    answers = _of(_n(verdict, "answers"), "answer")
    told = f"{answers} under {seconds(_limit(verdict, 'rapid_ms'))} each"
    if verdict.detail == "mean":
        told = f"{answers} at {seconds(_n(verdict, 'mean_ms'))} on average"
        told += f" (limit {seconds(_limit(verdict, 'mean_ms'))})"
    elif verdict.detail == "share":
        told += f"; {_n(verdict, 'rapid')} such in the last {_n(verdict, 'of')} answers"
    return f"Rushing: {told}, {_n(verdict, 'right')} right, {_n(verdict, 'wrong')} wrong."


def _coach_skipped(verdict: Verdict, _: Names) -> str:
    return (
        f"Explanation skipped after {_n(verdict, 'skips')} of the last "
        f"{int(_limit(verdict, 'of'))} misses, here after {seconds(_n(verdict, 'stay_ms'))} "
        f"(limit {seconds(_limit(verdict, 'stay_ms'))})."
    )


def _coach_hopping(verdict: Verdict, _: Names) -> str:
    return (
        f"Topic hopping: {_of(_n(verdict, 'lessons'), 'lesson')} opened in {clock(verdict.ms)}, "
        f"none finished, {_of(_n(verdict, 'answers'), 'answer')} given."
    )


def _coach_not_answering(verdict: Verdict, _: Names) -> str:
    quiet = _limit(verdict, "quiet_ms")
    return (
        f"Busy for {clock(verdict.ms)} with no answer, media or writing "
        f"(limit {clock(quiet)}). May need help first. This is not counted as waste."
    )


def _coach_pattern(verdict: Verdict, _: Names) -> str:
    how = "the same position" if verdict.detail == "same" else "positions in turn"
    return (
        f"Answer pattern: {how} in {_of(_n(verdict, 'answers'), 'answer')}, "
        f"{_n(verdict, 'right')} right; {_of(_n(verdict, 'options'), 'option')} give "
        f"{_limit(verdict, 'chance'):.0%} by chance."
    )


def _coach_flipping(verdict: Verdict, _: Names) -> str:
    return (
        f"Tab flipping: {_of(_n(verdict, 'changes'), 'change')} in {clock(verdict.ms)} "
        f"(limit {int(_limit(verdict, 'changes_per_minute'))} a minute)."
    )


def _coach_outside(verdict: Verdict, _: Names) -> str:
    return (
        f"Maybe outside help: {_of(_n(verdict, 'times'), 'right answer')} within "
        f"{seconds(_limit(verdict, 'within_ms'))} of coming back; alone {_n(verdict, 'own_right')} "
        f"of {_n(verdict, 'own_answers')} right. Looking things up may be part of the work."
    )


def _coach_automatic(verdict: Verdict, _: Names) -> str:
    return f"Private note: input looked automatic for {clock(verdict.ms)}. Ask before you conclude."


def _coach_needs_help(verdict: Verdict, names: Names) -> str:
    skill = names.skill or names.work
    if verdict.rule == "long_struggle":
        return (
            f"Needs help with {skill}: {_n(verdict, 'wrong')} misses in a row took "
            f"{clock(_n(verdict, 'took_ms'))}, usual {clock(_n(verdict, 'usual_ms'))}. Not waste."
        )
    return (
        f"Needs help with {skill}: {_of(_n(verdict, 'tries'), 'try', 'tries')}, "
        f"{_n(verdict, 'right')} right, never {int(_limit(verdict, 'right_in_a_row'))} in a row. "
        "Not waste."
    )


_Template = Callable[[Verdict, Names], str]

_STUDENT: Final[dict[Kind, _Template]] = {
    State.IDLE: _idle,
    State.AWAY: _away,
    State.OFF_APP: _off,
    State.OFF_SITE: _off,
    Overlay.RUSHING: _rushing,
    Overlay.SKIPPED_EXPLANATION: _skipped,
    Overlay.TOPIC_HOPPING: _hopping,
    Overlay.NOT_ANSWERING: _not_answering,
    Overlay.ANSWER_PATTERN: _pattern,
    Overlay.TAB_FLIPPING: _flipping,
    Overlay.EXTERNAL_HELP: _outside,
    Overlay.SIMULATED_INPUT: _automatic,
    Insight.NEEDS_HELP: _needs_help,
}
_COACH: Final[dict[Kind, _Template]] = {
    State.IDLE: _coach_idle,
    State.AWAY: _coach_away,
    State.OFF_APP: _coach_off,
    State.OFF_SITE: _coach_off,
    Overlay.RUSHING: _coach_rushing,
    Overlay.SKIPPED_EXPLANATION: _coach_skipped,
    Overlay.TOPIC_HOPPING: _coach_hopping,
    Overlay.NOT_ANSWERING: _coach_not_answering,
    Overlay.ANSWER_PATTERN: _coach_pattern,
    Overlay.TAB_FLIPPING: _coach_flipping,
    Overlay.EXTERNAL_HELP: _coach_outside,
    Overlay.SIMULATED_INPUT: _coach_automatic,
    Insight.NEEDS_HELP: _coach_needs_help,
}
