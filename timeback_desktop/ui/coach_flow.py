"""A coach's way through the students and their days, from what is kept on this computer."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import date

from PySide6.QtCore import QCoreApplication, QObject, Signal

from timeback_desktop.coaching.summary import (
    DaySummary,
    Stretch,
    clip,
    day_bounds_ms,
    local_date,
)
from timeback_desktop.errors import TimeBackError
from timeback_desktop.identity.model import Profile, SignedIn
from timeback_desktop.sessions.verdicts import Judgement
from timeback_desktop.ui.ports import CoachPorts
from timeback_desktop.ui.screens.coach import CoachScreen, CoachView, StudentRow
from timeback_desktop.ui.screens.student_day import StudentDayView
from timeback_desktop.ui.tasks import Tasks
from timeback_desktop.ui.words import time_of_day, whole_minutes, zone
from timeback_desktop.waste.verdict import ReviewResult


class CoachFlow(QObject):
    """Drive the coach's screen. ``ready`` once the list stands, ``failed`` with a fault."""

    ready = Signal()
    day_shown = Signal()
    failed = Signal(object)

    def __init__(self, screen: CoachScreen, ports: CoachPorts, tasks: Tasks) -> None:
        super().__init__(screen)
        self._screen = screen
        self._platform, self._records = ports.platform, ports.records
        self._recorder, self._clock = ports.recorder, ports.clock
        self._tasks = tasks
        self._signed_in: SignedIn | None = None
        self._students: dict[str, Profile] = {}
        self._chosen = ""
        self._day: date | None = None
        screen.student_chosen.connect(self._choose)
        screen.day_changed.connect(self._show_date)
        screen.reviewed.connect(self._review)

    def start(self, signed_in: SignedIn) -> None:
        """Show the students of this coach."""
        self._signed_in = signed_in
        token = signed_in.access_token
        self._tasks.run(lambda: self._platform.students(token), self._summarise, self.failed.emit)

    def _summarise(self, students: Sequence[Profile]) -> None:
        self._students = {student.id: student for student in students}
        future = self._records.days([student.id for student in students])
        self._tasks.follow(future, self._list, self.failed.emit)

    def _list(self, days: Sequence[DaySummary]) -> None:
        if self._signed_in is None:
            return
        timezone = days[0].timezone if days else "UTC"
        rows = [_row(self._students[day.student_id], day) for day in days]
        rows.sort(key=lambda row: (-row.minutes_today, row.name))
        self._screen.set_view(CoachView(self._signed_in.user.name, timezone, rows))
        self.ready.emit()

    def _choose(self, student_id: str) -> None:
        self._chosen, self._day = student_id, None
        self._follow(self._records.day(student_id))

    def _show_date(self, day: object) -> None:
        if isinstance(day, date):
            self._day = day
            self._follow(self._records.day(self._chosen, day))

    def _review(self, verdict_id: str, result: ReviewResult, notes: str) -> None:
        """Keep a coach's answer, and show the day as it counts now."""
        if self._signed_in is None:
            return
        if self._signed_in.user.role != "teacher":  # an administrator looks on
            words = self.tr("A coach of this student decides that.")
            self._screen.notice.show_notice(words)
            return
        said = self._recorder.review(
            verdict_id, by=self._signed_in.user.id, result=result, notes=notes
        )
        self._tasks.follow(said, self._show_reviewed, self._say)

    def _show_reviewed(self, judgement: Judgement) -> None:
        def show(day: DaySummary) -> None:
            self._show_day(day)
            self._screen.focus_verdict(judgement.id)

        self._screen.notice.hide()
        self._tasks.follow(self._records.day(self._chosen, self._day), show, self._say)

    def _follow(self, future: Future[DaySummary]) -> None:
        self._tasks.follow(future, self._show_day, self._say)

    def _show_day(self, day: DaySummary) -> None:
        student = self._students.get(day.student_id)
        if student is None:
            return
        today = local_date(self._clock.stamp().utc_ms, day.timezone)
        self._screen.show_day(
            StudentDayView(
                student_id=student.id,
                name=student.name,
                class_name=student.class_name or "",
                day=day,
                today=today,
            )
        )
        self.day_shown.emit()

    def _say(self, fault: TimeBackError) -> None:
        self._screen.notice.show_notice(str(fault))


def _last_seen(stretches: Sequence[Stretch], timezone: str) -> str:
    if not stretches:
        return ""
    clock = time_of_day(stretches[-1].ended_at_ms, zone(timezone))
    return QCoreApplication.translate("CoachFlow", "Last seen {time}").format(time=clock)


def _row(student: Profile, day: DaySummary) -> StudentRow:
    bounds = day_bounds_ms(day.day, day.timezone)
    stretches = tuple(part for s in day.sessions for part in clip(s.stretches, *bounds))
    return StudentRow(
        id=student.id,
        name=student.name,
        class_name=student.class_name or "",
        minutes_today=whole_minutes(day.totals.engaged_ms),
        stretches=stretches,
        last_seen=_last_seen(stretches, day.timezone),
    )
