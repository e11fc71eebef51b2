"""Writing one thing of OneRoster: create, change, put away. What holds for every entity.

All of it follows from the declaration of the entity. The caller opens the transaction
(``with writing(engine)``); a fault leaves it to be rolled back.

* References lead to rows of the same tenant, or the document is refused.
* Nothing is ever deleted: :func:`put_away` marks a row ``tobedeleted``, and its sourcedId
  stays taken.
* A person's ``password`` is no field of ours: it is dropped unread, and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from timeback_desktop import ids
from timeback_desktop.backend.auth.families import Holder, end_all_of
from timeback_desktop.backend.oneroster.checking import Draft, Row, check
from timeback_desktop.backend.oneroster.completion import (
    completed,
    translated,
    with_whole_roles,
)
from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind
from timeback_desktop.backend.oneroster.faults import RosterFault, invalid_data, unknown_object
from timeback_desktop.backend.oneroster.links import refuse_strangers, write_links, write_parts
from timeback_desktop.backend.oneroster.place import Place
from timeback_desktop.backend.oneroster.settling import settle
from timeback_desktop.backend.oneroster.values import is_name
from timeback_desktop.backend.roster.models import users

_TAKEN = 409
_OURS = frozenset({"sourcedId", "dateLastModified", "primaryOrg"})
"""The fields that a row gets even where a document is silent (see ``settling``)."""


@dataclass(frozen=True, slots=True)
class SourcedIdPair:
    """The sourcedId that a client gave to something new, and the one it really has.

    They are the same; a client that gave none is told the minted one in both places,
    because published clients want two texts.
    """

    supplied: str
    allocated: str

    def as_document(self) -> dict[str, dict[str, str]]:
        """Return the body of the answer to a create."""
        pair = {"suppliedSourcedId": self.supplied, "allocatedSourcedId": self.allocated}
        return {"sourcedIdPairs": pair}


def create(
    connection: Connection, tenant: str, entity: Entity, document: Mapping[str, Any], now_ms: int
) -> SourcedIdPair:
    """Write something new; 409 when its sourcedId is taken, be it by something put away.

    The published clients know no special answer to a second create: any error will do, and
    409 with ``invaliddata`` is the one that says what happened.
    """
    allocated = document.get("sourcedId")
    place = Place(connection, tenant, allocated if is_name(allocated) else ids.mint(), now_ms)
    told = completed(entity, place, translated(entity, document))
    draft = check(entity, {**told, "sourcedId": document.get("sourcedId")})
    draft.row["status"] = draft.row.get("status") or "active"
    _demand_all(entity, draft)
    _settle(place, entity, draft)
    if _has_row(place, entity) or not _inserted(place, entity, draft.row):
        raise _taken(entity, place.sourced_id)
    _write_beside(place, entity, draft)
    return SourcedIdPair(place.sourced_id, place.sourced_id)


def change(  # noqa: PLR0913, PLR0917 every write says all of this
    connection: Connection,
    tenant: str,
    entity: Entity,
    sourced_id: str,
    document: Mapping[str, Any],
    now_ms: int,
    *,
    upsert: bool,
) -> bool:
    """Change what a document tells, and return whether it had to be created.

    The standard's PUT replaces the whole. Published clients send partial documents by PUT
    and would lose what they did not send, so here fields that are told replace, ``null``
    clears, and fields that are not told stay: PUT and PATCH are the same. Without ``upsert``
    something unknown is answered 404, which is how those clients find out that they must
    create it.
    """
    if document.get("sourcedId") not in (None, sourced_id):
        raise invalid_data(f"/sourcedId is {sourced_id!r}, as in the address.", 422)
    place = _place_of(connection, tenant, entity, sourced_id, now_ms)
    there = _found(place, entity)
    if there is None:
        if not upsert:
            raise unknown_object(entity.singular, sourced_id)
        if _created(place, entity, document):
            return True
        there = _found(place, entity)  # somebody else created it in this moment
    if there is None:
        raise _taken(entity, sourced_id)
    _change(place, entity, document, there)
    return False


def _created(place: Place, entity: Entity, document: Mapping[str, Any]) -> bool:
    told = {**document, "sourcedId": place.sourced_id}
    try:
        create(place.connection, place.tenant, entity, told, place.now_ms)
    except RosterFault as fault:
        if fault.status != _TAKEN:
            raise
        return False
    return True


def _change(place: Place, entity: Entity, document: Mapping[str, Any], there: RowMapping) -> None:
    told = with_whole_roles(place, translated(entity, document))
    draft = check(entity, told)
    _keep_needed(entity, draft)
    _settle(place, entity, draft, there)
    values = {**_of_table(entity, draft.row), "modified_ms": place.now_ms}
    place.connection.execute(update(entity.table).where(_is_it(place, entity)).values(values))
    _write_beside(place, entity, draft)
    if draft.row.get("status") == "tobedeleted" or draft.row.get("enabled") is False:
        _sign_out(place, entity)


def put_away(
    connection: Connection, tenant: str, entity: Entity, sourced_id: str, now_ms: int
) -> None:
    """Mark something ``tobedeleted``; 404 when there is no such thing, whatever its status."""
    place = _place_of(connection, tenant, entity, sourced_id, now_ms)
    if _found(place, entity) is None:
        raise unknown_object(entity.singular, sourced_id)
    living = and_(_is_it(place, entity), entity.table.c.status != "tobedeleted")
    gone = {"status": "tobedeleted", "modified_ms": now_ms}
    connection.execute(update(entity.table).where(living).values(gone))
    _sign_out(place, entity)


def _sign_out(place: Place, entity: Entity) -> None:
    """End the sign-ins of a person who was shut out: who is let in again signs in anew."""
    if entity.table is users:
        holder = Holder(place.tenant, place.sourced_id)
        end_all_of(place.connection, holder, place.now_ms)


def _place_of(
    connection: Connection, tenant: str, entity: Entity, sourced_id: str, now_ms: int
) -> Place:
    """Return where something that an address names is written; 404 for what is no name."""
    if not is_name(sourced_id):
        raise unknown_object(entity.singular, sourced_id)
    return Place(connection, tenant, sourced_id, now_ms)


def _taken(entity: Entity, sourced_id: str) -> RosterFault:
    return invalid_data(
        f"The sourcedId {sourced_id!r} is taken. Change what has it by PUT "
        f"(with status active, if it was deleted), or create the {entity.singular} "
        "under another one.",
        _TAKEN,
    )


def _is_it(place: Place, entity: Entity) -> ColumnElement[bool]:
    table = entity.table
    return and_(table.c.publisher_id == place.tenant, table.c.id == place.sourced_id)


def _found(place: Place, entity: Entity) -> RowMapping | None:
    """Return the row, locked against other writers, when it is one of this entity."""
    found = select(entity.table).where(_is_it(place, entity)).with_for_update()
    if entity.where is not None:
        found = found.where(entity.where())
    return place.connection.execute(found).mappings().one_or_none()


def _has_row(place: Place, entity: Entity) -> bool:
    found = select(entity.table.c.id).where(_is_it(place, entity))
    return place.connection.scalar(found) is not None


def _inserted(place: Place, entity: Entity, told: Row) -> bool:
    """Insert a row; ``False`` when another writer took its sourcedId in this moment."""
    key = {"publisher_id": place.tenant, "id": place.sourced_id}
    fresh = {"entered": ids.mint(), "modified_ms": place.now_ms}
    row = {**_of_table(entity, told), **key, **fresh}
    try:
        with place.connection.begin_nested():
            place.connection.execute(insert(entity.table).values(row))
    except IntegrityError:
        return False
    return True


def _of_table(entity: Entity, row: Row) -> Row:
    """Return a row as the database is told it: nothing is NULL, also where JSON has its null."""
    is_json = {name for name, column in entity.table.c.items() if isinstance(column.type, JSON)}
    return {
        name: null() if value is None and name in is_json else value for name, value in row.items()
    }


def _demand_all(entity: Entity, draft: Draft) -> None:
    """Refuse a new row that lacks something it cannot be without."""
    wrong = {fault.pointer.split("/")[1] for fault in draft.faults}
    for each in entity.fields:
        if each.name not in _OURS | wrong and _is_needed(entity, each) and _is_empty(draft, each):
            draft.refuse(f"/{each.name}", "is needed")


def _keep_needed(entity: Entity, draft: Draft) -> None:
    """Refuse to clear what a row cannot be without; a list of words is emptied instead."""
    for each in entity.fields:
        told = each.column in draft.row or each.name in draft.parts or each.name in draft.links
        if told and each.name not in _OURS and _is_needed(entity, each) and _is_empty(draft, each):
            if each.kind is Kind.WORDS and each.column is not None:
                draft.row[each.column] = []
            else:
                draft.refuse(f"/{each.name}", "cannot be cleared")


def _is_needed(entity: Entity, told: Field) -> bool:
    kept = None if told.column is None else entity.table.c[told.column]
    return told.required or (kept is not None and not kept.nullable)


def _is_empty(draft: Draft, told: Field) -> bool:
    if told.column is not None:
        return draft.row.get(told.column) is None
    return not (draft.links.get(told.name) or draft.parts.get(told.name))


def _settle(place: Place, entity: Entity, draft: Draft, there: RowMapping | None = None) -> None:
    """Hold the draft against the rest of the roster; raise everything that is wrong with it."""
    settle(place, entity, draft, there)
    refuse_strangers(place, entity, draft)
    draft.raise_faults()


def _write_beside(place: Place, entity: Entity, draft: Draft) -> None:
    """Write what is kept beside the row, then see that it is still one of this entity."""
    for each in entity.fields:
        if each.link is not None and each.name in draft.links:
            write_links(place, each.link, draft.links[each.name])
        if each.parts is not None and each.name in draft.parts:
            write_parts(place, each.parts, draft.parts[each.name])
    if entity.where is not None and _found(place, entity) is None:
        raise invalid_data(f"What this says does not belong to {entity.path}.", 422)
