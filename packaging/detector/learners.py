"""Generated learners: hours of work and waste with a known truth, one for each way of working.

Independent of any recorded trace: the shapes are log-normal curves laid through published
figures (gaps between actions: median 4 s, p95 47 s, p99 131 s: between children at a shared
task and of adults on phones, whose gaps hide walks away; explanations read for 29.5 s;
excursions: median 3 s, 95 % up to 30 s). Everything is drawn from one seed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from timeback_desktop.clock import Stamp
from timeback_desktop.partition import State
from timeback_desktop.presence.profiles import AccessProfile
from timeback_desktop.presence.signal import (
    AppEvent,
    AppEventKind,
    Context,
    InputCounts,
    Media,
    PageFacts,
    Surface,
    Tick,
)

LONGEST_GAP_S = 240
"""Longer quiet on a page is rare at work (2 % of question time lies beyond 300 s)."""

_ANSWERED = (AppEvent(AppEventKind.ANSWERED),)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a learner of a profile works: factors on the standard learner's times."""

    slowness: float = 1.0
    scans: bool = False
    on_paper: float = 0.01


MANNERS = {
    AccessProfile.STANDARD: Manner(),
    AccessProfile.SLOW_READER: Manner(slowness=1.8),
    AccessProfile.SWITCH: Manner(slowness=2.5, scans=True),
    AccessProfile.SCREEN_READER: Manner(slowness=2.0),
    AccessProfile.PAPER: Manner(slowness=1.2, on_paper=0.08),
}


@dataclass(slots=True)
class Hour:
    """One hour of a learner: what was sampled, and what it truly was."""

    ticks: list[Tick] = field(default_factory=list)
    truth: list[State] = field(default_factory=list)

    def second(self, state: State, page: PageFacts, **seen: object) -> None:
        """Append a second."""
        now = (len(self.ticks) + 1) * 1000
        stamp = Stamp(mono_ms=now, utc_ms=1_767_600_000_000 + now, awake_ms=now)
        self.ticks.append(Tick(stamp, page=page, **seen))  # type: ignore[arg-type]
        self.truth.append(state)


class Learner:
    """Draw hours of one learner."""

    def __init__(self, seed: int, profile: AccessProfile = AccessProfile.STANDARD) -> None:
        self._rng = Random(f"{profile} {seed}")  # noqa: S311 - learners, not secrets
        self._manner = MANNERS[profile]
        self._gap_median = self._rng.uniform(3, 5) * self._manner.slowness
        self._hour = Hour()

    def hours(self, count: int) -> Iterator[Hour]:
        """Yield hours, one after another."""
        for _ in range(count):
            self._hour = Hour()
            while len(self._hour.ticks) < 3600:
                self._activity()
                if self._rng.random() < 0.06:
                    self._leave()
                if self._rng.random() < 0.10:
                    self._wander_off()
            yield Hour(self._hour.ticks[:3600], self._hour.truth[:3600])

    def _activity(self) -> None:
        kind = self._rng.choices(["question", "reading", "film", "talk"], [6, 3, 1, 1])[0]
        if kind == "film":
            self._watch(int(self._rng.uniform(60, 600)))
        elif kind == "talk":
            self._act(PageFacts(words=40, context=Context.DISCUSSION), self._rng.uniform(60, 240))
        elif kind == "reading":
            words = self._rng.randint(80, 250)
            self._act(PageFacts(words=words, context=Context.READING), self._long(29.5, 0.9))
        else:
            page = PageFacts(words=self._rng.randint(15, 90), context=Context.QUESTION)
            self._act(page, self._long(22, 0.9))
            self._hour.second(State.ON_TASK, page, inputs=self._hand(), app_events=_ANSWERED)

    def _act(self, page: PageFacts, seconds: float) -> None:
        """Work on a page: bursts of input, as far apart as this learner's are."""
        left = int(seconds * self._manner.slowness)
        while left > 0:
            self._hour.second(State.ON_TASK, page, inputs=self._hand(), screen_change=0.1)
            on_paper = self._rng.random() < self._manner.on_paper
            gap = self._rng.uniform(30, 260) if on_paper else self._gap()
            for _ in range(int(gap)):
                self._hour.second(State.ON_TASK, page, screen_change=0.002)
            left -= int(gap) + 1

    def _watch(self, seconds: int) -> None:
        film = PageFacts(words=20, media=Media.PLAYING, audible=True, context=Context.VIDEO)
        self._hour.second(State.PASSIVE_OK, film, inputs=self._hand(), screen_change=0.3)
        for _ in range(seconds):
            self._hour.second(State.PASSIVE_OK, film, screen_change=0.3)

    def _leave(self) -> None:
        """Walk off; one in ten leaves a thing that nudges the pointer."""
        page = self._hour.ticks[-1].page or PageFacts()
        page = PageFacts(words=page.words, context=page.context)
        beat = self._rng.uniform(5, 30) if self._rng.random() < 0.1 else math.inf
        due = beat
        for second in range(int(self._rng.lognormvariate(math.log(260), 0.8))):
            nudged = second >= due
            due += beat if nudged else 0
            inputs = InputCounts(moves=1, path_px=60) if nudged else InputCounts()
            state = State.AWAY if beat is math.inf else State.IDLE
            self._hour.second(state, page, inputs=inputs, screen_change=0.002)

    def _wander_off(self) -> None:
        """Turn to another program for a moment."""
        for _ in range(max(1, int(self._rng.lognormvariate(math.log(3), 1.2)))):
            hidden = PageFacts(visible=False)
            self._hour.second(State.OFF_APP, hidden, surface=Surface.OTHER_PROGRAM)

    def _hand(self) -> InputCounts:
        if self._manner.scans:
            return InputCounts(keys=1)
        far = self._rng.randint(60, 700)
        return InputCounts(clicks=1, wheel=self._rng.choice([0, 0, 3]), moves=5, path_px=far)

    def _gap(self) -> float:
        longest = LONGEST_GAP_S * self._manner.slowness
        gap = min(longest, self._rng.lognormvariate(math.log(self._gap_median), 1.5))
        return 2.0 * max(1, round(gap / 2)) if self._manner.scans else gap

    def _long(self, median: float, sigma: float) -> float:
        return self._rng.lognormvariate(math.log(median), sigma)
