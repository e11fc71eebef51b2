"""The states of a student's time, their names on the wire, and the one fold over them.

At every millisecond of a session exactly one state holds, so states add up to the span.
Overlays (anti-patterns) lie over the states and are never added to them. Every number
that a person sees, in the window, on the command line or from the Insights API, is a
property of :class:`Totals`; nothing else computes one. All values are integer
milliseconds; rounding happens at display, by :func:`whole_seconds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from timeback_desktop.intervals import Interval, intersect, length, overlap_ms, subtract, union

MIN_COUNTED_FOR_WASTE_MS = 5 * 60_000


class State(StrEnum):
    """The base states: one, and only one, holds at each millisecond of a session."""

    ON_TASK = "on_task"
    PASSIVE_OK = "passive_ok"
    TRANSIT = "transit"
    IDLE = "idle"
    AWAY = "away"
    PAUSED = "paused"
    OFF_APP = "off_app"
    OFF_SITE = "off_site"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


class TimeType(StrEnum):
    """The five types of TimeBack's TimeSpentEvent: a closed set."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    WASTE = "waste"
    UNKNOWN = "unknown"
    ANTI_PATTERN = "anti-pattern"


class Overlay(StrEnum):
    """The anti-patterns: each lies over the states as intervals and is never added to them."""

    RUSHING = "rushing"
    SKIPPED_EXPLANATION = "skipped_explanation"
    TOPIC_HOPPING = "topic_hopping"
    NOT_ANSWERING = "not_answering"
    ANSWER_PATTERN = "answer_pattern"
    TAB_FLIPPING = "tab_flipping"
    EXTERNAL_HELP = "external_help"
    SIMULATED_INPUT = "simulated_input"


HABITS = frozenset(
    {
        Overlay.RUSHING,
        Overlay.SKIPPED_EXPLANATION,
        Overlay.TOPIC_HOPPING,
        Overlay.ANSWER_PATTERN,
        Overlay.TAB_FLIPPING,
        Overlay.EXTERNAL_HELP,
    }
)
"""Overlays whose engaged time was not productive.

``not_answering`` may be somebody who needs help, which is never waste; under
``simulated_input`` the time is idle already and must not be charged twice.
"""

ENGAGED = frozenset({State.ON_TASK, State.PASSIVE_OK, State.TRANSIT})
NOT_COUNTED = frozenset({State.SUSPENDED, State.PAUSED, State.UNKNOWN})
WASTED = frozenset({State.IDLE, State.AWAY, State.OFF_APP, State.OFF_SITE})

WIRE_TYPE: Mapping[State, TimeType | None] = MappingProxyType(
    {
        State.ON_TASK: TimeType.ACTIVE,
        State.PASSIVE_OK: TimeType.ACTIVE,
        State.TRANSIT: TimeType.ACTIVE,
        State.IDLE: TimeType.INACTIVE,
        State.AWAY: TimeType.INACTIVE,
        State.PAUSED: TimeType.INACTIVE,
        State.OFF_APP: TimeType.WASTE,
        State.OFF_SITE: TimeType.WASTE,
        State.UNKNOWN: TimeType.UNKNOWN,
        State.SUSPENDED: None,  # a sleeping machine spends nobody's time: not emitted
    }
)
"""What each state is called in a TimeSpentEvent; ``None`` is not emitted."""

_BY_SUBTYPE: Mapping[tuple[TimeType, str], State] = MappingProxyType(
    {
        (TimeType.ACTIVE, "video"): State.PASSIVE_OK,
        (TimeType.ACTIVE, "reading"): State.PASSIVE_OK,
        (TimeType.ACTIVE, "listening"): State.PASSIVE_OK,
        (TimeType.ACTIVE, "attested"): State.PASSIVE_OK,
        (TimeType.ACTIVE, "transit"): State.TRANSIT,
        (TimeType.INACTIVE, "away"): State.AWAY,
        (TimeType.INACTIVE, "locked"): State.AWAY,
        (TimeType.INACTIVE, "paused"): State.PAUSED,
        (TimeType.INACTIVE, "break"): State.PAUSED,
        (TimeType.WASTE, "off_app"): State.OFF_APP,
        (TimeType.WASTE, "off_site"): State.OFF_SITE,
    }
)
_BY_TYPE: Mapping[TimeType, State | None] = MappingProxyType(
    {
        TimeType.ACTIVE: State.ON_TASK,
        TimeType.INACTIVE: State.IDLE,
        TimeType.WASTE: State.OFF_APP,
        TimeType.UNKNOWN: State.UNKNOWN,
        TimeType.ANTI_PATTERN: None,
    }
)

DEFAULT_DETAIL: Mapping[State, str | None] = MappingProxyType(
    {
        State.ON_TASK: None,
        State.PASSIVE_OK: "reading",
        State.TRANSIT: "transit",
        State.IDLE: "idle",
        State.AWAY: "away",
        State.PAUSED: "paused",
        State.OFF_APP: "off_app",
        State.OFF_SITE: "off_site",
        State.UNKNOWN: "unknown",
        State.SUSPENDED: None,
    }
)
"""The subType that a state carries on the wire when the signal tells no finer one."""


def state_of(time_type: TimeType, sub_type: str | None) -> State | None:
    """Return the state that a TimeSpent metric names; ``None`` for an overlay.

    A subType may be refined after a colon (``off_app:game``). One that we do not know
    falls back to the plainest state of its type.
    """
    head = (sub_type or "").partition(":")[0]
    return _BY_SUBTYPE.get((time_type, head), _BY_TYPE[time_type])


