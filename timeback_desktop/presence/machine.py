"""The presence machine: ticks in, segments that abut out.

The machine is pure: it is handed stamps and reads no clock. What a tick saw is decided at
once where it can be (*live*), and stays open where only the future can tell: a quiet
stretch is work if the hand comes back in time and idle, back-dated, if it does not; an
excursion is free if it is short and charged from its first second if it is not. Segments
are handed out only when nothing can change them any more, so an event that was sent is
never taken back. Offsets are half-open, in integer milliseconds from the session's start,
measured by the monotonic clock; the wall clock only labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from timeback_desktop.clock import Stamp
from timeback_desktop.partition import State, Totals
from timeback_desktop.presence.signal import Context, Media, PageFacts, Surface, Tick
from timeback_desktop.presence.thresholds import Thresholds

_LOST_DETAIL = {State.SUSPENDED: None, State.UNKNOWN: "stall"}

WINDOW_MS = 15_000
"""No segment is longer than the TimeSpent window of the TimeBack SDK."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One state over ``[from_ms, to_ms)`` of a session; ``started_at_ms`` is its UTC label."""

    state: State
    detail: str | None
    from_ms: int
    to_ms: int
    started_at_ms: int

    @property
    def ms(self) -> int:
        """The length."""
        return self.to_ms - self.from_ms

    def windows(self) -> tuple[Segment, ...]:
        """Return the segment cut into pieces no longer than a window."""
        return tuple(
            replace(
                self,
                from_ms=cut,
                to_ms=min(cut + WINDOW_MS, self.to_ms),
                started_at_ms=self.started_at_ms + cut - self.from_ms,
            )
            for cut in range(self.from_ms, self.to_ms, WINDOW_MS)
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """An open stretch; ``doubtful`` ones may still turn idle. ``base_ms`` labels offset 0."""

    state: State
    detail: str | None
    from_ms: int
    to_ms: int
    base_ms: int
    doubtful: bool

    def says_the_same_as(self, other: _Run) -> bool:
        mine = (self.state, self.detail, self.base_ms, self.doubtful)
        return mine == (other.state, other.detail, other.base_ms, other.doubtful)

    def segment(self, to_ms: int) -> Segment:
        return Segment(self.state, self.detail, self.from_ms, to_ms, self.base_ms + self.from_ms)


class PresenceMachine:
    """Decide what each millisecond of one session was.

    ``live`` is what is known now, ``open_segments`` what is not final yet, ``totals`` both
    with everything final. ``expiry`` is set once the session should end, to the offset
    at which it ended.
    """

    def __init__(self, start: Stamp, thresholds: Thresholds | None = None) -> None:
        self._limits = thresholds or Thresholds()
        self._start = start
        self._last = start
        self._base_ms = start.utc_ms
        self._open: list[_Run] = []
        self._final = Totals()
        self._sign = 0  # the last moment that stands on firm ground
        self._hand = 0  # the last moment that a person was seen to do something
        self._idle = False
        self._paused_since: int | None = None
        self._off_since: int | None = None
        self._loading_since: int | None = None
        self._path_before = 0
        self.live: tuple[State, str | None] = (State.ON_TASK, None)
        self.expiry: int | None = None

    @property
    def elapsed_ms(self) -> int:
        """The offset of the last stamp seen."""
        return self._last.mono_ms - self._start.mono_ms

    @property
    def paused(self) -> bool:
        """Whether the session is paused."""
        return self._paused_since is not None

    @property
    def open_segments(self) -> tuple[Segment, ...]:
        """What is not final yet, as it would be if the program stopped here."""
        return tuple(run.segment(run.to_ms) for run in self._open)

    @property
    def totals(self) -> Totals:
        """Everything so far, open stretches as they look now."""
        return self._final + Totals.fold((run.state, run.to_ms - run.from_ms) for run in self._open)

    def tick(self, tick: Tick) -> tuple[Segment, ...]:
        """Take in what one sample saw since the last; return what became final.

        A stamp that does not advance is dropped: no negative interval can arise.
        """
        now = tick.stamp.mono_ms - self._start.mono_ms
        if now <= self.elapsed_ms or self.expiry is not None:
            return ()
        lost = self._lost(tick)
        if lost is State.SUSPENDED and now - self.elapsed_ms >= self._limits.timeout:
            self.expiry = self.elapsed_ms
            return ()
        if lost is not None:
            self._firm(lost, _LOST_DETAIL[lost], now)
        else:
            self._observe(tick, now)
        self._advance(tick.stamp)
        self._expire()
        return self._release(self._horizon())

    def pause(self, stamp: Stamp) -> tuple[Segment, ...]:
        """Stop counting at ``stamp``; the press itself is a sign of the person."""
        self._bridge(stamp)
        self._paused_since = self.elapsed_ms
        self._leave_work()
        self.live = (State.PAUSED, "paused")
        return self._release(self.elapsed_ms)

    def resume(self, stamp: Stamp) -> tuple[Segment, ...]:
        """Count again from ``stamp`` on."""
        self._bridge(stamp)
        self._paused_since = None
        self.live = (State.ON_TASK, None)
        return self._release(self.elapsed_ms)

    def close(self, stamp: Stamp | None = None) -> tuple[Segment, ...]:
        """End the session at ``stamp``, or at ``expiry``; return everything still open."""
        if self.expiry is None and stamp is not None:
            self._bridge(stamp)
        end = self.elapsed_ms if self.expiry is None else self.expiry
        self._open = [
            replace(run, to_ms=min(run.to_ms, end)) for run in self._open if run.from_ms < end
        ]
        segments: list[Segment] = []
        for run in self._open:
            segments.extend(run.segment(run.to_ms).windows())
        self._open.clear()
        self._final += Totals.fold((s.state, s.ms) for s in segments)
        return tuple(segments)

    # What one interval was ----------------------------------------------------------

    def _lost(self, tick: Tick) -> State | None:
        gap = tick.stamp.mono_ms - self._last.mono_ms
        slept = gap - (tick.stamp.awake_ms - self._last.awake_ms)
        if slept > self._limits.sleep or (tick.power.suspended and gap > self._limits.sleep):
            return State.SUSPENDED
        if gap > self._limits.stall and not self.paused:
            return State.UNKNOWN
        return None

    def _observe(self, tick: Tick, now: int) -> None:
        page = tick.page
        if self.paused:
            self._firm(State.PAUSED, "paused", now)
        elif tick.power.locked:
            self._firm(State.AWAY, "locked", now)
        elif tick.surface is Surface.OTHER_PROGRAM:
            self._excursion(State.OFF_APP, now)
        elif tick.surface is Surface.OTHER_SITE:
            self._excursion(State.OFF_SITE, now)
        elif self._is_playing(page, now):
            self._media(tick, now)
        else:
            self._work(tick, now)

    def _is_playing(self, page: PageFacts | None, now: int) -> bool:
        playing = page is not None and page.visible and page.media is Media.PLAYING
        return playing and now - self._hand <= self._limits.media_check

    def _media(self, tick: Tick, now: int) -> None:
        """Count watching as work; its end, not the last touch, starts the next doubt."""
        self._return(now)
        if self._has_evidence(tick):
            self._mark(now)
        self._leave_work()
        self._sign = now
        self._add(State.PASSIVE_OK, "video", now, doubtful=False)

    def _excursion(self, state: State, now: int) -> None:
        if self._off_since is None:
            self._leave_work()
            self._off_since = self.elapsed_ms
        if now - self._off_since <= self._limits.free_excursion:
            self._add(State.TRANSIT, "transit", now, doubtful=False)
            return
        self._relabel(self._off_since, state, str(state))
        self._add(state, str(state), now, doubtful=False)

    def _work(self, tick: Tick, now: int) -> None:
        self._return(now)
        if self._has_evidence(tick):
            self._mark(now)
        state, detail = self._label(tick, now)
        if state is State.UNKNOWN:
            self._add(state, detail, now, doubtful=False)
            return
        if self._idle or now - self._sign > self._patience(tick.page):
            self._turn_idle()
            state, detail = State.IDLE, "idle"
        self._add(state, detail, now, doubtful=True)

    def _label(self, tick: Tick, now: int) -> tuple[State, str | None]:
        page = tick.page
        loading = page is not None and page.loading
        if not loading:
            self._loading_since = None
        elif self._loading_since is None:
            self._loading_since = self.elapsed_ms
        quiet = now - self._sign
        if page is None and quiet > self._limits.credit:
            return State.UNKNOWN, "no_signal"
        if self._loading_since is not None:
            if now - self._loading_since > self._limits.loading and quiet:
                return State.UNKNOWN, "loading"
            return State.TRANSIT, "transit"
        if tick.surface is Surface.OWN_DIALOG:
            return State.TRANSIT, "transit"
        if quiet > self._limits.work:
            return State.PASSIVE_OK, "reading"
        return State.ON_TASK, None

    def _patience(self, page: PageFacts | None) -> int:
        """Return how long this page may stay untouched and still be worked on."""
        if page is None or not page.visible:
            return self._limits.work
        if page.context is Context.READING or page.words >= self._limits.reading_words:
            return max(self._limits.work, self._limits.reading(page.words))
        return self._limits.work

    def _has_evidence(self, tick: Tick) -> bool:
        path = tick.inputs.path_px + self._path_before
        self._path_before = tick.inputs.path_px
        return tick.inputs.discrete > 0 or path >= self._limits.path_px

    # Bookkeeping --------------------------------------------------------------------

    def _add(self, state: State, detail: str | None, now: int, *, doubtful: bool) -> None:
        run = _Run(state, detail, self.elapsed_ms, now, self._base_ms, doubtful)
        last = self._open[-1] if self._open else None
        if last is not None and last.says_the_same_as(run):
            self._open[-1] = replace(last, to_ms=now)
        else:
            self._open.append(run)
        self.live = (state, detail)

    def _firm(self, state: State, detail: str | None, now: int) -> None:
        self._leave_work()
        self._off_since = None
        self._add(state, detail, now, doubtful=False)
        self._sign = now

    def _mark(self, now: int) -> None:
        """Note a sign of the person: everything doubtful before it was work."""
        self._sign = self._hand = now
        self._leave_work()

    def _leave_work(self) -> None:
        self._idle = False
        self._open = [replace(run, doubtful=False) for run in self._open]

    def _return(self, now: int) -> None:
        """Come back to the learning page: the switch itself is a sign of the person."""
        if self._off_since is not None:
            self._off_since = None
            self._mark(now)

    def _turn_idle(self) -> None:
        self._idle = True
        self._relabel(self._sign + self._limits.credit, State.IDLE, "idle", doubtful_only=True)

    def _relabel(
        self, from_ms: int, state: State, detail: str, *, doubtful_only: bool = False
    ) -> None:
        """Call everything open from an offset on something else."""
        relabelled: list[_Run] = []
        for run in self._open:
            if run.to_ms <= from_ms or (doubtful_only and not run.doubtful):
                relabelled.append(run)
                continue
            if run.from_ms < from_ms:
                relabelled.append(replace(run, to_ms=from_ms))
            start = max(run.from_ms, from_ms)
            relabelled.append(replace(run, state=state, detail=detail, from_ms=start))
        self._open = _merged(relabelled)

    def _advance(self, stamp: Stamp) -> None:
        drift = (stamp.utc_ms - self._base_ms) - (stamp.mono_ms - self._start.mono_ms)
        if abs(drift) > self._limits.wall_step:
            self._base_ms += drift
        self._last = stamp

    def _bridge(self, stamp: Stamp) -> None:
        """Fill the time since the last tick with what held then; a press ended it."""
        now = stamp.mono_ms - self._start.mono_ms
        if now > self.elapsed_ms:
            lost = self._lost(Tick(stamp))
            held = (State.ON_TASK, None) if self.live[0] in _LOST_DETAIL else self.live
            state, detail = held if lost is None else (lost, _LOST_DETAIL[lost])
            self._add(state, detail, now, doubtful=False)
            self._advance(stamp)
        self._mark(self.elapsed_ms)
        self._off_since = None

    def _horizon(self) -> int:
        """Return the offset up to which nothing can change any more."""
        now = self.elapsed_ms
        if self._off_since is not None:
            free = now - self._off_since <= self._limits.free_excursion
            return self._off_since if free else now
        if any(run.doubtful for run in self._open):
            return min(now, self._sign + self._limits.credit)
        return now

    def _release(self, horizon: int) -> tuple[Segment, ...]:
        segments: list[Segment] = []
        while self._open:
            run, growing = self._open[0], len(self._open) == 1
            end = min(run.to_ms, run.from_ms + WINDOW_MS)
            if end > horizon or (growing and end - run.from_ms < WINDOW_MS):
                break
            segments.append(run.segment(end))
            self._open[:1] = [] if end == run.to_ms else [replace(run, from_ms=end)]
        self._final += Totals.fold((s.state, s.ms) for s in segments)
        return tuple(segments)

    def _expire(self) -> None:
        now, limits = self.elapsed_ms, self._limits
        if self._paused_since is not None:
            if now - self._paused_since >= limits.pause_timeout:
                self.expiry = now
        elif self._off_since is not None:
            if now - self._off_since >= limits.timeout:
                self.expiry = now
        elif now - self._sign >= limits.timeout:
            self.expiry = self._sign + limits.credit if self._idle else now


def _merged(runs: list[_Run]) -> list[_Run]:
    merged: list[_Run] = []
    for run in runs:
        if merged and merged[-1].says_the_same_as(run) and merged[-1].to_ms == run.from_ms:
            merged[-1] = replace(merged[-1], to_ms=run.to_ms)
        else:
            merged.append(run)
    return merged
