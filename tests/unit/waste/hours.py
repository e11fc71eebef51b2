"""An hour at a judge's, second by second: ticks and app events by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from timeback_desktop.clock import Stamp
from timeback_desktop.partition import State
from timeback_desktop.presence.signal import AppEvent, AppEventKind, InputCounts, Surface, Tick
from timeback_desktop.waste.judge import WasteJudge
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.verdict import Kind, Verdict

START = Stamp(mono_ms=7_000, utc_ms=1_700_000_000_000, awake_ms=7_000)
K = AppEventKind
HAND = InputCounts(clicks=1)


def at(ms: int, start: Stamp = START) -> Stamp:
    return Stamp(start.mono_ms + ms, start.utc_ms + ms, start.awake_ms + ms)


def event(kind: AppEventKind, ms: int, key: str, **more: object) -> AppEvent:
    """An event with its time and an id of its own."""
    return AppEvent(kind, utc_ms=START.utc_ms + ms, id=f"{kind}-{key}", item=key, **more)


def answer(
    began: int, ended: int, key: str, *, right: bool | None = None, **more: object
) -> list[AppEvent]:
    """One item from its start to its grade, told by the usual three events."""
    told = [event(K.ITEM_STARTED, began, key), event(K.ANSWERED, ended, key, **more)]
    if right is not None:
        kind = K.ANSWERED_RIGHT if right else K.ANSWERED_WRONG
        told.append(event(kind, ended + 40, key, **more))
    return told


class Hour:
    """Feed a judge and keep what it says."""

    def __init__(self, start: Stamp = START, **limits: object) -> None:
        self.start = start
        self.judge = WasteJudge(start, RuleLimits(**limits))
        self.now = 0
        self.verdicts: list[Verdict] = []

    def tick(self, ms: int = 1000, state: State = State.ON_TASK, **facts: object) -> None:
        self.now += ms
        self.verdicts += self.judge.tick(Tick(at(self.now, self.start), **facts), state)

    def seconds(self, count: int, state: State = State.ON_TASK, **facts: object) -> None:
        for _ in range(count):
            self.tick(state=state, **facts)

    def hear(self, events: Sequence[AppEvent], until: int | None = None, late: int = 0) -> None:
        """Tick on with a hand at work, each event carried by the tick after it happened."""
        waiting = sorted(events, key=lambda e: e.utc_ms or 0)
        end = until or max((e.utc_ms or 0) - self.start.utc_ms for e in waiting) + 10_000
        while self.now < end:
            due = self.start.utc_ms + self.now + 1000 - late
            carried = tuple(e for e in waiting if (e.utc_ms or 0) <= due)
            waiting = waiting[len(carried) :]
            self.tick(inputs=HAND, app_events=carried)

    def close(self) -> list[Verdict]:
        self.verdicts += self.judge.close()
        return self.verdicts

    def of(self, kind: Kind) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.kind is kind]


def judged(events: Iterable[AppEvent], **limits: object) -> Hour:
    """Judge an hour that holds these events."""
    hour = Hour(**limits)
    hour.hear(list(events))
    hour.close()
    return hour


def run_of(
    tooks: Sequence[int], rights: Sequence[bool | None], *, pause: int = 3_000, **more: object
) -> list[AppEvent]:
    """Items one after the other, with a pause for the feedback between them."""
    events: list[AppEvent] = []
    now = 1_000
    for n, (took, right) in enumerate(zip(tooks, rights, strict=True)):
        events += answer(now, now + took, f"i{n}", right=right, **more)
        now += took + pause
    return events


def learner(seed: int, minutes: int = 60, sigma: float = 0.6) -> list[AppEvent]:
    """Somebody at a normal pace: log-normal times of median 15 s, 60 to 95 % right."""
    random = Random(seed)
    accuracy = random.uniform(0.6, 0.95)
    options = random.choice((2, 3, 4, 5))
    usual = random.choice((None, 15_000, 18_000, 21_000))
    events: list[AppEvent] = []
    now, n = 1_000, 0
    while now < minutes * 60_000:
        took = int(15_000 * random.lognormvariate(0, sigma))
        right = random.random() < accuracy
        facts = {"choice": random.randrange(options), "usual_ms": usual, "skill": f"s{n // 20}"}
        events += answer(now, now + took, f"i{n}", right=right, **facts)
        now += took + int(random.lognormvariate(0, 0.5) * (4_000 if right else 15_000))
        n += 1
    return events


SURFACES = (Surface.LEARNING, Surface.OTHER_PROGRAM)
