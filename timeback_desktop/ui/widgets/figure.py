"""A number with the words that say what it counts; never one without the other."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from timeback_desktop.ui.tokens import TextRole
from timeback_desktop.ui.widgets.text import Text


class Figure(QWidget):
    """A figure: large value, small label."""

    def __init__(self, label: str, value: str = "") -> None:
        super().__init__()
        self._value = Text(value, TextRole.HEADING, lines=2)
        self._label = Text(label, TextRole.SMALL, tone="soft", lines=2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._value)
        column.addWidget(self._label)
        self.set_value(value)

    def set_value(self, value: str) -> None:
        """Show another value."""
        self._value.setText(value)
        self.setAccessibleName(f"{self._label.text()}: {value}")

    def value(self) -> str:
        """Return what is shown."""
        return self._value.text()
