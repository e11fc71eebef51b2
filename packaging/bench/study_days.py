"""What a school of desktops sends: days of 30 s windows, as requests that are ready to go.

Nothing is made up while a measurement runs: all bodies are written to a file before. A body is
of one student, as every desktop's is; students take turns in an order drawn anew each round, so
that a whole school moves through the same day. States last as they do in life: mostly on task,
now and then reading, idle, away or somewhere else; a change of state cuts a window in two.
"""

from __future__ import annotations

import random
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from timeback_desktop.caliper import events as caliper  # noqa: E402
from timeback_desktop.caliper.envelope import wrap  # noqa: E402
from timeback_desktop.clock import iso_utc  # noqa: E402
from timeback_desktop.ids import to_urn  # noqa: E402
from timeback_desktop.partition import State  # noqa: E402

WINDOW_MS = 30_000
BREAK_MS = 5 * 60_000
SITTINGS_MS = (20 * 60_000, 50 * 60_000)
# How long a state lasts on average, and how often it is the next one.
LASTING: dict[State, tuple[int, int]] = {
    State.ON_TASK: (240_000, 50),
    State.PASSIVE_OK: (90_000, 20),
    State.IDLE: (60_000, 12),
    State.OFF_APP: (45_000, 8),
    State.AWAY: (120_000, 5),
    State.PAUSED: (180_000, 5),
}
_STATES = list(LASTING)
_WEIGHTS = list(accumulate(weight for _, weight in LASTING.values()))
_METRICS = ("MinutesOnTask", "UnitsPassed", "UnitsCompleted", "AssessmentsPassed")


@dataclass(frozen=True, slots=True)
class School:
    """Who may be written about: the people and the apps that the backend knows."""

    learners: Sequence[caliper.Learner]
    apps: Sequence[caliper.App]


@dataclass(frozen=True, slots=True)
class Requests:
    """Bodies in a file, one behind the other, and how long each is."""

    bodies: Path
    lengths: array[int]
    events_each: int

    @property
    def lengths_file(self) -> Path:
        """Return where the lengths are kept for the process that sends."""
        return self.bodies.with_suffix(".lengths")

    def each(self, count: int | None = None) -> Iterator[bytes]:
        """Return the bodies in their order."""
        with self.bodies.open("rb") as file:
            for length in self.lengths[:count]:
                yield file.read(length)


@dataclass(slots=True)
class Student:
    """One student on the way through the day."""

    learner: caliper.Learner
    apps: Sequence[caliper.App]
    dice: random.Random
    at_ms: int
    app: caliper.App
    session_id: str = ""
    until_ms: int = 0
    state: State = State.ON_TASK
    changes_ms: int = 0
    forms: dict[State, Form] = field(default_factory=dict)

    def next_window(self) -> tuple[State, int, int]:
        """Return a state with its begin and length, and move on."""
        if self.at_ms >= self.until_ms:
            self._sit_down()
        if self.at_ms >= self.changes_ms:
            self._change()
        began = self.at_ms
        self.at_ms = min(began + WINDOW_MS, self.changes_ms)
        return self.state, began, self.at_ms - began

    def _sit_down(self) -> None:
        self.at_ms += BREAK_MS if self.until_ms else self.dice.randrange(WINDOW_MS)
        self.until_ms = self.at_ms + self.dice.randrange(*SITTINGS_MS)
        self.app = self.dice.choice(self.apps)
        self.session_id = time_ordered(self.at_ms, self.dice)
        self.forms.clear()

    def _change(self) -> None:
        before = self.state
        while self.state is before:
            self.state = self.dice.choices(_STATES, cum_weights=_WEIGHTS)[0]
        lasts_ms = int(self.dice.expovariate(1 / LASTING[self.state][0]))
        self.changes_ms = self.at_ms + max(lasts_ms, 1_000)


Mint = Callable[[int, random.Random], str]
Write = Callable[[str, Student, State, int, int], bytes]


def time_ordered(at_ms: int, dice: random.Random) -> str:
    """Return a UUIDv7 of an instant, as the desktop mints them."""
    fresh = (at_ms << 80) | (0x7 << 76) | dice.getrandbits(76)
    return str(UUID(int=(fresh & ~(0x3 << 62)) | (0x2 << 62)))


def random_id(_at_ms: int, dice: random.Random) -> str:
    """Return a UUIDv4, as many apps mint them."""
    return str(UUID(int=dice.getrandbits(128), version=4))


def time_spent(event_id: str, who: Student, state: State, began_ms: int, ms: int) -> bytes:
    """Write a window as the desktop does."""
    event = caliper.time_spent(
        event_id, who.learner, who.app, who.session_id, state, None, began_ms, ms
    )
    if event is None:
        raise AssertionError("a window that nobody would send")
    return caliper.encode(event)


