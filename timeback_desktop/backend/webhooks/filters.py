"""Which events a webhook hears of: all its active filters have to agree.

A key is a way into the event, with dots between the steps: ``object.assignable.name``. A list
on the way stands for its members. What is found there, in however many places, is compared as
``filterType`` says; what cannot be read as that is passed over. One match is enough; ``neq``,
``notContains`` and ``notIn`` are the contrary of the plain ones, so that they are also true
where there is nothing. Letter case counts. ``gt`` and the like order texts letter by letter,
which is right for instants written alike.
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from timeback_desktop.backend.webhooks.patterns import Pattern
from timeback_desktop.backend.webhooks.schemas import FilterOperator, FilterType

Value = str | float | bool
_CONTRARY = {
    FilterOperator.NEQ: FilterOperator.EQ,
    FilterOperator.NOT_CONTAINS: FilterOperator.CONTAINS,
    FilterOperator.NOT_IN: FilterOperator.IN,
}
_OF_VALUES: dict[FilterOperator, Callable[[Any, Any], bool]] = {
    FilterOperator.EQ: operator.eq,
    FilterOperator.GT: operator.gt,
    FilterOperator.GTE: operator.ge,
    FilterOperator.LT: operator.lt,
    FilterOperator.LTE: operator.le,
}
_OF_TEXTS: dict[FilterOperator, Callable[[str, str], bool]] = {
    FilterOperator.CONTAINS: lambda found, wanted: wanted in found,
    FilterOperator.STARTS_WITH: lambda found, wanted: found.startswith(wanted),
    FilterOperator.ENDS_WITH: lambda found, wanted: found.endswith(wanted),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter, ready to be asked."""

    steps: tuple[str, ...]
    holds: Callable[[object], bool]
    contrary: bool

    @classmethod
    def of(cls, row: Row[Any]) -> Condition:
        """Read a row of ``webhook_filters``."""
        told = FilterOperator(row.filter_operator)
        plain = _CONTRARY.get(told, told)
        holds = _test(plain, FilterType(row.filter_type), row.filter_value)
        return cls(tuple(row.filter_key.split(".")), holds, plain is not told)

    def agrees(self, event: object) -> bool:
        """Tell whether the filter lets an event through."""
        return any(self.holds(leaf) for leaf in _leaves(event, self.steps)) is not self.contrary


def all_agree(conditions: Iterable[Condition], event: object) -> bool:
    """Tell whether every filter lets an event through; without any, all events pass."""
    return all(condition.agrees(event) for condition in conditions)


def _test(told: FilterOperator, kind: FilterType, value: str) -> Callable[[object], bool]:
    if told is FilterOperator.REGEXP:
        return _matched_by(value)
    if told in _OF_TEXTS:
        compare = _OF_TEXTS[told]
        return lambda leaf: compare(_as_text(leaf), value)
    if told is FilterOperator.IN:
        wanted = {_as(kind, part.strip()) for part in value.split(",")} - {None}
        return lambda leaf: _as(kind, leaf) in wanted
    return _compared(_OF_VALUES[told], kind, _as(kind, value))


def _compared(
    compare: Callable[[Any, Any], bool], kind: FilterType, wanted: Value | None
) -> Callable[[object], bool]:
    def holds(leaf: object) -> bool:
        found = _as(kind, leaf)
        return found is not None and compare(found, wanted)

    return holds


def _matched_by(written: str) -> Callable[[object], bool]:
    try:
        pattern = Pattern.of(written)
    except ValueError:  # kept before patterns were judged: it finds nothing
        return lambda _: False
    return lambda leaf: pattern.is_in(_as_text(leaf))


def _leaves(value: object, steps: Sequence[str]) -> Iterator[object]:
    """Yield the scalars at the end of a way; a list on it stands for its members."""
    if isinstance(value, list):
        for member in value:
            if not isinstance(member, list):
                yield from _leaves(member, steps)
    elif steps:
        if isinstance(value, dict) and steps[0] in value:
            yield from _leaves(value[steps[0]], steps[1:])
    elif isinstance(value, str | int | float):
        yield value


def _as(kind: FilterType, leaf: object) -> Value | None:
    """Return a scalar as a filter's type; ``None`` for one that cannot be read so."""
    match kind:
        case FilterType.STRING:
            return _as_text(leaf)
        case FilterType.BOOLEAN:
            return {"true": True, "false": False}.get(_as_text(leaf))
        case FilterType.NUMBER:
            return None if isinstance(leaf, bool) else _as_number(leaf)


def _as_number(leaf: object) -> float | None:
    try:
        number = float(leaf) if isinstance(leaf, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _as_text(leaf: object) -> str:
    return leaf if isinstance(leaf, str) else json.dumps(leaf)
