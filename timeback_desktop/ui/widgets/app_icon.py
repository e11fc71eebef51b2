"""The icon of an app: its own SVG, or its first letter on its colour.

The bytes come from outside. They are drawn only when they are small and refer to nothing,
because QtSvg would open a file that an ``image`` element names.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import TextRole, readable_on
from timeback_desktop.ui.widgets.avatar import initials

_LARGEST = 128 * 1024
_REFUSED = (b"<image", b"<!entity", b"<!doctype", b"@import", b"<foreignobject")


def safe_svg(data: bytes | None) -> QSvgRenderer | None:
    """Return a renderer for an SVG that is small, whole and refers to nothing else."""
    if not data or len(data) > _LARGEST or b"<svg" not in data[:4096].lower():
        return None
    if any(word in data.lower() for word in _REFUSED):
        return None
    renderer = QSvgRenderer(QByteArray(data))
    return renderer if renderer.isValid() else None


def safe_accent(colour: str) -> str:
    """Return ``colour`` as ``#rrggbb``, or our accent when it is none."""
    parsed = QColor(colour) if colour.startswith("#") and len(colour) == 7 else QColor()
    return parsed.name() if parsed.isValid() else theme.current().colours.accent


class AppIcon(QWidget):
    """The square, rounded picture of an app; decoration beside the app's name."""

    def __init__(self, *, side: int = 56, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._letter, self._accent = "", ""
        self._svg: QSvgRenderer | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_app(self, name: str, accent: str, svg: bytes | None) -> None:
        """Show another app."""
        self._letter, self._accent = initials(name)[:2], safe_accent(accent)
        self._svg = safe_svg(svg)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square that grows with the text."""
        side = theme.current().px(self._side)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the SVG with rounded corners, or the letter."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        corners = QPainterPath()
        corners.addRoundedRect(box, box.width() * 0.24, box.width() * 0.24)
        if self._svg is None:
            self._paint_letter(painter, box, corners)
            return
        painter.setClipPath(corners)
        self._svg.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        self._svg.render(painter, box)

    def _paint_letter(self, painter: QPainter, box: QRectF, corners: QPainterPath) -> None:
        accent = self._accent or theme.current().colours.accent
        painter.fillPath(corners, QColor(accent))
        font = theme.current().font(TextRole.HEADING)
        font.setPixelSize(round(box.height() * 0.42))
        painter.setFont(font)
        painter.setPen(QColor(readable_on(accent)))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._letter)
