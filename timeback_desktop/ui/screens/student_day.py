"""One student's day for a coach: the strip, the minutes, each judgement, each session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.coaching.summary import DaySummary, SessionSummary, clip, day_bounds_ms
from timeback_desktop.ui.judgements import contested_first, strip_marks
from timeback_desktop.ui.screens.verdict_card import VerdictCard, VerdictView
from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import (
    AppIcon,
    Avatar,
    Button,
    Card,
    Figure,
    GridLayout,
    IconButton,
    Page,
    StateLegend,
    Text,
    Timeline,
)
from timeback_desktop.ui.widgets.page import clear, reveal
from timeback_desktop.ui.words import length_text, part_text, time_of_day, zone


@dataclass(frozen=True, slots=True)
class StudentDayView:
    """One student and one of their days; ``today`` is the coach's present day."""

    student_id: str
    name: str
    class_name: str
    day: DaySummary
    today: date


class StudentDay(QWidget):
    """A day that can be turned over with the arrows beside its date."""

    day_changed = Signal(object)
    reviewed = Signal(str, object, str)
    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: StudentDayView | None = None
        page = Page()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        page.column.addLayout(self._head())
        page.column.addWidget(self._whole_day())
        self._verdicts_title = Text(role=TextRole.HEADING)
        self._verdicts_title.setContentsMargins(6, 0, 0, 0)
        page.column.addWidget(self._verdicts_title)
        self._verdicts = QVBoxLayout()
        self._verdicts.setSpacing(SPACE_S - 4)
        page.column.addLayout(self._verdicts)
        self._sessions_title = Text(role=TextRole.HEADING)
        self._sessions_title.setContentsMargins(6, 0, 0, 0)
        page.column.addWidget(self._sessions_title)
        self._sessions = QVBoxLayout()
        self._sessions.setSpacing(SPACE_S - 4)
        page.column.addLayout(self._sessions)
        self._empty = Text(tone="soft", centred=True)
        page.column.addWidget(self._empty)
        page.column.addStretch(1)

    def _head(self) -> QVBoxLayout:
        self._back = Button(self.tr("All students"), "link", icon="previous")
        self._back.clicked.connect(self.back)
        self._avatar = Avatar(side=52)
        self._name = Text(role=TextRole.TITLE, lines=2)
        self._class = Text(role=TextRole.SMALL, tone="soft", lines=1)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._class)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 0, 0)
        row.setSpacing(SPACE_M)
        row.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        column = QVBoxLayout()
        column.setSpacing(SPACE_S)
        column.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(row)
        column.addWidget(self._date_row())
        return column

    def _date_row(self) -> QWidget:
        self._previous = IconButton("previous", self.tr("Day before"))
        self._next = IconButton("next", self.tr("Day after"))
        self._today = Button(self.tr("Today"), "quiet", icon="calendar")
        self._previous.clicked.connect(lambda: self._turn(-1))
        self._next.clicked.connect(lambda: self._turn(1))
        self._today.clicked.connect(self._turn_to_today)
        self._date = Text(role=TextRole.HEADING, lines=2)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for part in (self._previous, self._date, self._next, self._today):
            row.addWidget(part)
        row.addStretch(1)
        return holder

    def _whole_day(self) -> Card:
        self._card = Card()
        self._card.body.setSpacing(SPACE_M)
        self._engaged = Figure(self.tr("On task"))
        self._longest = Figure(self.tr("Longest stretch in a row"))
        self._span = Figure(self.tr("All sessions together"))
        figures = QWidget()
        grid = GridLayout(figures, column=190, spacing=SPACE_M)
        for figure in (self._engaged, self._longest, self._span):
            grid.addWidget(figure)
        self._timeline = Timeline(height=46)
        self._legend = StateLegend()
        for part in (figures, self._timeline, self._legend):
            self._card.body.addWidget(part)
        return self._card

    def set_view(self, view: StudentDayView) -> None:
        """Show this student's day."""
        self._view = view
        self._avatar.set_person(view.student_id, view.name)
        self._name.setText(view.name)
        self._class.setText(view.class_name)
        self._class.setVisible(bool(view.class_name))
        self._date.setText(_date_words(view.day.day))
        self._next.setEnabled(view.day.day < view.today)
        self._today.setEnabled(view.day.day != view.today)
        shown = bool(view.day.sessions)
        self._card.setVisible(shown)
        self._sessions_title.setVisible(shown)
        self._empty.setVisible(not shown)
        words = self.tr("Nothing was recorded on this day. The arrows lead to other days.")
        self._empty.setText(words)
        self._show_day(view.day)
        self._show_verdicts(view.day)
        self._show_sessions(view.day)

    def focus_first(self) -> None:
        """Put the keyboard on the strip of the day, or on the way back."""
        target = self._back if self._card.isHidden() else self._timeline.strip
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_verdict(self, verdict_id: str) -> None:
        """Put the keyboard on a verdict's card, wherever it stands now."""
        for card in self.findChildren(VerdictCard):
            if card.judgement.id == verdict_id and card.isVisible():
                card.focus_first()
                reveal(card)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        else:
            super().keyPressEvent(event)

    def _show_day(self, day: DaySummary) -> None:
        totals = day.totals
        self._engaged.set_value(part_text(totals.engaged_ms, totals.counted_ms))
        longest = max((s.longest_focus_ms for s in day.sessions), default=0)
        self._longest.set_value(length_text(longest))
        self._span.set_value(length_text(totals.span_ms))
        self._legend.set_totals(totals)
        bounds = day_bounds_ms(day.day, day.timezone)
        stretches = [
            (stretch, session.app_name)
            for session in day.sessions
            for stretch in clip(session.stretches, *bounds)
        ]
        self._timeline.set_stretches(stretches, zone(day.timezone))
        self._timeline.set_marks(strip_marks(day.verdicts))

    def _show_verdicts(self, day: DaySummary) -> None:
        clear(self._verdicts)
        where = zone(day.timezone)
        apps = {each.id: s.app_name for s in day.sessions for each in s.verdicts}
        judgements = contested_first(day.verdicts)
        for each in judgements:
            card = VerdictCard(VerdictView(each, apps[each.id], where))
            card.reviewed.connect(self.reviewed)
            self._verdicts.addWidget(card)
        title = self.tr("Moments to look at: {n}").format(n=len(judgements))
        self._verdicts_title.setText(title)
        self._verdicts_title.setVisible(bool(judgements))

    def _show_sessions(self, day: DaySummary) -> None:
        clear(self._sessions)
        self._sessions_title.setText(self.tr("Sessions: {n}").format(n=len(day.sessions)))
        where = zone(day.timezone)
        for session in day.sessions:
            self._sessions.addWidget(SessionLine(session, where))

    def _turn(self, days: int) -> None:
        if self._view is not None:
            self.day_changed.emit(self._view.day.day + timedelta(days=days))

    def _turn_to_today(self) -> None:
        if self._view is not None:
            self.day_changed.emit(self._view.today)


