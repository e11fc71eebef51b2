"""A page that scrolls when its text outgrows the window, centred when the window is wide."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from timeback_desktop.ui.tokens import PAGE_WIDTH, SPACE_L, SPACE_M


class Page(QScrollArea):
    """A scrolling page; ``column`` is the vertical layout of its contents."""

    def __init__(
        self, parent: QWidget | None = None, *, width: int = PAGE_WIDTH, middle: bool = False
    ) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        contents = QWidget()
        contents.setObjectName("scrolled")
        centre = QWidget()
        centre.setMaximumWidth(width)
        self.column = QVBoxLayout(centre)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE_M)
        row = QHBoxLayout(contents)
        row.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        row.addStretch(1)
        row.addWidget(centre, 100, Qt.AlignmentFlag.AlignVCenter if middle else Qt.AlignmentFlag(0))
        row.addStretch(1)
        self.setWidget(contents)


def reveal(control: QWidget) -> None:
    """Scroll the page so that a control can be seen."""
    above = control.parentWidget()
    while above is not None:
        if isinstance(above, Page):
            above.ensureWidgetVisible(control, SPACE_L, SPACE_L)
        above = above.parentWidget()


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        if item is not None and (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
