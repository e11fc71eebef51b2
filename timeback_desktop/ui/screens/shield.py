"""The shield: what is recorded right now, and what never is, in plain facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import Button, Card, IconButton, IconMark, Text
from timeback_desktop.ui.widgets.page import clear


@dataclass(frozen=True, slots=True)
class ShieldView:
    """Facts about this very moment, from whoever runs the probes.

    ``running`` says what the probes tell that run right now.
    """

    summary: str
    recorded: Sequence[str]
    never: Sequence[str]
    running: Sequence[str] = ()


class ShieldPanel(Card):
    """A card at the side that lists facts; Escape closes it."""

    closed = Signal()
    about_computer = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: ShieldView | None = None
        self.body.setSpacing(SPACE_M - 4)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(IconMark("shield", side=24, accent=True))
        head.addWidget(Text(self.tr("Shield"), TextRole.HEADING, lines=1), 1)
        self.close_button = IconButton("close", self.tr("Close"))
        self.close_button.clicked.connect(self.closed)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(head)
        self._facts = QVBoxLayout()
        self._facts.setContentsMargins(0, 0, SPACE_S, 0)
        self._facts.setSpacing(SPACE_S + 2)
        self.body.addWidget(_scrolled(self._facts), 1)
        more = Button(self.tr("About this computer"), "quiet", icon="computer")
        more.clicked.connect(self.about_computer)
        self.body.addWidget(more)

    def set_view(self, view: ShieldView) -> None:
        """List these facts."""
        if view == self._view:
            return
        self._view = view
        clear(self._facts)
        title = Text(self.tr("What is recorded right now"), TextRole.HEADING)
        self._facts.addWidget(title)
        self._facts.addWidget(Text(view.summary))
        self._list(self.tr("Recorded"), view.recorded, "check")
        self._list(self.tr("Helpers that run right now"), view.running, "computer")
        if not view.running:
            self._facts.addWidget(Text(self.tr("No helper runs right now."), TextRole.SMALL))
        self._list(self.tr("Never recorded"), view.never, "not-recorded")
        self._facts.addStretch(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _list(self, title: str, facts: Sequence[str], icon: str) -> None:
        if not facts:
            return
        self._facts.addWidget(Text(title, TextRole.LABEL, tone="accent"))
        for fact in facts:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(SPACE_S + 2)
            row.addWidget(IconMark(icon, side=20), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Text(fact, TextRole.SMALL), 1)
            self._facts.addWidget(line)


def _scrolled(layout: QVBoxLayout) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    contents = QWidget()
    contents.setObjectName("scrolled")
    contents.setLayout(layout)
    area.setWidget(contents)
    return area
