"""A page of an app: guarded in where it may go and in what it may ask for.

Everything a page can ask of the machine is refused unless a lesson needs it: no camera,
microphone, place, notification, screen, file system or clipboard. Addresses are judged by
``launch.navigation``; what lies outside the web is never opened from here.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineCertificateError,
    QWebEngineDesktopMediaRequest,
    QWebEngineFileSystemAccessRequest,
    QWebEngineFullScreenRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineRegisterProtocolHandlerRequest,
    QWebEngineSettings,
)

from timeback_desktop.launch.navigation import NavigationPolicy, Place
from timeback_desktop.ui.browser.page_facts import PageProbe, facts_script

_SETTING = QWebEngineSettings.WebAttribute
_SETTINGS = {
    # A lesson may start its film by itself; asking says False already, yet only setting helps.
    _SETTING.PlaybackRequiresUserGesture: False,
    # Our own words say what went wrong; the page before stays in sight.
    _SETTING.ErrorPageEnabled: False,
    # A window opens on a click, never by itself.
    _SETTING.JavascriptCanOpenWindows: False,
    _SETTING.JavascriptCanAccessClipboard: False,
    _SETTING.ScreenCaptureEnabled: False,
    _SETTING.NavigateOnDropEnabled: False,
    _SETTING.HyperlinkAuditingEnabled: False,
    _SETTING.LocalContentCanAccessFileUrls: False,
    _SETTING.AllowRunningInsecureContent: False,
    _SETTING.WebRTCPublicInterfacesOnly: True,
    _SETTING.FullScreenSupportEnabled: True,
}


def address(url: QUrl | str) -> str:
    """Return an address in the spelling that goes over the wire: ASCII, escaped."""
    return QUrl(url).toString(QUrl.ComponentFormattingOption.FullyEncoded)


class AppPage(QWebEnginePage):
    """One page of an app.

    ``passed`` tells each place that the main frame is on its way to, redirects included;
    ``external_link`` an address outside the web (``mailto:`` and the like), not opened;
    ``unsafe`` that a certificate was refused.
    """

    passed = Signal(object)
    external_link = Signal(QUrl)
    unsafe = Signal()

    def __init__(
        self, profile: QWebEngineProfile, policy: NavigationPolicy, parent: QObject | None = None
    ) -> None:
        super().__init__(profile, parent)
        # Kept, because asking Qt (``profile()``) would tie the profile's life to this page.
        self.app_profile = profile
        self.policy = policy
        for attribute, value in _SETTINGS.items():
            self.settings().setAttribute(attribute, value)
        # Only then are we asked at all; what a click wants, we refuse and hand on as a question.
        self.settings().setUnknownUrlSchemePolicy(
            QWebEngineSettings.UnknownUrlSchemePolicy.AllowUnknownUrlSchemesFromUserInteraction
        )
        self.scripts().insert(facts_script())
        self.probe = PageProbe(self)
        self.permissionRequested.connect(_deny)
        self.desktopMediaRequested.connect(_cancel)
        self.registerProtocolHandlerRequested.connect(_reject)
        self.fileSystemAccessRequested.connect(_reject)
        self.fullScreenRequested.connect(_fill_our_window)
        self.certificateError.connect(self._refuse_certificate)

    @property
    def place(self) -> Place:
        """Where the page that is shown belongs."""
        return self.policy.place(address(self.url()))

    def acceptNavigationRequest(
        self,
        url: QUrl | str,
        type: QWebEnginePage.NavigationType,  # noqa: A002, ARG002 - Qt's name
        isMainFrame: bool,  # noqa: FBT001, N803 - Qt's signature
    ) -> bool:
        """Let the web in; say where the main frame is going; refuse everything else."""
        place = self.policy.place(address(url))
        if not isMainFrame:
            return place is not Place.EXTERNAL_SCHEME
        if place is Place.EXTERNAL_SCHEME:
            self.external_link.emit(QUrl(url))
        if place in {Place.EXTERNAL_SCHEME, Place.REFUSED}:
            return False
        self.passed.emit(place)
        return True

    def _refuse_certificate(self, error: QWebEngineCertificateError) -> None:
        error.rejectCertificate()
        if error.isMainFrame():
            self.unsafe.emit()


def _deny(permission: QWebEnginePermission) -> None:
    permission.deny()


def _cancel(request: QWebEngineDesktopMediaRequest) -> None:
    request.cancel()


def _reject(
    request: QWebEngineRegisterProtocolHandlerRequest | QWebEngineFileSystemAccessRequest,
) -> None:
    request.reject()


def _fill_our_window(request: QWebEngineFullScreenRequest) -> None:
    """Let a film fill the app's own area; the session bar stays in sight."""
    request.accept()
