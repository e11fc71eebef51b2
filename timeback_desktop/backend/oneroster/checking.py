"""A document as it came, held against the declaration of its entity, field by field.

What is told is checked, what is not told stays out of the result: whether it is needed
depends on what the row holds already (``writing``). Every fault is collected, so that
whoever sent the document can mend it in one go. Properties that the entity has not are
passed over: published clients send some.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from timeback_desktop.backend.oneroster.entity import Entity, Field, Kind, Parts
from timeback_desktop.backend.oneroster.faults import RosterFault, invalid_data
from timeback_desktop.backend.oneroster.values import Unfit, kept_value, sourced_id

Row = dict[str, Any]
_OURS = frozenset({"sourcedId", "dateLastModified"})
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document, and where."""

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer} {self.message}"


@dataclass(slots=True)
class Draft:
    """What a document says, in the shapes that the tables keep.

    ``row`` is by column; ``links`` and ``parts`` are by the field's name on the wire. A
    field that was not told is in none of them; one that was cleared is there, empty.
    """

    sourced_id: str | None = None
    row: Row = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, pointer: str, message: str) -> None:
        """Note that something is wrong."""
        self.faults.append(Fault(pointer, message))

    def raise_faults(self) -> None:
        """Refuse the document when anything was wrong with it."""
        if self.faults:
            raise refusal(self.faults)


def refusal(faults: Iterable[Fault]) -> RosterFault:
    """Return the answer to a document with these faults: all of them, up to a screenful."""
    lines = [str(fault) for fault in faults]
    more = [f"and {len(lines) - _MOST_TOLD} more"] if len(lines) > _MOST_TOLD else []
    return invalid_data("; ".join([*lines[:_MOST_TOLD], *more]) + ".", 422)


def check(entity: Entity, document: Mapping[str, Any]) -> Draft:
    """Return what ``document`` says; its faults are in the draft, nothing is raised."""
    draft = Draft()
    for each in entity.fields:
        if each.name in document and each.name not in _OURS:
            _take(draft, each, document[each.name])
    if document.get("sourcedId") is not None:
        try:
            draft.sourced_id = sourced_id(document["sourcedId"])
        except Unfit as fault:
            draft.refuse("/sourcedId", str(fault))
    return draft


def _take(draft: Draft, told: Field, value: Any) -> None:
    """Add one field that was told to the draft."""
    pointer = f"/{told.name}"
    try:
        if told.kind is Kind.PARTS and told.parts is not None:
            draft.parts[told.name] = _parts(draft, told.parts, value, pointer)
        elif told.link is not None:
            if told.link.writable:
                draft.links[told.name] = [] if value is None else kept_value(told, value)
        elif told.column is not None:
            draft.row[told.column] = None if value is None else kept_value(told, value)
    except Unfit as fault:
        draft.refuse(pointer, str(fault))


def _parts(draft: Draft, parts: Parts, value: Any, pointer: str) -> list[Row]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Unfit("is a list of objects")
    rows = [check_part(draft, parts, each, f"{pointer}/{n}") for n, each in enumerate(value)]
    column, name = parts.key
    if name is None:
        return [{**row, column: f"{place:04}"} for place, row in enumerate(rows)]
    keys = [row.get(column) for row in rows]
    if len(set(keys)) < len(keys):
        draft.refuse(pointer, f"names each {name} once")
    return rows


def check_part(draft: Draft, parts: Parts, document: Mapping[str, Any], pointer: str) -> Row:
    """Return the row of one part, with every column in it; note its faults in ``draft``."""
    row: Row = {}
    for each in parts.fields:
        value = document.get(each.name)
        row[each.column or each.name] = None
        if value is None:
            if each.required:
                draft.refuse(f"{pointer}/{each.name}", "is needed")
            continue
        try:
            row[each.column or each.name] = kept_value(each, value)
        except Unfit as fault:
            draft.refuse(f"{pointer}/{each.name}", str(fault))
    return row
