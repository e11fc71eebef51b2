"""A window that an app opens of its own: still the app, in a frame of ours."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtWebEngineCore import QWebEngineNewWindowRequest
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from timeback_desktop.ui.browser.page import AppPage

_LEAST: Final = 240
_USUAL: Final = QRect(0, 0, 820, 620)


class AppPopup(QDialog):
    """A second page of an app, with its title; closing it leads back to the first."""

    def __init__(self, request: QWebEngineNewWindowRequest, opener: AppPage, over: QWidget) -> None:
        super().__init__(over, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = QWebEngineView(self)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.page = AppPage(opener.app_profile, opener.policy, self.view)
        self.view.setPage(self.page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.page.titleChanged.connect(self.setWindowTitle)
        self.page.windowCloseRequested.connect(self.close)
        self.page.probe.close_asked.connect(self.close)
        self._fit(request.requestedGeometry(), over)
        request.openIn(self.page)

    def _fit(self, wanted: QRect, over: QWidget) -> None:
        size = (wanted if wanted.width() and wanted.height() else _USUAL).size()
        room = over.screen().availableGeometry().size()
        self.resize(
            max(_LEAST, min(size.width(), room.width())),
            max(_LEAST, min(size.height(), room.height())),
        )
