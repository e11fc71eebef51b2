"""Entering an app, moving in it, and being told kindly when it does not go."""

from __future__ import annotations

import os
import signal
import socket

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWebEngineCore import QWebEnginePermission

from tests.ui.browser.conftest import STUDENT, WAIT_MS, Site, Visit, app_at
from timeback_desktop.errors import LaunchFailed, Side
from timeback_desktop.launch.navigation import Place
from timeback_desktop.ui.browser.view import AppView

SUBMIT = "<form method=post action='{}'></form><script>document.forms[0].submit()</script>"


def lti_pages(site: Site, platform: Site) -> str:
    """Put an LTI tool and its platform up; return the login address."""
    site.leads("/login", platform.url("/authorize"))
    platform.page("/authorize", SUBMIT.format(site.url("/launch")))
    site.leads("/launch", site.url("/home"))
    site.page("/home", "<title>Home</title><p>Welcome")
    return site.url("/login")


def test_a_launch_ends_in_the_app(visit: Visit, site: Site, platform: Site) -> None:
    login = lti_pages(site, platform)
    app = app_at(f"127.0.0.1:{site.port}", method="lti")
    places: list[Place] = []
    visit.view.place_changed.connect(places.append)
    with visit.bot.waitSignal(visit.view.entered, timeout=WAIT_MS):
        visit.view.open(app, visit.shelf.profile(STUDENT, app), login, platform.url())
    assert visit.page.url() == QUrl(site.url("/home"))
    assert visit.view.place is Place.LEARNING
    assert places[-1] is Place.LEARNING
    assert not visit.page.history().canGoBack()


def test_a_tools_own_page_before_the_platform_is_not_yet_in(
    visit: Visit, site: Site, platform: Site
) -> None:
    lti_pages(site, platform)
    hop = f"<script>setTimeout(() => location = '{platform.url('/authorize')}', 300)</script>"
    first = site.page("/check-cookies", hop)
    app = app_at(f"127.0.0.1:{site.port}", method="lti")
    with visit.bot.waitSignal(visit.view.entered, timeout=WAIT_MS):
        visit.view.open(app, visit.shelf.profile(STUDENT, app), first, platform.url())
    assert visit.page.url() == QUrl(site.url("/home"))


def failure(visit: Visit, url: str, *, host: str, platform: str = "") -> LaunchFailed:
    app = app_at(host)
    with visit.bot.waitSignal(visit.view.failed, timeout=WAIT_MS) as told:
        visit.view.open(app, visit.shelf.profile(STUDENT, app), url, platform)
    assert told.args is not None
    assert visit.view.front_page is None
    problem = told.args[0]
    assert isinstance(problem, LaunchFailed)
    return problem


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (403, "Math practice did not let you in."),
        (404, "Math practice could not find this page."),
        (500, "Math practice has a problem of its own."),
        (503, "Math practice is busy right now."),
    ],
)
def test_an_unwilling_app(visit: Visit, site: Site, status: int, cause: str) -> None:
    url = site.page("/start", "<p>no", status=status)
    told = failure(visit, url, host=f"127.0.0.1:{site.port}")
    assert (told.cause, told.side) == (cause, Side.APP)


def test_nobody_listens(visit: Visit) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    told = failure(visit, f"http://{host}/", host=host)
    assert (told.cause, told.side) == ("Math practice does not answer.", Side.APP)


def test_a_name_that_nobody_has(visit: Visit) -> None:
    told = failure(visit, "http://nobody.invalid/", host="nobody.invalid")
    assert told.side is Side.NETWORK


def test_the_platform_refuses(visit: Visit, site: Site, platform: Site) -> None:
    platform.page("/authorize", "<p>hint used", status=400)
    url = site.leads("/login", platform.url("/authorize"))
    told = failure(visit, url, host=f"127.0.0.1:{site.port}", platform=platform.url())
    assert told.side is Side.PLATFORM


def test_an_app_that_never_answers(visit: Visit, view: AppView) -> None:
    view._slow.setInterval(300)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        host = f"127.0.0.1:{mute.getsockname()[1]}"
        told = failure(visit, f"http://{host}/", host=host)
    assert told.cause == "Math practice is taking very long to open."


def test_an_app_that_shows_but_never_finishes_is_in(
    visit: Visit, view: AppView, site: Site
) -> None:
    view._slow.setInterval(1500)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        picture = f"http://127.0.0.1:{mute.getsockname()[1]}/never.png"
        visit.enter(site.page("/", f"<p>Hello<img src='{picture}'>"))
        assert view.place is Place.LEARNING
        view.close_view()


