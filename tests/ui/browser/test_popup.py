"""Windows that an app opens: still the app, counted, closed with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtTest import QTest

from tests.ui.browser.conftest import STUDENT, WAIT_MS, Site, Visit, app_at
from timeback_desktop.launch.navigation import Place
from timeback_desktop.ui.browser.popup import AppPopup

BUTTON = "<button style='position:fixed;left:0;top:0;width:200px;height:80px' onclick=\"{}\">go"


def open_popup(visit: Visit, site: Site, action: str) -> AppPopup:
    site.page("/two", "<title>Second</title><p>two words<script>window.x = 1</script>")
    visit.enter(site.page("/", BUTTON.format(action)))
    visit.settle()
    visit.click()
    visit.bot.waitUntil(lambda: bool(visit.view.popups), timeout=WAIT_MS)
    popup = visit.view.popups[0]
    visit.bot.waitUntil(lambda: popup.windowTitle() == "Second", timeout=WAIT_MS)
    return popup


def test_opens_with_its_title_and_shares_the_session(visit: Visit, site: Site) -> None:
    popup = open_popup(visit, site, "window.open('/two')")
    assert popup.page.app_profile is visit.shelf.profile(STUDENT, app_at("a.example"))
    assert popup.page.place is Place.LEARNING
    visit.bot.waitUntil(popup.isActiveWindow, timeout=WAIT_MS)
    assert visit.view.front_page is popup.page


def test_its_input_counts_for_the_app(visit: Visit, site: Site) -> None:
    popup = open_popup(visit, site, "window.open('/two')")
    visit.bot.waitUntil(lambda: popup.view.focusProxy() is not None, timeout=WAIT_MS)
    visit.view.inputs.drain()
    QTest.mouseClick(popup.view.focusProxy(), Qt.MouseButton.LeftButton, pos=QPoint(9, 9))
    QTest.keyClicks(popup.view.focusProxy(), "ab")
    counts = visit.view.inputs.drain()
    assert (counts.clicks, counts.keys) == (1, 2)


def test_closing_it_leads_back(visit: Visit, site: Site) -> None:
    popup = open_popup(visit, site, "window.open('/two')")
    popup.close()
    visit.bot.waitUntil(lambda: not visit.view.popups, timeout=WAIT_MS)
    assert visit.page.url() == QUrl(site.url("/"))


def test_escape_closes_it(visit: Visit, site: Site) -> None:
    popup = open_popup(visit, site, "window.open('/two')")
    popup.reject()
    assert visit.view.popups == ()


def test_the_app_may_close_it(visit: Visit, site: Site) -> None:
    action = "const w = window.open('/two'); setTimeout(() => w.close(), 800)"
    open_popup(visit, site, action)
    visit.bot.waitUntil(lambda: not visit.view.popups, timeout=WAIT_MS)


def test_keeps_its_opener(visit: Visit, site: Site) -> None:
    popup = open_popup(visit, site, "window.open('/two')")
    said: list[object] = []
    popup.page.runJavaScript("window.opener !== null", 0, said.append)
    visit.bot.waitUntil(lambda: said == [True], timeout=WAIT_MS)


def test_nothing_opens_without_a_click(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<script>window.w = window.open('/two')</script>"))
    visit.bot.wait(200)
    assert visit.view.popups == ()


def test_goes_with_the_app(visit: Visit, site: Site) -> None:
    popup = open_popup(visit, site, "window.open('/two')")
    visit.view.close_view()
    assert visit.view.popups == ()
    assert not popup.isVisible()
