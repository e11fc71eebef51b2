"""When to say something to a student at work, and when to leave them alone.

A nudge is quiet, rare and about one thing. Notices at task breakpoints cost less
frustration than in the midst of one (Iqbal and Bailey), so all but two kinds wait for an
answer or a return: the idle question comes when it is due, and being elsewhere is a
breakpoint already. Reminders make children depend on them (Nobbe et al. 2024): each nudge
that is dismissed or left alone doubles the spacing of its kind, and a kind rests once the
behaviour improved. Times are offsets of the session; nothing here reads a clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from timeback_desktop.partition import ENGAGED, NOT_COUNTED, Overlay, State
from timeback_desktop.presence.machine import Answer
from timeback_desktop.waste.limits import MINUTE, SECOND
from timeback_desktop.waste.sentences import STILL_WITH_IT, Names, for_student, still_away
from timeback_desktop.waste.verdict import Insight, Kind, Verdict


class NudgeKind(StrEnum):
    """What a nudge is about; earlier ones go first."""

    NEEDS_HELP = "needs_help"
    IDLE = "idle"
    OFF_APP = "off_app"
    RUSHING = "rushing"
    SKIPPED_EXPLANATION = "skipped_explanation"


class Response(StrEnum):
    """What a student did with a nudge."""

    TAKEN = "taken"
    DISMISSED = "dismissed"


class Snooze(StrEnum):
    """How long to be left alone."""

    QUARTER_HOUR = "quarter_hour"
    SESSION = "session"


IDLE_ANSWERS: Final[tuple[str, ...]] = tuple(Answer)
_ONE_ANSWER: Final = ("ok",)

_OF_VERDICT: Final[Mapping[Kind, NudgeKind]] = MappingProxyType(
    {
        Insight.NEEDS_HELP: NudgeKind.NEEDS_HELP,
        Overlay.RUSHING: NudgeKind.RUSHING,
        Overlay.SKIPPED_EXPLANATION: NudgeKind.SKIPPED_EXPLANATION,
    }
)
_SUBJECT: Final[Mapping[NudgeKind, frozenset[Kind]]] = MappingProxyType(
    {
        NudgeKind.NEEDS_HELP: frozenset({Insight.NEEDS_HELP}),
        NudgeKind.IDLE: frozenset({State.IDLE}),
        NudgeKind.OFF_APP: frozenset({State.OFF_APP, State.OFF_SITE}),
        NudgeKind.RUSHING: frozenset({Overlay.RUSHING}),
        NudgeKind.SKIPPED_EXPLANATION: frozenset({Overlay.SKIPPED_EXPLANATION}),
    }
)
"""The judgements that a kind of nudge speaks of; a contested one is not spoken of again."""

_ELSEWHERE: Final = frozenset({State.OFF_APP, State.OFF_SITE})
_NOT_WATCHED: Final = NOT_COUNTED | {State.AWAY}
_YOUNG: Final = frozenset({"PK", "K", "KG", "0", "00", "1", "2", "3", "4", "5"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeLimits:
    """How often, how soon and how long, in milliseconds.

    ``spacing``, ``most_an_hour``: at most one in 5 minutes and 4 an hour.
    ``stay``: at least 20 s to answer, by any simple action (WCAG 2.2.1).
    ``away_young``, ``away_old``: elsewhere for 30 s up to grade 5, 15 s from grade 6 on
    (GoGuardian alerts at 15 to 60 s).
    ``fresh``: what was seen longer ago than this is not brought up any more.
    ``improved``: this long without another verdict of its kind after a nudge, and the kind
    rests for ``rest``.
    ``longest``: doubling ends here.
    """

    spacing: int = 5 * MINUTE
    most_an_hour: int = 4
    stay: int = 20 * SECOND
    away_young: int = 30 * SECOND
    away_old: int = 15 * SECOND
    fresh: int = 2 * MINUTE
    improved: int = 10 * MINUTE
    rest: int = 30 * MINUTE
    longest: int = 120 * MINUTE
    snooze: int = 15 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeFacts:
    """What one tick tells the policy.

    ``asks``: the machine wants to know what a quiet student did. ``verdicts``: new and open
    ones, as often as they are seen. ``answered``: a question was just answered. ``contested``:
    kinds of verdicts that the student contested in this session. ``detail`` refines ``state``.
    """

    at_ms: int
    state: State
    names: Names
    detail: str | None = None
    asks: bool = False
    verdicts: tuple[Verdict, ...] = ()
    answered: bool = False
    grade: str | None = None
    assessment: bool = False
    contested: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class Nudge:
    """What to show until ``until_ms``, with the words of the answers it offers."""

    kind: NudgeKind
    sentence: str
    answers: tuple[str, ...]
    until_ms: int


@dataclass(slots=True)
class _Habit:
    """What one kind of nudge has come to in this session."""

    spacing: int
    shown_ms: int | None = None
    seen_ms: int | None = None
    resting_until: int = 0
    told: set[int] = field(default_factory=set)
    due: Verdict | None = None


class NudgePolicy:
    """Decide what to show; one for a session."""

    def __init__(self, limits: NudgeLimits | None = None) -> None:
        self._limits = limits or NudgeLimits()
        self._habits = {kind: _Habit(self._limits.spacing) for kind in NudgeKind}
        self._shown: Nudge | None = None
        self._times: deque[int] = deque(maxlen=self._limits.most_an_hour)
        self._quiet_until: int | None = 0
        self._state = State.ON_TASK
        self._away_since: int | None = None

    def tick(self, facts: NudgeFacts) -> Nudge | None:
        """Return what should be on screen now: the same nudge until it is over, or nothing."""
        self._learn(facts)
        breakpoint_ = facts.answered or self._returned(facts.state)
        self._follow(facts)
        self._state = facts.state
        if self._must_be_silent(facts):
            self._shown = None
            return None
        self._keep(facts)
        watched = facts.state not in _NOT_WATCHED
        if self._shown is None and watched and self._may_speak(facts.at_ms):
            self._show(facts, at_breakpoint=breakpoint_)
        return self._shown

    def respond(self, response: Response) -> None:
        """Take the nudge away: the student took it up, or dismissed it."""
        if self._shown is not None and response is Response.DISMISSED:
            self._fade(self._shown.kind)
        self._shown = None

    def snooze(self, at_ms: int, how_long: Snooze) -> None:
        """Say nothing for a while."""
        session = how_long is Snooze.SESSION
        self._quiet_until = None if session else at_ms + self._limits.snooze
        self._shown = None

    # What is known ------------------------------------------------------------------

    def _learn(self, facts: NudgeFacts) -> None:
        for verdict in facts.verdicts:
            kind = _OF_VERDICT.get(verdict.kind)
            if kind is None or verdict.from_ms in self._habits[kind].told:
                continue
            habit = self._habits[kind]
            habit.told.add(verdict.from_ms)
            habit.due, habit.seen_ms = verdict, facts.at_ms
        for habit in self._habits.values():
            if habit.seen_ms is not None and facts.at_ms - habit.seen_ms > self._limits.fresh:
                habit.due = None
            self._rest(habit, facts.at_ms)

    def _rest(self, habit: _Habit, now: int) -> None:
        """Let a kind rest once its nudge was followed by ten minutes without the behaviour."""
        if habit.shown_ms is None or habit.seen_ms is None:
            return
        since = max(habit.shown_ms, habit.seen_ms)
        if now - since >= self._limits.improved:
            habit.resting_until = now + self._limits.rest
            habit.shown_ms = None

    def _follow(self, facts: NudgeFacts) -> None:
        if facts.asks:
            self._habits[NudgeKind.IDLE].seen_ms = facts.at_ms
        if facts.state not in _ELSEWHERE:
            self._away_since = None
            return
        self._habits[NudgeKind.OFF_APP].seen_ms = facts.at_ms
        if self._away_since is None:
            self._away_since = facts.at_ms

    def _returned(self, state: State) -> bool:
        return state in ENGAGED and self._state not in ENGAGED

    # Whether to speak ---------------------------------------------------------------

    def _must_be_silent(self, facts: NudgeFacts) -> bool:
        snoozed = self._quiet_until is None or facts.at_ms < self._quiet_until
        return snoozed or facts.assessment or facts.state is State.PAUSED

    def _may_speak(self, now: int) -> bool:
        times = self._times
        if times and now - times[-1] < self._limits.spacing:
            return False
        return len(times) < self._limits.most_an_hour or now - times[0] >= 60 * MINUTE

    def _may_say(self, kind: NudgeKind, facts: NudgeFacts) -> bool:
        habit = self._habits[kind]
        if _SUBJECT[kind] & facts.contested or facts.at_ms < habit.resting_until:
            return False
        return habit.shown_ms is None or facts.at_ms - habit.shown_ms >= habit.spacing

    def _is_due(self, kind: NudgeKind, facts: NudgeFacts, *, at_breakpoint: bool) -> bool:
        match kind:
            case NudgeKind.IDLE:
                return facts.asks
            case NudgeKind.OFF_APP:
                return self._away_ms(facts) >= self._patience(facts.grade)
            case _:
                return at_breakpoint and self._habits[kind].due is not None

    def _away_ms(self, facts: NudgeFacts) -> int:
        return -1 if self._away_since is None else facts.at_ms - self._away_since

    def _patience(self, grade: str | None) -> int:
        young = grade is None or grade.strip().upper() in _YOUNG
        return self._limits.away_young if young else self._limits.away_old

    # What to say --------------------------------------------------------------------

    def _show(self, facts: NudgeFacts, *, at_breakpoint: bool) -> None:
        for kind in NudgeKind:
            due = self._is_due(kind, facts, at_breakpoint=at_breakpoint)
            if due and self._may_say(kind, facts):
                self._shown = self._nudge(kind, facts)
                habit = self._habits[kind]
                habit.shown_ms, habit.due = facts.at_ms, None
                self._times.append(facts.at_ms)
                return

    def _nudge(self, kind: NudgeKind, facts: NudgeFacts) -> Nudge:
        until = facts.at_ms + self._limits.stay
        if kind is NudgeKind.IDLE:
            return Nudge(kind, STILL_WITH_IT, IDLE_ANSWERS, until)
        if kind is NudgeKind.OFF_APP:
            away = still_away(self._away_ms(facts), facts.state, facts.names, facts.detail)
            return Nudge(kind, away, _ONE_ANSWER, until)
        verdict = self._habits[kind].due
        sentence = "" if verdict is None else for_student(verdict, facts.names)
        return Nudge(kind, sentence, _ONE_ANSWER, until)

    def _keep(self, facts: NudgeFacts) -> None:
        """Leave a nudge its time; the 20 s of one for somebody absent begin at the return."""
        shown = self._shown
        if shown is None:
            return
        if _SUBJECT[shown.kind] & facts.contested:
            self._shown = None
            return
        idle = shown.kind is NudgeKind.IDLE and (facts.asks or facts.state is State.IDLE)
        away = shown.kind is NudgeKind.OFF_APP and facts.state in _ELSEWHERE
        if idle or away:
            self._shown = replace(shown, until_ms=facts.at_ms + self._limits.stay)
        elif facts.at_ms >= shown.until_ms:
            if shown.kind not in {NudgeKind.IDLE, NudgeKind.OFF_APP}:
                self._fade(shown.kind)  # coming back is an answer, silence is none
            self._shown = None

    def _fade(self, kind: NudgeKind) -> None:
        habit = self._habits[kind]
        habit.spacing = min(2 * habit.spacing, self._limits.longest)
