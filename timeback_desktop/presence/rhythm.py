"""Tell input that a person makes from input that a thing makes: people are never metronomic.

Input falls into bursts, split by silence. A chain of look-alike bursts is held against the
steadiest person ever measured, a drummer whose intervals scatter with a CV of 0.28: how
likely would the drummer have stayed so close to a straight line of beats? When the chance
falls under ``CHANCE``, no person made the chain.

Evidence: in 1,864 disjoint windows of 20 input onsets of office workers the smallest CV was
0.28, in 13,288 overlapping windows of 11 none was under 0.15 (reference figures, 0.10); most
people are three times as irregular. Everything that a person alone does breaks the chain:
an answer in the app, another sort of input, another pace. Sampling once a second blurs a
beat by a second. A chain is judged from 90 s on: where people keep a beat at all, they keep
it for less. Four beats are the least, so a beat in 30 s shows after two minutes.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from timeback_desktop.presence.signal import InputCounts

CHANCE: Final = math.log(6e-5)
"""So unlikely must a chain be, as the drummer's, before it is called a thing's."""

DRUMMER: Final = 0.28
"""The steadiest person's scatter: standard deviation over mean."""

SILENT_SCREEN: Final = 0.02
"""A screen that changes by less than this share did not answer the input."""

_LONGEST: Final = 64
_FEWEST: Final = 4
_SHORTEST_MS: Final = 90_000
_SAMPLE_MS: Final = 1_000.0
_SAME_SECOND: Final = 0.87  # a person's chance to move this second just as the last
_ONE_SORT: Final = 0.35  # a person's chance to use one sort of input for so long
_UNANSWERED: Final = 0.8  # ... and the screen never to answer


@dataclass(frozen=True, slots=True)
class Burst:
    """Input without a silent second in it."""

    at_ms: int
    sort: tuple[int, int, int, int]
    path_px: int
    answered: bool
    seconds: int

    @property
    def only_moves(self) -> bool:
        """Whether the pointer wandered and nothing else happened."""
        return not any(self.sort)


class Rhythm:
    """Follow the input of one session, a second at a time.

    ``simulated_from`` is the offset since which all input looks made by a thing; while it is
    set, input is no evidence. ``hold_from`` is the offset from which nothing should be final
    yet, because the input there may still turn out to be a thing's.
    """

    def __init__(self) -> None:
        self._chain: deque[Burst] = deque(maxlen=_LONGEST)
        self._grows: Burst | None = None
        self._steady: deque[InputCounts] = deque(maxlen=2)
        self._steady_from = 0
        self._steady_seconds = 0
        self.simulated_from: int | None = None

    @property
    def hold_from(self) -> int | None:
        """Where the present chain of suspicious bursts began."""
        if self._grows is not None and self._steady_seconds > 2:
            return self._steady_from
        chain = self._whole()
        if not chain:
            return None
        suspicious = chain[-1].only_moves and not chain[-1].answered
        return chain[0].at_ms if suspicious or len(chain) > 2 else None

    def quiet(self) -> None:
        """Note a second without input: a burst is over."""
        if self._grows is not None:
            self._link(self._grows)
            self._grows = None
        self._steady.clear()
        self._steady_seconds = 0

    def hear(self, at_ms: int, inputs: InputCounts, screen_change: float | None) -> bool:
        """Note a second of input; return whether it is a person's, as far as can be told."""
        answered = screen_change is None or screen_change >= SILENT_SCREEN
        burst = _grown(self._grows, at_ms, inputs, answered=answered)
        self._grows = burst
        self._follow_steady(at_ms, inputs)
        if self._steady_seconds * math.log(_SAME_SECOND) < CHANCE:
            self.simulated_from = self._steady_from if self._fresh else self.simulated_from
        elif _unlikely(self._whole()) < CHANCE:
            self.simulated_from = self._whole()[0].at_ms if self._fresh else self.simulated_from
        elif self._breaks(burst):
            self.simulated_from = None
        return self.simulated_from is None

    def certify(self) -> None:
        """Take what has been heard for a person's: the app reported an answer."""
        self._chain.clear()
        self._grows = None
        self._steady_seconds = 0
        self.simulated_from = None

    @property
    def _fresh(self) -> bool:
        return self.simulated_from is None

    def _breaks(self, burst: Burst) -> bool:
        """Return whether a burst is off the rhythm that was found."""
        return not self._chain or not _fits(self._chain, burst)

    def _whole(self) -> list[Burst]:
        """Return the chain that the present burst ends."""
        if self._grows is None:
            return list(self._chain)
        if self._chain and not _fits(self._chain, self._grows):
            return _tail(self._chain, self._grows)
        return [*self._chain, self._grows]

    def _link(self, burst: Burst) -> None:
        if self._chain and not _fits(self._chain, burst):
            tail = _tail(self._chain, burst)
            self._chain.clear()
            self._chain.extend(tail)
        else:
            self._chain.append(burst)

    def _follow_steady(self, at_ms: int, inputs: InputCounts) -> None:
        """Count the seconds on end that repeat the last one or the one before."""
        if any(_like(inputs, earlier) for earlier in self._steady):
            self._steady_seconds += 1
        else:
            self._steady_seconds = 0
            self._steady_from = at_ms
        self._steady.append(inputs)


