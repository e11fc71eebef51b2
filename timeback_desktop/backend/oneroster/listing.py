"""What a caller may ask of a list, and how a page of it is told.

Published clients page in two ways: by ``X-Total-Count`` and ``Link``, as the standard has it,
and by five members of the body, for those who look for them (``dialect``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import ColumnElement
from starlette.datastructures import QueryParams

from timeback_desktop.backend.oneroster.conditions import condition, matching, ordering
from timeback_desktop.backend.oneroster.entity import Entity
from timeback_desktop.backend.oneroster.faults import CodeMinor, RosterFault, invalid_data
from timeback_desktop.backend.oneroster.filters import parse

DEFAULT_LIMIT = 100
HIGHEST_LIMIT = 3000
HIGHEST_OFFSET = 2**31 - 1
LONGEST_SEARCH = 200
"""Each word is looked for in each field: a hundred words are work enough for a database."""
_ONCE = ("limit", "offset", "sort", "orderBy", "filter", "search")


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list as it was asked for; ``only`` is ``None`` when all fields are wanted."""

    limit: int
    offset: int
    within: tuple[ColumnElement[bool], ...]
    order: tuple[ColumnElement[Any], ...]
    only: frozenset[str] | None


def asked_of(entity: Entity, query: QueryParams) -> Listing:
    """Return what ``query`` asks of a list of ``entity``, or answer 400."""
    for name in _ONCE:
        if len(query.getlist(name)) > 1:
            raise invalid_data(f"{name!r} is given more than once.")
    return Listing(
        limit=_limit(query),
        offset=_offset(query),
        within=tuple(_within(entity, query)),
        order=_order(entity, query),
        only=fields_of(entity, query),
    )


def _limit(query: QueryParams) -> int:
    limit = _whole_number(query, "limit", DEFAULT_LIMIT)
    if limit < 1:
        raise invalid_data("'limit' is at least 1.")
    return min(limit, HIGHEST_LIMIT)


def _offset(query: QueryParams) -> int:
    offset = _whole_number(query, "offset", 0)
    if offset > HIGHEST_OFFSET:
        raise invalid_data(f"'offset' is at most {HIGHEST_OFFSET}.")
    return offset


def _whole_number(query: QueryParams, name: str, default: int) -> int:
    told = query.get(name)
    if told is None:
        return default
    if not (told.isascii() and told.isdigit()):
        raise invalid_data(f"{name!r} is a whole number, not {told[:40]!r}.")
    return int(told[:20])  # longer ones are out of any bounds all the same


def _order(entity: Entity, query: QueryParams) -> tuple[ColumnElement[Any], ...]:
    direction = query.get("orderBy", "asc")
    if direction not in {"asc", "desc"}:
        raise invalid_data(f"'orderBy' is asc or desc, not {direction[:40]!r}.")
    return tuple(ordering(entity, query.get("sort"), descending=direction == "desc"))


def _within(entity: Entity, query: QueryParams) -> Iterator[ColumnElement[bool]]:
    if (told := query.get("filter")) is not None:
        yield condition(entity, parse(told))
    if words := query.get("search", "").replace("\x00", " ").strip():
        if not entity.searched:
            raise invalid_data(f"{entity.plural} cannot be searched; use a filter.")
        if len(words) > LONGEST_SEARCH:
            raise invalid_data(f"'search' has at most {LONGEST_SEARCH} characters.")
        yield matching(entity, words)


def fields_of(entity: Entity, query: QueryParams) -> frozenset[str] | None:
    """Return the fields that are wanted; unknown names are passed over."""
    told = query.getlist("fields")
    if not told:
        return None
    names = {name.strip() for part in told for name in part.split(",")} - {""}
    if not names:
        raise RosterFault(
            400, CodeMinor.INVALID_SELECTION_FIELD, "'fields' names no field; leave it out for all."
        )
    return frozenset(names & entity.by_name.keys()) or None


def body_of(listing: Listing, total: int) -> dict[str, int]:
    """Return the members that tell of a page in its body."""
    return {
        "totalCount": total,
        "pageCount": -(-total // listing.limit),
        "pageNumber": listing.offset // listing.limit + 1,
        "offset": listing.offset,
        "limit": listing.limit,
    }


def headers_of(address: str, query: QueryParams, listing: Listing, total: int) -> dict[str, str]:
    """Return the headers that tell of a page; ``address`` is the list's own, without a query."""
    others = [pair for pair in query.multi_items() if pair[0] not in {"limit", "offset"}]
    offsets = _offsets(listing, total)
    links = (
        f'<{address}?{_query(others, listing.limit, offset)}>; rel="{name}"'
        for name, offset in offsets.items()
    )
    return {"X-Total-Count": str(total), "Link": ", ".join(links)}


def _query(others: list[tuple[str, str]], limit: int, offset: int) -> str:
    return urlencode([*others, ("limit", limit), ("offset", offset)], quote_via=quote)


def _offsets(listing: Listing, total: int) -> dict[str, int]:
    limit, offset = listing.limit, listing.offset
    last = max(0, total - 1) // limit * limit
    found = {"first": 0, "last": last}
    if offset + limit < total:
        found["next"] = offset + limit
    if offset > 0:
        found["prev"] = min(max(0, offset - limit), last)
    return found
