"""A person in front of the window: finds things by what they say, clicks, types, waits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWebEngineCore import QWebEngineScript
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from timeback_desktop.bootstrap.claim import Claim
from timeback_desktop.bootstrap.program import Program
from timeback_desktop.net.platform import Address
from timeback_desktop.ui.browser.view import AppView

T = TypeVar("T")
PATIENCE_MS = 45_000


def spin(ms: int) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


class Person:
    """Use a running program as a child or a coach would."""

    def __init__(
        self, application: QApplication, data: Path, *, patience_ms: int = PATIENCE_MS
    ) -> None:
        self.program = Program(application, Claim(data, "demo"))
        self._patience_ms = patience_ms

    def open_window(self) -> None:
        self.program.start()

    def leave(self) -> None:
        """Close the window and wait until everything behind it is down."""
        gone: list[bool] = []
        self.program.ended.connect(lambda: gone.append(True))
        self.program.window.close()
        self.wait("the program to end", lambda: bool(gone))

    def wait(self, what: str, check: Callable[[], T]) -> T:
        for _ in range(self._patience_ms // 50):
            if value := check():
                return value
            spin(50)
        raise AssertionError(f"waited in vain for {what}; the window shows {self.sees()}")

    def sees(self) -> str:
        screen = self.program.window.current_screen()
        return type(screen).__name__

    def reads(self, words: str) -> bool:
        """Tell whether the window shows these words."""
        labels = self.program.window.findChildren(QLabel)
        return any(words in label.text() for label in labels if label.isVisible())

    def find(self, spoken: str) -> QAbstractButton | None:
        screen = self.program.window.current_screen()
        for button in screen.findChildren(QAbstractButton) if screen else []:
            said = f"{button.accessibleName()} {button.text()}"
            if spoken in said and button.isVisible() and button.isEnabled():
                return button
        return None

    def press(self, spoken: str) -> None:
        """Click the button or tile that says this."""
        button = self.wait(f"a button that says {spoken!r}", lambda: self.find(spoken))
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        spin(20)

    def enter(self, app: str) -> None:
        """Open an app and wait until it stands there."""
        self.press(app)
        controller = self.program.controller
        assert controller is not None
        self.wait(
            f"{app} to open", lambda: controller.learning and controller.learning.is_recording
        )

    @property
    def platform_address(self) -> Address:
        address = self.program.services.platform._address
        assert address is not None
        return address

    # In the app's page

    @property
    def view(self) -> AppView:
        learning = self.program.controller.learning if self.program.controller else None
        assert learning is not None
        return learning.view

    def page(self, script: str) -> Any:
        """Ask the app's page something, in a world of its own."""
        answers: list[Any] = []
        page = self.view.front_page
        assert page is not None
        world = QWebEngineScript.ScriptWorldId.UserWorld
        page.runJavaScript(f"JSON.stringify({script})", world, answers.append)
        self.wait(f"the page to answer {script[:60]}", lambda: answers)
        return json.loads(answers[0]) if answers[0] else None

    def see_in_page(self, selector: str) -> QPoint:
        """Wait until something stands in the page; return its middle."""
        where = f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
        where += " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
        where += " return [r.x + r.width / 2, r.y + r.height / 2] })()"
        x, y = self.wait(selector, lambda: self.page(where))
        return QPoint(round(x), round(y))

    def click_in_page(self, selector: str) -> None:
        QTest.mouseClick(self._skin(), Qt.MouseButton.LeftButton, pos=self.see_in_page(selector))
        spin(60)

    def type_in_page(self, text: str) -> None:
        QTest.keyClicks(self._skin(), text)
        spin(60)

    def touch_page(self) -> None:
        """Give a sign of life that changes nothing."""
        QTest.keyClick(self._skin(), Qt.Key.Key_Shift)

    def holds_the_keyboard_in_page(self) -> bool:
        """Tell whether what is typed in this window goes to the app."""
        focused = self.program.window.focusWidget()
        return focused is not None and (focused is self.view or self.view.isAncestorOf(focused))

    def _skin(self) -> QWidget:
        web_view = self.view.web_view
        skin = web_view.focusProxy() if web_view is not None else None
        assert skin is not None
        return skin

    def answer_question(self) -> None:
        """Answer the question of a quiz page, right or wrong, and go to the next."""
        self.see_in_page("[data-testid=question]")
        question = self.page("document.querySelector('[data-testid=question]').textContent")
        if self.page("!!document.querySelector('[data-testid=choice]')"):
            self.click_in_page("[data-testid=choice]")
        else:
            self.click_in_page("[data-testid=answer]")
            self.type_in_page("7")
        self.click_in_page("[data-testid=check]")
        self.see_in_page("[data-testid=feedback]")
        self.click_in_page("[data-testid=next]")
        self.wait(
            "the next question",
            lambda: self.page(
                f"document.querySelector('[data-testid=question]')?.textContent !== {json.dumps(question)}"
            ),
        )
