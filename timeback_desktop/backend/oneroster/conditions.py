"""Filters, sorting and search of OneRoster as conditions of the database.

The names in a filter are looked up in the declaration of the entity and never reach the
database; the values travel as parameters. What a comparison means:

* Letter case does not matter. ``!=`` is true exactly where ``=`` is not, so also where the
  field is empty; every other comparison with an empty field is false.
* A list of words ``=`` the whole set of words (``grades='1,2'``), ``~`` has one of them.
* A reference is compared by its sourcedId (``class`` or ``class.sourcedId``). Of several
  references or parts (``roles.role``, ``terms.sourcedId``), one has to fit.
* Below ``metadata`` and other free documents a path leads to values; two numbers are
  compared as numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    not_,
    or_,
    select,
    true,
)

from timeback_desktop.backend.db.expressions import in_small_letters, json_any, json_same
from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind
from timeback_desktop.backend.oneroster.filters import (
    All,
    AnyOf,
    Comparison,
    Expression,
    FilterFault,
    Operator,
)

_ALIASES = {("user", "role"): ("roles", "role"), ("user", "orgs"): ("roles", "org")}
"""Fields of OneRoster 1.1 that published clients still ask for."""


def condition(entity: Entity, expression: Expression) -> ColumnElement[bool]:
    """Return a filter as a condition on the rows of ``entity``.

    :class:`FilterFault` names a field that the entity has not, or a value that cannot be
    compared with it.
    """
    match expression:
        case All(parts):
            return and_(*(condition(entity, part) for part in parts))
        case AnyOf(parts):
            return or_(*(condition(entity, part) for part in parts))
        case Comparison():
            return _compared(entity, expression)


def _compared(entity: Entity, told: Comparison) -> ColumnElement[bool]:
    first, *rest = told.path
    path = (*_ALIASES.get((entity.type, first), (first,)), *rest)
    field = entity.by_name.get(path[0])
    if field is None:
        raise _unknown(told)
    if told.operator is Operator.UNEQUAL:
        same = Comparison(told.path, Operator.EQUAL, told.value)
        holds = _holds(entity.table, field, path[1:], same)
        return or_(holds.is_(None), not_(holds))
    return _holds(entity.table, field, path[1:], told)


def _unknown(told: Comparison) -> FilterFault:
    return FilterFault(f"There is no field {'.'.join(told.path)!r} to filter by.")


def _holds(rows: Any, field: Field, rest: tuple[str, ...], told: Comparison) -> ColumnElement[bool]:
    """Return whether ``field`` of ``rows`` (a table, or an alias of one) stands as told."""
    match field.kind:
        case Kind.DOCUMENT:
            return json_any(rows.c[field.column], rest, told.operator, told.value.text)
        case Kind.REFERENCE:
            _only_sourced_id(rest, told)
            return _text(rows.c[field.column], told)
        case Kind.REFERENCES:
            return _linked(rows, field, rest, told)
        case Kind.PARTS:
            return _in_parts(rows, field, rest, told)
        case _:
            if rest:
                raise _unknown(told)
            return _SCALARS[field.kind](rows.c[field.column], told)


def _only_sourced_id(rest: tuple[str, ...], told: Comparison) -> None:
    if rest not in {(), ("sourcedId",)}:
        raise _unknown(told)


def _linked(
    rows: Any, field: Field, rest: tuple[str, ...], told: Comparison
) -> ColumnElement[bool]:
    _only_sourced_id(rest, told)
    if field.link is None:
        raise _unknown(told)
    other = field.link.table.alias()
    ours = and_(other.c.publisher_id == rows.c.publisher_id, other.c[field.link.owner] == rows.c.id)
    return exists(select(1).where(ours, _text(other.c[field.link.target], told)).correlate(rows))


def _in_parts(
    rows: Any, field: Field, rest: tuple[str, ...], told: Comparison
) -> ColumnElement[bool]:
    parts = field.parts
    inner = {each.name: each for each in parts.fields} if parts else {}
    if parts is None or not rest or rest[0] not in inner:
        raise _unknown(told)
    other = parts.table.alias()
    ours = and_(other.c.publisher_id == rows.c.publisher_id, other.c[parts.owner] == rows.c.id)
    fits = _holds(other, inner[rest[0]], rest[1:], told)
    return exists(select(1).where(ours, fits).correlate(rows))


def _stands(column: ColumnElement[Any], operator: Operator, value: Any) -> ColumnElement[bool]:
    signs: dict[Operator, Callable[[], ColumnElement[bool]]] = {
        Operator.EQUAL: lambda: column == value,
        Operator.GREATER: lambda: column > value,
        Operator.AT_LEAST: lambda: column >= value,
        Operator.LESS: lambda: column < value,
        Operator.AT_MOST: lambda: column <= value,
    }
    if operator not in signs:
        raise FilterFault("Only text and lists can be asked for what they contain.", "invaliddata")
    return signs[operator]()


def _text(column: ColumnElement[Any], told: Comparison) -> ColumnElement[bool]:
    wanted = told.value.text.lower()
    kept = in_small_letters(column, wanted)
    if told.operator is Operator.CONTAINS:
        return kept.contains(wanted, autoescape=True)
    return _stands(kept, told.operator, wanted)


def _flag(column: ColumnElement[Any], told: Comparison) -> ColumnElement[bool]:
    words = case((column.is_(True), "true"), (column.is_(False), "false"))
    return _text(words, told)


def _number(column: ColumnElement[Any], told: Comparison) -> ColumnElement[bool]:
    try:
        value = float(told.value.text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _unfit(told, "a number")
    return _stands(column, told.operator, value)


def _date(column: ColumnElement[Any], told: Comparison) -> ColumnElement[bool]:
    if told.operator is Operator.CONTAINS:
        return _text(cast(column, String), told)
    try:
        day = date.fromisoformat(told.value.text[:10])
    except ValueError:
        raise _unfit(told, "a day such as 2026-11-23") from None
    return _stands(column, told.operator, day)


def _instant(column: ColumnElement[Any], told: Comparison) -> ColumnElement[bool]:
    """Compare with an instant: kept as milliseconds, or as text in the one form we write."""
    try:
        at = datetime.fromisoformat(told.value.text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unfit(told, "an instant such as 2026-11-23T08:00:00Z") from None
    if isinstance(column.type, String):
        kept = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
        return _stands(column, told.operator, kept)
    return _stands(column, told.operator, round(at.timestamp() * 1000))


def _words(column: ColumnElement[Any], told: Comparison) -> ColumnElement[bool]:
    values = [value.strip() for value in told.value.text.split(",") if value.strip()]
    match told.operator:
        case Operator.EQUAL:
            return json_same(column, values)
        case Operator.CONTAINS:
            fits = [json_any(column, (), "=", value) for value in values]
            return or_(*fits) if fits else false()
        case _:
            raise FilterFault("A list is compared by = != and ~ only.", "invaliddata")


def _unfit(told: Comparison, wanted: str) -> FilterFault:
    field, text = ".".join(told.path), told.value.text[:40]
    return FilterFault(f"{field!r} is compared with {wanted}, not with {text!r}.", "invaliddata")


_SCALARS: dict[Kind, Callable[[ColumnElement[Any], Comparison], ColumnElement[bool]]] = {
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.INTEGER: _number,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.WORDS: _words,
}
_UNSORTED = frozenset({Kind.WORDS, Kind.DOCUMENT, Kind.REFERENCES, Kind.PARTS})


def ordering(
    entity: Entity, sort: str | None, *, descending: bool = False
) -> list[ColumnElement[Any]]:
    """Return how to sort; an unknown field means the order in which rows came.

    Empty fields come last either way. The order is always a whole one, so that pages fit.
    """
    table = entity.table
    steady: list[ColumnElement[Any]] = [table.c.entered, table.c.id]
    field = entity.by_name.get((sort or "").removesuffix(".sourcedId"))
    if field is None or field.kind in _UNSORTED or field.column is None:
        return [each.desc() for each in steady] if descending else steady
    column: ColumnElement[Any] = table.c[field.column]
    if field.kind in {Kind.TEXT, Kind.REFERENCE}:
        column = in_small_letters(column, "")
    return [(column.desc() if descending else column.asc()).nulls_last(), *steady]


def matching(entity: Entity, text: str) -> ColumnElement[bool]:
    """Return the condition that every word of ``text`` stands in one of the searched fields."""
    columns = [entity.column(name) for name in entity.searched]
    return and_(
        true(),
        *(
            or_(*(in_small_letters(c, word).contains(word, autoescape=True) for c in columns))
            for word in text.lower().split()
        ),
    )
