"""Native windows inside ours: the app's page, and whatever is laid over it.

A page that shares the main window is composed with it at every repaint of ours, such as the
clock's once a second: 2.0 % of a core in software rendering. In a native window of its own it
costs 0.2 % (30 s each, a page at rest). What was tried besides: a native session bar or clock
saves nothing; a native parent of the view saves as much, but its drop-down lists then mix up
two graphics devices. What covers the page must be native too, or clicks fall through it.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

_PLATFORMS: Final = frozenset({"xcb", "windows", "cocoa"})
"""Where native child windows are first class; Wayland and no screen at all stay as they are."""


def stand_apart(widget: QWidget) -> None:
    """Give a widget a native window, and nobody else."""
    if QGuiApplication.platformName() not in _PLATFORMS:
        return
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontCreateNativeWidgetSiblings)
    widget.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
    widget.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
