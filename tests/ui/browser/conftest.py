"""A little web on this machine, and an app view to meet it with."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineScript
from PySide6.QtWebEngineWidgets import QWebEngineView  # before any QApplication
from pytestqt.qtbot import QtBot

from timeback_desktop.catalog.model import App
from timeback_desktop.ids import UserId
from timeback_desktop.ui.browser.profiles import ProfileShelf
from timeback_desktop.ui.browser.view import AppView

if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

HERE = Path(__file__).parent
STUDENT = UserId("student-1")
WAIT_MS = 8_000
# Said by Qt and Chromium on machines with no bus, graphics card or window manager.
HARMLESS = (
    r"^This plugin does not support (raise\(\)|grabbing the keyboard|propagateSizeHints\(\))",
    r"^This plugin does not support createPlatformVulkanInstance",
    r"Vulkan",
    r"^(QRhiGles2|Failed to create RHI)",
    r"^(GBM is not supported|GPUInfo not initialized|Unable to detect GPU vendor|GLX: )",
    r"^Sandboxing disabled by user",
    r"Failed to connect to the bus",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the messages that nobody needs to act on; any other one fails the test."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.qt_log_ignore(*HARMLESS, extend=True))


@dataclass
class Answer:
    """What a site says at one path."""

    body: str | bytes = ""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """One origin of the little web; ``cookies`` keeps what each request brought along."""

    server: ThreadingHTTPServer
    pages: dict[str, Answer] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.server.server_port

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def page(self, path: str, body: str | bytes = "", **rest: object) -> str:
        """Put a page up and return its address."""
        self.pages[path] = Answer(body, **rest)  # type: ignore[arg-type]
        return self.url(path)

    def leads(self, path: str, to: str) -> str:
        """Put a redirect up and return its address."""
        return self.page(path, status=302, headers={"Location": to})


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        path = self.path.partition("?")[0]
        if path != "/favicon.ico":
            site.cookies.append(self.headers.get("Cookie") or "")
        answer = site.pages.get(path, Answer("<p>nothing here", 404))
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the base class's spelling

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002
        return


@pytest.fixture
def make_site() -> Iterator[Callable[[], Site]]:
    """Return a maker of sites; they close with the test."""
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def make() -> Site:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        site = server.site = Site(server)  # type: ignore[attr-defined]
        site.page("/favicon.ico", b"", kind="image/x-icon")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        running.append((server, thread))
        return site

    yield make
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site(make_site: Callable[[], Site]) -> Site:
    return make_site()


@pytest.fixture
def platform(make_site: Callable[[], Site]) -> Site:
    return make_site()


@pytest.fixture
def shelf(qapp: QCoreApplication, tmp_path: Path) -> Iterator[ProfileShelf]:
    shelf = ProfileShelf(tmp_path / "webviews")
    yield shelf
    shelf.wipe_all()
    shelf.deleteLater()


@pytest.fixture
def view(qtbot: QtBot, shelf: ProfileShelf) -> Iterator[AppView]:
    view = AppView()
    view.resize(640, 480)
    view.show()
    view.activateWindow()
    yield view
    view.close_view()
    view.close()
    view.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def app_at(*hosts: str, method: str = "link", key: str = "app-1") -> App:
    """Return an app that lives at these hosts."""
    return App.from_wire(
        {
            "id": key,
            "name": "Math practice",
            "accent": "#123456",
            "status": "active",
            "launchMethod": method,
            "allowedHosts": list(hosts),
        }
    )


@dataclass
class Visit:
    """A student in an app: what tests do as the student and ask about the page."""

    bot: QtBot
    view: AppView
    shelf: ProfileShelf

    def enter(self, url: str, *hosts: str, platform: str = "", student: str = STUDENT) -> None:
        app = app_at(*(hosts or (url.split("/")[2],)))
        with self.bot.waitSignal(self.view.entered, timeout=WAIT_MS):
            self.view.open(app, self.shelf.profile(UserId(student), app), url, platform)

    def go(self, url: str) -> None:
        with self.bot.waitSignal(self.page.loadFinished, timeout=WAIT_MS):
            self.page.load(url)

    @property
    def page(self) -> QWebEnginePage:
        page = self.view.front_page
        assert page is not None
        return page

    @property
    def hands(self) -> object:
        web: QWebEngineView | None = self.view.web_view
        assert web is not None
        return web.focusProxy()

    def ask(self, script: str) -> object:
        """Run a script in the page's own world and return its value."""
        said: list[object] = []
        world = QWebEngineScript.ScriptWorldId.MainWorld.value
        self.page.runJavaScript(script, world, said.append)
        self.bot.waitUntil(lambda: bool(said), timeout=WAIT_MS)
        return said[0]

    def until(self, script: str) -> None:
        """Wait until a script in the page says something true."""
        self.bot.waitUntil(lambda: bool(self.ask(script)), timeout=WAIT_MS)

    def settle(self) -> None:
        """Wait until the page has been drawn: before that, a click finds nothing."""
        self.ask(
            "let n = 0; (function again() { if ((window.drawn = ++n) < 5)"
            " requestAnimationFrame(again) })(); 1"
        )
        self.until("window.drawn == 5")
        self.bot.wait(100)

    def click(self, x: int = 30, y: int = 30) -> None:
        QTest.mouseClick(self.hands, Qt.MouseButton.LeftButton, pos=QPoint(x, y))  # type: ignore[call-overload]

    def type(self, text: str) -> None:
        QTest.keyClicks(self.hands, text)  # type: ignore[call-overload]


@pytest.fixture
def visit(qtbot: QtBot, view: AppView, shelf: ProfileShelf) -> Visit:
    return Visit(qtbot, view, shelf)
