"""A person as initials on a colour of their own, derived from the identifier."""

from __future__ import annotations

from zlib import crc32

from PySide6.QtCore import QRectF, QSize, Qt, QTextBoundaryFinder
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import AVATAR_COLOURS, TextRole


def initials(name: str) -> str:
    """Return the first letter of the first and of the last word, upper-cased."""
    words = name.split()
    picked = words[:1] + words[1:][-1:]
    return "".join(_first_letter(word) for word in picked).upper()


def _first_letter(word: str) -> str:
    """Return the first letter as a person sees it: an emoji or accent stays whole."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, word)
    end = finder.toNextBoundary()
    if end <= 0:
        return word[:1]
    return word.encode("utf-16-le")[: end * 2].decode("utf-16-le", errors="ignore")


def avatar_colour(identifier: str) -> str:
    """Return the colour of a person: always the same for the same identifier."""
    return AVATAR_COLOURS[crc32(identifier.encode()) % len(AVATAR_COLOURS)]


class Avatar(QWidget):
    """The round picture of a person; decoration, so it has no name of its own."""

    def __init__(
        self, identifier: str = "", name: str = "", *, side: int = 44, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._side = side
        self._letters, self._colour = "", AVATAR_COLOURS[0]
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.set_person(identifier, name)

    def set_person(self, identifier: str, name: str) -> None:
        """Show another person."""
        self._letters, self._colour = initials(name), avatar_colour(identifier)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square that grows with the text."""
        side = theme.current().px(self._side)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the disc and the initials."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour))
        painter.drawEllipse(box)
        font = theme.current().font(TextRole.LABEL)
        font.setPixelSize(round(box.height() * 0.38))
        painter.setFont(font)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._letters)
