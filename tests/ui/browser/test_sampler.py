"""One look a second: hands, page and what lies in front, joined without waiting."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDialog, QMenu

from tests.ui.browser.conftest import WAIT_MS, Site, Visit
from timeback_desktop.presence.signal import AppEventKind, InputCounts, Surface
from timeback_desktop.ui.browser.sampler import ActivityProbe, ViewSampler


def sampler(visit: Visit, *, active: bool = True) -> ViewSampler:
    return ViewSampler(visit.view, is_application_active=lambda: active)


def test_joins_hands_and_page(visit: Visit, site: Site) -> None:
    look = sampler(visit)
    visit.enter(site.page("/", "<p>One two three"))
    look.sample()
    visit.click()
    visit.type("ab")
    visit.bot.waitUntil(lambda: visit.page.probe.facts() is not None, timeout=WAIT_MS)  # type: ignore[attr-defined]
    sample = look.sample()
    assert (sample.inputs.clicks, sample.inputs.keys) == (1, 2)
    assert sample.surface is Surface.LEARNING
    assert sample.page is not None
    assert (sample.page.words, sample.page.visible, sample.page.loading) == (3, True, False)
    assert look.sample().inputs == InputCounts()


def test_with_no_app_open_there_is_no_page(visit: Visit) -> None:
    sample = sampler(visit).sample()
    assert (sample.page, sample.inputs) == (None, InputCounts())


def test_another_site(visit: Visit, site: Site, platform: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    visit.go(platform.page("/game", "<p>play"))
    assert sampler(visit).surface() is Surface.OTHER_SITE


@pytest.mark.parametrize("act", ["hide", "showMinimized"])
def test_out_of_sight_is_another_program(visit: Visit, site: Site, act: str) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    getattr(visit.view, act)()
    assert sampler(visit).surface() is Surface.OTHER_PROGRAM


def test_another_program_in_front(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    assert sampler(visit, active=False).surface() is Surface.OTHER_PROGRAM


@pytest.mark.parametrize("modal", [True, False])
def test_our_own_dialog(visit: Visit, site: Site, modal: bool) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    dialog = QDialog(visit.view)
    dialog.setModal(modal)
    dialog.show()
    dialog.activateWindow()
    visit.bot.waitUntil(dialog.isActiveWindow, timeout=WAIT_MS)
    assert sampler(visit).surface() is Surface.OWN_DIALOG
    dialog.close()
    visit.view.activateWindow()
    visit.bot.waitUntil(lambda: sampler(visit).surface() is Surface.LEARNING, timeout=WAIT_MS)


def test_our_own_menu(visit: Visit, site: Site) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    menu = QMenu(visit.view)
    menu.addAction("Break")
    menu.popup(visit.view.mapToGlobal(visit.view.rect().center()))
    visit.bot.waitUntil(menu.isVisible, timeout=WAIT_MS)
    assert sampler(visit).surface() is Surface.OWN_DIALOG
    menu.close()


@pytest.mark.parametrize(
    ("window", "system", "surface"),
    [
        (None, None, Surface.LEARNING),
        (None, False, Surface.OTHER_PROGRAM),
        (None, True, Surface.LEARNING),
        (True, False, Surface.LEARNING),
        (False, True, Surface.LEARNING),
        (False, None, Surface.OTHER_PROGRAM),
        (False, False, Surface.OTHER_PROGRAM),
    ],
)
def test_the_system_is_heard_where_the_window_cannot_know_and_to_acquit(
    visit: Visit, site: Site, window: bool | None, system: bool | None, surface: Surface
) -> None:
    visit.enter(site.page("/", "<p>Hello"))
    look = ViewSampler(visit.view, is_application_active=lambda: window)
    assert look.surface(ours_in_front=system) is surface


def test_what_the_app_says_comes_with_the_sample(visit: Visit, site: Site) -> None:
    event = "{type: 'AssessmentItemEvent', action: 'Started', id: 'urn:1'}"
    say = f"postMessage({{subject: 'org.timeback.caliper', event: {event}}})"
    visit.enter(site.page("/", f"<p>Hello<script>{say}</script>"))
    look, heard = sampler(visit), []
    visit.bot.waitUntil(lambda: bool(heard.extend(look.sample().events) or heard), timeout=WAIT_MS)
    assert [event.kind for event in heard] == [AppEventKind.ITEM_STARTED]
    assert look.sample().events == ()


def test_without_a_window_manager_nobody_can_tell_who_is_in_front(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication

    states = Qt.ApplicationState
    probe = ActivityProbe(visit.view)
    said = []
    for state in (states.ApplicationInactive, states.ApplicationActive, states.ApplicationInactive):
        monkeypatch.setattr(QGuiApplication, "applicationState", lambda state=state: state)
        said.append(probe())
    assert said == [None, True, False]
