"""A name becomes one of six words and is gone."""

import pytest

from timeback_desktop.host.probes.programs import OURS, category, other


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("firefox", "Navigator"), "browser"),
        (("Google-chrome",), "browser"),
        (("msedge",), "browser"),
        (("com.apple.Safari",), "browser"),
        (("Minecraft* 1.21",), "game"),
        (("steam_app_105600",), "game"),
        (("RobloxPlayerBeta",), "game"),
        (("discord",), "chat"),
        (("us.zoom.xos",), "chat"),
        (("vlc",), "media"),
        (("com.apple.QuickTimePlayerX",), "media"),
        (("libreoffice-writer",), "office"),
        (("WINWORD",), "office"),
        (("gnome-calculator",), "office"),
        (("xterm", "XTerm"), "other"),
        (("password-manager",), "other"),
        ((), "other"),
        (("", "\x00\ud800", "x" * 100_000), "other"),
    ],
)
def test_the_kind_of_a_program(names, kind):
    assert category(*names) == kind


def test_only_the_kind_is_kept():
    front = other("Diary of a child - firefox")
    assert (front.ours, front.program) == (False, "browser")
    assert "Diary" not in repr(front)
    assert OURS.program is None
