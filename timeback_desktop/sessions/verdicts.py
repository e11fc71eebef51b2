"""Verdicts as they are kept, and what people say to them.

A verdict is never changed. A student contests it, and may take that back until a coach has
looked; a coach reviews it, and may review it again: each is another row, the newest counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from timeback_desktop.partition import Mark
from timeback_desktop.waste.verdict import ReviewResult, Verdict


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """A verdict and its id, which is also the id of its event.

    ``interrupted`` says that a crash ended it: it was kept as it stood at the last tick.
    """

    id: str
    verdict: Verdict
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Contest:
    """A student's "that was work", or the taking back of it."""

    verdict_id: str
    by: str
    at_ms: int
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What a coach found of a verdict."""

    verdict_id: str
    by: str
    at_ms: int
    result: ReviewResult
    notes: str = ""


Dispute = Contest | Review


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with what was said to it so far."""

    kept: KeptVerdict
    contested: bool = False
    review: Review | None = None

    @property
    def id(self) -> str:
        """The verdict's id."""
        return self.kept.id

    @property
    def verdict(self) -> Verdict:
        """What was judged."""
        return self.kept.verdict

    @property
    def overturned(self) -> bool:
        """Whether a coach found it wrong: it counts for nothing any more."""
        return self.review is not None and self.review.result is ReviewResult.FALSE_POSITIVE

    @property
    def mark(self) -> Mark | None:
        """Where it lies by its UTC labels, the axis that both sides measure on.

        ``None`` for what is never waste.
        """
        verdict, mark = self.verdict, self.verdict.mark
        if mark is None:
            return None
        return Mark(mark.kind, verdict.started_at_ms, verdict.started_at_ms + verdict.ms)


def figures(told: Mapping[str, float]) -> dict[str, float]:
    """Return figures as they are kept and sent: JSON has no word for infinity."""
    return {name: number for name, number in told.items() if isfinite(number)}
