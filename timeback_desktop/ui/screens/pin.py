"""The panel that asks for a PIN, inline: masked digits, Enter, a kind word when it is off."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import Avatar, Button, Card, Text

_LONGEST = 64


class PinPanel(Card):
    """Ask one person for their PIN; ``entered`` carries (profile id, PIN)."""

    entered = Signal(str, str)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, padding=28)
        self._profile_id = ""
        self.body.setSpacing(SPACE_M)
        self.setMaximumWidth(520)
        self._avatar = Avatar(side=64)
        self._name = Text(role=TextRole.HEADING, lines=2, centred=True)
        self._ask = Text(self.tr("Type your PIN"), tone="soft", centred=True)
        self._fault = Text(tone="accent", centred=True)
        self._digits = QLineEdit()
        self._fill()

    def _fill(self) -> None:
        self._digits.setEchoMode(QLineEdit.EchoMode.Password)
        self._digits.setInputMethodHints(
            Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData
        )
        self._digits.setMaxLength(_LONGEST)
        self._digits.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._digits.setAccessibleName(self.tr("PIN"))
        self._digits.returnPressed.connect(self._enter)
        self._digits.textEdited.connect(self._typed)
        self._go = Button(self.tr("Go"), "primary")
        self._go.clicked.connect(self._enter)
        self._back = Button(self.tr("Not me"), "quiet", icon="previous")
        self._back.clicked.connect(self.cancelled)
        self.body.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignHCenter)
        for part in (self._name, self._ask, self._digits, self._fault):
            self.body.addWidget(part)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self._back)
        row.addStretch(1)
        row.addWidget(self._go)
        self.body.addLayout(row)
        QWidget.setTabOrder(self._digits, self._go)
        QWidget.setTabOrder(self._go, self._back)

    def ask(self, profile_id: str, name: str) -> None:
        """Ask this person."""
        self._profile_id = profile_id
        self._avatar.set_person(profile_id, name)
        self._name.setText(name)
        self._fault.hide()
        self._digits.clear()
        self._set_waiting(waiting=False)
        self.show()
        self._digits.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_fault(self, text: str) -> None:
        """Say what was wrong and let the person type again."""
        self._set_waiting(waiting=False)
        self._fault.setText(text)
        self._fault.show()
        self._digits.clear()
        self._digits.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _typed(self) -> None:
        self._fault.hide()
        self._go.setEnabled(bool(self._digits.text()))

    def _enter(self) -> None:
        pin = self._digits.text()
        if pin and not self._digits.isReadOnly():
            self._set_waiting(waiting=True)
            self.entered.emit(self._profile_id, pin)

    def _set_waiting(self, *, waiting: bool) -> None:
        self._digits.setReadOnly(waiting)
        self._go.setEnabled(not waiting and bool(self._digits.text()))
