"""The moments of a session that were flagged, and the student's word on each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.partition import State
from timeback_desktop.sessions.verdicts import Judgement
from timeback_desktop.ui.judgements import in_time, may_contest, title, when
from timeback_desktop.ui.tokens import SPACE_S, TextRole
from timeback_desktop.ui.widgets import Button, IconMark, Text, TurningRow
from timeback_desktop.ui.widgets.page import clear
from timeback_desktop.ui.widgets.state_badge import StateDot
from timeback_desktop.waste.sentences import Names, for_student

_SHOWN_AT_FIRST = 4


class FlaggedLine(QWidget):
    """One moment: what, when, one sentence, and "That was work" or the taking back of it."""

    contested = Signal(str, bool)

    def __init__(self, judgement: Judgement, names: Names, where: tzinfo) -> None:
        super().__init__()
        self.judgement = judgement
        verdict = judgement.verdict
        self._told = f"{title(verdict)}, {when(verdict, where)}"
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(_sign(judgement), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(Text(title(verdict), TextRole.LABEL), 1)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(Text(when(verdict, where), TextRole.SMALL, tone="soft"))
        column.addWidget(Text(for_student(verdict, names), TextRole.SMALL))
        self._standing = Text(role=TextRole.SMALL, tone="accent")
        column.addWidget(self._standing)
        self.button = Button("")
        self.button.clicked.connect(self._press)
        row = TurningRow(least=480)
        row.add(words, 1)
        row.add(self.button, beside=Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, SPACE_S, 0, SPACE_S)
        line.addWidget(row)
        self.show_judgement(judgement)

    def show_judgement(self, judgement: Judgement) -> None:
        """Say how the moment stands now."""
        self.judgement = judgement
        self._standing.setText(self._standing_words())
        self._standing.setVisible(bool(self._standing.text()))
        self.button.setVisible(may_contest(judgement))
        label = self.tr("Take that back") if judgement.contested else self.tr("That was work")
        self.button.set_label(label)
        self.button.set_icon_name("" if judgement.contested else "check")
        self.button.setAccessibleName(f"{label}: {self._told}")
        self.button.setEnabled(True)

    def _standing_words(self) -> str:
        if self.judgement.overturned:
            return self.tr("Your coach looked: this counts as work.")
        if self.judgement.review is not None:
            return self.tr("Your coach looked at this.")
        if self.judgement.contested:
            return self.tr("You said this was work. Your coach will look at it.")
        return ""

    def _press(self) -> None:
        self.button.setEnabled(False)
        self.contested.emit(self.judgement.id, self.judgement.contested)


class FlaggedMoments(QWidget):
    """All flagged moments of a session, the first few at once.

    ``contested`` carries a verdict's id and whether the word is taken back.
    """

    contested = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[FlaggedLine] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        self._more = Button("", "link")
        self._more.clicked.connect(self._show_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(Text(self.tr("Moments to look at"), TextRole.HEADING))
        column.addWidget(
            Text(
                self.tr("Were you at work? Tell us. Your coach will see it."),
                TextRole.SMALL,
                tone="soft",
            )
        )
        column.addLayout(self._column)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """The moments as they stand now."""
        return tuple(line.judgement for line in self._lines)

    def set_judgements(self, judgements: Sequence[Judgement], names: Names, where: tzinfo) -> None:
        """List these moments; without any there is nothing to see."""
        clear(self._column)
        self._lines = [FlaggedLine(each, names, where) for each in in_time(judgements)]
        for number, line in enumerate(self._lines):
            line.contested.connect(self.contested)
            line.setVisible(number < _SHOWN_AT_FIRST)
            self._column.addWidget(line)
        hidden = len(self._lines) - _SHOWN_AT_FIRST
        self._more.set_label(self.tr("Show {n} more").format(n=hidden))
        self._more.setVisible(hidden > 0)
        self.setVisible(bool(self._lines))

    def show_judgement(self, judgement: Judgement) -> None:
        """Say how one moment stands now; the keyboard stays where it is."""
        for line in self._lines:
            if line.judgement.id == judgement.id:
                had_keyboard = not line.button.isEnabled() or line.button.hasFocus()
                line.show_judgement(judgement)
                if had_keyboard and line.button.isVisible():
                    line.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def free(self) -> None:
        """Let every button be pressed again, when a word could not be kept."""
        for line in self._lines:
            line.show_judgement(line.judgement)

    def _show_all(self) -> None:
        for line in self._lines:
            line.show()
        self._more.hide()
        if len(self._lines) > _SHOWN_AT_FIRST:
            first = self._lines[_SHOWN_AT_FIRST].button
            first.setFocus(Qt.FocusReason.OtherFocusReason)


def _sign(judgement: Judgement) -> QWidget:
    kind = judgement.verdict.kind
    if isinstance(kind, State):
        return StateDot(kind, judgement.verdict.detail)
    return IconMark("moment", side=18)
