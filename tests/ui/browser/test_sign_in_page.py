"""Signing in through Chromium: the real pages, their policies, and the way back to the program."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtTest import QTest
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PySide6.QtWebEngineWidgets import QWebEngineView
from pytestqt.qtbot import QtBot

from tests.helpers.backends import RunningBackend, ServedThread
from tests.ui.browser.conftest import WAIT_MS
from timeback_desktop.net.authorization_server import AuthorizationServer
from timeback_desktop.net.browser_sign_in import BrowserSignIn


class Way(QObject):
    """The way from the thread that signs in to the thread that has the browser."""

    shown = Signal(str)


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[RunningBackend]:
    served = ServedThread(tmp_path / "backend")
    yield served.start()
    served.stop()


@pytest.fixture
def browser(qapp: QCoreApplication) -> Iterator[QWebEngineView]:
    """A browser that keeps nothing, with a page of its own."""
    profile = QWebEngineProfile()
    view = QWebEngineView()
    page = QWebEnginePage(profile, view)
    view.setPage(page)
    view.resize(480, 640)
    view.show()
    view.activateWindow()
    yield view
    view.close()
    for each in (page, view, profile):  # a profile goes after its pages
        each.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def ask(qtbot: QtBot, browser: QWebEngineView, script: str) -> object:
    said: list[object] = []
    browser.page().runJavaScript(script, 0, said.append)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT_MS)
    return said[0]


def test_a_person_types_a_password_and_comes_back(
    qtbot: QtBot, browser: QWebEngineView, backend: RunningBackend
) -> None:
    morgan, way = backend.credentials["administrator"], Way()
    way.shown.connect(lambda address: browser.load(QUrl(address)))
    with AuthorizationServer.discover(backend.url) as server, ThreadPoolExecutor(1) as thread:
        with qtbot.waitSignal(browser.loadFinished, timeout=WAIT_MS):
            signing = thread.submit(
                BrowserSignIn(server, "openid profile").run, way.shown.emit, WAIT_MS / 1000
            )
        ready = "document.activeElement.id === 'login' && document.hasFocus()"
        qtbot.waitUntil(lambda: ask(qtbot, browser, ready) is True, timeout=WAIT_MS)
        hands = browser.focusProxy()
        QTest.keyClicks(hands, morgan["username"])
        QTest.keyClick(hands, Qt.Key.Key_Tab)
        QTest.keyClicks(hands, morgan["password"])
        QTest.keyClick(hands, Qt.Key.Key_Return)
        qtbot.waitUntil(signing.done, timeout=WAIT_MS)
        claims = server.claims(signing.result())
    assert claims is not None
    assert (claims.name, claims.role) == ("Morgan Ellis", "administrator")
    said = "document.body && document.body.innerText"
    qtbot.waitUntil(
        lambda: "You can close this window" in str(ask(qtbot, browser, said)), timeout=WAIT_MS
    )
    assert browser.url().host() == "127.0.0.1"
    assert browser.url().path() == "/callback"
