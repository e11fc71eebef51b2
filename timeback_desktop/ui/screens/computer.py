"""What this computer can tell: one card a probe, what is lost without it, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import Button, Card, GridLayout, IconMark, Page, Text
from timeback_desktop.ui.widgets.page import clear


@dataclass(frozen=True, slots=True)
class ComputerLine:
    """One probe in plain words; ``told`` is what it tells where it works."""

    title: str
    standing: str
    works: bool
    told: str
    reason: str = ""
    lost: str = ""
    way_out: str = ""


class ComputerScreen(QWidget):
    """The capability report; Escape leads back."""

    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        page = Page(width=980)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        self._back = Button(self.tr("Back"), "link", icon="previous")
        self._back.clicked.connect(self.back)
        page.column.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)
        page.column.addWidget(Text(self.tr("What this computer can tell"), TextRole.TITLE))
        words = self.tr(
            "TimeBack counts time from its own window. These helpers make it more exact. "
            "They run only while an app is open, and never on a pause."
        )
        page.column.addWidget(Text(words, tone="soft"))
        cards = QWidget()
        self._cards = GridLayout(cards, column=400, spacing=SPACE_S)
        page.column.addWidget(cards)
        page.column.addStretch(1)

    def set_lines(self, lines: Sequence[ComputerLine]) -> None:
        """List these probes."""
        clear(self._cards)
        for line in lines:
            self._cards.addWidget(ComputerCard(line))

    def focus_first(self) -> None:
        """Put the keyboard on the way back."""
        self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        else:
            super().keyPressEvent(event)


class ComputerCard(Card):
    """One probe: what it tells, whether it works here, what is lost, what can be done."""

    def __init__(self, line: ComputerLine) -> None:
        super().__init__(padding=SPACE_M)
        self.body.setSpacing(SPACE_S)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S + 2)
        mark = IconMark("check" if line.works else "not-recorded", side=22, accent=line.works)
        head.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Text(line.title, TextRole.LABEL))
        tone = "accent" if line.works else "soft"
        names.addWidget(Text(line.standing, TextRole.SMALL, tone=tone))
        head.addLayout(names, 1)
        self.body.addLayout(head)
        self.body.addWidget(Text(line.told, TextRole.SMALL))
        lost = self.tr("Not told") if line.works else self.tr("What is lost without it")
        for title, words in (
            (self.tr("Why"), line.reason),
            (lost, line.lost),
            (self.tr("What you can do"), line.way_out),
        ):
            if words:
                self.body.addWidget(Text(f"{title}: {words}", TextRole.SMALL, tone="soft"))
        self.body.addStretch(1)
        self.setAccessibleName(f"{line.title}: {line.standing}")


class ComputerDialog(QDialog):
    """The report over an open session: the app stays where it is."""

    def __init__(self, lines: Sequence[ComputerLine], over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("page")
        self.setWindowTitle(self.tr("What this computer can tell"))
        screen = ComputerScreen()
        screen.set_lines(lines)
        screen.back.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(screen)
        look, room = theme.current(), over.size() * 0.92
        self.resize(min(look.px(900), room.width()), min(look.px(640), room.height()))
