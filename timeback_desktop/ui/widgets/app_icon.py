"""The icon of an app: its own picture, or its first letter on its colour.

The bytes come from outside. An SVG is drawn only when it is small and refers to nothing,
because QtSvg would open a file that an ``image`` element names. Of other pictures the common
kinds are read, by their first bytes, and none that would be large once unpacked.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPainterPath, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from timeback_desktop.ui import theme
from timeback_desktop.ui.tokens import TextRole, readable_on
from timeback_desktop.ui.widgets.avatar import initials

_LARGEST = 256 * 1024
_LARGEST_SIDE = 2048
_KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"RIFF": "webp"}
_REFUSED = (b"<image", b"<!entity", b"<!doctype", b"@import", b"<foreignobject")


def safe_svg(data: bytes | None) -> QSvgRenderer | None:
    """Return a renderer for an SVG that is small, whole and refers to nothing else."""
    if not data or len(data) > _LARGEST or b"<svg" not in data[:4096].lower():
        return None
    if any(word in data.lower() for word in _REFUSED):
        return None
    renderer = QSvgRenderer(QByteArray(data))
    return renderer if renderer.isValid() else None


def safe_picture(data: bytes | None) -> QImage | None:
    """Return a PNG, JPEG or WebP that is no larger than an icon has any need to be."""
    kind = next((kind for mark, kind in _KINDS.items() if data and data.startswith(mark)), None)
    if kind is None or not data or len(data) > _LARGEST:
        return None
    content = QBuffer()
    content.setData(QByteArray(data))
    reader = QImageReader(content, kind.encode())
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > _LARGEST_SIDE:
        return None
    picture = reader.read()
    return None if picture.isNull() else picture


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
        self._picture: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_app(self, name: str, accent: str, icon: bytes | None) -> None:
        """Show another app."""
        self._letter, self._accent = initials(name)[:2], safe_accent(accent)
        self._svg, self._picture = safe_svg(icon), safe_picture(icon)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square that grows with the text."""
        side = theme.current().px(self._side)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture with rounded corners, or the letter."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        corners = QPainterPath()
        corners.addRoundedRect(box, box.width() * 0.24, box.width() * 0.24)
        if self._svg is None and self._picture is None:
            self._paint_letter(painter, box, corners)
            return
        painter.setClipPath(corners)
        if self._svg is not None:
            self._svg.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            self._svg.render(painter, box)
        if self._picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(box, self._picture, _middle_square(self._picture))

    def _paint_letter(self, painter: QPainter, box: QRectF, corners: QPainterPath) -> None:
        accent = self._accent or theme.current().colours.accent
        painter.fillPath(corners, QColor(accent))
        font = theme.current().font(TextRole.HEADING)
        font.setPixelSize(round(box.height() * 0.42))
        painter.setFont(font)
        painter.setPen(QColor(readable_on(accent)))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._letter)


def _middle_square(picture: QImage) -> QRectF:
    """Return the largest square in the middle of a picture."""
    side = min(picture.width(), picture.height())
    return QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
