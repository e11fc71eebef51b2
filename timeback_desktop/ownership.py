"""Whose millisecond it is when two windows, or two devices, of one student are open at once.

One student has one timeline, so a second window never adds time. With only states known,
the state tells how late the last human evidence was: work beats reading or watching, that
beats being on the way, and any of them beats a window where nobody is. Between equals the
session that started later has it: that is where the student went.

Sessions compete with each other, never with themselves: the pieces of one session come from
one machine that measured them one after the other, whatever its wall clock said meanwhile.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import islice

from timeback_desktop.intervals import Interval
from timeback_desktop.partition import Piece, State

_RANK = {State.ON_TASK: 0, State.PASSIVE_OK: 1, State.TRANSIT: 2}
_NOBODY = 3


@dataclass(frozen=True, slots=True, order=True)
class _Claim:
    """One session's claim to the time of one piece; the least claim wins."""

    rank: int
    before: int  # minus the start of its session: the later one is less
    session: str
    to_ms: int


def own(sessions: Mapping[str, Sequence[Piece]]) -> dict[str, list[Piece]]:
    """Return the pieces of each session that are its own: no two sessions share an instant.

    All times are labels on one axis. What is returned covers exactly what was given; a
    session that meets no other keeps its pieces as they are.
    """
    won: dict[str, list[Interval]] = {session: [] for session in sessions}
    for session, start, end in _holders(_claims(sessions)):
        abuts = won[session] and won[session][-1][1] == start
        won[session].append((won[session].pop()[0] if abuts else start, end))
    return {
        session: [part for piece in pieces for part in _inside(piece, won[session])]
        for session, pieces in sessions.items()
    }


def _claims(sessions: Mapping[str, Sequence[Piece]]) -> list[tuple[int, _Claim]]:
    """Return every claim with where it begins, in that order."""
    found: list[tuple[int, _Claim]] = []
    for session, given in sessions.items():
        pieces = [piece for piece in given if piece.from_ms < piece.to_ms]
        before = -min((piece.from_ms for piece in pieces), default=0)
        for piece in pieces:
            claim = _Claim(_RANK.get(piece.state, _NOBODY), before, session, piece.to_ms)
            found.append((piece.from_ms, claim))
    return sorted(found)


def _holders(claims: Sequence[tuple[int, _Claim]]) -> Iterator[tuple[str, int, int]]:
    """Sweep over time and yield who holds it, from when to when."""
    edges = sorted({at for start, claim in claims for at in (start, claim.to_ms)})
    open_now: list[_Claim] = []
    arriving = 0
    holder: _Claim | None = None
    since = 0
    for edge in edges:
        while arriving < len(claims) and claims[arriving][0] <= edge:
            heappush(open_now, claims[arriving][1])
            arriving += 1
        while open_now and open_now[0].to_ms <= edge:
            heappop(open_now)
        best = open_now[0] if open_now else None
        if best is not holder:
            if holder is not None:
                yield holder.session, since, edge
            holder, since = best, edge


def _inside(piece: Piece, won: Sequence[Interval]) -> Iterator[Piece]:
    """Yield the parts of a piece that lie in what its session won."""
    at = bisect_right(won, piece.from_ms, key=lambda interval: interval[0])
    for start, end in islice(won, max(0, at - 1), None):
        if start >= piece.to_ms:
            return
        from_ms, to_ms = max(start, piece.from_ms), min(end, piece.to_ms)
        if from_ms < to_ms:
            yield Piece(piece.state, from_ms, to_ms)
