"""The theme in force for every test of a widget, and a window to put screens in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from timeback_desktop.ui import theme
from timeback_desktop.ui.theme import Theme
from timeback_desktop.ui.window import MainWindow


@pytest.fixture
def light(qapp: QApplication) -> Iterator[None]:
    """Put the light theme in force, and leave it in force."""
    theme.apply(Theme(), qapp)
    yield
    settle()  # windows of this test are gone before all that is left is polished anew
    theme.apply(Theme(), qapp)


@pytest.fixture
def window(light: None, qtbot: QtBot) -> MainWindow:
    """A window of the size most people have."""
    made = MainWindow()
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    return made


@pytest.fixture
def show(light: None, qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Show a widget, laid out, until the test is over."""

    def shown(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.show()
        settle()
        return widget

    return shown


def settle() -> None:
    """Let layouts and deletions happen."""
    for _ in range(4):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
