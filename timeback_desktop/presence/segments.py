"""Segments, and the open stretches they are made of.

A stretch stays open for as long as the future may still tell what it was: a doubtful one
remembers what it is as work and whether it looks idle now. Only :class:`OpenRuns` knows how
stretches are cut, turned and handed out; :mod:`machine` decides when.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from timeback_desktop.partition import State

WINDOW_MS = 15_000
"""No segment is longer than the TimeSpent window of the TimeBack SDK."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One state over ``[from_ms, to_ms)`` of a session; ``started_at_ms`` is its UTC label.

    ``limit_ms`` is the threshold that decided it, 0 where none did: the patience that ran
    out for idle, the free excursion for time off the app.
    """

    state: State
    detail: str | None
    from_ms: int
    to_ms: int
    started_at_ms: int
    limit_ms: int = 0

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
class Label:
    """What a stretch is called, and the threshold that says so."""

    state: State
    detail: str | None = None
    limit_ms: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """An open stretch. ``plain`` is what it is as work; ``turned`` what it looks like instead.

    ``doubtful`` ones may still be turned or turned back; ``base_ms`` labels offset 0.
    """

    plain: Label
    from_ms: int
    to_ms: int
    base_ms: int
    doubtful: bool = False
    turned: Label | None = None

    @property
    def label(self) -> Label:
        """What it is as things stand."""
        return self.turned or self.plain

    def abuts(self, other: Run) -> bool:
        """Return whether the other run goes on where this one ends, saying the same."""
        mine = (self.plain, self.turned, self.base_ms, self.doubtful, self.to_ms)
        return mine == (other.plain, other.turned, other.base_ms, other.doubtful, other.from_ms)

    def until(self, to_ms: int) -> Run:
        """Return it with another end; a tick calls this, and ``replace`` is ten times slower."""
        return Run(self.plain, self.from_ms, to_ms, self.base_ms, self.doubtful, self.turned)

    def segment(self, to_ms: int | None = None) -> Segment:
        """Return it as a segment, up to an offset."""
        label = self.label
        end = self.to_ms if to_ms is None else to_ms
        at = self.base_ms + self.from_ms
        return Segment(label.state, label.detail, self.from_ms, end, at, label.limit_ms)


class OpenRuns:
    """What is not final yet, in order, without a gap."""

    def __init__(self) -> None:
        self._runs: list[Run] = []

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Everything that is open, as it would be if the program stopped here."""
        return tuple(run.segment() for run in self._runs)

    @property
    def any_doubtful(self) -> bool:
        """Whether anything may still turn."""
        return any(run.doubtful for run in self._runs)

    def add(self, run: Run) -> None:
        """Append a stretch; it goes on where the last one ended."""
        if self._runs and self._runs[-1].abuts(run):
            self._runs[-1] = self._runs[-1].until(run.to_ms)
        else:
            self._runs.append(run)

    def settle(self, to_ms: int | None = None) -> None:
        """Take the doubt from everything before an offset: it stays as it looks."""
        self._change(0, to_ms, _settled)

    def turn(self, label: Label | None, from_ms: int, to_ms: int | None = None) -> None:
        """Call the doubtful time of a range something else; ``None``: work again."""

        def turned(run: Run) -> Run:
            return replace(run, turned=label) if run.doubtful else run

        self._change(from_ms, to_ms, turned)

    def rename(self, label: Label, from_ms: int) -> None:
        """Call everything from an offset on something else, doubtful or not."""

        def renamed(run: Run) -> Run:
            return replace(run, plain=label, turned=None)

        self._change(from_ms, None, renamed)

    def convert(self, old: State, label: Label, from_ms: int) -> None:
        """Call the time of one state from an offset on something else, for good."""

        def converted(run: Run) -> Run:
            if run.label.state is not old:
                return run
            return replace(run, plain=label, turned=None, doubtful=False)

        self._change(from_ms, None, converted)

    def cut(self, end: int) -> None:
        """Forget everything from an offset on."""
        kept = [run for run in self._runs if run.from_ms < end]
        self._runs = [run.until(min(run.to_ms, end)) for run in kept]

    def release(self, horizon: int) -> tuple[Segment, ...]:
        """Hand out, in windows, what lies before the horizon and cannot grow any more."""
        segments: list[Segment] = []
        while self._runs:
            run = self._runs[0]
            end = min(run.to_ms, run.from_ms + WINDOW_MS)
            whole = end - run.from_ms == WINDOW_MS
            if end > horizon or not (whole or self._is_cut_off(run)):
                break
            segments.append(run.segment(end))
            self._runs[:1] = [] if end == run.to_ms else [replace(run, from_ms=end)]
        return tuple(segments)

    def release_all(self) -> tuple[Segment, ...]:
        """Hand out everything, in windows."""
        windows = [window for run in self._runs for window in run.segment().windows()]
        self._runs = []
        return tuple(windows)

    def _is_cut_off(self, first: Run) -> bool:
        """Return whether the first stretch cannot grow any more: another one follows it."""
        if len(self._runs) == 1:
            return False
        follows = self._runs[1]
        return (first.label, first.base_ms) != (follows.label, follows.base_ms)

    def _change(self, from_ms: int, to_ms: int | None, change: _Change) -> None:
        changed: list[Run] = []
        for run in self._runs:
            start = max(run.from_ms, from_ms)
            end = run.to_ms if to_ms is None else min(run.to_ms, to_ms)
            if start >= end:
                _append(changed, run)
                continue
            if run.from_ms < start:
                _append(changed, run.until(start))
            inside = (start, end) == (run.from_ms, run.to_ms)
            part = run if inside else replace(run, from_ms=start, to_ms=end)
            _append(changed, change(part))
            if end < run.to_ms:
                _append(changed, replace(run, from_ms=end))
        self._runs = changed


class _Change(Protocol):
    def __call__(self, run: Run, /) -> Run: ...


def _settled(run: Run) -> Run:
    return replace(run, doubtful=False) if run.doubtful else run


def _append(runs: list[Run], run: Run) -> None:
    if runs and runs[-1].abuts(run):
        runs[-1] = runs[-1].until(run.to_ms)
    else:
        runs.append(run)
