"""Learning: the app fills the window; the session bar says how the time goes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.partition import State
from timeback_desktop.ui import theme
from timeback_desktop.ui.screens.session_bar import SessionBar
from timeback_desktop.ui.screens.shield import ShieldPanel, ShieldView
from timeback_desktop.ui.screens.stage import Stage
from timeback_desktop.ui.widgets import NoticeStrip, NudgeStrip

_SHIELD_WIDTH = 340


class LearningScreen(QWidget):
    """Session bar, notice strip, the app, and the shield beside it."""

    back = Signal()
    forward = Signal()
    reload = Signal()
    home = Signal()
    pause_toggled = Signal(bool)
    shield = Signal()
    about_computer = Signal()
    end = Signal()
    retry = Signal()
    leave = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = SessionBar()
        self.notice = NoticeStrip()
        self.nudge = NudgeStrip()
        self._stage = Stage()
        self._shield = ShieldPanel()
        self._shield.setFixedWidth(_SHIELD_WIDTH)
        self._shield.hide()
        left = QVBoxLayout()
        left.addWidget(self.nudge)
        left.addWidget(self.notice)
        left.addWidget(self._stage, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(left, 1)
        middle.addWidget(self._shield)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(middle, 1)
        self._connect()

    def _connect(self) -> None:
        self.bar.back.connect(self.back)
        self.bar.forward.connect(self.forward)
        self.bar.reload.connect(self.reload)
        self.bar.home.connect(self.home)
        self.bar.end.connect(self.end)
        self.bar.pause_toggled.connect(self.pause_toggled)
        self.bar.shield_toggled.connect(self._show_shield)
        self._shield.closed.connect(self._close_shield)
        self._shield.about_computer.connect(self.about_computer)
        self._stage.failure.retry.connect(self.retry)
        self._stage.failure.left.connect(self.leave)
        self._stage.loading.cancelled.connect(self.leave)
        self._stage.paused.resumed.connect(self._resume)
        for left in (self.nudge.answered, self.nudge.snoozed, self.nudge.dismissed):
            left.connect(self._focus_view)
        QShortcut(
            QKeySequence(Qt.Key.Key_F6),
            self,
            self._turn_to_nudge,
            context=Qt.ShortcutContext.WidgetWithChildrenShortcut,
        )

    def set_app(self, name: str, icon: bytes | None, accent: str) -> None:
        """Show which app this is."""
        self.bar.set_app(name, icon, accent)
        self._stage.loading.icon.set_app(name, accent, icon)

    def set_clock(self, engaged_ms: int, elapsed_ms: int) -> None:
        """Show the time on task and the time since the start."""
        self.bar.set_clock(engaged_ms, elapsed_ms)

    def set_state(self, state: State, detail: str | None = None) -> None:
        """Show the state that holds now."""
        self.bar.set_state(state, detail)

    def set_paused(self, paused: bool) -> None:  # noqa: FBT001 - a slot
        """Cover the app while paused."""
        self.bar.set_paused(paused=paused)
        self._stage.put(self._stage.paused, shown=paused)
        if paused:
            self._stage.paused.resume_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._focus_view()

    def set_navigation(self, can_back: bool, can_forward: bool) -> None:  # noqa: FBT001 - a slot
        """Enable the ways through the app's pages."""
        self.bar.set_navigation(can_back=can_back, can_forward=can_forward)

    def set_view(self, widget: QWidget | None) -> None:
        """Show the app's view; the caller keeps owning it."""
        self._stage.set_view(widget)

    def set_shield(self, view: ShieldView) -> None:
        """Give the shield the facts of this moment."""
        self._shield.set_view(view)

    def show_nudge(self, text: str, answers: Sequence[tuple[str, str]]) -> None:
        """Ask something quietly; the keyboard stays where it is."""
        self.nudge.show_nudge(text, answers)

    def hide_nudge(self) -> None:
        """Take the question away; who was at it goes on in the app."""
        if self.nudge.isHidden():
            return
        had_keyboard = self.nudge.has_keyboard()
        self.nudge.hide()
        if had_keyboard:
            self._focus_view()

    def show_loading(self, fraction: float | None, text: str) -> None:
        """Show how far the app is on its way."""
        self._stage.put(self._stage.failure, shown=False)
        self._stage.loading.say(fraction, text)
        self._stage.put(self._stage.loading, shown=True)

    def hide_loading(self) -> None:
        """Uncover the app."""
        self._stage.put(self._stage.loading, shown=False)
        self._focus_view()

    def show_failure(self, cause: str, way_out: str, side_text: str) -> None:
        """Say what failed, what to do, and whose side it is on."""
        self._stage.failure.say(cause, way_out, side_text)
        self._stage.put(self._stage.loading, shown=False)
        self._stage.put(self._stage.failure, shown=True)
        self._stage.failure.retry_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def hide_failure(self) -> None:
        """Take the failure away."""
        self._stage.put(self._stage.failure, shown=False)

    def reset(self) -> None:
        """Go back to a blank bar, for the next session."""
        self.set_view(None)
        for cover in (self._stage.loading, self._stage.failure, self._stage.paused):
            self._stage.put(cover, shown=False)
        self.bar.set_paused(paused=False)
        self.set_navigation(can_back=False, can_forward=False)
        self.set_clock(0, 0)
        self.set_state(State.UNKNOWN)
        self.notice.hide()
        self.nudge.hide()
        self._close_shield()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the shield, and never ends a session."""
        if event.key() == Qt.Key.Key_Escape and not self._shield.isHidden():
            self._close_shield()
        else:
            super().keyPressEvent(event)

    def _show_shield(self, shown: bool) -> None:  # noqa: FBT001 - a slot
        self._shield.setFixedWidth(min(theme.current().px(_SHIELD_WIDTH), self.width() // 2 + 40))
        self._shield.setVisible(shown)
        if shown:
            self.shield.emit()
            self._shield.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn_to_nudge(self) -> None:
        if self.nudge.isHidden():
            return
        if self.nudge.has_keyboard():
            self._focus_view()
        else:
            self.nudge.focus_first()

    def _resume(self) -> None:
        self.pause_toggled.emit(False)  # noqa: FBT003 - what a signal carries has no name

    def _close_shield(self) -> None:
        self.bar.shield_button.setChecked(False)
        if self.isVisible():
            self.bar.shield_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_view(self) -> None:
        if self._stage.view is not None and not self._stage.covered():
            self._stage.view.setFocus(Qt.FocusReason.OtherFocusReason)
