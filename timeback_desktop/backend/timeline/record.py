"""What is on record about a student: stretches of time and answers, as the folds want them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, select

from timeback_desktop.backend.events.facts import AnswerKind
from timeback_desktop.backend.events.models import answers, time_spent
from timeback_desktop.backend.registry.models import application_grants, applications
from timeback_desktop.backend.timeline.questions import Told
from timeback_desktop.backend.timeline.stretches import Stretch, counting
from timeback_desktop.partition import TimeType

LONGEST_STRETCH_MS = 86_400_000
_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose insights are asked for, and of which stretch of time."""

    publisher_id: str
    user_id: str
    from_ms: int | None = None
    to_ms: int | None = None


class _InSession(Protocol):
    @property
    def session_id(self) -> str | None: ...


_T = TypeVar("_T", bound=_InSession)


def app_names(connection: Connection, asked: Asked) -> dict[str, str]:
    """Return the names of the apps that the tenant has made or let in."""
    let_in = select(application_grants.c.application_id).where(
        application_grants.c.publisher_id == asked.publisher_id
    )
    rows = connection.execute(
        select(applications.c.id, applications.c.name).where(
            (applications.c.publisher_id == asked.publisher_id) | applications.c.id.in_(let_in)
        )
    )
    return {row.id: row.name for row in rows}


def time_in(
    connection: Connection, asked: Asked, session_ids: Sequence[str]
) -> defaultdict[str, list[Stretch]]:
    """Return the stretches that count in each of these sessions."""
    mine = [_stretch(row) for row in _in_sessions(connection, time_spent, asked, session_ids)]
    wanted = set(session_ids)
    claimed = [each for each in mine if not each.measured]
    if claimed:
        low = min(each.started_ms for each in claimed)
        high = max(each.ended_ms for each in claimed)
        around = _near(connection, asked, low, high)
        mine += [each for each in around if each.measured and each.session_id not in wanted]
    return _by_session(each for each in counting(mine) if each.session_id in wanted)


def time_between(connection: Connection, asked: Asked, low: int, high: int) -> list[Stretch]:
    """Return the stretches that count and may lie in a range; the caller clips them."""
    return counting(_near(connection, asked, low, high))


def told_near(connection: Connection, asked: Asked, low: int, high: int) -> list[Stretch]:
    """Return every stretch that may lie in a range, whether it counts or not."""
    return _near(connection, asked, low, high)


def answers_by_app(
    connection: Connection, asked: Asked, low: int, high: int
) -> list[tuple[str | None, Told]]:
    """Return what was told about questions in a range, with the app that told it."""
    moment = answers.c.event_ms
    rows = _rows(connection, answers, asked, and_(moment >= low, moment < high))
    return [(row.application_id, _told(row)) for row in rows]


def answers_in(
    connection: Connection, asked: Asked, session_ids: Sequence[str]
) -> defaultdict[str, list[Told]]:
    """Return what was told about questions in each of these sessions."""
    return _by_session(map(_told, _in_sessions(connection, answers, asked, session_ids)))


def _near(connection: Connection, asked: Asked, low: int, high: int) -> list[Stretch]:
    started = time_spent.c.started_ms
    which = and_(started >= low - LONGEST_STRETCH_MS, started < high)
    return [_stretch(row) for row in _rows(connection, time_spent, asked, which)]


def _rows(
    connection: Connection, table: Table, asked: Asked, which: ColumnElement[bool]
) -> Iterable[Row[Any]]:
    return connection.execute(
        select(table).where(
            table.c.publisher_id == asked.publisher_id, table.c.user_id == asked.user_id, which
        )
    )


def _in_sessions(
    connection: Connection, table: Table, asked: Asked, session_ids: Sequence[str]
) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for part in parts_of(session_ids):
        found += _rows(connection, table, asked, table.c.session_id.in_(part))
    return found


def parts_of(identifiers: Sequence[str]) -> list[Sequence[str]]:
    """Cut a list of identifiers into parts that one query can take."""
    starts = range(0, len(identifiers), _IDS_AT_ONCE)
    return [identifiers[start : start + _IDS_AT_ONCE] for start in starts]


def _stretch(row: Row[Any]) -> Stretch:
    return Stretch(
        session_id=row.session_id,
        application_id=row.application_id,
        measured=row.measured,
        type=TimeType(row.type),
        sub_type=row.sub_type,
        started_ms=row.started_ms,
        ms=row.ms,
        subject=row.subject,
    )


def _told(row: Row[Any]) -> Told:
    return Told(
        session_id=row.session_id,
        attempt=row.attempt,
        graded=row.kind == AnswerKind.GRADED,
        correct=row.correct,
        event_ms=row.event_ms,
    )


def _by_session(found: Iterable[_T]) -> defaultdict[str, list[_T]]:
    grouped: defaultdict[str, list[_T]] = defaultdict(list)
    for each in found:
        if each.session_id is not None:
            grouped[each.session_id].append(each)
    return grouped
