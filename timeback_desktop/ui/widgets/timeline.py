"""A strip with its caption and key, and the legend that gives each state its minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.coaching.summary import Stretch
from timeback_desktop.partition import State, Totals
from timeback_desktop.ui.tokens import SPACE_S, SPACE_XS, TextRole
from timeback_desktop.ui.widgets.flow import FlowLayout, GridLayout
from timeback_desktop.ui.widgets.page import clear
from timeback_desktop.ui.widgets.state_badge import StateDot
from timeback_desktop.ui.widgets.strip import Strip, StripMark
from timeback_desktop.ui.widgets.strip_paint import MarkSample, Swatch
from timeback_desktop.ui.widgets.text import Text, plain_tip
from timeback_desktop.ui.words import group_word, length_text, state_meaning


class Timeline(QWidget):
    """A strip that can be walked, and below it the words for the part that is picked."""

    def __init__(self, *, height: int = 40) -> None:
        super().__init__()
        self.strip = Strip(height=height)
        self._caption = Text(role=TextRole.SMALL, tone="soft")
        self.strip.told.connect(self._tell)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.strip)
        column.addWidget(self._caption)
        self._key = QWidget()
        self._above = _key_line(self.tr("How the work was done"), contested=False)
        self._contested = _key_line(self.tr("Said to be work"), contested=True)
        row = FlowLayout(self._key, spacing=SPACE_S * 2)
        row.addWidget(self._above)
        row.addWidget(self._contested)
        self._key.hide()
        column.addWidget(self._key)

    def set_marks(self, marks: Sequence[StripMark]) -> None:
        """Show verdicts on the strip, and below it what their signs mean."""
        self.strip.set_marks(marks)
        self._above.setVisible(any(mark.above for mark in marks))
        self._contested.setVisible(any(mark.contested for mark in marks))
        self._key.setVisible(not (self._above.isHidden() and self._contested.isHidden()))

    def set_stretches(self, stretches: Sequence[tuple[Stretch, str]], where: tzinfo) -> None:
        """Show stretches, each with the name of its app (or nothing)."""
        self.strip.set_stretches(stretches, where)
        hint = self.tr("Point at a part, or use the arrow keys, to see what it was.")
        self._caption.setText(hint if self.strip.count() else self.tr("Nothing was recorded."))
        self._caption.set_tone("soft")

    def caption(self) -> str:
        """Return the words below the strip."""
        return self._caption.text()

    def _tell(self, words: str) -> None:
        self._caption.setText(words)
        self._caption.set_tone("")


def _key_line(words: str, *, contested: bool) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_S)
    row.addWidget(MarkSample(contested=contested), 0, Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(Text(words, TextRole.SMALL, tone="soft"), 1)
    return line


class StateLegend(QWidget):
    """Every state that occurred: its pattern, shape, word, and length."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = GridLayout(self, column=290, spacing=SPACE_S)

    def set_totals(self, totals: Totals) -> None:
        """List the states of these totals, in their fixed order."""
        clear(self._grid)
        for state in State:
            if ms := totals.by_state.get(state, 0):
                self._grid.addWidget(_LegendLine(state, ms))
        self.updateGeometry()


class _LegendLine(QWidget):
    def __init__(self, state: State, ms: int) -> None:
        super().__init__()
        word, length = group_word(state), length_text(ms)
        self.setToolTip(plain_tip(state_meaning(state)))
        self.setAccessibleName(f"{word}: {length}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, SPACE_S * 2, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(Swatch(state), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(StateDot(state, side=13), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(Text(word, TextRole.SMALL), 1)
        amount = Text(length, TextRole.SMALL, tone="soft", lines=1)
        amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(amount)
