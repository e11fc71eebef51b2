"""Join what the window knows about this second: hands, page, and what lies in front.

A sample waits for nothing: the page's facts are its last answer, asked for a second ago.
Our own window says first what lies in front. The operating system is heard where the window
cannot know, and to acquit: another program is in front only if nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from timeback_desktop.launch.navigation import Place
from timeback_desktop.presence.signal import AppEvent, InputCounts, PageFacts, Surface
from timeback_desktop.ui.browser.view import AppView


@dataclass(frozen=True, slots=True)
class ViewSample:
    """What one look at the app's view saw."""

    inputs: InputCounts
    surface: Surface
    page: PageFacts | None
    events: tuple[AppEvent, ...] = ()


class ActivityProbe(QObject):
    """Tell whether this program is the one the person works in.

    Without a window manager no program is ever told so; one that has never been active
    cannot know.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent or QApplication.instance())
        self._seen_active = False

    def __call__(self) -> bool | None:
        """Return whether this program is in front, ``None`` if nobody can tell."""
        active = QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive
        self._seen_active |= active
        return active if self._seen_active else None


class ViewSampler:
    """Sample the view of an app, once a second."""

    def __init__(
        self, view: AppView, *, is_application_active: Callable[[], bool | None] | None = None
    ) -> None:
        self._view = view
        self._is_active = is_application_active or ActivityProbe(view)

    def sample(self, *, ours_in_front: bool | None = None) -> ViewSample:
        """Return what has happened since the last sample, and ask the page anew.

        ``ours_in_front`` is what the operating system says of our window, if it says anything.
        """
        inputs, surface = self._view.inputs.drain(), self.surface(ours_in_front=ours_in_front)
        page = self._view.front_page
        if page is None:
            return ViewSample(inputs, surface, None)
        facts, events = page.probe.facts(), page.probe.drain()
        page.probe.ask()
        return ViewSample(inputs, surface, facts, events)

    def surface(self, *, ours_in_front: bool | None = None) -> Surface:
        """Tell what lies in front of the student now."""
        if self._is_elsewhere(ours_in_front=ours_in_front) or not self._in_sight():
            return Surface.OTHER_PROGRAM
        if self._own_dialog():
            return Surface.OWN_DIALOG
        if self._view.place in {Place.OTHER_SITE, Place.REFUSED, Place.EXTERNAL_SCHEME}:
            return Surface.OTHER_SITE
        return Surface.LEARNING

    def _is_elsewhere(self, *, ours_in_front: bool | None) -> bool:
        active = self._is_active()
        if active is None:
            return ours_in_front is False
        return not active and ours_in_front is not True

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
