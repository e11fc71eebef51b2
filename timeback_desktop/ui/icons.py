"""Our own icons: SVG drawn in one colour, tinted by the theme, crisp at any scale."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_FOLDERS = (
    Path(__file__).resolve().parents[2] / "resources" / "icons",  # a checkout, a frozen bundle
    Path(sys.prefix) / "share" / "timeback-desktop" / "icons",  # installed from a wheel
)


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    for folder in _FOLDERS:
        if (path := folder / f"{name}.svg").is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"there is no icon called {name!r}")


@lru_cache(maxsize=256)
def renderer(name: str, colour: str) -> QSvgRenderer:
    """Return the renderer of an icon in a colour (``#rrggbb``)."""
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))


def paint(painter: QPainter, name: str, colour: str, box: QRectF) -> None:
    """Draw an icon into ``box``."""
    renderer(name, colour).render(painter, box)


class _TintedIcon(QIconEngine):
    """Draw the SVG at whatever size and scale is asked for."""

    def __init__(self, name: str, colour: str, disabled: str) -> None:
        super().__init__()
        self._name, self._colour, self._disabled = name, colour, disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        colour = self._disabled if mode == QIcon.Mode.Disabled else self._colour
        side = min(rect.width(), rect.height())  # what is left over is the gap to the words
        paint(painter, self._name, colour, QRectF(rect.x(), rect.y(), side, side))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(drawn.rect()), mode, state)
        painter.end()
        return drawn

    def clone(self) -> QIconEngine:
        return _TintedIcon(self._name, self._colour, self._disabled)


def icon(name: str, colour: str, *, disabled: str) -> QIcon:
    """Return an icon for a stock control."""
    return QIcon(_TintedIcon(name, colour, disabled))
