"""What content is worth: the ``xp`` in the metadata of a resource, or of its place in a course.

An app knows its content by its own names, so a name may be the id of a place in a course, of a
resource, of a line item, or the id that the vendor gave it; the first of these that says ``xp``
counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from timeback_desktop.backend.gradebook.models import (
    assessment_line_items,
    component_resources,
    resources,
)
from timeback_desktop.backend.progress.completions import Completion
from timeback_desktop.backend.timeline.record import parts_of

MOST_XP = 10_000
"""No piece of content is worth more: what says so is a slip of the pen."""


def expected(
    connection: Connection, tenant: str, completions: Sequence[Completion]
) -> dict[tuple[str, ...], int]:
    """Return what content is worth, in thousandths, by the names of the completions."""
    wanted = sorted({name for each in completions for name in each.names})
    found: dict[str, int] = {}
    for part in parts_of(wanted):
        for name, worth in _named(connection, tenant, part):
            found.setdefault(name, worth)
    firsts = ((each.names, _first(each.names, found)) for each in completions)
    return {names: worth for names, worth in firsts if worth is not None}


def _first(names: Iterable[str], found: Mapping[str, int]) -> int | None:
    return next((found[name] for name in names if name in found), None)


def _named(connection: Connection, tenant: str, names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield names with what they are worth, the nearest to the student first."""
    part, thing, item = component_resources.c, resources.c, assessment_line_items.c
    here = and_(thing.publisher_id == tenant, thing.status == "active")
    chosen: list[Select[Any]] = [
        select(part.id, part.metadata, thing.metadata)
        .outerjoin(resources, and_(here, thing.id == part.resource_id))
        .where(part.publisher_id == tenant, part.id.in_(names), part.status == "active"),
        select(thing.id, thing.metadata).where(here, thing.id.in_(names)),
        select(thing.vendor_resource_id, thing.metadata)
        .where(here, thing.vendor_resource_id.in_(names))
        .order_by(thing.id),
        select(item.id, item.metadata).where(item.publisher_id == tenant, item.id.in_(names)),
    ]
    for one in chosen:
        for name, *told in connection.execute(one):
            worths = (xp_in(metadata) for metadata in told)
            worth = next((each for each in worths if each is not None), None)
            if worth is not None:
                yield name, worth


def xp_in(metadata: object) -> int | None:
    """Return the ``xp`` that metadata names, in thousandths; ``None`` for what can't be meant."""
    told = metadata.get("xp") if isinstance(metadata, dict) else None
    good = isinstance(told, int | float) and not isinstance(told, bool) and 0 < told <= MOST_XP
    return round(told * 1000) if good else None  # type: ignore[operator]
