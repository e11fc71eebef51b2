"""A student's time, account by account: what goes into the one fold, and what comes out. Pure.

An account is the time of one session in one app, as one side told it: what the desktop
measured and what an app claims are never mixed. Every figure is ``partition.measure`` over
an account's pieces, its overlays and the judgements that a reviewer took back; sums over
accounts are sums of those totals. Where sessions overlap, ``ownership`` gives each
millisecond to one of them, so that a second window never adds time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from timeback_desktop.backend.timeline.stretches import Stretch
from timeback_desktop.clock import local_date, midnight_ms
from timeback_desktop.intervals import Interval, clip, intersect, length, subtract, union
from timeback_desktop.ownership import own
from timeback_desktop.partition import (
    WASTED,
    Mark,
    Piece,
    State,
    TimeType,
    Totals,
    measure,
)

REVIEWED = "attested:reviewed"
"""The subType of time that was work after all: somebody who knows the student said so."""


class Home(NamedTuple):
    """Which account a stretch of time belongs to."""

    session_id: str | None
    application_id: str | None
    measured: bool
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Overturned:
    """A judgement that a reviewer took back: whose, and where it lies."""

    session_id: str | None
    measured: bool
    mark: Mark


@dataclass(frozen=True, slots=True)
class Account:
    """One account: states that add up, overlays that lie on them, and what was taken back."""

    home: Home
    pieces: Sequence[Piece]
    overlays: Sequence[Mark] = ()
    overturned: Sequence[Mark] = ()

    @property
    def totals(self) -> Totals:
        """Fold it."""
        return measure(self.pieces, self.overlays, self.overturned)

    def within(self, from_ms: int, to_ms: int) -> Account:
        """Return the part of it inside a range."""
        cut = [
            (piece, clip([(piece.from_ms, piece.to_ms)], from_ms, to_ms)) for piece in self.pieces
        ]
        return replace(self, pieces=[Piece(p.state, *part) for p, parts in cut for part in parts])


@dataclass(slots=True)
class _Gathered:
    pieces: list[Piece] = field(default_factory=list)
    overlays: list[Mark] = field(default_factory=list)


def open_accounts(
    stretches: Iterable[Stretch], overturned: Iterable[Overturned] = ()
) -> list[Account]:
    """Sort stretches, which abut where they are alike, into accounts."""
    found: dict[Home, _Gathered] = {}
    for each in stretches:
        home = Home(each.session_id, each.application_id, each.measured, each.subject)
        gathered = found.setdefault(home, _Gathered())
        if each.state is not None:
            gathered.pieces.append(Piece(each.state, *each.interval))
        elif each.overlay is not None:
            gathered.overlays.append(Mark(each.overlay, *each.interval))
    taken_back = list(overturned)
    return [
        Account(home, one.pieces, one.overlays, _of(home, taken_back))
        for home, one in found.items()
    ]


def _of(home: Home, overturned: Iterable[Overturned]) -> list[Mark]:
    side = (home.session_id, home.measured)
    return [each.mark for each in overturned if (each.session_id, each.measured) == side]


def _name_of(home: Home) -> str:
    return f"{home.session_id or ''} {home.application_id or ''} {home.measured:d} {home.subject}"


def owned(accounts: Sequence[Account]) -> list[Account]:
    """Give each millisecond to one account."""
    names = {_name_of(account.home): account for account in accounts}
    shares = own({name: account.pieces for name, account in names.items()})
    return [replace(account, pieces=shares[name]) for name, account in names.items()]


def by_day(account: Account, zone: ZoneInfo) -> Iterator[tuple[date, Account]]:
    """Cut an account at local midnights; only days that hold a piece of it are told."""
    days: dict[date, list[Piece]] = {}
    for piece in account.pieces:
        for day, part in _days_of(piece, zone):
            days.setdefault(day, []).append(part)
    for day, pieces in days.items():
        yield day, replace(account, pieces=pieces)


def _days_of(piece: Piece, zone: ZoneInfo) -> Iterator[tuple[date, Piece]]:
    day = local_date(piece.from_ms, zone)
    start = piece.from_ms
    while start < piece.to_ms:
        day_after = day + timedelta(days=1)
        end = min(piece.to_ms, midnight_ms(day_after, zone))
        if start < end:
            yield day, Piece(piece.state, start, end)
        start, day = end, day_after


def total_of(accounts: Iterable[Account], *, asleep_ms: int = 0) -> Totals | None:
    """Add accounts up; ``None`` when nothing was measured.

    ``asleep_ms`` is sleep of which only the length is known.
    """
    measured = [account for account in accounts if account.pieces]
    if not measured and not asleep_ms:
        return None
    sleep = Totals.fold([(State.SUSPENDED, asleep_ms)] if asleep_ms else ())
    return sum((account.totals for account in measured), sleep)


def asleep(account: Account, span: Interval, asleep_ms: int, *, beside: Iterable[Piece]) -> Account:
    """Lay sleep into the gaps of a session: it is told by its length only, once, at the end.

    ``beside`` are all pieces of the session.
    """
    gaps = subtract(union([span]), union((p.from_ms, p.to_ms) for p in beside))
    left, laid = asleep_ms, []
    for start, end in gaps:
        taken = min(left, end - start)
        if taken > 0:
            laid.append(Piece(State.SUSPENDED, start, start + taken))
            left -= taken
    return replace(account, pieces=[*account.pieces, *laid])


def settled(stretches: Iterable[Stretch], overturned: Sequence[Overturned]) -> Iterator[Stretch]:
    """Return stretches as they read after the reviews: for a strip that shows the figures."""
    for each in stretches:
        home = Home(each.session_id, each.application_id, each.measured)
        kind = each.overlay if each.state is None else each.state
        back = union(m.interval for m in _of(home, overturned) if m.kind is kind)
        if not back or (each.state is not None and each.state not in WASTED):
            yield each
            continue
        parts = [(part, each) for part in subtract([each.interval], back)]
        if each.state is not None:
            work = replace(each, type=TimeType.ACTIVE, sub_type=REVIEWED)
            parts += [(part, work) for part in intersect([each.interval], back)]
        for (start, end), read in sorted(parts, key=lambda part: part[0]):
            yield replace(read, started_ms=start, ms=length([(start, end)]))