class SessionLine(Card):
    """One session: app, from when to when, how much of it on task, and its strip."""

    def __init__(self, session: SessionSummary, where: tzinfo) -> None:
        super().__init__(padding=SPACE_M)
        icon = AppIcon(side=40)
        icon.set_app(session.app_name, "", None)
        self._session = session
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(session.app_name, TextRole.LABEL, lines=2))
        words.addWidget(Text(self._when(where), TextRole.SMALL, tone="soft"))
        share = part_text(session.totals.engaged_ms, session.totals.counted_ms)
        amount = Text(self.tr("{part} on task").format(part=share), TextRole.LABEL, lines=2)
        amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.setSpacing(SPACE_M - 4)
        head.addWidget(icon)
        head.addLayout(words, 3)
        head.addWidget(amount, 2)
        self.body.addLayout(head)
        timeline = Timeline(height=30)
        timeline.set_stretches([(s, "") for s in session.stretches], where)
        timeline.set_marks(strip_marks(session.verdicts))
        self.body.addWidget(timeline)

    def _when(self, where: tzinfo) -> str:
        start = time_of_day(self._session.started_at_ms, where)
        parts = [self._session.subject]
        if self._session.ended_at_ms is None:
            parts.append(self.tr("since {start}, still open").format(start=start))
        else:
            end = time_of_day(self._session.ended_at_ms, where)
            parts.append(self.tr("{start} to {end}").format(start=start, end=end))
        match self._session.end_reason:
            case "timed_out":
                parts.append(self.tr("ended by itself after a long quiet time"))
            case "interrupted":
                parts.append(self.tr("interrupted, for example by a restart"))
        return " \u00b7 ".join(part for part in parts if part)


def _date_words(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), "dddd, d MMMM yyyy")
