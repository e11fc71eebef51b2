"""What is written beside a row: its links to other rows, and the parts it is made of.

Every reference of a draft is looked up among the rows of the tenant first, so that nothing
of one tenant ever points into another; the keys of the tables would refuse it too, but
could not say which field it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, insert, select, update

from timeback_desktop.backend.oneroster import grading, rostering
from timeback_desktop.backend.oneroster.checking import Draft, Row
from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind, Link, Parts
from timeback_desktop.backend.oneroster.place import Place

_TABLES: dict[str, Table] = {
    each.type: each.table for each in (*rostering.ENTITIES, *grading.ENTITIES)
}
_AT_ONCE = 500
Pointed = tuple[str, str, str]
"""A reference: its pointer, the type of what it leads to, and the sourcedId of that."""


def refuse_strangers(place: Place, entity: Entity, draft: Draft) -> None:
    """Note every reference in a draft that leads to nothing of this tenant, or to itself."""
    pointed = list(_references(entity, draft))
    there = {target: _there(place, target, pointed) for target in {each[1] for each in pointed}}
    for pointer, target, sourced_id in pointed:
        if sourced_id not in there[target]:
            draft.refuse(pointer, f"refers to no {target} that is known here: {sourced_id!r}")
        elif _TABLES[target] is entity.table and sourced_id == place.sourced_id:
            draft.refuse(pointer, "refers to itself")


def _there(place: Place, target: str, pointed: list[Pointed]) -> set[str]:
    table = _TABLES[target]
    wanted = list(dict.fromkeys(each[2] for each in pointed if each[1] == target))
    found: set[str] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        some = table.c.id.in_(wanted[start : start + _AT_ONCE])
        rows = select(table.c.id).where(table.c.publisher_id == place.tenant, some)
        found |= set(place.connection.scalars(rows))
    return found


def _references(entity: Entity, draft: Draft) -> Iterator[Pointed]:
    for each in entity.fields:
        pointer = f"/{each.name}"
        yield from _reference(each, draft.row, pointer)
        for place, sourced_id in enumerate(draft.links.get(each.name, ())):
            yield f"{pointer}/{place}", each.target or "", sourced_id
        for place, row in enumerate(draft.parts.get(each.name, ())):
            for inner in each.parts.fields if each.parts else ():
                yield from _reference(inner, row, f"{pointer}/{place}/{inner.name}")


def _reference(told: Field, row: Row, pointer: str) -> Iterator[Pointed]:
    if told.kind is Kind.REFERENCE and told.target and row.get(told.column or ""):
        yield pointer, told.target, row[told.column or ""]


def write_links(place: Place, link: Link, others: list[str]) -> None:
    """Let a row be linked to exactly these others."""
    mine = _mine(place, link.table, link.owner)
    place.connection.execute(delete(link.table).where(mine))
    if others:
        ours = {"publisher_id": place.tenant, link.owner: place.sourced_id}
        rows = [{**ours, link.target: other} for other in others]
        place.connection.execute(insert(link.table), rows)


def write_parts(place: Place, parts: Parts, rows: list[Row]) -> None:
    """Let a row consist of exactly these parts; one that stays keeps what hangs on it."""
    table, (key, _) = parts.table, parts.key
    mine = _mine(place, table, parts.owner)
    there = set(place.connection.scalars(select(table.c[key]).where(mine)))
    gone = there - {row[key] for row in rows}
    if gone:
        place.connection.execute(delete(table).where(mine, table.c[key].in_(sorted(gone))))
    for row in rows:
        _write_part(place, parts, row, is_there=row[key] in there)


def write_part(place: Place, parts: Parts, row: Row) -> bool:
    """Write one part beside the others, and return whether it is new."""
    column = parts.table.c[parts.key[0]]
    mine = and_(_mine(place, parts.table, parts.owner), column == row[parts.key[0]])
    is_there = place.connection.scalar(select(column).where(mine)) is not None
    _write_part(place, parts, row, is_there=is_there)
    return not is_there


def _write_part(place: Place, parts: Parts, row: Row, *, is_there: bool) -> None:
    table, (key, _) = parts.table, parts.key
    if is_there:
        which = and_(_mine(place, table, parts.owner), table.c[key] == row[key])
        place.connection.execute(update(table).where(which).values(row))
    else:
        ours = {"publisher_id": place.tenant, parts.owner: place.sourced_id}
        place.connection.execute(insert(table).values({**row, **ours}))


def _mine(place: Place, table: Table, owner: str) -> ColumnElement[Any]:
    return and_(table.c.publisher_id == place.tenant, table.c[owner] == place.sourced_id)
