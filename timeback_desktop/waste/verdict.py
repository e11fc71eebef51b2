"""A verdict: one rule's judgement of one stretch, with everything that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from timeback_desktop.partition import Mark, Overlay, State


class Insight(StrEnum):
    """What a judge notices that is never waste."""

    NEEDS_HELP = "needs_help"


Kind = Overlay | State | Insight


def kind_of(text: str) -> Kind:
    """Return the kind that a word names. Raises ``ValueError`` for an unknown one."""
    for closed in (Overlay, State, Insight):
        if text in closed._value2member_map_:
            return closed(text)
    raise ValueError(f"{text!r} is no kind of verdict")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's judgement of ``[from_ms, to_ms)`` of a session.

    ``rule`` and ``version`` name what judged; ``thresholds`` what it compared with and
    ``counts`` what it saw (milliseconds and numbers, keys say which: ``..._ms``); ``confidence``
    is 0 to 1. ``started_at_ms`` is the UTC label of ``from_ms``. ``detail`` refines the kind
    (the category of a program, the way a student was idle).
    """

    kind: Kind
    rule: str
    version: int
    from_ms: int
    to_ms: int
    started_at_ms: int
    confidence: float
    thresholds: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, float] = field(default_factory=dict)
    detail: str | None = None

    @property
    def ms(self) -> int:
        """The length."""
        return self.to_ms - self.from_ms

    @property
    def mark(self) -> Mark | None:
        """Where it lies over the states; ``None`` for an insight, which is never waste."""
        if isinstance(self.kind, Insight):
            return None
        return Mark(self.kind, self.from_ms, self.to_ms)


class ReviewResult(StrEnum):
    """What a coach found of a verdict, in TimeBack's words."""

    TRUE_POSITIVE = "TruePositive"
    FALSE_POSITIVE = "FalsePositive"
