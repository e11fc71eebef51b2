"""Stored events in pages, the latest to arrive first.

Events lie in batches, so a page is found by counting them, first by day and then one by one
in the day on which it begins; only those that it shows are opened. The order is that of
arrival, because only there nothing comes in between later; the time that is asked for is the
events' own. A batch that lies across an end of that time is opened to count what of it is
asked for: there are as many of those as students were sending at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from timeback_desktop.backend.events import archive
from timeback_desktop.backend.events.archive import Kept
from timeback_desktop.backend.events.models import event_batches
from timeback_desktop.clock import parse_iso_utc

_AT_ONCE = 500
_A_DAY = 16 * 86_400_000  # batches are numbered by the time of their arrival, 16 a millisecond
_BATCH = event_batches.c


@dataclass(frozen=True, slots=True)
class Sought:
    """Which of a tenant's events are asked for; ``None`` asks for all, ``to_ms`` is not in it.

    ``people`` are students; ``application_id`` is the app that batches are about as a whole.
    """

    publisher_id: str
    people: Sequence[str] | None = None
    application_id: str | None = None
    sensor: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """Return the condition on batches in which there may be some of them."""
        wanted = [_BATCH.publisher_id == self.publisher_id]
        if self.people is not None:
            wanted.append(_BATCH.user_id.in_(self.people))
        if self.application_id is not None:
            wanted.append(_BATCH.application_id == self.application_id)
        if self.sensor is not None:
            wanted.append(_BATCH.sensor == self.sensor)
        if self.from_ms is not None:
            wanted.append(_BATCH.last_ms >= self.from_ms)
        if self.to_ms is not None:
            wanted.append(_BATCH.first_ms < self.to_ms)
        return and_(*wanted)

    @property
    def across(self) -> ColumnElement[bool] | None:
        """Return the condition on those batches that are asked for in part, if any can be."""
        ends = []
        if self.from_ms is not None:
            ends.append(_BATCH.first_ms < self.from_ms)
        if self.to_ms is not None:
            ends.append(_BATCH.last_ms >= self.to_ms)
        return and_(self.condition, or_(*ends)) if ends else None

    def takes(self, kept: Kept) -> bool:
        """Tell whether an event of such a batch happened in the time asked for."""
        if self.from_ms is None and self.to_ms is None:
            return True
        at = happened_ms(kept)
        after = self.from_ms is None or at >= self.from_ms
        return after and (self.to_ms is None or at < self.to_ms)


class _Moment(msgspec.Struct):
    event_time: str = msgspec.field(name="eventTime")


_MOMENT = msgspec.json.Decoder(_Moment)


def happened_ms(kept: Kept) -> int:
    """Return when an event happened, by our clock."""
    return parse_iso_utc(_MOMENT.decode(kept.raw).event_time) - kept.ahead_ms


def page(connection: Connection, sought: Sought, limit: int, offset: int) -> tuple[list[Kept], int]:
    """Return one page of events, and how many there are in all."""
    parts = _parts(connection, sought)
    days = _days(connection, sought, parts)
    total = sum(days.values())
    if offset >= total:
        return [], total
    for day in sorted(days, reverse=True):
        if offset < days[day]:
            break
        offset -= days[day]
    batch_ids: list[int] = []
    wanted = offset + limit
    for batch_id, kept in _counts_below(connection, sought, (day + 1) * _A_DAY, parts):
        if not batch_ids and offset >= kept:
            offset, wanted = offset - kept, wanted - kept
            continue
        batch_ids.append(batch_id)
        wanted -= kept
        if wanted <= 0:
            break
    return _opened(connection, sought, batch_ids)[offset : offset + limit], total


@dataclass(frozen=True, slots=True)
class _Part:
    """How many of the events of a batch are asked for, and how many it has."""

    asked: int
    all: int


def _parts(connection: Connection, sought: Sought) -> dict[int, _Part]:
    """Count the batches that are asked for in part."""
    across = sought.across
    if across is None:
        return {}
    found: dict[int, _Part] = {}
    result = connection.execute(select(event_batches).where(across))
    for rows in result.partitions(_AT_ONCE):
        for row in rows:
            asked = sum(map(sought.takes, archive.kept_in(row)))
            found[row.id] = _Part(asked, row.events)
    return found


def _days(connection: Connection, sought: Sought, parts: Mapping[int, _Part]) -> dict[int, int]:
    """Count the events asked for by the day of their batches' numbers."""
    day = _BATCH.id // _A_DAY
    rows = connection.execute(
        select(day, func.sum(_BATCH.events)).where(sought.condition).group_by(day)
    )
    days = {int(row[0]): int(row[1]) for row in rows}
    for batch_id, part in parts.items():
        days[batch_id // _A_DAY] += part.asked - part.all
    return days


def _counts_below(
    connection: Connection, sought: Sought, below: int, parts: Mapping[int, _Part]
) -> Iterator[tuple[int, int]]:
    """Yield the batches before a number, the latest first, with what is asked for of each."""
    while True:
        rows = connection.execute(
            select(_BATCH.id, _BATCH.events)
            .where(sought.condition, _BATCH.id < below)
            .order_by(_BATCH.id.desc())
            .limit(_AT_ONCE)
        ).all()
        for batch_id, events in rows:
            yield batch_id, parts[batch_id].asked if batch_id in parts else events
        if len(rows) < _AT_ONCE:
            return
        below = rows[-1].id


def _opened(connection: Connection, sought: Sought, batch_ids: Iterable[int]) -> list[Kept]:
    found: list[Kept] = []
    for row in reversed(archive.batches(connection, sought.publisher_id, batch_ids)):
        found += reversed([each for each in archive.kept_in(row) if sought.takes(each)])
    return found
