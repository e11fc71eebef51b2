"""The page and what covers it are native windows where that is sound; nothing else is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.browser.conftest import Site, Visit
from timeback_desktop.ui.apart import stand_apart
from timeback_desktop.ui.screens.stage import Stage
from timeback_desktop.ui.window import MainWindow

NATIVE = Qt.WidgetAttribute.WA_NativeWindow


@pytest.mark.parametrize(
    ("platform", "native"),
    [
        ("xcb", True),
        ("windows", True),
        ("cocoa", True),
        ("wayland-egl", False),
        ("offscreen", False),
    ],
)
def test_a_widget_alone_becomes_native(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, platform: str, native: bool
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    child, sibling = QWidget(parent), QWidget(parent)
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: platform)
    stand_apart(child)
    assert child.testAttribute(NATIVE) is native
    assert not sibling.testAttribute(NATIVE)
    assert not parent.testAttribute(NATIVE)


def test_covers_lie_over_a_page_that_came_later(
    window: MainWindow, visit: Visit, site: Site
) -> None:
    stage = window.learning.findChild(Stage)
    window.learning.set_view(visit.view)
    window.show_learning()
    window.learning.show_loading(None, "Opening")
    visit.enter(site.page("/", "<p>Hello"))
    window.learning.show_loading(0.5, "Opening")
    order = stage.children()
    assert order.index(visit.view) < order.index(stage.loading)
    window.learning.set_view(None)
