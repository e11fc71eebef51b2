"""Questions answered, counted once each however many events tell of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """What one event told about an attempt at a question."""

    session_id: str | None
    attempt: str
    graded: bool
    correct: bool | None
    event_ms: int


def count(told: Iterable[Told]) -> dict[str, int] | None:
    """Count attempts; ``None`` when no event told of any.

    An app may send that a question was completed, how it was graded, or both, and not
    every app links the two: the larger count of distinct attempts is the number answered.
    """
    completed: set[str] = set()
    graded: dict[str, bool] = {}
    for each in told:
        if each.graded:
            graded[each.attempt] = graded.get(each.attempt, False) or bool(each.correct)
        else:
            completed.add(each.attempt)
    if not completed and not graded:
        return None
    return {"answered": max(len(completed), len(graded)), "correct": sum(graded.values())}
