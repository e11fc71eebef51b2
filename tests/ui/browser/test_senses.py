"""What is sensed, and when nothing is: before, on a pause, and after a session."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.helpers.clock import FakeClock
from tests.ui.browser.conftest import Site, Visit
from timeback_desktop.presence.probes import Capability, HostFacts
from timeback_desktop.presence.signal import (
    AppEvent,
    AppEventKind,
    InputCounts,
    PageFacts,
    Power,
    Surface,
    Tick,
)
from timeback_desktop.ui.browser.app_events import AppEventInbox
from timeback_desktop.ui.screens import LearningScreen
from timeback_desktop.ui.senses import Senses, Sensing

EVENT = AppEvent(AppEventKind.ANSWERED, id="0123456789abcdef")


@dataclass
class Spy:
    """Probes and feed in one that tell what was asked of them, and when."""

    facts: HostFacts = field(default_factory=HostFacts)
    calls: list[str] = field(default_factory=list)

    def start(self, *session: str) -> None:
        self.calls.append(" ".join(("start", *session)))

    def stop(self) -> None:
        self.calls.append("stop")

    def look(self) -> HostFacts:
        self.calls.append("look")
        return self.facts

    def report(self) -> tuple[Capability, ...]:
        return ()


@dataclass
class Scene:
    senses: Senses
    probes: Spy
    feed: Spy
    inbox: AppEventInbox
    places: list[QRect]
    clock: FakeClock = field(default_factory=FakeClock)

    def tick(self) -> Tick:
        return self.senses.tick(self.clock)


@pytest.fixture
def scene(visit: Visit) -> Scene:
    probes, feed, inbox, places = Spy(), Spy(), AppEventInbox(), []
    senses = Senses(visit.view, Sensing(probes, feed, inbox, places.append))
    return Scene(senses, probes, feed, inbox, places)


def test_with_no_session_open_nothing_is_sensed(visit: Visit, site: Site, scene: Scene) -> None:
    visit.enter(site.page("/", "<p>One two"))
    visit.settle()
    visit.click()
    assert visit.view.inputs.drain() == InputCounts()
    assert scene.tick() == Tick(scene.clock.stamp())
    assert scene.probes.calls == scene.feed.calls == []


def test_a_session_is_sensed_and_then_no_more(visit: Visit, site: Site, scene: Scene) -> None:
    visit.enter(site.page("/", "<p>One two"))
    scene.senses.open("token", "session-1")
    scene.tick()
    scene.senses.sleep()
    scene.senses.sleep()
    scene.tick()
    assert scene.probes.calls == ["start", "look", "stop"]
    assert scene.feed.calls == ["start token session-1", "stop"]


def test_a_pause_stops_everything_at_once(visit: Visit, site: Site, scene: Scene) -> None:
    visit.enter(site.page("/", "<p>One two"))
    visit.settle()
    scene.senses.open("token", "session-1")
    visit.click()
    scene.inbox.put([EVENT])
    scene.senses.sleep()
    assert (scene.probes.calls[-1], scene.feed.calls[-1]) == ("stop", "stop")
    visit.click()
    scene.inbox.put([EVENT])
    assert scene.tick() == Tick(scene.clock.stamp())
    scene.senses.wake()
    tick = scene.tick()
    assert (tick.inputs, tick.app_events) == (InputCounts(), ())
    assert scene.feed.calls[-1] == "start token session-1"


def test_host_page_and_feed_become_one_tick(visit: Visit, site: Site, scene: Scene) -> None:
    visit.enter(site.page("/", "<p>One two three"))
    scene.probes.facts = HostFacts(
        screen_change=0.25, program="game", power=Power(locked=True), injected=True, os_idle_ms=900
    )
    scene.senses.open("token", "session-1")
    scene.tick()
    visit.bot.waitUntil(lambda: visit.page.probe.facts() is not None)  # type: ignore[attr-defined]
    scene.inbox.put([EVENT, EVENT])
    tick = scene.tick()
    assert isinstance(tick.page, PageFacts)
    assert tick.page.words == 3
    assert (tick.screen_change, tick.power.locked, tick.injected) == (0.25, True, True)
    assert (tick.os_idle_ms, tick.app_events) == (900, (EVENT,))
    assert (tick.surface, tick.program) == (Surface.LEARNING, None)


def test_the_program_in_front_is_told_only_while_it_is(
    visit: Visit, site: Site, scene: Scene
) -> None:
    visit.enter(site.page("/", "<p>One"))
    scene.probes.facts = HostFacts(program="game", ours_in_front=False)
    scene.senses.open("token", "session-1")
    visit.view.hide()
    tick = scene.tick()
    assert (tick.surface, tick.program) == (Surface.OTHER_PROGRAM, "game")


def test_the_screen_is_told_where_the_page_lies(visit: Visit, site: Site, scene: Scene) -> None:
    visit.enter(site.page("/", "<p>One"))
    scene.senses.open("token", "session-1")
    scene.tick()
    scene.tick()
    assert [place.size() for place in scene.places] == [visit.view.size()]
    visit.view.resize(500, 400)
    scene.tick()
    assert scene.places[-1].size() == visit.view.size()


def test_a_key_leads_from_the_page_to_the_question_and_back(
    qtbot: QtBot, visit: Visit, site: Site
) -> None:
    screen = LearningScreen()
    qtbot.addWidget(screen)
    screen.set_view(visit.view)
    screen.resize(900, 600)
    screen.show()
    screen.activateWindow()
    visit.enter(site.page("/", "<input autofocus>"))
    visit.hands.setFocus()  # type: ignore[attr-defined]
    screen.show_nudge("Still with it?", (("reading", "I was reading"),))
    assert not screen.nudge.has_keyboard()
    QTest.keyClick(visit.hands, Qt.Key.Key_F6)  # type: ignore[call-overload]
    qtbot.waitUntil(screen.nudge.has_keyboard)
    qtbot.keyClick(screen.focusWidget(), Qt.Key.Key_Return)
    assert screen.nudge.isHidden()
    screen.set_view(None)
