"""What a client tells of a webhook or a filter; both are told whole, by POST and by PUT."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from timeback_desktop.backend.webhooks.patterns import Pattern

MASK = "********"
"""What is told instead of a secret; sent back, it stands for the secret that is kept."""


def _text(most: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=most, pattern=r"^[^\x00]+$")


class FilterType(StrEnum):
    """As what the two sides of a filter are compared."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"


class FilterOperator(StrEnum):
    """How they are compared."""

    EQ = "eq"
    NEQ = "neq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "contains"
    NOT_CONTAINS = "notContains"
    IN = "in"
    NOT_IN = "notIn"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    REGEXP = "regexp"


_LISTS = frozenset({FilterOperator.IN, FilterOperator.NOT_IN})


class WebhookIn(BaseModel):
    """A webhook as its client wants it."""

    model_config = ConfigDict(alias_generator=to_camel)

    name: Annotated[str, _text(256)]
    target_url: Annotated[str, _text(512)]
    secret: Annotated[str, _text(512)]
    active: bool
    sensor: Annotated[str, _text(512)] | None = None
    description: Annotated[str, _text(1024)] | None = None


class FilterIn(BaseModel):
    """A filter as its client wants it; the values of a list stand with commas between."""

    model_config = ConfigDict(alias_generator=to_camel)

    webhook_id: Annotated[str, _text(36)]
    filter_key: Annotated[str, _text(256)]
    filter_value: Annotated[str, _text(1024)]
    filter_type: FilterType
    filter_operator: FilterOperator
    active: bool

    @model_validator(mode="after")
    def _value_is_of_its_type(self) -> Self:
        listed = self.filter_operator in _LISTS
        parts = self.filter_value.split(",") if listed else [self.filter_value]
        if not all(_is(self.filter_type, part.strip()) for part in parts):
            raise ValueError(f"filterValue is a {self.filter_type}, as filterType says")
        if self.filter_operator is FilterOperator.REGEXP:
            Pattern.of(self.filter_value)
        return self


def _is(kind: FilterType, text: str) -> bool:
    match kind:
        case FilterType.STRING:
            return True
        case FilterType.BOOLEAN:
            return text in {"true", "false"}
        case FilterType.NUMBER:
            try:
                return math.isfinite(float(text))
            except ValueError:
                return False
