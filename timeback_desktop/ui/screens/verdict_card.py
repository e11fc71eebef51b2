"""One judgement for a coach: what it says, why, what the student was told, and an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from timeback_desktop.partition import State
from timeback_desktop.sessions.disputes import MAX_NOTES
from timeback_desktop.sessions.verdicts import Judgement
from timeback_desktop.ui.judgements import evidence, title, when
from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import Button, Card, FlowLayout, IconMark, Text
from timeback_desktop.ui.widgets.state_badge import StateDot
from timeback_desktop.waste.sentences import Names, for_coach, for_student
from timeback_desktop.waste.verdict import ReviewResult


@dataclass(frozen=True, slots=True)
class VerdictView:
    """A judgement, the app it was made in, and the zone its times are told in."""

    judgement: Judgement
    app_name: str
    where: tzinfo


class VerdictCard(Card):
    """A judgement; ``reviewed`` carries its id, the result and the note."""

    reviewed = Signal(str, object, str)

    def __init__(self, view: VerdictView) -> None:
        super().__init__(padding=SPACE_M)
        self.judgement = view.judgement
        verdict, names = view.judgement.verdict, Names(view.app_name)
        self._about = f"{title(verdict)}, {when(verdict, view.where)}"
        self.body.setSpacing(SPACE_S)
        self.body.addLayout(self._head(view))
        self.body.addWidget(Text(for_coach(verdict, names)))
        self._why = self._reasons(view, names)
        self.body.addWidget(self._why)
        self._note = self._note_field()
        self.body.addWidget(self._note)
        self.body.addWidget(self._answers())
        self._show_why(shown=self.judgement.contested and self.judgement.review is None)

    def focus_first(self) -> None:
        """Put the keyboard on the first answer."""
        self.confirm_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _head(self, view: VerdictView) -> QHBoxLayout:
        verdict = view.judgement.verdict
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(title(verdict), TextRole.LABEL))
        told = f"{when(verdict, view.where)} \u00b7 {view.app_name}"
        words.addWidget(Text(told, TextRole.SMALL, tone="soft"))
        if standing := self._standing():
            words.addWidget(Text(standing, TextRole.SMALL, tone="accent"))
        row = QHBoxLayout()
        row.setSpacing(SPACE_S + 4)
        kind = verdict.kind
        sign = StateDot(kind) if isinstance(kind, State) else IconMark("moment", side=18)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _standing(self) -> str:
        review = self.judgement.review
        if review is None:
            says = self.tr("The student says: that was work.")
            return says if self.judgement.contested else ""
        found = self.tr("Confirmed.")
        if self.judgement.overturned:
            found = self.tr("Not right: it counts as work now.")
        if review.notes:
            return f"{found} {self.tr('Note: {notes}').format(notes=review.notes)}"
        return found

    def _reasons(self, view: VerdictView, names: Names) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        told = (self.tr("Told the student"), for_student(view.judgement.verdict, names))
        for row, (what, said) in enumerate((*evidence(view.judgement.verdict), told)):
            label = Text(what, TextRole.SMALL, tone="soft")
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Text(said, TextRole.SMALL), row, 1)
        return holder

    def _note_field(self) -> QLineEdit:
        field = QLineEdit()
        field.setMaxLength(MAX_NOTES)
        field.setPlaceholderText(self.tr("A note that goes with your answer"))
        field.setAccessibleName(self.tr("Note: {about}").format(about=self._about))
        field.setText(self.judgement.review.notes if self.judgement.review else "")
        field.hide()
        return field

    def _answers(self) -> QWidget:
        right, wrong = ReviewResult.TRUE_POSITIVE, ReviewResult.FALSE_POSITIVE
        self.confirm_button = self._button(self.tr("Confirm"), "check")
        self.wrong_button = self._button(self.tr("Not right"), "close")
        self.note_button = self._button(self.tr("Note"), "note")
        self.why_button = self._button(self.tr("Why?"), "info")
        self.confirm_button.clicked.connect(lambda: self._answer(right))
        self.wrong_button.clicked.connect(lambda: self._answer(wrong))
        self.note_button.clicked.connect(self._write_note)
        self.why_button.clicked.connect(lambda: self._show_why(shown=self._why.isHidden()))
        holder = QWidget()
        row = FlowLayout(holder, spacing=SPACE_S)
        for button in (
            self.confirm_button, self.wrong_button, self.note_button, self.why_button
        ):  # fmt: skip
            row.addWidget(button)
        return holder

    def _show_why(self, *, shown: bool) -> None:
        self._why.setVisible(shown)
        label = self.tr("Less") if shown else self.tr("Why?")
        self.why_button.set_label(label)
        self.why_button.setAccessibleName(f"{label}: {self._about}")

    def _button(self, label: str, icon: str) -> Button:
        kind = "quiet" if icon in {"note", "info"} else "plain"
        button = Button(label, kind, icon=icon)
        button.setAccessibleName(f"{label}: {self._about}")
        return button

    def _write_note(self) -> None:
        self._note.setVisible(self._note.isHidden())
        if self._note.isVisible():
            self._note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _answer(self, result: ReviewResult) -> None:
        self.reviewed.emit(self.judgement.id, result, self._note.text().strip())
