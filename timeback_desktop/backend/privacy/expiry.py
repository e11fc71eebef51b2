"""Take away what has been kept long enough, a little at a time.

Every chore looks first without disturbing anybody, and then takes some rows in a transaction of
its own, so that those who write never wait long. Figures by day stay as they are when the
events under them go. Before anything goes it is noted from when on things are complete
(``custody.horizons``): what is older is neither taken in again nor counted anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    exists,
    or_,
    select,
    tuple_,
)

from timeback_desktop.backend.auth.models import access_tokens, sign_ins
from timeback_desktop.backend.custody import horizons, trail
from timeback_desktop.backend.custody.horizons import Kind
from timeback_desktop.backend.custody.trail import PLATFORM, Action, Deed
from timeback_desktop.backend.db.engine import reading, writing
from timeback_desktop.backend.events.models import (
    activities,
    answers,
    app_events,
    contests,
    event_batches,
    insights,
    loose_events,
    reviews,
    time_spent,
)
from timeback_desktop.backend.lti.models import lti_launch_hints
from timeback_desktop.backend.privacy import raw, retention
from timeback_desktop.backend.privacy.giving_way import give_way
from timeback_desktop.backend.privacy.holdings import IDENTITY, NOT_ERASED
from timeback_desktop.backend.progress import service as progress
from timeback_desktop.backend.progress.models import xp_ledger
from timeback_desktop.backend.registry.models import publishers
from timeback_desktop.backend.rollups.days import number_of
from timeback_desktop.backend.rollups.models import (
    day_results,
    day_times,
    group_days,
    group_results,
    group_times,
    student_days,
)
from timeback_desktop.backend.rollups.reading import rolled_zone
from timeback_desktop.backend.roster.models import credential_openings, users
from timeback_desktop.backend.sessions.metadata_models import session_metadata
from timeback_desktop.backend.sessions.models import sessions
from timeback_desktop.backend.signin.models import (
    authorization_codes,
    device_codes,
    invitations,
    sign_in_attempts,
)
from timeback_desktop.clock import local_date, midnight_ms

ROWS_AT_ONCE = 2000
_BATCHES_AT_ONCE = 50

_DETAILS: tuple[tuple[Table, Column[int]], ...] = (
    (time_spent, time_spent.c.started_ms),
    (loose_events, loose_events.c.event_ms),
    (answers, answers.c.event_ms),
    (activities, activities.c.event_ms),
    (app_events, app_events.c.event_ms),
    (sessions, sessions.c.ended_ms),
    (session_metadata, session_metadata.c.modified_ms),
)
_OF_STUDENTS = (day_times, day_results, student_days)
_OF_GROUPS = (group_times, group_results, group_days)
_CODES = (authorization_codes, device_codes, invitations, sign_in_attempts, lti_launch_hints)

EXPIRING: frozenset[Table] = frozenset(
    {
        access_tokens,
        contests,
        credential_openings,
        event_batches,
        insights,
        reviews,
        sign_ins,
        xp_ledger,
        *(table for table, _ in _DETAILS),
        *_OF_STUDENTS,
        *_CODES,
    }
)
LASTING: Mapping[str, str] = {
    **dict.fromkeys(IDENTITY, "kept as long as the person is in the roster"),
    **NOT_ERASED,
    "user_credentials": "kept as long as the person's profile in that app",
    "xp_settled": "one row, of how far the ledger has been worked out",
}
"""Tables with a person in them that do not expire, unless they are among the ones above."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """The instants before which each kind goes: always the beginning of a day of the school."""

    tenant: str
    zone: ZoneInfo
    before_ms: dict[Kind, int]

    def day(self, kind: Kind) -> int:
        """Return the number of the first day that stays."""
        return number_of(local_date(self.before_ms[kind], self.zone))


def cuts(connection: Connection, tenant: str, now_ms: int) -> Cuts:
    """Return what a school's rules mean today."""
    zone = ZoneInfo(rolled_zone(connection, tenant))
    today = local_date(now_ms, zone)
    before = {
        kind: midnight_ms(today - timedelta(days=number), zone)
        for kind, number in retention.days(connection, tenant).items()
    }
    return Cuts(tenant, zone, before)


@dataclass(frozen=True, slots=True)
class Chore:
    """Rows that may go: how to see whether there are any, and how to take some of them."""

    kind: Kind
    name: str
    is_due: Callable[[Connection], bool]
    take: Callable[[Connection, int], int]


def chores(connection: Connection, due: Cuts) -> Iterator[Chore]:
    """Yield everything that there is to be done for a school, in the order in which to do it."""
    yield _events(due)
    yield from _judgements(connection, due)
    for table, column in _DETAILS:
        yield from _by_student(connection, due, Kind.DETAILS, table, column)
    figures = due.day(Kind.FIGURES)
    for table in _OF_STUDENTS:
        yield from _by_student(connection, due, Kind.FIGURES, table, table.c.day, figures)
    yield from _by_student(connection, due, Kind.FIGURES, xp_ledger, xp_ledger.c.at_ms)
    for table in _OF_GROUPS:
        yield _plain(due, Kind.FIGURES, table, table.c.day < figures)
    ended = due.before_ms[Kind.SIGN_INS]
    yield _plain(due, Kind.SIGN_INS, sign_ins, or_(*_over(ended)))
    yield _plain(due, Kind.SIGN_INS, credential_openings, credential_openings.c.opened_ms < ended)
    for table in (*_CODES, access_tokens):
        gone = table.c.expires_ms < due.before_ms[Kind.TOKENS]
        yield _plain(due, Kind.TOKENS, table, gone)


def _over(before_ms: int) -> tuple[ColumnElement[bool], ...]:
    return sign_ins.c.ends_ms < before_ms, sign_ins.c.ended_ms < before_ms


