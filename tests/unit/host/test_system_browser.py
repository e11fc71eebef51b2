"""When a page can be shown, and what a browser gets of ours: nothing."""

from __future__ import annotations

import os
import sys
import webbrowser

import pytest

from timeback_desktop.host import system_browser

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


@pytest.mark.parametrize(
    ("platform", "display", "installed", "there"),
    [
        ("linux", "DISPLAY", True, True),
        ("linux", "WAYLAND_DISPLAY", True, True),
        ("linux", "BROWSER", True, True),
        ("linux", "DISPLAY", False, False),
        ("linux", "", True, False),
        ("darwin", "", True, True),
        ("win32", "", True, True),
        ("win32", "", False, False),
    ],
)
def test_a_browser_is_there_if_it_can_be_seen(
    monkeypatch: pytest.MonkeyPatch, platform: str, display: str, installed: bool, there: bool
) -> None:
    def get() -> None:
        if not installed:
            raise webbrowser.Error("none")

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(webbrowser, "get", get)
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    if display:
        monkeypatch.setenv(display, ":0")
    assert system_browser.is_there() is there


@pytest.mark.parametrize("took", [True, False])
def test_a_browser_says_whether_it_took_the_page(
    monkeypatch: pytest.MonkeyPatch, took: bool
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: took)
    assert system_browser.show("https://school.example") is took


def test_a_browser_that_comes_back_only_when_closed_has_taken_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = system_browser.threading.Event()
    monkeypatch.setattr(system_browser, "_PATIENCE_S", 0.01)
    monkeypatch.setattr(webbrowser, "open", lambda _: closed.wait(10))
    assert system_browser.show("https://school.example") is True
    closed.set()


@pytest.mark.parametrize("theirs", [None, "/usr/lib/theirs"])
def test_the_bundles_libraries_are_not_the_browsers(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], theirs: str | None
) -> None:
    seen: list[str | None] = []

    def opened(_: str) -> bool:
        os.write(1, b"chatter")
        seen.append(os.environ.get("LD_LIBRARY_PATH"))
        return True

    monkeypatch.setattr(webbrowser, "open", opened)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    if theirs:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", theirs)
    assert system_browser.show("https://school.example")
    assert (seen, os.environ["LD_LIBRARY_PATH"]) == ([theirs], "/bundle")
    assert capfd.readouterr() == ("", "chatter")
