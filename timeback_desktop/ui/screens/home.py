"""Home: today's ring, what to go on with, and every app there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.ui.screens.apps import AppCard, AppState, AppTile, ContinueTile
from timeback_desktop.ui.tokens import SPACE_M, SPACE_S, SPACE_XS, TextRole
from timeback_desktop.ui.widgets import (
    Button,
    Card,
    Chip,
    FlowLayout,
    Page,
    Ring,
    SearchField,
    Text,
    TileGrid,
    TurningRow,
)
from timeback_desktop.ui.widgets.card import SHADOW
from timeback_desktop.ui.widgets.page import clear

_CONTINUED = 3
_EVERYTHING = ""


@dataclass(frozen=True, slots=True)
class HomeView:
    """What Home shows of one student; ``apps`` come most recently used first."""

    name: str
    greeting: str
    active_minutes: int
    goal_minutes: int
    sync_text: str
    apps: Sequence[AppCard]


class HomeScreen(QWidget):
    """Choose an app: by pointer, by arrows and Enter, or by typing."""

    launch = Signal(str)
    switch_person = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[AppTile] = []
        self._subject = _EVERYTHING
        self._page = Page()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._page)
        column = self._page.column
        column.setSpacing(SPACE_M)
        column.addWidget(self._head())
        column.addWidget(self._continue_section())
        column.addWidget(self._apps_section())
        column.addStretch(1)

    def _head(self) -> QWidget:
        self._greeting = Text(role=TextRole.DISPLAY, lines=3)
        self._ask = Text(self.tr("What would you like to learn?"), tone="soft")
        self._sync = Text(role=TextRole.SMALL, tone="soft", lines=2)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(6, 0, 0, 0)
        column.setSpacing(SPACE_S - 2)
        column.addStretch(1)
        for part in (self._greeting, self._ask, self._sync):
            column.addWidget(part)
        column.addStretch(1)
        row = TurningRow(least=700, spacing=SPACE_M)
        row.add(words, 1)
        row.add(self._today())
        return row

    def _today(self) -> Card:
        self._ring = Ring(112)
        self._goal = Text(role=TextRole.LABEL)
        self._switch = Button(self.tr("Switch person"), "link", icon="people")
        self._switch.clicked.connect(self.switch_person)
        card = Card(padding=SPACE_M)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self._ring)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        words.addStretch(1)
        title = Text(self.tr("Active today"), TextRole.SMALL, tone="soft")
        for part in (title, self._goal):
            part.setContentsMargins(SPACE_S, 0, 0, 0)  # in line with the button's icon
            words.addWidget(part)
        words.addWidget(self._switch, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        row.addLayout(words, 1)
        card.body.addLayout(row)
        return card

    def _continue_section(self) -> QWidget:
        self._continue = QWidget()
        column = QVBoxLayout(self._continue)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(_heading(self.tr("Continue")))
        self._recent = TileGrid(column=280)
        column.addWidget(self._recent)
        return self._continue

    def _apps_section(self) -> QWidget:
        section = QWidget()
        column = QVBoxLayout(section)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_M - 4)
        row = TurningRow(least=520)
        row.setContentsMargins(0, 0, SHADOW, 0)
        row.add(_heading(self.tr("Your apps")), 1)
        self._search = SearchField(self.tr("Find an app"))
        self._search.left_down.connect(self._go_to_apps)
        self._search.textChanged.connect(self._filter)
        self._search.returnPressed.connect(self._launch_only_match)
        row.add(self._search, 1)
        column.addWidget(row)
        self._chips = QWidget()
        self._chip_row = FlowLayout(self._chips)
        self._chip_row.setContentsMargins(6, 0, 6, 0)
        self._chip_group = QButtonGroup(self)
        column.addWidget(self._chips)
        self._grid = TileGrid(column=290)
        column.addWidget(self._grid)
        self._empty = Text(tone="soft", centred=True)
        column.addWidget(self._empty)
        return section

    def set_view(self, view: HomeView) -> None:
        """Show this student's Home."""
        self._greeting.setText(view.greeting)
        self._sync.setText(view.sync_text)
        self._sync.setVisible(bool(view.sync_text))
        self._switch.setAccessibleName(self.tr("Switch person, now {name}").format(name=view.name))
        goal = max(view.goal_minutes, 1)
        self._ring.set_share(
            view.active_minutes / goal,
            str(view.active_minutes),
            self.tr("min"),
        )
        words = self.tr("{done} of {goal} min").format(
            done=view.active_minutes, goal=view.goal_minutes
        )
        self._goal.setText(words)
        self._ring.setAccessibleName(self.tr("Active today: {words}").format(words=words))
        self._set_apps(view.apps)

    def focus_first(self) -> None:
        """Put the keyboard on the first app that can be entered."""
        tiles = [*self._recent.tiles(), *self._grid.tiles()]
        first = next((tile for tile in tiles if tile.isEnabled()), None)
        (first or self._search).setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to_apps(self) -> None:
        if tiles := self._grid.tiles():
            tiles[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _set_apps(self, apps: Sequence[AppCard]) -> None:
        recent = [a for a in apps if a.minutes_today and a.state is not AppState.UNAVAILABLE]
        continued = [ContinueTile(app) for app in recent[:_CONTINUED]]
        self._tiles = [AppTile(app) for app in apps]
        for tile in (*continued, *self._tiles):
            tile.clicked.connect(lambda _checked=False, app=tile.card.id: self.launch.emit(app))
        self._recent.set_tiles(list(continued))
        self._continue.setVisible(bool(continued))
        self._grid.set_tiles(list(self._tiles))
        self._set_subjects(sorted({app.subject for app in apps if app.subject}))
        self._search.clear()
        self._search.setVisible(bool(apps))
        self._filter()

    def _set_subjects(self, subjects: list[str]) -> None:
        clear(self._chip_row)
        self._chip_group = QButtonGroup(self)
        self._subject = _EVERYTHING
        for subject in (_EVERYTHING, *subjects):
            chip = Chip(subject or self.tr("All"))
            chip.setChecked(subject == self._subject)
            chip.clicked.connect(lambda _checked=False, subject=subject: self._choose(subject))
            self._chip_group.addButton(chip)
            self._chip_row.addWidget(chip)
        self._chips.setVisible(len(subjects) > 1)

    def _choose(self, subject: str) -> None:
        self._subject = subject
        self._filter()

    def _filter(self) -> None:
        words = self._search.words()
        wanted = {t for t in self._tiles if self._matches(t.card, words)}
        self._grid.show_only(set(wanted))
        self._empty.setVisible(not wanted)
        if not self._tiles:
            self._empty.setText(
                self.tr("You have no apps yet. Ask your coach to add one to your class.")
            )
        elif not wanted:
            self._empty.setText(self.tr("No app has that name. Try fewer letters, or All."))

    def _matches(self, card: AppCard, words: str) -> bool:
        if self._subject and card.subject != self._subject:
            return False
        return words in f"{card.name} {card.subject} {card.description}".casefold()

    def _launch_only_match(self) -> None:
        shown = [tile for tile in self._tiles if not tile.isHidden() and tile.isEnabled()]
        if len(shown) == 1:
            self.launch.emit(shown[0].card.id)


def _heading(text: str) -> Text:
    heading = Text(text, TextRole.HEADING)
    heading.setContentsMargins(6, 0, 0, 0)
    return heading
