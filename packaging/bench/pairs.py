"""Comparing two programs run in turn, A B A B, and what the pairs say."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

Measured = dict[str, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The runs of the program and of its yardstick, in the order they were made."""

    question: str
    ours: list[Measured]
    yardstick: list[Measured]

    def as_json(self) -> dict[str, object]:
        """Return the spreads and every single run."""
        runs = {"ours": self.ours, "yardstick": self.yardstick}
        return {"question": self.question, "spreads": self.spreads(), "runs": runs}

    def spreads(self) -> dict[str, dict[str, Measured]]:
        """Return, for each thing measured, both spreads and those of the pairs."""
        return {name: self._spread_of(name) for name in self.ours[0]}

    def _spread_of(self, name: str) -> dict[str, Measured]:
        ours, yardstick = [run[name] for run in self.ours], [run[name] for run in self.yardstick]
        pairs = list(zip(ours, yardstick, strict=True))
        table = {
            "ours": spread(ours),
            "yardstick": spread(yardstick),
            "difference": spread([mine - theirs for mine, theirs in pairs]),
        }
        if all(yardstick):
            table["ratio"] = spread([mine / theirs for mine, theirs in pairs])
        return table

    def show(self) -> None:
        """Print the spreads as a table: least / middle / greatest."""
        print(self.question)
        for name, table in self.spreads().items():
            for column, numbers in table.items():
                line = " / ".join(f"{number:9.3f}" for number in numbers.values())
                print(f"  {name:22} {column:11} {line}")


def spread(values: list[float]) -> Measured:
    """Return the least, the middle and the greatest of some values."""
    found = {"min": min(values), "median": statistics.median(values), "max": max(values)}
    return {name: round(value, 3) for name, value in found.items()}


def in_pairs(
    question: str, pairs: int, ours: Callable[[], Measured], yardstick: Callable[[], Measured]
) -> Comparison:
    """Measure both in turn; a busy machine then burdens both alike."""
    comparison = Comparison(question, [], [])
    for number in range(pairs):
        print(f"  pair {number + 1} of {pairs}", flush=True)
        comparison.ours.append(ours())
        comparison.yardstick.append(yardstick())
    return comparison
