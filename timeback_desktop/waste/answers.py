"""Answers, put together from the events that tell of them.

One answer may be told by two events (handed in, then graded), each may carry only some of
the facts, and many apps never say when an item began. A duration is taken from the app if
it says one, else measured from the later of the item's start and the answer before, without
the time that was not engaged; what cannot be measured stays unknown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from timeback_desktop.presence.signal import AppEventKind
from timeback_desktop.waste.evidence import Answer, Dating, Heard
from timeback_desktop.waste.limits import RuleLimits

_K = TypeVar("_K")
_V = TypeVar("_V")

_MOST_STARTS = 256
_MOST_ANSWERS = 64
_AGREES_MS = 2_000
_RIGHT = {AppEventKind.ANSWERED_RIGHT: True, AppEventKind.ANSWERED_WRONG: False}


class AnswerSheet:
    """Turn settled events into answers; ``engaged_ms`` measures time on task."""

    def __init__(self, limits: RuleLimits, engaged_ms: Callable[[int, int], int]) -> None:
        self._limits = limits
        self._engaged_ms = engaged_ms
        self._started: dict[str | None, Heard] = {}
        self._before: Heard | None = None
        self._tried: dict[str, None] = {}
        self._recent: deque[Answer] = deque(maxlen=_MOST_ANSWERS)
        self._held: Answer | None = None  # handed in, its grade not yet known
        self._lone: Answer | None = None  # graded, never said to be handed in
        self._lesson: str | None = None

    def hear(self, heard: Heard) -> list[Answer]:
        """Take in an event; return the answers that are complete by it."""
        event = heard.event
        if event.kind in _RIGHT:
            return self._graded(heard)
        if event.kind is AppEventKind.ANSWERED:
            return self._handed_in(heard)
        if event.kind is AppEventKind.LESSON_STARTED:
            self._lesson = event.lesson
        elif event.kind is AppEventKind.ITEM_STARTED:
            self._started.setdefault(event.item, heard)  # looking again is no new start
            _forget(self._started)
        return []

    def wait(self, now_ms: int) -> list[Answer]:
        """Return the held answer once its grade is overdue."""
        if self._held is None or now_ms - self._held.at_ms <= self._limits.grade_wait_ms:
            return []
        return self._release()

    def close(self) -> list[Answer]:
        """Return the answer that is still held."""
        return self._release()

    def _release(self) -> list[Answer]:
        held, self._held = self._held, None
        if held is None:
            return []
        self._recent.append(held)
        return [held]

    def _handed_in(self, heard: Heard) -> list[Answer]:
        if self._lone is not None and self._is_one(self._lone, heard):
            self._lone = None
            return []
        self._lone = None
        complete = self._release()
        self._held = self._begin(heard)
        return complete

    def _graded(self, heard: Heard) -> list[Answer]:
        if self._held is not None and self._is_one(self._held, heard):
            _fill(self._held, heard)
            return self._release()
        if self._is_late_grade(heard):
            return []
        complete = self._release()
        self._held = self._lone = self._begin(heard)
        return complete + self._release()

    def _is_one(self, answer: Answer, heard: Heard) -> bool:
        """Tell whether an event is the other half of an answer: handed in, and graded."""
        event = heard.event
        if event.item is None and event.id is None:
            return False  # a trace tells each answer once
        restarted = self._started.get(event.item)
        if restarted is not None and restarted.at_ms > answer.at_ms:
            return False
        same = event.item is None or answer.item is None or event.item == answer.item
        return same and abs(heard.at_ms - answer.at_ms) <= self._limits.grade_wait_ms

    def _is_late_grade(self, heard: Heard) -> bool:
        """Give an answer of before its grade, where exactly that was missing."""
        item = heard.event.item
        start = self._started.get(item)
        for answer in reversed(self._recent):
            if item is not None and answer.item == item:
                if answer.right is not None or (start and start.at_ms > answer.at_ms):
                    return False
                answer.right = _RIGHT[heard.event.kind]
                return True
        return False

    def _begin(self, heard: Heard) -> Answer:
        event = heard.event
        answer = Answer(heard.at_ms, item=event.item, first_try=self._is_first(event.item))
        answer.lesson = self._lesson
        _fill(answer, heard)
        origin = self._origin(heard)
        if answer.took_ms is None and origin is not None:
            self._measure(answer, origin, heard)
        start = self._started.get(event.item)
        if start is not None and start.at_ms <= heard.at_ms:
            del self._started[event.item]
        if self._before is None or heard.at_ms >= self._before.at_ms:
            self._before = heard
        return answer

    def _is_first(self, item: str | None) -> bool:
        if item is None:
            return True
        first = item not in self._tried
        self._tried[item] = None
        _forget(self._tried)
        return first

    def _origin(self, heard: Heard) -> Heard | None:
        """Return where the work on an item began: its start or the answer before, the later."""
        start = self._started.get(heard.event.item)
        known = [h for h in (start, self._before) if h is not None and h.at_ms <= heard.at_ms]
        return max(known, key=lambda h: h.at_ms, default=None)

    def _measure(self, answer: Answer, origin: Heard, end: Heard) -> None:
        answer.began_ms = origin.at_ms
        if origin.dating is not end.dating:
            return
        passed = end.at_ms - origin.at_ms
        rested = passed - self._engaged_ms(origin.at_ms, end.at_ms)
        if end.dating is Dating.WRONG_CLOCK:
            passed = self._by_its_own_clock(origin, end, passed)
        if passed - rested >= self._limits.hand_floor_ms:
            answer.passed_ms, answer.took_ms = passed, passed - rested

    def _by_its_own_clock(self, origin: Heard, end: Heard, passed: int) -> int:
        """Believe a wrong clock where it agrees with the arrivals, else the longer of both."""
        own = (end.event.utc_ms or 0) - (origin.event.utc_ms or 0)
        if abs(own - passed) <= _AGREES_MS:
            return own
        return max(passed, own if own <= self._limits.stale_ms else 0)


def _fill(answer: Answer, heard: Heard) -> None:
    """Take over every fact that an event tells and the answer lacks."""
    event = heard.event
    if event.kind in _RIGHT:
        answer.right = _RIGHT[event.kind]
    answer.item = answer.item or event.item
    answer.skill = answer.skill or event.skill
    answer.lesson = event.lesson or answer.lesson
    if event.took_ms is not None:
        answer.took_ms = answer.passed_ms = event.took_ms
        answer.began_ms = answer.at_ms - event.took_ms
    answer.usual_ms = answer.usual_ms or event.usual_ms
    answer.choice = event.choice if answer.choice is None else answer.choice


def _forget(remembered: dict[_K, _V]) -> None:
    while len(remembered) > _MOST_STARTS:
        del remembered[next(iter(remembered))]
