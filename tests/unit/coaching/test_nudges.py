"""Nudges: rare, at the right moment, and gone when they are not wanted."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeback_desktop.coaching.nudges import (
    IDLE_ANSWERS,
    Nudge,
    NudgeFacts,
    NudgeKind,
    NudgePolicy,
    Response,
    Snooze,
)
from timeback_desktop.partition import Overlay, State
from timeback_desktop.waste.sentences import Names
from timeback_desktop.waste.verdict import Insight, Kind, Verdict

NAMES = Names(app="Number Lab", lesson="Fractions", guide="Ms. Lee")
MINUTE = 60_000


class Strip:
    """Where nudges are shown, a second at a time."""

    def __init__(self) -> None:
        self.policy = NudgePolicy()
        self.now = 0
        self.shown: list[tuple[int, NudgeKind]] = []
        self.last: Nudge | None = None

    def tick(self, state: State = State.ON_TASK, **facts: object) -> Nudge | None:
        self.now += 1_000
        facts = {"grade": "3", **facts}
        nudge = self.policy.tick(NudgeFacts(at_ms=self.now, state=state, names=NAMES, **facts))
        if nudge is not None and self.last is None:
            self.shown.append((self.now, nudge.kind))
        self.last = nudge
        return nudge

    def seconds(self, count: int, state: State = State.ON_TASK, **facts: object) -> Nudge | None:
        for _ in range(count):
            self.tick(state, **facts)
        return self.last

    def find(self, kind: Kind, **facts: object) -> Nudge | None:
        """Give a fresh verdict, and an answer right after it."""
        seen = Verdict(kind, "rule", 1, self.now, self.now + 500, 0, 0.8, counts={"answers": 3})
        self.tick(verdicts=(seen,), **facts)
        return self.tick(verdicts=(seen,), answered=True, **facts)


@pytest.mark.parametrize(
    ("kind", "nudge"),
    [
        (Overlay.RUSHING, NudgeKind.RUSHING),
        (Overlay.SKIPPED_EXPLANATION, NudgeKind.SKIPPED_EXPLANATION),
        (Insight.NEEDS_HELP, NudgeKind.NEEDS_HELP),
    ],
)
def test_a_finding_waits_for_the_next_answer(kind: Kind, nudge: NudgeKind) -> None:
    strip = Strip()
    seen = (Verdict(kind, "rule", 1, 0, 500, 0, 0.8),)
    assert strip.seconds(30, verdicts=seen) is None
    shown = strip.tick(answered=True)
    assert shown is not None
    assert (shown.kind, shown.answers) == (nudge, ("ok",))


def test_a_return_is_a_breakpoint_too() -> None:
    strip = Strip()
    strip.tick(verdicts=(Verdict(Overlay.RUSHING, "rule", 1, 0, 500, 0, 0.8),))
    assert strip.seconds(5, State.AWAY) is None
    assert strip.tick() is not None


def test_what_is_two_minutes_old_is_not_brought_up() -> None:
    strip = Strip()
    strip.tick(verdicts=(Verdict(Overlay.RUSHING, "rule", 1, 0, 500, 0, 0.8),))
    strip.seconds(121)
    assert strip.tick(answered=True) is None


@pytest.mark.parametrize("kind", [Overlay.TOPIC_HOPPING, Overlay.EXTERNAL_HELP, State.AWAY])
def test_other_findings_are_not_spoken_of(kind: Kind) -> None:
    assert Strip().find(kind) is None


def test_the_idle_question_comes_at_once_with_its_four_answers() -> None:
    strip = Strip()
    nudge = strip.tick(State.IDLE, asks=True)
    assert nudge is not None
    assert (nudge.kind, nudge.answers) == (NudgeKind.IDLE, IDLE_ANSWERS)
    assert nudge.sentence.startswith("Still with it?")


def test_the_idle_question_stays_until_twenty_seconds_after_the_return() -> None:
    strip = Strip()
    strip.tick(State.IDLE, asks=True)
    assert strip.seconds(300, State.IDLE) is not None
    assert strip.seconds(19) is not None
    assert strip.tick() is None


@pytest.mark.parametrize(
    ("grade", "after"), [("K", 30), ("5", 30), (None, 30), ("6", 15), ("12", 15)]
)
@pytest.mark.parametrize("state", [State.OFF_APP, State.OFF_SITE])
def test_elsewhere_it_depends_on_the_grade(grade: str | None, after: int, state: State) -> None:
    strip = Strip()
    assert strip.seconds(after, state, grade=grade) is None
    nudge = strip.tick(state, grade=grade)
    assert nudge is not None
    assert f"over 0:{after}" in nudge.sentence
    assert strip.seconds(60, state, grade=grade) is not None
    assert strip.seconds(20, grade=grade) is None


def test_a_nudge_stays_twenty_seconds() -> None:
    strip = Strip()
    nudge = strip.find(Overlay.RUSHING)
    assert nudge is not None
    assert nudge.until_ms == strip.now + 20_000
    assert strip.seconds(19) == nudge
    assert strip.tick() is None


def test_one_in_five_minutes() -> None:
    strip = Strip()
    strip.find(Overlay.RUSHING)
    strip.seconds(290)
    assert strip.find(Insight.NEEDS_HELP) is None
    strip.seconds(15)
    assert strip.find(Insight.NEEDS_HELP) is not None


def test_four_an_hour() -> None:
    strip = Strip()
    for _ in range(58):
        strip.policy.respond(Response.TAKEN)
        strip.find(Insight.NEEDS_HELP)
        strip.find(Overlay.RUSHING)
        strip.seconds(56)
    assert len(strip.shown) == 4


def test_help_goes_before_habits() -> None:
    strip = Strip()
    seen = tuple(
        Verdict(kind, "rule", 1, 0, 500, 0, 0.8) for kind in (Overlay.RUSHING, Insight.NEEDS_HELP)
    )
    strip.tick(verdicts=seen)
    nudge = strip.tick(answered=True)
    assert nudge is not None
    assert nudge.kind is NudgeKind.NEEDS_HELP


def gaps(response: Response | None) -> list[int]:
    """Show rushing whenever the policy lets it for two hours; return the minutes between."""
    strip = Strip()
    while strip.now < 120 * MINUTE:
        if strip.find(Overlay.RUSHING) is not None and response is not None:
            strip.policy.respond(response)
        strip.seconds(28)
    times = [now for now, _ in strip.shown]
    return [round((b - a) / MINUTE) for a, b in itertools.pairwise(times)]


@pytest.mark.parametrize("response", [Response.DISMISSED, None])
def test_a_nudge_that_is_not_wanted_comes_half_as_often(response: Response | None) -> None:
    assert gaps(response)[:3] == [10, 20, 40]


def test_a_nudge_that_is_taken_does_not_fade() -> None:
    assert gaps(Response.TAKEN)[:3] == [5, 5, 5]


def test_a_kind_rests_once_the_behaviour_improved() -> None:
    strip = Strip()
    strip.find(Overlay.RUSHING)
    strip.seconds(11 * 60)
    assert strip.find(Overlay.RUSHING) is None
    assert strip.find(Overlay.SKIPPED_EXPLANATION) is not None
    strip.seconds(30 * 60)
    assert strip.find(Overlay.RUSHING) is not None


@pytest.mark.parametrize(("snooze", "minutes", "back"), [
    (Snooze.QUARTER_HOUR, 14, False),
    (Snooze.QUARTER_HOUR, 16, True),
    (Snooze.SESSION, 300, False),
])  # fmt: skip
def test_snooze(snooze: Snooze, minutes: int, back: bool) -> None:
    strip = Strip()
    strip.find(Overlay.RUSHING)
    strip.policy.snooze(strip.now, snooze)
    assert strip.tick() is None
    strip.seconds(minutes * 60)
    assert (strip.find(Insight.NEEDS_HELP) is not None) is back


@pytest.mark.parametrize(
    "facts", [{"assessment": True}, {"state": State.PAUSED}, {"contested": {Overlay.RUSHING}}]
)
def test_when_to_be_silent(facts: dict[str, object]) -> None:
    assert Strip().find(Overlay.RUSHING, **facts) is None
    strip = Strip()
    strip.find(Overlay.RUSHING)
    assert strip.last is not None
    assert strip.tick(**facts) is None


@pytest.mark.parametrize("state", [State.UNKNOWN, State.SUSPENDED, State.AWAY])
def test_nothing_begins_while_nobody_watches(state: State) -> None:
    strip = Strip()
    assert strip.tick(state, asks=True) is None
    strip.find(Overlay.RUSHING)
    assert strip.tick(state) is not None  # a stall takes nothing away before its time


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(State)), st.integers(0, 63)), max_size=400))
def test_never_more_than_promised(ticks: list[tuple[State, int]]) -> None:
    strip = Strip()
    kinds: tuple[Kind, ...] = (Overlay.RUSHING, Overlay.SKIPPED_EXPLANATION, Insight.NEEDS_HELP)
    for state, bits in ticks:
        seen = [k for n, k in enumerate(kinds) if bits >> n & 1]
        verdicts = tuple(Verdict(k, "rule", 1, strip.now, strip.now + 1, 0, 1.0) for k in seen)
        for _ in range(20):
            strip.tick(state, verdicts=verdicts, answered=bool(bits & 8), asks=bool(bits & 16))
    times = [now for now, _ in strip.shown]
    assert all(b - a >= 5 * MINUTE for a, b in itertools.pairwise(times))
    assert all(b - a >= 60 * MINUTE for a, b in zip(times, times[4:], strict=False))
