"""Photograph every screen: ``python -m timeback_desktop.ui.gallery --out DIR``.

Light, dark, high contrast, 200 % text, and the empty and fault variants, each as
``screen-variant.png``. People look at these before a release; so do tests.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from timeback_desktop.partition import State
from timeback_desktop.ui import gallery_samples as samples
from timeback_desktop.ui import theme
from timeback_desktop.ui.screens import HomeView
from timeback_desktop.ui.screens.flagged import FlaggedLine
from timeback_desktop.ui.screens.verdict_card import VerdictCard
from timeback_desktop.ui.theme import Theme
from timeback_desktop.ui.tokens import Mode, TextRole
from timeback_desktop.ui.widgets import Page
from timeback_desktop.ui.window import MainWindow
from timeback_desktop.waste.sentences import STILL_WITH_IT, Names, still_away

_WIDE, _NARROW = QSize(1280, 800), QSize(900, 600)
THEMES = {
    "light": Theme(Mode.LIGHT),
    "dark": Theme(Mode.DARK),
    "contrast": Theme(Mode.CONTRAST),
    "200": Theme(Mode.LIGHT, 2.0),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A screen in one situation."""

    name: str
    set_up: Callable[[MainWindow], None]


class _PaperApp(QWidget):
    """Stands in for a learning app, so that the gallery needs no browser."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a page with a question."""
        look = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look.colours.surface))
        painter.setFont(look.font(TextRole.DISPLAY))
        painter.setPen(QColor(look.colours.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "What is 3/4 + 1/8?")


def _starting(window: MainWindow) -> None:
    window.starting.show_progress("Waking up the school on this computer", 0.4)
    window.show_starting()


def _starting_fault(window: MainWindow) -> None:
    window.starting.show_fault(
        "The disk of this computer is full.", "Free some space, then try again."
    )
    window.show_starting()


def _who(window: MainWindow) -> None:
    window.who.set_profiles(samples.profiles())
    window.show_who()


def _who_few(window: MainWindow) -> None:
    window.who.set_profiles(samples.profiles()[8:14])
    window.show_who()


def _who_pin(window: MainWindow) -> None:
    _who(window)
    tile = next(t for t in window.who.tiles() if t.profile.needs_pin)
    tile.click()


def _who_pin_fault(window: MainWindow) -> None:
    _who_pin(window)
    window.who.show_pin_fault("That PIN did not match. Try once more.")


def _who_empty(window: MainWindow) -> None:
    window.who.set_profiles(())
    window.show_who()


def _home_of(window: MainWindow, view: HomeView) -> None:
    window.home.set_view(view)
    window.show_home()
    window.set_sync("3 waiting, last sent 10:24", 0.62)


def _home(window: MainWindow) -> None:
    _home_of(window, samples.home())


def _home_empty(window: MainWindow) -> None:
    _home_of(window, samples.empty_home())


def _learning(window: MainWindow) -> None:
    app = samples.apps()[0]
    window.learning.set_app(app.name, app.icon_svg, app.accent)
    window.learning.set_clock(754_000, 921_000)
    window.learning.set_state(State.PASSIVE_OK, "reading")
    window.learning.set_navigation(can_back=True, can_forward=False)
    window.learning.set_view(_PaperApp())
    window.set_sync("All sent")
    window.show_learning()


def _learning_loading(window: MainWindow) -> None:
    _learning(window)
    window.learning.set_state(State.TRANSIT, "transit")
    window.learning.set_clock(0, 1_000)
    window.learning.show_loading(0.35, "Opening Fast Math")


def _learning_failure(window: MainWindow) -> None:
    _learning(window)
    window.learning.set_state(State.UNKNOWN)
    window.learning.show_failure(
        "Fast Math did not answer.",
        "Wait a moment, then try again. If it stays like this, tell your coach.",
        "This is on the app's side, not yours.",
    )


def _learning_paused(window: MainWindow) -> None:
    _learning(window)
    window.learning.set_state(State.PAUSED, "paused")
    window.learning.set_paused(paused=True)


def _learning_nudge(window: MainWindow) -> None:
    _learning(window)
    window.learning.set_state(State.IDLE)
    window.learning.show_nudge(
        STILL_WITH_IT,
        (
            ("reading", "I was reading"),
            ("paper", "On paper"),
            ("asking", "Asking someone"),
            ("break", "Taking a break"),
        ),
    )


def _learning_nudge_one(window: MainWindow) -> None:
    _learning(window)
    window.learning.set_state(State.OFF_APP, "off_app:game")
    words = still_away(100_000, State.OFF_APP, Names("Fast Math"), "off_app:game")
    window.learning.show_nudge(words, (("ok", "Go back"),))


def _learning_shield(window: MainWindow) -> None:
    _learning(window)
    window.learning.set_shield(samples.shield())
    window.learning.bar.shield_button.setChecked(True)


def _learning_shield_paused(window: MainWindow) -> None:
    _learning_paused(window)
    window.learning.set_shield(samples.shield(awake=False))
    window.learning.bar.shield_button.setChecked(True)


def _computer(window: MainWindow) -> None:
    window.computer.set_lines(samples.computer())
    window.show_computer()


def _session_card(window: MainWindow) -> None:
    window.session_card.set_view(samples.session_card())
    window.show_session_card()


def _session_card_short(window: MainWindow) -> None:
    window.session_card.set_view(samples.short_session_card())
    window.show_session_card()


def _session_card_answered(window: MainWindow) -> None:
    window.session_card.set_view(samples.answered_session_card())
    window.show_session_card()


def _coach(window: MainWindow) -> None:
    window.coach.set_view(samples.coach())
    window.show_coach()


def _coach_empty(window: MainWindow) -> None:
    window.coach.set_view(samples.no_students())
    window.show_coach()


def _coach_day(window: MainWindow) -> None:
    _coach(window)
    window.coach.show_day(samples.day())


def _coach_day_verdicts(window: MainWindow) -> None:
    _coach_day(window)
    _scroll_to(window, VerdictCard)


def _coach_day_reviewed(window: MainWindow) -> None:
    _coach(window)
    window.coach.show_day(samples.reviewed_day())
    _scroll_to(window, VerdictCard)


def _session_card_moments(window: MainWindow) -> None:
    _session_card(window)
    _scroll_to(window, FlaggedLine)


def _scroll_to(window: MainWindow, kind: type[QWidget]) -> None:
    """Bring the first part of a kind to the top of its page."""
    QApplication.processEvents()
    part = next((w for w in window.findChildren(kind) if w.isVisible()), None)
    page = next((p for p in window.findChildren(Page) if p.isVisible()), None)
    contents = page.widget() if page is not None else None
    if part is not None and page is not None and contents is not None:
        top = part.mapTo(contents, part.rect().topLeft()).y()
        page.verticalScrollBar().setValue(top)


def _coach_day_empty(window: MainWindow) -> None:
    _coach(window)
    window.coach.show_day(samples.empty_day())


SCENES = (
    Scene("starting", _starting),
    Scene("starting-fault", _starting_fault),
    Scene("who", _who),
    Scene("who-few", _who_few),
    Scene("who-pin", _who_pin),
    Scene("who-pin-fault", _who_pin_fault),
    Scene("who-empty", _who_empty),
    Scene("home", _home),
    Scene("home-empty", _home_empty),
    Scene("learning", _learning),
    Scene("learning-loading", _learning_loading),
    Scene("learning-failure", _learning_failure),
    Scene("learning-paused", _learning_paused),
    Scene("learning-nudge", _learning_nudge),
    Scene("learning-nudge-one", _learning_nudge_one),
    Scene("learning-shield", _learning_shield),
    Scene("learning-shield-paused", _learning_shield_paused),
    Scene("computer", _computer),
    Scene("session-card", _session_card),
    Scene("session-card-moments", _session_card_moments),
    Scene("session-card-answered", _session_card_answered),
    Scene("session-card-short", _session_card_short),
    Scene("coach", _coach),
    Scene("coach-empty", _coach_empty),
    Scene("coach-day", _coach_day),
    Scene("coach-day-verdicts", _coach_day_verdicts),
    Scene("coach-day-reviewed", _coach_day_reviewed),
    Scene("coach-day-empty", _coach_day_empty),
)


def photograph(scene: Scene, size: QSize, to: Path, application: QApplication) -> None:
    """Set a scene in a fresh window and save its picture."""
    window = MainWindow()
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    window.resize(size)
    window.show()
    scene.set_up(window)
    for _ in range(4):
        application.processEvents()
    window.grab().save(str(to))
    window.close()
    application.processEvents()


def main(arguments: Sequence[str] | None = None) -> int:
    """Photograph every scene in every theme; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m timeback_desktop.ui.gallery")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", default="", help="only scenes whose name starts like this")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication([])
    for variant, look in THEMES.items():
        theme.apply(look, application)
        for scene in SCENES:
            if scene.name.startswith(chosen.only):
                to = chosen.out / f"{scene.name}-{variant}.png"
                photograph(scene, _WIDE, to, application)
        if variant == "200":
            _photograph_narrow(chosen.out, chosen.only, application)
    return 0


def _photograph_narrow(out: Path, only: str, application: QApplication) -> None:
    """Photograph the least window with the largest text: where things would get lost."""
    for scene in SCENES:
        if scene.name.startswith(only):
            photograph(scene, _NARROW, out / f"{scene.name}-200-small.png", application)


if __name__ == "__main__":
    sys.exit(main())
