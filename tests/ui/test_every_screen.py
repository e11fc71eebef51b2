"""What holds for every screen in every theme: names, keys, nothing cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from timeback_desktop.ui import gallery, theme
from timeback_desktop.ui.gallery import SCENES, THEMES, Scene
from timeback_desktop.ui.theme import Theme
from timeback_desktop.ui.widgets import Button, Page, Text
from timeback_desktop.ui.window import MainWindow

EVERY = pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
LOOKS = pytest.mark.parametrize(
    "look", [(1.0, 1280, 800), (1.0, 900, 600), (2.0, 1280, 800), (2.0, 900, 600)], ids=str
)


def _visible(window: MainWindow) -> list[QWidget]:
    return [w for w in window.findChildren(QWidget) if w.isVisible()]


@EVERY
def test_all_controls_have_a_name(window: MainWindow, scene: Scene) -> None:
    scene.set_up(window)
    for widget in _visible(window):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled():
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            assert widget.accessibleName() or text, widget
        if isinstance(widget, QLineEdit | QAbstractButton) and _is_ours(widget):
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget


def _application() -> QApplication:
    running = QApplication.instance()
    assert isinstance(running, QApplication)
    return running


def _is_ours(widget: QWidget) -> bool:
    return not isinstance(widget.parent(), QLineEdit)  # the field's own clear button


@EVERY
def test_tab_reaches_every_control(qtbot: QtBot, window: MainWindow, scene: Scene) -> None:
    scene.set_up(window)
    qtbot.wait(10)
    wanted = {
        w
        for w in _visible(window)
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isEnabled() and _reachable(w)
    }
    reached: set[QWidget] = set()
    for _ in range(3 * len(wanted) + 3):
        if here := window.focusWidget():
            reached.add(here)
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
    missing = wanted - reached
    assert not missing


def _reachable(widget: QWidget) -> bool:
    """Of chips, which exclude each other, Tab reaches the one that is on; arrows the rest."""
    if not isinstance(widget, QAbstractButton) or widget.group() is None:
        return True
    return widget.isChecked()


@EVERY
@LOOKS
def test_nothing_is_cut_off(
    qtbot: QtBot, window: MainWindow, scene: Scene, look: tuple[float, int, int]
) -> None:
    scale, width, height = look
    theme.apply(Theme(text_scale=scale), _application())
    window.resize(width, height)
    scene.set_up(window)
    qtbot.wait(20)
    for widget in _visible(window):
        if isinstance(widget, Text):
            assert widget.height() >= widget.heightForWidth(widget.width()) - 1, widget.text()
            assert not widget.shown_text().endswith("\u2026"), widget.text()
        elif isinstance(widget, QLabel) and widget.textFormat() is not Qt.TextFormat.PlainText:
            pytest.fail(f"{widget} is no plain text")
        elif isinstance(widget, Button):
            assert widget.width() >= widget.sizeHint().width(), widget.text()


@EVERY
def test_no_screen_is_wider_than_the_window(
    qtbot: QtBot, qapp: QApplication, window: MainWindow, scene: Scene
) -> None:
    theme.apply(Theme(text_scale=2.0), qapp)
    window.resize(900, 600)
    scene.set_up(window)
    qtbot.wait(20)
    assert window.width() == 900
    for page in window.findChildren(Page):
        if page.isVisible():
            assert page.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize("variant", THEMES)
def test_the_theme_can_change_while_a_screen_is_shown(
    qtbot: QtBot, qapp: QApplication, window: MainWindow, variant: str
) -> None:
    SCENES[7].set_up(window)
    qtbot.wait(50)
    before = window.grab().toImage()
    theme.apply(THEMES[variant], qapp)
    qtbot.wait(20)
    assert (window.grab().toImage() != before) is (variant != "light")


def test_the_gallery_makes_pictures(light: None, tmp_path: Path) -> None:
    assert gallery.main(["--out", str(tmp_path), "--only", "starting"]) == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert "starting-light.png" in names
    assert "starting-fault-200-small.png" in names
    assert all(path.stat().st_size > 5_000 for path in tmp_path.iterdir())