def _events(due: Cuts) -> Chore:
    before_ms = due.before_ms[Kind.EVENTS]
    # Numbers rise with the order of arrival, so the oldest stand first in the index.
    first = (
        select(event_batches)
        .where(event_batches.c.publisher_id == due.tenant)
        .order_by(event_batches.c.id)
    )

    def is_due(connection: Connection) -> bool:
        row = connection.execute(first.limit(1)).one_or_none()
        return row is not None and row.received_ms < before_ms

    def take(connection: Connection, limit: int) -> int:
        rows = connection.execute(first.limit(min(limit, _BATCHES_AT_ONCE))).all()
        old = [row for row in rows if row.received_ms < before_ms]
        return raw.take_batches(connection, due.tenant, old)

    return Chore(Kind.EVENTS, "events", is_due, take)


def _judgements(connection: Connection, due: Cuts) -> Iterator[Chore]:
    """Yield, student by student, the insights that go together with what was said of them."""
    before_ms = due.before_ms[Kind.DETAILS]
    mine = (insights.c.publisher_id == due.tenant, insights.c.at_ms < before_ms)
    for user_id in _students(connection, due, insights, insights.c.at_ms < before_ms):
        yield _judgements_of(due, user_id, and_(*mine, insights.c.user_id == user_id))
    for table in (contests, reviews):
        known = exists().where(
            insights.c.publisher_id == table.c.publisher_id, insights.c.id == table.c.insight_id
        )
        yield _plain(due, Kind.DETAILS, table, and_(table.c.at_ms < before_ms, ~known))


def _judgements_of(due: Cuts, user_id: str, which: ColumnElement[bool]) -> Chore:
    def is_due(connection: Connection) -> bool:
        return connection.scalar(select(insights.c.id).where(which).limit(1)) is not None

    def take(connection: Connection, limit: int) -> int:
        progress.settle(connection, due.tenant, user_id)
        some = select(insights.c.id).where(which).order_by(insights.c.at_ms).limit(min(limit, 500))
        names = list(connection.scalars(some))
        for table, column in ((contests, "insight_id"), (reviews, "insight_id"), (insights, "id")):
            these = (table.c.publisher_id == due.tenant, table.c[column].in_(names))
            connection.execute(delete(table).where(*these))
        progress.hold(connection, due.tenant, user_id)
        return len(names)

    return Chore(Kind.DETAILS, "insights", is_due, take)


def _by_student(  # noqa: PLR0913, PLR0917 - whose, what, and before when
    connection: Connection,
    due: Cuts,
    kind: Kind,
    table: Table,
    column: Column[int],
    before: int | None = None,
) -> Iterator[Chore]:
    """Yield a chore for each student with old rows: the student stands in every key."""
    old = column < (due.before_ms[kind] if before is None else before)
    for user_id in _students(connection, due, table, old):
        yield _plain(due, kind, table, and_(table.c.user_id == user_id, old))


def _students(
    connection: Connection, due: Cuts, table: Table, old: ColumnElement[bool]
) -> list[str]:
    his = (table.c.publisher_id == users.c.publisher_id, table.c.user_id == users.c.id)
    having = exists().where(*his, old)
    return list(
        connection.scalars(select(users.c.id).where(users.c.publisher_id == due.tenant, having))
    )


def _plain(due: Cuts, kind: Kind, table: Table, which: ColumnElement[bool]) -> Chore:
    """Return the chore to take the rows of a school that fit a condition."""
    mine = and_(table.c.publisher_id == due.tenant, which)
    key = list(table.primary_key.columns)

    def is_due(connection: Connection) -> bool:
        return connection.execute(select(*key).where(mine).limit(1)).first() is not None

    def take(connection: Connection, limit: int) -> int:
        some = select(*key).where(mine).limit(limit)
        return connection.execute(delete(table).where(tuple_(*key).in_(some))).rowcount

    return Chore(kind, table.name, is_due, take)


def expire(
    engine: Engine,
    tenant: str,
    now_ms: int,
    *,
    limit: int = ROWS_AT_ONCE,
    pause: Callable[[], bool] = give_way,
) -> dict[str, int]:
    """Take away what a school has kept long enough; return how many rows of each table.

    Between two transactions ``pause`` lets others go first, and says whether to stop here.
    """
    taken: Counter[str] = Counter()
    with reading(engine) as connection:
        due = cuts(connection, tenant, now_ms)
        every = list(chores(connection, due))
    for chore in _steps(engine, every):
        with writing(engine) as connection:
            horizons.move(connection, tenant, chore.kind, due.before_ms[chore.kind])
            taken[chore.name] += chore.take(connection, limit)
        if pause():
            break
    counts = {name: number for name, number in sorted(taken.items()) if number}
    if counts:
        with writing(engine) as connection:
            deed = Deed(action=Action.EXPIRED, actor=PLATFORM, counts=counts)
            trail.write(connection, tenant, deed, now_ms)
    return counts


def _steps(engine: Engine, every: Iterable[Chore]) -> Iterator[Chore]:
    """Yield each chore as often as there is something to take."""
    for chore in every:
        while _is_due(engine, chore):
            yield chore


def _is_due(engine: Engine, chore: Chore) -> bool:
    with reading(engine) as connection:
        return chore.is_due(connection)


def expire_all(
    engine: Engine, now_ms: int, *, pause: Callable[[], bool] = give_way
) -> dict[str, dict[str, int]]:
    """Do so for every school; return what was taken from those in which something was."""
    with reading(engine) as connection:
        tenants = list(connection.scalars(select(publishers.c.id).order_by(publishers.c.id)))
    found = {tenant: expire(engine, tenant, now_ms, pause=pause) for tenant in tenants}
    return {tenant: counts for tenant, counts in found.items() if counts}
