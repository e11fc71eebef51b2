"""The coach's screen: the students, and one student's day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from timeback_desktop.coaching.summary import Stretch
from timeback_desktop.ui.screens.student_day import StudentDay, StudentDayView
from timeback_desktop.ui.tokens import SPACE_M, TextRole
from timeback_desktop.ui.widgets import (
    Avatar,
    Button,
    FlowLayout,
    IconMark,
    NoticeStrip,
    Page,
    SearchField,
    Strip,
    Text,
    Tile,
    TileGrid,
    TurningRow,
)
from timeback_desktop.ui.words import zone

_ONE_COLUMN = 4000


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One student as the list shows them; ``stretches`` are today's."""

    id: str
    name: str
    class_name: str
    minutes_today: int
    stretches: Sequence[Stretch]
    last_seen: str


@dataclass(frozen=True, slots=True)
class CoachView:
    """A coach and their students."""

    name: str
    timezone: str
    students: Sequence[StudentRow]


class StudentTile(Tile):
    """One student: who, how many minutes today, the strip of the day, last seen."""

    def __init__(self, row: StudentRow, where: tzinfo, axis: tuple[int, int] | None) -> None:
        super().__init__("")
        self.row = row
        minutes = self.tr("{m} min today").format(m=row.minutes_today)
        seen = row.last_seen or self.tr("Not seen today")
        self.setAccessibleName(
            ", ".join(part for part in (row.name, row.class_name, minutes, seen) if part)
        )
        strip = Strip(height=26, ticks=False, walkable=False)
        strip.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        start, end = axis or (None, None)
        strip.set_stretches([(s, "") for s in row.stretches], where, from_ms=start, to_ms=end)
        line = QHBoxLayout(self)
        line.setContentsMargins(SPACE_M + 6, SPACE_M - 4, SPACE_M + 6, SPACE_M - 2)
        line.setSpacing(SPACE_M)
        line.addWidget(Avatar(row.id, row.name, side=42))
        line.addLayout(_pair(row.name, row.class_name), 5)
        line.addLayout(_pair(minutes, seen), 4)
        line.addWidget(strip, 8)
        line.addWidget(IconMark("next", side=20))


def _pair(strong: str, soft: str) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(1)
    column.addStretch(1)
    column.addWidget(Text(strong, TextRole.LABEL, lines=4))
    if soft:
        column.addWidget(Text(soft, TextRole.SMALL, tone="soft", lines=4))
    column.addStretch(1)
    return column


class _Roster(QWidget):
    """The list of students."""

    chosen = Signal(str)
    about_computer = Signal()
    sign_out = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._tiles: list[StudentTile] = []
        page = Page()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        column = page.column
        column.addWidget(self._head())
        self._filter = SearchField(self.tr("Find a student or a class"))
        self._filter.left_down.connect(self.focus_first)
        self._filter.textChanged.connect(self._show_matching)
        column.addWidget(self._filter)
        self._grid = TileGrid(column=_ONE_COLUMN)
        column.addWidget(self._grid)
        self._empty = Text(tone="soft", centred=True)
        column.addWidget(self._empty)
        column.addStretch(1)

    def _head(self) -> TurningRow:
        self._title = Text(self.tr("Your students"), TextRole.TITLE)
        self._who = Text(role=TextRole.SMALL, tone="soft", lines=2)
        self._leave = Button(self.tr("Sign out"), "quiet", icon="sign-out")
        self._leave.clicked.connect(self.sign_out)
        self._computer = Button(self.tr("What this computer can tell"), "quiet", icon="computer")
        self._computer.clicked.connect(self.about_computer)
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._who)
        ways = QWidget()
        flow = FlowLayout(ways)
        flow.addWidget(self._computer)
        flow.addWidget(self._leave)
        head = QWidget()
        head.setLayout(words)
        row = TurningRow(least=640)
        row.add(head, 1)
        row.add(ways, beside=Qt.AlignmentFlag.AlignTop)
        return row

    def set_view(self, view: CoachView) -> None:
        """List these students, on one axis of time so that strips can be compared."""
        self._who.setText(view.name)
        where = zone(view.timezone)
        axis = _common_axis(view.students)
        self._tiles = [StudentTile(row, where, axis) for row in view.students]
        for tile in self._tiles:
            tile.clicked.connect(lambda _checked=False, row=tile.row: self.chosen.emit(row.id))
        self._grid.set_tiles(list(self._tiles))
        self._filter.setVisible(bool(self._tiles))
        self._show_matching()

    def focus_first(self) -> None:
        """Put the keyboard on the first student."""
        shown = self._grid.tiles()
        target = shown[0] if shown else self._leave
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_student(self, student_id: str) -> None:
        """Put the keyboard back on the student whose day was open."""
        for tile in self._tiles:
            if tile.row.id == student_id and not tile.isHidden():
                tile.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_matching(self) -> None:
        words = self._filter.words()
        wanted = {
            tile
            for tile in self._tiles
            if words in f"{tile.row.name} {tile.row.class_name}".casefold()
        }
        self._grid.show_only(set(wanted))
        self._empty.setVisible(not wanted)
        if self._tiles:
            self._empty.setText(self.tr("Nobody matches. Try fewer letters."))
        else:
            self._empty.setText(
                self.tr("You have no students yet. The school adds them to your classes.")
            )


def _common_axis(students: Sequence[StudentRow]) -> tuple[int, int] | None:
    stretches = [stretch for row in students for stretch in row.stretches]
    if not stretches:
        return None
    start = min(stretch.started_at_ms for stretch in stretches)
    return start, max(stretch.ended_at_ms for stretch in stretches)


class CoachScreen(QWidget):
    """The list of students, and behind each their day.

    ``reviewed`` carries a verdict's id, the ``ReviewResult`` and a note.
    """

    student_chosen = Signal(str)
    day_changed = Signal(object)
    reviewed = Signal(str, object, str)
    about_computer = Signal()
    back = Signal()
    sign_out = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = NoticeStrip()
        self._roster = _Roster()
        self._day = StudentDay()
        self._student_id = ""
        self._pages = QStackedWidget()
        self._pages.addWidget(self._roster)
        self._pages.addWidget(self._day)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self._pages, 1)
        self._roster.chosen.connect(self.student_chosen)
        self._roster.sign_out.connect(self.sign_out)
        self._day.day_changed.connect(self.day_changed)
        self._day.reviewed.connect(self.reviewed)
        self._roster.about_computer.connect(self.about_computer)
        self._day.back.connect(self._leave_day)

    def set_view(self, view: CoachView) -> None:
        """Show the list of students."""
        self._roster.set_view(view)
        self._pages.setCurrentWidget(self._roster)

    def show_day(self, view: StudentDayView) -> None:
        """Show one student's day."""
        self._student_id = view.student_id
        self._day.set_view(view)
        if self._pages.currentWidget() is not self._day:
            self._pages.setCurrentWidget(self._day)
            self._day.focus_first()

    def focus_verdict(self, verdict_id: str) -> None:
        """Put the keyboard on the verdict that was just answered."""
        self._day.focus_verdict(verdict_id)

    def show_students(self) -> None:
        """Go back to the list, with the keyboard where it was."""
        self._pages.setCurrentWidget(self._roster)
        self._roster.focus_student(self._student_id)

    def focus_first(self) -> None:
        """Put the keyboard where it helps."""
        if self._pages.currentWidget() is self._roster:
            self._roster.focus_first()
        else:
            self._day.focus_first()

    def _leave_day(self) -> None:
        self.show_students()
        self.back.emit()
