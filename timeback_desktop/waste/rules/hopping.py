"""Topic hopping: lesson after lesson opened, none of them worked in."""

from __future__ import annotations

from dataclasses import dataclass

from timeback_desktop.partition import Overlay
from timeback_desktop.presence.signal import AppEventKind
from timeback_desktop.waste.evidence import Answer, Heard, Moment
from timeback_desktop.waste.limits import RuleLimits
from timeback_desktop.waste.rule import Finding, Findings, Rule

_MOST = 100


@dataclass(slots=True)
class _Visit:
    lesson: str
    at_ms: int
    stayed_ms: int = 0
    answers: int = 0


class TopicHopping(Rule):
    """Flag three lessons opened in ten minutes with none finished or worked in.

    Charged from the first opening to the last; the lesson now open is given its chance.
    """

    kind = Overlay.TOPIC_HOPPING
    name = "topic_hopping"

    def __init__(self, limits: RuleLimits) -> None:
        self._limits = limits
        self._visits: list[_Visit] = []
        self._open: Finding | None = None

    @property
    def standing(self) -> Finding | None:
        """The hopping that goes on."""
        return self._open

    def passed(self, moment: Moment) -> Findings:
        """Count the time spent in a lesson; enough of it is work."""
        if not self._visits:
            return ()
        if moment.engaged:
            self._visits[-1].stayed_ms += moment.to_ms - moment.from_ms
        if self._visits[-1].stayed_ms >= self._limits.hop_stay_ms:
            return self._settle_down()
        if moment.to_ms - self._visits[-1].at_ms > self._limits.hop_window_ms:
            return self._settle_down()
        return ()

    def answered(self, answer: Answer) -> Findings:  # noqa: ARG002 - that there is one counts
        """Count work in a lesson."""
        if not self._visits:
            return ()
        self._visits[-1].answers += 1
        return self._settle_down() if self._visits[-1].answers >= self._limits.hop_answers else ()

    def heard(self, heard: Heard) -> Findings:
        """Follow lessons as they open and finish."""
        if heard.event.kind is AppEventKind.LESSON_FINISHED:
            return self._settle_down()
        lesson = heard.event.lesson
        if heard.event.kind is not AppEventKind.LESSON_STARTED or lesson is None:
            return ()
        if not self._visits or self._visits[-1].lesson != lesson:
            self._visits.append(_Visit(lesson, heard.at_ms))
            self._judge()
        return ()

    def _settle_down(self) -> Findings:
        ended = () if self._open is None else (self._open,)
        self._open, self._visits = None, []
        return ended

    def _judge(self) -> None:
        since = self._visits[-1].at_ms - self._limits.hop_window_ms
        self._visits = [v for v in self._visits if v.at_ms >= since][-_MOST:]
        lessons = {visit.lesson for visit in self._visits}
        if len(lessons) < self._limits.hop_lessons:
            return
        first = self._visits[0].at_ms if self._open is None else self._open.from_ms
        thresholds = {
            "lessons": self._limits.hop_lessons,
            "window_ms": self._limits.hop_window_ms,
        }
        counts = {
            "lessons": len(lessons),
            "answers": sum(visit.answers for visit in self._visits),
            "finished": 0,
        }
        self._open = Finding(first, self._visits[-1].at_ms, 0.5, thresholds, counts)
