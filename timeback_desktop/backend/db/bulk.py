"""Rows by the hundred, as the driver takes them: for the way that events come in, and no other.

SQLAlchemy looks at every value of every row on its way to the driver, which costs more than
the driver itself. Here a statement is written once for its table and columns, and the rows
pass by as tuples. Names come from tables only, never from a caller's input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table

Values = Sequence[tuple[Any, ...]]
_SIZES = (64, 32, 16, 8, 4, 2, 1)
_AT_ONCE = 500
"""SQLite takes 32,766 values in a statement, and was built with 999 in former days."""


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Values) -> None:
    """Insert rows that are known to be new."""
    _write(connection, table, tuple(columns), rows, "")


def put_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Values) -> None:
    """Insert rows, or give the ones that are there these values; no key may come twice."""
    _write(connection, table, tuple(columns), rows, _on_conflict(table, tuple(columns), add=False))


def add_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Values) -> None:
    """Insert rows, or add their values to the ones that are there; no key may come twice."""
    _write(connection, table, tuple(columns), rows, _on_conflict(table, tuple(columns), add=True))


def _write(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Values, tail: str
) -> None:
    """Write rows, many in one statement; only a few sizes, so that statements are known again."""
    start = 0
    for size in _SIZES:
        while len(rows) - start >= size:
            part = rows[start : start + size]
            text = _insert(table.name, columns, size, _mark(connection))
            values = tuple(value for row in part for value in row)
            connection.exec_driver_sql(text + tail, values)
            start += size


def rows_in(  # noqa: PLR0913, PLR0917 - one each of the statement's parts
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    fixed: dict[str, Any],
    name: str,
    values: Sequence[Any],
) -> Iterator[Any]:
    """Yield some columns of the rows with ``fixed`` values whose ``name`` is one of ``values``."""
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        text = _select(table.name, tuple(columns), tuple(fixed), name, len(part), _mark(connection))
        yield from connection.exec_driver_sql(text, (*fixed.values(), *part))


def rows_at(  # noqa: PLR0913, PLR0917 - one each of the statement's parts
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    fixed: dict[str, Any],
    names: Sequence[str],
    keys: Values,
) -> Iterator[Any]:
    """Yield some columns of the rows with ``fixed`` values whose ``names`` are one of ``keys``.

    Each key is looked for in the table's index by itself.
    """
    for start in range(0, len(keys), _AT_ONCE // len(names)):
        part = keys[start : start + _AT_ONCE // len(names)]
        text = _join(
            table.name, tuple(columns), tuple(fixed), tuple(names), len(part), _mark(connection)
        )
        values = [value for key in part for value in key]
        yield from connection.exec_driver_sql(text, (*values, *fixed.values()))


def greatest(
    connection: Connection, table: Table, column: str, fixed: dict[str, Any]
) -> int | None:
    """Return the greatest value of a column in the rows with ``fixed`` values."""
    text = _greatest(table.name, column, tuple(fixed), _mark(connection))
    found: int | None = connection.exec_driver_sql(text, tuple(fixed.values())).scalar()
    return found


def keys_in(
    connection: Connection,
    table: Table,
    fixed: dict[str, Any],
    names: Sequence[str],
    keys: Values,
) -> Iterator[tuple[Any, ...]]:
    """Yield those of the ``keys`` under which the table has any row with ``fixed`` values."""
    for start in range(0, len(keys), _AT_ONCE // len(names)):
        part = keys[start : start + _AT_ONCE // len(names)]
        text = _exists(table.name, tuple(fixed), tuple(names), len(part), _mark(connection))
        values = [value for key in part for value in key]
        for row in connection.exec_driver_sql(text, (*values, *fixed.values())):
            yield tuple(row)


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], size: int, mark: str) -> str:
    row = f"({', '.join([mark] * len(columns))})"
    rows = ", ".join([row] * size)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows}"  # noqa: S608


@lru_cache(maxsize=256)
def _on_conflict(table: Table, columns: tuple[str, ...], *, add: bool) -> str:
    key = [column.name for column in table.primary_key.columns]
    there = f"{table.name}." if add else ""
    changed = ", ".join(
        f"{name} = {there}{name} + excluded.{name}" if add else f"{name} = excluded.{name}"
        for name in columns
        if name not in key
    )
    return f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"


@lru_cache(maxsize=2048)
def _select(  # noqa: PLR0913, PLR0917 - one each of the statement's parts
    table: str,
    columns: tuple[str, ...],
    fixed: tuple[str, ...],
    name: str,
    count: int,
    mark: str,
) -> str:
    where = "".join(f"{each} = {mark} AND " for each in fixed)
    places = ", ".join([mark] * count)
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {where}{name} IN ({places})"  # noqa: S608


@lru_cache(maxsize=2048)
def _join(  # noqa: PLR0913, PLR0917 - one each of the statement's parts
    table: str,
    columns: tuple[str, ...],
    fixed: tuple[str, ...],
    names: tuple[str, ...],
    count: int,
    mark: str,
) -> str:
    wanted, matched = _wanted(fixed, names, count, mark)
    # CROSS JOIN tells SQLite in which order to go: from what is wanted to the index.
    told = ", ".join(f"t.{column}" for column in columns)
    return f"{wanted} SELECT {told} FROM w CROSS JOIN {table} t WHERE {matched}"  # noqa: S608


@lru_cache(maxsize=2048)
def _exists(
    table: str, fixed: tuple[str, ...], names: tuple[str, ...], count: int, mark: str
) -> str:
    wanted, matched = _wanted(fixed, names, count, mark)
    return f"{wanted} SELECT * FROM w WHERE EXISTS (SELECT 1 FROM {table} t WHERE {matched})"  # noqa: S608


def _wanted(
    fixed: tuple[str, ...], names: tuple[str, ...], count: int, mark: str
) -> tuple[str, str]:
    """Return the list of keys as a table ``w``, and the condition that a row ``t`` is of it."""
    row = f"({', '.join([mark] * len(names))})"
    columns = ", ".join(f"w{place}" for place in range(len(names)))
    where = [f"t.{name} = w.w{place}" for place, name in enumerate(names)]
    where += [f"t.{each} = {mark}" for each in fixed]
    return f"WITH w({columns}) AS (VALUES {', '.join([row] * count)})", " AND ".join(where)


@lru_cache(maxsize=64)
def _greatest(table: str, column: str, fixed: tuple[str, ...], mark: str) -> str:
    where = " AND ".join(f"{each} = {mark}" for each in fixed)
    return f"SELECT max({column}) FROM {table} WHERE {where}"  # noqa: S608
