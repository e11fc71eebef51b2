"""The session bar: which app, how long, in what state, and every way out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.partition import State
from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import AppIcon, Button, IconButton, StateBadge, Text
from timeback_desktop.ui.words import clock_text


class SessionBar(QWidget):
    """One row, or two when the text is large; it never loses a control."""

    back = Signal()
    forward = Signal()
    reload = Signal()
    home = Signal()
    pause_toggled = Signal(bool)
    shield_toggled = Signal(bool)
    end = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paused = False
        self._rows = 0
        self._where = self._navigation()
        self._app = self._identity()
        self._time = self._clock_and_state()
        self._actions = self._ways_out()
        self._lines = [QHBoxLayout() for _ in range(3)]
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        column.setSpacing(0)
        for line in self._lines:
            line.setSpacing(SPACE_M)
            column.addLayout(line)
        self._arrange(1)
        self.set_clock(0, 0)

    def _navigation(self) -> QWidget:
        self.back_button = IconButton("back", self.tr("Back"))
        self.forward_button = IconButton("forward", self.tr("Forward"))
        self.reload_button = IconButton("reload", self.tr("Load this page again"))
        self.home_button = IconButton("home", self.tr("First page of the app"))
        self.back_button.clicked.connect(self.back)
        self.forward_button.clicked.connect(self.forward)
        self.reload_button.clicked.connect(self.reload)
        self.home_button.clicked.connect(self.home)
        return _row(
            self.back_button, self.forward_button, self.reload_button, self.home_button, gap=2
        )

    def _identity(self) -> QWidget:
        self._icon = AppIcon(side=34)
        self._name = Text(role=TextRole.LABEL, lines=1)
        return _row(self._icon, self._name, gap=SPACE_S + 2)

    def _clock_and_state(self) -> QWidget:
        self._clock = Text(role=TextRole.HEADING, lines=1)
        self._clock_words = Text(self.tr("active / elapsed"), TextRole.SMALL, tone="soft", lines=1)
        self._clock.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._clock_words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._clock.keep_whole()
        self._clock_words.keep_whole()
        stack = QWidget()
        column = QVBoxLayout(stack)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._clock, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._clock_words, 0, Qt.AlignmentFlag.AlignHCenter)
        self.badge = StateBadge()
        return _row(stack, self.badge, gap=SPACE_M + 4)

    def _ways_out(self) -> QWidget:
        self.pause_button = Button(self.tr("Pause"), icon="pause")
        self.shield_button = IconButton("shield", self.tr("What is recorded right now"))
        self.shield_button.setCheckable(True)
        self.end_button = Button(self.tr("End"), "primary", icon="end")
        self.pause_button.clicked.connect(lambda: self.pause_toggled.emit(not self._paused))
        self.shield_button.toggled.connect(self.shield_toggled)
        self.end_button.clicked.connect(self.end)
        return _row(self.shield_button, self.pause_button, self.end_button, gap=SPACE_S)

    def set_app(self, name: str, icon: bytes | None, accent: str) -> None:
        """Show which app this is."""
        self._icon.set_app(name, accent, icon)
        self._name.setText(name)
        self._choose_rows()

    def set_clock(self, engaged_ms: int, elapsed_ms: int) -> None:
        """Show the time on task and the time since the start."""
        engaged, elapsed = clock_text(engaged_ms), clock_text(elapsed_ms)
        words = f"{engaged} / {elapsed}"
        if words == self._clock.text():
            return
        self._clock.setText(words)
        told = self.tr("{engaged} on task of {elapsed} since the start")
        self._clock.setAccessibleName(told.format(engaged=engaged, elapsed=elapsed))

    def clock_words(self) -> str:
        """Return what the clock shows."""
        return self._clock.text()

    def set_state(self, state: State, detail: str | None = None) -> None:
        """Show the state that holds now."""
        self.badge.set_state(state, detail)
        self._choose_rows()

    def set_paused(self, *, paused: bool) -> None:
        """Offer Resume while paused, Pause otherwise."""
        self._paused = paused
        self.pause_button.set_label(self.tr("Resume") if paused else self.tr("Pause"))
        self.pause_button.set_icon_name("play" if paused else "pause")

    def set_navigation(self, *, can_back: bool, can_forward: bool) -> None:
        """Enable the ways through the app's pages."""
        self.back_button.setEnabled(can_back)
        self.forward_button.setEnabled(can_forward)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use two rows when one is too narrow."""
        super().resizeEvent(event)
        self._choose_rows()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar's surface and its lower edge."""
        painter = QPainter(self)
        colours = theme.current().colours
        painter.fillRect(self.rect(), QColor(colours.surface))
        edge = QRectF(0, self.height() - 1, self.width(), 1)
        painter.fillRect(edge, QColor(colours.border))

    def changeEvent(self, event: QEvent) -> None:
        """Choose anew how many rows it takes when the text scale changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._choose_rows()

    def _choose_rows(self) -> None:
        """Take the fewest rows in which every control is whole and the name has some room."""
        where, time, actions = (
            part.sizeHint().width() + SPACE_M for part in (self._where, self._time, self._actions)
        )
        room = self.width() - SPACE_M * 2
        if room >= where + time + actions + theme.current().px(140):
            self._arrange(1)
        else:
            self._arrange(2 if room >= time + actions else 3)

    def _arrange(self, rows: int) -> None:
        if rows == self._rows:
            return
        self._rows = rows
        for line in self._lines:
            while line.count():
                line.takeAt(0)
        first, second, third = self._lines
        first.addWidget(self._where)
        first.addWidget(self._app, 1)
        (first if rows == 1 else second).addWidget(self._time)
        if rows == 3:
            second.addStretch(1)
        last = (first, second, third)[rows - 1]
        if rows > 1:
            last.addStretch(1)
        last.addWidget(self._actions)


def _row(*parts: QWidget, gap: int) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(gap)
    for part in parts:
        row.addWidget(part, 1 if isinstance(part, Text) else 0)
    return holder
