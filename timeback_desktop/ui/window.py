"""The one window: a stack of screens, and a footer that tells how sending goes.

It decides nothing and remembers nothing; the controller says which screen is shown.
Screens are made when they are first asked for, so that the first one paints early.
"""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from timeback_desktop.ui.screens.coach import CoachScreen
from timeback_desktop.ui.screens.computer import ComputerScreen
from timeback_desktop.ui.screens.home import HomeScreen
from timeback_desktop.ui.screens.learning import LearningScreen
from timeback_desktop.ui.screens.session_card import SessionCardScreen
from timeback_desktop.ui.screens.starting import StartingScreen
from timeback_desktop.ui.screens.who import WhoScreen
from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import IconMark, Text

_STEPS = 1000
_Screen = TypeVar("_Screen", bound=QWidget)


class _Footer(QWidget):
    """How sending goes, in words, with a bar while a backlog drains."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("footer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words = Text(role=TextRole.SMALL, tone="soft", lines=1)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _STEPS)
        self._bar.setFixedWidth(180)
        self._bar.setAccessibleName(self.tr("Sending what was saved"))
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S - 2, SPACE_M, SPACE_S - 2)
        row.setSpacing(SPACE_S)
        row.addWidget(IconMark("cloud", side=18))
        row.addWidget(self._words, 1)
        row.addWidget(self._bar)
        self.say("", None)

    def say(self, text: str, fraction: float | None) -> None:
        """Show words and, with a fraction, the bar."""
        self._words.setText(text)
        self.setVisible(bool(text))
        self._bar.setVisible(fraction is not None)
        if fraction is not None:
            self._bar.setValue(round(fraction * _STEPS))


class MainWindow(QMainWindow):
    """The window a student learns in."""

    close_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._held_open = False
        self.setWindowTitle("TimeBack")
        self.setMinimumSize(900, 600)
        self.resize(1280, 800)
        self._pages = QStackedWidget()
        self._pages.setObjectName("pages")
        self._footer = _Footer()
        middle = QWidget()
        middle.setObjectName("page")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._pages, 1)
        column.addWidget(self._footer)
        self.setCentralWidget(middle)
        QShortcut(QKeySequence(Qt.Key.Key_F11), self, self._toggle_full_screen)

    @cached_property
    def starting(self) -> StartingScreen:
        """The progress of the start."""
        return self._add(StartingScreen())

    @cached_property
    def who(self) -> WhoScreen:
        """The choice of a person."""
        return self._add(WhoScreen())

    @cached_property
    def home(self) -> HomeScreen:
        """The choice of an app."""
        return self._add(HomeScreen())

    @cached_property
    def learning(self) -> LearningScreen:
        """The app and the session bar."""
        return self._add(LearningScreen())

    @cached_property
    def session_card(self) -> SessionCardScreen:
        """How a session went."""
        return self._add(SessionCardScreen())

    @cached_property
    def coach(self) -> CoachScreen:
        """The coach's students and their days."""
        return self._add(CoachScreen())

    @cached_property
    def computer(self) -> ComputerScreen:
        """What this computer can tell."""
        return self._add(ComputerScreen())

    def show_starting(self) -> None:
        """Show the progress of the start."""
        self._pages.setCurrentWidget(self.starting)

    def show_who(self) -> None:
        """Show the choice of a person."""
        self._pages.setCurrentWidget(self.who)
        self.who.focus_first()

    def show_home(self) -> None:
        """Show the choice of an app."""
        self._pages.setCurrentWidget(self.home)
        self.home.focus_first()

    def show_learning(self) -> None:
        """Show the app."""
        self._pages.setCurrentWidget(self.learning)

    def show_session_card(self) -> None:
        """Show how the session went."""
        self._pages.setCurrentWidget(self.session_card)
        self.session_card.focus_first()

    def show_coach(self) -> None:
        """Show the coach's students."""
        self._pages.setCurrentWidget(self.coach)
        self.coach.focus_first()

    def show_computer(self) -> None:
        """Show what this computer can tell."""
        self._pages.setCurrentWidget(self.computer)
        self.computer.focus_first()

    def current_screen(self) -> QWidget | None:
        """Return the screen that is shown, ``None`` before the first."""
        return self._pages.currentWidget()

    def set_sync(self, text: str, fraction: float | None = None) -> None:
        """Tell how sending goes; ``fraction`` (0 to 1) while a backlog drains."""
        self._footer.say(text, fraction)

    def hold_open(self, *, held: bool) -> None:
        """While held, a wish to close only emits ``close_asked``."""
        self._held_open = held

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, or ask whoever holds the window open."""
        if self._held_open:
            event.ignore()
        else:
            super().closeEvent(event)
        self.close_asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves full screen; it never closes anything."""
        if event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.showNormal()
        else:
            super().keyPressEvent(event)

    def _add(self, screen: _Screen) -> _Screen:
        self._pages.addWidget(screen)
        return screen

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()
