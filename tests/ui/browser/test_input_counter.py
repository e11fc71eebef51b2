"""Every press on the app's page is counted once, wherever the page goes; nothing else is."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.browser.conftest import WAIT_MS, Site, Visit
from timeback_desktop.presence.signal import InputCounts

PAGE = "<input id=i style='position:fixed;left:0;top:0;width:200px;height:60px'>"


def turn(visit: Visit, angle: int) -> None:
    here = QPointF(30, 30)
    event = QWheelEvent(
        here, here, QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(visit.hands, event)  # type: ignore[arg-type]


def reaches_the_field(visit: Visit) -> bool:
    """Click the field; a page that was never drawn does not know yet what lies there."""
    visit.click()
    return visit.ask("document.activeElement.id == 'i'") is True


def press(visit: Visit, *, repeated: bool) -> None:
    none = Qt.KeyboardModifier.NoModifier
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A.value, none, "a", repeated)
    QApplication.sendEvent(visit.hands, event)  # type: ignore[arg-type]


def test_counts_each_kind_and_starts_again(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", PAGE))
    visit.view.inputs.drain()
    visit.click()
    visit.type("ab1")
    turn(visit, 120)
    turn(visit, -240)
    counts = visit.view.inputs.drain()
    assert (counts.keys, counts.clicks, counts.wheel) == (3, 1, 3)
    assert visit.view.inputs.drain() == InputCounts()


def test_what_was_counted_reached_the_page(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", PAGE))
    visit.settle()
    visit.bot.waitUntil(lambda: reaches_the_field(visit), timeout=WAIT_MS)
    visit.type("seven")
    visit.until("document.getElementById('i').value == 'seven'")


def test_the_pointers_path_adds_up(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", PAGE))
    for x, y in ((10, 10), (40, 50), (40, 60)):
        QTest.mouseMove(visit.hands, QPoint(x, y))  # type: ignore[call-overload]
    counts = visit.view.inputs.drain()
    assert counts.moves >= 3
    assert counts.path_px == 60


def test_small_steps_of_a_touchpad_add_up(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", PAGE))
    for _ in range(9):
        turn(visit, 15)
    assert visit.view.inputs.drain().wheel == 1
    for _ in range(7):
        turn(visit, 15)
    assert visit.view.inputs.drain().wheel == 1


def test_a_held_key_counts_once(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", PAGE))
    press(visit, repeated=False)
    for _ in range(20):
        press(visit, repeated=True)
    assert visit.view.inputs.drain().keys == 1


def test_a_composed_word_counts_once(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", PAGE))
    draft, done = QInputMethodEvent("gak", []), QInputMethodEvent()
    done.setCommitString("学校")
    for event in (draft, done):
        QApplication.sendEvent(visit.hands, event)  # type: ignore[arg-type]
    assert visit.view.inputs.drain().keys == 1


def test_a_double_click_is_two_clicks(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", PAGE))
    visit.click()
    QTest.mouseDClick(visit.hands, Qt.MouseButton.LeftButton, pos=QPoint(30, 30))  # type: ignore[call-overload]
    assert visit.view.inputs.drain().clicks >= 2


def test_counting_survives_every_change_of_site(visit: Visit, site: Site) -> None:
    here, there = site.page("/", PAGE), site.url("/", host="localhost")
    visit.enter(here, f"127.0.0.1:{site.port}", f"localhost:{site.port}")
    skins = {id(visit.hands)}
    for url in (there, here, there):
        before = visit.hands
        visit.go(url)
        assert visit.hands is not before
        skins.add(id(visit.hands))
        visit.view.inputs.drain()
        visit.click()
        visit.type("ok")
        counts = visit.view.inputs.drain()
        assert (counts.keys, counts.clicks) == (2, 1)


def test_counting_survives_a_stopped_page(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", PAGE))
    with visit.bot.waitSignal(visit.page.loadFinished, timeout=WAIT_MS, check_params_cb=bool):
        os.kill(visit.page.renderProcessPid(), signal.SIGKILL)
    visit.view.inputs.drain()
    visit.type("x")
    assert visit.view.inputs.drain().keys == 1


def test_a_drop_down_list_is_the_page(visit: Visit, site: Site) -> None:
    body = "<select id=s style='position:fixed;left:0;top:0;width:200px;height:60px'>"
    visit.enter(site.page("/", body + "<option>one<option>two</select>"))
    visit.settle()
    visit.click()
    visit.bot.waitUntil(lambda: QApplication.activePopupWidget() is not None, timeout=WAIT_MS)
    visit.view.inputs.drain()
    popup = QApplication.activePopupWidget()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    visit.until("document.getElementById('s').value == 'two'")
    assert visit.view.inputs.drain().keys == 2


def test_typing_elsewhere_in_our_window_is_not_counted(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", PAGE))
    visit.view.inputs.drain()
    other = QLineEdit(visit.view)
    other.show()
    QTest.keyClicks(other, "not the app")
    assert visit.view.inputs.drain() == InputCounts()


@pytest.mark.parametrize("on", [True, False])
def test_counting_can_be_stopped(visit: Visit, site: Site, on: bool) -> None:
    visit.enter(site.page("/", PAGE))
    visit.view.inputs.listen(on=on)
    visit.type("abc")
    assert visit.view.inputs.drain().keys == (3 if on else 0)
