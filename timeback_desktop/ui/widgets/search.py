"""A field that filters while one types: Escape empties it, the down arrow leaves it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

_WIDEST = 480


class SearchField(QLineEdit):
    """One line to search with; ``left_down`` asks to go on to what was found."""

    left_down = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        self.setMaximumWidth(_WIDEST)

    def words(self) -> str:
        """Return what is searched for, ready to be compared."""
        return self.text().strip().casefold()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Empty on Escape, leave on the down arrow; the page must not scroll instead."""
        if event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
