"""Which lessons a student has begun and not finished: each beginning and end is told once."""

from __future__ import annotations

from dataclasses import dataclass, field

from .events import Event, Lesson, Reporter
from .sender import timestamp


@dataclass(slots=True)
class Progress:
    """The lessons of one visit."""

    began: dict[str, str] = field(default_factory=dict)

    def begin(self, lesson: Lesson, reporter: Reporter) -> list[Event]:
        """Open a lesson; events only when it was not open yet."""
        if lesson.path in self.began:
            return []
        self.began[lesson.path] = timestamp()
        return [reporter.lesson_started(lesson, self.began[lesson.path])]

    def finish(self, lesson: Lesson, reporter: Reporter) -> list[Event]:
        """Close a lesson that was done to its end; events only when it was open."""
        began = self.began.pop(lesson.path, None)
        return [] if began is None else [reporter.lesson_finished(lesson, began)]
