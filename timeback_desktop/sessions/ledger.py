"""What an open session adds up to: the product's one fold, kept current tick by tick.

The session card folds UTC labels, so this does too: when the wall clock was set in
mid-session, the bar and the card still say the same. A verdict that lies over such a step
is cut there, because no label could say both of its sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from timeback_desktop.intervals import Interval, clip, length, union
from timeback_desktop.partition import ENGAGED, Mark, Piece, State, Totals, measure, settle
from timeback_desktop.presence.segments import Segment
from timeback_desktop.sessions.verdicts import Judgement
from timeback_desktop.waste.verdict import Verdict

Bases = list[tuple[int, int]]
"""(offset, label of offset 0), one for each time that the wall clock was set."""


class Ledger:
    """The final segments of one session and the judgements over them.

    Milliseconds by state add up piece by piece, and habits only ask where time was engaged,
    which is a short list however long the day: so a tick costs the same at noon as at eight.
    """

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._bases: Bases = []
        self._overlays: list[Mark] = []
        self._overturned: list[Mark] = []
        self._states = Totals()
        self._engaged: list[Interval] = []
        self.to_ms = 0

    def add(self, segments: Sequence[Segment]) -> None:
        """Take in what became final."""
        for segment in segments:
            _note_base(self._bases, segment)
            _append(self._pieces, segment)
            self.to_ms = segment.to_ms
        if segments:
            self._count(_pieces(segments))

    def judge(self, judgements: Iterable[Judgement]) -> None:
        """Take in every judgement as it stands now."""
        known = list(judgements)
        self._overlays = _marks(each.mark for each in known)
        self._overturned = _marks(each.mark for each in known if each.overturned)
        self._states, self._engaged = Totals(), []
        self._count(self._pieces)

    def totals(
        self, open_segments: Sequence[Segment] = (), open_judgements: Sequence[Judgement] = ()
    ) -> Totals:
        """Fold everything, what is open as it looks now."""
        tail = _pieces(open_segments)
        overlays = self._overlays + _marks(each.mark for each in open_judgements)
        gone = _marks(each.mark for each in open_judgements if each.overturned)
        if gone:
            return measure([*self._pieces, *tail], overlays, self._overturned + gone)
        states = self._states + measure(tail, (), self._overturned)
        engaged = union([*self._engaged, *self._engaged_in(tail)])
        worked = (Piece(State.ON_TASK, *each) for each in engaged)
        habits = measure(worked, overlays, self._overturned)
        return Totals(states.by_state, habits.habit_ms)

    def engaged_ms(self, verdict: Verdict) -> int:
        """Return how much of a verdict's stretch was time on task."""
        start = verdict.started_at_ms
        return length(clip(self._engaged, start, start + verdict.ms))

    def cut(self, verdict: Verdict, open_segments: Sequence[Segment] = ()) -> tuple[Verdict, ...]:
        """Return the part of a verdict within the session, cut where the wall clock was set."""
        end = open_segments[-1].to_ms if open_segments else self.to_ms
        return tuple(_parts(verdict, self._bases_with(open_segments), end))

    def _bases_with(self, open_segments: Sequence[Segment]) -> Bases:
        bases = self._bases[:]
        for segment in open_segments:
            _note_base(bases, segment)
        return bases

    def _count(self, pieces: Sequence[Piece]) -> None:
        self._states += measure(pieces, (), self._overturned)
        self._engaged = union([*self._engaged, *self._engaged_in(pieces)])

    def _engaged_in(self, pieces: Sequence[Piece]) -> list[Interval]:
        settled = settle(pieces, self._overturned)
        return [(piece.from_ms, piece.to_ms) for piece in settled if piece.state in ENGAGED]


def _note_base(bases: Bases, segment: Segment) -> None:
    base = segment.started_at_ms - segment.from_ms
    if not bases or bases[-1][1] != base:
        bases.append((segment.from_ms, base))


def _append(pieces: list[Piece], segment: Segment) -> None:
    start = segment.started_at_ms
    last = pieces[-1] if pieces else None
    if last is not None and (last.state, last.to_ms) == (segment.state, start):
        pieces[-1] = Piece(last.state, last.from_ms, start + segment.ms)
    else:
        pieces.append(Piece(segment.state, start, start + segment.ms))


def _pieces(segments: Iterable[Segment]) -> list[Piece]:
    pieces: list[Piece] = []
    for segment in segments:
        _append(pieces, segment)
    return pieces


def _marks(marks: Iterable[Mark | None]) -> list[Mark]:
    return [mark for mark in marks if mark is not None]


def _parts(verdict: Verdict, bases: Bases, end: int) -> Iterator[Verdict]:
    ends = [offset for offset, _ in bases[1:]] + [end]
    for (offset, base), until in zip(bases, ends, strict=False):  # no bases: no session yet
        start, stop = max(verdict.from_ms, offset), min(verdict.to_ms, until)
        if start < stop:
            yield replace(verdict, from_ms=start, to_ms=stop, started_at_ms=base + start)
