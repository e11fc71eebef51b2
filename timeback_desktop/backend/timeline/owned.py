"""A student's one timeline: no millisecond in two accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from timeback_desktop.backend.sessions.span import SessionSpan
from timeback_desktop.backend.timeline import accounts, record, stretches
from timeback_desktop.backend.timeline.accounts import Account, Home
from timeback_desktop.backend.timeline.overturned import overturned_between
from timeback_desktop.backend.timeline.record import Asked
from timeback_desktop.backend.timeline.stretches import Stretch


def asleep_ms(span: SessionSpan) -> int:
    """Return how much of a session the machine slept."""
    return (span.closing.suspended_ms or 0) if span.closing else 0


def owned_time(
    connection: Connection, asked: Asked, spans: Sequence[SessionSpan], low: int, high: int
) -> list[Account]:
    """Return the student's one timeline inside a range: no millisecond in two accounts.

    ``spans`` are the sessions that touch the range.
    """
    slept = {span.id: span for span in spans if asleep_ms(span)}
    near = record.time_between(connection, asked, low, high)
    # Sleep is laid into the gaps of a session, which only shows where all of it is known.
    whole = record.time_in(connection, asked, list(slept))
    time = [each for each in near if each.session_id not in slept]
    time += [each for found in whole.values() for each in found]
    back = overturned_between(connection, asked, low, high)
    opened = accounts.open_accounts(stretches.joined(sorted(time, key=_by_account)), back)
    told = {account.home.session_id for account in opened}
    opened += [
        Account(Home(span.id, span.application_id, measured=True), ())
        for span in slept.values()
        if span.id not in told
    ]
    laid = list(_with_sleep(opened, slept))
    inside = (account.within(low, high) for account in accounts.owned(laid))
    return [account for account in inside if account.pieces]


def _by_account(stretch: Stretch) -> tuple[str, str, bool, int]:
    session, app = stretch.session_id or "", stretch.application_id or ""
    return session, app, stretch.measured, stretch.started_ms


def _with_sleep(opened: Sequence[Account], slept: Mapping[str, SessionSpan]) -> Iterator[Account]:
    """Lay the sleep of each session into its gaps, once, whatever its subjects are."""
    left = dict(slept)
    for account in opened:
        span = left.pop(account.home.session_id or "", None) if account.home.measured else None
        if span is None:
            yield account
            continue
        pieces = [
            piece
            for each in opened
            if each.home.session_id == span.id and each.home.measured
            for piece in each.pieces
        ]
        within = (span.started_ms, span.ended_ms)
        yield accounts.asleep(account, within, asleep_ms(span), beside=pieces)
