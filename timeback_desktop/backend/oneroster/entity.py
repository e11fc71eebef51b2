"""What an entity of OneRoster is made of: its fields, and where each of them is kept.

A field is kept in a column of the entity's table, or beside it: ``References`` are the rows
of a link table (or the rows that point here), ``Parts`` are small objects in a table of
their own that live and die with the entity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Column, ColumnElement, Table


class Kind(StrEnum):
    """What a field holds, as it is on the wire."""

    TEXT = "text"
    DATE = "date"  # 2026-11-23; a Date column
    INSTANT = "instant"  # ISO 8601 with zone; kept as text, or as milliseconds in ``*_ms``
    FLAG = "flag"  # "true" or "false" as text on the wire; a Boolean column
    NUMBER = "number"
    INTEGER = "integer"
    WORDS = "words"  # a list of strings; a JSON column
    DOCUMENT = "document"  # any JSON; a JSON column
    REFERENCE = "reference"  # {href, sourcedId, type}; a column with the id
    REFERENCES = "references"  # a list of the same
    PARTS = "parts"  # a list of small objects


class Service(StrEnum):
    """The three services of OneRoster, each with paths of its own."""

    ROSTERING = "rostering"
    GRADEBOOK = "gradebook"
    RESOURCES = "resources"


@dataclass(frozen=True, slots=True)
class Link:
    """Where the other ends of a field of several references are found.

    ``table`` has a row for each of them, with our id in ``owner`` and theirs in ``target``.
    A link to rows that point here (a parent's children) names their own table, and cannot
    be written from this side.
    """

    table: Table
    owner: str
    target: str
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the small objects of a field are kept; ``owner`` is the column with our id.

    ``key`` names the column that tells one part from another of the same owner, and the
    wire name it has, or ``None`` when the wire does not name it (then we number them).
    """

    table: Table
    owner: str
    fields: tuple[Field, ...]
    key: tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: ``name`` on the wire, ``column`` in the table (of the entity or the part).

    ``target`` names the ``type`` of what a reference points to. ``vocabulary`` holds the
    allowed values; a field with one also takes ``ext:`` values unless it is ``closed``.
    """

    name: str
    kind: Kind = Kind.TEXT
    column: str | None = None
    target: str | None = None
    link: Link | None = None
    parts: Parts | None = None
    required: bool = False
    vocabulary: frozenset[str] = frozenset()
    closed: bool = False
    longest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One kind of thing. ``type`` is the word in a reference to it, ``plural`` its collection.

    ``where`` narrows the table to the rows that are this entity (a school is an org), and
    ``extension`` says that TimeBack added it to the standard.
    """

    type: str
    singular: str
    plural: str
    path: str
    service: Service
    table: Table
    fields: tuple[Field, ...]
    searched: tuple[str, ...] = ()
    where: Callable[[], ColumnElement[bool]] | None = None
    extension: bool = False
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the fields findable by the names they have on the wire."""
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})

    def column(self, name: str) -> Column[object]:
        """Return the column that the field ``name`` is kept in."""
        kept = self.by_name[name].column
        if kept is None:
            raise KeyError(name)
        return self.table.c[kept]
