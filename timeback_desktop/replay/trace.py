"""Read a trace: one JSON object a second, plain or gzipped.

Keys: ``t`` (ms from the start, by the monotonic clock), ``keys clicks wheel touches moves
path_px`` (counts in that second), ``surface``, ``visible``, ``locked``, ``audible``,
``media``, ``words``, ``context``, ``screen_change``, ``app_event``, ``power``, ``utc``. A
missing key takes its quiet default, an unknown key is ignored, a bad line stops the file.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec

from timeback_desktop.clock import Stamp, parse_iso_utc
from timeback_desktop.errors import EnvironmentFault
from timeback_desktop.presence.signal import (
    AppEvent,
    AppEventKind,
    Context,
    InputCounts,
    Media,
    PageFacts,
    Power,
    Surface,
    Tick,
)

STEP_MS = 1000
SUFFIXES = (".trace.jsonl", ".trace.jsonl.gz")
_LONGEST_LINE = 64 * 1024
_BEGIN_UTC_MS = 1_767_600_000_000  # 2026-01-05T08:00:00Z, a Monday: labels only
_WALL_LEAP_MS = 2_000

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class TraceUnreadable(EnvironmentFault):
    """A trace file cannot be played."""


class PowerEvent(StrEnum):
    """What the machine said in a trace."""

    SUSPEND = "suspend"
    RESUME = "resume"
    LOCK = "lock"
    UNLOCK = "unlock"


class Row(msgspec.Struct):
    """One line of a trace; ``None`` means the same as a missing key."""

    t: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)]
    keys: Count | None = None
    clicks: Count | None = None
    wheel: Count | None = None
    touches: Count | None = None
    moves: Count | None = None
    path_px: Count | None = None
    surface: Surface | None = None
    visible: bool | None = None
    locked: bool | None = None
    audible: bool | None = None
    media: Media | None = None
    words: Count | None = None
    context: Context | None = None
    screen_change: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    app_event: AppEventKind | None = None
    power: PowerEvent | None = None
    utc: str | None = None

    @property
    def inputs(self) -> InputCounts:
        """The input of the second."""
        return _inputs(
            self.keys or 0,
            self.clicks or 0,
            self.wheel or 0,
            self.touches or 0,
            self.moves or 0,
            self.path_px or 0,
        )

    @property
    def page(self) -> PageFacts:
        """What the page was doing."""
        return _page(
            visible=self.visible is not False,
            media=self.media or Media.NONE,
            audible=self.audible or False,
            words=self.words or 0,
            context=self.context or Context.UNKNOWN,
        )


# Seconds repeat themselves, and a day has 28,800 of them.
_inputs = lru_cache(maxsize=1024)(InputCounts)
_page = lru_cache(maxsize=1024)(PageFacts)
_power = lru_cache(maxsize=4)(Power)
_decoder = msgspec.json.Decoder(Row)


def name_of(path: Path) -> str:
    """Return what a trace is called: its file name without the endings."""
    name = path.name
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the lines of a trace. Raises ``TraceUnreadable`` with the line number."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE + 1):
                number += 1
                if len(line) > _LONGEST_LINE:
                    raise _bad(path, number, "the line is too long")
                if line.strip():
                    yield _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _bad(path, number, str(error)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise TraceUnreadable(
            f"{path.name} cannot be read after line {number}: {error}.", "Check the file."
        ) from error


def read_ticks(path: Path) -> Iterator[Tick]:
    """Yield the ticks of a trace, each stamped at the end of its second."""
    wall: int | None = None
    base = _BEGIN_UTC_MS
    asleep = slept = before = 0
    locked = False
    for number, row in enumerate(read_rows(path), start=1):
        now = row.t + STEP_MS
        if row.utc is not None:
            wall = _instant(path, number, row.utc) + STEP_MS
            base = base if abs(wall - base - now) <= _WALL_LEAP_MS else wall - now
        woke = asleep and row.power is not PowerEvent.SUSPEND
        if woke:
            slept += max(0, now - before - STEP_MS)
        asleep = row.power is PowerEvent.SUSPEND
        locked = _is_locked(row, was=locked)
        yield Tick(
            Stamp(mono_ms=now, utc_ms=base + now, awake_ms=now - slept),
            row.inputs,
            row.surface or Surface.LEARNING,
            row.page,
            _power(locked=locked or bool(row.locked), suspended=bool(woke)),
            screen_change=row.screen_change,
            app_events=() if row.app_event is None else (AppEvent(row.app_event),),
        )
        before = now


def _is_locked(row: Row, *, was: bool) -> bool:
    match row.power:
        case PowerEvent.LOCK:
            return True
        case PowerEvent.UNLOCK:
            return False
        case _:
            return was


def _instant(path: Path, number: int, text: str) -> int:
    try:
        return parse_iso_utc(text)
    except ValueError as error:
        raise _bad(path, number, str(error)) from error


def _bad(path: Path, number: int, reason: str) -> TraceUnreadable:
    return TraceUnreadable(f"{path.name}, line {number}: {reason}.", "Mend the line or remove it.")
