"""The view in which a student uses an app: launched, watched over, and put away.

One launch at a time: :meth:`AppView.open` starts it, then either ``entered`` or ``failed``
is emitted, once. A launch is over when a page of the app itself stands there; for LTI the
way must have led through the platform, because many tools first show a page of their own
that only sends the browser on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QMetaObject, QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineLoadingInfo,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEngineProfile,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QVBoxLayout, QWidget

from timeback_desktop.catalog.model import App, LaunchMethod
from timeback_desktop.launch.failure import ABORTED, Problem, ProblemKind, explain
from timeback_desktop.launch.navigation import NavigationPolicy, Place
from timeback_desktop.ui.apart import stand_apart
from timeback_desktop.ui.browser.input_counter import InputCounter
from timeback_desktop.ui.browser.page import AppPage, address
from timeback_desktop.ui.browser.popup import AppPopup

SLOW_LOAD_MS: Final = 30_000
_MOST_POPUPS: Final = 4
_LOAD = QWebEngineLoadingInfo.LoadStatus
_DOMAIN = QWebEngineLoadingInfo.ErrorDomain
_ACTION = QWebEnginePage.WebAction


class AppView(QWidget):
    """Show one app at a time.

    ``entered``: the student is in. ``failed`` (a ``LaunchFailed``): the launch is over, or
    the page stopped twice. ``stumbled`` (a ``LaunchFailed``): a later page did not open; the
    one before still stands. ``loading``: per cent, ``None`` when done. ``place_changed``
    (a ``Place``), ``navigation_changed`` (can go back, can go forward), ``external_link``
    (a ``QUrl`` outside the web, not opened), ``close_asked``: the app asked to be closed.
    """

    entered = Signal()
    failed = Signal(object)
    stumbled = Signal(object)
    loading = Signal(object)
    place_changed = Signal(object)
    navigation_changed = Signal(bool, bool)
    external_link = Signal(QUrl)
    close_asked = Signal()

    def __init__(self, parent: QWidget | None = None, *, slow_load_ms: int = SLOW_LOAD_MS) -> None:
        super().__init__(parent)
        self.inputs = InputCounter(self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._slow = QTimer(self, singleShot=True, interval=slow_load_ms)
        self._slow.timeout.connect(self._too_slow)
        self._app: App | None = None
        self._view: QWebEngineView | None = None
        self._page: AppPage | None = None
        self._wires: list[QMetaObject.Connection] = []
        self._popups: list[AppPopup] = []
        self._home = QUrl()
        self._place = Place.BLANK
        self._inside = self._passed_platform = self._reloaded = False

    # What the session bar and the sampler ask

    @property
    def place(self) -> Place:
        """Where the page in front belongs."""
        page = self.front_page
        return Place.BLANK if page is None else page.place

    @property
    def front_page(self) -> AppPage | None:
        """The page the student is at: an active popup's, else the app's own."""
        for popup in self._popups:
            if popup.isActiveWindow():
                return popup.page
        return self._page

    @property
    def popups(self) -> tuple[AppPopup, ...]:
        """The windows that the app has opened."""
        return tuple(self._popups)

    @property
    def web_view(self) -> QWebEngineView | None:
        """The web view itself, while an app is open."""
        return self._view

    # What the session bar does

    def open(
        self, app: App, profile: QWebEngineProfile, launch_url: str, platform_origin: str
    ) -> None:
        """Enter an app by a fresh launch; an app that was open is closed."""
        self.close_view()
        policy = NavigationPolicy.of(app.allowed_hosts, platform_origin)
        self._app = app
        self._passed_platform = app.launch_method is not LaunchMethod.LTI
        self._show(AppPage(profile, policy))
        self._slow.start()
        self.loading.emit(0)
        if self._page is not None:
            self._page.load(QUrl(launch_url))

    def back(self) -> None:
        """Go one page back."""
        self._trigger(_ACTION.Back)

    def forward(self) -> None:
        """Go one page forward."""
        self._trigger(_ACTION.Forward)

    def reload(self) -> None:
        """Load the page again."""
        self._trigger(_ACTION.Reload)

    def go_home(self) -> None:
        """Go to the page at which the app was entered."""
        if self._page is not None and self._home.isValid():
            self._page.load(self._home)

    def set_paused(self, *, paused: bool) -> None:
        """Fall silent and count nothing, or go on."""
        self.inputs.listen(on=not paused)
        for page in (self._page, *(popup.page for popup in self._popups)):
            if page is not None:
                page.setAudioMuted(paused)
                page.probe.hush(on=paused)

    def close_view(self) -> None:
        """Put the app away: popups, then page, then view; its profile may go afterwards."""
        self._slow.stop()
        for popup in tuple(self._popups):
            popup.close()
        self._popups.clear()
        view, page = self._view, self._page
        self._app = self._view = self._page = None
        self._inside = self._passed_platform = self._reloaded = False
        self._home, self._place = QUrl(), Place.BLANK
        for wire in self._wires:
            QObject.disconnect(wire)
        self._wires.clear()
        if view is not None and page is not None:
            view.setPage(None)  # type: ignore[arg-type]  # Qt takes a null page
            page.deleteLater()
            self._layout.removeWidget(view)
            view.hide()
            view.deleteLater()

    # The page's life

    def _show(self, page: AppPage) -> None:
        view = QWebEngineView(self)
        stand_apart(view)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        page.setParent(view)
        view.setPage(page)
        self._view, self._page = view, page
        page.probe.believes = _of_the_app(page.policy)
        self.inputs.watch(view)
        self._layout.addWidget(view)
        view.show()  # now, so that what is said next can be laid over it
        self.setFocusProxy(view)
        self._wires = [
            page.passed.connect(self._on_the_way),
            page.urlChanged.connect(self._arrived),
            page.loadProgress.connect(self._progressed),
            page.loadingChanged.connect(self._load_changed),
            page.renderProcessTerminated.connect(self._stopped),
            page.unsafe.connect(self._unsafe),
            page.newWindowRequested.connect(self._open_popup),
            page.external_link.connect(self.external_link),
            page.windowCloseRequested.connect(self.close_asked),
            page.probe.close_asked.connect(self.close_asked),
        ]

    def _on_the_way(self, place: Place) -> None:
        self._passed_platform |= place is Place.TRANSIT

    def _arrived(self) -> None:
        page = self._page
        if page is None:
            return
        if page.place is not self._place:
            self._place = page.place
            self.place_changed.emit(self._place)
        history = page.history()
        self.navigation_changed.emit(history.canGoBack(), history.canGoForward())

    def _progressed(self, percent: int) -> None:
        if not self._inside:
            self.loading.emit(min(percent, 99))
        else:
            self.loading.emit(percent if percent < 100 else None)

    def _load_changed(self, info: QWebEngineLoadingInfo) -> None:
        match info.status():
            case _LOAD.LoadSucceededStatus if self._inside:
                self._slow.stop()
                self.loading.emit(None)
            case _LOAD.LoadSucceededStatus:
                self._check_entered()
            case _LOAD.LoadFailedStatus:
                self._load_failed(info)
            case _LOAD.LoadStoppedStatus if self._inside:
                self.loading.emit(None)
            case _:
                pass

    def _check_entered(self) -> None:
        page = self._page
        if page is None or self._inside or page.place is not Place.LEARNING:
            return
        if not self._passed_platform:
            return
        self._inside = True
        self._slow.stop()
        self._home = page.url()
        page.history().clear()  # the way in cannot be walked twice
        self.loading.emit(None)
        self.navigation_changed.emit(False, False)  # noqa: FBT003 - signals take no keywords
        self.entered.emit()

    # What can go wrong

    def _load_failed(self, info: QWebEngineLoadingInfo) -> None:
        if info.errorCode() == ABORTED or info.errorDomain() == _DOMAIN.NoErrorDomain:
            return
        by_status = info.errorDomain() == _DOMAIN.HttpStatusCodeDomain
        if by_status and self._inside:
            self.loading.emit(None)  # the app shows its own page about it
            return
        kind = ProblemKind.HTTP if by_status else ProblemKind.NETWORK
        self._tell(Problem(kind, info.errorCode()), at=info.url())

    def _unsafe(self) -> None:
        self._tell(Problem(ProblemKind.CERTIFICATE))

    def _too_slow(self) -> None:
        page = self._page
        if page is None:
            return
        self._check_entered()  # a page that stands there is good enough, whatever it still loads
        if not self._inside or self._reloaded:
            self._tell(Problem(ProblemKind.TIMEOUT), at=page.requestedUrl(), final=True)

    def _stopped(self, status: QWebEnginePage.RenderProcessTerminationStatus) -> None:
        if status is QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            return
        if self._inside and not self._reloaded:
            self._reloaded = True
            self._slow.start()
            QTimer.singleShot(0, self.reload)
        else:
            self._tell(Problem(ProblemKind.CRASH), final=True)

    def _tell(self, problem: Problem, *, at: QUrl | None = None, final: bool = False) -> None:
        app, page = self._app, self._page
        if app is None or page is None:
            return
        place = page.policy.place(address(page.url() if at is None else at))
        told = explain(problem, app_name=app.name, place=place)
        self.loading.emit(None)
        if self._inside and not final:
            self.stumbled.emit(told)
            return
        self.close_view()
        self.failed.emit(told)

    # Windows of the app

    def _open_popup(self, request: QWebEngineNewWindowRequest) -> None:
        page = self._page
        if page is None or len(self._popups) >= _MOST_POPUPS:
            return
        place = page.policy.place(address(request.requestedUrl()))
        if place is Place.EXTERNAL_SCHEME:
            self.external_link.emit(request.requestedUrl())
        if place in {Place.EXTERNAL_SCHEME, Place.REFUSED}:
            return
        popup = AppPopup(request, page, self.window())
        self._popups.append(popup)
        popup.page.probe.believes = _of_the_app(page.policy)
        self.inputs.watch(popup.view)
        popup.page.newWindowRequested.connect(self._open_popup)
        popup.page.external_link.connect(self.external_link)
        popup.page.renderProcessTerminated.connect(popup.close)
        popup.finished.connect(lambda: self._forget(popup))
        popup.show()
        popup.activateWindow()

    def _forget(self, popup: AppPopup) -> None:
        if popup in self._popups:
            self._popups.remove(popup)

    def _trigger(self, action: QWebEnginePage.WebAction) -> None:
        if self._page is not None:
            self._page.triggerAction(action)


def _of_the_app(policy: NavigationPolicy) -> Callable[[QUrl], bool]:
    """Return who judges whether a frame's word about the student's work is the app's own."""
    return lambda url: policy.place(address(url)) in {Place.LEARNING, Place.BLANK}
