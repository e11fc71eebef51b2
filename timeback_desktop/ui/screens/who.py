"""Who is learning? Tiles of people, grouped by class, students before coaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from timeback_desktop.ui.screens.pin import PinPanel
from timeback_desktop.ui.tokens import SPACE_L, SPACE_M, SPACE_S, TextRole
from timeback_desktop.ui.widgets import Avatar, IconMark, Page, SearchField, Text, Tile, TileGrid
from timeback_desktop.ui.widgets.page import clear

_FILTER_FROM = 12
_STUDENT = "student"


@dataclass(frozen=True, slots=True)
class ProfileTile:
    """A person who may sign in; ``subtitle`` is the class, or what they do."""

    id: str
    name: str
    role: str
    subtitle: str
    needs_pin: bool

    @property
    def is_student(self) -> bool:
        """Whether this is a student rather than a coach or an administrator."""
        return self.role == _STUDENT


class PersonTile(Tile):
    """One person to choose."""

    def __init__(self, profile: ProfileTile) -> None:
        super().__init__(", ".join(p for p in (profile.name, profile.subtitle) if p))
        self.profile = profile
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M + 6, SPACE_M, SPACE_M + 6, SPACE_M + 2)
        row.setSpacing(SPACE_M - 2)
        row.addWidget(Avatar(profile.id, profile.name, side=48))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(Text(profile.name, TextRole.LABEL, lines=2))
        if profile.subtitle and not profile.is_student:
            words.addWidget(Text(profile.subtitle, TextRole.SMALL, tone="soft", lines=1))
        words.addStretch(1)
        row.addLayout(words, 1)
        if profile.needs_pin:
            row.addWidget(IconMark("lock", self.tr("has a PIN")))


class _Group(QWidget):
    """A heading and the tiles under it."""

    def __init__(self, title: str, profiles: Sequence[ProfileTile]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_S)
        self._heading = Text(title, TextRole.HEADING, lines=2)
        self._heading.setContentsMargins(6, 0, 0, 0)
        self.grid = TileGrid(column=230)
        self.grid.set_tiles([PersonTile(profile) for profile in profiles])
        if title:
            column.addWidget(self._heading)
        column.addWidget(self.grid)

    def tiles(self) -> list[PersonTile]:
        """Return the tiles that the filter leaves."""
        return [tile for tile in self.grid.tiles() if isinstance(tile, PersonTile)]

    def show_matching(self, words: str, profiles: Sequence[PersonTile]) -> None:
        """Leave only people whose name or class contains ``words``."""
        wanted = {tile for tile in profiles if _matches(tile.profile, words)}
        self.grid.show_only(set(wanted))
        self.setVisible(bool(wanted))


class WhoScreen(QWidget):
    """Choose a person; one with a PIN is asked for it right here."""

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: list[_Group] = []
        self._tiles: list[PersonTile] = []
        self._page = Page()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._page)
        self._fill(self._page.column)

    def _fill(self, column: QVBoxLayout) -> None:
        column.setSpacing(SPACE_M)
        column.addSpacing(SPACE_M)
        column.addWidget(Text(self.tr("Who is learning?"), TextRole.DISPLAY, centred=True))
        self._hint = Text(self.tr("Pick your name to start."), tone="soft", centred=True)
        column.addWidget(self._hint)
        self._filter = SearchField(self.tr("Find a name"))
        self._filter.setMinimumWidth(240)
        self._filter.left_down.connect(self._go_to_tiles)
        self._filter.textChanged.connect(self._show_matching)
        self._filter.returnPressed.connect(self._choose_only_match)
        column.addSpacing(SPACE_S)
        column.addWidget(self._filter, 0, Qt.AlignmentFlag.AlignHCenter)
        self._pin = PinPanel()
        self._pin.entered.connect(self.chosen)
        self._pin.cancelled.connect(self._leave_pin)
        self._pin.hide()
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._pin, 100)
        middle.addStretch(1)
        column.addLayout(middle)
        self._people = QVBoxLayout()
        self._people.setSpacing(SPACE_L - 8)
        column.addLayout(self._people)
        self._empty = Text(centred=True, tone="soft")
        column.addWidget(self._empty)
        column.addStretch(1)

    def set_profiles(self, profiles: Sequence[ProfileTile]) -> None:
        """Show these people: students by class, then coaches."""
        clear(self._people)
        self._groups = [_Group(title, people) for title, people in self._grouped(profiles)]
        for group in self._groups:
            self._people.addWidget(group)
        self._tiles = [tile for group in self._groups for tile in group.tiles()]
        for tile in self._tiles:
            tile.clicked.connect(lambda _checked=False, tile=tile: self._pick(tile))
        self._leave_pin()
        self._filter.clear()
        self._filter.setVisible(len(profiles) > _FILTER_FROM)
        self._show_matching("")

    def show_pin_fault(self, text: str) -> None:
        """Say that the PIN was not the right one, and let the person type again."""
        self._pin.show_fault(text)

    def tiles(self) -> list[PersonTile]:
        """Return every tile, in order."""
        return list(self._tiles)

    def focus_first(self) -> None:
        """Put the keyboard where typing or arrows help at once."""
        first = next((tile for tile in self._tiles if not tile.isHidden()), None)
        target: QWidget | None = self._filter if not self._filter.isHidden() else first
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to_tiles(self) -> None:
        first = next((tile for tile in self._tiles if tile.isVisible()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _grouped(self, profiles: Sequence[ProfileTile]) -> list[tuple[str, list[ProfileTile]]]:
        groups: dict[str, list[ProfileTile]] = {}
        for profile in sorted(profiles, key=_order):
            title = profile.subtitle if profile.is_student else self.tr("Coaches")
            groups.setdefault(title, []).append(profile)
        return list(groups.items())

    def _pick(self, tile: PersonTile) -> None:
        if tile.profile.needs_pin:
            self._set_people_shown(shown=False)
            self._pin.ask(tile.profile.id, tile.profile.name)
            self._page.ensureVisible(0, 0)
        else:
            self.chosen.emit(tile.profile.id, "")

    def _leave_pin(self) -> None:
        self._pin.hide()
        self._set_people_shown(shown=True)
        self.focus_first()

    def _set_people_shown(self, *, shown: bool) -> None:
        for group in self._groups:
            group.setVisible(shown and bool(group.tiles()))
        self._hint.setVisible(shown and bool(self._tiles))
        self._filter.setVisible(shown and len(self._tiles) > _FILTER_FROM)

    def _show_matching(self, words: str) -> None:
        for group in self._groups:
            group.show_matching(words, [t for t in self._tiles if t.parent() is group.grid])
        nobody = not any(group.tiles() for group in self._groups)
        self._empty.setVisible(nobody)
        if nobody and self._tiles:
            self._empty.setText(self.tr("Nobody has that name. Try fewer letters."))
        elif nobody:
            self._empty.setText(
                self.tr("No one is here yet. Ask your coach to add you to a class.")
            )

    def _choose_only_match(self) -> None:
        shown = [tile for group in self._groups for tile in group.tiles()]
        if len(shown) == 1:
            self._pick(shown[0])


def _order(profile: ProfileTile) -> tuple[bool, str, str]:
    return (not profile.is_student, profile.subtitle.casefold(), profile.name.casefold())


def _matches(profile: ProfileTile, words: str) -> bool:
    return words.strip().casefold() in f"{profile.name} {profile.subtitle}".casefold()
