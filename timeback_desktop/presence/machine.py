"""The presence machine: ticks in, segments that abut out.

The machine is pure: it is handed stamps and reads no clock. What a tick saw is decided at
once where it can be (*live*), and stays open where only the future can tell: a quiet
stretch is work if the hand comes back in time and idle, back-dated, if it does not; an
excursion is free if it is short and charged from its first second if it is not; input
counts until it turns out that no person made it. Segments are handed out only when nothing
can change them any more, so an event that was sent is never taken back. Offsets are
half-open, in integer milliseconds from the session's start, measured by the monotonic
clock; the wall clock only labels.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum

from timeback_desktop.clock import Stamp
from timeback_desktop.intervals import Interval, union
from timeback_desktop.partition import State
from timeback_desktop.presence import labels
from timeback_desktop.presence.hands import Hands
from timeback_desktop.presence.pace import PaceMeter
from timeback_desktop.presence.rhythm import SILENT_SCREEN
from timeback_desktop.presence.segments import WINDOW_MS, Label, OpenRuns, Run, Segment
from timeback_desktop.presence.signal import Context, InputCounts, Media, PageFacts, Surface, Tick
from timeback_desktop.presence.thresholds import Pace, Thresholds

__all__ = ["WINDOW_MS", "Answer", "PresenceMachine", "Segment"]

_STILL = InputCounts()


class Answer(StrEnum):
    """What a student may say to "Still with it?"."""

    READING = "reading"
    PAPER = "paper"
    ASKING = "asking"
    BREAK = "break"


class PresenceMachine:
    """Decide what each millisecond of one session was.

    ``live`` is what is known now, ``open_segments`` what is not final yet. ``expiry`` is set
    once the session should end, to the offset at which it ended.
    """

    def __init__(self, start: Stamp, thresholds: Thresholds | None = None) -> None:
        self._limits = thresholds or Thresholds()
        self._start = self._last = start
        self._base_ms = start.utc_ms
        self._runs = OpenRuns()
        self._hands = Hands(self._limits)
        self._meter = PaceMeter(self._limits.pace)
        self._sign = 0  # the last moment that stands on firm ground
        self._hand = 0  # the last moment that a person was seen to do something
        self._signs: deque[int] = deque([0], maxlen=64)
        self._idle: Label | None = None
        self._idle_from = 0
        self._limit = self._limits.work
        self._believed: Label | None = None
        self._film_ended = False
        self._paused: Label | None = None
        self._paused_since = 0
        self._off_since: int | None = None
        self._loading_since: int | None = None
        self._simulated: list[Interval] = []
        self._live = labels.WORK
        self.expiry: int | None = None

    @property
    def live(self) -> tuple[State, str | None]:
        """What is known of this moment."""
        return self._live.state, self._live.detail

    @property
    def elapsed_ms(self) -> int:
        """The offset of the last stamp seen."""
        return self._last.mono_ms - self._start.mono_ms

    @property
    def paused(self) -> bool:
        """Whether the session is paused."""
        return self._paused is not None

    @property
    def pace(self) -> Pace:
        """The student's own pace, as far as it is known."""
        return self._meter.pace

    @property
    def asks(self) -> bool:
        """Whether the student should be asked what the quiet was: it has just turned idle."""
        return self._idle is not None and self._idle is not labels.SIMULATED

    @property
    def last_evidence_ms(self) -> int:
        """The last moment that a person was seen to do something."""
        return self._hand

    @property
    def simulated(self) -> tuple[Interval, ...]:
        """Where input looked made by a thing."""
        return tuple(union(self._simulated)) if self._simulated else ()

    @property
    def open_segments(self) -> tuple[Segment, ...]:
        """What is not final yet, as it would be if the program stopped here."""
        return self._runs.segments

    def tick(self, tick: Tick) -> tuple[Segment, ...]:
        """Take in what one sample saw since the last; return what became final.

        A stamp that does not advance is dropped: no negative interval can arise.
        """
        now = tick.stamp.mono_ms - self._start.mono_ms
        if now <= self.elapsed_ms or self.expiry is not None:
            return ()
        lost = self._lost(tick)
        if lost is labels.ASLEEP and now - self.elapsed_ms >= self._limits.timeout:
            self.expiry = self.elapsed_ms
            return ()
        if lost is not None:
            self._firm(lost, now)
        else:
            self._observe(tick, now)
        self._advance(tick.stamp)
        self._expire()
        return self._runs.release(self._horizon())

    def pause(self, stamp: Stamp) -> tuple[Segment, ...]:
        """Stop counting at ``stamp``; the press itself is a sign of the person."""
        self._bridge(stamp)
        self._mark(self.elapsed_ms)
        self._stop(labels.PAUSE)
        return self._runs.release(self.elapsed_ms)

    def resume(self, stamp: Stamp) -> tuple[Segment, ...]:
        """Count again from ``stamp`` on."""
        self._bridge(stamp)
        self._mark(self.elapsed_ms)
        self._paused = None
        self._live = labels.WORK
        return self._runs.release(self.elapsed_ms)

    def answer(self, stamp: Stamp, answer: Answer) -> tuple[Segment, ...]:
        """Take the student's word for the quiet stretch; it is kept as attested.

        Reading, paper and asking make it work, and are believed for as long as ``attested``
        says; a break makes it a pause, and the session is paused from then on.
        """
        self._bridge(stamp)
        told = (
            labels.BREAK
            if answer is Answer.BREAK
            else Label(State.PASSIVE_OK, f"attested:{answer}")
        )
        if self._idle is not None:
            self._runs.turn(told, self._idle_from)
        self._mark(self.elapsed_ms)
        if answer is Answer.BREAK:
            self._stop(labels.BREAK)
        else:
            self._believed = self._live = told
        return self._runs.release(self.elapsed_ms)

    def close(self, stamp: Stamp | None = None) -> tuple[Segment, ...]:
        """End the session at ``stamp``, or at ``expiry``; return everything still open."""
        if self.expiry is None and stamp is not None:
            self._bridge(stamp)
            self._mark(self.elapsed_ms)
        self._runs.cut(self.elapsed_ms if self.expiry is None else self.expiry)
        return self._runs.release_all()

    # What one interval was ----------------------------------------------------------

    def _lost(self, tick: Tick) -> Label | None:
        gap = tick.stamp.mono_ms - self._last.mono_ms
        slept = gap - (tick.stamp.awake_ms - self._last.awake_ms)
        if slept > self._limits.sleep or (tick.power.suspended and gap > self._limits.sleep):
            return labels.ASLEEP
        if gap > self._limits.stall and not self.paused:
            return labels.STALLED
        return None

    def _observe(self, tick: Tick, now: int) -> None:
        power = tick.power
        if self._paused is not None:  # before the lock: who said so may lock the screen
            self._firm(self._paused, now)
        elif power.locked:
            self._firm(labels.LOCKED, now)
        elif power.elsewhere or power.display_off:
            self._firm(labels.AWAY, now)
        elif tick.surface is Surface.OTHER_PROGRAM:
            self._excursion(State.OFF_APP, tick.program, now)
        elif tick.surface is Surface.OTHER_SITE:
            self._excursion(State.OFF_SITE, None, now)
        else:
            self._return(now)
            self._hear(tick, now)
            self._meter.see(tick.page, now)
            if self._is_playing(tick, now):
                self._watch(now)
            else:
                self._work(tick, now)

    def _is_playing(self, tick: Tick, now: int) -> bool:
        page = tick.page
        if page is None or not page.visible or page.media is not Media.PLAYING:
            return False
        frozen = tick.screen_change is not None and tick.screen_change < SILENT_SCREEN
        seen_or_heard = page.audible or not frozen
        return seen_or_heard and now - self._hand <= self._limits.media_check

    def _watch(self, now: int) -> None:
        """Count watching as work; its end, not the last touch, starts the next doubt."""
        self._leave_work()
        self._sign = now
        self._film_ended = True
        self._add(labels.FILM, now)

    def _excursion(self, state: State, category: str | None, now: int) -> None:
        if self._off_since is None:
            self._leave_work()
            self._meter.spoil()
            self._off_since = self.elapsed_ms
        free = self._limits.free_excursion
        if now - self._off_since <= free:
            self._add(labels.TRANSIT, now)
            return
        label = Label(state, f"{state}:{category}" if category else str(state), free)
        if self._live.state is State.TRANSIT:
            self._runs.rename(label, self._off_since)
        self._add(label, now)

    def _work(self, tick: Tick, now: int) -> None:
        label = self._label(tick, now)
        if label.state is State.UNKNOWN:
            self._add(label, now)
            return
        self._add(label, now, doubtful=True)
        if self._idle is None:
            self._limit = self._patience(tick.page)
            if now - self._sign > self._limit:
                self._turn_idle(Label(State.IDLE, "idle", self._limit), self._sign)
        else:
            self._runs.turn(self._idle, self.elapsed_ms)
            self._live = self._idle

    def _label(self, tick: Tick, now: int) -> Label:
        page = tick.page
        if page is None or not page.loading:
            self._loading_since = None
        elif self._loading_since is None:
            self._loading_since = self.elapsed_ms
        quiet = now - self._sign
        if page is None and quiet > self._limits.credit:
            return labels.NO_SIGNAL
        if self._loading_since is not None:
            stuck = now - self._loading_since > self._limits.loading and quiet
            return (
                Label(State.UNKNOWN, "loading", self._limits.loading) if stuck else labels.TRANSIT
            )
        if tick.surface is Surface.OWN_DIALOG:
            return labels.TRANSIT
        if self._believed is not None:
            return self._believed
        reads = page is not None and self._limits.is_reading(page)
        return labels.READING if reads and quiet > self._limits.credit else labels.WORK

    def _patience(self, page: PageFacts | None) -> int:
        """Return how long this page may stay untouched and still be worked on."""
        if self._limits.testing:
            return self._limits.assessment
        if self._believed is not None:
            return self._limits.attested
        if page is None or not page.visible:
            return self._limits.work
        after_film = self._film_ended and page.context in {Context.VIDEO, Context.UNKNOWN}
        if after_film and page.words < self._limits.reading_words:
            return min(self._limits.after_media, self._limits.work)
        return self._limits.patience(page, self._meter.pace)

    # Signs of the person ------------------------------------------------------------

    def _hear(self, tick: Tick, now: int) -> None:
        """Take in what the person, or a thing in the person's place, did this second."""
        for at in self._hands.answers(tick, now):
            self._mark(at)
        if self._hands.hear(tick, now):
            self._mark(now)
        elif self._hands.simulated_from is not None and tick.inputs != _STILL:
            self._doubt_input(self._hands.simulated_from, now)

    def _mark(self, at: int) -> None:
        """Note a sign of the person: everything doubtful before it was work.

        One that is told late may undo a stretch that already looked idle.
        """
        if at < self.elapsed_ms and self._idle is not None and at > self._sign:
            back = self._sign if at - self._sign <= self._limit else at
            still = self.elapsed_ms - at > self._limit
            self._idle_from = at + self._limits.credit
            self._runs.turn(None, back, self._idle_from if still else None)
            self._idle = self._idle if still else None
        elif at >= self.elapsed_ms:
            self._idle = None
        hold = self._hands.hold_from
        self._runs.settle(at if hold is None else min(at, hold))
        self._sign = max(self._sign, at)
        self._hand = max(self._hand, at)
        self._signs.append(at)
        self._believed, self._film_ended = None, False

    def _doubt_input(self, since: int, now: int) -> None:
        """Take back the signs that a thing gave in the person's place."""
        if not self._simulated or self._simulated[-1][0] != since:
            while len(self._signs) > 1 and self._signs[-1] >= since:
                self._signs.pop()
            believed_to = since - self._limits.credit
            self._hand = min(self._hand, self._signs[-1])
            self._sign = min(self._sign, max(self._signs[-1], believed_to))
            self._turn_idle(labels.SIMULATED, believed_to)
            self._simulated.append((since, now))
        self._simulated[-1] = (since, now)

    # Bookkeeping --------------------------------------------------------------------

    def _add(self, label: Label, now: int, *, doubtful: bool = False) -> None:
        self._runs.add(Run(label, self.elapsed_ms, now, self._base_ms, doubtful))
        self._live = label

    def _firm(self, label: Label, now: int) -> None:
        self._leave_work()
        self._off_since = None
        self._add(label, now)
        self._sign = now

    def _leave_work(self) -> None:
        self._idle = None
        self._runs.settle()

    def _stop(self, label: Label) -> None:
        self._paused = self._live = label
        self._paused_since = self.elapsed_ms
        self._leave_work()

    def _return(self, now: int) -> None:
        """Come back to the learning page: the switch itself is a sign of the person."""
        if self._off_since is not None:
            self._off_since = None
            self._hands.vouch(now)
            self._mark(now)

    def _turn_idle(self, label: Label, sign: int) -> None:
        self._meter.spoil()
        self._idle = self._live = label
        self._idle_from = sign + self._limits.credit
        self._runs.turn(label, self._idle_from)

    def _advance(self, stamp: Stamp) -> None:
        drift = (stamp.utc_ms - self._base_ms) - (stamp.mono_ms - self._start.mono_ms)
        if abs(drift) > self._limits.wall_step:
            self._base_ms += drift
        self._last = stamp

    def _bridge(self, stamp: Stamp) -> None:
        """Fill the time since the last tick with what held then; a press ended it."""
        now = stamp.mono_ms - self._start.mono_ms
        if now > self.elapsed_ms:
            held = labels.WORK if self._live in {labels.ASLEEP, labels.STALLED} else self._live
            lost = self._lost(Tick(stamp))
            self._add(lost or held, now, doubtful=lost is None and self._idle is not None)
            self._advance(stamp)
        self._off_since = None

    def _horizon(self) -> int:
        """Return the offset up to which nothing can change any more."""
        now = self.elapsed_ms
        if self._off_since is not None:
            free = now - self._off_since <= self._limits.free_excursion
            return self._off_since if free else now
        if not self._runs.any_doubtful:
            return now
        hold = self._hands.hold_from
        return min(now, self._sign + self._limits.credit, now if hold is None else hold)

    def _expire(self) -> None:
        now, limits = self.elapsed_ms, self._limits
        if self._paused is not None:
            if now - self._paused_since >= limits.pause_timeout:
                self.expiry = now
        elif self._off_since is not None:
            if now - self._off_since >= limits.timeout:
                self.expiry = now
        elif now - self._sign >= limits.timeout:
            self.expiry = now if self._idle is None else self._idle_from
