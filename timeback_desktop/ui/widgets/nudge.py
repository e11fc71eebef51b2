"""The nudge: one quiet question under the bar, with answers, and a way to have it later.

It never takes the keyboard: it is announced to screen readers, F6 leads to it and back, and
it goes by itself when what it asks about is over.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from timeback_desktop.coaching.nudges import Snooze
from timeback_desktop.ui.widgets.buttons import Button
from timeback_desktop.ui.widgets.notice import NoticeStrip


def announce(widget: QWidget, words: str) -> None:
    """Say something to whoever uses a screen reader, without interrupting it."""
    event = QAccessibleAnnouncementEvent(widget, words)
    event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
    QAccessible.updateAccessibility(event)


class NudgeStrip(NoticeStrip):
    """One question at a time; ``answered`` carries the answer's key, ``snoozed`` a ``Snooze``."""

    snoozed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._menu = QMenu(self)
        self._menu.addAction(
            self.tr("Not for 15 minutes"), lambda: self._snooze(Snooze.QUARTER_HOUR)
        )
        self._menu.addAction(self.tr("Not in this session"), lambda: self._snooze(Snooze.SESSION))

    def show_nudge(self, text: str, answers: Sequence[tuple[str, str]]) -> None:
        """Ask ``text`` with ``answers`` as (key, label), and tell it to screen readers once."""
        later = Button(self.tr("Not now"), "quiet", icon="later")
        later.setAccessibleName(self.tr("Not now: choose for how long"))
        later.clicked.connect(lambda: self._offer_snooze(later))
        self.show_notice(text, answers, also=later)
        self.setAccessibleDescription(self.tr("Press F6 to answer."))
        labels = ", ".join(label for _, label in answers)
        announce(self, f"{text} {labels}. {self.tr('Press F6 to answer.')}")

    def has_keyboard(self) -> bool:
        """Tell whether what is typed goes to the strip."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _offer_snooze(self, button: Button) -> None:
        self._menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _snooze(self, length: Snooze) -> None:
        self.hide()
        self.snoozed.emit(length)
