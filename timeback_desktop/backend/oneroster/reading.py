"""Rows of the roster as OneRoster tells them: from the declaration of an entity alone.

What is kept beside an entity (links, small objects) is asked once for a whole page. A list
is always told as a list, empty or not; any other value that is absent is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, func, select

from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind, Link, Parts
from timeback_desktop.backend.oneroster.faults import unknown_object
from timeback_desktop.backend.oneroster.hrefs import HrefBase
from timeback_desktop.backend.oneroster.listing import Listing
from timeback_desktop.backend.oneroster.terms import session_without_terms
from timeback_desktop.clock import iso_utc

Wire = dict[str, Any]
Row = RowMapping | Mapping[str, Any]
Beside = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and how many the whole list has."""

    rows: Sequence[RowMapping]
    total: int


def find(
    connection: Connection,
    tenant: str,
    entity: Entity,
    source_id: str,
    *within: ColumnElement[bool],
) -> RowMapping | None:
    """Return the row with this sourcedId, or ``None``."""
    if "\x00" in source_id:  # no sourcedId has it, and PostgreSQL refuses to be asked
        return None
    table = entity.table
    asked = _all_of(tenant, entity, within).where(table.c.id == source_id)
    return connection.execute(asked).mappings().one_or_none()


def required(
    connection: Connection,
    tenant: str,
    entity: Entity,
    source_id: str,
    *within: ColumnElement[bool],
) -> RowMapping:
    """Return the row with this sourcedId, or answer 404."""
    found = find(connection, tenant, entity, source_id, *within)
    if found is None:
        raise unknown_object(entity.singular, source_id)
    return found


def page(
    connection: Connection,
    tenant: str,
    entity: Entity,
    within: Sequence[ColumnElement[bool]],
    asked: Listing,
) -> Page:
    """Return one page of the rows that ``within`` leaves, and the count of them all.

    Both come out of one statement, so that they tell of the same moment on any database.
    """
    whole = _all_of(tenant, entity, within)
    count = select(func.count()).select_from(whole.subquery())
    counted = whole.add_columns(count.scalar_subquery().label("whole_list"))
    wanted = counted.order_by(*asked.order).limit(asked.limit).offset(asked.offset)
    rows = connection.execute(wanted).mappings().all()
    total = rows[0]["whole_list"] if rows else connection.execute(count).scalar_one()
    return Page(rows, total)


def _all_of(tenant: str, entity: Entity, within: Sequence[ColumnElement[bool]]) -> Select[Any]:
    asked = select(entity.table).where(entity.table.c.publisher_id == tenant, *within)
    return asked.where(entity.where()) if entity.where else asked


def wire(  # noqa: PLR0913, PLR0917 - the same five as everywhere, and what is wanted of them
    connection: Connection,
    tenant: str,
    entity: Entity,
    rows: Sequence[Row],
    base: HrefBase,
    only: Collection[str] | None = None,
) -> list[Wire]:
    """Return ``rows`` as they are told; ``only`` names the fields that are wanted."""
    fields = [each for each in entity.fields if only is None or each.name in only]
    shelf = _Shelf(connection, tenant, base)
    beside = {each.name: shelf.beside(each, rows) for each in fields if each.column is None}
    if entity.type == "class" and "terms" in beside:
        beside["terms"] = shelf.with_terms(beside["terms"], rows)
    return [_told(fields, row, beside, base) for row in rows]


def _told(fields: Sequence[Field], row: Row, beside: Mapping[str, Beside], base: HrefBase) -> Wire:
    told: Wire = {}
    for field in fields:
        if field.name in beside:
            told[field.name] = beside[field.name].get(row["id"], [])
        elif field.column is not None and row[field.column] is not None:
            told[field.name] = _value(field, row[field.column], base)
    return told


def _value(field: Field, kept: Any, base: HrefBase) -> Any:
    if field.kind is Kind.REFERENCE:
        return base.reference(str(field.target), kept)
    as_told = _VALUES.get(field.kind)
    return as_told(kept) if as_told else kept


_VALUES: dict[Kind, Callable[[Any], Any]] = {
    Kind.DATE: lambda kept: kept.isoformat(),
    Kind.INSTANT: lambda kept: kept if isinstance(kept, str) else iso_utc(kept),
    Kind.FLAG: lambda kept: "true" if kept else "false",
}


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What is kept beside the rows of a page, asked once for all of them."""

    connection: Connection
    tenant: str
    base: HrefBase

    def beside(self, field: Field, rows: Sequence[Row]) -> Beside:
        """Return what ``field`` holds for each of ``rows`` that has any of it."""
        owners = [row["id"] for row in rows]
        if not owners:
            return {}
        if field.link is not None:
            return self._linked(field.link, str(field.target), owners)
        return self._parts(field.parts, owners) if field.parts else {}

    def _linked(self, link: Link, target: str, owners: Sequence[str]) -> Beside:
        ours, theirs = link.table.c[link.owner], link.table.c[link.target]
        asked = select(ours, theirs).where(self._mine(link.table), ours.in_(owners))
        found = defaultdict(list)
        for owner, other in self.connection.execute(asked.order_by(ours, theirs)):
            found[owner].append(self.base.reference(target, other))
        return found

    def _parts(self, parts: Parts, owners: Sequence[str]) -> Beside:
        ours, key = parts.table.c[parts.owner], parts.table.c[parts.key[0]]
        asked = select(parts.table).where(self._mine(parts.table), ours.in_(owners))
        found = defaultdict(list)
        for row in self.connection.execute(asked.order_by(ours, key)).mappings():
            found[row[parts.owner]].append(_told(parts.fields, row, {}, self.base))
        return found

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return table.c.publisher_id == self.tenant

    def with_terms(self, linked: Beside, rows: Sequence[Row]) -> Beside:
        """Return the terms of classes, with one for each class that names none."""
        bare = [row for row in rows if row["id"] not in linked]
        named = session_without_terms(self.connection, self.tenant, bare, self.base.today)
        stood_in = {row: [self.base.reference("academicSession", it)] for row, it in named.items()}
        return {**linked, **stood_in}