def tool_use(event_id: str, who: Student, state: State, began_ms: int, ms: int) -> bytes:
    """Write the standard's ToolUseEvent with its measures: some 1,155 bytes."""
    span = {"startedAtTime": iso_utc(began_ms), "endedAtTime": iso_utc(began_ms + ms)}
    measures = [
        {
            "id": f"{to_urn(event_id)}#{place}",
            "type": "AggregateMeasure",
            "metric": metric,
            "metricValue": ms // 1000 if ms % 1000 == 0 else ms / 1000,
            **span,
        }
        for place, metric in enumerate(_METRICS[: 3 if state is State.ON_TASK else 2])
    ]
    return caliper.encode(
        {
            **caliper.frame("ToolUseEvent", event_id, who.app, began_ms + ms),
            "action": "Used",
            "actor": {"id": to_urn(who.learner.id), "type": "Person"},
            "object": {"id": to_urn(who.app.id), "type": "SoftwareApplication"},
            "generated": {
                "id": f"{to_urn(event_id)}#measures",
                "type": "AggregateMeasureCollection",
                "items": measures,
            },
            "session": to_urn(who.session_id),
        }
    )


@dataclass(frozen=True, slots=True)
class Form:
    """An event of a sitting and a state with gaps for its id, its instants and its length.

    Filling it in costs a tenth of writing the event anew, and gives the same bytes.
    """

    text: bytes

    @classmethod
    def of(cls, write: Write, who: Student, state: State) -> Form:
        """Return the form of what ``write`` writes, tried out on another window."""
        text = write(_ID, who, state, _BEGAN_MS, _MS).replace(b"%", b"%%")
        for value, gap in zip(_values(_ID, _BEGAN_MS, _MS), _GAPS, strict=True):
            text = text.replace(value, b"%%(%b)b" % gap)
        form, window = cls(text), (_BEGAN_MS - 86_399_000, 12_000)
        if form.filled(_ID, *window) != write(_ID, who, state, *window):
            raise AssertionError(f"a form that does not fit: {text!r}")
        return form

    def filled(self, event_id: str, began_ms: int, ms: int) -> bytes:
        """Return the event of a window."""
        return self.text % dict(zip(_GAPS, _values(event_id, began_ms, ms), strict=True))


def _values(event_id: str, began_ms: int, ms: int) -> tuple[bytes, bytes, bytes, bytes]:
    seconds = ms // 1000 if ms % 1000 == 0 else ms / 1000
    return event_id.encode(), _iso(began_ms), _iso(began_ms + ms), b"%a" % seconds


def _iso(at_ms: int) -> bytes:
    second, ms = divmod(at_ms, 1000)
    return b"%b.%03dZ" % (_second(second), ms)


@lru_cache(maxsize=1 << 17)
def _second(second: int) -> bytes:
    return iso_utc(second * 1000)[:19].encode()


_ID, _BEGAN_MS, _MS = "0199f0a0-0000-7000-8000-00000000f0f0", 1_700_000_000_123, 12_345_678
_GAPS = (b"id", b"began", b"ended", b"seconds")


def written(  # noqa: PLR0913 - what makes a kind of request
    file: Path,
    school: School,
    *,
    requests: int,
    events_each: int,
    now_ms: int,
    mint: Mint = time_ordered,
    write: Write = time_spent,
    seed: int = 5,
) -> Requests:
    """Write the bodies of a school's day that ends now."""
    dice = random.Random(seed)  # noqa: S311 the same day for every run
    rounds = -(-requests // len(school.learners))
    # A sitting lasts 35 minutes and its break 5; a change of state cuts windows shorter.
    start_ms = now_ms - (rounds * events_each + 1) * WINDOW_MS * 8 // 7 - 2 * BREAK_MS
    students = [
        Student(learner, school.apps, dice, start_ms, school.apps[0]) for learner in school.learners
    ]
    made = Requests(file, array("I"), events_each)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        for who in _in_turns(students, requests, dice):
            body = _body(who, events_each, now_ms, dice, mint, write)
            made.lengths.append(out.write(body))
    made.lengths_file.write_bytes(made.lengths.tobytes())
    return made


def _in_turns(students: list[Student], requests: int, dice: random.Random) -> Iterator[Student]:
    for place in range(requests):
        if place % len(students) == 0:
            dice.shuffle(students)
        yield students[place % len(students)]


def _body(  # noqa: PLR0913, PLR0917 - the parts of a request
    who: Student, events: int, now_ms: int, dice: random.Random, mint: Mint, write: Write
) -> bytes:
    items = []
    for _ in range(events):
        state, began, ms = who.next_window()
        if state not in who.forms:
            who.forms[state] = Form.of(write, who, state)
        items.append(who.forms[state].filled(mint(began + ms, dice), began, ms))
    return wrap("urn:timeback:bench", now_ms, items)
