"""A row that becomes a column when the window is narrow or the text is large."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import SPACE_M

_ANYHOW = Qt.AlignmentFlag(0)


class TurningRow(QWidget):
    """Parts side by side while ``least`` pixels (at 100 % text) are there, else stacked."""

    def __init__(self, *, least: int, spacing: int = SPACE_M) -> None:
        super().__init__()
        self._least = least
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(spacing)
        self._alignments: list[tuple[QWidget, Qt.AlignmentFlag]] = []

    def add(self, part: QWidget, stretch: int = 0, *, beside: Qt.AlignmentFlag = _ANYHOW) -> None:
        """Add a part; ``beside`` is its alignment while the parts stand side by side."""
        self._row.addWidget(part, stretch, beside)
        self._alignments.append((part, beside))

    def is_stacked(self) -> bool:
        """Whether the parts are stacked now."""
        return self._row.direction() == QBoxLayout.Direction.TopToBottom

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn when the width asks for it."""
        super().resizeEvent(event)
        self._turn()

    def changeEvent(self, event: QEvent) -> None:
        """Turn when the text scale asks for it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._turn()

    def _turn(self) -> None:
        stacked = self.width() < theme.current().px(self._least)
        if stacked == self.is_stacked():
            return
        way = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(way)
        for part, beside in self._alignments:
            fixed = part.sizePolicy().horizontalPolicy().value == 0
            below = Qt.AlignmentFlag.AlignLeft if fixed else _ANYHOW
            self._row.setAlignment(part, below if stacked else beside)
