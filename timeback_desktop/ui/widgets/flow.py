"""Layouts that reflow: a row that wraps, and a grid whose columns follow the width.

At 200 % text a row of buttons becomes two rows instead of losing its end.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import SPACE_M, SPACE_S
from timeback_desktop.ui.widgets.buttons import Tile
from timeback_desktop.ui.widgets.page import reveal


class _Reflowing(QHBoxLayout):
    """What both share: a stock layout keeps the items, only their places are ours."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = SPACE_S) -> None:
        super().__init__()
        if parent is not None:
            parent.setLayout(self)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def minimumHeightForWidth(self, width: int) -> int:
        return self.heightForWidth(width)

    def setGeometry(self, rect: QRect) -> None:
        QLayout.setGeometry(self, rect)
        self._arrange(rect, move=True)

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        sides = QSize(margins.left() + margins.right(), margins.top() + margins.bottom())
        return size + sides

    def _shown(self) -> list[QLayoutItem]:
        items = [self.itemAt(index) for index in range(self.count())]
        return [item for item in items if item is not None and not item.isEmpty()]

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Lay the items out inside ``rect`` and return the height that takes."""
        raise NotImplementedError


class FlowLayout(_Reflowing):
    """Items side by side, in as many rows as they need."""

    def sizeHint(self) -> QSize:
        """Return the size of everything in one row."""
        hints = [item.sizeHint() for item in self._shown()]
        margins = self.contentsMargins()
        width = sum(h.width() for h in hints) + self.spacing() * max(0, len(hints) - 1)
        width += margins.left() + margins.right()
        return QSize(width, max((h.height() for h in hints), default=0))

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        margins = self.contentsMargins()
        rect = rect.marginsRemoved(margins)
        x, y, row_height = rect.x(), rect.y(), 0
        for item in self._shown():
            hint = item.sizeHint()
            width = min(hint.width(), max(rect.width(), item.minimumSize().width()))
            if x > rect.x() and x + width > rect.right() + 1:
                x, y, row_height = rect.x(), y + row_height + self.spacing(), 0
            height = item.heightForWidth(width) if item.hasHeightForWidth() else hint.height()
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, height)))
            x += width + self.spacing()
            row_height = max(row_height, height)
        return y + row_height - rect.y() + margins.top() + margins.bottom()


class GridLayout(_Reflowing):
    """Equal columns, as many as fit; rows as high as their highest item."""

    def __init__(
        self, parent: QWidget | None = None, *, column: int = 260, spacing: int = SPACE_S
    ) -> None:
        super().__init__(parent, spacing=spacing)
        self._column = column

    def columns(self, width: int) -> int:
        """Return how many columns fit; wider text makes wider columns."""
        scale = theme.current().text_scale
        least = round(self._column * (1 + (scale - 1) * 0.7))
        return max(1, (width + self.spacing()) // (least + self.spacing()))

    def sizeHint(self) -> QSize:
        """Return the size of one column; the rest follows from the width."""
        return self.minimumSize()

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        items = self._shown()
        columns = self.columns(rect.width())
        gap = self.spacing()
        width = (rect.width() - gap * (columns - 1)) // columns
        y = rect.y()
        for start in range(0, len(items), columns):
            row = items[start : start + columns]
            height = max(_height(item, width) for item in row)
            if move:
                for place, item in enumerate(row):
                    item.setGeometry(QRect(rect.x() + place * (width + gap), y, width, height))
            y += height + gap
        return max(0, y - gap - rect.y())


def _height(item: QLayoutItem, width: int) -> int:
    needed = item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
    return max(needed, item.minimumSize().height())


class TileGrid(QWidget):
    """A reflowing grid of tiles in which the arrow keys move by what one sees."""

    def __init__(self, *, column: int = 260, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[Tile] = []
        self._grid = GridLayout(self, column=column, spacing=SPACE_M - 8)

    def tiles(self) -> list[Tile]:
        """Return the tiles that are shown, in order."""
        return [tile for tile in self._tiles if not tile.isHidden()]

    def set_tiles(self, tiles: list[Tile]) -> None:
        """Replace all tiles."""
        for old in self._tiles:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._tiles = tiles
        for tile in tiles:
            tile.moved.connect(self._move)
            self._grid.addWidget(tile)
            tile.show()
        self.updateGeometry()

    def show_only(self, wanted: set[Tile]) -> None:
        """Hide every tile that is not in ``wanted``."""
        for tile in self._tiles:
            tile.setVisible(tile in wanted)
        self._grid.invalidate()
        self.updateGeometry()

    def _move(self, dx: int, dy: int) -> None:
        here = self.focusWidget()
        if isinstance(here, Tile) and (target := nearest(here, self.tiles(), dx, dy)):
            target.setFocus(Qt.FocusReason.TabFocusReason)
            reveal(target)


def nearest(here: Tile, tiles: list[Tile], dx: int, dy: int) -> Tile | None:
    """Return the closest tile in a direction; left and right also cross row ends."""
    if dx:
        place = tiles.index(here) + dx
        return tiles[place] if 0 <= place < len(tiles) else None
    centre = here.geometry().center()
    ahead = [t for t in tiles if (t.geometry().center().y() - centre.y()) * dy > 0]

    def distance(tile: Tile) -> tuple[int, int]:
        there = tile.geometry().center()
        return abs(there.y() - centre.y()), abs(there.x() - centre.x())

    return min(ahead, key=distance, default=None)
