"""What a rule is: fed moments, events and answers in order, it says what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from timeback_desktop.waste.evidence import Answer, Heard, Moment
from timeback_desktop.waste.verdict import Kind


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict before it has a label: what was seen over ``[from_ms, to_ms)``."""

    from_ms: int
    to_ms: int
    confidence: float
    thresholds: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, float] = field(default_factory=dict)
    detail: str | None = None


Findings = tuple[Finding, ...]


class Rule:
    """One judgement. Each method returns what has become final by what it was told.

    A rule overrides only what it needs; ``standing`` is what it holds open, ``close`` ends it.
    """

    kind: ClassVar[Kind]
    name: ClassVar[str]
    version: ClassVar[int] = 1

    def passed(self, moment: Moment) -> Findings:  # noqa: ARG002 - the rule that needs it reads it
        """Take in one second."""
        return ()

    def heard(self, heard: Heard) -> Findings:  # noqa: ARG002
        """Take in one event of the app."""
        return ()

    def answered(self, answer: Answer) -> Findings:  # noqa: ARG002
        """Take in one complete answer."""
        return ()

    @property
    def standing(self) -> Finding | None:
        """What would be said if nothing more came."""
        return None

    def close(self) -> Findings:
        """End with the session."""
        return () if self.standing is None else (self.standing,)
