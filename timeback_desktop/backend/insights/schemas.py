"""What is taken in about an insight."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from timeback_desktop.backend.events.judgements import ReviewResult


class ReviewIn(BaseModel):
    """What a teacher found: right or not, and a note if he likes."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    review_result: ReviewResult
    review_notes: str | None = Field(default=None, max_length=2_000)


class ContestIn(BaseModel):
    """What the student says: that it was work, or that he takes that back."""

    model_config = ConfigDict(extra="forbid")

    withdrawn: bool = False