def _grown(grows: Burst | None, at_ms: int, inputs: InputCounts, *, answered: bool) -> Burst:
    sort = (inputs.keys, inputs.clicks, inputs.wheel, inputs.touches)
    if grows is None:
        return Burst(at_ms, sort, inputs.path_px, answered, 1)
    keys, clicks, wheel, touches = (a + b for a, b in zip(grows.sort, sort, strict=True))
    total = (keys, clicks, wheel, touches)
    path = grows.path_px + inputs.path_px
    return Burst(grows.at_ms, total, path, grows.answered or answered, grows.seconds + 1)


def _like(one: InputCounts, other: InputCounts) -> bool:
    """Return whether two seconds could be the same motion, sampled."""
    mine = (one.keys, one.clicks, one.wheel, one.touches)
    theirs = (other.keys, other.clicks, other.wheel, other.touches)
    counts_fit = all(
        few == many or (few > 1 and many - few <= 1)
        for few, many in (sorted(pair) for pair in zip(mine, theirs, strict=True))
    )
    return counts_fit and max(one.path_px, other.path_px) <= 1.5 * min(one.path_px, other.path_px)


def _alike(one: Burst, other: Burst) -> bool:
    """Return whether two bursts could come from one and the same device."""
    return one.sort == other.sort and abs(one.seconds - other.seconds) <= 1


def _intervals(chain: list[Burst]) -> list[int]:
    return [later.at_ms - earlier.at_ms for earlier, later in pairwise(chain)]


def _tolerance(mean: float) -> float:
    """Return how far an interval may be off and still fit: a sample, or 15 % of it."""
    return max(1_000.0, 0.15 * mean)


def _fits(chain: deque[Burst], burst: Burst) -> bool:
    whole = [*chain, burst]
    if not _alike(whole[0], burst) or not _alike(whole[-2], burst):
        return False
    gaps = _intervals(whole)
    mean = sum(gaps) / len(gaps)
    return all(abs(gap - mean) <= _tolerance(mean) for gap in gaps)


def _tail(chain: deque[Burst], burst: Burst) -> list[Burst]:
    """Return the longest end of a chain that the burst still fits: at least itself."""
    for start in range(1, len(chain)):
        rest = deque(list(chain)[start:])
        if _fits(rest, burst):
            return [*rest, burst]
    return [burst]


def _unlikely(chain: list[Burst]) -> float:
    """Return the logarithm of the chance that the drummer made the chain."""
    gaps = len(chain) - 1
    span = chain[-1].at_ms - chain[0].at_ms
    if gaps < _FEWEST or span < _SHORTEST_MS:
        return 0.0
    mean = span / gaps
    band = max(_SAMPLE_MS, 2 * _off_the_line([burst.at_ms for burst in chain]))
    on_beat = min(1.0, band / (math.sqrt(2 * math.pi) * DRUMMER * mean))
    odds = (gaps - 1) * math.log(on_beat) + math.log(_ONE_SORT)
    return odds if any(burst.answered for burst in chain) else odds + math.log(_UNANSWERED)


def _off_the_line(moments: list[int]) -> float:
    """Return how far the worst moment lies off the straight line through all of them."""
    count = len(moments)
    middle, centre = (count - 1) / 2, sum(moments) / count
    spread = sum((index - middle) ** 2 for index in range(count))
    beat = sum((i - middle) * (at - centre) for i, at in enumerate(moments)) / spread
    return max(abs(at - centre - beat * (i - middle)) for i, at in enumerate(moments))