def whole_seconds(ms: int) -> int:
    """Round milliseconds to seconds, halves up: the only rounding rule there is."""
    return (ms + 500) // 1000


@dataclass(frozen=True, slots=True)
class Totals:
    """Milliseconds by state, and every figure that follows from them.

    ``habit_ms`` is the length of engaged time covered by the union of habit overlays.
    """

    by_state: Mapping[State, int] = field(default_factory=dict)
    habit_ms: int = 0

    @classmethod
    def fold(cls, stretches: Iterable[tuple[State, int]], *, habit_ms: int = 0) -> Self:
        """Add up (state, milliseconds) stretches."""
        sums: dict[State, int] = {}
        for state, ms in stretches:
            sums[state] = sums.get(state, 0) + ms
        return cls(by_state=sums, habit_ms=habit_ms)

    def __add__(self, other: Totals) -> Totals:
        """Return the totals of both."""
        pairs = [*self.by_state.items(), *other.by_state.items()]
        return Totals.fold(pairs, habit_ms=self.habit_ms + other.habit_ms)

    def _sum(self, states: frozenset[State]) -> int:
        return sum(ms for state, ms in self.by_state.items() if state in states)

    @property
    def span_ms(self) -> int:
        """Everything, from the first millisecond to the last."""
        return sum(self.by_state.values())

    @property
    def counted_ms(self) -> int:
        """The span without sleep, pauses and what could not be seen."""
        return self.span_ms - self._sum(NOT_COUNTED)

    @property
    def engaged_ms(self) -> int:
        """Time on task: working, reading or watching, or on the way."""
        return self._sum(ENGAGED)

    def spent_ms(self, time_type: TimeType) -> int:
        """Return the time that the wire calls by this type; overlays are in none of them."""
        return sum(ms for state, ms in self.by_state.items() if WIRE_TYPE[state] is time_type)

    @property
    def productive_ms(self) -> int:
        """Engaged time that no habit overlay covers."""
        return self.engaged_ms - self.habit_ms

    @property
    def waste_ms(self) -> int:
        """Idle, away, off the app, off the site, and engaged time under a habit overlay."""
        return self._sum(WASTED) + self.habit_ms

    @property
    def waste_share(self) -> float | None:
        """Waste over counted time, 0 to 1; ``None`` while too little was counted to say."""
        if self.counted_ms < MIN_COUNTED_FOR_WASTE_MS:
            return None
        return self.waste_ms / self.counted_ms

    def as_wire(self) -> dict[str, object]:
        """Return the JSON shape shared by the Insights API, the CLI and exports.

        Keys ending in ``_s`` are whole seconds; ``states`` are exact milliseconds.
        """
        share = self.waste_share
        return {
            "span_s": whole_seconds(self.span_ms),
            "counted_s": whole_seconds(self.counted_ms),
            "engaged_s": whole_seconds(self.engaged_ms),
            "productive_s": whole_seconds(self.productive_ms),
            "waste_s": whole_seconds(self.waste_ms),
            "waste_share": None if share is None else round(share, 4),
            "states": {str(s): self.by_state[s] for s in State if self.by_state.get(s)},
        }


@dataclass(frozen=True, slots=True)
class Piece:
    """One state over ``[from_ms, to_ms)``."""

    state: State
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Mark:
    """An overlay, or a judgement of a state, over ``[from_ms, to_ms)``."""

    kind: Overlay | State
    from_ms: int
    to_ms: int

    @property
    def interval(self) -> Interval:
        """Where it lies."""
        return self.from_ms, self.to_ms


def settle(pieces: Iterable[Piece], overturned: Iterable[Mark]) -> list[Piece]:
    """Return the pieces as they read once the overturned judgements are taken back.

    Wasted time that was judged wrongly was work without a touch: ``passive_ok``.
    """
    taken_back: dict[State, list[Interval]] = {}
    for mark in overturned:
        if isinstance(mark.kind, State) and mark.kind in WASTED:
            taken_back.setdefault(mark.kind, []).append(mark.interval)
    cuts = {state: union(intervals) for state, intervals in taken_back.items()}
    settled: list[Piece] = []
    for piece in pieces:
        cut = cuts.get(piece.state)
        whole = [(piece.from_ms, piece.to_ms)]
        if cut is None or piece.to_ms <= piece.from_ms:
            settled.append(piece)
            continue
        parts = [Piece(State.PASSIVE_OK, *each) for each in intersect(whole, cut)]
        parts += [Piece(piece.state, *each) for each in subtract(whole, cut)]
        settled.extend(sorted(parts, key=lambda part: part.from_ms))
    return settled


def measure(
    pieces: Iterable[Piece], overlays: Iterable[Mark] = (), overturned: Iterable[Mark] = ()
) -> Totals:
    """Fold pieces and overlays of one session into its totals: the formulas of the product.

    ``overturned`` names judgements that a reviewer took back: an overlay mark hides the
    overlays of its kind where it lies, a state mark turns that waste into work. Pieces may
    be windows of any length; offsets and labels serve alike, if they are of one kind.
    """
    taken_back = list(overturned)
    settled = settle(pieces, taken_back)
    habits: list[Interval] = []
    marks = list(overlays)
    for kind in HABITS:
        lies = union(mark.interval for mark in marks if mark.kind is kind)
        gone = union(mark.interval for mark in taken_back if mark.kind is kind)
        habits += subtract(lies, gone)
    engaged = union((p.from_ms, p.to_ms) for p in settled if p.state in ENGAGED)
    return Totals.fold(
        ((p.state, length([(p.from_ms, p.to_ms)])) for p in settled),
        habit_ms=overlap_ms(engaged, union(habits)),
    )
