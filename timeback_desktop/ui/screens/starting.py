"""What is shown while the platform starts, and when it cannot."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from timeback_desktop.ui.tokens import SPACE_M, TextRole
from timeback_desktop.ui.widgets import Button, Card, Page, Text

_STEPS = 1000


class StartingScreen(QWidget):
    """Progress of the start; a fault says what happened and what to do."""

    retry = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        page = Page(width=520, middle=True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        self._card = Card(padding=32)
        self._card.body.setSpacing(SPACE_M)
        page.column.addWidget(self._card)
        self._fill()
        self.show_progress(self.tr("Getting things ready"), None)

    def _fill(self) -> None:
        self._title = Text("TimeBack", TextRole.TITLE, centred=True)
        self._text = Text(tone="soft", centred=True)
        self._way_out = Text(centred=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._retry = Button(self.tr("Try again"), "primary", icon="reload")
        self._retry.clicked.connect(self.retry)
        for part in (self._title, self._text, self._way_out, self._bar):
            self._card.body.addWidget(part)
        self._card.body.addWidget(self._retry, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_progress(self, text: str, fraction: float | None) -> None:
        """Say what is going on; ``fraction`` is 0 to 1, or ``None`` when nobody knows."""
        self._title.setText("TimeBack")
        self._text.setText(text)
        self._way_out.hide()
        self._retry.hide()
        self._bar.setRange(0, 0 if fraction is None else _STEPS)
        if fraction is not None:
            self._bar.setValue(round(fraction * _STEPS))
        self._bar.show()

    def show_fault(self, cause: str, way_out: str) -> None:
        """Say what stopped the start and what to do about it."""
        self._title.setText(self.tr("We could not start yet"))
        self._text.setText(cause)
        self._way_out.setText(way_out)
        self._way_out.show()
        self._bar.hide()
        self._retry.show()
        self._retry.setFocus(Qt.FocusReason.OtherFocusReason)
