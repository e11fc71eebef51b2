"""Join what the window knows about this second: hands, page, and what lies in front.

A sample waits for nothing: the page's facts are its last answer, asked for a second ago.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from timeback_desktop.launch.navigation import Place
from timeback_desktop.presence.signal import InputCounts, PageFacts, Surface
from timeback_desktop.ui.browser.view import AppView


@dataclass(frozen=True, slots=True)
class ViewSample:
    """What one look at the app's view saw."""

    inputs: InputCounts
    surface: Surface
    page: PageFacts | None


class ActivityProbe(QObject):
    """Tell whether this program is the one the person works in.

    Without a window manager no program is ever told so; one that has never been active is
    taken to be, because it cannot know better.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent or QApplication.instance())
        self._seen_active = False

    def __call__(self) -> bool:
        """Return whether this program is in front."""
        active = QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive
        self._seen_active |= active
        return active or not self._seen_active


class ViewSampler:
    """Sample the view of an app, once a second."""

    def __init__(
        self, view: AppView, *, is_application_active: Callable[[], bool] | None = None
    ) -> None:
        self._view = view
        self._is_active = is_application_active or ActivityProbe(view)

    def sample(self) -> ViewSample:
        """Return what has happened since the last sample, and ask the page anew."""
        page = self._view.front_page
        facts = None if page is None else page.probe.facts()
        if page is not None:
            page.probe.ask()
        return ViewSample(inputs=self._view.inputs.drain(), surface=self.surface(), page=facts)

    def surface(self) -> Surface:
        """Tell what lies in front of the student now."""
        if not self._is_active() or not self._in_sight():
            return Surface.OTHER_PROGRAM
        if self._own_dialog():
            return Surface.OWN_DIALOG
        if self._view.place in {Place.OTHER_SITE, Place.REFUSED, Place.EXTERNAL_SCHEME}:
            return Surface.OTHER_SITE
        return Surface.LEARNING

    def _in_sight(self) -> bool:
        windows: list[QWidget] = [self._view.window(), *self._view.popups]
        open_ones = [w for w in windows if w.isVisible() and not w.isMinimized()]
        return bool(open_ones) and (self._view.isVisible() or bool(self._view.popups))

    def _own_dialog(self) -> bool:
        if QApplication.activeModalWidget() is not None:
            return True
        web_views = [self._view.web_view, *(popup.view for popup in self._view.popups)]
        menu = QApplication.activePopupWidget()
        if menu is not None:
            return menu.parentWidget() not in web_views  # a page's drop-down list is the page
        active = QApplication.activeWindow()
        return active not in {None, self._view.window(), *self._view.popups}
