"""Compare labels with the truth, a second at a time: how good and how fair a judge is.

Waste against not waste decides; which kind of waste is a finer question (``macro_f1``).
``false_waste`` weighs most: a second that a person worked and that was called wasted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median

from timeback_desktop.partition import WASTED, State

HOUR_S = 3600
SPELL_S = 60

_CLASSES = {State.TRANSIT: State.ON_TASK, State.OFF_SITE: State.OFF_APP}
"""Labels that the truth does not tell apart."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A run of wasted seconds, ``[start, end)``."""

    start: int
    end: int


def spells(labels: Sequence[State]) -> Iterator[Spell]:
    """Yield the runs of wasted seconds."""
    at = 0
    for wasted, run in groupby(labels, key=WASTED.__contains__):
        length = len(list(run))
        if wasted:
            yield Spell(at, at + length)
        at += length


@dataclass(slots=True)
class Score:
    """Sums over any number of traces; every figure is a property."""

    pairs: Counter[tuple[State, State]] = field(default_factory=Counter)
    long_spells: int = 0
    missed: int = 0
    false_spells: int = 0
    false_nudges: int = 0
    latencies: list[int] = field(default_factory=list)

    def add(
        self,
        truth: Sequence[State],
        final: Sequence[State],
        live: Sequence[State] = (),
        asked_s: Sequence[int] = (),
    ) -> None:
        """Take in one trace. Raises ``ValueError`` when the labels are not one a second."""
        if len(truth) != len(final):
            raise ValueError(f"{len(final)} labels for {len(truth)} seconds of truth")
        self.pairs.update(zip(truth, final, strict=True))
        for spell in spells(truth):
            if spell.end - spell.start < SPELL_S:
                continue
            self.long_spells += 1
            caught = sum(final[second] in WASTED for second in range(spell.start, spell.end))
            self.missed += 2 * caught < spell.end - spell.start
            self.latencies.extend(_latency(spell, live))
        for spell in spells(final):
            real = any(truth[second] in WASTED for second in range(spell.start, spell.end))
            self.false_spells += not real
        self.false_nudges += sum(truth[min(s, len(truth) - 1)] not in WASTED for s in asked_s)

    @property
    def seconds(self) -> int:
        """How many seconds were compared."""
        return self.pairs.total()

    @property
    def caught(self) -> int:
        """Wasted seconds that were called so."""
        return self._count(truly=True, called=True)

    @property
    def false_waste(self) -> int:
        """Seconds of work that were called wasted."""
        return self._count(truly=False, called=True)

    @property
    def missed_waste(self) -> int:
        """Wasted seconds that were called work."""
        return self._count(truly=True, called=False)

    @property
    def kappa(self) -> float:
        """Cohen's kappa, waste against not."""
        total = max(1, self.seconds)
        truly, called = self.caught + self.missed_waste, self.caught + self.false_waste
        agreed = 1 - (self.false_waste + self.missed_waste) / total
        chance = (truly * called + (total - truly) * (total - called)) / total**2
        return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)

    @property
    def f1(self) -> float:
        """F1 of waste."""
        errors = self.false_waste + self.missed_waste
        return 2 * self.caught / max(1, 2 * self.caught + errors)

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the classes that the truth tells apart."""
        merged: Counter[tuple[State, State]] = Counter()
        for (truth, label), count in self.pairs.items():
            merged[_CLASSES.get(truth, truth), _CLASSES.get(label, label)] += count
        classes = {truth for truth, _ in merged}
        return sum(_f1(merged, each) for each in classes) / max(1, len(classes))

    def per_hour(self, count: float) -> float:
        """Return a count as so many an hour."""
        return count * HOUR_S / max(1, self.seconds)

    def figures(self) -> dict[str, float | None]:
        """Return every figure by name; rates are an hour's, latencies in seconds."""
        ordered = sorted(self.latencies)
        any_waste = self.caught + self.missed_waste > 0  # without it neither can be told
        return {
            "hours": round(self.seconds / HOUR_S, 2),
            "kappa": round(self.kappa, 3) if any_waste else None,
            "f1": round(self.f1, 3) if any_waste else None,
            "macro_f1": round(self.macro_f1, 3),
            "error_s_per_h": round(self.per_hour(self.false_waste + self.missed_waste), 1),
            "false_waste_s_per_h": round(self.per_hour(self.false_waste), 1),
            "bias_s_per_h": round(self.per_hour(self.false_waste - self.missed_waste), 1),
            "missed_spells": round(self.missed / max(1, self.long_spells), 3),
            "false_spells_per_h": round(self.per_hour(self.false_spells), 3),
            "false_nudges_per_h": round(self.per_hour(self.false_nudges), 3),
            "latency_median_s": median(ordered) if ordered else None,
            "latency_p95_s": ordered[int(0.95 * (len(ordered) - 1))] if ordered else None,
        }

    def _count(self, *, truly: bool, called: bool) -> int:
        return sum(
            count
            for (truth, label), count in self.pairs.items()
            if (truth in WASTED) is truly and (label in WASTED) is called
        )


def _latency(spell: Spell, live: Sequence[State]) -> list[int]:
    """Return after how many seconds a spell was first seen for what it was, if it was."""
    seconds = range(spell.start, min(spell.end, len(live)))
    first = next((s - spell.start for s in seconds if live[s] in WASTED), None)
    return [] if first is None else [first]


def _f1(pairs: Counter[tuple[State, State]], each: State) -> float:
    right = pairs[each, each]
    truly = sum(count for (truth, _), count in pairs.items() if truth is each)
    called = sum(count for (_, label), count in pairs.items() if label is each)
    return 2 * right / max(1, truly + called)
