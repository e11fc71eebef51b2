"""One browser profile a (student, app), on disk while the student is in, then gone.

Folder names are hashes, so that the disk tells nobody who learns what. Profiles belong to
the application: they must outlive every page made on them. Wiping takes the profile down
first and the folder after it; whatever a crash leaves behind goes at the next start.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineCookieStore,
    QWebEngineDownloadRequest,
    QWebEngineProfile,
    QWebEngineProfileBuilder,
)

from timeback_desktop.catalog.model import App
from timeback_desktop.ids import AppId, UserId
from timeback_desktop.launch.navigation import NavigationPolicy, Place
from timeback_desktop.ui.browser.page import address

_LATE_WRITES_MS: Final = (250, 1_000, 5_000)


def _hash(identifier: str) -> str:
    return hashlib.blake2b(identifier.encode(), digest_size=12).hexdigest()


def _delete_soon_means_now() -> None:
    """Let Qt carry out what ``deleteLater`` promised."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class ProfileShelf(QObject):
    """Keep the browser profiles of the students who are signed in.

    ``download_declined`` carries the file name that a page wanted to save.
    """

    download_declined = Signal(str)

    def __init__(self, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent or QCoreApplication.instance())
        self._root = root
        self._profiles: dict[tuple[UserId, AppId], QWebEngineProfile] = {}
        self._turns: dict[UserId, int] = {}
        self.sweep()

    def profile(self, student: UserId, app: App) -> QWebEngineProfile:
        """Return the profile of a student in an app, made at the first ask."""
        key = (student, app.id)
        if key not in self._profiles:
            self._profiles[key] = self._make(student, app)
        return self._profiles[key]

    def folder(self, student: UserId) -> Path:
        """Return the folder that holds everything of one student.

        It is another one after each wipe: the old profile may still be closing its files.
        """
        return self._root / _hash(f"{student} {self._turns.get(student, 0)}")

    def wipe(self, student: UserId) -> bool:
        """Delete all that the student's apps left here; their views must be closed before.

        Returns whether everything is gone at once; the rest goes within seconds, or, where
        a lock keeps it, at the next start.
        """
        _delete_soon_means_now()
        for key in [key for key in self._profiles if key[0] == student]:
            # Not cleared first: Chromium answers later, into a profile that is gone by then.
            self._profiles.pop(key).deleteLater()
        _delete_soon_means_now()
        gone = self.folder(student)
        self._turns[student] = self._turns.get(student, 0) + 1
        shutil.rmtree(gone, ignore_errors=True)
        for delay in _LATE_WRITES_MS:  # Chromium's threads may still be writing
            QTimer.singleShot(delay, self, self.sweep)
        return not gone.exists()

    def wipe_all(self) -> None:
        """Delete everything of everybody, as at the end of the program."""
        for student in {key[0] for key in self._profiles}:
            self.wipe(student)
        self.sweep()

    def sweep(self) -> None:
        """Delete the folders that no open profile uses: what a crash left behind."""
        if not self._root.is_dir():
            return
        in_use = {self.folder(student) for student, _ in self._profiles}
        for folder in self._root.iterdir():
            if folder not in in_use:
                shutil.rmtree(folder, ignore_errors=True)

    def _make(self, student: UserId, app: App) -> QWebEngineProfile:
        home = self.folder(student) / _hash(app.id)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        builder = QWebEngineProfileBuilder()
        builder.setPersistentStoragePath(str(home / "storage"))
        builder.setCachePath(str(home / "cache"))
        builder.setPersistentPermissionsPolicy(
            QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime
        )
        name = f"{home.parent.name}-{home.name}"
        profile = builder.createProfile(name, QCoreApplication.instance())
        profile.setSpellCheckEnabled(False)
        profile.setPushServiceEnabled(False)
        profile.downloadRequested.connect(self._decline)
        _block_strangers(profile.cookieStore(), app)
        return profile

    def _decline(self, download: QWebEngineDownloadRequest) -> None:
        name = download.downloadFileName()
        download.cancel()
        self.download_declined.emit(name)


def _block_strangers(cookies: QWebEngineCookieStore, app: App) -> None:
    """Let only the app's own hosts keep cookies when they are framed by one another."""
    policy = NavigationPolicy.of(app.allowed_hosts, "")

    def allowed(request: QWebEngineCookieStore.FilterRequest) -> bool:
        if not request.thirdParty:
            return True
        sides = (address(request.firstPartyUrl), address(request.origin))
        return all(policy.place(side) is Place.LEARNING for side in sides)

    cookies.setCookieFilter(allowed)
