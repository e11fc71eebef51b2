"""The buttons there are: primary, plain, quiet, icon, chip, and the tile that is a card."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QWidget

from timeback_desktop.ui import icons, theme
from timeback_desktop.ui.widgets.card import paint_surface
from timeback_desktop.ui.widgets.text import plain_tip

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Button(QPushButton):
    """A button that Enter presses as Space does, with an icon that follows the theme."""

    def __init__(
        self, text: str, kind: str = "plain", *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(_without_mnemonic(text), parent)
        self._icon_name = icon
        self.setProperty("kind", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._tint()

    def set_icon_name(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._tint()

    def set_label(self, text: str) -> None:
        """Show another text."""
        self.setText(_without_mnemonic(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Enter."""
        if event.key() in _ENTER:
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Tint the icon again when the theme changes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._tint()

    def _tint(self) -> None:
        if not self._icon_name:
            return
        look = theme.current()
        kind = self.property("kind")
        ink = {"primary": look.colours.on_accent, "quiet": look.colours.accent_text}
        ink["link"] = ink["quiet"]
        colour = ink.get(kind, look.colours.text)
        faded = look.colours.border_strong
        self.setIcon(icons.icon(self._icon_name, colour, disabled=faded))
        side = look.px(22 if kind == "icon" else 18)
        size = QSize(side + (0 if kind == "icon" else look.px(5)), side)
        if self.iconSize() != size:
            self.setIconSize(size)


class IconButton(Button):
    """A button that is only an icon; its name is told to screen readers and on hover."""

    def __init__(self, icon: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__("", "icon", icon=icon, parent=parent)
        self.rename(name)

    def rename(self, name: str) -> None:
        """Give the button another name."""
        self.setAccessibleName(name)
        self.setToolTip(plain_tip(name))


class Chip(Button):
    """One of several filters, on or off."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, "chip", parent=parent)
        self.setCheckable(True)


class Tile(QAbstractButton):
    """A card that is one big button; put a layout on it.

    The arrow keys ask the surrounding grid for the next tile by ``moved(dx, dy)``.
    """

    moved = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """Return what the things on the tile need."""
        layout = self.layout()
        return layout.sizeHint() if layout else QSize(160, 80)

    def minimumSizeHint(self) -> QSize:
        """Return the least that the things on the tile need."""
        layout = self.layout()
        return layout.minimumSize() if layout else QSize(120, 60)

    def heightForWidth(self, width: int) -> int:
        """Return the height that the things on the tile need at this width."""
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout else 80

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card, lifted under the pointer and ringed when it has the focus."""
        paint_surface(
            QPainter(self),
            QRectF(self.rect()),
            lifted=self.underMouse() and self.isEnabled(),
            focused=self.hasFocus(),
            flat=not self.isEnabled(),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Enter, and pass arrows on to the grid."""
        if event.key() in _ENTER:
            self.click()
        elif step := _ARROWS.get(Qt.Key(event.key())):
            self.moved.emit(*step)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Lift."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Settle."""
        super().leaveEvent(event)
        self.update()


def _without_mnemonic(text: str) -> str:
    """Keep an ampersand in a name from turning into a key shortcut."""
    return text.replace("&", "&&")
