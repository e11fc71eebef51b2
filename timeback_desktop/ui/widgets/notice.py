"""A quiet strip under the bar: it says one thing and may offer answers; never a modal."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets.buttons import Button, IconButton
from timeback_desktop.ui.widgets.flow import FlowLayout
from timeback_desktop.ui.widgets.page import clear
from timeback_desktop.ui.widgets.text import Text
from timeback_desktop.ui.widgets.turning import TurningRow


class NoticeStrip(QWidget):
    """One sentence with answers; it takes no focus by itself and can be put away."""

    answered = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = Text(role=TextRole.LABEL, tone="notice")
        self._answers = QWidget()
        self._flow = FlowLayout(self._answers)
        self._close = IconButton("close", self.tr("Put this away"))
        self._close.clicked.connect(self._dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        row.setSpacing(SPACE_M)
        words = TurningRow(least=640)
        words.add(self._text, 2)
        words.add(self._answers, 3)
        row.addWidget(words, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_notice(
        self, text: str, answers: Sequence[tuple[str, str]] = (), *, also: QWidget | None = None
    ) -> None:
        """Say ``text`` and offer ``answers`` as (key, label); ``answered`` carries the key.

        ``also`` stands behind the answers.
        """
        self._text.setText(text)
        self.setAccessibleName(text)
        clear(self._flow)
        for key, label in answers:
            button = Button(label, "notice")
            button.clicked.connect(lambda _checked=False, key=key: self._answer(key))
            self._flow.addWidget(button)
        if also is not None:
            self._flow.addWidget(also)
        self._answers.setVisible(bool(answers))
        self.show()

    def focus_first(self) -> None:
        """Put the keyboard on the first answer, or on the way to put the strip away."""
        item = self._flow.itemAt(0)
        first = item.widget() if item is not None else None
        (first or self._close).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Put the strip away on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fill the strip with the colour of notices."""
        painter = QPainter(self)
        painter.fillRect(QRectF(self.rect()), QColor(theme.current().colours.notice))

    def _answer(self, key: str) -> None:
        self.hide()
        self.answered.emit(key)

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
