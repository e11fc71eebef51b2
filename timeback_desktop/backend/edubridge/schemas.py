"""What EduBridge takes in; the published clients may send more, which is passed over."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

SourcedId = Annotated[str, Field(min_length=1, max_length=255)]
Name = Annotated[str, Field(min_length=1, max_length=64)]


class EnrollIn(BaseModel):
    """How somebody is enrolled in a course; all of it may be left out."""

    model_config = ConfigDict(alias_generator=to_camel)

    sourced_id: SourcedId | None = None
    role: Literal["administrator", "proctor", "student", "teacher"] = "student"
    begin_date: date | None = None
    metadata: dict[str, Any] | None = None


class TrackIn(BaseModel):
    """Which course a subject and a grade lead to, at one org or at all of them."""

    model_config = ConfigDict(alias_generator=to_camel)

    subject: Name
    grade: Name
    course_id: SourcedId
    org_sourced_id: SourcedId | None = None
