"""Apps as Home shows them: their view data and their tiles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import AppIcon, IconMark, Text, Tile


class AppState(StrEnum):
    """Whether an app can be entered."""

    READY = "ready"
    PILOT = "pilot"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class AppCard:
    """An app on Home; ``reason`` says why it is unavailable."""

    id: str
    name: str
    description: str
    subject: str
    accent: str
    icon_svg: bytes | None
    minutes_today: int
    state: AppState = AppState.READY
    reason: str = ""


class _AppTile(Tile):
    """What both kinds of app tile share."""

    def __init__(self, card: AppCard) -> None:
        super().__init__(card.name)
        self.card = card
        self.setEnabled(card.state is not AppState.UNAVAILABLE)

    def _minutes(self) -> str:
        return self.tr("{m} min today").format(m=self.card.minutes_today)

    def _icon(self, side: int) -> AppIcon:
        icon = AppIcon(side=side)
        icon.set_app(self.card.name, self.card.accent, self.card.icon_svg)
        return icon


class AppTile(_AppTile):
    """One app: icon, name, subject, what it is for, minutes today, and whether it is ready."""

    def __init__(self, card: AppCard) -> None:
        super().__init__(card)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M + 8, SPACE_M + 6, SPACE_M + 8, SPACE_M + 8)
        column.setSpacing(SPACE_S + 4)
        column.addLayout(self._head())
        column.addWidget(Text(card.description, TextRole.SMALL, tone="soft", lines=3))
        column.addStretch(1)
        if foot := self._foot():
            column.addWidget(foot)
        self.setAccessibleName(self._spoken())

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_M - 2)
        row.addWidget(self._icon(56), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(Text(self.card.name, TextRole.HEADING, lines=2))
        if self.card.subject:
            words.addWidget(Text(self.card.subject, TextRole.SMALL, tone="soft", lines=1))
        words.addStretch(1)
        row.addLayout(words, 1)
        return row

    def _foot_words(self) -> tuple[str, str, str]:
        """Return icon, words and tone of the last line."""
        match self.card.state:
            case AppState.UNAVAILABLE:
                return "info", self.card.reason or self.tr("Not open right now"), "soft"
            case AppState.PILOT:
                return "info", self.tr("Pilot: still being tried out"), "accent"
            case AppState.READY:
                words = self._minutes() if self.card.minutes_today else ""
                return "clock", words, "accent"

    def _foot(self) -> QWidget | None:
        icon, words, tone = self._foot_words()
        if not words:
            return None
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(IconMark(icon, accent=tone == "accent"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Text(words, TextRole.SMALL, tone=tone, lines=3), 1)
        return foot

    def _spoken(self) -> str:
        parts = (self.card.name, self.card.subject, self._foot_words()[1])
        return ", ".join(part for part in parts if part)


class ContinueTile(_AppTile):
    """An app to go on with: icon, name, minutes today."""

    def __init__(self, card: AppCard) -> None:
        super().__init__(card)
        self.setAccessibleName(
            self.tr("Continue {app}, {time}").format(app=card.name, time=self._minutes())
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M + 6, SPACE_M, SPACE_M + 8, SPACE_M + 2)
        row.setSpacing(SPACE_M - 2)
        row.addWidget(self._icon(44))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(Text(card.name, TextRole.LABEL, lines=2))
        words.addWidget(Text(self._minutes(), TextRole.SMALL, tone="soft", lines=1))
        words.addStretch(1)
        row.addLayout(words, 1)
        row.addWidget(IconMark("play", side=22, accent=True))