def test_a_later_page_that_fails_leaves_the_one_before(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    with visit.bot.waitSignal(visit.view.stumbled, timeout=WAIT_MS) as told:
        visit.page.load(QUrl("http://127.0.0.1:1025/"))
    assert told.args is not None
    assert isinstance(told.args[0], LaunchFailed)
    assert visit.ask("document.body.innerText") == "Hello"


def test_the_apps_own_404_page_is_the_apps_affair(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    with visit.bot.assertNotEmitted(visit.view.stumbled):
        visit.go(site.url("/nowhere"))
    assert visit.ask("document.body.innerText") == "nothing here"


def kill_renderer(visit: Visit) -> None:
    os.kill(visit.page.renderProcessPid(), signal.SIGKILL)


def test_a_stopped_page_comes_back_once(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    with visit.bot.waitSignal(visit.page.loadFinished, timeout=WAIT_MS, check_params_cb=bool):
        kill_renderer(visit)
    assert visit.ask("document.body.innerText") == "Hello"
    with visit.bot.waitSignal(visit.view.failed, timeout=WAIT_MS) as told:
        kill_renderer(visit)
    assert told.args is not None
    assert told.args[0].cause == "The page of Math practice stopped."


def test_back_forward_home(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<p>one"))
    second = site.page("/two", "<p>two")
    with visit.bot.waitSignal(visit.view.navigation_changed, timeout=WAIT_MS) as changed:
        visit.page.load(QUrl(second))
    assert changed.args == [True, False]
    for move, url in (
        (visit.view.back, site.url("/")),
        (visit.view.forward, second),
        (visit.view.go_home, site.url("/")),
    ):
        move()
        visit.bot.waitUntil(lambda url=url: visit.page.url() == QUrl(url), timeout=WAIT_MS)


def test_says_when_the_student_is_elsewhere(visit: Visit, site: Site, platform: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    other = platform.page("/game", "<p>play")
    with visit.bot.waitSignal(visit.view.place_changed, timeout=WAIT_MS) as changed:
        visit.page.load(QUrl(other))
    assert changed.args == [Place.OTHER_SITE]


def test_other_programs_are_not_opened_from_a_page(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<a style='font-size:60px' href='mailto:x@y.example'>mail</a>"))
    visit.settle()
    with visit.bot.waitSignal(visit.view.external_link, timeout=WAIT_MS) as asked:
        visit.click()
    assert asked.args == [QUrl("mailto:x@y.example")]
    assert visit.page.url() == QUrl(site.url("/"))


@pytest.mark.parametrize("url", ["data:text/html,<p>x", "file:///etc/passwd", "view-source:x"])
def test_unclear_origins_are_refused_top_level(visit: Visit, site: Site, url: str) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    visit.page.load(QUrl(url))
    visit.bot.wait(200)
    assert visit.page.url() == QUrl(site.url("/"))


def test_permissions_are_denied(visit: Visit, site: Site) -> None:
    asked: list[QWebEnginePermission] = []
    visit.enter(site.page("/", "<p>Hello"))
    visit.page.permissionRequested.connect(asked.append)
    visit.ask(
        "navigator.geolocation.getCurrentPosition(() => window.answer = 'told',"
        " () => window.answer = 'denied');"
        "Notification.requestPermission().then(said => window.notify = said)"
    )
    visit.until("window.answer && window.notify")
    assert visit.ask("window.answer") == "denied"
    assert visit.ask("window.notify") == "denied"


def test_an_lti_tool_may_ask_to_be_closed(visit: Visit, site: Site, platform: Site) -> None:
    visit.enter(site.page("/", "<script>onmessage = () => window.said = 1</script>"))
    probe = visit.view.front_page.probe  # type: ignore[union-attr]
    visit.ask("(window.opener || window.parent).postMessage({subject: 'org.imsglobal.lti.close'})")
    asked: list[bool] = []
    visit.view.close_asked.connect(lambda: asked.append(True))
    visit.until("window.said")  # our own listener runs before the page's
    probe.ask()
    visit.bot.waitUntil(lambda: bool(asked), timeout=WAIT_MS)


def test_a_stranger_in_a_frame_may_not_ask_to_be_closed(
    visit: Visit, site: Site, platform: Site
) -> None:
    shout = (
        "parent.postMessage({subject: 'org.imsglobal.lti.close'}, '*'); parent.postMessage('x','*')"
    )
    frame = platform.page("/frame", f"<script>{shout}</script>")
    body = f"<script>onmessage = () => window.heard = 1</script><iframe src='{frame}'></iframe>"
    visit.enter(site.page("/", body))
    visit.until("window.heard")
    with visit.bot.assertNotEmitted(visit.view.close_asked, wait=300):
        visit.view.front_page.probe.ask()  # type: ignore[union-attr]
