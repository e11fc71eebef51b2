"""Expressions that SQLite and PostgreSQL write differently, said once for both.

What SQLite lacks is given to it as functions of Python when a connection opens
(:func:`teach_sqlite`); PostgreSQL writes them out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, String, Text, func, literal, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class Folded(GenericFunction[str]):
    """A text in small letters of every alphabet; SQLite's own ``lower`` knows ASCII only."""

    name = "timeback_folded"
    type = String()
    inherit_cache = True


class JsonAny(GenericFunction[bool]):
    """Whether some scalar that a path leads to stands so to a value; lists are unfolded."""

    name = "timeback_json_any"
    type = Boolean()
    inherit_cache = True


class JsonSame(GenericFunction[bool]):
    """Whether a list of strings has exactly these members, in any order and letter case."""

    name = "timeback_json_same"
    type = Boolean()
    inherit_cache = True


class JsonRows(GenericFunction[str]):
    """The rows of a group as one JSON text: a list of lists."""

    name = "timeback_json_rows"
    type = Text()
    inherit_cache = True


def json_rows(*columns: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the rows of a group as the text of a JSON list, with a list of columns for each."""
    return JsonRows(*columns)


def in_small_letters(text: ColumnElement[Any], beside: str) -> ColumnElement[str]:
    """Return ``text`` made comparable with ``beside`` whatever the letter case.

    Beside plain ASCII only ASCII letters can make a difference, which the database's own
    function does ten times faster.
    """
    return func.lower(text) if beside.isascii() else Folded(text)


def json_any(
    document: ColumnElement[Any], steps: Sequence[str], sign: str, value: str
) -> ColumnElement[bool]:
    """Return the condition that something below ``steps`` is ``= > >= < <= ~`` to ``value``.

    Two numbers are compared as numbers, all else as text without letter case.
    """
    if sign not in _SIGNS:
        raise ValueError(sign)
    quoted = "".join(f".{json.dumps(step)}" for step in steps)
    return JsonAny(
        document,
        literal(json.dumps(list(steps))),
        literal(f"lax ${quoted}[*]"),
        literal_column(f"'{sign}'"),
        literal(value.lower()),
        literal(value if _number(value) is not None else None, String()),
    )


def json_same(document: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a list of strings has exactly these members."""
    return JsonSame(document, literal(json.dumps(sorted({value.lower() for value in values}))))


@compiles(Folded, "postgresql")
def _folded(element: Folded, compiler: SQLCompiler, **kw: Any) -> str:
    return f"lower({compiler.process(element.clauses, **kw)})"


@compiles(JsonAny, "postgresql")
def _json_any(element: JsonAny, compiler: SQLCompiler, **kw: Any) -> str:
    document, _steps, path, sign, value, number = (
        compiler.process(clause, **kw) for clause in element.clauses
    )
    compared = sign.strip("'")
    as_text, as_number = f"lower(v #>> '{{}}') {compared} {value}", f"{compared} {number}"
    if compared == "~":
        as_text, as_number = f"strpos(lower(v #>> '{{}}'), {value}) > 0", ""
    numbers = f"jsonb_typeof(v) = 'number' AND {number} IS NOT NULL"
    test = as_text
    if as_number:
        cast = f"(v #>> '{{}}')::numeric {compared} ({number})::numeric"
        test = f"CASE WHEN {numbers} THEN {cast} ELSE {as_text} END"
    return (
        f"EXISTS (SELECT 1 FROM jsonb_path_query(({document})::jsonb, ({path})::jsonpath) AS e(v)"  # noqa: S608
        f" WHERE jsonb_typeof(v) IN ('string', 'number', 'boolean') AND {test})"
    )


@compiles(JsonSame, "postgresql")
def _json_same(element: JsonSame, compiler: SQLCompiler, **kw: Any) -> str:
    document, values = (compiler.process(clause, **kw) for clause in element.clauses)
    kept = f"lower(coalesce(({document})::text, '[]'))::jsonb"
    kept = f"(CASE jsonb_typeof({kept}) WHEN 'array' THEN {kept} ELSE '[]'::jsonb END)"
    return f"({kept} @> ({values})::jsonb AND ({values})::jsonb @> {kept})"


@compiles(JsonRows, "postgresql")
def _json_rows(element: JsonRows, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **kw)}))::text"


@compiles(JsonRows, "sqlite")
def _json_rows_lite(element: JsonRows, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    "~": lambda one, other: str(other) in str(one),
}


def teach_sqlite(connection: Any) -> None:
    """Give one connection of SQLite the functions that the expressions above call."""
    connection.create_function("timeback_folded", 1, _fold, deterministic=True)
    connection.create_function("timeback_json_any", 6, _any_in_json, deterministic=True)
    connection.create_function("timeback_json_same", 2, _same_in_json, deterministic=True)


def _fold(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


def _any_in_json(
    document: str | None, steps: str, _path: str, sign: str, value: str, number: str | None
) -> bool:
    if document is None:
        return False
    found = _leaves(json.loads(document), json.loads(steps))
    return any(_stands(item, sign, value, number) for item in found)


def _leaves(item: Any, steps: Sequence[str]) -> Iterator[Any]:
    """Walk as PostgreSQL's lax paths do: a list on the way stands for its members."""
    if isinstance(item, list):
        for member in item:
            if steps or not isinstance(member, list):
                yield from _leaves(member, steps) if steps else [member]
    elif not steps:
        yield item
    elif isinstance(item, dict) and steps[0] in item:
        yield from _leaves(item[steps[0]], steps[1:])


def _stands(item: object, sign: str, value: str, number: str | None) -> bool:
    if not isinstance(item, str | int | float):
        return False
    told = _number(number) if number is not None else None
    if told is not None and sign != "~" and not isinstance(item, str | bool):
        return bool(_SIGNS[sign](float(item), told))
    text = item if isinstance(item, str) else json.dumps(item)
    return _SIGNS[sign](text.lower(), value)


def _same_in_json(document: str | None, values: str) -> bool:
    kept = json.loads(document) if document is not None else None
    members = kept if isinstance(kept, list) else []
    return bool(sorted({str(member).lower() for member in members}) == json.loads(values))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
